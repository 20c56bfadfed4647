"""Find a Chromium that runs here: what the user names, what the system has, else the copy from npm."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

FRONTEND = Path(__file__).resolve().parent.parent / "frontend"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
)


class NoChromium(RuntimeError):
    """No browser; the sentence says what would bring one."""


@dataclass(frozen=True)
class Browser:
    path: str
    environment: dict[str, str] = field(default_factory=dict)


def find_chromium() -> Browser:
    """The CHROMIUM variable, then the system, then npm's copy with its own libraries and a Chinese font.

    Raises NoChromium when none of them is there.
    """
    named = os.environ.get("CHROMIUM")
    if named:
        if not shutil.which(named):
            raise NoChromium(f"CHROMIUM names {named}, which cannot be run.")
        return Browser(named)
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return Browser(found)
    return _from_npm()


def _from_npm() -> Browser:
    package = FRONTEND / "node_modules" / "@sparticuz" / "chromium"
    node = shutil.which("node")
    if not package.exists() or node is None:
        raise NoChromium(
            "No Chromium: set CHROMIUM to one, install the package `chromium`, "
            "or run `npm ci` in frontend/ with node on PATH."
        )
    home = Path(tempfile.gettempdir()) / f"binzhi-chromium-{os.getuid()}"
    home.mkdir(mode=0o700, exist_ok=True)
    if not (home / "ready").exists():
        _unpack(node, package, home)
    libraries = home / "al2023" / "lib"
    environment = {"LD_LIBRARY_PATH": str(libraries)} if libraries.exists() and not _has_nss() else {}
    environment["FONTCONFIG_PATH"] = str(home / "fonts")
    environment["FONTCONFIG_FILE"] = str(home / "fonts" / "fonts.conf")
    return Browser(str(home / "chromium"), environment)


_UNPACK = """
import { createReadStream, createWriteStream, mkdirSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";
import { createRequire } from "node:module";
const [bin, home] = process.argv.slice(2);
const require = createRequire(bin + "/");
const tar = require("tar-fs");
const target = createWriteStream(home + "/chromium", { mode: 0o755 });
await pipeline(createReadStream(bin + "/chromium.br"), createBrotliDecompress(), target);
for (const name of ["al2023", "swiftshader"]) {
  mkdirSync(home + "/" + name, { recursive: true });
  try {
    await pipeline(createReadStream(`${bin}/${name}.tar.br`), createBrotliDecompress(), tar.extract(home + "/" + name));
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
}
"""

_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><dir>/usr/share/fonts</dir><cachedir>{cache}</cachedir></fontconfig>
"""


def _unpack(node: str, package: Path, home: Path) -> None:
    script = home / "unpack.mjs"
    script.write_text(_UNPACK)
    subprocess.run([node, str(script), str(package / "bin"), str(home)], check=True, timeout=120)
    fonts = home / "fonts"
    fonts.mkdir(exist_ok=True)
    noto = FRONTEND / "node_modules" / "@expo-google-fonts" / "noto-sans-sc"
    for weight in ("400Regular", "500Medium", "600SemiBold", "700Bold"):
        for file in noto.rglob(f"*{weight}.ttf"):
            shutil.copy(file, fonts / file.name)
    (fonts / "fonts.conf").write_text(_FONTS.format(fonts=fonts, cache=home / "font-cache"))
    (home / "ready").touch()


def _has_nss() -> bool:
    """The system's own libraries are newer; the bundled ones are for a bare machine."""
    ldconfig = shutil.which("ldconfig", path=f"{os.environ.get('PATH', '')}:/sbin:/usr/sbin")
    if ldconfig is None:
        return False
    return "libnss3.so" in subprocess.run([ldconfig, "-p"], capture_output=True, text=True, check=False).stdout
