"""Quoted is booked is posted, to the fen, with packages, extra beds and children's ages; each part to its own code."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from binzhi.frontdesk.night_audit import preview
from binzhi.frontdesk.night_audit.posting import planned_parts
from binzhi.kernel import db
from binzhi.kernel.dates import StayDates
from binzhi.reservations import rates
from binzhi.reservations.extras.services import BandInput, set_extras
from binzhi.reservations.packages.services import PartInput, set_parts
from binzhi.reservations.queries import offers
from binzhi.reservations.rates import RateChange
from binzhi.reservations.requests import NewReservation, RoomRequest
from binzhi.reservations.services import create_reservation
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, make_hotel
from tests.frontdesk.audit_house import arrive, close_day

NIGHTS = 2
BREAKFAST = PartInput(charge_code="2010", name="早餐", amount=Decimal("68.01"), child_amount=Decimal("33.33"))
DINNER = PartInput(charge_code="2020", name="晚餐", amount=Decimal("120.55"), per="room", frequency="arrival")
# One part too dear for cheap nights: it gets what is left.
TICKET = PartInput(charge_code="4020", name="门票", amount=Decimal("399.99"), per="room")
BANDS = (BandInput(from_age=0, until_age=6, kind="free"), BandInput(from_age=7, until_age=12, kind="bed",
         amount=Decimal("99.99")))  # fmt: skip


def house(prices: list[Decimal], parts: list[PartInput], bed: Decimal, *, inclusive: bool = True) -> TestHotel:
    hotel = make_hotel(with_billing=True, nights=5, documents_required=False)
    db.execute("UPDATE property_hotel SET prices_include_tax = %s WHERE id = %s", [inclusive, hotel.pk])
    for offset, price in enumerate(prices):
        night = TODAY + timedelta(days=offset)
        rates.write(
            hotel_id=hotel.pk, rate_plan_id=hotel.plans["bar"], room_type_ids=[hotel.room_types["king"]], first=night,
            last=night, change=RateChange(price=price, extra_child=Decimal("7.77"), clear=frozenset({"single_price"})),
        )  # fmt: skip
    common: dict[str, Any] = {"hotel_id": hotel.pk, "actor": SYSTEM, "now": NOW}
    set_extras(rate_plan="bar", bed_price=bed, bands=BANDS, **common)
    for plan in ("bar", "bb"):
        set_parts(rate_plan=plan, parts=parts, **common)
    return hotel


def in_house(hotel: TestHotel, plan: str, ages: tuple[int, ...], beds: int, number: str) -> tuple[int, Decimal]:
    """Quoted, booked at the quoted sum, in the room; its account and the sum."""
    stay = StayDates(TODAY, TODAY + timedelta(days=NIGHTS))
    found = offers(
        hotel=hotel.refreshed(), dates=stay, today=TODAY, adults=1, children=len(ages), child_ages=ages, extra_beds=beds
    )
    offer = next(o for o in found if (o.room_type, o.rate_plan) == ("king", plan))
    assert (offer.refusal, offer.total is not None) == ("", True)
    room = RoomRequest(
        room_type="king", rate_plan=plan, arrival=stay.arrival, departure=stay.departure, adults=1,
        children=len(ages), child_ages=ages, extra_beds=beds, expected_total=offer.total,
    )  # fmt: skip
    booking = NewReservation(booker_name="陈国梁", rooms=(room,))
    made = create_reservation(hotel_id=hotel.pk, booking=booking, actor=SYSTEM, now=NOW)
    assert made.total == offer.total
    return arrive(hotel, made.room_ids[0], number), made.total


def posted(hotel: TestHotel) -> dict[str, Decimal]:
    """What stands on revenue and tax by charge code."""
    rows = db.fetch_all(
        """SELECT c.code, -sum(l.amount) AS amount FROM billing_transaction t JOIN billing_line l ON l.transaction_id = t.id
           JOIN billing_account a ON a.id = l.account_id AND a.folio_id IS NULL
           JOIN billing_chargecode c ON c.id = t.charge_code_id WHERE t.hotel_id = %s GROUP BY c.code""",
        [hotel.pk],
    )
    return {row["code"]: row["amount"] for row in rows}


def balances(accounts: list[int]) -> list[Decimal]:
    rows = db.fetch_all("SELECT id, balance FROM billing_account WHERE id = ANY (%s) ORDER BY id", [accounts])
    return [row["balance"] for row in rows]


def check(prices: list[Decimal], parts: list[PartInput], bed: Decimal, ages: tuple[int, ...], beds: int) -> None:
    hotel = house(prices, parts, bed)
    stays = [in_house(hotel, plan, ages, beds, number) for plan, number in (("bar", "201"), ("bb", "202"))]
    for offset in range(NIGHTS):
        close_day(hotel, TODAY + timedelta(days=offset))
    assert balances([account for account, _total in stays]) == [total for _account, total in sorted(stays)]
    assert sum(posted(hotel).values()) == sum(total for _account, total in stays)


@pytest.mark.django_db
def test_parts_are_posted_to_their_codes_and_the_room_has_the_rest() -> None:
    hotel = house([Decimal("888.88"), Decimal("999.99")], [BREAKFAST, DINNER], Decimal(200))
    account, total = in_house(hotel, "bar", (8,), 1, "201")
    first = preview(hotel=hotel.refreshed(), now=NOW)
    assert [(part.code, part.count, part.gross) for part in planned_parts(hotel_id=hotel.pk, business_date=TODAY)] == [
        ("2010", 1, Decimal("101.34")), ("2020", 1, Decimal("120.55")),
    ]  # fmt: skip
    assert [(group.rooms, group.gross) for group in first.planned] == [
        (1, Decimal("888.88") + Decimal("299.99") - Decimal("101.34") - Decimal("120.55"))
    ]
    for offset in range(NIGHTS):
        close_day(hotel, TODAY + timedelta(days=offset))
    assert posted(hotel) == {
        "1000": total - Decimal("323.23"), "2010": Decimal("202.68"), "2020": Decimal("120.55"),
    }  # fmt: skip
    assert balances([account]) == [total]


@pytest.mark.django_db
def test_prices_before_tax_are_taxed_by_each_code_and_the_sum_before_tax_is_the_agreed() -> None:
    hotel = house([Decimal("888.88"), Decimal("999.99")], [BREAKFAST, TICKET], Decimal(200), inclusive=False)
    _account, total = in_house(hotel, "bar", (), 0, "201")
    for offset in range(NIGHTS):
        close_day(hotel, TODAY + timedelta(days=offset))
    net = db.fetch_value(
        """SELECT -sum(l.amount) FROM billing_line l JOIN billing_account a ON a.id = l.account_id
           WHERE a.hotel_id = %s AND a.kind = 'revenue'""",
        [hotel.pk],
    )
    assert net == total


@pytest.mark.django_db
def test_a_cheap_night_gives_its_parts_what_there_is() -> None:
    check([Decimal("70.00"), Decimal("500.01")], [BREAKFAST, TICKET, DINNER], Decimal(0), (3, 8), 1)


fen = st.integers(1, 300_000).map(lambda amount: Decimal(amount) / 100)


@st.composite
def some_parts(draw: st.DrawFn) -> list[PartInput]:
    codes = draw(st.lists(st.sampled_from(["2010", "2020", "3020", "4020"]), max_size=4))
    return [
        PartInput(
            charge_code=code, name=code, amount=draw(fen), child_amount=draw(fen),
            per=draw(st.sampled_from(["room", "person"])), frequency=draw(st.sampled_from(["night", "arrival"])),
        )
        for code in codes
    ]  # fmt: skip


@pytest.mark.slow
@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    prices=st.lists(fen, min_size=NIGHTS, max_size=NIGHTS), parts=some_parts(), bed=fen,
    ages=st.lists(st.integers(0, 17), max_size=2).map(tuple), beds=st.integers(0, 1),
)  # fmt: skip
def test_quoted_is_booked_and_posted_whatever_the_package(
    prices: list[Decimal], parts: list[PartInput], bed: Decimal, ages: tuple[int, ...], beds: int
) -> None:
    check(prices, parts, bed, ages, beds)
