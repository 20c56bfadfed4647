"""Addresses of the built front end, read from Vite's manifest."""

from __future__ import annotations

import json
import logging
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.templatetags.static import static

MANIFEST = Path(__file__).resolve().parent.parent / "static" / "binzhi" / "manifest.json"
_ENTRY = "src/main.ts"
_SPRITE = ".generated/sprite.svg"
_log = logging.getLogger(__name__)


@lru_cache(maxsize=4)
def _files(_stamp: float) -> dict[str, str]:
    if not MANIFEST.exists():
        _log.warning("The front end is not built: run `npm ci && npm run build` in frontend/.")
        return {"script": "app.js", "style": "app.css", "sprite": "sprite.svg"}
    manifest = json.loads(MANIFEST.read_text())
    entry = manifest[_ENTRY]
    return {"script": entry["file"], "style": entry["css"][0], "sprite": manifest[_SPRITE]["file"]}


def _stamp() -> float:
    """While developing the build changes under a running server; in production it does not."""
    return MANIFEST.stat().st_mtime if settings.DEBUG and MANIFEST.exists() else 0.0


def asset_url(kind: str) -> str:
    """The address of `script`, `style` or `sprite`."""
    return _address(kind, _stamp())


@lru_cache(maxsize=16)
def _address(kind: str, stamp: float) -> str:
    # Every icon asks.
    return static(f"binzhi/{_files(stamp)[kind]}")
