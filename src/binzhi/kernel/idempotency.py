"""The same request sent twice has one effect: key, effect and answer are kept in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson
from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from binzhi.kernel import db
from binzhi.kernel.errors import DomainError, InvalidInput
from binzhi.kernel.operations import unit_of_work

KEY_LIMIT = 255
R = TypeVar("R")


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
    _check(key)
    with unit_of_work():
        mine = db.execute(
            "INSERT INTO kernel_idempotency_key (caller, key, fingerprint) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [caller, key, fingerprint],
        )
        if not mine:
            kept = _kept(caller, key, fingerprint)
            if kept is None:
                raise KeyReused
            return kept, True
        answer = work()
        db.execute(
            "UPDATE kernel_idempotency_key SET answer = %s::jsonb WHERE caller = %s AND key = %s",
            [orjson.dumps(answer, default=str).decode(), caller, key],
        )
        return answer, False


# Part of a statement that has `told (id, CLAIM_COLUMNS)`: keeps the key of each of its rows that came with one.
CLAIM_COLUMNS = "claim_caller text, claim_key text, claim_fingerprint bytea, claim_answer jsonb"
CLAIMING = """
claim AS (
    INSERT INTO kernel_idempotency_key (caller, key, fingerprint, answer)
    SELECT claim_caller, claim_key, claim_fingerprint, claim_answer FROM told WHERE claim_key IS NOT NULL
    RETURNING key
)
"""


@dataclass(slots=True)
class Claim:
    """The key under which something is asked, and what will be answered."""

    caller: str
    key: str
    fingerprint: bytes
    answer_of: Callable[[Any], dict[str, Any]]
    answer: dict[str, Any] | None = None


_claim: ContextVar[Claim | None] = ContextVar("idempotency_claim", default=None)


def claimed_here() -> Claim | None:
    """The key under which the running operation was asked for, if its statement is to keep it."""
    return _claim.get()


def claiming(claim: Claim | None, made: object) -> dict[str, Any]:
    """The CLAIM_COLUMNS of one row of `told`; `made` is what the operation will return."""
    if claim is None:
        return {}
    claim.answer = claim.answer_of(made)
    return {
        "claim_caller": claim.caller, "claim_key": claim.key, "claim_fingerprint": "\\x" + claim.fingerprint.hex(),
        "claim_answer": claim.answer,
    }  # fmt: skip


def run_once_carried(
    *, caller: str, key: str, fingerprint: bytes, work: Callable[[], R], answer_of: Callable[[R], dict[str, Any]]
) -> tuple[dict[str, Any], bool]:
    """As `run_once`, for an operation whose statement carries `CLAIMING`: no statement is spent on the key.

    A repeat does the work as far as that statement, which the key then refuses; a refusal of any kind is one only if
    no answer is kept, so that what sold out in between does not hide the first answer. Raises KeyReused.
    """
    _check(key)
    claim = Claim(caller, key, fingerprint, answer_of)
    token = _claim.set(claim)
    try:
        work()
    except (DomainError, IntegrityError):
        kept = _kept(caller, key, fingerprint)
        if kept is None:
            raise
        return kept, True
    finally:
        _claim.reset(token)
    if claim.answer is None:
        raise AssertionError("the operation did not keep its answer")
    return claim.answer, False


def _check(key: str) -> None:
    if not key or len(key) > KEY_LIMIT or not key.isprintable():
        raise InvalidInput(field="Idempotency-Key", message=_("An idempotency key has 1 to 255 printable characters."))


def _kept(caller: str, key: str, fingerprint: bytes) -> dict[str, Any] | None:
    row = db.fetch_one(
        "SELECT fingerprint, answer FROM kernel_idempotency_key WHERE caller = %s AND key = %s", [caller, key]
    )
    if row is None:
        return None
    if bytes(row["fingerprint"]) != fingerprint:
        raise KeyReused
    answer: dict[str, Any] = db.plain_json(row["answer"])
    return answer
