// What a writer does with the extension, step by step. A step that fails leaves a picture of what was there.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { Code } from "./code.mjs";

const TEXT = "# Notes\n\n😀 I should of gone there before teh shop closed.\n\nThey recieve an apple.\n";
const code = await Code.start(
  {
    "a.md": TEXT,
    "b.md": "The frobnicator works. Kubernetez is nice, and there is alot of stuff in it really very much.\n",
    "c.md": "It was in teh shop.\n",
    "code.py": "x = 1  # It is in teh shop by now.\n",
    "localproof.toml": '# ours\nprofile = "balanced"\n',
  },
  ({ project, env }) => {
    const git = (...args) => execFileSync("git", args, { cwd: project, env, stdio: "pipe" });
    git("init", "-q");
    git("add", ".");
    git("-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qm", "first");
    fs.writeFileSync(path.join(project, "c.md"), "It was in teh shop, and teh house.\n");
  },
);
const { page } = code;

let failed = 0;

async function step(name, work) {
  const began = Date.now();
  try {
    await work();
  } catch (error) {
    failed += 1;
    await code.picture(`failed-${failed}`).catch(() => {});
    console.log(`FAILED  ${name}: picture failed-${failed}\n${error.stack}`);
    return;
  }
  console.log(`ok  ${name}  (${((Date.now() - began) / 1000).toFixed(1)} s)`);
}

const shows = (...words) => code.until(`underlined: ${words}`, async () => {
  const found = await code.underlined();
  return words.every((word) => found.includes(word));
});
const checked = () => code.until("all engines have answered", async () => /findings?$/.test(await code.status()));
const hides = (word) => code.until(`not underlined: ${word}`, async () => !(await code.underlined()).includes(word));

await step("the words are underlined, to the column, after an emoji", async () => {
  await code.open("a.md");
  await shows("teh", "recieve");
  await code.picture("underlined");
});

await step("the list of problems begins with the correction, and has the column", async () => {
  await page.keyboard.press("Control+Shift+M");
  const row = page.locator(".markers-panel .monaco-list-row", { hasText: "teh → the" });
  await row.waitFor();
  assert.match((await row.textContent()) ?? "", /Ln 3, Col 34/);
  await code.picture("problems");
  await page.keyboard.press("Control+Shift+M");
});

await step("the status bar counts, and says who checks at what energy", async () => {
  await checked();
  assert.match(await code.status(), /^LocalProof: [2-9] findings$/);
  const item = page.locator('.statusbar-item[id="localproof.localproof.localproof.status"]');
  await item.hover();
  const tip = page.locator(".workbench-hover");
  await tip.waitFor();
  const said = ((await tip.textContent()) ?? "").replaceAll("\u00a0", " ");
  assert.match(said, /engines Harper, .*: ready/);
  assert.match(said, /model off/);
  assert.match(said, /energy .*since the start/);
  await code.picture("status");
  await page.mouse.move(400, 300);
});

await step("a correction is made from the menu", async () => {
  await code.goTo(3, 35);
  const lines = await code.fixes();
  assert.ok(lines.some((line) => line.includes("“teh” → “the”")), lines.join("\n"));
  await code.picture("quick-fix");
  await code.pick("“teh” → “the”");
  await code.until("the word is corrected", async () => (await code.line("😀")).includes("before the shop"));
  await hides("teh");
  await shows("recieve");
});

await step("a word is added to the project’s dictionary", async () => {
  await code.goTo(5, 7);
  await code.fixes();
  await code.pick("the project’s words");
  await hides("recieve");
  assert.equal(code.read("project/.localproof/dictionary.txt"), "recieve\n");
});

await step("typing is followed, and all that is certain is corrected at once", async () => {
  await code.goTo(5, 1);
  await page.keyboard.type("We definately saw alot of ships. ");
  await shows("definately");
  await checked();
  await code.command("LocalProof: Make All Corrections That Are Certain");
  await code.until("it is corrected", async () => (await code.line("ships")).includes("definitely"));
});

await step("a server that dies is started again, and knows the text", async () => {
  const before = code.servers();
  assert.ok(before.length > 0);
  before.forEach((pid) => process.kill(pid, "SIGKILL"));
  await code.until("another server", () => code.servers().some((pid) => !before.includes(pid)));
  await code.goTo(5, 1);
  await page.keyboard.type("It is seperate. ");
  await shows("seperate");
});

await step("the server is restarted by command", async () => {
  const before = code.servers();
  await code.command("LocalProof: Restart the Server");
  await code.until("another server", () => {
    const now = code.servers();
    return now.length > 0 && now.every((pid) => !before.includes(pid));
  });
  await shows("seperate");
});

await step("profile and dialect go into the project’s file", async () => {
  await code.command("LocalProof: Choose the Language or Dialect…");
  await code.choose("(en-GB)");
  await code.choose("This project");
  await code.until("it is written", () => code.read("project/localproof.toml").includes("en-GB"));
  assert.equal(code.read("project/localproof.toml"), '# ours\nprofile = "balanced"\nlanguage = "en-GB"\n');
});

await step("the model is switched on and off", async () => {
  const has = (word) => code.until(`model ${word}`, async () => {
    await page.mouse.move(400, 300);
    const label = await page.locator('.statusbar-item[id="localproof.localproof.localproof.status"]').innerHTML();
    return label.includes("codicon-sparkle") === (word === "on");
  });
  await code.command("LocalProof: Switch the Language Model…");
  await page.waitForSelector(".quick-input-list .monaco-list-row");
  await code.picture("models");
  await code.choose("localproof-small");
  await has("on");
  await code.command("LocalProof: Switch the Language Model…");
  await code.choose("No model");
  await has("off");
});

await step("a setting of VS Code’s counts, and is taken back", async () => {
  code.saySettings({ "localproof.words": ["seperate"] });
  await hides("seperate");
  code.saySettings({});
  await shows("seperate");
});

await step("what is held back is shown and hidden", async () => {
  code.saySettings({ "localproof.profile": "quiet" });
  await code.open("b.md");
  await shows("alot");
  await checked();
  const before = (await code.underlined()).length;
  await code.command("LocalProof: Show or Hide What the Profile Holds Back");
  await code.until("more is shown", async () => (await code.underlined()).length > before);
  await code.command("LocalProof: Show or Hide What the Profile Holds Back");
  await code.until("as before", async () => (await code.underlined()).length === before);
  code.saySettings({});
});

await step("the copy that git has is left alone", async () => {
  await code.open("c.md");
  await shows("teh");
  await code.command("Git: Open Changes");
  await page.waitForSelector(".monaco-diff-editor");
  await code.until("both are underlined on the right", async () => {
    return (await page.locator(".editor.modified .cdr[class*='squiggly-']").count()) >= 2;
  });
  assert.match((await page.locator(".editor.original .view-line").first().textContent()) ?? "", /teh/);
  assert.equal(await page.locator(".editor.original .cdr[class*='squiggly-']").count(), 0);
  await code.picture("git");
});

await step("the report opens, and is not itself proofread", async () => {
  await code.command("LocalProof: Report of This Session");
  await page.waitForSelector('.tab.active:has-text("session-report")');
  await code.until("it is read", async () => (await code.line("Harper")) !== "");
  await page.waitForTimeout(1500);
  assert.deepEqual(await code.underlined(), []);
  await code.picture("report");
});

await step("comments of source code are checked where that is asked for", async () => {
  await code.open("code.py");
  await page.waitForTimeout(1500);
  assert.deepEqual(await code.underlined(), []);
  code.saySettings({ "localproof.sourceComments": ["python"] });
  await shows("teh");
});

await step("a program that is not there is told once, with what to do", async () => {
  code.saySettings({ "localproof.command": ["/nowhere/localproof"] });
  const told = page.locator(".notification-toast", { hasText: "LocalProof is not installed where VS Code looks" });
  await told.waitFor();
  await code.picture("not-found");
  assert.equal(await told.count(), 1);
  await code.open("b.md");
  await code.until("the status bar says so", async () => (await code.status()).includes("not found"));
  code.saySettings({});
  await shows("alot");
});

if (failed) {
  console.log(code.logs());
}
await code.stop();
console.log(`pictures: ${path.relative(process.cwd(), path.join(import.meta.dirname, "../out/pictures"))}`);
process.exit(failed ? 1 : 0);
