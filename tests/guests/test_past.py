"""Warnings and joined files as the guest's line of time tells them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from binzhi.guests.access import Permission
from binzhi.guests.merging.services import merge_guests, unmerge_guests
from binzhi.guests.profile.past import merged, warned
from binzhi.guests.profile.warnings import DANGER, TO_HEED, decide_blacklist, end_warning, raise_warning
from binzhi.guests.services import GuestDetails, create_guest
from binzhi.property.queries import HotelRef
from tests.factories import NOW
from tests.guests.conftest import colleague


def test_warned_tells_who_raised_and_who_decided(hotel: HotelRef) -> None:
    first, second = colleague(hotel, *Permission), colleague(hotel, *Permission, user_id=8)
    guest_id = create_guest(hotel_id=hotel.pk, details=GuestDetails(name="陈国梁"), actor=first, now=NOW)
    plain, black = (
        raise_warning(
            hotel_id=hotel.pk, guest_id=guest_id, text=text, severity=severity, blacklist=blacklist, ends_on=None,
            actor=first, now=NOW + timedelta(hours=hours),
        )
        for text, severity, blacklist, hours in (("怕吵", TO_HEED, False, 0), ("损坏设施", DANGER, True, 1))
    )  # fmt: skip
    known: dict[str, Any] = {"hotel_id": hotel.pk, "guest_id": guest_id, "actor": second}
    decide_blacklist(**known, warning_id=black, agree=True, now=NOW + timedelta(hours=2))
    end_warning(**known, warning_id=plain, now=NOW + timedelta(hours=3))
    told = warned(hotel.group_id, guest_id, None, 10)
    assert [(one.text, one.state) for one in told] == [
        ("已解除：怕吵", ""), ("已同意：损坏设施", "late"), ("提议：损坏设施", "late"), ("怕吵", "soon"),
    ]  # fmt: skip
    assert warned(hotel.group_id, guest_id, NOW + timedelta(hours=1), 10) == told[3:]
    assert warned(hotel.group_id, guest_id, None, 1) == told[:1]


def test_merged_tells_both_files_that_they_were_one(hotel: HotelRef) -> None:
    boss = colleague(hotel, *Permission)
    kept, other = (
        create_guest(hotel_id=hotel.pk, details=GuestDetails(name=name), actor=boss, now=NOW)
        for name in ("陈国梁", "陈国良")
    )
    merge = merge_guests(hotel_id=hotel.pk, survivor_id=kept, merged_id=other, choices={}, actor=boss, now=NOW)
    unmerge_guests(hotel_id=hotel.pk, merge_id=merge, actor=boss, now=NOW + timedelta(hours=1))
    texts = [[one.text for one in merged(hotel.group_id, guest_id, None, 10)] for guest_id in (kept, other)]
    assert texts == [
        ["与陈国良的档案重新分开", "与陈国良的档案合并"],
        ["与陈国梁的档案重新分开", "与陈国梁的档案合并"],
    ]
