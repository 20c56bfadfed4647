"""Who stays is registered: documents checked and sealed, minors with their guardian, files opened or found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from binzhi.frontdesk.errors import (
    DocumentOfAnotherGuest,
    DocumentRequired,
    GuardianRequired,
    GuestRegisteredTwice,
    GuestRequired,
    GuestsNotRegistered,
    TooManyGuests,
)
from binzhi.frontdesk.registering import age_on, guardian_phone_place
from binzhi.frontdesk.requests import DocumentInput, RegistrationInput
from binzhi.frontdesk.services import check_in, register_guest
from binzhi.guests import files
from binzhi.guests.details import GuestDetails
from binzhi.kernel import crypto, db
from binzhi.kernel.errors import DomainError, InvalidInput, NotFound
from tests.factories import NOW, TestHotel, make_hotel
from tests.frontdesk.conftest import arrive, clerk_of, nothing_changes, row_of

PHONE = "13800138000"


def number_of(body: str) -> str:
    """A resident ID number with its check character."""
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11]


WANG, LI, BOY = (number_of(body) for body in ("11010519900307001", "11010519851212002", "11010520150101003"))


def person(name: str = "王伟", number: str = WANG, **more: Any) -> RegistrationInput:
    document = DocumentInput(kind="resident_id", number=number) if number else None
    return RegistrationInput(name=name, document=document, **more)


def child(**more: Any) -> RegistrationInput:
    given = {
        "guardian_name": "王伟",
        "guardian_phone": PHONE,
        "guardian_relation": "parent",
        "room_relation": "parent",
    } | more
    return person("王小宝", BOY, **given)


def begin(hotel: TestHotel, people: Sequence[RegistrationInput], **more: Any) -> int:
    stay = arrive(hotel, room="101", **{key: more.pop(key) for key in ("adults",) if key in more})
    check_in(hotel_id=hotel.pk, room_reservation_id=stay, registrations=people, actor=clerk_of(hotel), now=NOW, **more)
    return stay


def refusal(hotel: TestHotel, people: Sequence[RegistrationInput], expected: type[DomainError], **more: Any) -> str:
    """The field at which a check-in was refused; nothing was left behind."""
    stay = arrive(hotel, room="101", adults=more.pop("adults", 1))
    with nothing_changes(), pytest.raises(expected) as caught:
        check_in(
            hotel_id=hotel.pk, room_reservation_id=stay, registrations=people, actor=clerk_of(hotel), now=NOW, **more
        )
    return caught.value.field


def registrations(stay: int) -> list[dict[str, Any]]:
    return db.fetch_all(
        "SELECT x.*, g.name, g.birth_date, g.stays, d.number_masked, d.number_sealed FROM frontdesk_registration x"
        " LEFT JOIN guests_guest g ON g.id = x.guest_id LEFT JOIN guests_guestdocument d ON d.id = x.document_id"
        " WHERE x.room_reservation_id = %s ORDER BY x.id",
        [stay],
    )


def test_register_new_guest_opens_a_file_with_a_sealed_document(strict: TestHotel) -> None:
    stay = begin(strict, [person()], adults=1)
    (row,) = registrations(stay)
    assert (row["name"], row["is_main"], row["is_minor"], row["stays"]) == ("王伟", True, False, 1)
    assert row["birth_date"] == date(1990, 3, 7)
    assert row["number_masked"] == f"110***********{WANG[-4:]}"
    assert WANG.encode() not in bytes(row["number_sealed"])
    assert row_of(stay)["guest_id"] == row["guest_id"]
    audit = db.fetch_value("SELECT string_agg(before::text || after::text, '') FROM kernel_audit_entry")
    assert WANG not in audit
    assert "王伟" not in audit


def test_register_returning_guest_by_document_finds_his_file(strict: TestHotel) -> None:
    guest = files.create(group_id=strict.ref.group_id, details=GuestDetails(name="王伟"), now=NOW)
    files.attach_document(
        group_id=strict.ref.group_id, guest_id=guest, document=DocumentInput(kind="resident_id", number=WANG), now=NOW
    )
    stay = begin(strict, [person()], adults=1)
    assert [row["guest_id"] for row in registrations(stay)] == [guest]


def test_register_document_of_the_file_that_was_looked_at_again(strict: TestHotel) -> None:
    guest = files.create(group_id=strict.ref.group_id, details=GuestDetails(name="王伟"), now=NOW)
    document = files.attach_document(
        group_id=strict.ref.group_id, guest_id=guest, document=DocumentInput(kind="resident_id", number=WANG), now=NOW
    )
    stay = begin(strict, [RegistrationInput(guest_id=guest, document_id=document)], adults=1)
    assert [(row["guest_id"], row["document_id"]) for row in registrations(stay)] == [(guest, document)]


def test_register_minor_keeps_the_guardian_and_seals_the_phone(strict: TestHotel) -> None:
    stay = begin(strict, [person(), child()], adults=1)
    minor = registrations(stay)[1]
    assert (minor["is_minor"], minor["guardian_name"], minor["guardian_relation"]) == (True, "王伟", "parent")
    sealed = bytes(minor["guardian_phone_sealed"])
    assert crypto.open_sealed(sealed, place=guardian_phone_place(minor["id"])) == "+8613800138000"


def test_register_minor_without_document_but_with_birth_date_is_taken(strict: TestHotel) -> None:
    boy = RegistrationInput(
        name="王小宝",
        birth_date=date(2015, 1, 1),
        guardian_name="王伟",
        guardian_phone=PHONE,
        guardian_relation="parent",
        room_relation="parent",
        identity_by="household",
    )
    assert [row["is_minor"] for row in registrations(begin(strict, [person(), boy], adults=1))] == [False, True]


def test_register_only_minors_makes_the_first_the_main_guest(strict: TestHotel) -> None:
    stay = begin(strict, [child()], adults=1)
    assert [(row["is_main"], row["is_minor"]) for row in registrations(stay)] == [(True, True)]


def test_register_one_of_two_when_the_other_comes_later(strict: TestHotel) -> None:
    stay = begin(strict, [person()], adults=2, coming_later=1)
    assert len(registrations(stay)) == 1
    register_guest(
        hotel_id=strict.pk, room_reservation_id=stay, registration=person("李娜", LI), actor=clerk_of(strict), now=NOW
    )
    assert [row["is_main"] for row in registrations(stay)] == [True, False]


def test_register_nobody_where_no_documents_are_asked_is_fine(house: TestHotel) -> None:
    assert registrations(begin(house, [])) == []


def test_register_nobody_is_refused(strict: TestHotel) -> None:
    assert refusal(strict, [], GuestRequired) == "registrations.0.name"


def test_register_one_of_two_is_refused_at_the_second(strict: TestHotel) -> None:
    assert refusal(strict, [person()], GuestsNotRegistered, adults=2) == "registrations.1.name"


def test_register_adult_without_document_is_refused(strict: TestHotel) -> None:
    assert refusal(strict, [person(number="")], DocumentRequired) == "registrations.0.number"


def test_register_wrong_check_digit_is_refused_at_the_number(strict: TestHotel) -> None:
    wrong = WANG[:-1] + ("1" if WANG[-1] != "1" else "2")
    people = [person(), person("李娜", wrong)]
    assert refusal(strict, people, InvalidInput, adults=2) == "registrations.1.number"


def test_register_passport_without_country_is_refused_at_the_country(strict: TestHotel) -> None:
    smith = RegistrationInput(name="John Smith", document=DocumentInput(kind="passport", number="C01X00T47"))
    assert refusal(strict, [smith], InvalidInput) == "registrations.0.country"


@pytest.mark.parametrize("missing", ["guardian_name", "guardian_phone", "guardian_relation"])
def test_register_minor_without_guardian_is_refused_at_what_is_missing(strict: TestHotel, missing: str) -> None:
    people = [person(), child(**{missing: " "})]
    assert refusal(strict, people, GuardianRequired) == f"registrations.1.{missing}"


def test_register_minor_with_an_impossible_guardian_phone_is_refused(strict: TestHotel) -> None:
    people = [person(), child(guardian_phone="12")]
    assert refusal(strict, people, InvalidInput) == "registrations.1.guardian_phone"


def test_register_document_of_somebody_else_is_refused(strict: TestHotel) -> None:
    guest = files.create(group_id=strict.ref.group_id, details=GuestDetails(name="赵敏"), now=NOW)
    files.attach_document(
        group_id=strict.ref.group_id, guest_id=guest, document=DocumentInput(kind="resident_id", number=WANG), now=NOW
    )
    assert refusal(strict, [person()], DocumentOfAnotherGuest) == "registrations.0.number"


def test_register_same_document_twice_is_refused(strict: TestHotel) -> None:
    people = [person(), person("王伟二", WANG)]
    assert refusal(strict, people, GuestRegisteredTwice, adults=2) == "registrations.1.name"


def test_register_more_people_than_the_room_holds_is_refused(strict: TestHotel) -> None:
    people = [person(), person("李娜", LI), child(), person("四", number_of("11010519900307005"))]
    assert refusal(strict, people, TooManyGuests) == "registrations.3.name"


@pytest.mark.parametrize("name", ["", "  ", "\u202e", "长" * 121])
def test_register_impossible_name_is_refused_at_the_name(strict: TestHotel, name: str) -> None:
    assert refusal(strict, [person(name)], InvalidInput) == "registrations.0.name"


@pytest.mark.parametrize("name", ["𠮷野家太郎", "أحمد", "Ünïcode O’Brien", "😀"])
def test_register_names_of_the_world_are_kept_as_written(strict: TestHotel, name: str) -> None:
    assert registrations(begin(strict, [person(name)], adults=1))[0]["name"] == name


def test_register_guest_file_of_another_group_is_not_found(strict: TestHotel) -> None:
    other = make_hotel()
    guest = files.create(group_id=other.ref.group_id, details=GuestDetails(name="外人"), now=NOW)
    assert refusal(strict, [RegistrationInput(guest_id=guest)], NotFound) == "registrations.0.name"


def test_register_guest_again_after_check_in_is_refused(strict: TestHotel) -> None:
    stay = begin(strict, [person()], adults=1)
    guest = registrations(stay)[0]["guest_id"]
    with nothing_changes(), pytest.raises(GuestRegisteredTwice):
        register_guest(
            hotel_id=strict.pk, room_reservation_id=stay, registration=RegistrationInput(guest_id=guest),
            actor=clerk_of(strict), now=NOW,
        )  # fmt: skip


def test_register_guest_in_a_full_room_is_refused(strict: TestHotel) -> None:
    stay = begin(strict, [person(), person("李娜", LI), child()], adults=2)
    with nothing_changes(), pytest.raises(TooManyGuests):
        register_guest(
            hotel_id=strict.pk, room_reservation_id=stay, registration=person("四", number_of("11010519900307005")),
            actor=clerk_of(strict), now=NOW,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        (date(2008, 11, 21), date(2026, 11, 20), 17),
        (date(2008, 11, 21), date(2026, 11, 21), 18),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
    ],
)
def test_age_on_counts_completed_years(birth: date, day: date, age: int) -> None:
    assert age_on(birth, day) == age


def test_register_guest_known_by_his_document_again_is_refused(strict: TestHotel) -> None:
    stay = begin(strict, [person()], adults=1)
    with nothing_changes(), pytest.raises(GuestRegisteredTwice):
        register_guest(
            hotel_id=strict.pk, room_reservation_id=stay, registration=person(), actor=clerk_of(strict), now=NOW
        )
