"""A group to test with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from binzhi.kernel import db
from binzhi.reservations.blocks import services
from binzhi.reservations.blocks.picking import pick_up
from binzhi.reservations.blocks.requests import BlockCell, BlockDetails, BlockRef, Pick
from binzhi.reservations.requests import ReservationRef
from tests.factories import NOW, SYSTEM, TODAY, TestHotel

FIRST = TODAY + timedelta(days=10)
NIGHTS = 3
PRICE = Decimal(330)


def details(**more: Any) -> BlockDetails:
    given = {"name": "杭州考察团", "arrival": FIRST, "departure": FIRST + timedelta(days=NIGHTS), "rate_plan": "bar"}
    return BlockDetails(**given | more)


def cells(
    rooms: int = 3, *, room_type: str = "std", nights: Sequence[int] = range(NIGHTS), **more: Any
) -> list[BlockCell]:
    return [
        BlockCell(
            night=FIRST + timedelta(days=n), room_type=room_type, rooms=rooms,
            **{"price": PRICE, "single_price": Decimal(300), "extra_adult": Decimal(80)} | more,
        )
        for n in nights
    ]  # fmt: skip


def group(hotel: TestHotel, *, rooms: int = 3, status: str = "definite", **more: Any) -> BlockRef:
    return services.create_block(
        hotel_id=hotel.pk, block=details(**more), cells=cells(rooms), status=status, actor=SYSTEM, now=NOW
    )


def pick(*, nights: int = NIGHTS, arrival: date = FIRST, **more: Any) -> Pick:
    return Pick(**{"room_type": "std", "arrival": arrival, "departure": arrival + timedelta(days=nights)} | more)


def picked(hotel: TestHotel, ref: BlockRef, *picks: Pick, **more: Any) -> list[ReservationRef]:
    return pick_up(hotel_id=hotel.pk, block_id=ref.id, picks=picks or (pick(),), actor=SYSTEM, now=NOW, **more)


def counters(
    hotel: TestHotel, room_type: str = "std", first: date = FIRST, nights: int = NIGHTS
) -> list[tuple[int, int]]:
    """(sold, held) by night."""
    rows = db.fetch_all(
        "SELECT sold, held FROM reservations_night WHERE hotel_id = %s AND room_type_id = %s"
        " AND night >= %s AND night < %s ORDER BY night",
        [hotel.pk, hotel.room_types[room_type], first, first + timedelta(days=nights)],
    )
    return [(row["sold"], row["held"]) for row in rows]


def of_group(ref: BlockRef) -> list[tuple[int, int, int]]:
    """(agreed, rooms, picked up) by night and type."""
    rows = db.fetch_all(
        "SELECT agreed, rooms, picked_up FROM reservations_blocknight WHERE block_id = %s ORDER BY night, room_type_id",
        [ref.id],
    )
    return [(row["agreed"], row["rooms"], row["picked_up"]) for row in rows]
