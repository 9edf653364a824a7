// Bundles scripts and style sheets, copies icons and stickers, and writes built/manifest.json,
// which names every file by its content so that browsers may keep them for ever.
import { createHash } from "node:crypto";
import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { Resvg } from "@resvg/resvg-js";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "built");
const manifest = {};

async function keep(source) {
  const content = await readFile(source);
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 8).toUpperCase();
  const kind = extname(source);
  const name = `${basename(source, kind)}-${hash}${kind}`;
  await writeFile(join(out, name), content);
  manifest[basename(source)] = name;
}

async function bundle() {
  const result = await build({
    entryPoints: { desk: join(here, "src/desk.ts"), survey: join(here, "src/survey.ts"), pasokh: join(here, "src/pasokh.css"), demo: join(here, "src/demo.css"), small: join(here, "src/small.css") },
    bundle: true,
    minify: true,
    format: "esm",
    target: ["chrome120", "firefox121", "safari17.5"],
    loader: { ".woff2": "file" },
    entryNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
    legalComments: "linked",
    outdir: out,
    metafile: true,
    logLevel: "warning",
  });
  for (const [path, made] of Object.entries(result.metafile.outputs)) {
    const name = basename(path);
    if (made.entryPoint) manifest[basename(made.entryPoint).replace(/\.ts$/, ".js")] = name;
    else if (name.endsWith(".woff2")) manifest[name.replace(/-[0-9A-Z]{8}\.woff2$/, ".woff2")] = name;
  }
}

// Mail programs draw no SVG: the stickers are also made as pictures, under names that never change.
async function stickers() {
  const source = join(here, "stickers");
  await mkdir(join(out, "stickers"), { recursive: true });
  for (const file of (await readdir(source)).sort()) {
    await cp(join(source, file), join(out, "stickers", file));
    const drawing = new Resvg(await readFile(join(source, file)), { fitTo: { mode: "width", value: 192 } });
    await writeFile(join(out, "stickers", file.replace(/\.svg$/, ".png")), drawing.render().asPng());
  }
}

// The server hands out the packed file where there is one.
async function pack() {
  for (const name of await readdir(out)) {
    if (!/\.(js|css|svg)$/.test(name)) continue;
    await writeFile(join(out, `${name}.gz`), gzipSync(await readFile(join(out, name)), { level: 9 }));
  }
}

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await bundle();
await keep(join(here, "icons.svg"));
await keep(join(here, "favicon.svg"));
await stickers();
await pack();
await writeFile(join(out, "manifest.json"), JSON.stringify(manifest, Object.keys(manifest).sort(), 1) + "\n");
console.log(`${Object.keys(manifest).length} files in ${relative(process.cwd(), out)}`);
