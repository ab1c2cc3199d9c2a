// The item in the status bar: what was found, and on hovering who checks, with which model, at what energy.

import * as vscode from "vscode";
import { isOurs } from "./texts";

/** The parameters of `localproof/status`; see docs/editors.md. */
export interface Status {
  texts: TextStatus[];
  engines: PartStatus[];
  model: PartStatus | null;
  energy: { status: string; joules: number | null; text: string } | null;
}

export interface TextStatus {
  uri: string;
  checked: boolean;
  why: string;
  findings: number;
  certain: number;
  heldBack: number;
  heldBackShown: boolean;
  project: boolean;
  profile: string;
  language: string;
}

interface PartStatus {
  name: string;
  title: string;
  ready: boolean;
  why: string;
}

/** The life of the server: `absent` where its program was not found, `failed` where it ended for good. */
export type ServerState = "off" | "starting" | "running" | "absent" | "failed";

export class StatusBar implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem("localproof.status", vscode.StatusBarAlignment.Right, 90);
  private readonly watches: vscode.Disposable;
  private readonly texts = new Map<string, TextStatus>();
  private last: Status | undefined;
  private state: ServerState = "off";

  constructor() {
    this.item.name = "LocalProof";
    this.item.command = "localproof.menu";
    this.watches = vscode.Disposable.from(
      vscode.window.onDidChangeActiveTextEditor(() => this.render()),
      vscode.workspace.onDidOpenTextDocument(() => this.render()), // its language may have changed
      vscode.workspace.onDidCloseTextDocument((document) => this.texts.delete(document.uri.toString())),
    );
  }

  dispose(): void {
    this.watches.dispose();
    this.item.dispose();
  }

  setState(state: ServerState): void {
    this.state = state;
    if (state !== "running") {
      this.last = undefined;
      this.texts.clear();
    }
    this.render();
  }

  take(status: Status): void {
    this.last = status;
    for (const text of status.texts) {
      this.texts.set(text.uri, text);
    }
    this.render();
  }

  /** What was last told of a text. */
  text(uri: vscode.Uri): TextStatus | undefined {
    return this.texts.get(uri.toString());
  }

  get modelIsOn(): boolean {
    return !!this.last?.model;
  }

  private render(): void {
    const document = vscode.window.activeTextEditor?.document;
    if (!document || !isOurs(document) || this.state === "off") {
      this.item.hide();
      return;
    }
    const text = this.texts.get(document.uri.toString());
    this.item.text = this.label(text);
    this.item.tooltip = this.tooltip(text);
    this.item.accessibilityInformation = { label: `LocalProof: ${this.summary(text)}`, role: "button" };
    const failed = this.state === "absent" || this.state === "failed";
    this.item.backgroundColor = failed ? new vscode.ThemeColor("statusBarItem.errorBackground") : undefined;
    this.item.show();
  }

  private label(text: TextStatus | undefined): string {
    if (this.state === "absent" || this.state === "failed") {
      return "$(error) LocalProof";
    }
    if (this.state === "starting" || !this.last || !text) {
      return "$(sync~spin) LocalProof";
    }
    if (text.why) {
      return "$(circle-slash) LocalProof";
    }
    const still = text.checked ? "" : "$(sync~spin) ";
    const model = this.last.model ? " $(sparkle)" : "";
    return `${still}${text.findings ? `$(pencil) LocalProof ${text.findings}` : "$(check) LocalProof"}${model}`;
  }

  private summary(text: TextStatus | undefined): string {
    switch (this.state) {
      case "absent":
        return "its program was not found";
      case "failed":
        return "its server has ended";
      default:
        if (!this.last || !text) {
          return "starting";
        }
        return text.why || `${count(text.findings, "finding")}${text.checked ? "" : ", still checking"}`;
    }
  }

  private tooltip(text: TextStatus | undefined): vscode.MarkdownString {
    const tip = new vscode.MarkdownString(undefined, true);
    tip.isTrusted = { enabledCommands: ["localproof.correctCertain", "localproof.toggleHeldBack"] };
    tip.appendMarkdown("**LocalProof:** ").appendText(this.summary(text));
    if (this.state === "running" && this.last) {
      if (text && !text.why) {
        appendText(tip, text);
      }
      appendParts(tip, this.last);
    }
    return tip;
  }
}

function appendText(tip: vscode.MarkdownString, text: TextStatus): void {
  if (text.certain) {
    tip.appendMarkdown(`, ${text.certain} certain ([correct](command:localproof.correctCertain))`);
  }
  if (text.heldBack) {
    const act = text.heldBackShown ? "hide" : "show";
    tip.appendMarkdown(`  \n${text.heldBack} held back ([${act}](command:localproof.toggleHeldBack))`);
  }
  row(tip, "profile", `${text.profile}, ${text.language}`);
}

function appendParts(tip: vscode.MarkdownString, status: Status): void {
  const ready = status.engines.filter((engine) => engine.ready && !engine.why).map((engine) => engine.title);
  row(tip, "engines", ready.length ? `${ready.join(", ")}: ready` : "none is ready yet");
  for (const engine of status.engines) {
    if (engine.why || !engine.ready) {
      row(tip, engine.title, engine.why || "starting");
    }
  }
  const model = status.model;
  row(tip, "model", model ? `${model.title}, ${model.why || (model.ready ? "on" : "on, starting")}` : "off");
  row(tip, "energy", status.energy ? `${status.energy.text.replace(/^energy /, "")}, since the start` : "none yet");
}

function row(tip: vscode.MarkdownString, label: string, said: string): void {
  tip.appendMarkdown("  \n*").appendText(label).appendMarkdown("* ").appendText(said);
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
