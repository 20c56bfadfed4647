"""What the witnesses were told, held against what the database holds; and what must never be half done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.rows import dict_row

from tests.crash.harness_clients import Entry

Row = dict[str, Any]
Connection = psycopg.Connection[Row]


def connect(url: str) -> Connection:
    """Who looks is bound by no wall."""
    return psycopg.connect(url, row_factory=dict_row)


# ---------------------------------------------------------------- acknowledged is there, once; refused is not there

_BOOKED = """
SELECT r.remarks AS name, r.number, array_agg(s.id ORDER BY s.position) AS room_ids
FROM reservations_reservation r JOIN reservations_roomreservation s ON s.reservation_id = r.id
WHERE r.remarks <> '' GROUP BY r.id
"""
_CHARGED = "SELECT description AS name, id AS transaction FROM billing_transaction WHERE description LIKE 'w%-%'"
# Posting that belongs to one witness: its amount on its bill is no other's.
_PAID = """
SELECT f.number AS folio, t.kind, -sum(l.amount) AS amount, t.id AS transaction
FROM billing_transaction t
JOIN billing_folio f ON f.id = t.folio_id
JOIN billing_line l ON l.transaction_id = t.id JOIN billing_account a ON a.id = l.account_id
WHERE (t.kind, a.kind) IN (('payment', 'folio'), ('deposit', 'deposit')) GROUP BY f.number, t.id
"""
_STAYS = """
SELECT s.id, s.status, f.number AS folio, f.closed_at IS NOT NULL AS closed,
    (SELECT count(*) FROM kernel_audit_entry a WHERE a.operation = 'stay.checked_in' AND a.subject_id = s.id) AS came,
    (SELECT count(*) FROM kernel_audit_entry a WHERE a.operation = 'stay.checked_out' AND a.subject_id = s.id) AS went
FROM reservations_roomreservation s LEFT JOIN billing_folio f ON f.id = s.folio_id
"""


class Books:
    """All effects in the database, by the witness they belong to."""

    def __init__(self, connection: Connection) -> None:
        def rows(sql: str) -> list[Row]:
            return connection.execute(sql).fetchall()

        self.booked = _by(rows(_BOOKED), lambda row: row["name"])
        self.charged = _by(rows(_CHARGED), lambda row: row["name"])
        self.paid = _by(rows(_PAID), lambda row: (row["kind"], row["folio"], row["amount"]))
        self.stays = {row["id"]: row for row in rows(_STAYS)}

    def effects(self, entry: Entry) -> list[Row]:
        """The rows that only this request can have written."""
        facts = entry.facts
        if entry.work == "book":
            return self.booked[entry.id]
        if entry.work == "charge":
            return self.charged[entry.id]
        if entry.work == "pay":
            return self.paid["payment", facts["folio"], Decimal(facts["amount"])]
        stay = self.stays.get(facts["stay"])
        if stay is None:
            return []
        if entry.work == "check_out":
            return [stay] * stay["went"]
        deposits = self.paid["deposit", stay["folio"], Decimal(facts["deposit"])]
        # Half a check-in is none; one deposit too many is one check-in too many.
        return [stay] * max(stay["came"], len(deposits)) if stay["came"] and deposits else []

    def matches(self, entry: Entry, effect: Row) -> bool:
        """Is it what the client was told?"""
        told = entry.body
        if entry.work == "book":
            return (effect["number"], effect["room_ids"]) == (told["number"], told["room_ids"])
        if entry.work in ("charge", "pay"):
            return bool(effect["transaction"] == told["transaction"])
        if entry.work == "check_in":
            return effect["status"] in ("in_house", "checked_out") and effect["folio"] == told["folio"]
        return effect["status"] == "checked_out" and bool(effect["closed"])


def _by(rows: Sequence[Row], key: Callable[[Row], Any]) -> defaultdict[Any, list[Row]]:
    found: defaultdict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found


def held_against_witnesses(connection: Connection, entries: Sequence[Entry]) -> dict[str, list[str]]:
    """By kind of fault, the ids of the requests it befell. All lists empty: what was said is what is."""
    books = Books(connection)
    faults: dict[str, list[str]] = {
        "acknowledged lost": [],
        "done twice": [],
        "refused but done": [],
        "not as told": [],
    }
    for entry in entries:
        effects = books.effects(entry)
        if len(effects) > 1:
            faults["done twice"].append(entry.id)
        elif entry.done and not effects:
            faults["acknowledged lost"].append(entry.id)
        elif entry.status >= 400 and effects:
            faults["refused but done"].append(entry.id)
        elif entry.done and not books.matches(entry, effects[0]):
            faults["not as told"].append(entry.id)
    return faults


# ---------------------------------------------------------------- nothing half done

# Every row's last writer is a transaction that also wrote an audit row: who changes without recording shows here.
_WRITTEN = (
    "reservations_reservation", "reservations_roomreservation", "reservations_staynight", "reservations_roomnight",
    "reservations_night", "billing_transaction", "billing_line", "billing_account", "billing_folio", "property_room",
    "kernel_outbox_event", "kernel_idempotency_key",
)  # fmt: skip
_UNRECORDED = """
SELECT x.xmin::text AS id FROM {table} x
WHERE x.xmin::text::bigint > %(after)s
  AND NOT EXISTS (SELECT 1 FROM kernel_audit_entry a WHERE a.txid = x.xmin::text::bigint)
"""
HALF_DONE = {
    "stay in house without room or bill": """
        SELECT id FROM reservations_roomreservation WHERE status = 'in_house' AND (room_id IS NULL OR folio_id IS NULL)
    """,
    "stay in house without a night in its room": """
        SELECT s.id FROM reservations_roomreservation s WHERE s.status = 'in_house' AND s.departure > s.arrival
        AND NOT EXISTS (
            SELECT 1 FROM reservations_roomnight n WHERE n.room_reservation_id = s.id AND n.room_id = s.room_id
        )
    """,
    "stay gone with an open bill": """
        SELECT s.id FROM reservations_roomreservation s JOIN billing_folio f ON f.id = s.folio_id
        WHERE s.status = 'checked_out' AND f.closed_at IS NULL
    """,
    "bill without a stay": """
        SELECT f.id FROM billing_folio f
        WHERE NOT EXISTS (SELECT 1 FROM reservations_roomreservation s WHERE s.folio_id = f.id)
    """,
    "bill without a window": """
        SELECT f.id FROM billing_folio f
        WHERE NOT EXISTS (SELECT 1 FROM billing_account a WHERE a.folio_id = f.id AND a.kind = 'folio')
    """,
    "reservation without a room": """
        SELECT r.id FROM reservations_reservation r
        WHERE NOT EXISTS (SELECT 1 FROM reservations_roomreservation s WHERE s.reservation_id = r.id)
    """,
    "reservation not recorded once": """
        SELECT r.id FROM reservations_reservation r WHERE 1 <> (
            SELECT count(*) FROM kernel_audit_entry a
            WHERE a.operation = 'reservation.created' AND a.subject_id = r.id
        )
    """,
    "posting without two lines": """
        SELECT t.id FROM billing_transaction t
        WHERE 2 > (SELECT count(*) FROM billing_line l WHERE l.transaction_id = t.id)
    """,
    "line without its posting": """
        SELECT l.id FROM billing_line l
        WHERE NOT EXISTS (SELECT 1 FROM billing_transaction t WHERE t.id = l.transaction_id)
    """,
    "lines of a posting do not add up": """
        SELECT transaction_id AS id FROM billing_line GROUP BY transaction_id HAVING sum(amount) <> 0
    """,
    "running balance is not the sum of its lines": """
        SELECT a.id FROM billing_account a WHERE a.kind IN ('folio', 'deposit', 'receivable')
        AND a.balance <> (SELECT coalesce(sum(l.amount), 0) FROM billing_line l WHERE l.account_id = a.id)
    """,
    "closed bill with money on it": """
        SELECT f.id FROM billing_folio f JOIN billing_account a ON a.folio_id = f.id
        WHERE f.closed_at IS NOT NULL AND (a.balance <> 0 OR a.is_open)
    """,
    "audit rows without their events": """
        SELECT a.txid AS id FROM kernel_audit_entry a GROUP BY a.txid
        HAVING count(*) <> (SELECT count(*) FROM kernel_outbox_event e WHERE e.txid = a.txid)
    """,
    "key kept without its answer": "SELECT key AS id FROM kernel_idempotency_key WHERE answer IS NULL",
}


def half_done(connection: Connection, *, after_txid: int) -> dict[str, list[str]]:
    """By law, the ids of the rows that break it; all lists empty when all laws hold."""
    found = {law: _ids(connection, sql) for law, sql in HALF_DONE.items()}
    for table in _WRITTEN:
        sql = _UNRECORDED.format(table=table)
        found[f"{table} written without a record"] = _ids(connection, sql, {"after": after_txid})
    return found


def _ids(connection: Connection, sql: str, params: dict[str, Any] | None = None) -> list[str]:
    return [str(row["id"]) for row in connection.execute(sql, params).fetchall()]
