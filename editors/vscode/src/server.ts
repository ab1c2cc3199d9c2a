// The language server: found, started, watched, ended.

import * as vscode from "vscode";
import {
  type ClientCapabilities,
  CloseAction,
  ErrorAction,
  LanguageClient,
  type LanguageClientOptions,
  RevealOutputChannelOn,
  State,
  type StaticFeature,
} from "vscode-languageclient/node";
import { findProgram } from "./find";
import type { Status, StatusBar } from "./status";
import { chosenSettings, isOurs, selector, startOptions } from "./texts";

const RESTARTS = 4; // of a server that ends by itself, within
const RESTARTS_MS = 3 * 60_000;

export class Server implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private last: Promise<void> = Promise.resolve(); // starts and ends one after the other
  private toldAbsent = false;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly log: vscode.LogOutputChannel,
    private readonly bar: StatusBar,
  ) {}

  dispose(): void {
    void this.stop();
  }

  /** Start the server if any open text is for it, and it does not run. */
  startIfWanted(): Promise<void> {
    return this.inTurn(async () => {
      if (!this.client && vscode.workspace.textDocuments.some(isOurs)) {
        await this.start();
      }
    });
  }

  restart(): Promise<void> {
    return this.inTurn(async () => {
      this.toldAbsent = false;
      await this.end();
      await this.start();
    });
  }

  stop(): Promise<void> {
    return this.inTurn(() => this.end());
  }

  /** Have the server carry out one of its commands; undefined where it does not run. */
  async run<T>(command: string, ...args: string[]): Promise<T | undefined> {
    await this.startIfWanted();
    if (!this.client?.isRunning()) {
      await (this.client ? this.tellFailure("LocalProof’s server does not run.") : this.tellAbsence());
      return undefined;
    }
    return this.client.sendRequest<T>("workspace/executeCommand", { command: `localproof.${command}`, arguments: args });
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    this.last = this.last.then(work, work);
    return this.last;
  }

  private async start(): Promise<void> {
    const program = await findProgram((line) => this.log.info(line));
    if (!program) {
      this.bar.setState("absent");
      if (!this.toldAbsent) {
        this.toldAbsent = true;
        void this.tellAbsence();
      }
      return;
    }
    this.log.info(`starting ${[program.command, ...program.args, "lsp"].join(" ")} (found by ${program.from})`);
    this.bar.setState("starting");
    const run = { command: program.command, args: [...program.args, "lsp"] };
    const client = new LanguageClient("localproof", "LocalProof", run, this.options());
    client.registerFeature(new AsksForStatus());
    client.onNotification("localproof/status", (status: Status) => this.bar.take(status));
    client.onDidChangeState(({ newState }) => {
      if (this.client === client) {
        this.bar.setState(newState === State.Running ? "running" : newState === State.Starting ? "starting" : "failed");
      }
    });
    this.client = client;
    try {
      await client.start();
    } catch (error) {
      this.client = undefined;
      this.bar.setState("failed");
      this.log.error(String(error));
      void this.tellFailure(`LocalProof did not start: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private async end(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    this.bar.setState("off");
    try {
      await client?.dispose(2_000);
    } catch (error) {
      this.log.warn(`the server did not end in order: ${String(error)}`);
    }
  }

  private options(): LanguageClientOptions {
    const ends: number[] = [];
    return {
      documentSelector: selector(),
      initializationOptions: startOptions(),
      synchronize: { configurationSection: "localproof" },
      outputChannel: this.log,
      traceOutputChannel: this.log,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      diagnosticCollectionName: "localproof",
      middleware: {
        workspace: {
          configuration: (params, token, next) =>
            params.items.every((item) => item.section === "localproof")
              ? params.items.map(chosenSettings)
              : next(params, token),
        },
      },
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }), // a connection that is lost ends by itself
        closed: () => {
          ends.push(Date.now());
          if (ends.filter((at) => at > Date.now() - RESTARTS_MS).length <= RESTARTS) {
            return { action: CloseAction.Restart, handled: true };
          }
          void this.tellFailure("LocalProof’s server ended again and again and is not started any more.");
          return { action: CloseAction.DoNotRestart, handled: true };
        },
      },
    };
  }

  private async tellAbsence(): Promise<void> {
    const choose = "Choose the Program…";
    const how = "How to Get It";
    const picked = await vscode.window.showWarningMessage(
      "LocalProof is not installed where VS Code looks: the setting localproof.command, the active Python environment, " +
        "PATH, the tools of uv and pipx.",
      choose,
      how,
    );
    if (picked === how) {
      await vscode.commands.executeCommand("markdown.showPreview", vscode.Uri.joinPath(this.context.extensionUri, "README.md"));
    } else if (picked === choose) {
      const [file] = (await vscode.window.showOpenDialog({ title: "The program “localproof”" })) ?? [];
      if (file) {
        const target = vscode.ConfigurationTarget.Global;
        await vscode.workspace.getConfiguration("localproof").update("command", [file.fsPath], target);
      }
    }
  }

  private async tellFailure(why: string): Promise<void> {
    const picked = await vscode.window.showErrorMessage(why, "Show the Log", "Try Again");
    if (picked === "Show the Log") {
      this.log.show();
    } else if (picked === "Try Again") {
      await this.restart();
    }
  }
}

/** Tells the server at its start that this editor wants to know how things stand. */
class AsksForStatus implements StaticFeature {
  fillClientCapabilities(capabilities: ClientCapabilities): void {
    capabilities.experimental = { ...(capabilities.experimental as object | undefined), localproofStatus: true };
  }

  initialize(): void {}

  getState(): { kind: "static" } {
    return { kind: "static" };
  }

  clear(): void {}
}
