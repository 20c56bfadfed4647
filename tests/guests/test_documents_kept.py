"""Documents in a file, and who looks at what is masked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from binzhi.guests import files, services
from binzhi.guests.access import Permission
from binzhi.guests.documents import DocumentInput
from binzhi.guests.errors import DocumentExpired, DuplicateDocument
from binzhi.guests.models import Guest, GuestDocument, Reveal
from binzhi.guests.queries import guest_card
from binzhi.guests.services import GuestDetails
from binzhi.kernel import crypto, db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.models import AuditEntry, OutboxEvent
from binzhi.property.queries import HotelRef
from tests.factories import NOW
from tests.guests.conftest import colleague, new_hotel, see_all, together, untouched

Add = Callable[..., int]
ID_CARD = DocumentInput("resident_id", "11010519491231002X")
PASSPORT = DocumentInput("passport", "L898902C3", "USA", date(2030, 1, 1))


def add_document(hotel: HotelRef, actor: Actor, guest_id: int, document: DocumentInput = ID_CARD) -> int:
    return services.add_document(hotel_id=hotel.pk, guest_id=guest_id, document=document, actor=actor, now=NOW)


def test_add_document_is_sealed_masked_and_fills_what_the_file_left_open(
    hotel: HotelRef, clerk: Actor, add: Add
) -> None:
    guest_id = add("陈国梁")
    document = GuestDocument.objects.get(pk=add_document(hotel, clerk, guest_id))
    sealed = bytes(document.number_sealed)
    assert b"11010519491231002X" not in sealed
    assert crypto.open_sealed(sealed, place=files.document_place(document.pk)) == "11010519491231002X"
    assert (document.kind, document.country, document.number_masked) == ("resident_id", "CHN", "110***********002X")
    guest = Guest.objects.get(pk=guest_id)
    assert (guest.birth_date, guest.sex, guest.nationality) == (date(1949, 12, 31), "female", "CHN")
    entry = AuditEntry.objects.get(operation="guest.document_added")
    assert entry.after == {"document_id": document.pk, "kind": "resident_id"}


def test_add_document_again_renews_it(hotel: HotelRef, clerk: Actor, add: Add) -> None:
    guest_id = add("Anna")
    first = add_document(hotel, clerk, guest_id, PASSPORT)
    later = DocumentInput("passport", " l898902c3 ", "USA", date(2031, 1, 1))
    assert add_document(hotel, clerk, guest_id, later) == first
    document = GuestDocument.objects.get()
    assert document.expires_on == date(2031, 1, 1)


def test_add_document_that_another_file_has_names_that_file(hotel: HotelRef, clerk: Actor, add: Add) -> None:
    first, second = add("陈国梁"), add("陳國樑")
    add_document(hotel, clerk, first)
    before = untouched(second)
    with pytest.raises(DuplicateDocument) as refusal:
        add_document(hotel, clerk, second)
    assert (refusal.value.guest_id, refusal.value.status, refusal.value.field) == (first, 409, "number")
    assert untouched(second) == before


def test_add_document_of_another_group_is_no_duplicate(hotel: HotelRef, clerk: Actor, add: Add) -> None:
    add_document(hotel, clerk, add("陈国梁"))
    other = new_hotel()
    boss = colleague(other, *Permission)
    guest_id = services.create_guest(hotel_id=other.pk, details=GuestDetails(name="陈国梁"), actor=boss, now=NOW)
    assert add_document(other, boss, guest_id) > 0


@pytest.mark.django_db(transaction=True)
def test_add_document_same_card_in_many_files_at_once_lands_in_one() -> None:
    hotel = new_hotel()
    boss = colleague(hotel, *Permission)
    guests = [
        services.create_guest(hotel_id=hotel.pk, details=GuestDetails(name=f"王{n}"), actor=boss, now=NOW)
        for n in range(6)
    ]
    outcomes = together([lambda g=g: add_document(hotel, boss, g) and "ok" for g in guests])  # type: ignore[misc]
    assert sorted(outcomes) == ["DuplicateDocument"] * 5 + ["ok"]
    see_all()
    assert GuestDocument.objects.count() == 1


@pytest.mark.parametrize(
    ("document", "error"),
    [
        (DocumentInput("resident_id", "110105194912310021"), InvalidInput),
        (DocumentInput("passport", "L898902C3", "USA", date(2026, 11, 20)), DocumentExpired),
        (DocumentInput("resident_id", "11010519491231002X\0"), InvalidInput),
    ],
)
def test_add_document_that_cannot_be_changes_nothing(
    hotel: HotelRef, clerk: Actor, add: Add, document: DocumentInput, error: type[Exception]
) -> None:
    guest_id = add("陈国梁")
    before = untouched(guest_id)
    with pytest.raises(error):
        add_document(hotel, clerk, guest_id, document)
    assert untouched(guest_id) == before


def test_add_document_against_the_sex_in_the_file_is_refused(hotel: HotelRef, clerk: Actor, add: Add) -> None:
    guest_id = add("陈国梁", sex="male")
    with pytest.raises(InvalidInput):
        add_document(hotel, clerk, guest_id)


def reveal(hotel: HotelRef, actor: Actor, guest_id: int, what: str, reason: str = "registration") -> str:
    return services.reveal(hotel_id=hotel.pk, guest_id=guest_id, what=what, reason=reason, actor=actor, now=NOW)


def test_reveal_opens_each_value_and_records_who_and_why(hotel: HotelRef, clerk: Actor, add: Add) -> None:
    guest_id = add("陈国梁", phone="13912348806", email="chen@example.com")
    document = f"document:{add_document(hotel, clerk, guest_id)}"
    assert reveal(hotel, clerk, guest_id, "phone") == "+8613912348806"
    assert reveal(hotel, clerk, guest_id, "email") == "chen@example.com"
    assert reveal(hotel, clerk, guest_id, "birth_date") == "1949-12-31"
    assert reveal(hotel, clerk, guest_id, document, "police") == "11010519491231002X"
    kept = list(Reveal.objects.order_by("pk").values_list("user_id", "guest_id", "what", "reason", "at"))
    assert kept == [
        (7, guest_id, "phone", "registration", NOW), (7, guest_id, "email", "registration", NOW),
        (7, guest_id, "birth_date", "registration", NOW), (7, guest_id, document, "police", NOW),
    ]  # fmt: skip
    payloads = [event.payload for event in OutboxEvent.objects.filter(topic="guest.revealed").order_by("pk")]
    assert [payload["what"] for payload in payloads] == ["phone", "email", "birth_date", "document"]


@pytest.mark.parametrize(
    ("what", "reason", "error"),
    [
        ("phone", "", InvalidInput), ("phone", "  ", InvalidInput), ("phone", "x" * 201, InvalidInput),
        ("note", "why", InvalidInput), ("document:", "why", InvalidInput), ("document:x", "why", InvalidInput),
        ("document:１", "why", InvalidInput), ("document:999999", "why", NotFound), ("email", "why", NotFound),
        ("phone'--", "why", InvalidInput),
    ],
)  # fmt: skip
def test_reveal_refused_shows_and_records_nothing(
    hotel: HotelRef, clerk: Actor, add: Add, what: str, reason: str, error: type[Exception]
) -> None:
    guest_id = add("陈国梁", phone="13912348806")
    before = untouched(guest_id)
    with pytest.raises(error):
        reveal(hotel, clerk, guest_id, what, reason)
    assert untouched(guest_id) == before


def test_reveal_document_of_another_guest_is_not_found(hotel: HotelRef, clerk: Actor, add: Add) -> None:
    owner, other = add("陈国梁"), add("王五")
    document_id = add_document(hotel, clerk, owner)
    with pytest.raises(NotFound):
        reveal(hotel, clerk, other, f"document:{document_id}")


def test_reveal_rows_cannot_be_changed(hotel: HotelRef, clerk: Actor, add: Add) -> None:
    reveal(hotel, clerk, add("陈国梁", phone="13912348806"), "phone")
    for sql in ("UPDATE guests_reveal SET reason = ''", "DELETE FROM guests_reveal"):
        with pytest.raises(DatabaseError, match="insert-only"), transaction.atomic():
            db.execute(sql)
    assert Reveal.objects.count() == 1


def test_reveal_without_the_key_is_refused_and_the_rest_still_shows(
    hotel: HotelRef, clerk: Actor, add: Add, settings: Any
) -> None:
    guest_id = add("陈国梁", phone="13912348806")
    before = untouched(guest_id)
    settings.BINZHI_DATA_KEYS = {9: b"k" * 32}
    with pytest.raises(crypto.KeyMissing):
        reveal(hotel, clerk, guest_id, "phone")
    assert untouched(guest_id) == before
    card = guest_card(group_id=hotel.group_id, guest_id=guest_id)
    assert (card.name, card.phone_masked) == ("陈国梁", "139****8806")


def test_a_sealed_phone_copied_into_another_file_does_not_open(hotel: HotelRef, clerk: Actor, add: Add) -> None:
    owner, thief = add("陈国梁", phone="13912348806"), add("王五", phone="13800138000")
    Guest.objects.filter(pk=thief).update(phone_sealed=Guest.objects.get(pk=owner).phone_sealed)
    with pytest.raises(crypto.KeyMissing):
        reveal(hotel, clerk, thief, "phone")
