"""What the desk adds to a guest's page: the past, the figures, who is here first in a search; what a company brings."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from binzhi.billing import services as billing
from binzhi.billing.payments import PaymentInput
from binzhi.frontdesk import services
from binzhi.frontdesk.queries.guest_figures import guest_figures, production
from binzhi.frontdesk.queries.guest_past import bookings, spend, stays
from binzhi.frontdesk.requests import RegistrationInput
from binzhi.guests.profile.warnings import raise_warning
from binzhi.guests.queries import search_guests
from binzhi.guests.services import GuestDetails, NewOrganisation, create_guest, create_organisation, update_guest
from binzhi.kernel import db
from binzhi.people.setup import create_departments
from tests.factories import NOW, SYSTEM, TODAY, TestHotel
from tests.frontdesk.conftest import arrive, row_of
from tests.people.conftest import sign_in, staff_of


def guest(hotel: TestHotel, name: str = "陈国梁", **more: Any) -> int:
    return create_guest(hotel_id=hotel.pk, details=GuestDetails(name=name, **more), actor=SYSTEM, now=NOW)


def receive(hotel: TestHotel, room: str, *guests: int) -> int:
    stay = arrive(hotel, room=room, guest_id=guests[0])
    services.check_in(
        hotel_id=hotel.pk, room_reservation_id=stay, actor=SYSTEM, now=NOW,
        registrations=tuple(RegistrationInput(guest_id=one) for one in guests),
    )  # fmt: skip
    return stay


def leave(hotel: TestHotel, stay: int, *, hours: int) -> None:
    """The day is paid in cash."""
    paid = PaymentInput(means="cash", amount=Decimal(400))
    services.check_out(
        hotel_id=hotel.pk, room_reservation_id=stay, payments=(paid,), actor=SYSTEM, now=NOW + timedelta(hours=hours)
    )


def found(hotel: TestHotel, text: str) -> list[tuple[str, str, bool | None]]:
    hits = search_guests(
        group_id=hotel.ref.group_id, text=text, hotel_id=hotel.pk, today=hotel.ref.business_date, limit=8
    )
    return [(hit.name, hit.room, hit.is_due) for hit in hits]


def test_search_guests_puts_who_is_here_first_then_who_is_due(house: TestHotel) -> None:
    guest(house, "陈一", vip_level="vvip")
    due, main, companion = guest(house, "陈二"), guest(house, "陈三"), guest(house, "陈四")
    arrive(house, guest_id=due)
    arrive(house, guest_id=guest(house, "陈五"), after=3)
    receive(house, "101", main, companion)
    assert found(house, "chen")[:3] == [("陈三", "101", False), ("陈四", "101", False), ("陈二", "", True)]
    assert {name for name, _room, due in found(house, "陈")[3:] if due is None} == {"陈一", "陈五"}


def test_search_guests_finds_by_room_and_forgets_who_left(house: TestHotel) -> None:
    main = guest(house, "陈三")
    stay = receive(house, "101", main)
    assert found(house, "101") == [("陈三", "101", False)]
    leave(house, stay, hours=3)
    assert found(house, "101") == []
    assert found(house, "陈三") == [("陈三", "", None)]


def test_stays_tell_first_arrival_move_and_departure(house: TestHotel) -> None:
    chen = guest(house)
    stay = receive(house, "101", chen)
    services.move_room(
        hotel_id=house.pk, room_reservation_id=stay, room_id=house.rooms["102"], reason="noise", actor=SYSTEM,
        now=NOW + timedelta(hours=1),
    )  # fmt: skip
    leave(house, stay, hours=2)
    told = stays(house.ref.group_id, chen, None, 50)
    assert [(entry.word, entry.text.split(" · ")[0], entry.at - NOW) for entry in told] == [
        ("离店", "102", timedelta(hours=2)),
        ("换房", "由 101 换至 102", timedelta(hours=1)),
        ("首住", "102", timedelta(0)),
    ]
    assert [entry.word for entry in stays(house.ref.group_id, chen, NOW + timedelta(hours=1), 50)] == ["首住"]
    assert [entry.word for entry in stays(house.ref.group_id, chen, None, 1)] == ["离店"]
    assert len(bookings(house.ref.group_id, chen, None, 50)) == 1


@pytest.mark.parametrize("stayed", [1, 4])
def test_sources_are_one_statement_each(house: TestHotel, stayed: int, django_assert_num_queries: Any) -> None:
    chen = guest(house)
    for number in range(stayed):
        arrive(house, guest_id=chen, after=number * 2, nights=1)
    for source in (stays, bookings, spend):
        with django_assert_num_queries(1):
            source(house.ref.group_id, chen, None, 50)
    with django_assert_num_queries(1):
        figures = guest_figures(guest_id=chen, today=TODAY, with_money=True)
    assert (figures.next_on, figures.last_on, figures.stays) == (TODAY, None, 0)


def charge(house: TestHotel, stay: int, code: str, amount: int) -> int:
    done = billing.post_charge(
        hotel_id=house.pk, account_id=row_of(stay)["charge_account_id"], charge_code=code, amount=Decimal(amount),
        actor=SYSTEM, now=NOW,
    )  # fmt: skip
    return done.transaction_id


def test_spend_shows_extras_but_not_nights_nor_what_was_taken_back(house: TestHotel) -> None:
    chen = guest(house)
    stay = receive(house, "101", chen)
    wrong = charge(house, stay, "2020", 88)
    charge(house, stay, "1000", 400)
    charge(house, stay, "2040", 20)
    billing.reverse_transaction(hotel_id=house.pk, transaction_id=wrong, reason="记错", actor=SYSTEM, now=NOW)
    told = spend(house.ref.group_id, chen, None, 50)
    assert [(entry.text, entry.amount) for entry in told] == [("迷你吧", Decimal(20))]
    assert guest_figures(guest_id=chen, today=TODAY, with_money=True).year_spend == Decimal(420)
    assert guest_figures(guest_id=chen, today=TODAY, with_money=False).year_spend is None


def test_production_counts_what_was_stayed_by_year(house: TestHotel) -> None:
    company = create_organisation(
        hotel_id=house.pk, organisation=NewOrganisation(name="澜海集团"), actor=SYSTEM, now=NOW
    )
    assert production(house.ref.group_id, company) == []
    stay = arrive(house, room="101", organisation_id=company)
    arrive(house, after=5, organisation_id=company)
    services.check_in(hotel_id=house.pk, room_reservation_id=stay, actor=SYSTEM, now=NOW)
    charge(house, stay, "2040", 20)
    (year,) = production(house.ref.group_id, company)
    assert (year.year, year.bookings, year.nights, year.room_revenue, year.spend) == (TODAY.year, 1, 2, 800, 20)


def test_warnings_stand_at_check_in_booking_and_in_the_room(house: TestHotel) -> None:
    chen = guest(house)
    raise_warning(
        hotel_id=house.pk,
        guest_id=chen,
        text="花生过敏",
        severity=3,
        blacklist=False,
        ends_on=None,
        actor=SYSTEM,
        now=NOW,
    )
    stay = arrive(house, room="101", guest_id=chen)
    number = db.fetch_value(
        "SELECT r.number FROM reservations_reservation r JOIN reservations_roomreservation rr"
        " ON rr.reservation_id = r.id WHERE rr.id = %s",
        [stay],
    )
    create_departments(hotel_id=house.pk)
    staff_of(house.ref, "lin.xiao")
    desk = sign_in("lin.xiao")[0]
    code = house.ref.code
    pages = (
        reverse("frontdesk:check_in", args=[code, stay]),
        reverse("reservations:detail", args=[code, number]),
        reverse("frontdesk:room", args=[code, "101"]),
        f"/h/{code}/guests/warned?guest={chen}",
    )
    assert [("花生过敏" in desk.get(page).content.decode()) for page in pages] == [True] * len(pages)


def test_search_guests_follows_who_is_here_though_it_remembers_the_house(house: TestHotel) -> None:
    first, second = guest(house, "王一"), guest(house, "王二")
    guest(house, "王三", vip_level="vvip")
    stay = receive(house, "101", first)
    assert found(house, "王") == [("王一", "101", False), ("王三", "", None), ("王二", "", None)]
    # Arrived since, gone since, renamed since: none of it waits for the memory to end.
    receive(house, "102", second)
    leave(house, stay, hours=2)
    assert [name for name, room, _due in found(house, "王") if room] == ["王二"]
    assert found(house, "wanger") == [("王二", "102", False)]
    assert found(house, "102") == [("王二", "102", False)]
    version = db.fetch_value("SELECT version FROM guests_guest WHERE id = %s", [second])
    update_guest(
        hotel_id=house.pk, guest_id=second, details=GuestDetails(name="汪二"), expected_version=version, actor=SYSTEM,
        now=NOW,
    )  # fmt: skip
    assert found(house, "汪") == [("汪二", "102", False)]
    assert {name for name, _room, _due in found(house, "王")} == {"王一", "王三"}
