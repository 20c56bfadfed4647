"""A batch of prepared rows taken over: who is known already is left alone, the rest become files, compared at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from binzhi.guests.duplicates import matching
from binzhi.guests.duplicates.crowd import Crowd
from binzhi.guests.enums import RowOutcome
from binzhi.guests.importing.preparing import Prepared
from binzhi.kernel import db

_GUEST = (
    "id", "name", "name_en", "sex", "birth_date", "nationality", "email", "phone_sealed", "phone_masked", "phone_index",
    "phone_tail_index", "organisation_id", "member_no", "note", "plain", "pinyin", "initials", "marked",
)  # fmt: skip
_PINYIN = _GUEST.index("pinyin")
_DOCUMENT = ("id", "guest_id", "kind", "country", "number_sealed", "number_masked", "number_index")
_STAGES = """
CREATE TEMP TABLE IF NOT EXISTS import_guest (id bigint, name text, name_en text, sex text, birth_date date,
    nationality text, email text, phone_sealed bytea, phone_masked text, phone_index bytea, phone_tail_index bytea,
    organisation_id bigint, member_no text, note text, plain text, pinyin text, initials text, marked text)
    ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS import_document (id bigint, guest_id bigint, kind text, country text,
    number_sealed bytea, number_masked text, number_index bytea) ON COMMIT DELETE ROWS;
"""
# One person for certain: a document, or phone and name to the letter.
_KNOWN = """
SELECT 'd' AS how, d.number_index AS key, '' AS plain, coalesce(g.merged_into_id, g.id) AS guest_id
FROM guests_guestdocument d JOIN guests_guest g ON g.id = d.guest_id
WHERE d.group_id = %(group)s AND d.number_index = ANY(%(documents)s::bytea[])
UNION ALL
SELECT 'p', g.phone_index, g.plain, coalesce(g.merged_into_id, g.id)
FROM unnest(%(phones)s::bytea[], ARRAY(SELECT json_array_elements_text(%(plains)s::json))) AS s (phone, plain)
JOIN guests_guest g ON g.group_id = %(group)s AND g.phone_index = s.phone AND g.plain = s.plain
"""
_RESULTS = """
INSERT INTO guests_importrow (group_id, file_id, line, outcome, guest_id, issues)
SELECT %s, %s, r.line, r.outcome, r.guest_id, r.issues
FROM json_to_recordset(%s::json) AS r (line int, outcome text, guest_id bigint, issues jsonb)
ON CONFLICT (file_id, line) DO UPDATE SET outcome = excluded.outcome, guest_id = excluded.guest_id,
    issues = excluded.issues
"""


@dataclass(slots=True)
class Outcome:
    """What became of a batch."""

    made: int = 0
    known: int = 0
    refused: int = 0
    cells_wrong: int = 0
    suspected: int = 0
    results: list[dict[str, Any]] = field(default_factory=list)

    def tell(self, row: Prepared, outcome: RowOutcome, guest_id: int | None) -> None:
        setattr(self, str(outcome), getattr(self, str(outcome)) + 1)
        self.cells_wrong += len(row.issues)
        self.results.append({"line": row.line, "outcome": outcome, "guest_id": guest_id, "issues": row.issues})


def reserve(count: int) -> list[tuple[int, int]]:
    """Ids for guests and their documents: what is sealed is bound to them."""
    guest, document = (
        db.fetch_value("SELECT pg_get_serial_sequence(%s, 'id')", [table])
        for table in ("guests_guest", "guests_guestdocument")
    )
    return db.fetch_tuples(
        "SELECT nextval(%s::regclass), nextval(%s::regclass) FROM generate_series(1, %s)", [guest, document, count]
    )


def take_over(
    rows: Sequence[Prepared], *, ids: Sequence[tuple[int, int]] | None, group_id: int, import_id: int, crowd: Crowd,
    column_of_organisation: int, now: datetime,
) -> Outcome:  # fmt: skip
    """Write a batch; without ids it is a trial and only the results are written. Inside the caller's transaction."""
    outcome = Outcome()
    matching.read_by_index(True)
    known = _known(group_id, rows)
    matching.read_by_index(False)
    organisations = _organisations(group_id, rows, column_of_organisation)
    guests: list[list[Any]] = []
    documents: list[list[Any]] = []
    for number, row in enumerate(rows):
        if row.guest is None:
            outcome.tell(row, RowOutcome.REFUSED, None)
            continue
        keys = _keys(row)
        guest_id = next((known[key] for key in keys if key in known), None)
        if guest_id is not None:
            outcome.tell(row, RowOutcome.KNOWN, guest_id if guest_id > 0 else None)
            continue
        new_id, document_id = ids[number] if ids else (-1 - number, 0)
        known |= dict.fromkeys(keys, new_id)
        guest = row.guest | {"id": new_id, "organisation_id": organisations.get(row.organisation)}
        guests.append([guest[column] for column in _GUEST])
        if row.document is not None:
            document = row.document | {"id": document_id, "guest_id": new_id}
            documents.append([document[column] for column in _DOCUMENT])
        outcome.tell(row, RowOutcome.MADE, new_id if ids else None)
    if ids:
        names = [row[_PINYIN] for row in guests]
        # Counted before they are there.
        crowd.add(names)
        _write(group_id, guests, documents, now)
        outcome.suspected = matching.suggest(crowd=crowd, guest_ids=[row[0] for row in guests], names=names)
    db.execute(_RESULTS, [group_id, import_id, orjson.dumps(outcome.results).decode()])
    return outcome


def _keys(row: Prepared) -> list[tuple[str, bytes, str]]:
    assert row.guest is not None
    keys = []
    if row.document is not None:
        keys.append(("d", row.document["number_index"], ""))
    if row.guest["phone_index"] is not None:
        keys.append(("p", row.guest["phone_index"], row.guest["plain"]))
    return keys


def _known(group_id: int, rows: Sequence[Prepared]) -> dict[tuple[str, bytes, str], int]:
    keys = [key for row in rows if row.guest is not None for key in _keys(row)]
    found = db.fetch_all(_KNOWN, {
        "group": group_id, "documents": _hashes(key for how, key, _plain in keys if how == "d"),
        "phones": _hashes(key for how, key, _plain in keys if how == "p"),
        "plains": orjson.dumps([plain for how, _key, plain in keys if how == "p"]).decode(),
    })  # fmt: skip
    return {(row["how"], bytes(row["key"]), row["plain"]): row["guest_id"] for row in found}


def _hashes(keys: Iterable[bytes]) -> str:
    """As an array of bytea: for thousands the driver would take longer than the database."""
    return db.array(f'"\\\\x{key.hex()}"' for key in keys)


def _organisations(group_id: int, rows: Sequence[Prepared], column: int) -> dict[str, int]:
    """Those in the list, by name or code; the others are told at their cell."""
    named = {row.organisation for row in rows if row.organisation}
    found = {
        row["given"]: row["id"]
        for row in db.fetch_all(
            "SELECT n.given, o.id FROM unnest(%s::text[]) AS n (given) JOIN guests_organisation o"
            " ON o.group_id = %s AND (o.name = n.given OR o.code = upper(n.given))",
            [sorted(named), group_id],
        )
    }
    for row in rows:
        if row.organisation and row.organisation not in found:
            row.issues.append((column, "organisation"))
    return found


def _write(group_id: int, guests: list[list[Any]], documents: list[list[Any]], now: datetime) -> None:
    # COPY goes past no wall between hotels, so the rows come by way of a table of this session.
    db.execute(_STAGES)
    _copy("import_guest", _GUEST, guests)
    _copy("import_document", _DOCUMENT, documents)
    columns = ", ".join(_GUEST)
    db.execute(
        f"INSERT INTO guests_guest (group_id, created_at, matched_version, {columns})"  # noqa: S608  (constants)
        f" SELECT %s, %s, 1, {columns} FROM import_guest ORDER BY id",
        [group_id, now],
    )
    columns = ", ".join(_DOCUMENT)
    db.execute(
        f"INSERT INTO guests_guestdocument (group_id, checked_at, {columns})"  # noqa: S608  (constants)
        f" SELECT %s, %s, {columns} FROM import_document ORDER BY id",
        [group_id, now],
    )
    # Outside a test each batch is a transaction of its own and this has nothing left to do.
    db.execute("DELETE FROM import_guest")
    db.execute("DELETE FROM import_document")


def _copy(table: str, columns: Sequence[str], rows: list[list[Any]]) -> None:
    with (
        connection.connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as out,
    ):
        for row in rows:
            out.write_row(row)
