"""The same request sent twice has one effect: key, effect and answer are kept in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import orjson
from django.utils.translation import gettext_lazy as _

from binzhi.kernel import db
from binzhi.kernel.errors import InvalidInput
from binzhi.kernel.operations import unit_of_work

KEY_LIMIT = 255


class KeyReused(InvalidInput):
    code = "idempotency_key_reused"
    message = _("This idempotency key was used for a different request.")
    field = "Idempotency-Key"


def fingerprint_of(*parts: Any) -> bytes:
    """A hash of what a request asks, to tell a repeat from another request under the same key."""
    return hashlib.sha256(orjson.dumps(parts, default=str)).digest()


def run_once(
    *, caller: str, key: str, fingerprint: bytes, work: Callable[[], dict[str, Any]]
) -> tuple[dict[str, Any], bool]:
    """Run `work` once per (caller, key); a repeat gets the kept answer. Returns (answer, was it a repeat).

    A second request with the same key waits for the first to commit. A refusal keeps nothing.
    Raises KeyReused when the same key comes with another request.
    """
    if not key or len(key) > KEY_LIMIT or not key.isprintable():
        raise InvalidInput(field="Idempotency-Key", message=_("An idempotency key has 1 to 255 printable characters."))
    with unit_of_work():
        mine = db.execute(
            "INSERT INTO kernel_idempotency_key (caller, key, fingerprint) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [caller, key, fingerprint],
        )
        if not mine:
            kept = db.fetch_one(
                "SELECT fingerprint, answer FROM kernel_idempotency_key WHERE caller = %s AND key = %s", [caller, key]
            )
            if kept is None or bytes(kept["fingerprint"]) != fingerprint:
                raise KeyReused
            answer = kept["answer"]
            return (orjson.loads(answer) if isinstance(answer, str) else answer), True
        answer = work()
        db.execute(
            "UPDATE kernel_idempotency_key SET answer = %s::jsonb WHERE caller = %s AND key = %s",
            [orjson.dumps(answer, default=str).decode(), caller, key],
        )
        return answer, False
