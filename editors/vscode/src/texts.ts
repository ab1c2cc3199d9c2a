// Which texts are LocalProof's, and what the writer has set for them.

import type { DocumentSelector } from "vscode-languageclient";
import * as vscode from "vscode";
import generated from "./generated.json";

// What somebody writes. A file as git has it, a log, a page of help are left alone: beside them every finding would
// stand twice, or where nobody can mend it.
const SCHEMES = [
  "file",
  "untitled",
  "vscode-remote",
  "vscode-vfs",
  "vscode-userdata",
  "vscode-scm",
  "vscode-notebook-cell",
];

const source: Record<string, string[]> = generated.source;

/** The names of all languages that are to be checked, as VS Code has them. */
export function languages(): string[] {
  const comments = settings().get<string[]>("sourceComments", []);
  return [...generated.prose, ...comments.flatMap((name) => source[name] ?? [])];
}

export function selector(): DocumentSelector {
  return languages().flatMap((language) => SCHEMES.map((scheme) => ({ language, scheme })));
}

export function isOurs(document: vscode.TextDocument): boolean {
  return SCHEMES.includes(document.uri.scheme) && languages().includes(document.languageId);
}

export function settings(): vscode.WorkspaceConfiguration {
  return vscode.workspace.getConfiguration("localproof");
}

/** What the writer has set here, with null for the rest: what is not set is for LocalProof's own files to say. */
export function chosenSettings(): Record<string, unknown> {
  return Object.fromEntries(generated.settings.map((name) => [name, chosen(name) ?? null]));
}

/** The value of one of our settings if it is set in VS Code. */
export function chosen(name: string): unknown {
  const said = settings().inspect(name);
  return said?.workspaceFolderValue ?? said?.workspaceValue ?? said?.globalValue;
}

/** What the server takes at its start only. */
export function startOptions(): Record<string, unknown> {
  return {
    ...chosenSettings(),
    debounceMs: settings().get("debounceMs"),
    codeLens: settings().get("codeLens"),
  };
}
