"""Rooms by the hour at the desk: sold, checked in, over their hours, charged exactly, checked out; the screens of it."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from binzhi.billing.access import Permission as Money
from binzhi.billing.cashier.settings import require_shifts, save_till
from binzhi.frontdesk import services
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.errors import BalanceOpen
from binzhi.frontdesk.requests import PaymentInput
from binzhi.kernel import clock, db
from binzhi.kernel.errors import DomainError, Forbidden
from binzhi.reservations import verify
from binzhi.reservations.access import Permission as Booking
from binzhi.reservations.day_use.services import HourPriceInput, HoursRequest, TermsInput, sell_hours, set_day_use
from binzhi.reservations.models import HourlyUse, Reservation
from tests.factories import NOW, SYSTEM, TestHotel, make_actor, make_hotel, statements
from tests.reservations.desk import CLERK, signed_in

MORNING = NOW - timedelta(hours=5)
DESK = (*CLERK, Permission.VIEW, Permission.CHECK_IN, Permission.CHECK_OUT, Booking.SET_RATES, Money.TAKE_PAYMENT)


def furnished(price: Decimal = Decimal("128.80"), overtime: Decimal = Decimal("39.99"), **of: Any) -> TestHotel:
    hotel = make_hotel(with_billing=True, documents_required=False)
    set_day_use(
        hotel_id=hotel.pk, terms=TermsInput(rate_plan="bar", opens=time(8), closes=time(20), **of), actor=SYSTEM,
        now=MORNING,
        prices=[HourPriceInput(room_type="std", hours=3, price=price, overtime_price=overtime)],
    )  # fmt: skip
    return hotel


@pytest.fixture
def hotel(db: None) -> TestHotel:
    return furnished()


def sold(hotel: TestHotel, number: str = "101", *, at: datetime = MORNING, price: Decimal | None = None) -> int:
    asked = HoursRequest(room_id=hotel.rooms[number], hours=3, booker_name="周小姐", expected_price=price)
    return sell_hours(hotel_id=hotel.pk, asked=asked, actor=SYSTEM, now=at).room_ids[0]


def in_house(hotel: TestHotel, stay: int, *, at: datetime = MORNING) -> Any:
    return services.check_in(hotel_id=hotel.pk, room_reservation_id=stay, actor=SYSTEM, now=at)


def leave(hotel: TestHotel, stay: int, paid: Decimal, at: datetime, *, actor: Any = SYSTEM, **of: Any) -> Any:
    payment = [PaymentInput(means="wechat", amount=paid)] if paid else []
    return services.check_out(hotel_id=hotel.pk, room_reservation_id=stay, payments=payment, actor=actor, now=at, **of)


def test_check_out_in_time_charges_the_block_and_no_more(hotel: TestHotel) -> None:
    stay = sold(hotel)
    in_house(hotel, stay)
    done = leave(hotel, stay, Decimal("128.80"), MORNING + timedelta(hours=3, minutes=15))
    assert done.day_use == Decimal("128.80")
    assert HourlyUse.objects.get().closed_at is not None
    assert verify.differences(hotel_id=hotel.pk) == []


def test_check_out_over_the_hours_charges_each_begun_or_stays_open(hotel: TestHotel) -> None:
    stay = sold(hotel)
    in_house(hotel, stay)
    late = MORNING + timedelta(hours=4, minutes=1)
    with pytest.raises(BalanceOpen):
        leave(hotel, stay, Decimal("128.80"), late)
    done = leave(hotel, stay, Decimal("208.78"), late)
    assert done.day_use == Decimal("208.78")


def test_check_out_overtime_is_waived_with_a_reason_and_the_right(hotel: TestHotel) -> None:
    stay = sold(hotel)
    in_house(hotel, stay)
    late = MORNING + timedelta(hours=5)
    clerk = make_actor(hotel, [Permission.CHECK_OUT, Money.TAKE_PAYMENT])
    with pytest.raises(Forbidden):
        leave(hotel, stay, Decimal("128.80"), late, actor=clerk, waive_overtime="等出租车")
    assert leave(hotel, stay, Decimal("128.80"), late, waive_overtime="等出租车").day_use == Decimal("128.80")


def test_undo_check_out_brings_the_hours_back_and_does_not_charge_twice(hotel: TestHotel) -> None:
    stay = sold(hotel)
    in_house(hotel, stay)
    late = MORNING + timedelta(hours=4)
    leave(hotel, stay, Decimal("168.79"), late)
    services.undo_check_out(hotel_id=hotel.pk, room_reservation_id=stay, actor=SYSTEM, now=late)
    assert HourlyUse.objects.get().closed_at is None
    assert leave(hotel, stay, Decimal(0), late + timedelta(hours=2)).day_use == 0


def test_check_in_of_a_room_that_is_not_free_yet_is_refused(hotel: TestHotel) -> None:
    first = sold(hotel)
    in_house(hotel, first)
    asked = HoursRequest(
        room_id=hotel.rooms["101"], hours=3, booker_name="何先生", starts_at=MORNING + timedelta(hours=3)
    )
    second = sell_hours(hotel_id=hotel.pk, asked=asked, actor=SYSTEM, now=MORNING).room_ids[0]
    with pytest.raises(DomainError):
        in_house(hotel, second, at=MORNING + timedelta(hours=3))


fen = st.integers(1, 200_000).map(lambda amount: Decimal(amount) / 100)


@pytest.mark.slow
@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(price=fen, overtime=fen, over=st.integers(-100, 300), inclusive=st.booleans())
def test_hours_quoted_are_booked_and_posted_to_the_fen(
    price: Decimal, overtime: Decimal, over: int, inclusive: bool
) -> None:
    hotel = furnished(price, overtime)
    db.execute("UPDATE property_hotel SET prices_include_tax = %s WHERE id = %s", [inclusive, hotel.pk])
    stay = sold(hotel, price=price)
    folio = in_house(hotel, stay).folio_id
    hours = -(-over // 60) if over > 15 else 0
    with pytest.raises(BalanceOpen) as refusal:
        leave(hotel, stay, Decimal(0), MORNING + timedelta(hours=3, minutes=over))
    owed = refusal.value.params["balance"]
    leave(hotel, stay, owed, MORNING + timedelta(hours=3, minutes=over))
    net_or_gross = db.fetch_value(
        """SELECT -sum(l.amount) FROM billing_line l JOIN billing_account a ON a.id = l.account_id
           JOIN billing_transaction t ON t.id = l.transaction_id
           WHERE t.folio_id = %s AND t.kind = 'charge' AND a.kind = ANY (%s)""",
        [folio, ["revenue", "tax"] if inclusive else ["revenue"]],
    )
    assert net_or_gross == price + hours * overtime


@pytest.fixture
def morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: MORNING)


def url(hotel: TestHotel, tail: str = "") -> str:
    return f"/h/{hotel.ref.code}/day-use{tail}"


@pytest.mark.usefixtures("morning")
def test_hours_are_sold_on_the_screen_and_go_on_to_check_in(hotel: TestHotel) -> None:
    client = signed_in(hotel, DESK)
    given = {
        "name": "周小姐",
        "phone": "13800138000",
        "adults": "1",
        "room": "101",
        "hours": "3",
        "idempotency_key": "k",
    }
    sent = client.post(url(hotel), given)
    stay = HourlyUse.objects.get().pk
    assert (sent.status_code, sent["Location"]) == (302, f"/h/{hotel.ref.code}/stays/{stay}/check-in")
    assert client.get(sent["Location"]).status_code == 200
    client.post(url(hotel), given)
    assert Reservation.objects.count() == 1
    page = client.get(url(hotel)).content.decode()
    assert all(words in page for words in ("周小姐", "09:00", "12:00", "128.80"))


@pytest.mark.usefixtures("morning")
@pytest.mark.parametrize(
    ("of", "words"),
    [
        ({"room": "101"}, "Somebody has this room in these hours"),
        ({"room": "201"}, "not sold for so many hours"),
        ({"name": ""}, "Who is coming?"),
        ({"hours": "5"}, "Select a valid choice"),
        ({"starts": "25:00"}, "This is not a time"),
        ({"starts": "07:00"}, "This time has passed."),
        ({"starts": "18:00"}, "from 08:00 to 20:00"),
    ],
)
def test_hours_that_cannot_be_sold_are_told_at_their_field(hotel: TestHotel, of: dict[str, str], words: str) -> None:
    sold(hotel)
    given = {"name": "何先生", "adults": "1", "room": "102", "hours": "3", "note": "静"} | of
    sent = signed_in(hotel, DESK).post(url(hotel), given)
    assert sent.status_code in (409, 422)
    assert words in sent.content.decode()
    assert 'value="静"' in sent.content.decode()
    assert Reservation.objects.count() == 1


@pytest.mark.usefixtures("morning")
def test_terms_are_written_on_their_screen(hotel: TestHotel) -> None:
    client = signed_in(hotel, DESK)
    given = {
        "rate_plan": "bar", "opens": "09:00", "closes": "18:00", "turnaround": "45", "grace": "10",
        "price-0-room_type": "king", "price-0-hours": "4", "price-0-price": "200", "price-0-overtime_price": "60",
    }  # fmt: skip
    assert client.get(url(hotel, "/terms")).status_code == 200
    assert client.post(url(hotel, "/terms"), given).status_code == 302
    assert "200.00" in client.get(url(hotel)).content.decode()
    wrong = client.post(url(hotel, "/terms"), given | {"closes": "08:00", "price-1-room_type": "std"})
    assert (wrong.status_code, "Fill this in." in wrong.content.decode()) == (422, True)
    twice = client.post(
        url(hotel, "/terms"),
        given | {"price-1-room_type": "king", "price-1-hours": "4", "price-1-price": "1"},
    )
    assert (twice.status_code, "each length once" in twice.content.decode()) == (422, True)


@pytest.mark.usefixtures("morning")
def test_the_board_is_read_in_as_many_statements_whatever_is_sold(hotel: TestHotel) -> None:
    client, counts = signed_in(hotel, DESK), []
    for number in ("101", "102", "103"):
        sold(hotel, number)
        with statements() as sent:
            client.get(url(hotel))
        counts.append(len(sent))
    assert len(set(counts)) == 1


def test_check_out_shows_the_overtime_and_takes_it(hotel: TestHotel, monkeypatch: pytest.MonkeyPatch) -> None:
    stay = sold(hotel)
    in_house(hotel, stay)
    monkeypatch.setattr(clock, "now", lambda: MORNING + timedelta(hours=4, minutes=5))
    client = signed_in(hotel, DESK)
    address = f"/h/{hotel.ref.code}/stays/{stay}/check-out"
    page = client.get(address).content.decode()
    assert all(words in page for words in ("65 minutes over", "2 hours begun", "208.78"))
    # No shift is open: it is asked for here, and what was typed is kept; both are done in one step.
    what: dict[str, Any] = {"hotel_id": hotel.pk, "actor": SYSTEM, "now": NOW}
    till = save_till(till_id=None, code="A", name="总台", is_active=True, **what)
    require_shifts(must_be_open=True, **what)
    typed = {"amount": "208.78", "means": "wechat"}
    met = client.post(address, typed)
    asked = met.content.decode()
    assert (met.status_code, 'name="shift_till"' in asked, "208.78" in asked) == (409, True, True)
    sent = client.post(address, typed | {"shift_till": str(till), "shift_float": "500"})
    assert sent.status_code == 302
    assert HourlyUse.objects.get().closed_at is not None
