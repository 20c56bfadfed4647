"""Operations on guest files."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from binzhi.guests import files, services
from binzhi.guests.access import Permission
from binzhi.guests.documents import DocumentInput
from binzhi.guests.errors import DocumentExpired, DuplicateDocument, OrganisationCodeTaken
from binzhi.guests.models import Guest, GuestDocument, Organisation, Reveal
from binzhi.guests.queries import guest_card, organisations, search_guests, search_organisations
from binzhi.guests.services import GuestDetails, NewOrganisation
from binzhi.kernel import crypto, db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import EditConflict, Forbidden, InvalidInput, NotFound
from binzhi.kernel.models import AuditEntry, OutboxEvent
from binzhi.property.queries import HotelRef
from tests.factories import NOW, TODAY
from tests.guests.conftest import colleague, new_hotel, see_all

Add = Callable[..., int]
ID_CARD = DocumentInput("resident_id", "11010519491231002X")
PASSPORT = DocumentInput("passport", "L898902C3", "USA", date(2030, 1, 1))


def untouched(guest_id: int) -> tuple[Any, ...]:
    """What must be the same after a refusal."""
    see_all()
    return (
        Guest.objects.filter(pk=guest_id).values_list().first(),
        list(GuestDocument.objects.order_by("pk").values_list()),
        AuditEntry.objects.count(),
        OutboxEvent.objects.count(),
        Reveal.objects.count(),
    )


# ---------------------------------------------------------------- create


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


def together(calls: list[Callable[[], Any]]) -> list[Any]:
    gate, outcomes = threading.Barrier(len(calls)), [None] * len(calls)

    def one(place: int) -> None:
        gate.wait()
        try:
            outcomes[place] = calls[place]()
        except Exception as error:
            outcomes[place] = type(error).__name__  # type: ignore[call-overload]
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


# ---------------------------------------------------------------- documents


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


# ---------------------------------------------------------------- reveal


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


# ---------------------------------------------------------------- stays, organisations


def test_note_stay_counts_and_keeps_the_latest_day(add: Add) -> None:
    guest_id = add("陈国梁")
    for day in (date(2026, 5, 2), TODAY, date(2026, 8, 13)):
        files.note_stay(guest_id=guest_id, on=day)
    files.forget_stay(guest_id=guest_id)
    guest = Guest.objects.get(pk=guest_id)
    assert (guest.stays, guest.last_stay_on) == (2, TODAY)


def new_organisation(hotel: HotelRef, actor: Actor, **typed: Any) -> int:
    return services.create_organisation(
        hotel_id=hotel.pk, organisation=NewOrganisation(**{"name": "澜海集团", **typed}), actor=actor, now=NOW
    )


def test_create_organisation_gets_a_free_code_from_its_initials(hotel: HotelRef, clerk: Actor) -> None:
    ids = [new_organisation(hotel, clerk) for _ in range(3)]
    codes = list(Organisation.objects.filter(pk__in=ids).order_by("pk").values_list("code", flat=True))
    assert codes == ["LHJT", "LHJT-2", "LHJT-3"]


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", {"name": " "}), ("name", {"name": "x" * 121}), ("kind", {"kind": "sect"}), ("code", {"code": "a b"}),
        ("code", {"code": "X" * 31}), ("credit_limit", {"credit_limit": Decimal("-1")}),
        ("credit_limit", {"credit_limit": Decimal("0.005")}), ("credit_limit", {"credit_limit": Decimal("NaN")}),
        ("credit_limit", {"credit_limit": Decimal("1e12")}),
    ],
)  # fmt: skip
def test_create_organisation_what_cannot_be_is_refused_at_its_field(
    hotel: HotelRef, clerk: Actor, field: str, typed: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        new_organisation(hotel, clerk, **typed)
    assert refusal.value.field == field
    assert Organisation.objects.count() == 0


def test_create_organisation_code_in_use_is_a_conflict(hotel: HotelRef, clerk: Actor) -> None:
    new_organisation(hotel, clerk, code="lan-1")
    with pytest.raises(OrganisationCodeTaken):
        new_organisation(hotel, clerk, code="LAN-1")
    assert Organisation.objects.count() == 1


def test_search_organisations_by_name_pinyin_and_initials(hotel: HotelRef, clerk: Actor) -> None:
    wanted = new_organisation(hotel, clerk)
    new_organisation(hotel, clerk, name="Acme Travel", kind="agency")
    for text in ("澜海", "lanhai", "lan hai", "lhjt", "LHJT"):
        assert [row.pk for row in search_organisations(group_id=hotel.group_id, text=text)] == [wanted], text
    assert [row.name for row in search_organisations(group_id=hotel.group_id, text="acme t")] == ["Acme Travel"]
    assert search_organisations(group_id=hotel.group_id, text=" ") == []


def test_organisations_come_a_page_at_a_time(hotel: HotelRef, clerk: Actor) -> None:
    for code in ("C", "A", "B"):
        new_organisation(hotel, clerk, code=code)
    first = organisations(group_id=hotel.group_id, limit=2)
    assert [row.code for row in first] == ["A", "B"]
    assert [row.code for row in organisations(group_id=hotel.group_id, after="B", limit=2)] == ["C"]


def test_guest_card_age_on_leap_days(hotel: HotelRef, add: Add) -> None:
    card = guest_card(group_id=hotel.group_id, guest_id=add("王", birth_date=date(2008, 2, 29)))
    ages = [card.age_on(day) for day in (date(2026, 2, 28), date(2026, 3, 1), date(2028, 2, 28), date(2028, 2, 29))]
    assert ages == [17, 18, 19, 20]
