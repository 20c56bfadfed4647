"""An import, step by step: sent, its columns named, tried, taken over, taken back. The worker does the long ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import orjson
from django.utils.translation import gettext_lazy as _

from binzhi.guests.access import Permission
from binzhi.guests.duplicates.crowd import Crowd
from binzhi.guests.enums import ImportState
from binzhi.guests.errors import FileNotRead, FileTooLarge, ImportNotReady
from binzhi.guests.events import ImportAdvanced, ImportMoved
from binzhi.guests.importing import columns, parts, undoing, writing
from binzhi.guests.importing.preparing import Prepared
from binzhi.guests.importing.queries import ImportCard, import_by_id
from binzhi.guests.importing.reading import MOST_MEGABYTES, read_rows
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput
from binzhi.kernel.operations import operation, record
from binzhi.property.queries import hotel_by_id

LOOKED_AT = 200


@operation(Permission.IMPORT)
def send_import(*, hotel_id: int, name: str, data: bytes, actor: Actor, now: datetime) -> int:
    """Keep a file, sealed, to be read by the worker; the import's id.

    Adds the import and its pieces. Locks nothing. Raises FileTooLarge, FileNotRead (empty). Publishes ImportMoved.
    """
    if len(data) > MOST_MEGABYTES * 2**20:
        raise FileTooLarge(megabytes=MOST_MEGABYTES)
    if not data.strip():
        raise FileNotRead
    group_id = hotel_by_id(hotel_id).group_id
    import_id: int = db.fetch_value(
        "INSERT INTO guests_import (group_id, hotel_id, name, size, header, mapping, user_id, created_at)"
        " VALUES (%s, %s, %s, %s, '[]', '[]', %s, %s) RETURNING id",
        [group_id, hotel_id, name[:200], len(data), actor.user_id, now],
    )
    parts.keep_file(group_id, import_id, data)
    _record(import_id, ImportState.SENT, hotel_id=hotel_id, actor=actor, now=now)
    return import_id


@operation(Permission.IMPORT)
def read_import(*, hotel_id: int, import_id: int, actor: Actor, now: datetime) -> None:
    """Read the rows out of the file and guess its columns; those of an earlier file with these headings are taken.

    Changes the import to read, or failed with the reason. Locks it. Raises NotFound, ImportNotReady.
    Publishes ImportMoved.
    """
    card = _at(hotel_id, import_id, ImportState.SENT)
    try:
        rows = parts.keep_rows(card.group_id, import_id, read_rows(parts.file_of(import_id)))
        problem = "" if rows else FileNotRead.code
    except (FileNotRead, FileTooLarge) as refusal:
        rows, problem = 0, refusal.code
    parts.throw_away(import_id, parts.RAW)
    state = ImportState.FAILED if problem else ImportState.READ
    header, header_row, mapping, headings = ([], 0, [], "") if problem else _columns(card.group_id, import_id)
    db.execute(
        "UPDATE guests_import SET state = %s, problem = %s, rows = %s, header = %s, header_row = %s, mapping = %s,"
        " profile = %s WHERE id = %s",
        [state, problem, rows, _json(header), header_row, _json(mapping), headings, import_id],
    )
    _record(import_id, state, hotel_id=hotel_id, actor=actor, now=now)


@operation(Permission.IMPORT)
def map_import(*, hotel_id: int, import_id: int, mapping: Sequence[str], actor: Actor, now: datetime) -> None:
    """Say what each column is ("" for none) and let the worker try all rows. Kept for files with the same headings.

    Changes the import, and the profile of its headings. Locks the import. Raises NotFound, ImportNotReady,
    InvalidInput (an unknown field, one twice, no name). Publishes ImportMoved.
    """
    card = _at(hotel_id, import_id, ImportState.READ, ImportState.CHECKED)
    used = [field for field in mapping if field]
    if len(mapping) != len(card.mapping) or not set(used) <= set(columns.FIELDS) or len(set(used)) != len(used):
        raise InvalidInput(field="mapping", message=_("Each column is one thing, and no thing is two columns."))
    if "name" not in used:
        raise InvalidInput(field="mapping", message=_("Say which column is the name."))
    db.execute(
        "INSERT INTO guests_importprofile (group_id, headings, mapping, used_at) SELECT group_id, profile, %s, %s"
        " FROM guests_import WHERE id = %s ON CONFLICT (group_id, headings)"
        " DO UPDATE SET mapping = excluded.mapping, used_at = excluded.used_at",
        [_json(list(mapping)), now, import_id],
    )
    db.execute("UPDATE guests_import SET mapping = %s WHERE id = %s", [_json(list(mapping)), import_id])
    _begin(card, ImportState.CHECKING)
    _record(import_id, ImportState.CHECKING, hotel_id=hotel_id, actor=actor, now=now)


@operation(Permission.IMPORT)
def start_import(*, hotel_id: int, import_id: int, actor: Actor, now: datetime) -> None:
    """Let the worker take the tried rows over. Changes the import. Locks it.

    Raises NotFound, ImportNotReady. Publishes ImportMoved.
    """
    card = _at(hotel_id, import_id, ImportState.CHECKED)
    _begin(card, ImportState.RUNNING)
    _record(import_id, ImportState.RUNNING, hotel_id=hotel_id, actor=actor, now=now)


@operation(Permission.IMPORT)
def undo_import(*, hotel_id: int, import_id: int, actor: Actor, now: datetime) -> None:
    """Let the worker take back what the import made and nobody touched since. Changes the import. Locks it.

    Raises NotFound, ImportNotReady. Publishes ImportMoved.
    """
    _at(hotel_id, import_id, ImportState.DONE)
    db.execute(
        "UPDATE guests_import SET state = %s, next_row = 0, undone = 0, kept = 0 WHERE id = %s",
        [ImportState.UNDOING, import_id],
    )
    _record(import_id, ImportState.UNDOING, hotel_id=hotel_id, actor=actor, now=now)


@operation(Permission.IMPORT)
def write_batch(
    *, hotel_id: int, import_id: int, rows: Sequence[Prepared], ids: Sequence[tuple[int, int]] | None, crowd: Crowd,
    after: int, actor: Actor, now: datetime,
) -> int:  # fmt: skip
    """Take a batch of prepared rows over, or try it (no ids); how many files were made.

    Adds files, documents, suspected pairs and a result for each row, and moves the import's place behind the batch.
    Locks the import. Raises NotFound, ImportNotReady (somebody else did this batch). Publishes ImportAdvanced.
    """
    card = _at(hotel_id, import_id, ImportState.RUNNING if ids else ImportState.CHECKING)
    if card.next_row != after:
        raise ImportNotReady
    place = card.mapping.index("organisation") if "organisation" in card.mapping else 0
    done = writing.take_over(
        rows, ids=ids, group_id=card.group_id, import_id=import_id, crowd=crowd, column_of_organisation=place, now=now
    )
    next_row = rows[-1].line
    db.execute(
        "UPDATE guests_import SET next_row = %s, made = made + %s, known = known + %s, refused = refused + %s,"
        " cells_wrong = cells_wrong + %s, suspected = suspected + %s WHERE id = %s",
        [next_row, done.made, done.known, done.refused, done.cells_wrong, done.suspected, import_id],
    )
    record(
        "guest.import_batch", subject="import", subject_id=import_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"to_row": next_row, "made": done.made, "known": done.known, "refused": done.refused,
               "trial": ids is None},
        event=ImportAdvanced(import_id=import_id, next_row=next_row),
    )  # fmt: skip
    return done.made


@operation(Permission.IMPORT)
def undo_batch(*, hotel_id: int, import_id: int, limit: int, actor: Actor, now: datetime) -> int:
    """Take back a batch of what an import made, unless it is in use; how many rows were looked at (0: none is left).

    Removes files and their documents, and says of each row whether. Locks the import and the files.
    Raises NotFound, ImportNotReady. Publishes ImportAdvanced.
    """
    card = _at(hotel_id, import_id, ImportState.UNDOING)
    undone, kept = undoing.take_back(group_id=card.group_id, import_id=import_id, limit=limit, actor=actor)
    db.execute(
        "UPDATE guests_import SET undone = undone + %s, kept = kept + %s,"
        " next_row = rows::bigint * (undone + kept + %s) / greatest(made, 1) WHERE id = %s",
        [undone, kept, undone + kept, import_id],
    )
    record(
        "guest.import_undone", subject="import", subject_id=import_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"undone": undone, "kept": kept}, event=ImportAdvanced(import_id=import_id, next_row=0),
    )  # fmt: skip
    return undone + kept


_NEXT = {
    ImportState.CHECKING: ImportState.CHECKED,
    ImportState.RUNNING: ImportState.DONE,
    ImportState.UNDOING: ImportState.UNDONE,
}


@operation(Permission.IMPORT)
def finish_step(*, hotel_id: int, import_id: int, actor: Actor, now: datetime) -> None:
    """The worker is through with all rows: the import is checked, done or undone. Locks it.

    Raises NotFound, ImportNotReady. Publishes ImportMoved.
    """
    card = _at(hotel_id, import_id, *_NEXT)
    state = _NEXT[ImportState(card.state)]
    db.execute(
        "UPDATE guests_import SET state = %s, next_row = rows, finished_at = %s WHERE id = %s", [state, now, import_id]
    )
    _record(import_id, state, hotel_id=hotel_id, actor=actor, now=now)


@operation(Permission.IMPORT)
def forget_file(*, hotel_id: int, import_id: int, actor: Actor, now: datetime) -> None:
    """Throw the file itself away; what became of its rows stays known. Changes the import. Idempotent.

    Locks the import. Raises NotFound. Publishes ImportAdvanced.
    """
    card = _at(hotel_id, import_id)
    parts.throw_away(card.pk, parts.RAW, parts.READ)
    db.execute("UPDATE guests_import SET forgotten_at = coalesce(forgotten_at, %s) WHERE id = %s", [now, card.pk])
    record(
        "guest.import_file_forgotten", subject="import", subject_id=import_id, hotel_id=hotel_id, actor=actor, now=now,
        event=ImportAdvanced(import_id=import_id, next_row=card.next_row),
    )  # fmt: skip


def _at(hotel_id: int, import_id: int, *states: ImportState) -> ImportCard:
    card = import_by_id(group_id=hotel_by_id(hotel_id).group_id, import_id=import_id, lock=True)
    if states and card.state not in states:
        raise ImportNotReady
    return card


def _begin(card: ImportCard, state: ImportState) -> None:
    db.execute(
        "UPDATE guests_import SET state = %s, next_row = %s, made = 0, known = 0, refused = 0, cells_wrong = 0,"
        " suspected = 0 WHERE id = %s",
        [state, card.header_row, card.pk],
    )


def _columns(group_id: int, import_id: int) -> tuple[list[str], int, list[str], str]:
    """Headings, their line, what the columns are, and the mark of the headings."""
    lines = []
    for line in parts.lines_of(import_id):
        lines.append(line)
        if len(lines) == LOOKED_AT:
            break
    place = columns.find_header([cells for _line, cells in lines])
    header = lines[place][1] if place >= 0 else []
    header_row = lines[place][0] if place >= 0 else 0
    guessed = columns.guess(header, [cells for _line, cells in lines[place + 1 :]])
    header = [header[c].strip() if c < len(header) and header[c].strip() else f"#{c + 1}" for c in range(len(guessed))]
    headings = columns.headings_of(header)
    kept = db.fetch_value(
        "SELECT mapping FROM guests_importprofile WHERE group_id = %s AND headings = %s", [group_id, headings]
    )
    known = db.plain_json(kept) if kept is not None else None
    return header, header_row, known if known and len(known) == len(guessed) else guessed, headings


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


def _record(import_id: int, state: ImportState, *, hotel_id: int, actor: Actor, now: datetime) -> None:
    record(
        "guest.import_moved", subject="import", subject_id=import_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"state": state}, event=ImportMoved(import_id=import_id, state=state),
    )  # fmt: skip
