"""Visitors: let in with the guest's consent and a document that was looked at, let out, and never overnight."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.errors import ConsentOfGuestRequired, VisitorLeft, VisitsOver
from binzhi.frontdesk.events import VisitorCame, VisitorWent
from binzhi.frontdesk.registration.rules import rules_of
from binzhi.guests.documents import DocumentInput, check_document
from binzhi.kernel import crypto, db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import NotFound
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.property.queries import hotel_by_id
from binzhi.reservations.enums import Status
from binzhi.reservations.errors import WrongStatus

NAME_LIMIT = 60
_STAY = """
SELECT s.status, s.room_id FROM reservations_roomreservation s WHERE s.hotel_id = %s AND s.id = %s FOR SHARE OF s
"""
_INSERT = """
INSERT INTO frontdesk_visitor (id, hotel_id, room_reservation_id, room_id, name_sealed, name_masked, kind,
    number_sealed, number_masked, came_at, came_by)
VALUES (%(id)s, %(hotel)s, %(stay)s, %(room)s, %(name)s, %(name_masked)s, %(kind)s, %(number)s, %(number_masked)s,
    %(now)s, %(by)s)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitorInput:
    """Who visits, by which document; `agreed`: the guest was asked and said yes."""

    name: str
    document: DocumentInput
    agreed: bool = False


def name_place(visitor_id: int) -> str:
    return f"frontdesk_visitor.name:{visitor_id}"


def number_place(visitor_id: int) -> str:
    return f"frontdesk_visitor.number:{visitor_id}"


def masked_name(name: str) -> str:
    """张* as at the desk."""
    return name[:1] + "*" * min(len(name) - 1, 2)


@operation(Permission.REGISTER)
def let_in(*, hotel_id: int, room_reservation_id: int, visitor: VisitorInput, actor: Actor, now: datetime) -> int:
    """Register somebody who visits a guest in house; the visitor's id.

    Adds a row, name and number sealed. Locks the stay, so that nobody is let in to who has just left. Raises NotFound,
    WrongStatus, ConsentOfGuestRequired, VisitsOver, InvalidInput at the field. Publishes VisitorCame. Not idempotent.
    """
    name = clean_text(visitor.name, field="name", limit=NAME_LIMIT, required=True)
    hotel = hotel_by_id(hotel_id)
    document = check_document(visitor.document, today=hotel.business_date)
    if not visitor.agreed:
        raise ConsentOfGuestRequired
    rules, clock = rules_of(hotel_id), hotel.local(now).time()
    if not rules.visits_from <= clock < rules.visits_until:
        raise VisitsOver(first=f"{rules.visits_from:%H:%M}", last=f"{rules.visits_until:%H:%M}")
    stay = db.fetch_one(_STAY, [hotel_id, room_reservation_id])
    if stay is None:
        raise NotFound(field="room_reservation")
    if stay["status"] != Status.IN_HOUSE:
        raise WrongStatus(status=Status(stay["status"]).label)
    visitor_id = int(db.fetch_value("SELECT nextval(pg_get_serial_sequence('frontdesk_visitor', 'id'))"))
    params: dict[str, Any] = {
        "id": visitor_id, "hotel": hotel_id, "stay": room_reservation_id, "room": stay["room_id"],
        "name": crypto.seal(name, place=name_place(visitor_id)), "name_masked": masked_name(name),
        "kind": document.kind, "number": crypto.seal(document.number, place=number_place(visitor_id)),
        "number_masked": document.masked, "now": now, "by": actor.user_id,
    }  # fmt: skip
    db.execute(_INSERT, params)
    record(
        "visitor.came", subject="visitor", subject_id=visitor_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"room_reservation_id": room_reservation_id, "room_id": stay["room_id"]},
        event=VisitorCame(hotel_id=hotel_id, visitor_id=visitor_id, room_id=stay["room_id"]),
    )  # fmt: skip
    return visitor_id


@operation(Permission.REGISTER)
def let_out(*, hotel_id: int, visitor_id: int, actor: Actor, now: datetime) -> None:
    """The visitor has left. Locks the visitor. Raises NotFound, VisitorLeft. Publishes VisitorWent.

    Not idempotent: the second is refused.
    """
    row = db.fetch_one(
        "SELECT room_id, left_at FROM frontdesk_visitor WHERE hotel_id = %s AND id = %s FOR NO KEY UPDATE",
        [hotel_id, visitor_id],
    )
    if row is None:
        raise NotFound(field="visitor")
    if row["left_at"] is not None:
        raise VisitorLeft
    db.execute(
        "UPDATE frontdesk_visitor SET left_at = greatest(%s, came_at), left_by = %s WHERE id = %s",
        [now, actor.user_id, visitor_id],
    )
    record(
        "visitor.left", subject="visitor", subject_id=visitor_id, hotel_id=hotel_id, actor=actor, now=now,
        event=VisitorWent(hotel_id=hotel_id, visitor_id=visitor_id, room_id=row["room_id"]),
    )  # fmt: skip
