"""What the guests of a stay wish for, as facts that protocols ask for; and whose stays a preference concerns."""

from __future__ import annotations

from datetime import date

from binzhi.guests import in_house
from binzhi.guests.preferences.catalogue import OWN, fact_of, wish_named
from binzhi.guests.preferences.queries import PreferenceCard, wanted_in_stay, wishes_ever
from binzhi.kernel import db
from binzhi.kernel.follower import Seen

Fact = str | int | bool | None
TOPIC = "guest.preference_changed"
PREPARES, IN_ROOM = "prepares", "prepares_room"
_ROOM_DEPARTMENT = "housekeeping"
_STAYS = """
SELECT rr.id FROM reservations_roomreservation rr
WHERE rr.hotel_id = %(hotel)s AND rr.status IN ('reserved', 'in_house') AND (
    rr.guest_id = %(guest)s
    OR rr.reservation_id IN (
        SELECT id FROM reservations_reservation WHERE guest_id = %(guest)s AND hotel_id = %(hotel)s)
    OR rr.id IN (
        SELECT room_reservation_id FROM frontdesk_registration WHERE guest_id = %(guest)s AND hotel_id = %(hotel)s))
ORDER BY rr.id
"""
_SISTERS = """
SELECT id FROM property_hotel WHERE group_id = (SELECT group_id FROM property_hotel WHERE id = %s) ORDER BY id
"""


def hotels_concerned(seen: Seen) -> list[int]:
    """A guest's file is the group's: the stay it concerns may be in a sister hotel."""
    if seen.topic != TOPIC:
        return [seen.hotel_id]
    db.enter_scope("*", "*")
    return db.fetch_values(_SISTERS, [seen.hotel_id])


def stays_concerned(*, hotel_id: int, guest_id: int) -> list[int]:
    """Reserved rooms and rooms in house of a guest."""
    db.enter_scope("*", "*")
    return db.fetch_values(_STAYS, {"hotel": hotel_id, "guest": guest_id})


def facts_of_stay(*, hotel_id: int, stay_id: int, today: date) -> dict[str, Fact]:
    """`likes_<wish>`: true, or its number; None for what is no longer wished. `prepares`: there is something to do.

    `own_<department>`: how many wishes in words of their own a department finds on the guest's card;
    `avoids_<department>`: there is something it must not do.
    """
    guests = in_house.guests_of_stay(hotel_id, stay_id)
    if not guests:
        return {}
    ever = wishes_ever(guests)
    if not ever:
        return {}
    found = wanted_in_stay(guest_ids=guests, stay_id=stay_id, today=today)
    wanted = [one for one in found if not one.never]
    facts: dict[str, Fact] = {fact_of(wish): None for wish in ever if wish != OWN}
    facts |= {fact_of(one.wish): _value(one) for one in wanted if one.wish != OWN}
    own = [one.department for one in wanted if one.wish == OWN]
    facts |= {f"own_{_word(code)}": own.count(code) for code in dict.fromkeys(own)}
    facts |= {f"avoids_{_word(one.department)}": True for one in found if one.never}
    return facts | {
        PREPARES: True if found else None,
        IN_ROOM: True if any(one.department == _ROOM_DEPARTMENT for one in wanted) else None,
    }


def _word(code: str) -> str:
    return code.replace("-", "_")


def _value(one: PreferenceCard) -> Fact:
    wish = wish_named(one.wish)
    return int(one.value) if wish is not None and wish.has_value else True
