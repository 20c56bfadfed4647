"""How a relationship stands, what binds it, who calls when and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest

from binzhi.guests.models import Assessment, PlannedContact, RelationshipCheck, SwitchingMeans
from binzhi.guests.relationship import queries
from binzhi.guests.relationship.accounts import Account
from binzhi.guests.relationship.catalogue import MEANS, QUESTIONS, SIGN_CODES, SIGNS
from binzhi.guests.relationship.contacts import (
    ContactClosed,
    ContactInput,
    ResultInput,
    cancel_contact,
    note_result,
    plan_contact,
)
from binzhi.guests.relationship.levels import suggest
from binzhi.guests.relationship.services import assess_guest, check_relationship, end_means, use_means
from binzhi.guests.services import NewOrganisation, create_organisation
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.models import AuditEntry
from binzhi.property.queries import HotelRef
from tests.factories import NOW, TODAY
from tests.guests.conftest import colleague, new_hotel, see_all

DAY = timedelta(days=1)
ALL = ("guests.assess", "guests.plan_contacts")


def test_catalogue_has_ten_questions_twice_ten_signs_seventeen_means() -> None:
    assert {kind: len(asked) for kind, asked in QUESTIONS.items()} == {"willingness": 10, "quality": 10}
    assert (len(SIGNS), len({sign.code for sign in SIGNS})) == (10, 10)
    assert (len(MEANS), len({means.code for means in MEANS})) == (17, 17)


@pytest.mark.parametrize(
    ("seen", "before", "means", "level"),
    [
        (0, None, 0, "face_to_face"), (3, None, 0, "face_to_face"), (4, None, 0, "close"), (6, 6, 3, "close"),
        (7, None, 0, "personal"), (10, 10, 17, "personal"), (7, 10, 0, "estranged"), (8, 10, 0, "personal"),
        (0, 1, 0, "estranged"), (2, None, 6, "guilt"), (3, None, 6, "face_to_face"), (2, 2, 5, "face_to_face"),
        (2, 5, 9, "estranged"),
    ],
)  # fmt: skip
def test_suggest_level(seen: int, before: int | None, means: int, level: str) -> None:
    earlier = None if before is None else SIGN_CODES[:before]
    assert suggest(signs=SIGN_CODES[:seen], before=earlier, means_in_use=means).level == level


def test_assess_keeps_every_answer_as_history(hotel: HotelRef, clerk: Actor, add: Callable[..., int]) -> None:
    guest = add("陈国梁")
    assess_guest(hotel_id=hotel.pk, guest_id=guest, kind="willingness", answers=[5] * 10, actor=clerk, now=NOW)
    assess_guest(
        hotel_id=hotel.pk, guest_id=guest, kind="willingness", answers=[0, 4, 2] + [0] * 7, actor=clerk, now=NOW + DAY
    )
    new, old = queries.assessments(group_id=hotel.group_id, guest_id=guest)
    assert (old.score, old.known, new.score, new.known) == (100, 10, 60, 2)


@pytest.mark.parametrize("answers", [[3] * 9, [3] * 11, [6] + [3] * 9, [-1] + [3] * 9, [0] * 10])
def test_assess_with_wrong_answers_changes_nothing(
    hotel: HotelRef, clerk: Actor, add: Callable[..., int], answers: list[int]
) -> None:
    guest = add("陈国梁")
    before = AuditEntry.objects.count()
    with pytest.raises(InvalidInput):
        assess_guest(hotel_id=hotel.pk, guest_id=guest, kind="quality", answers=answers, actor=clerk, now=NOW)
    assert (Assessment.objects.count(), AuditEntry.objects.count()) == (0, before)


def test_check_keeps_suggestion_and_what_a_person_said(hotel: HotelRef, clerk: Actor, add: Callable[..., int]) -> None:
    guest = add("陈国梁")
    given = {"hotel_id": hotel.pk, "account": Account(guest_id=guest), "actor": clerk}
    check_relationship(signs=SIGN_CODES[:5], now=NOW, **given)  # type: ignore[arg-type]
    check_relationship(signs=SIGN_CODES[:1], level="face_to_face", now=NOW + DAY, **given)  # type: ignore[arg-type]
    new, old = queries.checks(group_id=hotel.group_id, account=Account(guest_id=guest))
    assert (old.suggested, old.level, new.suggested, new.level) == ("close", "close", "estranged", "face_to_face")


def test_check_needs_one_account_and_known_signs(hotel: HotelRef, clerk: Actor, add: Callable[..., int]) -> None:
    guest = add("陈国梁")
    account = Account(guest_id=guest)
    for wrong in ({"signs": ["telepathy"]}, {"signs": [], "level": "x"}):
        with pytest.raises(InvalidInput):
            check_relationship(hotel_id=hotel.pk, account=account, actor=clerk, now=NOW, **wrong)  # type: ignore[arg-type]
    for wrong in ({}, {"guest_id": guest, "organisation_id": 1}):
        with pytest.raises(InvalidInput):
            Account(**wrong)  # type: ignore[arg-type]
    assert RelationshipCheck.objects.count() == 0


def test_means_are_in_use_once_and_end(hotel: HotelRef, clerk: Actor) -> None:
    company = create_organisation(
        hotel_id=hotel.pk, organisation=NewOrganisation(name="澜海集团"), actor=clerk, now=NOW
    )
    given = {
        "hotel_id": hotel.pk,
        "account": Account(organisation_id=company),
        "means": "agreement",
        "actor": clerk,
        "now": NOW,
    }
    first = use_means(**given)  # type: ignore[arg-type]
    assert use_means(note="协议价八五折", **given) == first  # type: ignore[arg-type]
    account = Account(organisation_id=company)
    assert [(one.means, one.note) for one in queries.means_in_use(group_id=hotel.group_id, account=account)] == [
        ("agreement", "协议价八五折")
    ]
    end_means(hotel_id=hotel.pk, means_id=first, actor=clerk, now=NOW)
    with pytest.raises(NotFound):
        end_means(hotel_id=hotel.pk, means_id=first, actor=clerk, now=NOW)
    assert queries.means_in_use(group_id=hotel.group_id, account=account) == []
    assert use_means(**given) != first  # type: ignore[arg-type]
    assert SwitchingMeans.objects.count() == 2


def plan(hotel: HotelRef, clerk: Actor, guest: int, due_on: date = TODAY, **more: object) -> int:
    contact = ContactInput(**{"channel": "visit", "purpose": "季度拜访", "due_on": due_on, **more})  # type: ignore[arg-type]
    return plan_contact(hotel_id=hotel.pk, account=Account(guest_id=guest), contact=contact, actor=clerk, now=NOW)


def done(hotel: HotelRef, clerk: Actor, contact: int, outcome: str = "good", **more: object) -> int | None:
    result = ResultInput(outcome=outcome, **more)  # type: ignore[arg-type]
    return note_result(hotel_id=hotel.pk, planned_id=contact, result=result, actor=clerk, now=NOW)


@pytest.mark.parametrize(
    ("every", "outcome", "next_on", "due"),
    [
        (None, "good", None, None),
        (90, "good", None, TODAY + 90 * DAY),
        (90, "good", TODAY + 5 * DAY, TODAY + 5 * DAY),
        (None, "neutral", TODAY + 5 * DAY, TODAY + 5 * DAY),
        (90, "unreached", None, TODAY + 3 * DAY),
    ],
)
def test_result_plans_the_next(
    hotel: HotelRef, clerk: Actor, add: Callable[..., int],
    every: int | None, outcome: str, next_on: date | None, due: date | None,
) -> None:  # fmt: skip
    guest = add("陈国梁")
    first = plan(hotel, clerk, guest, every_days=every)
    following = done(hotel, clerk, first, outcome, next_on=next_on, spent=Decimal("260.00"))
    lines = queries.contacts_of(group_id=hotel.group_id, account=Account(guest_id=guest))
    assert [line.due_on for line in lines if line.is_open] == ([] if due is None else [due])
    assert (following is None) == (due is None)
    assert [(line.id, line.outcome, line.spent) for line in lines if not line.is_open] == [
        (first, outcome, Decimal("260.00"))
    ]


def test_contact_is_closed_once(hotel: HotelRef, clerk: Actor, add: Callable[..., int]) -> None:
    first, second = plan(hotel, clerk, add("陈国梁")), plan(hotel, clerk, add("周敏"))
    done(hotel, clerk, first)
    cancel_contact(hotel_id=hotel.pk, planned_id=second, actor=clerk, now=NOW)
    before = AuditEntry.objects.count()
    for contact in (first, second):
        with pytest.raises(ContactClosed):
            done(hotel, clerk, contact)
        with pytest.raises(ContactClosed):
            cancel_contact(hotel_id=hotel.pk, planned_id=contact, actor=clerk, now=NOW)
    assert (AuditEntry.objects.count(), PlannedContact.objects.count()) == (before, 2)


@pytest.mark.parametrize(
    "wrong",
    [
        {"channel": "fax"},
        {"due_on": TODAY - DAY},
        {"due_on": TODAY + 731 * DAY},
        {"every_days": 0},
        {"purpose": " "},
        {"owner_id": 999999},
    ],
)
def test_plan_with_nonsense_changes_nothing(
    hotel: HotelRef, clerk: Actor, add: Callable[..., int], wrong: dict[str, object]
) -> None:
    guest = add("陈国梁")
    with pytest.raises(InvalidInput):
        plan(hotel, clerk, guest, **wrong)  # type: ignore[arg-type]
    assert PlannedContact.objects.count() == 0


def test_bad_result_says_what_is_wrong(hotel: HotelRef, clerk: Actor, add: Callable[..., int]) -> None:
    contact = plan(hotel, clerk, add("陈国梁"))
    with pytest.raises(InvalidInput):
        done(hotel, clerk, contact, "bad")
    done(hotel, clerk, contact, "bad", result="嫌价格高，在看别家")


def test_due_list_counts_late_today_and_week(hotel: HotelRef, clerk: Actor, add: Callable[..., int]) -> None:
    guest = add("陈国梁")
    for days in (0, 0, 3, 7, 8):
        plan(hotel, clerk, guest, TODAY + days * DAY)
    later = TODAY + DAY
    counts = queries.due_counts(hotel_id=hotel.pk, today=later, owner_id=None)
    assert (counts.late, counts.today, counts.week, counts.all) == (2, 0, 3, 5)
    due = queries.contacts_due(hotel_id=hotel.pk, until=later + 6 * DAY, owner_id=clerk.user_id, limit=50)
    assert [line.due_on for line in due] == [TODAY, TODAY, TODAY + 3 * DAY, TODAY + 7 * DAY]


def test_account_of_another_group_is_not_found(hotel: HotelRef, clerk: Actor, add: Callable[..., int]) -> None:
    guest = add("陈国梁")
    contact = plan(hotel, clerk, guest)
    other = new_hotel()
    stranger = colleague(other, *ALL)
    with pytest.raises(NotFound):
        plan(other, stranger, guest)
    with pytest.raises(NotFound):
        done(other, stranger, contact)
    with pytest.raises(NotFound):
        use_means(hotel_id=other.pk, account=Account(guest_id=guest), means="club", actor=stranger, now=NOW)
    see_all()
    assert (PlannedContact.objects.count(), SwitchingMeans.objects.count()) == (1, 0)
