// One file for any page: everything inside, style sheet included, minified.
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const target = ["chrome111", "firefox115", "safari16.4"];

// The style sheet as one line of text; esbuild minifies it first.
const sheet = {
  name: "sheet",
  setup(plugins) {
    plugins.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const made = await build({ entryPoints: [path], minify: true, write: false, loader: { ".css": "css" }, target: ["chrome120", "firefox121", "safari17.5"] });
      return { contents: made.outputFiles[0].text.trim().replace(/(--[\w-]+:) /g, "$1"), loader: "text" };
    });
  },
};

// The texts of each language side by side, where they pack better than one by one.
const texts = {
  name: "texts",
  setup(plugins) {
    plugins.onLoad({ filter: /words\.ts$/ }, async ({ path }) => {
      const names = [];
      const said = [[], []];
      const rest = (await readFile(path, "utf8")).replace(/^(?:export )?const (\w+) = say\("(.*?)", "(.*?)"\);$/gm, (_, name, ...both) => {
        if (both.slice(0, 2).some((text) => /[|`\\$]/.test(text))) throw new Error(`${name} has a character that parts texts`);
        names.push(name);
        said.forEach((texts, n) => texts.push(both[n]));
        return "";
      });
      const packed = said.map((texts) => `\`${texts.join("|")}\``);
      return { contents: `export const [${names}] = (fa ? ${packed.join(" : ")}).split("|") as string[];\n${rest}`, loader: "ts" };
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
  target,
  legalComments: "none",
  plugins: [sheet, texts],
  write: false,
  metafile: true,
  logLevel: "warning",
});
// Put in place when it is whole, the script last: a desk that runs meanwhile looks at that one.
const plain = made.outputFiles[0].contents;
const smallest = brotliCompressSync(plain); // for browsers that take it: all of them, over HTTPS
const built = join(here, "../built");
await mkdir(built, { recursive: true });
await writeFile(join(built, ".widget.js"), plain);
await writeFile(join(built, ".widget.js.br"), smallest);
await rename(join(built, ".widget.js.br"), join(built, "widget.js.br"));
await rename(join(built, ".widget.js"), join(built, "widget.js"));
const kib = (bytes) => (bytes.length / 1024).toFixed(1);
console.log(`widget.js, ${kib(gzipSync(plain, { level: 9 }))} KiB gzipped, ${kib(smallest)} KiB as brotli, of ${Object.keys(made.metafile.inputs).length} files`);
