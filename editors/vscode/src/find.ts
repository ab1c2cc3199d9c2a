// Where LocalProof's program is: what the writer says, else where Python tools usually lie.

import { access, constants, stat } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import * as vscode from "vscode";

/** A program that can be started, its first arguments, and how it was found, in words. */
export interface Program {
  command: string;
  args: string[];
  from: string;
}

const WINDOWS = process.platform === "win32";
const NAME = WINDOWS ? "localproof.exe" : "localproof";
const BIN = WINDOWS ? "Scripts" : "bin";

/** The program, or undefined where it is in none of the places; each that was looked at is told to `note`. */
export async function findProgram(note: (line: string) => void): Promise<Program | undefined> {
  const said = vscode.workspace.getConfiguration("localproof").get<string[]>("command", []);
  const [command, ...args] = said.filter((part) => typeof part === "string").map(expand);
  if (command) {
    const found = path.isAbsolute(command) ? command : await onPath(command);
    if (found && (await isProgram(found))) {
      return { command: found, args, from: "localproof.command" };
    }
    note(`localproof.command: no program ${command}`);
    return undefined;
  }
  for await (const [from, candidate] of candidates()) {
    if (await isProgram(candidate)) {
      return { command: candidate, args: [], from };
    }
    note(`${from}: no program ${candidate}`);
  }
  note(`PATH: no program ${NAME} in ${process.env["PATH"]}`);
  return undefined;
}

async function* candidates(): AsyncGenerator<[string, string]> {
  // What lies in a folder that is not trusted is not started, be it called an environment.
  if (vscode.workspace.isTrusted) {
    const interpreter = await activeInterpreter();
    if (interpreter) {
      yield ["the active Python environment", path.join(path.dirname(interpreter), NAME)];
      yield ["the active Python environment", path.join(path.dirname(interpreter), BIN, NAME)];
    }
    for (const folder of vscode.workspace.workspaceFolders ?? []) {
      for (const environment of [".venv", "venv"]) {
        yield [`${environment} of the folder`, path.join(folder.uri.fsPath, environment, BIN, NAME)];
      }
    }
  }
  const found = await onPath(NAME);
  if (found) {
    yield ["PATH", found];
  }
  for (const folder of toolFolders()) {
    yield ["the tools of uv and pipx", path.join(folder, NAME)];
  }
}

/** The interpreter that the Python extension has chosen, where that extension is installed. */
async function activeInterpreter(): Promise<string | undefined> {
  const python = vscode.extensions.getExtension("ms-python.python");
  try {
    const api = python && (python.isActive ? python.exports : await python.activate());
    const active = api?.environments?.getActiveEnvironmentPath?.(vscode.workspace.workspaceFolders?.[0]?.uri);
    const resolved = active && (await api.environments.resolveEnvironment(active));
    return resolved?.executable?.uri?.fsPath;
  } catch {
    return undefined; // another extension's trouble
  }
}

/** Where `uv tool install` and `pipx install` put programs: often not on the PATH of what a desktop starts. */
function toolFolders(): string[] {
  const { UV_TOOL_BIN_DIR, PIPX_BIN_DIR, XDG_BIN_HOME } = process.env;
  const known = [UV_TOOL_BIN_DIR, PIPX_BIN_DIR, XDG_BIN_HOME].filter((folder): folder is string => !!folder);
  return [...known, path.join(os.homedir(), ".local", "bin")];
}

async function onPath(name: string): Promise<string | undefined> {
  const names = WINDOWS && !path.extname(name) ? [`${name}.exe`] : [name];
  for (const folder of (process.env["PATH"] ?? "").split(path.delimiter)) {
    for (const each of names) {
      // A folder without a root would be one of whatever is open.
      if (path.isAbsolute(folder) && (await isProgram(path.join(folder, each)))) {
        return path.join(folder, each);
      }
    }
  }
  return undefined;
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

/** A part of a command with the home folder and the workspace's in place of their signs. */
function expand(part: string): string {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const whole = part.replaceAll("${workspaceFolder}", folder).replaceAll("${userHome}", os.homedir());
  return /^~(?=$|[\\/])/.test(whole) ? os.homedir() + whole.slice(1) : whole;
}
