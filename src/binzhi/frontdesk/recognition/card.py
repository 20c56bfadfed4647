"""The recognition card: who stands before one, how to call them, what to do, what to leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from binzhi.guests import in_house as house
from binzhi.guests.naming import board_name, surname_reading
from binzhi.guests.observations.queries import last_orders
from binzhi.guests.preferences.catalogue import OWN, wishes_of_task
from binzhi.guests.preferences.queries import (
    OpenQuestion,
    PreferenceCard,
    Summary,
    open_questions,
    summaries,
    wanted_in_stay,
)
from binzhi.guests.recognition.known import Known, known_of
from binzhi.kernel import db
from binzhi.kernel.errors import NotFound
from binzhi.kernel.standing import Standing, standing
from binzhi.promises.queries.cards import CARDS, Card, cards
from binzhi.property.queries import HotelRef
from binzhi.reservations.enums import Status

ARRIVED_WITHIN = timedelta(minutes=45)
MOST_PROMISES, MOST = 8, 400
# What the guest will notice stands before what any room is prepared with.
PERSONAL = "personal-service"
_GUEST = """
SELECT g.id AS guest_id, g.name, g.marked, g.name_en, g.sex, g.nationality, g.vip_level, g.vip_rank, g.member_tier,
    g.stays, coalesce(o.name, '') AS organisation
FROM guests_guest g LEFT JOIN guests_organisation o ON o.id = g.organisation_id
"""
_STAY = """
SELECT rr.id AS stay_id, rr.status, rr.arrival, rr.departure, coalesce(m.number, '') AS room,
    coalesce(rr.guest_id, r.guest_id) AS guest_id, rr.checked_in_at
FROM reservations_roomreservation rr JOIN reservations_reservation r ON r.id = rr.reservation_id
LEFT JOIN property_room m ON m.id = rr.room_id
"""
_ONE_STAY = f"{_STAY} WHERE rr.hotel_id = %s AND rr.id = %s"
_LAST_ROOM = """
SELECT m.number AS room, rr.departure FROM reservations_roomreservation rr
JOIN reservations_reservation r ON r.id = rr.reservation_id JOIN property_room m ON m.id = rr.room_id
WHERE rr.hotel_id = %(hotel)s AND rr.status = 'checked_out' AND rr.id <> %(stay)s
    AND (rr.guest_id = %(guest)s OR r.guest_id = %(guest)s)
ORDER BY rr.departure DESC LIMIT 1
"""
_PROMISES = f"""
{CARDS} WHERE t.hotel_id = %(hotel)s AND r.subject = 'stay' AND r.subject_id = %(stay)s AND r.status = 'live'
    AND t.state = 'open' ORDER BY due_at NULLS LAST, t.id LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """Somebody as staff meet them: the name to use first."""

    guest_id: int
    name: str
    marked: str
    name_en: str
    sex: str
    nationality: str
    vip_level: str
    vip_rank: int
    member_tier: str
    stays: int
    organisation: str
    known: Known

    @property
    def called(self) -> str:
        return self.known.salutation or board_name(self.name, self.sex, self.marked)

    @property
    def said(self) -> str:
        """How the name to use is said: the reading of the surname with its tones."""
        return self.known.said or surname_reading(self.name, self.marked)

    @property
    def vip(self) -> Standing:
        return standing(self.vip_level, self.vip_rank)

    @property
    def is_foreign(self) -> bool:
        return self.nationality not in ("", "CHN")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """The card of one stay. `wants`: to be done; `avoids`: not to be done, by anybody."""

    stay_id: int
    status: str
    room: str
    arrival: date
    departure: date
    night: int
    guest: Met
    companions: Sequence[Met]
    wants: Sequence[PreferenceCard]
    avoids: Sequence[PreferenceCard]
    last_room: str
    last_stay_on: date | None
    last_order: str
    last_order_at: datetime | None
    promises: Sequence[Card]
    questions: Sequence[OpenQuestion]

    @property
    def nights(self) -> int:
        return (self.departure - self.arrival).days

    @property
    def is_here(self) -> bool:
        return self.status == Status.IN_HOUSE


def met(*, group_id: int, guest_ids: Sequence[int]) -> dict[int, Met]:
    """Guests by id, as staff meet them."""
    if not guest_ids:
        return {}
    rows = db.fetch_all(f"{_GUEST} WHERE g.group_id = %s AND g.id = ANY (%s)", [group_id, list(guest_ids)])
    known = known_of(group_id, [row["guest_id"] for row in rows])
    return {row["guest_id"]: Met(**row, known=known.get(row["guest_id"], Known())) for row in rows}


def recognition(*, hotel: HotelRef, stay_id: int, now: datetime) -> Recognition:
    """The card of a stay, of today or to come. Raises NotFound, for a stay without a guest's file too."""
    stay = db.fetch_one(_ONE_STAY, [hotel.pk, stay_id])
    if stay is None or stay["guest_id"] is None:
        raise NotFound
    guests = house.guests_of_stay(hotel.pk, stay_id)
    people = met(group_id=hotel.group_id, guest_ids=guests)
    main = people.get(stay["guest_id"])
    if main is None:
        raise NotFound
    wanted = wanted_in_stay(guest_ids=guests, stay_id=stay_id, today=hotel.local(now).date())
    last = db.fetch_one(_LAST_ROOM, {"hotel": hotel.pk, "stay": stay_id, "guest": main.guest_id}) or {}
    order, ordered_at = last_orders([main.guest_id]).get(main.guest_id, ("", None))
    return Recognition(
        stay_id=stay_id, status=stay["status"], room=stay["room"], arrival=stay["arrival"],
        departure=stay["departure"], night=(hotel.business_date - stay["arrival"]).days + 1, guest=main,
        companions=[people[one] for one in guests if one in people and one != main.guest_id],
        wants=[one for one in wanted if not one.never], avoids=[one for one in wanted if one.never],
        last_room=last.get("room", ""), last_stay_on=last.get("departure"), last_order=order,
        last_order_at=ordered_at,
        promises=_promises(hotel.pk, stay_id, now),
        questions=open_questions(hotel_id=hotel.pk, stay_id=stay_id),
    )  # fmt: skip


_AVOIDED = {"avoided-in-room": "housekeeping", "avoided-in-kitchen": "dining", "avoided-by-desk": "front-office"}


def behind(found: Recognition, key: str) -> list[PreferenceCard]:
    """What a task of this key is done for: wishes of the catalogue, those in words of their own, what is avoided."""
    wishes = wishes_of_task(key)
    wanted = [one for one in found.wants if one.wish in wishes or (one.wish == OWN and key == f"own-{one.department}")]
    return wanted + [one for one in found.avoids if one.department == _AVOIDED.get(key)]


def _promises(hotel_id: int, stay_id: int, now: datetime) -> list[Card]:
    found = cards(_PROMISES, {"hotel": hotel_id, "stay": stay_id, "most": MOST}, now)
    return sorted(found, key=lambda card: card.protocol != PERSONAL)[:MOST_PROMISES]


# ---------------------------------------------------------------- lists


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Somebody in a list: whom one is about to meet."""

    stay_id: int
    status: str
    room: str
    arrival: date
    departure: date
    checked_in_at: datetime | None
    guest: Met
    known: Sequence[Summary]
    last_order: str

    @property
    def avoids(self) -> list[Summary]:
        return [one for one in self.known if one.never]

    @property
    def likes(self) -> list[Summary]:
        return [one for one in self.known if not one.never]

    @property
    def is_known(self) -> bool:
        return bool(self.known or self.last_order or self.guest.vip_level or self.guest.stays)


_HERE = f"{_STAY} WHERE rr.hotel_id = %(hotel)s AND rr.status = 'in_house' ORDER BY m.number LIMIT %(most)s"
_DUE = f"""
{_STAY} WHERE rr.hotel_id = %(hotel)s AND rr.status = 'reserved' AND rr.arrival = %(date)s
ORDER BY r.expected_at NULLS LAST, rr.id LIMIT %(most)s
"""
_JUST = f"""
{_STAY} WHERE rr.hotel_id = %(hotel)s AND rr.status = 'in_house' AND rr.arrival >= %(yesterday)s
    AND rr.checked_in_at > %(since)s AND rr.checked_in_at <= %(now)s
ORDER BY rr.checked_in_at DESC LIMIT %(most)s
"""


def in_house(*, hotel: HotelRef, now: datetime) -> list[Line]:
    """Everybody in the house, by room; four statements, however many."""
    return _lines(hotel, now, db.fetch_all(_HERE, {"hotel": hotel.pk, "most": MOST}))


def arriving(*, hotel: HotelRef, now: datetime) -> list[Line]:
    """Who arrives today, in the order they are expected."""
    return _lines(hotel, now, db.fetch_all(_DUE, {"hotel": hotel.pk, "date": hotel.business_date, "most": MOST}))


def just_arrived(*, hotel: HotelRef, now: datetime, most: int) -> list[Line]:
    """Who was checked in a moment ago and is known to the house, the last first."""
    rows = db.fetch_all(_JUST, {
        "hotel": hotel.pk, "since": now - ARRIVED_WITHIN, "now": now, "most": most,
        "yesterday": hotel.business_date - timedelta(days=1),
    })  # fmt: skip
    return [line for line in _lines(hotel, now, rows) if line.is_known] if rows else []


def _lines(hotel: HotelRef, now: datetime, rows: Sequence[dict[str, Any]]) -> list[Line]:
    guests = [row["guest_id"] for row in rows if row["guest_id"] is not None]
    people = met(group_id=hotel.group_id, guest_ids=guests)
    known = summaries(guest_ids=guests, today=hotel.local(now).date())
    orders = last_orders(guests)
    return [
        Line(
            **{key: row[key] for key in ("stay_id", "status", "room", "arrival", "departure", "checked_in_at")},
            guest=people[row["guest_id"]], known=known.get(row["guest_id"], ()),
            last_order=orders.get(row["guest_id"], ("", None))[0],
        )
        for row in rows if row["guest_id"] in people
    ]  # fmt: skip
