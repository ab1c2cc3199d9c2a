// A real Visual Studio Code with the extension in it, and hands and eyes for it.

import { execFileSync, spawn } from "node:child_process";
import * as fs from "node:fs";
import { createServer } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const HERE = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const PICTURES = path.join(HERE, "out", "pictures");
const PATIENCE_MS = 300_000; // for a machine that is busy with other things

const PLAIN = {
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "window.commandCenter": false,
  "chat.commandCenter.enabled": false,
  "editor.minimap.enabled": false,
  "files.autoSave": "off",
  "diffEditor.useInlineViewWhenSpaceIsLimited": false,
};

export class Code {
  /** Start it on a project of `files` (name to text), which `prepare` may change before a window is open. */
  static async start(files, prepare = () => {}) {
    const code = new Code();
    code.home = fs.mkdtempSync(path.join(os.tmpdir(), "localproof-vscode-"));
    code.project = path.join(code.home, "project");
    for (const [name, text] of Object.entries(files)) {
      code.write(path.join("project", name), text);
    }
    // Where uv and pipx put it; the PATH of what a desktop starts does not have it.
    code.write(".local/bin/localproof", `#!/bin/sh\nexec "${process.env.PYTHON}" -m localproof "$@"\n`);
    fs.chmodSync(path.join(code.home, ".local/bin/localproof"), 0o755);
    code.env = {
      ...process.env,
      HOME: code.home,
      PYTHONPATH: path.resolve(HERE, "../.."),
      LOCALPROOF_SERVICE: "off",
      LOCALPROOF_CONFIG_DIR: path.join(code.home, "config"),
      LOCALPROOF_CACHE_DIR: path.join(code.home, "cache"),
    };
    for (const name of Object.keys(code.env).filter((each) => /^(XDG_|VSCODE_|GIT_)/.test(each))) {
      delete code.env[name];
    }
    prepare(code);
    const folders = ["--user-data-dir", path.join(code.home, "data"), "--extensions-dir", path.join(code.home, "ext")];
    code.write("data/User/settings.json", JSON.stringify(PLAIN));
    const vsix = path.join(HERE, "out", "localproof.vsix");
    execFileSync(process.env.CODE_SERVER, [...folders, "--install-extension", vsix], { env: code.env, stdio: "pipe" });
    const port = await freePort();
    const quiet = ["--auth", "none", "--disable-telemetry", "--disable-update-check", "--disable-workspace-trust"];
    code.server = spawn(process.env.CODE_SERVER, [...folders, ...quiet, "--bind-addr", `127.0.0.1:${port}`], {
      env: code.env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    code.said = "";
    for (const stream of [code.server.stdout, code.server.stderr]) {
      stream.on("data", (data) => (code.said += data));
    }
    await code.until("the server listens", () => /listening on/i.test(code.said));
    code.browser = await chromium.launch({
      executablePath: process.env.CHROMIUM,
      args: ["--no-sandbox", "--disable-gpu", "--force-color-profile=srgb"],
    });
    code.page = await code.browser.newPage({ viewport: { width: 1000, height: 640 } });
    code.page.setDefaultTimeout(PATIENCE_MS);
    await code.page.goto(`http://127.0.0.1:${port}/?folder=${encodeURIComponent(code.project)}`);
    await code.page.waitForSelector(".monaco-workbench");
    return code;
  }

  async stop() {
    await this.browser?.close();
    try {
      process.kill(-this.server.pid, "SIGKILL");
    } catch {
      // it has ended
    }
    fs.rmSync(this.home, { recursive: true, force: true });
  }

  /** What the extension and the server logged, and what code-server said. */
  logs() {
    const folder = path.join(this.home, "data", "logs");
    const names = fs.existsSync(folder) ? fs.readdirSync(folder, { recursive: true }) : [];
    const ours = names.filter((name) => name.endsWith("LocalProof.log"));
    return [...ours.map((name) => fs.readFileSync(path.join(folder, name), "utf8")), this.said].join("\n").slice(-6000);
  }

  write(name, text) {
    const file = path.join(this.home, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
  }

  read(name) {
    return fs.readFileSync(path.join(this.home, name), "utf8");
  }

  /** Set these settings for the folder, and no others. Those of the user are not watched by code-server. */
  saySettings(settings) {
    this.write("project/.vscode/settings.json", JSON.stringify(settings));
  }

  /** Wait until `condition` holds. */
  async until(what, condition, patience = PATIENCE_MS) {
    const end = Date.now() + patience;
    while (!(await condition())) {
      if (Date.now() > end) {
        throw new Error(`${what}: not within ${patience / 1000} s`);
      }
      await new Promise((go) => setTimeout(go, 100));
    }
  }

  async picture(name) {
    fs.mkdirSync(PICTURES, { recursive: true });
    await this.page?.screenshot({ path: path.join(PICTURES, `${name}.png`) });
  }

  async open(name) {
    await this.ask("Control+P", name, path.basename(name));
    await this.page.waitForSelector(`.tab.active:has-text("${path.basename(name)}")`);
    await this.page.waitForSelector(".view-line");
  }

  /** Run a command of the palette by its title. */
  async command(title) {
    await this.ask("F1", `>${title}`, title);
  }

  /** Open VS Code's input with `key`, write `text` into it, and take the line of its list that holds `label`. A key that
   * comes while the window is still busy with itself is lost, and pressed again. */
  async ask(key, text, label) {
    const input = this.page.locator(".quick-input-widget .quick-input-box input");
    await this.until(`an input for ${text}`, async () => {
      await this.page.keyboard.press(key);
      return input.waitFor({ timeout: 10_000 }).then(() => true, () => false);
    });
    await input.fill(text);
    if (label) {
      await this.page.locator(".quick-input-list .label-name").getByText(label, { exact: true }).first().click();
    } else {
      await this.page.keyboard.press("Enter");
    }
  }

  /** Choose the line of an open list that holds `label`. */
  async choose(label) {
    const row = this.page.locator(".quick-input-list .monaco-list-row", { hasText: label }).first();
    await row.waitFor();
    await row.click();
  }

  /** The words that are underlined, as the eye sees them: those whose place on the screen a squiggle covers exactly. */
  async underlined() {
    return this.page.evaluate(() => {
      const found = [];
      const squiggles = [...document.querySelectorAll(".cdr[class*='squiggly-']")].map((s) => s.getBoundingClientRect());
      for (const line of document.querySelectorAll(".view-lines .view-line")) {
        const box = line.getBoundingClientRect();
        const nodes = [];
        const walk = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
        while (walk.nextNode()) {
          nodes.push(walk.currentNode);
        }

        const units = nodes.flatMap((node) => Array.from({ length: node.data.length }, (_, i) => [node, i]));
        for (const s of squiggles.filter((r) => r.top >= box.top - 2 && r.top < box.bottom - 2)) {
          const covered = units.filter(([node, i]) => {
            const range = document.createRange();
            range.setStart(node, i);
            range.setEnd(node, i + 1);
            const r = range.getBoundingClientRect();
            return r.width > 0 && (r.left + r.right) / 2 > s.left && (r.left + r.right) / 2 < s.right;
          });
          found.push(covered.map(([node, i]) => node.data[i]).join("").replaceAll("\u00a0", " "));
        }

      }
      return found;
    });
  }

  async line(part) {
    const lines = await this.page.locator(".view-lines .view-line").allTextContents();
    return lines.map((each) => each.replaceAll("\u00a0", " ")).find((each) => each.includes(part)) ?? "";
  }

  /** Put the cursor at a line and a column, both from 1. */
  async goTo(line, column) {
    await this.ask("Control+G", `:${line}:${column}`);
    await this.page.locator(".quick-input-widget").waitFor({ state: "hidden" });
  }

  /** The lines of the menu of corrections where the cursor stands; the menu stays open. */
  async fixes() {
    await this.page.keyboard.press("Control+.");
    await this.page.waitForSelector(".action-widget .monaco-list-row");
    return this.page.locator(".action-widget .monaco-list-row").allTextContents();
  }

  /** Take the line of the open menu that holds `part`, by the keys. */
  async pick(part) {
    const focused = this.page.locator(".action-widget .monaco-list-row.focused");
    for (let tries = 0; !((await focused.textContent()) ?? "").includes(part); tries++) {
      if (tries > 40) {
        throw new Error(`${part}: not in the menu`);
      }
      await this.page.keyboard.press("ArrowDown");
    }
    await this.page.keyboard.press("Enter");
    await this.page.locator(".action-widget").waitFor({ state: "hidden" });
  }

  /** What the status bar says of LocalProof. */
  async status() {
    const item = this.page.locator('.statusbar-item[id="localproof.localproof.localproof.status"] a');
    return (await item.count()) ? ((await item.first().getAttribute("aria-label")) ?? "") : "";
  }

  /** The processes of the language server. */
  servers() {
    const mine = (pid) => {
      try {
        const line = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
        const from = fs.readFileSync(`/proc/${pid}/environ`, "utf8");
        return line.includes("lsp") && line.includes("localproof") && from.includes(this.home);
      } catch {
        return false;
      }
    };
    return fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name) && mine(name)).map(Number);
  }
}

async function freePort() {
  const server = createServer();
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return port;
}
