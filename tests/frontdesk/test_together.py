"""Sharers and joined rooms: to the fen, nobody pays twice, and who cannot leave is named."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from binzhi.billing import services as billing
from binzhi.billing.cashier.settings import require_shifts
from binzhi.billing.errors import AmountTooFine
from binzhi.billing.folio_errors import PercentOutOfRange
from binzhi.billing.payments import PaymentInput
from binzhi.frontdesk import services
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.errors import (
    BalanceOpen,
    GuestsNotRegistered,
    MainGuestStays,
    MoreThanAll,
    NotJoined,
    TwoRoomsToJoin,
)
from binzhi.frontdesk.requests import RegistrationInput
from binzhi.frontdesk.together import joining, sharing
from binzhi.frontdesk.together.queries import joined_with, party_of, people_here
from binzhi.frontdesk.together.sharing import Share
from binzhi.kernel import db
from binzhi.kernel.errors import DomainError
from binzhi.reservations.errors import WrongStatus
from tests.billing.conftest import assert_books_hold
from tests.billing.racing import run_all
from tests.factories import NOW, SYSTEM, TestHotel, make_actor, make_hotel
from tests.frontdesk.browser import PART, at, desk, text
from tests.frontdesk.conftest import arrive, row_of, stay_in


@pytest.fixture(autouse=True)
def two_in_the_afternoon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def what(hotel: TestHotel) -> dict[str, Any]:
    return {"hotel_id": hotel.pk, "actor": SYSTEM, "now": NOW}


def three_in(hotel: TestHotel, room: str = "101") -> tuple[int, list[int]]:
    """A stay of three, the main guest first."""
    stay = arrive(hotel, room=room, adults=2)
    people = [RegistrationInput(name=name) for name in ("王伟", "李娜")]
    services.check_in(room_reservation_id=stay, registrations=people, **what(hotel))
    services.register_guest(room_reservation_id=stay, registration=RegistrationInput(name="张敏"), **what(hotel))
    ids = db.fetch_values(
        "SELECT id FROM frontdesk_registration WHERE room_reservation_id = %s ORDER BY is_main DESC, id", [stay]
    )
    return stay, ids


def share(hotel: TestHotel, stay: int, *shares: tuple[int, str]) -> None:
    given = [Share(registration_id=who, percent=Decimal(percent)) for who, percent in shares]
    sharing.share_room(room_reservation_id=stay, shares=given, **what(hotel))


def charge(hotel: TestHotel, stay: int, amount: str, code: str = "1000") -> None:
    billing.post_charge(
        account_id=row_of(stay)["charge_account_id"], charge_code=code, amount=Decimal(amount), **what(hotel)
    )


def balances(hotel: TestHotel, stay: int) -> list[Decimal]:
    """What each window of the stay's bill owes."""
    return db.fetch_values(
        "SELECT balance FROM billing_account WHERE folio_id = %s AND kind = 'folio' ORDER BY \"window\"",
        [row_of(stay)["folio_id"]],
    )


def test_each_sharer_pays_so_much_of_the_room_and_the_main_guest_the_rest(house: TestHotel) -> None:
    stay, (_main, one, two) = three_in(house)
    share(house, stay, (one, "33.33"), (two, "33.33"))
    charge(house, stay, "628.00")
    charge(house, stay, "58.00", code="2040")
    assert balances(house, stay) == [Decimal("267.38"), Decimal("209.31"), Decimal("209.31")]
    people = people_here(hotel_id=house.pk, room_reservation_id=stay)
    assert [(person.is_main, person.percent, person.window) for person in people] == [
        (True, 0, None), (False, Decimal("33.33"), 2), (False, Decimal("33.33"), 3),
    ]  # fmt: skip
    assert_books_hold(house)


def test_shares_set_anew_take_the_windows_there_are(house: TestHotel) -> None:
    stay, (_main, one, two) = three_in(house)
    share(house, stay, (one, "50"))
    charge(house, stay, "600")
    share(house, stay, (one, "20"), (two, "20"))
    charge(house, stay, "100")
    assert balances(house, stay) == [360, 320, 20]
    share(house, stay)
    charge(house, stay, "100")
    assert balances(house, stay) == [460, 320, 20]


def test_sharer_leaves_when_his_window_is_settled_and_the_others_pay_from_then_on(house: TestHotel) -> None:
    stay, (main, one, _two) = three_in(house)
    share(house, stay, (one, "50"))
    charge(house, stay, "600")
    with pytest.raises(BalanceOpen):
        sharing.sharer_leaves(room_reservation_id=stay, registration_id=one, **what(house))
    window = db.fetch_value("SELECT account_id FROM frontdesk_sharer")
    billing.take_payment(account_id=window, payment=PaymentInput(means="cash", amount=Decimal(300)), **what(house))
    sharing.sharer_leaves(room_reservation_id=stay, registration_id=one, **what(house))
    charge(house, stay, "600")
    assert balances(house, stay) == [900, 0]
    assert one not in [person.registration_id for person in people_here(hotel_id=house.pk, room_reservation_id=stay)]
    with pytest.raises(MainGuestStays):
        sharing.sharer_leaves(room_reservation_id=stay, registration_id=main, **what(house))


def test_check_in_taken_back_takes_the_shares_along(house: TestHotel) -> None:
    stay, (_main, one, _two) = three_in(house)
    share(house, stay, (one, "50"))
    services.undo_check_in(room_reservation_id=stay, **what(house))
    services.check_in(room_reservation_id=stay, registrations=[RegistrationInput(name="王伟")], **what(house))
    charge(house, stay, "600")
    assert balances(house, stay) == [600, 0]


@pytest.mark.parametrize(
    ("shares", "refusal"),
    [
        ([(1, "60"), (2, "40.01")], MoreThanAll),
        ([(0, "10")], MainGuestStays),
        ([(1, "0")], PercentOutOfRange),
        ([(1, "33.333")], AmountTooFine),
        ([(1, "10"), (1, "10")], GuestsNotRegistered),
    ],
)
def test_refused_shares_change_nothing(
    house: TestHotel, shares: list[tuple[int, str]], refusal: type[DomainError]
) -> None:
    stay, people = three_in(house)
    with pytest.raises(refusal):
        share(house, stay, *((people[place], percent) for place, percent in shares))
    assert db.fetch_value("SELECT count(*) FROM frontdesk_sharer") == 0
    assert len(balances(house, stay)) == 1


def test_share_of_a_stranger_and_of_one_to_come_is_refused(house: TestHotel) -> None:
    stay, _people = three_in(house)
    _other, (_main, stranger, _two) = three_in(house, "102")
    with pytest.raises(GuestsNotRegistered):
        share(house, stay, (stranger, "10"))
    coming = arrive(house, room="103")
    with pytest.raises(WrongStatus):
        share(house, coming)


def test_database_itself_refuses_shares_above_the_room(house: TestHotel) -> None:
    stay, (_main, one, two) = three_in(house)
    share(house, stay, (one, "50"), (two, "50"))
    with pytest.raises(IntegrityError, match="more than the room"), transaction.atomic():
        db.execute("UPDATE frontdesk_sharer SET percent = 51")


@pytest.mark.django_db
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    amounts=st.lists(st.integers(1, 999_999), min_size=1, max_size=4),
    percents=st.lists(st.integers(1, 5000), min_size=1, max_size=2),
)
def test_shares_add_up_to_every_charge_to_the_fen(amounts: list[int], percents: list[int]) -> None:
    with transaction.atomic(), time_machine.travel(NOW, tick=False):
        hotel = make_hotel(documents_required=False, with_billing=True)
        stay, people = three_in(hotel)
        share(hotel, stay, *((people[1 + place], f"{percent / 100:.2f}") for place, percent in enumerate(percents)))
        for amount in amounts:
            charge(hotel, stay, f"{amount / 100:.2f}")
        assert sum(balances(hotel, stay)) == sum(Decimal(amount) / 100 for amount in amounts)
        transaction.set_rollback(True)


# ---------------------------------------------------------------- joined rooms


def join(hotel: TestHotel, *stays: int, payer: int | None = None) -> int:
    return joining.join_rooms(room_reservation_ids=list(stays), payer_id=payer, **what(hotel))


def rooms(hotel: TestHotel, stay: int) -> list[str]:
    party = party_of(hotel_id=hotel.pk, room_reservation_id=stay)
    return [room.room for room in party.rooms] if party else []


def test_rooms_are_joined_shown_and_parted(house: TestHotel) -> None:
    one, two, three = (stay_in(house, room) for room in ("101", "102", "103"))
    join(house, one, two)
    join(house, three, two, payer=three)
    assert rooms(house, one) == ["101", "102", "103"]
    assert joined_with([one, two]) == {one: ["102", "103"], two: ["101", "103"]}
    joining.part_room(room_reservation_id=three, **what(house))
    party = party_of(hotel_id=house.pk, room_reservation_id=one)
    assert party is not None
    assert (rooms(house, one), party.payer_id) == (["101", "102"], one)
    joining.part_room(room_reservation_id=two, **what(house))
    assert (rooms(house, one), rooms(house, two)) == ([], [])
    with pytest.raises(NotJoined):
        joining.part_room(room_reservation_id=two, **what(house))


def test_join_needs_two_rooms_that_are_not_gone(house: TestHotel) -> None:
    one, two = stay_in(house, "101"), stay_in(house, "102", nights=1)
    for stays in ((one,), (one, one), ()):
        with pytest.raises(TwoRoomsToJoin):
            join(house, *stays)
    services.check_out(room_reservation_id=two, waive_day_use="试", **what(house))
    with pytest.raises(WrongStatus):
        join(house, one, two)
    assert db.fetch_value("SELECT count(*) FROM frontdesk_party") == 0


def yesterday(hotel: TestHotel, *stays: int) -> None:
    """They slept here: leaving costs no day's charge."""
    db.execute("UPDATE reservations_roomreservation SET arrival = arrival - 1 WHERE id = ANY(%s)", [list(stays)])


def test_party_leaves_together_and_one_bill_has_it_all(house: TestHotel) -> None:
    one, two, three = (stay_in(house, room) for room in ("101", "102", "103"))
    join(house, one, two, three, payer=one)
    yesterday(house, one, two, three)
    for stay, amount in ((one, "100"), (two, "200"), (three, "300")):
        charge(house, stay, amount)
    account = row_of(three)["charge_account_id"]
    ahead = PaymentInput(means="cash", amount=Decimal(400), in_advance=True)
    billing.take_payment(account_id=account, payment=ahead, **what(house))
    done = joining.check_out_party(room_reservation_id=two, **what(house))
    # 103 is owed something: that is settled there first.
    assert (done.done, [(each.room, each.code) for each in done.refused]) == (("102",), [("103", "balance_open")])
    assert (row_of(two)["status"], row_of(three)["status"], row_of(one)["status"]) == (
        "checked_out", "in_house", "in_house",
    )  # fmt: skip
    assert balances(house, one) == [300]
    assert joining.check_out_party(room_reservation_id=one, **what(house)).done == ()
    assert_books_hold(house)


def test_party_leaves_by_a_clerk_without_a_shift_for_no_money_passes_his_hands(house: TestHotel) -> None:
    one, two = (stay_in(house, room) for room in ("101", "102"))
    join(house, one, two, payer=one)
    yesterday(house, one, two)
    charge(house, two, "200")
    require_shifts(must_be_open=True, **what(house))
    clerk = make_actor(house, [Permission.CHECK_OUT])
    done = joining.check_out_party(room_reservation_id=one, **what(house) | {"actor": clerk})
    assert (done.done, done.refused, balances(house, one)) == (("102",), (), [200])


@pytest.mark.django_db(transaction=True)
def test_joined_from_two_desks_at_once_a_room_is_in_one_party() -> None:
    hotel = make_hotel(documents_required=False, with_billing=True)
    one, two, three = (stay_in(hotel, room) for room in ("101", "102", "103"))
    outcomes = run_all([lambda: join(hotel, one, two), lambda: join(hotel, three, two), lambda: join(hotel, two, one)])
    assert outcomes == {"ok": 3}
    assert rooms(hotel, two) == ["101", "102", "103"]
    open_rooms = db.fetch_value("SELECT count(*) FROM frontdesk_partyroom WHERE parted_at IS NULL")
    assert open_rooms == 3


# ---------------------------------------------------------------- screens


def test_page_sets_shares_and_keeps_what_was_typed(house: TestHotel) -> None:
    stay, (_main, one, two) = three_in(house)
    client, address = desk(house), at(house, f"stays/{stay}/together")
    refused = client.post(address, {"form": "shares", f"share_{one}": "80", f"share_{two}": "30"}, headers=PART)
    assert (refused.status_code, "more than the whole room" in text(refused)) == (422, True)
    assert 'value="80"' in text(refused)
    fine = client.post(address, {"form": "shares", f"share_{two}": "33.333"}, headers=PART)
    assert (fine.status_code, f"shares_share_{two}" in text(fine)) == (422, True)
    assert client.post(address, {"form": "shares", f"share_{one}": "30"}).status_code == 302
    assert "70 %" in text(client.get(address))
    assert client.post(at(house, f"stays/{stay}/together/{two}/leave")).status_code == 302
    assert len(people_here(hotel_id=house.pk, room_reservation_id=stay)) == 2


def test_page_joins_by_room_number_and_shows_it_everywhere(house: TestHotel) -> None:
    one, two = stay_in(house, "101"), stay_in(house, "102")
    client, address = desk(house), at(house, f"stays/{one}/together")
    refused = client.post(address, {"form": "join", "room": "999"}, headers=PART)
    assert (refused.status_code, "Name another room" in text(refused), 'value="999"' in text(refused)) == (
        422,
        True,
        True,
    )
    assert client.post(address, {"form": "join", "room": "102", "pays": "on"}).status_code == 302
    folio = db.fetch_value("SELECT number FROM billing_folio WHERE id = %s", [row_of(two)["folio_id"]])
    for page in ("rooms/102", "in-house", f"stays/{two}/check-out", f"folios/{folio}"):
        assert "oined" in text(client.get(at(house, page))), page
    yesterday(house, one, two)
    charge(house, two, "200")
    out = text(client.post(at(house, f"stays/{one}/together/out")))
    assert at(house, f"stays/{one}/check-out") in out
    assert (row_of(two)["status"], balances(house, one)) == ("checked_out", [200])
