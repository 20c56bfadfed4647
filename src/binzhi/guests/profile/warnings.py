"""Warnings on a guest, and the blacklist, which a second person must agree to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from binzhi.guests.access import Permission
from binzhi.guests.errors import AlreadyDecided, OwnProposal
from binzhi.guests.events import WarningDecided, WarningRaised
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.property.queries import hotel_by_id

TO_KNOW, TO_HEED, DANGER = 1, 2, 3
SEVERITIES = ((TO_KNOW, gettext_lazy("To know")), (TO_HEED, gettext_lazy("To heed")), (DANGER, gettext_lazy("Danger")))
PROPOSED, ACTIVE, REFUSED, ENDED = "proposed", "active", "refused", "ended"
_STATES = {TO_KNOW: "info", TO_HEED: "soon", DANGER: "late"}


@dataclass(frozen=True, slots=True)
class WarningRow:
    """A warning as it stands. `raised_by` is a user."""

    warning_id: int
    guest_id: int
    guest: str
    is_blacklist: bool
    severity: int
    text: str
    ends_on: date | None
    status: str
    raised_by: int | None
    raised_at: datetime
    decided_at: datetime | None

    @property
    def state(self) -> str:
        """How it is painted."""
        return "late" if self.is_blacklist else _STATES[self.severity]

    @property
    def word(self) -> str:
        if self.is_blacklist:
            return _("Blacklist") if self.status != PROPOSED else _("Blacklist proposed")
        return str(dict(SEVERITIES)[self.severity])

    @property
    def waits(self) -> bool:
        return self.status == PROPOSED


_SELECT = """
SELECT w.id AS warning_id, w.guest_id, g.name AS guest, w.is_blacklist, w.severity, w.text, w.ends_on, w.status,
       w.raised_by, w.raised_at, w.decided_at
FROM guests_warning w JOIN guests_guest g ON g.id = w.guest_id
"""
# What counts on a day; `w` is the warning. Search joins it, too.
COUNTS = "w.status = 'active' AND (w.ends_on IS NULL OR w.ends_on > %(today)s)"


def warnings_of(*, group_id: int, guest_ids: Iterable[int], today: date) -> dict[int, list[WarningRow]]:
    """The warnings that count today, by guest; the gravest first. One statement for all of them."""
    wanted = sorted(set(guest_ids))
    if not wanted:
        return {}
    rows = db.fetch_all(
        f"{_SELECT} WHERE w.group_id = %(group)s AND w.guest_id = ANY (%(guests)s::bigint[]) AND {COUNTS}"
        " ORDER BY w.is_blacklist DESC, w.severity DESC, w.id",
        {"group": group_id, "guests": db.array(wanted), "today": today},
    )
    found: dict[int, list[WarningRow]] = {}
    for row in rows:
        found.setdefault(row["guest_id"], []).append(WarningRow(**row))
    return found


def history_of(*, group_id: int, guest_id: int) -> list[WarningRow]:
    """All there ever were, the latest first."""
    sql = f"{_SELECT} WHERE w.group_id = %s AND w.guest_id = %s ORDER BY w.id DESC LIMIT 50"
    return [WarningRow(**row) for row in db.fetch_all(sql, [group_id, guest_id])]


def waiting(*, group_id: int) -> list[WarningRow]:
    """Blacklistings that wait for a second person, the oldest first."""
    sql = f"{_SELECT} WHERE w.group_id = %s AND w.status = 'proposed' ORDER BY w.id LIMIT 100"
    return [WarningRow(**row) for row in db.fetch_all(sql, [group_id])]


@operation(Permission.WARN)
def raise_warning(
    *,
    hotel_id: int,
    guest_id: int,
    text: str,
    severity: int,
    blacklist: bool,
    ends_on: date | None,
    actor: Actor,
    now: datetime,
) -> int:
    """Warn of something at a guest, at once, or propose that he is not received any more; the warning's id.

    Adds a row. Locks nothing. Raises NotFound, InvalidInput. Publishes WarningRaised. Not idempotent.
    """
    hotel = hotel_by_id(hotel_id)
    text = clean_text(text, field="text", limit=200, required=True)
    if severity not in dict(SEVERITIES):
        raise InvalidInput(field="severity")
    if ends_on is not None and ends_on <= hotel.local(now).date():
        raise InvalidInput(field="ends_on", message=_("A day to come."))
    sql = "SELECT 1 FROM guests_guest WHERE group_id = %s AND id = %s"
    if db.fetch_value(sql, [hotel.group_id, guest_id]) is None:
        raise NotFound
    status = PROPOSED if blacklist else ACTIVE
    warning_id: int = db.fetch_value(
        "INSERT INTO guests_warning (group_id, guest_id, is_blacklist, severity, text, ends_on, status, raised_by,"
        " raised_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id",
        [hotel.group_id, guest_id, blacklist, DANGER if blacklist else severity, text, ends_on, status, actor.user_id,
         now],
    )  # fmt: skip
    record(
        "guest.warning_raised", subject="guest", subject_id=guest_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"warning_id": warning_id, "blacklist": blacklist, "severity": severity, "ends_on": ends_on},
        event=WarningRaised(guest_id=guest_id, warning_id=warning_id, status=status),
    )  # fmt: skip
    return warning_id


@operation(Permission.APPROVE_BLACKLIST)
def decide_blacklist(
    *, hotel_id: int, guest_id: int, warning_id: int, agree: bool, actor: Actor, now: datetime
) -> None:
    """A second person agrees that a guest is not received any more, or does not.

    Marks the row. Locks it. Raises NotFound, AlreadyDecided, OwnProposal. Publishes WarningDecided. Not idempotent.
    """
    row = _lock(hotel_by_id(hotel_id).group_id, guest_id, warning_id)
    if row["status"] != PROPOSED:
        raise AlreadyDecided
    if actor.user_id is not None and row["raised_by"] == actor.user_id:
        raise OwnProposal
    status = ACTIVE if agree else REFUSED
    db.execute(
        "UPDATE guests_warning SET status = %s, decided_by = %s, decided_at = %s WHERE id = %s",
        [status, actor.user_id, now, warning_id],
    )
    _record(hotel_id, guest_id, warning_id, status, actor, now)


@operation(Permission.WARN)
def end_warning(*, hotel_id: int, guest_id: int, warning_id: int, actor: Actor, now: datetime) -> None:
    """A warning counts no longer, or a proposal is taken back. To lift a blacklisting asks the right to approve.

    Marks the row. Locks it. Raises NotFound, Forbidden, AlreadyDecided. Publishes WarningDecided. Not idempotent.
    """
    row = _lock(hotel_by_id(hotel_id).group_id, guest_id, warning_id)
    if row["status"] not in (PROPOSED, ACTIVE):
        raise AlreadyDecided
    if row["is_blacklist"] and row["status"] == ACTIVE:
        actor.require(Permission.APPROVE_BLACKLIST, hotel_id)
    db.execute(
        "UPDATE guests_warning SET status = %s, ended_by = %s, ended_at = %s WHERE id = %s",
        [ENDED, actor.user_id, now, warning_id],
    )
    _record(hotel_id, guest_id, warning_id, ENDED, actor, now)


def _lock(group_id: int, guest_id: int, warning_id: int) -> dict[str, object]:
    row = db.fetch_one(
        "SELECT status, raised_by, is_blacklist FROM guests_warning"
        " WHERE group_id = %s AND guest_id = %s AND id = %s FOR NO KEY UPDATE",
        [group_id, guest_id, warning_id],
    )
    if row is None:
        raise NotFound
    return row


def _record(hotel_id: int, guest_id: int, warning_id: int, status: str, actor: Actor, now: datetime) -> None:
    record(
        f"guest.warning_{status}", subject="guest", subject_id=guest_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"warning_id": warning_id, "status": status},
        event=WarningDecided(guest_id=guest_id, warning_id=warning_id, status=status),
    )  # fmt: skip
