// LocalProof in Visual Studio Code. `texts` says what is checked, `find` where the program is, `server` runs it, `status`
// shows how it stands, `commands` are what the writer can ask for. All that is found comes from the server.

import * as vscode from "vscode";
import { Commands } from "./commands";
import { Server } from "./server";
import { StatusBar } from "./status";

let server: Server | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel("LocalProof", { log: true });
  const bar = new StatusBar();
  const running = new Server(context, log, bar);
  server = running;
  context.subscriptions.push(
    log,
    bar,
    new Commands(running, bar, log).register(),
    vscode.workspace.onDidOpenTextDocument(() => running.startIfWanted()),
    vscode.workspace.onDidGrantWorkspaceTrust(() => running.startIfWanted()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      // What the server hears of at its start only; the rest it asks for when it changes.
      const atStart = ["command", "sourceComments", "debounceMs", "codeLens"];
      if (atStart.some((name) => change.affectsConfiguration(`localproof.${name}`))) {
        void running.stop().then(() => running.startIfWanted());
      }
    }),
  );
  void running.startIfWanted();
}

export function deactivate(): Promise<void> | undefined {
  return server?.stop();
}
