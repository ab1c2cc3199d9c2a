// What the writer can ask for by name: the commands of the palette, and the menu of the status bar.

import * as vscode from "vscode";
import type { Server } from "./server";
import { count, type StatusBar } from "./status";
import { chosen, isOurs, settings } from "./texts";

interface Choice extends vscode.QuickPickItem {
  value: string;
}

interface Model {
  id: string;
  name: string;
  licence: string;
  on: boolean;
  refused: string;
}

const PROFILES: Record<string, string> = {
  quiet: "what is more likely right than taste",
  balanced: "finds more and errs more",
  all: "every suspect, with its probability",
};

export class Commands {
  constructor(
    private readonly server: Server,
    private readonly bar: StatusBar,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  register(): vscode.Disposable {
    const own: Record<string, () => unknown> = {
      correctCertain: () => this.correctCertain(),
      toggleHeldBack: () => this.ofText((uri) => this.server.run("showHeldBack", uri.toString())),
      addSelectedWord: () => this.addSelectedWord(),
      chooseDialect: () => this.chooseDialect(),
      chooseProfile: () => this.chooseProfile(),
      chooseModel: () => this.chooseModel(),
      openReport: () => this.server.run("report"),
      restart: () => this.server.restart(),
      showLog: () => this.log.show(),
      menu: () => this.menu(),
    };
    return vscode.Disposable.from(
      ...Object.entries(own).map(([name, run]) => vscode.commands.registerCommand(`localproof.${name}`, run)),
    );
  }

  /** Do `work` with the text in the active editor, or say that it is none of ours. */
  private async ofText(work: (uri: vscode.Uri, editor: vscode.TextEditor) => unknown): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    if (!editor || !isOurs(editor.document)) {
      void vscode.window.showInformationMessage("LocalProof: there is no text here that it checks.");
      return;
    }
    await work(editor.document.uri, editor);
  }

  private async correctCertain(): Promise<void> {
    await this.ofText(async (uri) => {
      if (this.bar.text(uri)?.certain) {
        await vscode.commands.executeCommand("editor.action.sourceAction", {
          kind: "source.fixAll.localproof",
          apply: "first",
        });
      } else {
        void vscode.window.showInformationMessage("LocalProof: nothing here is certain enough to be corrected unasked.");
      }
    });
  }

  private async addSelectedWord(): Promise<void> {
    await this.ofText(async (uri, editor) => {
      const { document, selection } = editor;
      const range = selection.isEmpty ? document.getWordRangeAtPosition(selection.active) : selection;
      const word = range ? document.getText(range).trim() : "";
      if (!word || /[\r\n]/.test(word)) {
        void vscode.window.showInformationMessage("LocalProof: put the cursor into the word, or select it.");
        return;
      }
      const where = await this.askWhere(uri, `Add “${word}” to`, "The project’s words", "Your own words");
      if (where) {
        await this.server.run("addWord", uri.toString(), word, where);
      }
    });
  }

  private async chooseDialect(): Promise<void> {
    await this.ofText(async (uri, { document }) => {
      const declared = declaration("language");
      const choices = declared.enum.map((value, i) => ({ value, label: declared.enumItemLabels?.[i] ?? value }));
      await this.choose(uri, "language", "The language or dialect", choices, this.bar.text(document.uri)?.language);
    });
  }

  private async chooseProfile(): Promise<void> {
    await this.ofText(async (uri) => {
      const choices = declaration("profile").enum.map((value) => ({ value, label: value, detail: PROFILES[value] ?? "" }));
      await this.choose(uri, "profile", "How sure LocalProof must be before it speaks", choices, this.bar.text(uri)?.profile);
    });
  }

  /** Have the writer choose, and write it where it counts: VS Code's settings where they say something already, else
   * one of LocalProof's files. */
  private async choose(uri: vscode.Uri, key: string, title: string, choices: Choice[], now = ""): Promise<void> {
    const marked = choices.map((each) => (each.value === now ? { ...each, description: "now" } : each));
    const picked = await vscode.window.showQuickPick(marked, { title, matchOnDetail: true });
    if (!picked) {
      return;
    }
    if (chosen(key) !== undefined) {
      const here = settings().inspect(key)?.workspaceValue !== undefined;
      const target = here ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global;
      await settings().update(key, picked.value, target);
      return;
    }
    const where = await this.askWhere(uri, `${picked.value}, for`, "This project", "All your texts");
    if (where) {
      await this.server.run("changeSetting", uri.toString(), key, picked.value, where);
    }
  }

  /** "project" or "user"; not asked where there is no project. */
  private async askWhere(uri: vscode.Uri, title: string, project: string, own: string): Promise<string | undefined> {
    if (!this.bar.text(uri)?.project) {
      return "user";
    }
    const choices: Choice[] = [
      { value: "project", label: project, detail: "A file in the project’s folder, for everybody who works on it" },
      { value: "user", label: own, detail: "A file of LocalProof’s for you alone" },
    ];
    return (await vscode.window.showQuickPick(choices, { title }))?.value;
  }

  private async chooseModel(): Promise<void> {
    const models = await this.server.run<Model[]>("models");
    if (!models) {
      return;
    }
    const on = models.some((model) => model.on);
    const choices: Choice[] = [
      { value: "none", label: "No model", description: on ? "" : "now", detail: "The rules and their scoring alone" },
      ...models.map((model) => ({
        value: model.id,
        label: model.name,
        description: [model.licence, model.on ? "now" : ""].filter(Boolean).join(" · "),
        detail: model.refused ? `not let in by your settings: ${model.refused}` : model.id,
      })),
    ];
    const title = "The language model that scores; `localproof models` says whose data each is made of";
    const picked = await vscode.window.showQuickPick(choices, { title, matchOnDetail: true });
    if (picked) {
      await this.server.run("useModel", picked.value);
    }
  }

  private async menu(): Promise<void> {
    const uri = vscode.window.activeTextEditor?.document.uri;
    const text = uri && this.bar.text(uri);
    const lines: [string, string, string][] = [
      ["correctCertain", "$(check-all) Make all corrections that are certain", text ? count(text.certain, "correction") : ""],
      [
        "toggleHeldBack",
        `$(eye) ${text?.heldBackShown ? "Hide" : "Show"} what the profile holds back`,
        text ? count(text.heldBack, "finding") : "",
      ],
      ["chooseProfile", "$(unmute) Choose the profile…", text?.profile ?? ""],
      ["chooseDialect", "$(globe) Choose the language or dialect…", text?.language ?? ""],
      ["chooseModel", "$(sparkle) Switch the language model…", this.bar.modelIsOn ? "on" : "off"],
      ["addSelectedWord", "$(book) Add the word to a dictionary…", ""],
      ["openReport", "$(graph) Report of this session", "what checks, whose data, what energy"],
      ["restart", "$(debug-restart) Restart the server", ""],
      ["showLog", "$(output) Show the log", ""],
    ];
    const items = lines.map(([value, label, description]) => ({ value, label, description }));
    const picked = await vscode.window.showQuickPick(items, { title: "LocalProof" });
    if (picked) {
      await vscode.commands.executeCommand(`localproof.${picked.value}`);
    }
  }
}

/** A setting as package.json declares it. */
function declaration(name: string): { enum: string[]; enumItemLabels?: string[] } {
  const own = vscode.extensions.getExtension("localproof.localproof")?.packageJSON;
  return own?.contributes.configuration.properties[`localproof.${name}`] ?? { enum: [] };
}
