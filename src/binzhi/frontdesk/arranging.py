"""客房安排通知: what a guest is told of the room before coming, in every language of the house."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from binzhi.frontdesk.features import feature_label
from binzhi.kernel import db
from binzhi.kernel.errors import NotFound
from binzhi.kernel.ui.formats import weekday
from binzhi.property.enums import BedType, Orientation
from binzhi.property.queries import HotelRef, localised
from binzhi.reservations.errors import NoRoomAssigned

LANGUAGES = (("zh-hans", "中文"), ("en", "English"))
_ROOMS = """
SELECT v.number AS booking, coalesce(g.name, v.booker_name) AS guest, rr.arrival, rr.departure, r.number,
       t.name AS type_name, t.name_en AS type_name_en, t.bed_type, t.area, f.name AS floor,
       b.name AS building,
       r.orientation, r.features, r.smoking, r.accessible, d.number AS door, n.first,
       (SELECT count(*) FROM property_building x WHERE x.hotel_id = rr.hotel_id) AS buildings
FROM reservations_roomreservation rr
JOIN reservations_reservation v ON v.id = rr.reservation_id
LEFT JOIN guests_guest g ON g.id = coalesce(rr.guest_id, v.guest_id)
LEFT JOIN LATERAL (
    SELECT x.room_id, min(x.night) AS first FROM reservations_roomnight x
    WHERE x.room_reservation_id = rr.id GROUP BY x.room_id
    UNION SELECT rr.room_id, rr.arrival WHERE rr.room_id IS NOT NULL AND rr.arrival = rr.departure
) n ON true
LEFT JOIN property_room r ON r.id = n.room_id
LEFT JOIN property_roomtype t ON t.id = r.room_type_id
LEFT JOIN property_floor f ON f.id = r.floor_id
LEFT JOIN property_building b ON b.id = f.building_id
LEFT JOIN property_room d ON d.id = r.connects_to_id
WHERE rr.hotel_id = %s AND rr.id = %s ORDER BY n.first
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrangedRoom:
    """One room of the stay, from `first` on."""

    number: str
    type_name: str
    type_name_en: str
    bed_type: str
    area: Decimal
    floor: str
    building: str
    buildings: int
    orientation: str
    features: Sequence[str]
    smoking: bool
    accessible: bool
    door: str | None
    first: date


@dataclass(frozen=True, slots=True)
class Notice:
    """The letter in one language."""

    language: str
    name: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def notices_of(*, hotel: HotelRef, room_reservation_id: int) -> list[Notice]:
    """The notice in every language. One statement. Raises NotFound, NoRoomAssigned."""
    rows = db.fetch_all(_ROOMS, [hotel.pk, room_reservation_id])
    if not rows:
        raise NotFound
    if rows[0]["number"] is None:
        raise NoRoomAssigned
    stay = rows[0]
    of_room = ArrangedRoom.__dataclass_fields__
    rooms = [ArrangedRoom(**{name: row[name] for name in of_room}) for row in rows]
    found = []
    for code, name in LANGUAGES:
        with translation.override(code):
            head = [
                _("%(hotel)s: your room") % {"hotel": hotel.label},
                "",
                _("Dear %(name)s,") % {"name": stay["guest"]},
                _("we have prepared for your stay:"),
                _("Number: %(number)s") % {"number": stay["booking"]},
                _("From %(first)s to %(last)s") % {"first": _day(stay["arrival"]), "last": _day(stay["departure"])},
            ]
            body = [line for room in rooms for line in _room(room, several=len(rooms) > 1)]
            found.append(Notice(code, name, (*head, *body, *_end(hotel))))
    return found


def _day(day: date) -> str:
    return f"{day:%Y-%m-%d} {weekday(day)}"


def _room(room: ArrangedRoom, *, several: bool) -> list[str]:
    lines = [""]
    if several:
        lines.append(_("From %(day)s on:") % {"day": _day(room.first)})
    floor = room.floor if room.buildings == 1 else f"{room.building} {room.floor}"
    area = _(", %(area)s m²") % {"area": f"{room.area:f}".rstrip("0").rstrip(".")} if room.area else ""
    lines += [
        _("Room type: %(type)s%(area)s") % {"type": localised(room.type_name, room.type_name_en), "area": area},
        _("Room: %(room)s") % {"room": room.number},
        _("Beds: %(beds)s") % {"beds": BedType(room.bed_type).label},
        _("Floor: %(floor)s") % {"floor": floor},
    ]
    if room.orientation:
        lines.append(_("Faces: %(side)s") % {"side": Orientation(room.orientation).label})
    comma = pgettext("between features", ", ")
    has = [feature_label(code) for code in room.features]
    has.append(feature_label("smoking" if room.smoking else "non_smoking"))
    has += [feature_label("accessible")] if room.accessible else []
    lines.append(_("It has: %(features)s") % {"features": comma.join(has)})
    if room.door:
        lines.append(_("A door connects it with room %(room)s.") % {"room": room.door})
    return lines


def _end(hotel: HotelRef) -> list[str]:
    return [
        "",
        _("The room is ready from %(time)s. Please bring an identity document for every guest.")
        % {"time": f"{hotel.check_in_time:%H:%M}"},
        _("Should anything not suit you, tell us before you come: we gladly look for another room."),
    ]
