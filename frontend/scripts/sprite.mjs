// Builds one sprite from our own 16-grid drawings and the few Tabler icons named in tabler.json.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const own = await readFile(at("../src/icons/binzhi.svg"), "utf8");
const names = JSON.parse(await readFile(at("../src/icons/tabler.json"), "utf8"));

const symbols = own.match(/<symbol[\s\S]*?<\/symbol>/g) ?? [];
const taken = new Set(symbols.map((symbol) => /id="([^"]+)"/.exec(symbol)[1]));

for (const [name, source] of Object.entries(names)) {
  if (taken.has(name)) throw new Error(`icon "${name}" is drawn twice`);
  const svg = await readFile(at(`../node_modules/@tabler/icons/icons/outline/${source}.svg`), "utf8");
  const body = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
  const shapes = body.replace(/<path stroke="none"[^>]*\/>/g, "").replace(/\s+/g, " ").trim();
  // Their grid is 24: 2.25 units there are the 1.5 units of our 16 grid.
  symbols.push(`<symbol id="${name}" viewBox="0 0 24 24"><g stroke-width="2.25">${shapes}</g></symbol>`);
}

await mkdir(at("../.generated"), { recursive: true });
await writeFile(at("../.generated/sprite.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`);
