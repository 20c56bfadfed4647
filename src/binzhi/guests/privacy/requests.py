"""The rights desk: a guest asks for a copy, for erasure, for an end of use. One person notes it, a second decides."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from binzhi.guests.access import Permission
from binzhi.guests.enums import Channel, RightsKind, RightsState
from binzhi.guests.events import ExportFetched, GuestErased, GuestReleased, GuestRestricted, RightsAsked, RightsDecided
from binzhi.guests.merging.moving import whole_group
from binzhi.guests.privacy import retention, states
from binzhi.guests.privacy.erasing import erase_file, with_merged
from binzhi.guests.privacy.exporting import Copy, copy_of
from binzhi.guests.privacy.rows import busy_among
from binzhi.guests.relationship.accounts import Account, lock_account
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import Conflict, InvalidInput, NotFound
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.property.queries import HotelRef, hotel_by_id

# The house answers within; the law of the land says "in time", others a month.
DAYS_TO_ANSWER = 15
LINK_LIVES = timedelta(hours=72)
LINK_BYTES = 24


class AskedAlready(Conflict):
    code = "asked_already"
    message = _("The same request is open already.")


class SecondPerson(Conflict):
    """Who noted the request does not decide it."""

    code = "second_person"
    message = _("A second person decides: not who noted the request.")


class StillBusy(Conflict):
    """A booking to come, a stay or an open bill."""

    code = "still_busy"
    message = _("There is a booking, a stay or an open bill. Close it first.")


class OnHold(Conflict):
    code = "on_hold"
    message = _("The file is on legal hold.")


class NotStopped(Conflict):
    """The file is in use, or empty for good."""

    code = "not_stopped"
    message = _("The use of this file has not stopped.")


class LinkOver(Conflict):
    """The link was used up, is too old, or never was."""

    code = "link_over"
    status = 404
    message = _("This link is not valid any more.")


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision led to. `secret`: opens the copy, told once. `waits_until`: the law keeps the file till then."""

    state: str
    secret: str = ""
    waits_until: date | None = None


@operation(Permission.ASK_RIGHTS)
def ask(*, hotel_id: int, guest_id: int, kind: str, channel: str, actor: Actor, now: datetime) -> int:
    """Note what a guest asks for; the request's id, due in fifteen days.

    Adds a row. Locks the guest row. Raises NotFound, InvalidInput, AskedAlready. Publishes RightsAsked. Not idempotent.
    """
    if kind not in RightsKind.values:
        raise InvalidInput(field="kind")
    if channel not in Channel.values:
        raise InvalidInput(field="channel")
    hotel = hotel_by_id(hotel_id)
    lock_account(group_id=hotel.group_id, account=Account(guest_id=guest_id))
    if db.fetch_value(
        "SELECT 1 FROM guests_rightsrequest WHERE guest_id = %s AND kind = %s AND state IN ('asked', 'waiting')",
        [guest_id, kind],
    ):
        raise AskedAlready
    request_id: int = db.fetch_value(
        "INSERT INTO guests_rightsrequest (group_id, hotel_id, guest_id, kind, state, channel, asked_at,"
        " asked_by, due_on)"
        " VALUES (%s, %s, %s, %s, 'asked', %s, %s, %s, %s) RETURNING id",
        [hotel.group_id, hotel_id, guest_id, kind, channel, now, actor.user_id,
         hotel.local(now).date() + timedelta(days=DAYS_TO_ANSWER)],
    )  # fmt: skip
    record(
        "guest.rights_asked", subject="guest", subject_id=guest_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"request_id": request_id, "kind": kind, "channel": channel},
        event=RightsAsked(guest_id=guest_id, request_id=request_id, kind=kind),
    )  # fmt: skip
    return request_id


@operation(Permission.DECIDE_RIGHTS)
def decide(*, hotel_id: int, request_id: int, grant: bool, reason: str = "", actor: Actor, now: datetime) -> Decided:
    """Grant a request and do what it asks, or refuse it with the reason.

    A copy opens with a secret that is told once and ends in 72 hours. Erasure empties the file now, or where
    the law keeps the registration stops its use until that day. Changes the request, the file and, erasing, rows of all
    contexts. Locks request, then guest. Raises NotFound, SecondPerson, StillBusy, OnHold, InvalidInput. Publishes
    RightsDecided and what was done.
    """
    hotel = hotel_by_id(hotel_id)
    asked = _lock(hotel, request_id)
    reason = clean_text(reason, field="reason", limit=200, required=not grant)
    if asked["asked_by"] is not None and asked["asked_by"] == actor.user_id:
        raise SecondPerson
    lock_account(group_id=hotel.group_id, account=Account(guest_id=asked["guest_id"]))
    found = _grant(hotel, asked, actor, now) if grant else Decided(RightsState.REFUSED)
    ends = now + LINK_LIVES if found.secret else None
    db.execute(
        "UPDATE guests_rightsrequest SET state = %s, decided_at = %s, decided_by = %s, reason = %s, done_at = %s,"
        " waits_until = %s, secret_hash = %s, link_ends_at = %s WHERE id = %s",
        [found.state, now, actor.user_id, reason, now if found.state == RightsState.DONE else None, found.waits_until,
         _hash(found.secret) if found.secret else None, ends, request_id],
    )  # fmt: skip
    record(
        "guest.rights_decided", subject="guest", subject_id=asked["guest_id"], hotel_id=hotel_id, actor=actor, now=now,
        after={"request_id": request_id, "kind": asked["kind"], "state": found.state, "until": found.waits_until},
        event=RightsDecided(
            guest_id=asked["guest_id"], request_id=request_id, kind=asked["kind"], granted=grant
        ),
    )  # fmt: skip
    return found


def _lock(hotel: HotelRef, request_id: int) -> dict[str, Any]:
    asked = db.fetch_one(
        "SELECT guest_id, kind, asked_by FROM guests_rightsrequest WHERE group_id = %s AND id = %s AND state = 'asked'"
        " FOR NO KEY UPDATE",
        [hotel.group_id, request_id],
    )
    if asked is None:
        raise NotFound
    return asked


def _grant(hotel: HotelRef, asked: dict[str, Any], actor: Actor, now: datetime) -> Decided:
    guest_id: int = asked["guest_id"]
    if asked["kind"] == RightsKind.EXPORT:
        return Decided(RightsState.DONE, secret=secrets.token_urlsafe(LINK_BYTES))
    if asked["kind"] == RightsKind.RESTRICT:
        _restrict(hotel, guest_id, actor, now)
        return Decided(RightsState.DONE)
    with whole_group(actor, hotel.group_id):
        busy = busy_among(with_merged(guest_id))
    if busy:
        raise StillBusy
    if states.held_until(group_id=hotel.group_id, guest_id=guest_id, today=hotel.local(now).date()):
        raise OnHold
    free_on = lawful_day(hotel, guest_id)
    if free_on is not None and free_on > hotel.local(now).date():
        _restrict(hotel, guest_id, actor, now)
        return Decided(RightsState.WAITING, waits_until=free_on)
    _erase(hotel, guest_id, actor, now)
    return Decided(RightsState.DONE)


def lawful_day(hotel: HotelRef, guest_id: int) -> date | None:
    """From when the registration of the guest may go; None for one who never stayed."""
    last: date | None = db.fetch_value("SELECT last_stay_on FROM guests_guest WHERE id = %s", [guest_id])
    if last is None:
        return None
    months = retention.months_of(group_id=hotel.group_id, data_class=retention.REGISTRATION)
    return retention.months_back(last, -months)


def _restrict(hotel: HotelRef, guest_id: int, actor: Actor, now: datetime) -> None:
    states.restrict(group_id=hotel.group_id, guest_id=guest_id, now=now)
    record(
        "guest.restricted", subject="guest", subject_id=guest_id, hotel_id=hotel.pk, actor=actor, now=now,
        event=GuestRestricted(guest_id=guest_id),
    )  # fmt: skip


def _erase(hotel: HotelRef, guest_id: int, actor: Actor, now: datetime) -> None:
    done = erase_file(group_id=hotel.group_id, guest_id=guest_id, actor=actor, now=now)
    record(
        "guest.erased", subject="guest", subject_id=guest_id, hotel_id=hotel.pk, actor=actor, now=now, after=done,
        event=GuestErased(guest_id=guest_id, rows=sum(done.values())),
    )  # fmt: skip


@operation(Permission.DECIDE_RIGHTS)
def release(*, hotel_id: int, guest_id: int, reason: str, actor: Actor, now: datetime) -> None:
    """Let a file whose use was stopped be used again, because the guest asks so; an erasure that waits is called off.

    Changes the file's state and search keys. Locks the guest row. Raises NotFound, NotStopped, InvalidInput. Publishes
    GuestReleased.
    """
    hotel = hotel_by_id(hotel_id)
    reason = clean_text(reason, field="reason", limit=200, required=True)
    lock_account(group_id=hotel.group_id, account=Account(guest_id=guest_id))
    state = states.state_of(group_id=hotel.group_id, guest_id=guest_id)
    if state is None or state.erased_at is not None:
        raise NotStopped
    states.release(group_id=hotel.group_id, guest_id=guest_id)
    db.execute(
        "UPDATE guests_rightsrequest SET state = 'refused', reason = %s WHERE guest_id = %s AND state = 'waiting'",
        [reason, guest_id],
    )
    record(
        "guest.released", subject="guest", subject_id=guest_id, hotel_id=hotel_id, actor=actor, now=now, reason=reason,
        event=GuestReleased(guest_id=guest_id),
    )  # fmt: skip


@operation(Permission.RUN_RETENTION)
def finish_waiting(*, hotel_id: int, request_id: int, actor: Actor, now: datetime) -> bool:
    """Erase a file whose erasure waited for the law, once the day has come; whether it was done.

    Changes as `decide`. Locks request, then guest. Raises NotFound. Publishes GuestErased. Idempotent.
    """
    hotel = hotel_by_id(hotel_id)
    waiting = db.fetch_one(
        "SELECT guest_id FROM guests_rightsrequest WHERE group_id = %s AND id = %s AND state = 'waiting' FOR NO"
        " KEY UPDATE",
        [hotel.group_id, request_id],
    )
    if waiting is None:
        raise NotFound
    guest_id: int = waiting["guest_id"]
    lock_account(group_id=hotel.group_id, account=Account(guest_id=guest_id))
    today = hotel.local(now).date()
    kept = states.held_until(group_id=hotel.group_id, guest_id=guest_id, today=today) or bool(busy_among([guest_id]))
    if not kept:
        _erase(hotel, guest_id, actor, now)
        db.execute("UPDATE guests_rightsrequest SET state = 'done', done_at = %s WHERE id = %s", [now, request_id])
        return True
    record(
        "guest.rights_decided", subject="guest", subject_id=guest_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"request_id": request_id, "state": "waiting"},
        event=RightsDecided(guest_id=guest_id, request_id=request_id, kind=RightsKind.ERASE, granted=False),
    )  # fmt: skip
    return False


def waiting_since(*, today: date) -> list[tuple[int, int]]:
    """Erasures whose day has come: hotel and request."""
    rows = db.fetch_all(
        "SELECT hotel_id, id FROM guests_rightsrequest WHERE state = 'waiting' AND waits_until <= %s ORDER BY id",
        [today],
    )
    return [(row["hotel_id"], row["id"]) for row in rows]


# ---------------------------------------------------------------- the copy


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


@operation(Permission.DECIDE_RIGHTS)
def open_copy(*, hotel_id: int, request_id: int, secret: str, actor: Actor, now: datetime) -> Copy:
    """The guest's data, for whoever holds the secret of a granted request, until its link ends.

    Counts the look on the request. Locks it. Raises NotFound, LinkOver. Publishes ExportFetched. Not idempotent.
    """
    hotel = hotel_by_id(hotel_id)
    row = db.fetch_one(
        "SELECT guest_id, secret_hash, link_ends_at FROM guests_rightsrequest WHERE group_id = %s AND id = %s"
        " AND kind = 'export' AND state = 'done' FOR NO KEY UPDATE",
        [hotel.group_id, request_id],
    )
    if row is None:
        raise NotFound
    kept = bytes(row["secret_hash"] or b"")
    if row["link_ends_at"] is None or row["link_ends_at"] <= now or not secrets.compare_digest(kept, _hash(secret)):
        raise LinkOver
    db.execute("UPDATE guests_rightsrequest SET fetched = fetched + 1 WHERE id = %s", [request_id])
    record(
        "guest.export_fetched", subject="guest", subject_id=row["guest_id"], hotel_id=hotel_id, actor=actor, now=now,
        after={"request_id": request_id}, event=ExportFetched(guest_id=row["guest_id"], request_id=request_id),
    )  # fmt: skip
    with whole_group(actor, hotel.group_id):
        return copy_of(hotel=hotel, guest_id=row["guest_id"], now=now)
