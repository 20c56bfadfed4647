"""Who shares a room, which rooms belong together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from binzhi.frontdesk.names import board_name
from binzhi.kernel import db


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """A room of a party."""

    party_id: int
    payer_id: int
    stay_id: int
    number: str
    status: str
    room: str
    arrival: date
    departure: date
    name: str
    sex: str
    marked: str
    folio: str
    balance: Decimal
    deposit: Decimal

    @property
    def short_name(self) -> str:
        return board_name(self.name, self.sex, self.marked)

    @property
    def pays(self) -> bool:
        return self.stay_id == self.payer_id


@dataclass(frozen=True, slots=True)
class PartyView:
    """Rooms that belong together."""

    pk: int
    payer_id: int
    rooms: Sequence[Joined]

    @property
    def payer(self) -> Joined | None:
        return next((room for room in self.rooms if room.pays), None)

    @property
    def balance(self) -> Decimal:
        return sum((room.balance for room in self.rooms), Decimal(0))

    def others(self, stay_id: int) -> list[Joined]:
        return [room for room in self.rooms if room.stay_id != stay_id]


_ROOMS = """
SELECT p.id AS party_id, p.payer_id, rr.id AS stay_id, v.number, rr.status, coalesce(m.number, '') AS room, rr.arrival,
       rr.departure, coalesce(g.name, v.booker_name) AS name, coalesce(g.sex, '') AS sex,
       coalesce(g.marked, '') AS marked, coalesce(f.number, '') AS folio, coalesce(money.balance, 0) AS balance,
       coalesce(money.deposit, 0) AS deposit
FROM frontdesk_partyroom x
JOIN frontdesk_partyroom o ON o.party_id = x.party_id AND o.parted_at IS NULL
JOIN frontdesk_party p ON p.id = x.party_id
JOIN reservations_roomreservation rr ON rr.id = o.room_reservation_id
JOIN reservations_reservation v ON v.id = rr.reservation_id
LEFT JOIN property_room m ON m.id = rr.room_id
LEFT JOIN guests_guest g ON g.id = coalesce(rr.guest_id, v.guest_id)
LEFT JOIN billing_folio f ON f.id = rr.folio_id
LEFT JOIN LATERAL (
    SELECT sum(a.balance) FILTER (WHERE a.kind = 'folio') AS balance,
           -sum(a.balance) FILTER (WHERE a.kind = 'deposit') AS deposit
    FROM billing_account a WHERE a.folio_id = rr.folio_id
) money ON true
WHERE x.hotel_id = %s AND x.room_reservation_id = %s AND x.parted_at IS NULL
ORDER BY m.number NULLS LAST, rr.id
"""


def party_of(*, hotel_id: int, room_reservation_id: int) -> PartyView | None:
    """The rooms a stay is joined with, itself among them, in one statement; None when it is not."""
    rooms = [Joined(**row) for row in db.fetch_all(_ROOMS, [hotel_id, room_reservation_id])]
    return PartyView(rooms[0].party_id, rooms[0].payer_id, rooms) if rooms else None


_MARKS = """
SELECT x.room_reservation_id AS stay_id,
       array_agg(m.number ORDER BY m.number) FILTER (WHERE m.number IS NOT NULL) AS rooms
FROM frontdesk_partyroom x
JOIN frontdesk_partyroom o ON o.party_id = x.party_id AND o.parted_at IS NULL AND o.id <> x.id
JOIN reservations_roomreservation rr ON rr.id = o.room_reservation_id
LEFT JOIN property_room m ON m.id = rr.room_id
WHERE x.room_reservation_id = ANY(%s) AND x.parted_at IS NULL GROUP BY 1
"""


def joined_with(stay_ids: Sequence[int]) -> Mapping[int, list[str]]:
    """The room numbers each stay is joined with, in one statement; those that are not joined are missing."""
    rows = db.fetch_all(_MARKS, [list(stay_ids)]) if stay_ids else []
    return {row["stay_id"]: row["rooms"] or ["–"] for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonHere:
    """Somebody who is registered in a stay, and how much of the room is his."""

    registration_id: int
    is_main: bool
    is_minor: bool
    name: str
    sex: str
    percent: Decimal
    window: int | None
    balance: Decimal

    @property
    def short_name(self) -> str:
        return board_name(self.name, self.sex, "")


_PEOPLE = """
SELECT r.id AS registration_id, r.is_main, r.is_minor, coalesce(g.name, '') AS name, coalesce(g.sex, '') AS sex,
       coalesce(s.percent, 0) AS percent, a."window", coalesce(a.balance, 0) AS balance
FROM frontdesk_registration r
LEFT JOIN guests_guest g ON g.id = r.guest_id
LEFT JOIN frontdesk_sharer s ON s.registration_id = r.id AND s.ended_at IS NULL
LEFT JOIN billing_account a ON a.id = s.account_id
WHERE r.hotel_id = %s AND r.room_reservation_id = %s AND r.left_at IS NULL ORDER BY r.is_main DESC, r.id
"""


def people_here(*, hotel_id: int, room_reservation_id: int) -> list[PersonHere]:
    """Who is registered in a stay now, the main guest first, in one statement."""
    return [PersonHere(**row) for row in db.fetch_all(_PEOPLE, [hotel_id, room_reservation_id])]


_STAY = """
SELECT rr.id FROM reservations_roomreservation rr
LEFT JOIN property_room m ON m.id = rr.room_id JOIN reservations_reservation v ON v.id = rr.reservation_id
WHERE rr.hotel_id = %(hotel)s AND rr.status IN ('reserved', 'in_house') AND (m.number = %(text)s OR v.number = %(text)s)
ORDER BY rr.status, rr.arrival, rr.id LIMIT 1
"""


def stay_called(*, hotel_id: int, text: str) -> int | None:
    """The stay in a room, or of a reservation's number."""
    found: int | None = db.fetch_value(_STAY, {"hotel": hotel_id, "text": text})
    return found
