"""Making and changing groups: their particulars, their rooms by type and night, where they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import ROUND_CEILING, Decimal

from django.utils.translation import gettext_lazy as _

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.reservations import nights
from binzhi.reservations.access import Permission
from binzhi.reservations.blocks import checks, rows
from binzhi.reservations.blocks.requests import BlockCell, BlockDetails, BlockRef
from binzhi.reservations.blocks.rows import LockedBlock, NightRow, Rows
from binzhi.reservations.enums import BlockStatus
from binzhi.reservations.errors import BelowPickedUp, BlockEnded, BlockReleasedAlready, WrongBlockStatus
from binzhi.reservations.events import BlockChanged, BlockCreated, BlockReleased, BlockStatusChanged

INQUIRY, TENTATIVE, DEFINITE = (
    each.value for each in (BlockStatus.INQUIRY, BlockStatus.TENTATIVE, BlockStatus.DEFINITE)
)
LOST, REFUSED, CANCELLED = (each.value for each in (BlockStatus.LOST, BlockStatus.REFUSED, BlockStatus.CANCELLED))
# From what a group may become what: an open one may be lost or refused, a definite one is cancelled; all come back.
BECOMES: Mapping[str, tuple[str, ...]] = {
    INQUIRY: (TENTATIVE, DEFINITE, LOST, REFUSED),
    TENTATIVE: (DEFINITE, INQUIRY, LOST, REFUSED),
    DEFINITE: (TENTATIVE, CANCELLED),
    LOST: (TENTATIVE,),
    REFUSED: (TENTATIVE,),
    CANCELLED: (TENTATIVE,),
}
_INSERT = """
INSERT INTO reservations_block (hotel_id, name, status, organisation_id, guest_id, rate_plan_id, market, source,
    arrival, departure, cut_off, note, end_reason, booked_on, decided_on, created_at)
VALUES (%(hotel)s, %(name)s, 'tentative', %(organisation)s::bigint, %(guest)s::bigint, %(plan)s, %(market)s, %(source)s,
    %(arrival)s, %(departure)s, %(cut_off)s::date, %(note)s, '', %(today)s, NULL, %(now)s)
RETURNING id, number
"""


@operation(Permission.MANAGE_BLOCKS)
def create_block(
    *, hotel_id: int, block: BlockDetails, cells: Sequence[BlockCell] = (), status: str = TENTATIVE, actor: Actor,
    now: datetime,
) -> BlockRef:  # fmt: skip
    """Open a group; a definite one takes its rooms out of what is for sale at once, or is refused whole.

    Adds the group and its nights, changes what the nights hold. Locks day, nights. Raises InvalidInput at the field,
    RoomTypeSoldOut, RoomTypeClosed, NotOnSale. Publishes BlockCreated. Not idempotent.
    """
    if status not in (INQUIRY, TENTATIVE, DEFINITE):
        raise InvalidInput(field="status")
    place = checks.house(hotel_id, block.rate_plan)
    clean = checks.details(hotel_id, block, place)
    made = db.fetch_one(
        _INSERT, _columns(clean, place["plan_id"]) | {"hotel": hotel_id, "today": place["today"], "now": now}
    )
    assert made is not None
    locked = rows.lock(hotel_id=hotel_id, block_id=made["id"])
    after = checks.cells(
        hotel_id, cells, arrival=clean.arrival, departure=clean.departure, today=locked.today, currency=locked.currency
    )
    rows.put(locked, {}, after, holds=status == DEFINITE)
    _set_status(locked, status, "")
    record(
        "block.created", subject="block", subject_id=locked.id, hotel_id=hotel_id, actor=actor, now=now,
        after={"number": locked.number, "status": status, "arrival": clean.arrival, "departure": clean.departure,
               "room_nights": sum(row.rooms for row in after.values())},
        event=BlockCreated(hotel_id=hotel_id, block_id=locked.id, status=status),
    )  # fmt: skip
    return BlockRef(locked.id, locked.number, locked.version)


def _columns(clean: BlockDetails, plan_id: int) -> dict[str, object]:
    return {
        "name": clean.name, "organisation": clean.organisation_id, "guest": clean.guest_id, "plan": plan_id,
        "market": clean.market, "source": clean.source, "arrival": clean.arrival, "departure": clean.departure,
        "cut_off": clean.cut_off, "note": clean.note,
    }  # fmt: skip


_UPDATE = """
UPDATE reservations_block SET name = %(name)s, organisation_id = %(organisation)s::bigint, guest_id = %(guest)s::bigint,
    rate_plan_id = %(plan)s, market = %(market)s, source = %(source)s, arrival = %(arrival)s, departure = %(departure)s,
    cut_off = %(cut_off)s::date, note = %(note)s,
    released_at = CASE WHEN coalesce(%(cut_off)s::date >= %(today)s, true) THEN NULL ELSE released_at END
WHERE id = %(id)s
"""


@operation(Permission.MANAGE_BLOCKS)
def update_block(
    *, hotel_id: int, block_id: int, block: BlockDetails, expected_version: int | None = None, actor: Actor,
    now: datetime,
) -> int:  # fmt: skip
    """Write a group's particulars; its new version. Nights outside new dates are given up where nobody has any.

    A cut-off moved to today or later opens a released group again. Locks day, group, nights. Raises NotFound,
    EditConflict, BlockEnded, BelowPickedUp, InvalidInput at the field. Publishes BlockChanged. Idempotent.
    """
    place = checks.house(hotel_id, block.rate_plan)
    locked = _open(hotel_id, block_id, expected_version)
    clean = checks.details(hotel_id, block, place, arrived=locked.arrival)
    before = rows.read(locked)
    after: Rows = {}
    for key, row in before.items():
        if clean.arrival <= key[0] < clean.departure or key[0] < locked.today:
            after[key] = row
        elif row.picked_up:
            raise BelowPickedUp(field="departure", night=key[0], rooms=row.picked_up)
    rows.put(locked, before, after, holds=locked.holds)
    db.execute(_UPDATE, _columns(clean, place["plan_id"]) | {"id": locked.id, "today": locked.today})
    record(
        "block.changed", subject="block", subject_id=locked.id, hotel_id=hotel_id, actor=actor, now=now,
        before={"arrival": locked.arrival, "departure": locked.departure, "cut_off": locked.cut_off},
        after={"arrival": clean.arrival, "departure": clean.departure, "cut_off": clean.cut_off},
        event=BlockChanged(hotel_id=hotel_id, block_id=locked.id),
    )  # fmt: skip
    return locked.version


@operation(Permission.MANAGE_BLOCKS)
def set_rooms(
    *, hotel_id: int, block_id: int, cells: Sequence[BlockCell], expected_version: int | None = None, actor: Actor,
    now: datetime,
) -> int:  # fmt: skip
    """Write how many rooms of which type the group keeps on which night, and their price; its new version.

    Nights not named stay as they are. Locks day, group, nights. Raises NotFound, EditConflict, BlockEnded,
    BlockReleasedAlready, BelowPickedUp, RoomTypeSoldOut, RoomTypeClosed, NotOnSale, InvalidInput at the field.
    Publishes BlockChanged. Idempotent.
    """
    locked = _open(hotel_id, block_id, expected_version)
    if locked.released:
        raise BlockReleasedAlready
    wanted = checks.cells(
        hotel_id, cells, arrival=locked.arrival, departure=locked.departure, today=locked.today,
        currency=locked.currency,
    )  # fmt: skip
    before = rows.read(locked, list(wanted))
    after = dict(before)
    for key, row in wanted.items():
        old = before.get(key)
        if old is not None and row.rooms < old.picked_up:
            raise BelowPickedUp(night=key[0], rooms=old.picked_up)
        if old is None and not row.rooms:
            continue
        after[key] = replace(
            old.with_rooms(row.rooms) if old else row,
            price=row.price, single_price=row.single_price, extra_adult=row.extra_adult,
        )  # fmt: skip
    rows.put(locked, before, after, holds=locked.holds)
    _record_rooms("block.rooms_set", locked, before, after, actor=actor, now=now)
    return locked.version


@operation(Permission.MANAGE_BLOCKS)
def wash(
    *, hotel_id: int, block_id: int, percent: int, expected_version: int | None = None, actor: Actor, now: datetime
) -> int:
    """Keep `percent` per cent less of what is left from tonight on, rounded up: groups take fewer rooms than they ask.

    How many room nights are for sale again. Locks day, group, nights. Raises NotFound, EditConflict, BlockEnded,
    BlockReleasedAlready, InvalidInput at `percent`. Publishes BlockReleased. Not idempotent.
    """
    if not 1 <= percent <= 100:
        raise InvalidInput(field="percent", message=_("A number from 1 to 100."))
    locked = _open(hotel_id, block_id, expected_version)
    if locked.released:
        raise BlockReleasedAlready
    before = rows.read(locked)
    share = Decimal(100 - percent) / 100

    def kept(row: NightRow) -> int:
        return row.picked_up + int((row.left * share).to_integral_value(rounding=ROUND_CEILING))

    after = {key: row.with_rooms(kept(row)) if key[0] >= locked.today else row for key, row in before.items()}
    rows.put(locked, before, after, holds=locked.holds)
    return _record_release("block.washed", locked, before, after, actor=actor, now=now)


@operation(Permission.MANAGE_BLOCKS)
def release(*, hotel_id: int, block_id: int, expected_version: int | None = None, actor: Actor, now: datetime) -> int:
    """Give back everything nobody was named for, from tonight on; how many room nights. The group stays definite.

    Locks day, group, nights. Raises NotFound, EditConflict, BlockEnded, BlockReleasedAlready. Publishes BlockReleased.
    Not idempotent: the second refuses.
    """
    locked = _open(hotel_id, block_id, expected_version)
    if locked.released:
        raise BlockReleasedAlready
    before = rows.read(locked)
    after = {key: row.with_rooms(row.picked_up) if key[0] >= locked.today else row for key, row in before.items()}
    rows.put(locked, before, after, holds=locked.holds)
    db.execute("UPDATE reservations_block SET released_at = %s WHERE id = %s", [now, locked.id])
    return _record_release("block.released", locked, before, after, actor=actor, now=now)


@operation(Permission.MANAGE_BLOCKS)
def change_status(
    *, hotel_id: int, block_id: int, status: str, reason: str = "", expected_version: int | None = None, actor: Actor,
    now: datetime,
) -> int:  # fmt: skip
    """A group becomes definite (its rooms leave the sale), tentative again, lost, refused or cancelled; its version.

    Who is named already keeps the reservation: cancelling a group cancels nobody. Locks day, group, nights. Raises
    NotFound, EditConflict, WrongBlockStatus, RoomTypeSoldOut, RoomTypeClosed, NotOnSale, InvalidInput at `reason`.
    Publishes BlockStatusChanged. Not idempotent.
    """
    reason = clean_text(reason, field="reason", limit=checks.REASON_LIMIT, required=status in rows.OVER)
    locked = rows.lock(hotel_id=hotel_id, block_id=block_id, expected_version=expected_version)
    if status not in BECOMES[locked.status]:
        raise WrongBlockStatus(status=BlockStatus(locked.status).label)
    before = rows.read(locked)
    rows.put(locked, before, before, holds=status == DEFINITE)
    _set_status(locked, status, reason if status in rows.OVER else "")
    record(
        "block.status_changed", subject="block", subject_id=locked.id, hotel_id=hotel_id, actor=actor, now=now,
        before={"status": locked.status}, after={"status": status}, reason=reason,
        event=BlockStatusChanged(hotel_id=hotel_id, block_id=locked.id, status=status),
    )  # fmt: skip
    return locked.version


def _set_status(block: LockedBlock, status: str, reason: str) -> None:
    db.execute(
        "UPDATE reservations_block SET status = %(status)s::varchar, end_reason = %(reason)s,"
        " decided_on = CASE WHEN %(status)s::varchar = 'definite' THEN %(today)s ELSE decided_on END WHERE id = %(id)s",
        {"status": status, "reason": reason, "today": block.today, "id": block.id},
    )


def _open(hotel_id: int, block_id: int, expected_version: int | None) -> LockedBlock:
    locked = rows.lock(hotel_id=hotel_id, block_id=block_id, expected_version=expected_version)
    if locked.is_over:
        raise BlockEnded(status=BlockStatus(locked.status).label)
    return locked


def _totals(of: Mapping[nights.Key, NightRow]) -> dict[str, object]:
    return {
        "room_nights": sum(row.rooms for row in of.values()), "picked_up": sum(row.picked_up for row in of.values()),
    }  # fmt: skip


def _record_rooms(name: str, block: LockedBlock, before: Rows, after: Rows, *, actor: Actor, now: datetime) -> None:
    record(
        name, subject="block", subject_id=block.id, hotel_id=block.hotel_id, actor=actor, now=now,
        before=_totals(before), after=_totals(after), event=BlockChanged(hotel_id=block.hotel_id, block_id=block.id),
    )  # fmt: skip


def _record_release(name: str, block: LockedBlock, before: Rows, after: Rows, *, actor: Actor, now: datetime) -> int:
    freed: dict[date, int] = {}
    for key, row in before.items():
        given = row.rooms - (after[key].rooms if key in after else 0)
        if given:
            freed[key[0]] = freed.get(key[0], 0) + given
    total = sum(freed.values())
    record(
        name, subject="block", subject_id=block.id, hotel_id=block.hotel_id, actor=actor, now=now,
        before=_totals(before), after=_totals(after),
        event=BlockReleased(
            hotel_id=block.hotel_id, block_id=block.id, first=min(freed, default=block.arrival),
            last=max(freed, default=block.arrival), rooms=total if block.holds else 0,
        ),
    )  # fmt: skip
    return total
