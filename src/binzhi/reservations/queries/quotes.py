"""What it would cost to cancel, asked before it is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from binzhi.kernel import db
from binzhi.kernel.errors import NotFound
from binzhi.kernel.money import ZERO
from binzhi.reservations import fees
from binzhi.reservations.enums import Status

_ROOMS = """
SELECT rr.id, rr.arrival, h.timezone, h.currency FROM reservations_roomreservation rr
JOIN property_hotel h ON h.id = rr.hotel_id
WHERE rr.hotel_id = %s AND rr.reservation_id = %s AND rr.status = %s ORDER BY rr.position
"""


@dataclass(frozen=True, slots=True)
class CancellationQuote:
    """Fee and last free instant of one room."""

    room_reservation_id: int
    fee: Decimal
    no_show_fee: Decimal
    free_until: datetime


def cancellation_quote(*, hotel_id: int, reservation_id: int, now: datetime) -> list[CancellationQuote]:
    """By room that can still be cancelled; two statements. Raises NotFound when there is none."""
    rooms = db.fetch_all(_ROOMS, [hotel_id, reservation_id, Status.RESERVED.value])
    if not rooms:
        raise NotFound
    terms = fees.terms_of([room["id"] for room in rooms])
    quotes = []
    for room in rooms:
        policy, prices = terms[room["id"]]
        quotes.append(
            CancellationQuote(
                room_reservation_id=room["id"],
                fee=fees.cancellation_fee(
                    policy, prices=prices, arrival=room["arrival"], timezone=room["timezone"],
                    currency=room["currency"], now=now,
                ),
                no_show_fee=fees.no_show_fee(policy, prices=prices, currency=room["currency"]),
                free_until=fees.free_until(policy, arrival=room["arrival"], timezone=room["timezone"]),
            )
        )  # fmt: skip
    return quotes


def total_fee(quotes: list[CancellationQuote]) -> Decimal:
    return sum((quote.fee for quote in quotes), ZERO)
