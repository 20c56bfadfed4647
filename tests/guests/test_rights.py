"""Copy, erasure, end of use, legal hold: asked by one, decided by another; the books stay right."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from binzhi.guests.models import Guest, GuestDocument, RightsRequest
from binzhi.guests.privacy import exporting, states
from binzhi.guests.privacy.consents import ConsentInput, note_consent
from binzhi.guests.privacy.holds import lift_hold, set_hold
from binzhi.guests.privacy.requests import (
    AskedAlready,
    Decided,
    LinkOver,
    OnHold,
    SecondPerson,
    StillBusy,
    ask,
    decide,
    finish_waiting,
    open_copy,
    release,
)
from binzhi.guests.queries import search_guests
from binzhi.guests.services import DocumentInput, add_document
from binzhi.kernel import audit, db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.models import AuditEntry
from binzhi.property.queries import HotelRef
from tests.factories import NOW, SYSTEM, TODAY, booking, make_hotel
from tests.guests.conftest import colleague, new_hotel, see_all

PHONE, CARD, EMAIL = "13912348806", "11010519491231002X", "chen@example.com"
DAY = timedelta(days=1)


@pytest.fixture
def boss(hotel: HotelRef) -> Actor:
    return colleague(hotel, "guests.decide_rights", "guests.hold", "guests.view_guest", user_id=8)


@pytest.fixture
def chen(hotel: HotelRef, clerk: Actor, add: Callable[..., int]) -> int:
    guest_id = add("陈国梁", phone=PHONE, email=EMAIL, note="勿称陈总", birth_date=date(1949, 12, 31))
    card = DocumentInput("resident_id", CARD)
    add_document(hotel_id=hotel.pk, guest_id=guest_id, document=card, actor=clerk, now=NOW)
    consent = ConsentInput(purpose="profile", answer="given", guardian="陈老先生", guardian_relation="父亲")
    note_consent(hotel_id=hotel.pk, guest_id=guest_id, consent=consent, actor=clerk, now=NOW)
    return guest_id


def asked(hotel: HotelRef, clerk: Actor, guest: int, kind: str) -> int:
    return ask(hotel_id=hotel.pk, guest_id=guest, kind=kind, channel="desk", actor=clerk, now=NOW)


def granted(hotel: HotelRef, clerk: Actor, boss: Actor, guest: int, kind: str) -> Decided:
    request = asked(hotel, clerk, guest, kind)
    return decide(hotel_id=hotel.pk, request_id=request, grant=True, actor=boss, now=NOW)


def found_by(hotel: HotelRef) -> list[list[int]]:
    texts = ("陈国梁", "cgl", PHONE, PHONE[-4:], CARD)
    return [[hit.guest_id for hit in search_guests(group_id=hotel.group_id, text=text)] for text in texts]


def test_who_notes_a_request_does_not_decide_it(hotel: HotelRef, clerk: Actor, chen: int) -> None:
    request = asked(hotel, clerk, chen, "erase")
    both = colleague(hotel, "guests.decide_rights", user_id=clerk.user_id or 0)
    before = (AuditEntry.objects.count(), found_by(hotel))
    with pytest.raises(SecondPerson):
        decide(hotel_id=hotel.pk, request_id=request, grant=True, actor=both, now=NOW)
    assert (AuditEntry.objects.count(), found_by(hotel)) == before
    assert RightsRequest.objects.get(pk=request).state == "asked"


def test_the_same_request_is_open_once(hotel: HotelRef, clerk: Actor, chen: int) -> None:
    asked(hotel, clerk, chen, "erase")
    with pytest.raises(AskedAlready):
        asked(hotel, clerk, chen, "erase")
    asked(hotel, clerk, chen, "export")
    assert list(RightsRequest.objects.values_list("due_on", flat=True)) == [TODAY + 15 * DAY] * 2


def test_refusal_needs_a_reason_and_changes_nothing_of_the_file(
    hotel: HotelRef, clerk: Actor, boss: Actor, chen: int
) -> None:
    request = asked(hotel, clerk, chen, "erase")
    with pytest.raises(InvalidInput):
        decide(hotel_id=hotel.pk, request_id=request, grant=False, actor=boss, now=NOW)
    decide(hotel_id=hotel.pk, request_id=request, grant=False, reason="身份未核实", actor=boss, now=NOW)
    assert RightsRequest.objects.get(pk=request).state == "refused"
    assert found_by(hotel) == [[chen]] * 5


def test_copy_holds_everything_and_its_link_ends(hotel: HotelRef, clerk: Actor, boss: Actor, chen: int) -> None:
    request = asked(hotel, clerk, chen, "export")
    secret = decide(hotel_id=hotel.pk, request_id=request, grant=True, actor=boss, now=NOW).secret
    see_all()
    assert secret.encode() not in bytes(RightsRequest.objects.get(pk=request).secret_hash)
    given: dict[str, Any] = {"hotel_id": hotel.pk, "request_id": request, "actor": boss}
    copy = open_copy(secret=secret, now=NOW + timedelta(hours=71), **given)
    with zipfile.ZipFile(io.BytesIO(exporting.as_zip(copy))) as packed:
        data, page = json.loads(packed.read("data.json")), packed.read("data.html").decode()
        assert packed.read("data.pdf").startswith(b"%PDF")
    written = json.dumps(data, ensure_ascii=False)
    for value in ("陈国梁", "139 1234 8806", CARD, EMAIL, "勿称陈总", "1949-12-31", "profile"):
        assert value in written
        assert value in page
    for wrong, when in (("x" * 32, NOW), (secret, NOW + timedelta(hours=72))):
        with pytest.raises(LinkOver):
            open_copy(secret=wrong, now=when, **given)
    assert RightsRequest.objects.get(pk=request).fetched == 1


def test_erase_of_one_who_never_stayed_empties_the_file_at_once(
    hotel: HotelRef, clerk: Actor, boss: Actor, chen: int
) -> None:
    assert granted(hotel, clerk, boss, chen, "erase") == Decided("done")
    see_all()
    assert found_by(hotel) == [[]] * 5
    everywhere = "".join(
        str(db.fetch_values(f"SELECT t::text FROM {table} t"))
        for table in (
            "guests_guest",
            "guests_guestdocument",
            "guests_consententry",
            "kernel_audit_entry",
            "kernel_outbox_event",
        )
    )
    for value in ("陈国梁", "国梁", "chenguoliang", "8806", CARD, "1949", EMAIL, "勿称"):
        assert value not in everywhere
    assert Guest.objects.get(pk=chen).phone_sealed is None
    assert GuestDocument.objects.get(guest_id=chen).number_masked == ""
    assert db.fetch_value("SELECT guardian_sealed FROM guests_consententry WHERE guest_id = %s", [chen]) is None
    audit.seal()
    assert audit.verify() is None


def test_erase_while_the_law_keeps_the_registration_stops_the_use_and_waits(
    hotel: HotelRef, clerk: Actor, boss: Actor, chen: int
) -> None:
    see_all()
    Guest.objects.filter(pk=chen).update(last_stay_on=date(2026, 10, 31), stays=2)
    decided = granted(hotel, clerk, boss, chen, "erase")
    assert decided == Decided("waiting", waits_until=date(2029, 10, 31))
    assert found_by(hotel) == [[], [], [], [], [chen]]
    see_all()
    request = RightsRequest.objects.get(guest_id=chen)
    kept = Guest.objects.get(pk=chen)
    assert (kept.name, kept.stays) == ("陈国梁", 2)
    assert finish_waiting(hotel_id=hotel.pk, request_id=request.pk, actor=SYSTEM, now=NOW + 1200 * DAY) is True
    see_all()
    kept.refresh_from_db()
    assert (kept.name, kept.stays, kept.last_stay_on) == ("—", 2, date(2026, 10, 31))
    with pytest.raises(NotFound):
        finish_waiting(hotel_id=hotel.pk, request_id=request.pk, actor=SYSTEM, now=NOW + 1200 * DAY)


def test_release_brings_the_file_back_as_it_was(hotel: HotelRef, clerk: Actor, boss: Actor, chen: int) -> None:
    before = found_by(hotel)
    see_all()
    columns = ("name", "plain", "pinyin", "initials", "phone_index", "phone_tail_index", "phone_sealed", "note")
    was = Guest.objects.filter(pk=chen).values_list(*columns).get()
    granted(hotel, clerk, boss, chen, "restrict")
    assert states.state_of(group_id=hotel.group_id, guest_id=chen) is not None
    release(hotel_id=hotel.pk, guest_id=chen, reason="客人要求恢复", actor=boss, now=NOW)
    see_all()
    assert Guest.objects.filter(pk=chen).values_list(*columns).get() == was
    assert (found_by(hotel), states.state_of(group_id=hotel.group_id, guest_id=chen)) == (before, None)


def test_hold_stops_erasure_until_it_is_lifted(hotel: HotelRef, clerk: Actor, boss: Actor, chen: int) -> None:
    hold = set_hold(hotel_id=hotel.pk, guest_id=chen, reason="公安调取", actor=boss, now=NOW)
    request = asked(hotel, clerk, chen, "erase")
    with pytest.raises(OnHold):
        decide(hotel_id=hotel.pk, request_id=request, grant=True, actor=boss, now=NOW)
    assert found_by(hotel) == [[chen]] * 5
    lift_hold(hotel_id=hotel.pk, hold_id=hold, actor=boss, now=NOW)
    assert decide(hotel_id=hotel.pk, request_id=request, grant=True, actor=boss, now=NOW).state == "done"


def test_request_of_another_group_is_not_found(hotel: HotelRef, clerk: Actor, boss: Actor, chen: int) -> None:
    request = asked(hotel, clerk, chen, "export")
    other = new_hotel()
    stranger = colleague(other, "guests.decide_rights", "guests.ask_rights", user_id=9)
    with pytest.raises(NotFound):
        decide(hotel_id=other.pk, request_id=request, grant=True, actor=stranger, now=NOW)
    with pytest.raises(NotFound):
        asked(other, stranger, chen, "erase")


def test_erase_of_a_guest_with_a_booking_waits_and_leaves_stays_and_money(db: None) -> None:
    """Through reservations, desk and cashier: the booking is closed first; afterwards nobody's name is on anything."""
    from binzhi.guests.services import GuestDetails, create_guest
    from binzhi.kernel import db as house
    from binzhi.reservations import services as reservations

    hotel = make_hotel(with_billing=True)
    guest = create_guest(hotel_id=hotel.pk, details=GuestDetails(name="欧阳修远", phone=PHONE), actor=SYSTEM, now=NOW)
    made = reservations.create_reservation(
        hotel_id=hotel.pk,
        booking=booking(guest_id=guest, booker_name="欧阳修远", booker_phone=PHONE),
        actor=SYSTEM,
        now=NOW,
    )
    boss = colleague(hotel.ref, "guests.decide_rights", user_id=8)
    request = ask(hotel_id=hotel.pk, guest_id=guest, kind="erase", channel="desk", actor=SYSTEM, now=NOW)
    with pytest.raises(StillBusy):
        decide(hotel_id=hotel.pk, request_id=request, grant=True, actor=boss, now=NOW)
    house.enter_scope("*", "*")
    house.execute("UPDATE reservations_roomreservation SET status = 'cancelled' WHERE reservation_id = %s", [made.id])
    decide(hotel_id=hotel.pk, request_id=request, grant=True, actor=boss, now=NOW)
    house.enter_scope("*", "*")
    row = house.fetch_one(
        "SELECT booker_name, booker_phone_sealed, booker_phone_masked, guest_id FROM reservations_reservation"
    )
    assert row == {"booker_name": "—", "booker_phone_sealed": None, "booker_phone_masked": "", "guest_id": guest}
    tables = house.fetch_values(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    left = [
        table for table in tables
        if house.fetch_value(f"SELECT count(*) FROM {table} t WHERE t::text LIKE ANY (%s)", [["%欧阳修远%", f"%{PHONE}%"]])
    ]  # fmt: skip
    assert left == []
