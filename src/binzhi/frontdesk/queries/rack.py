"""The room rack: every room with what can be seen of it from the desk, in one statement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from binzhi.frontdesk.names import board_name, vip_weight
from binzhi.kernel import db
from binzhi.property.queries import HotelRef, localised

# A room's occupancy is the stay in it, never a flag; tonight's out-of-order nights count as the flag does. Whose stay
# goes on in this room tonight and who is still in another is expected as well.
_ROOMS = """
SELECT r.id, r.number, r.housekeeping, r.maintenance, r.do_not_disturb, r.smoking, r.accessible, r.features,
       r.orientation, r.connects_to_id IS NOT NULL AS connects,
       f.name AS floor, f.level, b.name AS building, b.id AS building_id,
       t.code AS type_code, t.name AS type_name, t.name_en AS type_name_en, t.position AS type_position,
       CASE WHEN stay.id IS NOT NULL THEN CASE WHEN r.housekeeping = 'dirty' THEN 'od' ELSE 'oc' END
            WHEN r.maintenance = 'out_of_order' OR tonight.out_of_order_id IS NOT NULL THEN 'ooo'
            WHEN r.maintenance = 'out_of_service' THEN 'oos'
            WHEN r.housekeeping = 'dirty' THEN 'vd' ELSE 'vc' END AS state,
       coalesce(stay.id, 0) AS stay_id, stay.departure,
       coalesce(sg.name, sv.booker_name, '') AS name, coalesce(sg.sex, '') AS sex, coalesce(sg.marked, '') AS marked,
       coalesce(sg.vip_level, '') AS vip_level, coalesce(sg.vip_rank, 0) AS vip_rank,
       stay.departure + CASE WHEN stay.arrival = stay.departure THEN time '24:00' ELSE %(check_out_time)s::time END
           < %(local_now)s::timestamp AND stay.departure <= %(business_date)s AS overdue,
       coalesce(due.id, mover.id, 0) AS due_id, coalesce(dg.name, dv.booker_name, '') AS due_name,
       coalesce(dg.sex, '') AS due_sex, coalesce(dg.marked, '') AS due_marked,
       coalesce(dg.vip_level, '') AS due_vip_level, coalesce(dg.vip_rank, 0) AS due_vip_rank,
       seal.id IS NOT NULL AS sealed,
       EXISTS (SELECT 1 FROM frontdesk_guestmessage x WHERE x.room_reservation_id = stay.id AND x.done_at IS NULL)
           AS message
FROM property_room r
JOIN property_floor f ON f.id = r.floor_id
JOIN property_building b ON b.id = f.building_id
JOIN property_roomtype t ON t.id = r.room_type_id
LEFT JOIN reservations_roomnight tonight ON tonight.room_id = r.id AND tonight.night = %(business_date)s
LEFT JOIN reservations_roomreservation stay
       ON stay.room_id = r.id AND stay.hotel_id = r.hotel_id AND stay.status = 'in_house'
LEFT JOIN reservations_reservation sv ON sv.id = stay.reservation_id
LEFT JOIN guests_guest sg ON sg.id = coalesce(stay.guest_id, sv.guest_id)
LEFT JOIN (
    SELECT DISTINCT ON (d.room_id) d.id, d.room_id, d.reservation_id, d.guest_id
    FROM reservations_roomreservation d
    WHERE d.hotel_id = %(hotel)s AND d.status = 'reserved' AND d.arrival <= %(business_date)s AND d.room_id IS NOT NULL
    ORDER BY d.room_id, d.arrival DESC, d.id
) due ON due.room_id = r.id
LEFT JOIN property_roomseal seal ON seal.room_id = r.id AND seal.broken_at IS NULL
LEFT JOIN reservations_roomreservation mover
       ON mover.id = tonight.room_reservation_id AND mover.status = 'in_house' AND mover.room_id <> r.id
LEFT JOIN reservations_reservation dv ON dv.id = coalesce(due.reservation_id, mover.reservation_id)
LEFT JOIN guests_guest dg ON dg.id = coalesce(due.guest_id, mover.guest_id, dv.guest_id)
WHERE r.hotel_id = %(hotel)s AND r.is_active
ORDER BY b.id, f.level DESC, r.number
"""
TILE_WIDTH = 3
STATES = ("vc", "vd", "oc", "od", "ooo", "oos")


@dataclass(frozen=True, slots=True, kw_only=True)
class RackFilter:
    """Which rooms stand out on the rack. `show` is a state (`vd`) or a mark (`due_in`, `waiting`, `vip`, `late`)."""

    floor: str = ""
    room_type: str = ""
    show: str = ""
    feature: str = ""
    number: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.floor or self.room_type or self.show or self.feature or self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class RackRoom:
    """One room as the desk sees it now."""

    id: int
    number: str
    housekeeping: str
    maintenance: str
    do_not_disturb: bool
    smoking: bool
    accessible: bool
    features: Sequence[str]
    orientation: str
    connects: bool
    floor: str
    level: int
    building: str
    building_id: int
    type_code: str
    type_name: str
    type_name_en: str
    type_position: int
    state: str
    stay_id: int
    departure: date | None
    name: str
    sex: str
    marked: str
    vip_level: str
    vip_rank: int
    overdue: bool | None
    due_id: int
    due_name: str
    due_sex: str
    due_marked: str
    due_vip_level: str
    due_vip_rank: int
    sealed: bool
    message: bool
    due_out: bool

    @property
    def type_label(self) -> str:
        return localised(self.type_name, self.type_name_en)

    @property
    def vip(self) -> int:
        """The level of who is in the room, or else of who comes today."""
        if self.stay_id:
            return vip_weight(self.vip_level, self.vip_rank)
        return vip_weight(self.due_vip_level, self.due_vip_rank)

    @property
    def label(self) -> str:
        """Who is in it; for an empty room whom it is kept for if that is a VIP, else its type."""
        if self.stay_id:
            return board_name(self.name, self.sex, self.marked)
        if self.due_id and self.due_vip_level:
            return board_name(self.due_name, self.due_sex, self.due_marked)
        # Three characters fit a tile: 无障碍房 is 无障碍 there.
        label = self.type_label
        return label[:-1] if len(label) == TILE_WIDTH + 1 and label.endswith(("房", "间")) else label

    @property
    def marks(self) -> tuple[str, ...]:
        """Late first: a tile has room for one word."""
        shown = (
            ("late", bool(self.overdue)),
            ("due_out", self.due_out and not self.overdue),
            ("sealed", self.sealed),
            ("message", self.message),
            # A seal is for somebody who is expected: a tile has no place for both.
            ("due_in", bool(self.due_id) and not self.sealed),
            ("dnd", self.do_not_disturb),
        )
        return tuple(name for name, holds in shown if holds)

    @property
    def waits(self) -> bool:
        """Somebody comes today and the room is not yet fit for him."""
        return bool(self.due_id) and self.state != "vc"

    def stands_out(self, asked: RackFilter) -> bool:
        """True when the room is one of those the filter asks for."""
        return (
            asked.floor in ("", self.floor)
            and asked.room_type in ("", self.type_code)
            and (not asked.feature or asked.feature in self.attributes)
            and self.number.startswith(asked.number)
            and (not asked.show or asked.show in self.traits)
        )

    @property
    def traits(self) -> frozenset[str]:
        extra = {name for name, holds in (("vip", self.vip), ("due_in", self.due_id)) if holds}
        return frozenset({self.state, *self.marks, *extra, *({"waiting"} if self.waits else ())})

    @property
    def attributes(self) -> frozenset[str]:
        """Features a clerk filters by, those that are columns of the room included."""
        named = {
            "accessible": self.accessible,
            "connecting": self.connects,
            "smoking": self.smoking,
            "non_smoking": not self.smoking,
            self.orientation: bool(self.orientation),
        }
        return frozenset({*self.features, *(name for name, holds in named.items() if holds)})


def rack(*, hotel: HotelRef, now: datetime) -> list[RackRoom]:
    """All rooms of the hotel, top floor first. One statement."""
    rows = db.fetch_all(
        _ROOMS,
        {
            "hotel": hotel.pk,
            "business_date": hotel.business_date,
            "check_out_time": hotel.check_out_time,
            "local_now": hotel.local(now).replace(tzinfo=None),
        },
    )
    today = hotel.business_date
    return [RackRoom(due_out=row["departure"] is not None and row["departure"] <= today, **row) for row in rows]


def rack_counts(rooms: Sequence[RackRoom]) -> Mapping[str, int]:
    """The legend: rooms per state and mark, every key present."""
    counted = Counter(trait for room in rooms for trait in room.traits)
    return {
        key: counted.get(key, 0) for key in (*STATES, "due_in", "due_out", "dnd", "late", "vip", "sealed", "waiting")
    }
