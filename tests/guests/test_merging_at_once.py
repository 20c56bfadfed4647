"""Merges that meet each other, and a desk at work."""

from __future__ import annotations

from typing import Any

import pytest

from binzhi.guests import files
from binzhi.guests.access import Permission
from binzhi.guests.merging import services as merging_services
from binzhi.guests.models import Guest, Merge
from binzhi.guests.services import GuestDetails, create_guest
from binzhi.kernel import db
from binzhi.kernel.errors import Busy
from tests.factories import NOW, TODAY
from tests.guests.conftest import colleague, new_hotel, see_all, together
from tests.guests.test_merging import folio, merge, state, unmerge


@pytest.mark.django_db(transaction=True)
def test_merges_that_cross_leave_one_survivor() -> None:
    hotel = new_hotel()
    actor = colleague(hotel, *Permission)
    one, two = (
        create_guest(hotel_id=hotel.pk, details=GuestDetails(name=name), actor=actor, now=NOW) for name in "甲乙"
    )
    for _round in range(3):
        outcomes = together([lambda: merge(hotel, actor, one, two), lambda: merge(hotel, actor, two, one)])
        merged = [each for each in outcomes if isinstance(each, int)]
        assert len(merged) == 1
        assert set(map(str, outcomes)) - {str(merged[0])} <= {"FileMerged", "Busy"}
        see_all()
        assert Guest.objects.filter(pk__in=[one, two], merged_into=None).count() == 1
        unmerge(hotel, actor, merged[0])


@pytest.mark.django_db(transaction=True)
def test_merge_while_stays_are_noted_loses_none() -> None:
    hotel = new_hotel()
    actor = colleague(hotel, *Permission)
    one, two = (
        create_guest(hotel_id=hotel.pk, details=GuestDetails(name=name), actor=actor, now=NOW) for name in "甲乙"
    )

    def note() -> None:
        see_all()
        files.note_stay(guest_id=two, on=TODAY)

    def join() -> int:
        while True:
            try:
                return merge(hotel, actor, one, two)
            except Busy:
                continue

    outcomes = together([note, note, join, note, note])
    assert [each for each in outcomes if each is not None] == [outcomes[2]]
    see_all()
    assert Guest.objects.get(pk=one).stays == 4


@pytest.mark.django_db(transaction=True)
def test_negative_control_noting_a_stay_without_looking_for_the_survivor_loses_it() -> None:
    hotel = new_hotel()
    actor = colleague(hotel, *Permission)
    one, two = (
        create_guest(hotel_id=hotel.pk, details=GuestDetails(name=name), actor=actor, now=NOW) for name in "甲乙"
    )
    merge(hotel, actor, one, two)
    see_all()
    db.execute("UPDATE guests_guest SET stays = stays + 1 WHERE id = %s", [two])
    assert Guest.objects.get(pk=one).stays == 0


@pytest.mark.django_db(transaction=True)
def test_merge_that_breaks_off_half_way_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    hotel = new_hotel()
    actor = colleague(hotel, *Permission)
    one, two = (
        create_guest(hotel_id=hotel.pk, details=GuestDetails(name=name), actor=actor, now=NOW) for name in "甲乙"
    )
    folio(hotel, two, "F1")
    before = state(hotel.group_id)

    def die(**_given: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(merging_services.fields, "take_over", die)
    with pytest.raises(KeyboardInterrupt):
        merge(hotel, actor, one, two)
    assert state(hotel.group_id) == before
    assert Merge.objects.count() == 0
