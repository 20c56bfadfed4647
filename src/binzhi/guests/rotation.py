"""Rotation of the data key: values sealed under older keys are sealed anew under the newest, a batch at a time.

Each batch is its own transaction and takes the rows it finds still under an old key, so a run that was killed goes on
where it stopped and two runs share the work. A value that does not open stops the run: nothing is thrown away.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from binzhi.guests import files
from binzhi.guests.access import Permission
from binzhi.guests.events import KeysRotated
from binzhi.kernel import crypto, db
from binzhi.kernel.actor import Actor
from binzhi.kernel.operations import operation, record
from binzhi.people import second_steps
from binzhi.property.queries import all_hotels

BATCH = 500


@dataclass(frozen=True, slots=True)
class Sealed:
    """A column of sealed values and the place a value is bound to; `row` is the column that names its row there."""

    table: str
    column: str
    place: Callable[[int], str]
    row: str = "id"


# Contexts above that seal values of their own add them here, from AppConfig.ready.
SEALED: list[Sealed] = [
    Sealed("guests_guest", "phone_sealed", files.phone_place),
    Sealed("guests_guestdocument", "number_sealed", files.document_place),
]


def register_sealed(table: str, column: str, place: Callable[[int], str], *, row: str = "id") -> None:
    """Let rotation take care of another column; the row's id, or another unique number of it, names the place."""
    SEALED.append(Sealed(table, column, place, row))


@operation(Permission.ROTATE_KEYS)
def rotate(*, hotel_id: int, batch: int = BATCH, actor: Actor, now: datetime) -> int:
    """Seal at most `batch` values of the whole installation anew; how many there were (0: all done).

    Changes sealed columns, of whatever hotel. Locks the rows it takes, skipping those another run holds.
    Raises KeyMissing when a value does not open. Publishes KeysRotated. Idempotent and resumable.
    Asks for a right no post carries: only the system does this; the audit row stands under `hotel_id`.
    """
    newest = max(settings.BINZHI_DATA_KEYS)
    done = 0
    for sealed in SEALED:
        done += _rotate_column(sealed, newest=newest, limit=batch - done)
        if done >= batch:
            break
    done += second_steps.reseal(limit=batch - done)
    record(
        "guest.keys_rotated", subject="hotel", subject_id=hotel_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"values": done, "key": newest}, event=KeysRotated(values=done),
    )  # fmt: skip
    return done


def _rotate_column(sealed: Sealed, *, newest: int, limit: int) -> int:
    rows = db.fetch_all(
        f"SELECT {sealed.row} AS id, {sealed.column} AS value FROM {sealed.table}"  # noqa: S608  (constants)
        f" WHERE {sealed.column} IS NOT NULL AND get_byte({sealed.column}, 0) <> %s"
        f" ORDER BY {sealed.row} LIMIT %s FOR NO KEY UPDATE SKIP LOCKED",
        [newest, limit],
    )
    if rows:
        values = [_resealed(sealed, row["id"], row["value"]) for row in rows]
        db.execute(
            f"UPDATE {sealed.table} t SET {sealed.column} = fresh.value"  # noqa: S608  (constants)
            " FROM unnest(%s::bigint[], %s::bytea[]) AS fresh (id, value)"
            f" WHERE t.{sealed.row} = fresh.id",
            [[row["id"] for row in rows], values],
        )
    return len(rows)


def _resealed(sealed: Sealed, row_id: int, value: bytes) -> bytes:
    place = sealed.place(row_id)
    return crypto.seal_bytes(crypto.open_bytes(bytes(value), place=place), place=place)


def values_under_old_keys() -> dict[str, int]:
    """How many values of each column still wait; a key may be taken away when all are 0."""
    newest = max(settings.BINZHI_DATA_KEYS)
    columns = {
        f"{sealed.table}.{sealed.column}": db.fetch_value(
            f"SELECT count(*) FROM {sealed.table}"  # noqa: S608  (constants)
            f" WHERE {sealed.column} IS NOT NULL AND get_byte({sealed.column}, 0) <> %s",
            [newest],
        )
        for sealed in SEALED
    }
    return columns | {"mfa_authenticator.data": second_steps.under_old_keys()}


def rotate_all(*, actor: Actor, now: Callable[[], datetime], told: Callable[[int], None], batch: int = BATCH) -> int:
    """Rotate until nothing is left; `told` hears the running total after each batch."""
    hotels = all_hotels()
    if not hotels:
        return 0
    total = 0
    while done := rotate(hotel_id=hotels[0].pk, batch=batch, actor=actor, now=now()):
        total += done
        told(total)
    return total
