"""Operations on preferences: confirmed, corrected by the guest, used, ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from binzhi.guests import in_house
from binzhi.guests.access import Permission
from binzhi.guests.events import PreferenceChanged, PreferenceUsed
from binzhi.guests.learning import Basis, EvidenceKind, Outcome, Scope, State
from binzhi.guests.preferences import learning, rows
from binzhi.guests.preferences.catalogue import OWN, Meaning, wish_named, wishes_of_task
from binzhi.guests.preferences.queries import wanted_in_stay
from binzhi.guests.preferences.requests import DoneTask, Heard, NewPreference
from binzhi.guests.preferences.rows import Row, Witness
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.property.queries import hotel_by_id

TEXT_LIMIT = 120


def witness(*, hotel_id: int, actor: Actor, now: datetime, stay_id: int | None = None) -> Witness:
    """Who says so, for evidence."""
    hotel = hotel_by_id(hotel_id)
    return Witness(
        hotel_id=hotel_id, group_id=hotel.group_id, user_id=actor.user_id, staff_id=actor.staff_id, at=now,
        stay_id=stay_id,
    )  # fmt: skip


def publish(changed: Sequence[Row], *, hotel_id: int, actor: Actor, now: datetime, reason: str = "") -> None:
    """Audit row and event of every preference that changed; part of the operation that changed them."""
    for row in changed:
        record(
            "guest.preference_changed", subject="guest", subject_id=row.guest_id, hotel_id=hotel_id, actor=actor,
            now=now, reason=reason,
            after={"preference": row.id, "wish": row.wish, "value": row.value, "never": row.never, "state": row.state},
            event=PreferenceChanged(guest_id=row.guest_id, preference_id=row.id, state=str(row.state)),
        )  # fmt: skip


@operation(Permission.CONFIRM)
def confirm_preference(*, hotel_id: int, preference_id: int, actor: Actor, now: datetime) -> None:
    """A supervisor takes it for a habit before it was seen often enough, or again after it lapsed.

    Changes the preference. Locks its guest. Idempotent. Raises NotFound. Publishes PreferenceChanged.
    """
    _heed(hotel_id, preference_id, EvidenceKind.CONFIRMED, basis=None, actor=actor, now=now)


@operation(Permission.CONFIRM)
def refuse_preference(*, hotel_id: int, preference_id: int, actor: Actor, now: datetime) -> None:
    """A supervisor says that it means nothing: it is not suggested again by what is seen.

    Changes the preference. Locks its guest. Idempotent. Raises NotFound. Publishes PreferenceChanged.
    """
    by = witness(hotel_id=hotel_id, actor=actor, now=now)
    row = rows.lock_one(group_id=by.group_id, preference_id=preference_id)
    row.state = State.REFUSED
    rows.write(row, by=by, reason="refused")
    publish([row, *learning.end_twins(row, by=by)], hotel_id=hotel_id, actor=actor, now=now)


@operation(Permission.OBSERVE)
def hear_guest(
    *, hotel_id: int, preference_id: int, heard: Heard, value: str = "", actor: Actor, now: datetime
) -> None:
    """What the guest says of it: yes, no (a mistake), not again (kept as a negative), or another value.

    Changes the preference, or adds the one that is right. Locks its guest. Raises NotFound, InvalidInput at the value.
    Publishes PreferenceChanged.
    """
    by = _witness_of(hotel_id, preference_id, actor, now)
    row = rows.lock_one(group_id=by.group_id, preference_id=preference_id)
    known = [row if one.id == row.id else one for one in rows.rows_of_guest(row.guest_id)]
    if heard == Heard.YES:
        _count(row, EvidenceKind.SAID, Basis.SAID, by)
        publish([row, *learning.settle(row, known, by=by)], hotel_id=hotel_id, actor=actor, now=now)
        return
    if heard == Heard.OTHER:
        changed = _other_value(row, value, by)
    else:
        rows.add_evidence(row.id, EvidenceKind.UNWANTED if heard == Heard.NOT_AGAIN else EvidenceKind.DENIED, by)
        row.confidence = rows.weighed(row.id).confidence
        row.state = State.REFUSED
        rows.write(row, by=by, reason=str(heard))
        changed = [row, *learning.end_twins(row, by=by), *_never_again(row, heard, by)]
    publish(changed, hotel_id=hotel_id, actor=actor, now=now)


def _never_again(row: Row, heard: Heard, by: Witness) -> list[Row]:
    if heard != Heard.NOT_AGAIN or row.never or row.wish == OWN:
        return []
    meaning = Meaning(row.wish, row.value, never=True)
    return learning.learn(guest_id=row.guest_id, meanings=[meaning], basis=Basis.SAID, by=by)


def _other_value(row: Row, value: str, by: Witness) -> list[Row]:
    wish = wish_named(row.wish)
    if wish is None or not wish.has_value or not wish.takes(value):
        raise InvalidInput(field="value", message=_("This value cannot be."))
    meaning = Meaning(row.wish, value)
    changed = learning.learn(guest_id=row.guest_id, meanings=[meaning], basis=Basis.SAID, by=by)
    if row.is_live and all(one.id != row.id for one in changed) and row.value != value:
        learning.end(row, reason=learning.REPLACED, by=by)
        changed = [row, *changed]
    return changed


def _witness_of(hotel_id: int, preference_id: int, actor: Actor, now: datetime) -> Witness:
    """With the stay that the guest is in the house for. Raises NotFound."""
    group_id = hotel_by_id(hotel_id).group_id
    guest_id = db.fetch_value(
        "SELECT guest_id FROM guests_preference WHERE group_id = %s AND id = %s", [group_id, preference_id]
    )
    if guest_id is None:
        raise NotFound
    here = in_house.stay_of(hotel_id, guest_id)
    return witness(hotel_id=hotel_id, actor=actor, now=now, stay_id=here.stay_id if here else None)


def _count(row: Row, kind: EvidenceKind, basis: Basis | None, by: Witness) -> None:
    learning.count(row, kind, basis=basis, rule=rows.enough_for(by.hotel_id), by=by)


def _heed(
    hotel_id: int, preference_id: int, kind: EvidenceKind, *, basis: Basis | None, actor: Actor, now: datetime
) -> None:
    by = _witness_of(hotel_id, preference_id, actor, now)
    row = rows.lock_one(group_id=by.group_id, preference_id=preference_id)
    if row.state != State.CONFIRMED:
        row.last_seen_at = max(row.last_seen_at, now)
        _count(row, kind, basis, by)
    known = [row if one.id == row.id else one for one in rows.rows_of_guest(row.guest_id)]
    publish([row, *learning.settle(row, known, by=by)], hotel_id=hotel_id, actor=actor, now=now)


@operation(Permission.CONFIRM)
def write_preference(*, hotel_id: int, preference: NewPreference, actor: Actor, now: datetime) -> int:
    """Put a preference into the file by hand, of the catalogue or in words of its own; its id.

    Adds a preference, confirmed. Locks its guest. The same one of the catalogue again is confirmed anew.
    Raises NotFound, InvalidInput at wish, value, text. Publishes PreferenceChanged.
    """
    by = witness(hotel_id=hotel_id, actor=actor, now=now)
    rows.lock_guest(group_id=by.group_id, guest_id=preference.guest_id)
    wish = wish_named(preference.wish)
    if preference.wish == OWN:
        row = _own(preference, by)
        publish([row], hotel_id=hotel_id, actor=actor, now=now)
        return row.id
    if wish is None or wish.once:
        raise InvalidInput(field="wish", message=_("Choose what it is."))
    value = preference.value.strip()
    if not preference.never and not wish.takes(value):
        raise InvalidInput(field="value", message=_("This value cannot be."))
    meaning = Meaning(wish.code, value, preference.never)
    changed = learning.learn(guest_id=preference.guest_id, meanings=[meaning], basis=Basis.SAID, by=by)
    found = next(
        row for row in rows.rows_of_guest(preference.guest_id)
        if (row.wish, row.value, row.never, row.scope) == (wish.code, value, preference.never, Scope.HABIT)
    )  # fmt: skip
    publish(changed or [found], hotel_id=hotel_id, actor=actor, now=now)
    return found.id


def _own(preference: NewPreference, by: Witness) -> Row:
    text = clean_text(preference.text, field="text", limit=TEXT_LIMIT, required=True)
    values = {
        "group": by.group_id, "guest": preference.guest_id, "hotel": by.hotel_id, "stay": None, "wish": OWN,
        "kind": preference.kind.value, "department": preference.department, "value": "", "text": text,
        "never": preference.never, "scope": Scope.HABIT.value, "at_once": False, "source": Basis.SAID.value,
        "at": by.at,
    }  # fmt: skip
    row = rows.lock_one(group_id=by.group_id, preference_id=rows.insert(values))
    _count(row, EvidenceKind.SAID, Basis.SAID, by)
    return row


# ---------------------------------------------------------------- done, and whether it pleased

_USE = """
INSERT INTO guests_preferenceuse (group_id, hotel_id, preference_id, stay_id, task_id, staff_id, done_at)
VALUES (%(group)s, %(hotel)s, %(preference)s, %(stay)s, %(task)s, %(staff)s, %(at)s)
ON CONFLICT (preference_id, task_id) DO NOTHING RETURNING id
"""
_USE_OF = """
SELECT u.id, u.preference_id, u.stay_id, u.outcome FROM guests_preferenceuse u
WHERE u.hotel_id = %s AND u.id = %s
"""
_ANSWER = """
UPDATE guests_preferenceuse SET outcome = %s, answered_at = %s, answered_by_id = %s WHERE id = %s AND outcome = ''
"""


@operation(Permission.LEARN)
def note_use(*, hotel_id: int, done: DoneTask, actor: Actor, now: datetime) -> list[int]:
    """A task was done that follows from preferences of the stay's guests: each is to be asked about; ids of the new.

    Adds a row for each preference. Locks nothing. Idempotent by task. Raises NotFound where the task follows from none.
    Publishes PreferenceUsed for each.
    """
    hotel = hotel_by_id(hotel_id)
    wishes = set(wishes_of_task(done.key))
    wanted = wanted_in_stay(
        guest_ids=in_house.guests_of_stay(hotel_id, done.stay_id), stay_id=done.stay_id,
        today=hotel.local(now).date(),
    )  # fmt: skip
    used = [one for one in wanted if one.wish in wishes and not one.never]
    if not used:
        raise NotFound
    made = []
    for one in used:
        use_id = db.fetch_value(_USE, {
            "group": hotel.group_id, "hotel": hotel_id, "preference": one.id, "stay": done.stay_id,
            "task": done.task_id, "staff": done.staff_id, "at": done.at,
        })  # fmt: skip
        made += [use_id] if use_id is not None else []
        record(
            "guest.preference_used", subject="guest", subject_id=one.guest_id, hotel_id=hotel_id, actor=actor, now=now,
            after={"preference": one.id, "task": done.task_id},
            event=PreferenceUsed(preference_id=one.id, use_id=use_id or 0),
        )  # fmt: skip
    return made


@operation(Permission.OBSERVE)
def answer_use(*, hotel_id: int, use_id: int, outcome: Outcome, actor: Actor, now: datetime) -> None:
    """Whether what was prepared pleased: it feeds back into how sure the house is; “not again” makes it a negative.

    Changes the use and its preference. Locks the guest. Answered before, nothing changes. Raises NotFound.
    Publishes PreferenceUsed, and PreferenceChanged for “not again”.
    """
    use = db.fetch_one(_USE_OF, [hotel_id, use_id])
    if use is None:
        raise NotFound
    by = witness(hotel_id=hotel_id, actor=actor, now=now, stay_id=use["stay_id"])
    row = rows.lock_one(group_id=by.group_id, preference_id=use["preference_id"])
    if db.execute(_ANSWER, [outcome.value, now, actor.user_id, use_id]):
        rows.add_evidence(row.id, EvidenceKind(outcome.value), by)
        row.confidence = rows.weighed(row.id).confidence
        changed: list[Row] = []
        if outcome == Outcome.UNWANTED and row.is_live:
            row.state = State.REFUSED
            changed = [row, *learning.end_twins(row, by=by), *_never_again(row, Heard.NOT_AGAIN, by)]
        elif outcome == Outcome.PLEASED:
            row.last_seen_at = max(row.last_seen_at, now)
        rows.write(row, by=by, reason=learning.NOT_AGAIN if changed else "")
        publish(changed, hotel_id=hotel_id, actor=actor, now=now)
    record(
        "guest.preference_answered", subject="guest", subject_id=row.guest_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"preference": row.id, "use": use_id, "outcome": outcome.value},
        event=PreferenceUsed(preference_id=row.id, use_id=use_id, outcome=outcome.value),
    )  # fmt: skip
