"""Opening and changing guest files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from binzhi.guests import files, services
from binzhi.guests.access import Permission
from binzhi.guests.models import Guest
from binzhi.guests.queries import guest_card, search_guests
from binzhi.guests.services import GuestDetails
from binzhi.kernel import crypto
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import EditConflict, Forbidden, InvalidInput, NotFound
from binzhi.kernel.models import AuditEntry, OutboxEvent
from binzhi.property.queries import HotelRef
from tests.factories import NOW
from tests.guests.conftest import colleague, new_hotel, together, untouched

Add = Callable[..., int]


def test_create_guest_keeps_the_details_and_seals_the_phone(hotel: HotelRef, clerk: Actor, add: Add) -> None:
    guest_id = add(
        " 陈国梁 ", sex="male", birth_date=date(1972, 3, 9), nationality="chn", phone="139-1234-8806",
        email="chen@example.com", member_no="bz 8806", note="a\nb",
    )  # fmt: skip
    guest = Guest.objects.get(pk=guest_id)
    assert (guest.group_id, guest.name, guest.sex, guest.birth_date) == (
        hotel.group_id,
        "陈国梁",
        "male",
        date(1972, 3, 9),
    )
    assert (guest.nationality, guest.email, guest.member_no, guest.note) == (
        "CHN",
        "chen@example.com",
        "BZ8806",
        "a\nb",
    )
    assert (guest.plain, guest.pinyin, guest.initials, guest.marked) == (
        "陈国梁",
        "chenguoliang",
        "cgl",
        "Chén Guóliáng",
    )
    assert (guest.phone_masked, guest.version, guest.stays) == ("139****8806", 1, 0)
    sealed = bytes(guest.phone_sealed or b"")
    assert b"13912348806" not in sealed
    assert crypto.open_sealed(sealed, place=files.phone_place(guest_id)) == "+8613912348806"


def test_create_guest_writes_audit_and_event_without_the_person(add: Add) -> None:
    guest_id = add("陈国梁", phone="13912348806")
    entry, event = AuditEntry.objects.get(subject="guest"), OutboxEvent.objects.get(subject="guest")
    assert (entry.operation, entry.subject_id, entry.before, entry.after) == ("guest.created", guest_id, {}, {})
    assert (event.topic, event.payload) == ("guest.created", {"guest_id": guest_id})


@pytest.mark.parametrize(
    ("field", "details"),
    [
        ("name", {"name": ""}), ("name", {"name": "\u200b "}), ("name", {"name": "陈" * 121}), ("name", {"name": "陈\0"}),
        ("name", {"name": "\ud83d"}), ("name_en", {"name_en": "x" * 300}), ("sex", {"sex": "m"}),
        ("birth_date", {"birth_date": date(2026, 11, 22)}), ("birth_date", {"birth_date": date(1799, 1, 1)}),
        ("nationality", {"nationality": "ZZZ"}), ("nationality", {"nationality": "C"}), ("phone", {"phone": "123"}),
        ("email", {"email": "nobody"}), ("email", {"email": f"{'x' * 250}@example.com"}),
        ("organisation_id", {"organisation_id": 987654321}), ("member_no", {"member_no": "x" * 21}),
        ("vip_level", {"vip_level": "emperor"}), ("note", {"note": "x" * 501}),
    ],
)  # fmt: skip
def test_create_guest_what_cannot_be_taken_is_refused_at_its_field(
    hotel: HotelRef, field: str, details: dict[str, Any]
) -> None:
    boss = colleague(hotel, *Permission)
    before = untouched(0)
    with pytest.raises(InvalidInput) as refusal:
        services.create_guest(hotel_id=hotel.pk, details=GuestDetails(**{"name": "王", **details}), actor=boss, now=NOW)
    assert (refusal.value.field, refusal.value.status) == (field, 422)
    assert untouched(0) == before


@pytest.mark.parametrize(
    "name",
    ["𠮷田", "𬭸", "😀", "阿卜杜拉·买买提·吐尔逊·阿布都热依木·艾合买提江·玉素甫·热合曼", "محمد بن سلمان", "O", "Ỗ́ñ", "x" * 120, "曌" * 120,
     "Æ Ø Å", "İstanbul ı", "ß" * 120, "Ａｎｎａ", "名\u3000姓"],
)  # fmt: skip
def test_create_guest_every_name_is_kept_found_and_shown(hotel: HotelRef, add: Add, name: str) -> None:
    import unicodedata

    guest_id = add(name)
    assert Guest.objects.get(pk=guest_id).name == unicodedata.normalize("NFC", name).strip()
    assert guest_id in [hit.guest_id for hit in search_guests(group_id=hotel.group_id, text=name)]


def test_create_guest_with_a_level_asks_for_its_right(hotel: HotelRef, clerk: Actor) -> None:
    before = untouched(0)
    with pytest.raises(Forbidden):
        services.create_guest(hotel_id=hotel.pk, details=GuestDetails(name="王", vip_level="vip"), actor=clerk, now=NOW)
    assert untouched(0) == before


# ---------------------------------------------------------------- update


def update(hotel: HotelRef, actor: Actor, guest_id: int, version: int, **details: Any) -> int:
    return services.update_guest(
        hotel_id=hotel.pk, guest_id=guest_id, details=GuestDetails(**{"name": "陈国梁", **details}),
        expected_version=version, actor=actor, now=NOW,
    )  # fmt: skip


def test_update_guest_writes_over_and_counts_the_version(hotel: HotelRef, clerk: Actor, add: Add) -> None:
    guest_id = add("陈国良", phone="13912348806", email="a@example.com")
    assert update(hotel, clerk, guest_id, 1, phone=None, email=None, note="neu") == 2
    card = guest_card(group_id=hotel.group_id, guest_id=guest_id)
    assert (card.name, card.phone_masked, card.email, card.note) == ("陈国梁", "139****8806", "a@example.com", "neu")
    entry = AuditEntry.objects.get(operation="guest.changed")
    assert entry.after == {"version": 2, "vip_level": "", "fields": ["name", "note"]}
    assert "陈" not in str(entry.before) + str(entry.after)


def test_update_guest_empty_phone_and_email_take_them_away(hotel: HotelRef, clerk: Actor, add: Add) -> None:
    guest_id = add("陈国梁", phone="13912348806", email="a@example.com")
    update(hotel, clerk, guest_id, 1, phone="", email="")
    guest = Guest.objects.get(pk=guest_id)
    assert (guest.phone_sealed, guest.phone_masked, guest.phone_index, guest.phone_tail_index) == (None, "", None, None)
    assert guest.email == ""


def test_update_guest_second_clerk_gets_a_conflict_with_what_the_first_saved(
    hotel: HotelRef, clerk: Actor, add: Add
) -> None:
    guest_id = add("陈国梁")
    update(hotel, clerk, guest_id, 1, note="first")
    before = untouched(guest_id)
    with pytest.raises(EditConflict) as refusal:
        update(hotel, clerk, guest_id, 1, note="second")
    assert (refusal.value.status, refusal.value.current["note"], refusal.value.current["version"]) == (412, "first", 2)
    assert untouched(guest_id) == before


@pytest.mark.parametrize(("before", "after"), [("", "vip"), ("ip", "vvip"), ("vip", "")])
def test_update_guest_change_of_level_asks_for_its_right(
    hotel: HotelRef, clerk: Actor, before: str, after: str
) -> None:
    boss = colleague(hotel, *Permission)
    guest_id = services.create_guest(
        hotel_id=hotel.pk, details=GuestDetails(name="王", vip_level=before), actor=boss, now=NOW
    )
    kept = untouched(guest_id)
    with pytest.raises(Forbidden):
        update(hotel, clerk, guest_id, 1, vip_level=after)
    assert untouched(guest_id) == kept
    assert update(hotel, clerk, guest_id, 1, vip_level=before) == 2
    assert update(hotel, boss, guest_id, 2, vip_level=after) == 3


def test_update_guest_of_another_group_is_not_found(hotel: HotelRef, clerk: Actor, add: Add) -> None:
    guest_id = add("陈国梁")
    other = new_hotel()
    before = untouched(guest_id)
    with pytest.raises(NotFound):
        update(other, colleague(other, *Permission), guest_id, 1)
    assert untouched(guest_id) == before


def test_update_guest_of_a_sister_hotel_is_one_file(db: None) -> None:
    first, second = new_hotel(group="lakes"), new_hotel(group="lakes")
    guest_id = services.create_guest(
        hotel_id=first.pk, details=GuestDetails(name="王"), actor=colleague(first, *Permission), now=NOW
    )
    assert update(second, colleague(second, *Permission), guest_id, 1) == 2


@pytest.mark.django_db(transaction=True)
def test_update_guest_two_clerks_at_once_one_saves_one_is_told() -> None:
    hotel = new_hotel()
    boss = colleague(hotel, *Permission)
    guest_id = services.create_guest(hotel_id=hotel.pk, details=GuestDetails(name="王"), actor=boss, now=NOW)
    outcomes = together([lambda n=n: update(hotel, boss, guest_id, 1, note=str(n)) for n in range(8)])  # type: ignore[misc]
    assert sorted(map(str, outcomes)) == ["2", *["EditConflict"] * 7]
