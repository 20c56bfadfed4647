"""Conditions with the rates sold under them, and deposits that are asked for: how much, by when, what came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from binzhi.kernel import db
from binzhi.kernel.money import ZERO
from binzhi.property.queries import HotelRef, localised
from binzhi.reservations.fees import POLICY_COLUMNS, POLICY_OF_ROOM, Policy, Step, policy_of_row

# When a day's deposit is due; the end of the office's day.
DUE_AT = time(18)


@dataclass(frozen=True, slots=True)
class ConditionsRow:
    """Conditions of booking, and the rates that are sold under them now."""

    pk: int
    code: str
    name: str
    name_en: str
    terms: Policy
    plans: list[str]

    @property
    def label(self) -> str:
        return localised(self.name, self.name_en)


_ALL = f"""
SELECT c.id AS pk, c.code, c.name, c.name_en, {POLICY_COLUMNS},
       ARRAY(SELECT p.code FROM reservations_rateplan p WHERE p.cancellation_policy_id = c.id AND p.is_active
             ORDER BY p.position, p.code) AS plans
FROM reservations_cancellationpolicy c WHERE c.hotel_id = %s ORDER BY c.code
"""  # noqa: S608  (constants)


def conditions(hotel_id: int) -> list[ConditionsRow]:
    """All conditions of a hotel; one statement."""
    return [
        ConditionsRow(row["pk"], row["code"], row["name"], row["name_en"], policy_of_row(row), row["plans"])
        for row in db.fetch_all(_ALL, [hotel_id])
    ]


@dataclass(frozen=True, slots=True)
class DepositAsked:
    """What a reservation is asked to leave as a deposit, by when, and what is held."""

    reservation_id: int
    number: str
    booker: str
    phone: str
    arrival: date
    asked: Decimal
    held: Decimal
    due_at: datetime

    @property
    def missing(self) -> Decimal:
        return max(self.asked - self.held, ZERO)

    def is_overdue(self, now: datetime) -> bool:
        return bool(self.missing) and now > self.due_at


_ASKED = f"""
SELECT v.id AS reservation_id, v.number, coalesce(g.name, v.booker_name) AS booker, v.booker_phone_masked AS phone,
       v.created_at, v.booked_on, rr.id, rr.arrival, {POLICY_COLUMNS},
       (SELECT coalesce(array_agg(n.price ORDER BY n.night), '{{}}') FROM reservations_staynight n
        WHERE n.room_reservation_id = rr.id) AS prices,
       rr.folio_id, (SELECT coalesce(-sum(a.balance), 0) FROM billing_account a
                     WHERE a.folio_id = rr.folio_id AND a.kind = 'deposit') AS held
FROM reservations_roomreservation rr
JOIN reservations_reservation v ON v.id = rr.reservation_id
JOIN reservations_rateplan p ON p.id = rr.rate_plan_id
JOIN reservations_cancellationpolicy c ON {POLICY_OF_ROOM} AND c.deposit_kind <> 'none'
LEFT JOIN guests_guest g ON g.id = v.guest_id
WHERE rr.hotel_id = %(hotel)s AND rr.status = 'reserved' AND rr.arrival >= %(from)s
  AND (%(reservation)s::bigint IS NULL OR rr.reservation_id = %(reservation)s::bigint)
ORDER BY v.id, rr.position LIMIT %(most)s
"""  # noqa: S608  (constants)
MOST_ROOMS = 5000


def deposits_asked(*, hotel: HotelRef, reservation_id: int | None = None) -> list[DepositAsked]:
    """By reservation whose guests are still expected, the soonest due first; one statement."""
    rows = db.fetch_all(
        _ASKED,
        {
            "hotel": hotel.pk, "from": hotel.business_date - timedelta(days=1), "reservation": reservation_id,
            "most": MOST_ROOMS,
        },
    )  # fmt: skip
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["reservation_id"], []).append(row)
    return sorted((_asked(hotel, rooms) for rooms in found.values()), key=lambda one: (one.due_at, one.number))


def _asked(hotel: HotelRef, rooms: list[dict[str, Any]]) -> DepositAsked:
    first = rooms[0]
    terms = [(policy_of_row(row), row) for row in rooms]
    held = {row["folio_id"]: row["held"] for row in rooms if row["folio_id"] is not None}
    return DepositAsked(
        reservation_id=first["reservation_id"], number=first["number"], booker=first["booker"], phone=first["phone"],
        arrival=min(row["arrival"] for row in rooms),
        asked=sum((policy.deposit.of(row["prices"], currency=hotel.currency) for policy, row in terms), ZERO),
        held=sum(held.values(), ZERO),
        due_at=min(
            due_at(policy, arrival=row["arrival"], booked_on=row["booked_on"], booked_at=row["created_at"],
                   timezone=hotel.timezone)
            for policy, row in terms
        ),
    )  # fmt: skip


def due_at(policy: Policy, *, arrival: date, booked_on: date, booked_at: datetime, timezone: str) -> datetime:
    """By when the deposit is due: the sooner of both days, never before the booking itself."""
    days = []
    if policy.deposit_after is not None:
        days.append(booked_on + timedelta(days=policy.deposit_after))
    if policy.deposit_before is not None:
        days.append(arrival - timedelta(days=policy.deposit_before))
    if not days:
        return booked_at
    due = Step(0, DUE_AT, policy.deposit).instant(arrival=min(days), timezone=timezone)
    return max(due, booked_at)
