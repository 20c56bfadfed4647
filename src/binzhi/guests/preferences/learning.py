"""What an observation does to what is known of a guest: a block, inside the operation that records it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from binzhi.guests.learning import Basis, EvidenceKind, Scope, State
from binzhi.guests.preferences import rows
from binzhi.guests.preferences.catalogue import LASTS_DAYS, OWN, Meaning, wish_named
from binzhi.guests.preferences.confidence import Enough
from binzhi.guests.preferences.rows import Row, Witness

REPLACED, NOT_AGAIN = "replaced", "not_again"


def learn(*, guest_id: int, meanings: Sequence[Meaning], basis: Basis, by: Witness) -> list[Row]:
    """Let an observation count for what it means; the preferences whose state or meaning changed, as they are now.

    The guest's row is locked already. What is of one stay is acted upon at once and never counts towards a habit; what
    the guest refused comes back only by the guest's own word.
    """
    if not meanings:
        return []
    known = rows.rows_of_guest(guest_id)
    rule = rows.enough_for(by.hotel_id)
    changed: list[Row] = []
    for meaning in meanings:
        if meaning.passing and by.stay_id is None:
            continue  # Nobody is in the house with it: it stays an observation.
        if _is_settled(meaning, basis, known):
            continue
        row = _matching(meaning, known, by) or _new(guest_id, meaning, basis, by)
        fresh = row not in known
        if fresh:
            known.append(row)
        before = row.state
        count(row, EvidenceKind(basis.value), basis=basis, rule=rule, by=by)
        changed += settle(row, known, by=by)
        if fresh or row.state != before:
            changed.append(row)
    return changed


def _is_settled(meaning: Meaning, basis: Basis, known: Sequence[Row]) -> bool:
    """Not to be learnt: the guest said no to it, or it is a habit already and now only for one stay."""
    same = [row for row in known if row.wish == meaning.wish and row.scope == Scope.HABIT]
    if meaning.passing and any(row.state == State.CONFIRMED and not row.never for row in same):
        return True
    if meaning.never or basis == Basis.SAID:
        return False
    return any(
        (row.never and row.state == State.CONFIRMED)
        or (row.state == State.REFUSED and not row.never and row.value == meaning.value)
        for row in same
    )


def _matching(meaning: Meaning, known: Sequence[Row], by: Witness) -> Row | None:
    for row in known:
        same = (row.wish, row.value, row.never) == (meaning.wish, meaning.value, meaning.never)
        passing = row.scope == Scope.STAY
        if same and passing == meaning.passing and (not passing or row.stay_id == by.stay_id):
            return row
    return None


def _new(guest_id: int, meaning: Meaning, basis: Basis, by: Witness) -> Row:
    wish = wish_named(meaning.wish)
    assert wish is not None  # meanings are of the catalogue
    scope = Scope.STAY if meaning.passing else Scope.HABIT
    at_once = by.stay_id is not None and not meaning.never and (meaning.passing or wish.at_once)
    preference_id = rows.insert({
        "group": by.group_id, "guest": guest_id, "hotel": by.hotel_id, "stay": by.stay_id, "wish": wish.code,
        "kind": wish.kind.value, "department": wish.department, "value": meaning.value, "text": "",
        "never": meaning.never, "scope": scope.value, "at_once": at_once, "source": basis.value, "at": by.at,
    })  # fmt: skip
    return Row(
        id=preference_id, group_id=by.group_id, guest_id=guest_id, hotel_id=by.hotel_id, stay_id=by.stay_id,
        wish=wish.code, kind=wish.kind.value, department=wish.department, value=meaning.value, text="",
        never=meaning.never, scope=scope.value, state=State.SUGGESTED, at_once=at_once, confidence=0,
        source=basis.value, last_seen_at=by.at, expires_on=None, version=1,
    )  # fmt: skip


def count(row: Row, kind: EvidenceKind, *, basis: Basis | None, rule: Enough, by: Witness) -> None:
    """Add a piece of evidence and let the state follow from all of it."""
    rows.add_evidence(row.id, kind, by)
    weighed = rows.weighed(row.id)
    row.confidence = weighed.confidence
    if basis is not None:
        row.last_seen_at = max(row.last_seen_at, by.at)
    if basis == Basis.SAID:
        row.source = Basis.SAID
    believed = weighed.said or weighed.is_enough(rule) or row.scope == Scope.STAY or kind == EvidenceKind.CONFIRMED
    if believed and row.state in (State.SUGGESTED, State.REFUSED):
        row.state = State.CONFIRMED
    if row.state == State.CONFIRMED and row.scope == Scope.HABIT:
        row.expires_on = (row.last_seen_at + timedelta(days=_lasts(row.wish))).date()
    rows.write(row, by=by)


def settle(row: Row, known: Sequence[Row], *, by: Witness) -> list[Row]:
    """One number of a wish is confirmed, not two; nothing that is liked and not wanted; and the same thing not twice,
    as it may be in a file made of two. Those that had to go.
    """
    if row.state != State.CONFIRMED or row.scope == Scope.STAY:
        return []
    against = [
        other
        for other in known
        if other is not row and other.wish == row.wish and other.scope == Scope.HABIT
        and (is_twin(row, other) or (other.state == State.CONFIRMED and row.wish != OWN))
    ]  # fmt: skip
    for other in against:
        end(other, reason=NOT_AGAIN if row.never else REPLACED, by=by)
    return against


def is_twin(row: Row, other: Row) -> bool:
    """The same wish of the same guest, in a file that was made of two."""
    return (
        other.id != row.id and other.is_live
        and (other.wish, other.value, other.text, other.never, other.scope)
        == (row.wish, row.value, row.text, row.never, row.scope)
    )  # fmt: skip


def end_twins(row: Row, *, by: Witness) -> list[Row]:
    """What was said of one holds for the same in the other file; those that ended."""
    twins = [other for other in rows.rows_of_guest(row.guest_id) if is_twin(row, other)]
    for other in twins:
        end(other, reason=REPLACED, by=by)
    return twins


def end(row: Row, *, reason: str, by: Witness) -> None:
    """It holds no more."""
    row.state = State.ENDED
    rows.write(row, by=by, reason=reason)


def _lasts(wish: str) -> int:
    known = wish_named(wish)
    return known.lasts if known is not None else LASTS_DAYS
