// Tabler's sheet, cut down to the classes our templates use, in a cascade layer below our own sheet.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { PurgeCSS } from "purgecss";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const root = at("../..");

// Names that our own sheet uses for something else; Tabler's rules for them must not arrive.
const ours = [/^\.?row/, /^\.?col/, /^\.?b$/, /^\.?body$/, /^\.?sp$/, /^\.?num$/, /^\.?card/, /^\.?nav/, /^\.?tab/, /^\.?title/, /^\.?i$/];

const [result] = await new PurgeCSS().purge({
  content: [
    `${root}/src/binzhi/**/*.html`,
    `${root}/src/binzhi/**/ui/*.py`,
    `${root}/src/binzhi/**/templatetags/*.py`,
    `${root}/frontend/src/**/*.ts`,
  ],
  css: [{ raw: await readFile(at("../node_modules/@tabler/core/dist/css/tabler.min.css"), "utf8") }],
  blocklist: ours,
  variables: true,
  keyframes: true,
});
const css = result.css.replace(/\/\*[\s\S]*?\*\//g, "").replace(/@charset "[^"]*";/g, "");
await mkdir(at("../.generated"), { recursive: true });
await writeFile(at("../.generated/tabler.css"), `@layer tabler{${css}}\n`);
