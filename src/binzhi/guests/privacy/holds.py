"""Legal holds: a file that is evidence is not deleted, whoever asks and whatever the clock says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from binzhi.guests.access import Permission
from binzhi.guests.events import HoldLifted, HoldSet
from binzhi.guests.relationship.accounts import Account, lock_account
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.property.queries import hotel_by_id


@operation(Permission.HOLD)
def set_hold(
    *, hotel_id: int, guest_id: int, reason: str, until: date | None = None, actor: Actor, now: datetime
) -> int:
    """Keep a file from deletion until a day, or until the hold is lifted; its id.

    Adds a row. Locks the guest row. Raises NotFound, InvalidInput. Publishes HoldSet. Not idempotent.
    """
    hotel = hotel_by_id(hotel_id)
    reason = clean_text(reason, field="reason", limit=200, required=True)
    if until is not None and until < hotel.local(now).date():
        raise InvalidInput(field="until", message=_("This day is over."))
    lock_account(group_id=hotel.group_id, account=Account(guest_id=guest_id))
    hold_id: int = db.fetch_value(
        "INSERT INTO guests_legalhold (group_id, guest_id, reason, until, set_by, set_at)"
        " VALUES (%s, %s, %s, %s, %s, %s) RETURNING id",
        [hotel.group_id, guest_id, reason, until, actor.user_id, now],
    )
    record(
        "guest.hold_set", subject="guest", subject_id=guest_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"hold_id": hold_id, "until": until}, event=HoldSet(guest_id=guest_id, hold_id=hold_id),
    )  # fmt: skip
    return hold_id


@operation(Permission.HOLD)
def lift_hold(*, hotel_id: int, hold_id: int, actor: Actor, now: datetime) -> None:
    """End a hold. Changes its row. Locks it. Raises NotFound (one lifted already, too). Publishes HoldLifted."""
    guest_id: int | None = db.fetch_value(
        "UPDATE guests_legalhold SET lifted_by = %s, lifted_at = %s WHERE group_id = %s AND id = %s"
        " AND lifted_at IS NULL RETURNING guest_id",
        [actor.user_id, now, hotel_by_id(hotel_id).group_id, hold_id],
    )
    if guest_id is None:
        raise NotFound
    record(
        "guest.hold_lifted", subject="guest", subject_id=guest_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"hold_id": hold_id}, event=HoldLifted(guest_id=guest_id, hold_id=hold_id),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class HoldLine:
    id: int
    reason: str
    until: date | None
    by: str
    set_at: datetime


def holds_of(*, group_id: int, guest_id: int) -> list[HoldLine]:
    """Holds not lifted, the last first."""
    rows = db.fetch_all(
        "SELECT h.id, h.reason, h.until, coalesce(u.name, '') AS by, h.set_at FROM guests_legalhold h"
        " LEFT JOIN people_user u ON u.id = h.set_by WHERE h.group_id = %s AND h.guest_id = %s AND h.lifted_at IS NULL"
        " ORDER BY h.id DESC",
        [group_id, guest_id],
    )
    return [HoldLine(**row) for row in rows]
