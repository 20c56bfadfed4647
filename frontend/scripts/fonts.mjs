// The Chinese fonts of printed forms, from their package to where the forms look for them.
import { copyFileSync, existsSync, mkdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const from = join(here, "../node_modules/@expo-google-fonts/noto-sans-sc");
const to = join(here, "../../src/binzhi/kernel/paper/fonts");

mkdirSync(to, { recursive: true });
for (const face of ["400Regular/NotoSansSC_400Regular.ttf", "700Bold/NotoSansSC_700Bold.ttf"]) {
  const target = join(to, basename(face));
  const source = join(from, face);
  if (!existsSync(target) || statSync(target).size !== statSync(source).size) copyFileSync(source, target);
}
