"""Warnings count from their writing, a blacklisting when a second person has agreed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from binzhi.guests.errors import AlreadyDecided, OwnProposal
from binzhi.guests.models import Warning
from binzhi.guests.profile.warnings import (
    decide_blacklist,
    end_warning,
    history_of,
    raise_warning,
    waiting,
    warnings_of,
)
from binzhi.guests.queries import search_guests
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import Forbidden, InvalidInput, NotFound
from binzhi.property.queries import HotelRef
from tests.factories import NOW, TODAY
from tests.guests.conftest import colleague, new_hotel, see_all, together, untouched

Add = Callable[..., int]
DAY = timedelta(days=1)


@pytest.fixture
def second(hotel: HotelRef) -> Actor:
    return colleague(hotel, "guests.approve_blacklist", "guests.warn", user_id=8)


def warn(hotel: HotelRef, guest_id: int, actor: Actor, text: str = "花生过敏", **more: Any) -> int:
    typed = {"severity": 3, "blacklist": False, "ends_on": None, **more}
    return raise_warning(hotel_id=hotel.pk, guest_id=guest_id, text=text, actor=actor, now=NOW, **typed)


def counting(hotel: HotelRef, guest_id: int, today: Any = TODAY) -> list[str]:
    see_all()
    found = warnings_of(group_id=hotel.group_id, guest_ids=[guest_id], today=today)
    return [one.text for one in found.get(guest_id, [])]


def test_raise_warning_counts_at_once_and_until_its_day(hotel: HotelRef, clerk: Actor, add: Add) -> None:
    guest_id = add("陈国梁")
    warn(hotel, guest_id, clerk, "走廊噪声", severity=1, ends_on=TODAY + 3 * DAY)
    warn(hotel, guest_id, clerk)
    assert counting(hotel, guest_id) == ["花生过敏", "走廊噪声"]
    assert counting(hotel, guest_id, TODAY + 2 * DAY) == ["花生过敏", "走廊噪声"]
    assert counting(hotel, guest_id, TODAY + 3 * DAY) == ["花生过敏"]


@pytest.mark.parametrize(
    ("field", "typed"),
    [("text", {"text": " "}), ("text", {"text": "x" * 201}), ("severity", {"severity": 4}), ("ends_on", {"ends_on": TODAY})],
)  # fmt: skip
def test_raise_warning_what_cannot_be_is_refused_at_its_field(
    hotel: HotelRef, clerk: Actor, add: Add, field: str, typed: dict[str, Any]
) -> None:
    guest_id = add("陈国梁")
    before = untouched(guest_id)
    with pytest.raises(InvalidInput) as refusal:
        warn(hotel, guest_id, clerk, **typed)
    assert refusal.value.field == field
    assert (untouched(guest_id), Warning.objects.count()) == (before, 0)


def test_blacklist_counts_when_a_second_person_agrees(hotel: HotelRef, clerk: Actor, second: Actor, add: Add) -> None:
    guest_id = add("陈国梁")
    warning_id = warn(hotel, guest_id, second, "殴打员工", blacklist=True)
    ids = {"hotel_id": hotel.pk, "guest_id": guest_id, "warning_id": warning_id, "now": NOW}
    assert counting(hotel, guest_id) == []
    assert [one.warning_id for one in waiting(group_id=hotel.group_id)] == [warning_id]
    with pytest.raises(OwnProposal):
        decide_blacklist(agree=True, actor=second, **ids)
    with pytest.raises(Forbidden):
        decide_blacklist(agree=True, actor=colleague(hotel, "guests.warn", user_id=9), **ids)
    assert counting(hotel, guest_id) == []
    decide_blacklist(agree=True, actor=clerk, **ids)
    assert counting(hotel, guest_id) == ["殴打员工"]
    with pytest.raises(AlreadyDecided):
        decide_blacklist(agree=False, actor=clerk, **ids)
    see_all()
    assert waiting(group_id=hotel.group_id) == []


def test_blacklist_lifted_by_who_may_approve_only(hotel: HotelRef, clerk: Actor, second: Actor, add: Add) -> None:
    guest_id = add("陈国梁")
    warning_id = warn(hotel, guest_id, clerk, "逃账", blacklist=True)
    ids = {"hotel_id": hotel.pk, "guest_id": guest_id, "warning_id": warning_id, "now": NOW}
    decide_blacklist(agree=True, actor=second, **ids)
    with pytest.raises(Forbidden):
        end_warning(actor=colleague(hotel, "guests.warn", user_id=9), **ids)
    assert counting(hotel, guest_id) == ["逃账"]
    end_warning(actor=second, **ids)
    assert counting(hotel, guest_id) == []
    with pytest.raises(AlreadyDecided):
        end_warning(actor=second, **ids)
    see_all()
    assert [one.status for one in history_of(group_id=hotel.group_id, guest_id=guest_id)] == ["ended"]


def test_decide_blacklist_refused_does_not_count(hotel: HotelRef, clerk: Actor, second: Actor, add: Add) -> None:
    guest_id = add("陈国梁")
    warning_id = warn(hotel, guest_id, clerk, "误会", blacklist=True)
    decide_blacklist(hotel_id=hotel.pk, guest_id=guest_id, warning_id=warning_id, agree=False, actor=second, now=NOW)
    assert counting(hotel, guest_id) == []


def test_database_refuses_a_blacklisting_by_one_alone(hotel: HotelRef, clerk: Actor, add: Add) -> None:
    warning_id = warn(hotel, add("陈国梁"), clerk, "逃账", blacklist=True)
    see_all()
    for decided_by in (None, clerk.user_id):
        with pytest.raises(IntegrityError, match="blacklist_by_two"), transaction.atomic():
            Warning.objects.filter(pk=warning_id).update(status="active", decided_by=decided_by)


@pytest.mark.django_db(transaction=True)
def test_decide_blacklist_two_at_once_one_decides() -> None:
    hotel = new_hotel()
    clerk = colleague(hotel, "guests.create_guest", "guests.warn")
    from binzhi.guests.services import GuestDetails, create_guest

    guest_id = create_guest(hotel_id=hotel.pk, details=GuestDetails(name="陈国梁"), actor=clerk, now=NOW)
    warning_id = warn(hotel, guest_id, clerk, "逃账", blacklist=True)

    def decide(user_id: int, agree: bool) -> Callable[[], Any]:
        judge = colleague(hotel, "guests.approve_blacklist", user_id=user_id)
        return lambda: decide_blacklist(
            hotel_id=hotel.pk, guest_id=guest_id, warning_id=warning_id, agree=agree, actor=judge, now=NOW
        )

    outcomes = together([decide(20, True), decide(21, False), decide(22, True)])
    assert sorted(map(str, outcomes)) == ["AlreadyDecided", "AlreadyDecided", "None"]


def test_search_guests_shows_the_gravest_warning(hotel: HotelRef, clerk: Actor, second: Actor, add: Add) -> None:
    guest_id, plain = add("陈国梁"), add("陈国栋")
    warn(hotel, guest_id, clerk, "勿拍照", severity=1)
    warn(hotel, guest_id, clerk, "花生过敏")
    see_all()
    hits = search_guests(group_id=hotel.group_id, text="陈国", today=TODAY)
    assert {hit.guest_id: (hit.warning, hit.warning_state) for hit in hits} == {
        guest_id: ("花生过敏", "late"), plain: (None, ""),
    }  # fmt: skip


def test_warnings_of_another_group_are_not_found(hotel: HotelRef, clerk: Actor, add: Add) -> None:
    guest_id = add("陈国梁")
    warning_id = warn(hotel, guest_id, clerk)
    stranger = new_hotel()
    with pytest.raises(NotFound):
        end_warning(
            hotel_id=stranger.pk, guest_id=guest_id, warning_id=warning_id,
            actor=colleague(stranger, "guests.warn"), now=NOW,
        )  # fmt: skip
    with pytest.raises(NotFound):
        warn(stranger, guest_id, colleague(stranger, "guests.warn"))
    assert counting(hotel, guest_id) == ["花生过敏"]
