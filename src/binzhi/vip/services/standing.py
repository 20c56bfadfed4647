"""The standing list (常客贵宾名单): people and units that every reservation of theirs is proposed for at once."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from binzhi.guests.models import Guest, Organisation
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.property.models import Hotel
from binzhi.vip.access import Permission
from binzhi.vip.errors import AlreadyDecided, EntryEnded, OnListAlready, PersonNeeded
from binzhi.vip.events import StandingListChanged
from binzhi.vip.models import StandingEntry
from binzhi.vip.visits import department_id

POST_LIMIT, REASON_LIMIT = 60, 200


@operation(Permission.PUT_ON_LIST)
def put_on_standing_list(
    *,
    hotel_id: int,
    department: str,
    reason: str,
    guest_id: int | None = None,
    organisation_id: int | None = None,
    post: str = "",
    actor: Actor,
    now: datetime,
) -> int:
    """A department puts a person or a unit forward, with post and reason; the entry counts once the GM approves it.

    Adds an entry. Locks nothing. Raises NotFound (guest, organisation), UnknownDepartment, OnListAlready, InvalidInput
    at the field. Publishes StandingListChanged.
    """
    reason = clean_text(reason, field="reason", limit=REASON_LIMIT, required=True)
    post = clean_text(post, field="post", limit=POST_LIMIT)
    group_id = Hotel.objects.values_list("group_id", flat=True).get(pk=hotel_id)
    if guest_id is not None and not Guest.objects.filter(pk=guest_id, group_id=group_id).exists():
        raise NotFound(field="guest")
    if organisation_id is not None and not Organisation.objects.filter(pk=organisation_id, group_id=group_id).exists():
        raise NotFound(field="organisation")
    if (guest_id is None) == (organisation_id is None):
        raise InvalidInput(field="guest", message=_("Choose a guest or an organisation."))
    try:
        entry = StandingEntry.objects.create(
            hotel_id=hotel_id, guest_id=guest_id, organisation_id=organisation_id, post=post, reason=reason,
            department_id=department_id(hotel_id, department), proposed_by_id=actor.user_id, proposed_at=now,
        )  # fmt: skip
    except IntegrityError as error:
        if db.constraint_of(error) in ("standing_guest_once", "standing_unit_once"):
            raise OnListAlready from error
        raise
    _record(
        entry, "proposed", actor, now, reason,
        after={"guest": guest_id, "organisation": organisation_id, "department": department},
    )  # fmt: skip
    return entry.pk


@operation(Permission.APPROVE_LIST)
def approve_standing(*, hotel_id: int, entry_id: int, actor: Actor, now: datetime) -> None:
    """The general manager approves: from now on every reservation of theirs raises a proposal, those made before too.

    Locks the entry. Raises PersonNeeded, NotFound, EntryEnded, AlreadyDecided. Publishes StandingListChanged.
    """
    if actor.user_id is None or actor.token_id is not None:
        raise PersonNeeded
    entry = _lock(hotel_id, entry_id)
    if entry.approved_at is not None:
        raise AlreadyDecided
    StandingEntry.objects.filter(pk=entry_id).update(approved_by_id=actor.user_id, approved_at=now)
    _record(entry, "approved", actor, now, entry.reason, after={"approved_by": actor.user_id})


@operation(Permission.PUT_ON_LIST)
def end_standing(*, hotel_id: int, entry_id: int, reason: str, actor: Actor, now: datetime) -> None:
    """Take an entry off the list; visits proposed because of it stay.

    Locks the entry. Raises NotFound, EntryEnded, InvalidInput at the reason. Publishes StandingListChanged.
    """
    reason = clean_text(reason, field="reason", limit=REASON_LIMIT, required=True)
    entry = _lock(hotel_id, entry_id)
    StandingEntry.objects.filter(pk=entry_id).update(ended_by_id=actor.user_id, ended_at=now)
    _record(entry, "ended", actor, now, reason, after={"ended_by": actor.user_id})


def _lock(hotel_id: int, entry_id: int) -> StandingEntry:
    rows = StandingEntry.objects.select_for_update(of=("self",), no_key=True)
    entry = rows.filter(hotel_id=hotel_id, pk=entry_id).first()
    if entry is None:
        raise NotFound(field="entry")
    if entry.ended_at is not None:
        raise EntryEnded
    return entry


def _record(
    entry: StandingEntry, state: str, actor: Actor, now: datetime, reason: str, *, after: dict[str, object]
) -> None:
    record(
        f"standing_list.{state}", subject="standing_entry", subject_id=entry.pk, hotel_id=entry.hotel_id, actor=actor,
        now=now, after=after, reason=reason,
        event=StandingListChanged(hotel_id=entry.hotel_id, entry_id=entry.pk, state=state),
    )  # fmt: skip
