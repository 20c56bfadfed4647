"""Tamper evidence: runs of audit rows are sealed by a hash chain.

Rows are insert-only. A chain link per row would make every write of a hotel wait for the one before, so the
worker seals once a minute what is final: the rows of all transactions older than the oldest one still running.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from binzhi.kernel import db
from binzhi.kernel.operations import unit_of_work

_DIGEST = """
SELECT encode(sha256(convert_to(concat_ws('|', id, txid, at AT TIME ZONE 'UTC', hotel_id, operation, subject,
       subject_id, coalesce(user_id, 0), actor, before::text, after::text, reason), 'UTF8')), 'hex') AS digest
FROM kernel_audit_entry WHERE txid >= %s AND txid < %s ORDER BY txid, id
"""
_HORIZON = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"


@dataclass(frozen=True, slots=True)
class Broken:
    """Where the chain does not hold: the first run of transactions whose rows no longer give its hash."""

    from_txid: int
    to_txid: int


def seal() -> int:
    """Seal what is final; the number of rows sealed. One sealer at a time (advisory lock)."""
    with unit_of_work():
        db.execute("SELECT pg_advisory_xact_lock(7001, 0)")
        before = db.fetch_one("SELECT to_txid, digest FROM kernel_audit_seal ORDER BY to_txid DESC LIMIT 1")
        start = before["to_txid"] if before else 0
        horizon = db.fetch_value(_HORIZON)
        count, digest = _chain(bytes(before["digest"]) if before else b"", start, horizon)
        if count:
            db.execute(
                "INSERT INTO kernel_audit_seal (from_txid, to_txid, entries, digest) VALUES (%s, %s, %s, %s)",
                [start, horizon, count, digest],
            )
    return count


def verify() -> Broken | None:
    """Recompute every seal; None when the trail is whole, else the first run that was changed."""
    digest = b""
    for row in db.fetch_all("SELECT from_txid, to_txid, entries, digest FROM kernel_audit_seal ORDER BY to_txid"):
        count, digest = _chain(digest, row["from_txid"], row["to_txid"])
        if digest != bytes(row["digest"]) or count != row["entries"]:
            return Broken(row["from_txid"], row["to_txid"])
    return None


def _chain(before: bytes, from_txid: int, to_txid: int) -> tuple[int, bytes]:
    chain = hashlib.sha256(before)
    rows = db.fetch_all(_DIGEST, [from_txid, to_txid])
    for row in rows:
        chain.update(row["digest"].encode())
    return len(rows), chain.digest()
