// One file for VS Code's extension host; with --watch it is made anew at every change.
import { context } from "esbuild";

const made = await context({
  entryPoints: ["src/extension.ts"],
  outfile: "out/extension.js",
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  external: ["vscode"],
  minify: true,
  sourcemap: process.argv.includes("--watch"),
  logLevel: "warning",
});
if (process.argv.includes("--watch")) {
  await made.watch();
} else {
  await made.rebuild();
  await made.dispose();
}
