"""Operations on a relationship: assess, check, bind."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from binzhi.guests.access import Permission
from binzhi.guests.enums import AssessmentKind, RelationshipLevel
from binzhi.guests.events import GuestAssessed, MeansChanged, RelationshipChecked
from binzhi.guests.relationship.accounts import Account, lock_account
from binzhi.guests.relationship.catalogue import HIGHEST, MEANS_BY_CODE, SIGN_CODES, TEN, UNKNOWN
from binzhi.guests.relationship.levels import suggest
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.property.queries import hotel_by_id


@operation(Permission.ASSESS)
def assess_guest(
    *, hotel_id: int, guest_id: int, kind: str, answers: Sequence[int], actor: Actor, now: datetime
) -> int:
    """Keep ten answers about a guest (0 not known, 1 to 5); the assessment's id.

    Adds a row; earlier ones stay as history. Locks the guest row. Raises NotFound, InvalidInput. Publishes
    GuestAssessed. Not idempotent: each assessment is a row.
    """
    if kind not in AssessmentKind.values:
        raise InvalidInput(field="kind")
    if len(answers) != TEN or any(not UNKNOWN <= answer <= HIGHEST for answer in answers):
        raise InvalidInput(field="answers", message=_("Ten answers, each from 1 to 5 or not known."))
    if not any(answers):
        raise InvalidInput(field="answers", message=_("Answer at least one question."))
    group_id = hotel_by_id(hotel_id).group_id
    lock_account(group_id=group_id, account=Account(guest_id=guest_id))
    assessment_id: int = db.fetch_value(
        "INSERT INTO guests_assessment (group_id, hotel_id, guest_id, kind, answers, user_id, at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING id",
        [group_id, hotel_id, guest_id, kind, list(answers), actor.user_id, now],
    )
    record(
        "guest.assessed", subject="guest", subject_id=guest_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"assessment_id": assessment_id, "kind": kind}, event=GuestAssessed(guest_id=guest_id, kind=kind),
    )  # fmt: skip
    return assessment_id


@operation(Permission.ASSESS)
def check_relationship(
    *,
    hotel_id: int,
    account: Account,
    signs: Sequence[str],
    level: str = "",
    actor: Actor,
    now: datetime,
) -> int:
    """Keep which signs were seen and the level that was confirmed; empty takes the suggested one. The check's id.

    Adds a row; earlier ones stay as history. Locks the account's row. Raises NotFound, InvalidInput. Publishes
    RelationshipChecked. Not idempotent.
    """
    if set(signs) - set(SIGN_CODES):
        raise InvalidInput(field="signs")
    if level and level not in RelationshipLevel.values:
        raise InvalidInput(field="level")
    group_id = hotel_by_id(hotel_id).group_id
    lock_account(group_id=group_id, account=account)
    seen = [code for code in SIGN_CODES if code in signs]
    suggested = suggest(signs=seen, before=last_signs(account), means_in_use=means_count(account)).level
    check_id: int = db.fetch_value(
        "INSERT INTO guests_relationshipcheck (group_id, hotel_id, guest_id, organisation_id, signs, suggested, level,"
        " user_id, at) VALUES (%s, %s, %s, %s, %s::varchar[], %s, %s, %s, %s) RETURNING id",
        [group_id, hotel_id, *account.columns, seen, suggested.value, level or suggested.value, actor.user_id, now],
    )
    record(
        "relationship.checked", subject=account.subject, subject_id=account.subject_id, hotel_id=hotel_id, actor=actor,
        now=now, after={"check_id": check_id, "signs": len(seen), "suggested": suggested, "level": level or suggested},
        event=RelationshipChecked(
            guest_id=account.guest_id, organisation_id=account.organisation_id, level=level or suggested.value
        ),
    )  # fmt: skip
    return check_id


def last_signs(account: Account) -> list[str] | None:
    """The signs of the account's last check; None when it was never checked."""
    found: list[str] | None = db.fetch_value(
        f"SELECT signs FROM guests_relationshipcheck WHERE {account.subject}_id = %s"  # noqa: S608  (two words)
        " ORDER BY at DESC, id DESC LIMIT 1",
        [account.subject_id],
    )
    return found


def means_count(account: Account) -> int:
    """How many means of binding are in use."""
    return int(
        db.fetch_value(
            f"SELECT count(*) FROM guests_switchingmeans WHERE {account.subject}_id = %s"  # noqa: S608  (two words)
            " AND ended_on IS NULL",
            [account.subject_id],
        )
    )


@operation(Permission.ASSESS)
def use_means(
    *,
    hotel_id: int,
    account: Account,
    means: str,
    note: str = "",
    actor: Actor,
    now: datetime,
) -> int:
    """A means of binding is in use for the account from today; its id. One in use already gets the new note.

    Adds or changes a row. Locks the account's row. Raises NotFound, InvalidInput. Publishes MeansChanged. Idempotent.
    """
    if means not in MEANS_BY_CODE:
        raise InvalidInput(field="means")
    note = clean_text(note, field="note", limit=200)
    hotel = hotel_by_id(hotel_id)
    lock_account(group_id=hotel.group_id, account=account)
    means_id: int | None = db.fetch_value(
        f"UPDATE guests_switchingmeans SET note = %s WHERE {account.subject}_id = %s"  # noqa: S608  (two words)
        " AND means = %s AND ended_on IS NULL RETURNING id",
        [note, account.subject_id, means],
    )
    if means_id is None:
        means_id = db.fetch_value(
            "INSERT INTO guests_switchingmeans (group_id, guest_id, organisation_id, means, note, since, set_by)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING id",
            [hotel.group_id, *account.columns, means, note, hotel.local(now).date(), actor.user_id],
        )
    assert means_id is not None
    record(
        "relationship.means_changed", subject=account.subject, subject_id=account.subject_id, hotel_id=hotel_id,
        actor=actor, now=now, after={"means": means, "in_use": True},
        event=MeansChanged(
            guest_id=account.guest_id, organisation_id=account.organisation_id, means=means, in_use=True
        ),
    )  # fmt: skip
    return means_id


@operation(Permission.ASSESS)
def end_means(*, hotel_id: int, means_id: int, actor: Actor, now: datetime) -> None:
    """A means of binding is used no more.

    Changes its row. Locks it. Raises NotFound (one that has ended, too). Publishes MeansChanged. Not idempotent.
    """
    hotel = hotel_by_id(hotel_id)
    ended = db.fetch_one(
        "UPDATE guests_switchingmeans SET ended_on = %s, ended_by = %s"
        " WHERE group_id = %s AND id = %s AND ended_on IS NULL RETURNING guest_id, organisation_id, means",
        [hotel.local(now).date(), actor.user_id, hotel.group_id, means_id],
    )
    if ended is None:
        raise NotFound
    account = Account(guest_id=ended["guest_id"], organisation_id=ended["organisation_id"])
    record(
        "relationship.means_changed", subject=account.subject, subject_id=account.subject_id, hotel_id=hotel_id,
        actor=actor, now=now, after={"means": ended["means"], "in_use": False},
        event=MeansChanged(in_use=False, **ended),
    )  # fmt: skip
