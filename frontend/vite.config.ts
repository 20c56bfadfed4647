import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: at("."),
  base: "./",
  publicDir: false,
  build: {
    outDir: at("../src/binzhi/kernel/static/binzhi"),
    // scripts/sweep.mjs removes what no open page can still ask for.
    emptyOutDir: false,
    manifest: "manifest.json",
    // The content security policy allows no data: fonts, and one file is cached better than many copies.
    assetsInlineLimit: 0,
    modulePreload: false,
    target: ["chrome105", "edge105", "safari16", "firefox110"],
    cssTarget: ["chrome105", "safari16", "firefox110"],
    rollupOptions: {
      input: { app: at("src/main.ts") },
      output: {
        entryFileNames: "[name]-[hash].js",
        chunkFileNames: "[name]-[hash].js",
        assetFileNames: "[name]-[hash][extname]",
      },
    },
  },
});
