// One file for any page: everything inside, style sheet included, minified.
import { gzipSync } from "node:zlib";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));

// The style sheet as one line of text; esbuild minifies it first.
const sheet = {
  name: "sheet",
  setup(plugins) {
    plugins.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const made = await build({ entryPoints: [path], minify: true, write: false, loader: { ".css": "css" }, target: ["chrome120", "firefox121", "safari17.5"] });
      return { contents: made.outputFiles[0].text.trim(), loader: "text" };
    });
  },
};

const made = await build({
  entryPoints: [join(here, "main.ts")],
  outfile: join(here, "../built/widget.js"),
  bundle: true,
  minify: true,
  format: "iife",
  charset: "utf8",
  target: ["chrome111", "firefox115", "safari16.4"],
  legalComments: "none",
  plugins: [sheet],
  write: true,
  metafile: true,
  logLevel: "warning",
});
const { readFile } = await import("node:fs/promises");
const size = gzipSync(await readFile(join(here, "../built/widget.js")), { level: 9 }).length;
console.log(`widget.js, ${(size / 1024).toFixed(1)} KiB gzipped of ${Object.keys(made.metafile.inputs).length} files`);
