// Pages already open still ask for the files of the last build: those are kept for a day, older ones go.
import { readdir, readFile, rm, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../src/binzhi/kernel/static/binzhi/", import.meta.url));
const manifest = JSON.parse(await readFile(`${folder}manifest.json`, "utf8"));
const current = new Set(["manifest.json"]);
for (const entry of Object.values(manifest)) for (const file of [entry.file, ...(entry.css ?? [])]) current.add(file);

const dayAgo = Date.now() - 24 * 3600 * 1000;
for (const file of await readdir(folder)) {
  if (!current.has(file) && (await stat(folder + file)).mtimeMs < dayAgo) await rm(folder + file);
}
