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
_SNAPSHOT = """
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS oldest,
       pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next
"""
_RUNNING = """
SELECT array_agg(backend_xid::text::bigint) FILTER (WHERE backend_xid IS NOT NULL) AS xids,
       bool_or(query = '<insufficient privilege>') AS hidden
FROM pg_stat_activity WHERE datname = current_database()
"""
_EPOCH = 2**32


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
        horizon = _horizon()
        count, digest = _chain(bytes(before["digest"]) if before else b"", start, horizon)
        if count:
            db.execute(
                "INSERT INTO kernel_audit_seal (from_txid, to_txid, entries, digest) VALUES (%s, %s, %s, %s)",
                [start, horizon, count, digest],
            )
    return count


def _horizon() -> int:
    """No transaction below this number is still running in this database.

    Transaction numbers are of the whole server: a long transaction of a neighbour database must not hold up ours, so
    the snapshot's own horizon is taken only where sessions of this database are hidden from us. Whoever had a number
    below `next` when that was read either shows in the list read after it or has ended.
    """
    snapshot = db.fetch_one(_SNAPSHOT) or {}
    oldest, upcoming = int(snapshot["oldest"]), int(snapshot["next"])
    # The view is read once per transaction and then remembered; what counts is the list after `next`.
    db.execute("SELECT pg_stat_clear_snapshot()")
    running = db.fetch_one(_RUNNING) or {}
    if running["hidden"]:
        return oldest
    # The list has the low 32 bits only; who is ahead of `next` began after it was read.
    behind = [(upcoming - xid) % _EPOCH for xid in running["xids"] or ()]
    return upcoming - max([distance for distance in behind if distance < _EPOCH // 2], default=0)


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
