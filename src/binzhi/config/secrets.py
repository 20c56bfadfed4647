"""The installation's secrets: made on first start, kept in one private directory."""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Secrets:
    """Django's signing key, the data keys by id (32 bytes each) and the blind-index key."""

    django: str
    data_keys: dict[int, bytes]
    index_key: bytes


def load_secrets(directory: Path) -> Secrets:
    """Read `secrets.json` in `directory`, or `BINZHI_SECRETS` (the same JSON); make it when absent."""
    text = os.environ.get("BINZHI_SECRETS")
    if not text:
        path = directory / "secrets.json"
        text = path.read_text() if path.exists() else _make(path)
    stored = json.loads(text)
    return Secrets(
        django=stored["django"],
        data_keys={int(key): base64.b64decode(value) for key, value in stored["data_keys"].items()},
        index_key=base64.b64decode(stored["index_key"]),
    )


def _make(path: Path) -> str:
    text = json.dumps(
        {
            "django": secrets.token_urlsafe(50),
            "data_keys": {"1": base64.b64encode(secrets.token_bytes(32)).decode()},
            "index_key": base64.b64encode(secrets.token_bytes(32)).decode(),
        }
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(text)
    try:
        # Two processes starting at once must end with the same secrets: the first link wins.
        os.link(draft, path)
    except FileExistsError:
        text = path.read_text()
    finally:
        draft.unlink()
    return text
