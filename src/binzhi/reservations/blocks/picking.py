"""Picking up: people are named for rooms of a group, and its held rooms become sold ones in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput
from binzhi.kernel.operations import operation, record
from binzhi.reservations import facts, nights
from binzhi.reservations.access import Permission
from binzhi.reservations.blocks import rows
from binzhi.reservations.blocks.requests import Pick
from binzhi.reservations.blocks.rows import LockedBlock, NightRow, Rows
from binzhi.reservations.errors import BlockNotDefinite, NoPrice, NotOfBlock
from binzhi.reservations.events import BlockPickedUp
from binzhi.reservations.requests import NewReservation, ReservationRef, RoomRequest
from binzhi.reservations.services.create import write_taken

MOST_PICKS = 500
_NAME = """
WITH account AS (
    SELECT a.id FROM reservations_block b JOIN billing_account a ON a.folio_id = b.folio_id AND a.kind = 'folio'
    WHERE b.id = %(block)s AND a.is_open AND b.room_to_master ORDER BY a."window" LIMIT 1
), named AS (
    UPDATE reservations_roomreservation SET block_id = %(block)s, charge_account_id = (SELECT id FROM account)
    WHERE id = ANY (%(rooms)s)
), picked AS (
    INSERT INTO reservations_blockpickup (room_reservation_id, night, hotel_id, block_id, room_type_id)
    SELECT p.room, p.night, %(hotel)s, %(block)s, p.type
    FROM unnest(%(pick_rooms)s::bigint[], %(pick_nights)s::date[], %(pick_types)s::bigint[]) AS p (room, night, type)
    RETURNING night, room_type_id
), counted AS (
    SELECT night, room_type_id, count(*) AS rooms FROM picked GROUP BY night, room_type_id
)
UPDATE reservations_blocknight n SET picked_up = n.picked_up + c.rooms
FROM counted c WHERE n.block_id = %(block)s AND n.night = c.night AND n.room_type_id = c.room_type_id
"""


@dataclass(slots=True)
class _Taking:
    """What a pick-up takes, counted as it goes: from the group as far as it reaches, from the house beyond."""

    left: dict[nights.Key, int]
    from_block: dict[nights.Key, int] = field(default_factory=dict)
    from_house: dict[nights.Key, int] = field(default_factory=dict)

    def take(self, key: nights.Key, *, extra: bool) -> bool:
        """Whether the night came out of the group. Raises NotOfBlock where it must."""
        if self.left.get(key, 0) > 0:
            self.left[key] -= 1
            self.from_block[key] = self.from_block.get(key, 0) + 1
            return True
        if not extra:
            raise NotOfBlock(night=key[0])
        self.from_house[key] = self.from_house.get(key, 0) + 1
        return False


@operation(Permission.MANAGE_BLOCKS)
def pick_up(
    *, hotel_id: int, block_id: int, picks: Sequence[Pick], extra: bool = False, actor: Actor, now: datetime
) -> list[ReservationRef]:
    """Make a reservation for each pick out of the group's rooms, at the group's prices; all of them or none.

    With `extra` the nights the group has no room left for come from the house, at the plan's price where the group has
    none. The plan's restrictions were agreed with the group and do not hold. Held becomes sold in one statement. Locks
    day, group, nights. Raises NotFound, BlockNotDefinite, NotOfBlock, RoomTypeSoldOut, RoomTypeClosed, NotOnSale,
    NoPrice, TooManyGuests, InvalidInput at `picks.<n>.<field>`. Publishes ReservationCreated each, BlockPickedUp.
    Not idempotent.
    """
    if not 1 <= len(picks) <= MOST_PICKS:
        raise InvalidInput(field="picks", message=_("From 1 to %(most)s rooms."), most=MOST_PICKS)
    block = rows.lock(hotel_id=hotel_id, block_id=block_id)
    if not block.holds:
        raise BlockNotDefinite
    known = [_gather(block, pick, number, len(picks)) for number, pick in enumerate(picks)]
    wanted = [_keys(pick, of.rooms[0].room_type_id) for pick, of in zip(picks, known, strict=True)]
    state = rows.read(block, [key for keys in wanted for key in keys])
    taking = _Taking({key: row.left for key, row in state.items()})
    taken = [[taking.take(key, extra=extra) for key in keys] for keys in wanted]
    nights.shift(
        hotel_id=hotel_id,
        sold=nights.merged(taking.from_block, taking.from_house),
        held={key: -count for key, count in taking.from_block.items()},
    )
    made = []
    for pick, of, keys in zip(picks, known, wanted, strict=True):
        prices = _prices(pick, of, keys, state)
        made.append(
            write_taken(
                hotel_id=hotel_id, booking=_booking(block, pick), known=of, prices=[prices], actor=actor, now=now
            )
        )
    _name(block, made, wanted, taken)
    record(
        "block.picked_up", subject="block", subject_id=block.id, hotel_id=hotel_id, actor=actor, now=now,
        after={"reservations": [ref.number for ref in made], "from_house": sum(taking.from_house.values())},
        event=BlockPickedUp(hotel_id=hotel_id, block_id=block.id, rooms=len(made)),
    )  # fmt: skip
    return made


def _gather(block: LockedBlock, pick: Pick, number: int, of: int) -> facts.Facts:
    """Price, type and files of one pick; its refusals at its own place in the list."""
    if pick.departure <= pick.arrival:
        raise InvalidInput(
            field=f"picks.{number}.departure", message=_("The departure date is before the arrival date.")
        )
    try:
        return facts.gather(
            hotel_id=block.hotel_id, rooms=[_request(block, pick)],
            guest_ids=[pick.guest_id] if pick.guest_id is not None else [], organisation_id=block.organisation_id,
            is_new=True,
        )  # fmt: skip
    except InvalidInput as refusal:
        refusal.field = f"picks.{number}.{refusal.field}" if of > 1 else refusal.field
        raise


def _request(block: LockedBlock, pick: Pick) -> RoomRequest:
    return RoomRequest(
        room_type=pick.room_type, rate_plan=block.rate_plan, arrival=pick.arrival, departure=pick.departure,
        adults=pick.adults, children=pick.children, infants=pick.infants, guest_id=pick.guest_id,
    )  # fmt: skip


def _keys(pick: Pick, room_type_id: int) -> list[nights.Key]:
    return [
        (pick.arrival + timedelta(days=offset), room_type_id) for offset in range((pick.departure - pick.arrival).days)
    ]


def _prices(pick: Pick, known: facts.Facts, keys: Sequence[nights.Key], state: Rows) -> list[Decimal]:
    """The group's price of each night, the plan's where the group has none."""
    plan = known.rooms[0].prices
    prices = []
    for offset, key in enumerate(keys):
        price = _agreed(state.get(key), pick)
        if price is None:
            price = plan[offset] if plan is not None else None
        if price is None:
            raise NoPrice
        prices.append(price)
    return prices


def _agreed(row: NightRow | None, pick: Pick) -> Decimal | None:
    """For one the single price, for two the price, for each more what an extra adult costs; children are free."""
    if row is None or row.price is None:
        return None
    if pick.adults <= 1 and row.single_price is not None:
        return row.single_price
    return row.price + max(pick.adults - 2, 0) * row.extra_adult


def _booking(block: LockedBlock, pick: Pick) -> NewReservation:
    return NewReservation(
        booker_name=pick.guest_name or block.name, rooms=(_request(block, pick),), booker_phone=pick.phone,
        guest_id=pick.guest_id, organisation_id=block.organisation_id, market=block.market, source=block.source,
        guarantee="company" if block.organisation_id else "none", remarks=pick.remarks,
    )  # fmt: skip


def _name(
    block: LockedBlock, made: Sequence[ReservationRef], wanted: Sequence[Sequence[nights.Key]],
    taken: Sequence[Sequence[bool]],
) -> None:  # fmt: skip
    picked: list[tuple[int, date, int]] = [
        (ref.room_ids[0], key[0], key[1])
        for ref, keys, ours in zip(made, wanted, taken, strict=True)
        for key, is_ours in zip(keys, ours, strict=True)
        if is_ours
    ]
    db.execute(
        _NAME,
        {
            "block": block.id, "hotel": block.hotel_id, "rooms": [ref.room_ids[0] for ref in made],
            "pick_rooms": [row[0] for row in picked], "pick_nights": [row[1] for row in picked],
            "pick_types": [row[2] for row in picked],
        },
    )  # fmt: skip
