"""Whose bill it is: the desk tells billing, which knows no stay (see `billing.headings`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from binzhi.billing import headings
from binzhi.billing.headings import Heading, Link, Mark
from binzhi.frontdesk.names import FEMALE, MALE
from binzhi.frontdesk.notes.queries import waiting_for
from binzhi.frontdesk.together.queries import joined_with
from binzhi.kernel import db
from binzhi.kernel.search import name_keys
from binzhi.reservations.enums import BlockStatus

FOUND = 200
# Groups whose master bill still waits for charges.
_TO_COME = (BlockStatus.INQUIRY, BlockStatus.TENTATIVE, BlockStatus.DEFINITE)
_HEADINGS = """
SELECT DISTINCT ON (rr.folio_id) rr.folio_id, rr.id, rr.status, rr.arrival, rr.departure, v.number,
       v.organisation_id, coalesce(m.number, '') AS room, coalesce(g.name, v.booker_name) AS name,
       coalesce(g.sex, '') AS sex, coalesce(g.marked, '') AS marked, h.code AS hotel, h.business_date
FROM reservations_roomreservation rr
JOIN reservations_reservation v ON v.id = rr.reservation_id
JOIN property_hotel h ON h.id = rr.hotel_id
LEFT JOIN property_room m ON m.id = rr.room_id
LEFT JOIN guests_guest g ON g.id = coalesce(rr.guest_id, v.guest_id)
WHERE rr.hotel_id = %s AND rr.folio_id = ANY(%s)
ORDER BY rr.folio_id, rr.position
"""
# Rooms exactly, names by what they begin with: characters, pinyin or its initials.
_FIND = """
SELECT DISTINCT rr.folio_id FROM reservations_roomreservation rr
JOIN reservations_reservation v ON v.id = rr.reservation_id
LEFT JOIN property_room m ON m.id = rr.room_id
LEFT JOIN guests_guest g ON g.id = coalesce(rr.guest_id, v.guest_id)
WHERE rr.hotel_id = %(hotel)s AND rr.folio_id IS NOT NULL
  AND (m.number = %(text)s OR v.number = %(text)s OR starts_with(coalesce(g.name, v.booker_name), %(text)s)
       OR (%(keys)s <> '' AND (starts_with(g.plain, %(keys)s) OR starts_with(g.pinyin, %(keys)s)
                               OR starts_with(g.initials, %(keys)s))))
ORDER BY rr.folio_id DESC LIMIT %(limit)s
"""
# Master bills belong to groups.
_GROUPS = """
SELECT b.folio_id, b.id, b.number, b.name, b.arrival, b.departure, b.organisation_id, b.status, h.code AS hotel
FROM reservations_block b JOIN property_hotel h ON h.id = b.hotel_id
WHERE b.hotel_id = %s AND b.folio_id = ANY(%s)
"""
_FIND_GROUPS = """
SELECT folio_id FROM reservations_block
WHERE hotel_id = %(hotel)s AND folio_id IS NOT NULL AND (number = %(text)s OR starts_with(name, %(text)s))
ORDER BY folio_id DESC LIMIT %(limit)s
"""


class Stays:
    """Tells bills by the stays or groups they belong to."""

    def headings(self, hotel_id: int, folio_ids: Sequence[int]) -> Mapping[int, Heading]:
        rows = db.fetch_all(_HEADINGS, [hotel_id, list(folio_ids)]) if folio_ids else []
        joined = joined_with([row["id"] for row in rows])
        waiting = waiting_for([row["id"] for row in rows])
        found = {row["folio_id"]: _heading(row, joined.get(row["id"], []), waiting.get(row["id"], 0)) for row in rows}
        others = [folio for folio in folio_ids if folio not in found]
        for row in db.fetch_all(_GROUPS, [hotel_id, others]) if others else []:
            found[row["folio_id"]] = _group(row)
        return found

    def find(self, hotel_id: int, text: str) -> Sequence[int]:
        params = {"hotel": hotel_id, "text": text, "keys": name_keys(text).plain, "limit": FOUND}
        return [row["folio_id"] for query in (_FIND, _FIND_GROUPS) for row in db.fetch_all(query, params)]


def _group(row: Mapping[str, Any]) -> Heading:
    page = reverse("reservations:block", args=[row["hotel"], row["id"]])
    return Heading(
        title=row["name"], name=row["name"], room=row["number"], arrival=row["arrival"], departure=row["departure"],
        organisation_id=row["organisation_id"], is_active=row["status"] in _TO_COME,
        marks=(Mark(_("Group"), "info", "people"),), links=(Link(_("Group"), page, "people", "B"),),
    )  # fmt: skip


def _heading(row: Mapping[str, Any], joined: Sequence[str], waiting: int) -> Heading:
    name = _with_title(row["name"], row["sex"])
    return Heading(
        title=f"{row['room']} {name}".strip(), name=name, room=row["room"],
        spoken=row["marked"] if row["marked"] != row["name"] else "", arrival=row["arrival"],
        departure=row["departure"],
        organisation_id=row["organisation_id"], is_active=row["status"] in ("reserved", "in_house"),
        marks=(*_marks(row), *_joined(joined), *_messages(waiting)), links=tuple(_links(row)),
    )  # fmt: skip


def _with_title(name: str, sex: str) -> str:
    if sex == MALE:
        return pgettext("full name", "Mr %(name)s") % {"name": name}
    return pgettext("full name", "Ms %(name)s") % {"name": name} if sex == FEMALE else name


def _marks(row: Mapping[str, Any]) -> list[Mark]:
    status, today = row["status"], row["business_date"]
    if status == "in_house":
        if row["departure"] <= today:
            return [Mark(_("Due out"), "soon", "depart")]
        return [Mark(_("In house"), "ok", "bed")]
    known = {
        "checked_out": Mark(_("Checked out"), "", "check"),
        "reserved": Mark(_("Reserved"), "info", "calendar"),
        "cancelled": Mark(_("Cancelled"), "", "ban"),
        "no_show": Mark(_("No-show"), "", "person-off"),
    }
    return [known[status]] if status in known else []


def _joined(rooms: Sequence[str]) -> list[Mark]:
    return [Mark(_("Joined with %(rooms)s") % {"rooms": " ".join(rooms)}, "info", "link")] if rooms else []


def _messages(waiting: int) -> list[Mark]:
    words = ngettext("%(n)s message waits", "%(n)s messages wait", waiting)
    return [Mark(words % {"n": waiting}, "soon", "message")] if waiting else []


def _links(row: Mapping[str, Any]) -> list[Link]:
    found = [Link(_("Booking"), reverse("reservations:detail", args=[row["hotel"], row["number"]]), "document", "B")]
    if row["status"] == "in_house":
        leave = reverse("frontdesk:check_out", args=[row["hotel"], row["id"]])
        found.append(Link(_("Check out"), leave, "depart", "O"))
    return found


def register() -> None:
    headings.register(Stays())
