"""The price that is quoted is the price that is booked and the price that is posted, to the fen: for every kind of rate."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from binzhi.guests import services as guests
from binzhi.kernel import db
from binzhi.kernel.dates import StayDates
from binzhi.reservations.promotions.services import (
    PromotionInput,
    create_promotion,
    set_agreed_price,
    set_members_rate,
)
from binzhi.reservations.promotions.using import find
from binzhi.reservations.queries import offers
from binzhi.reservations.ratebook.brush import Brush
from binzhi.reservations.ratebook.services import paint
from binzhi.reservations.requests import NewReservation, RoomRequest
from binzhi.reservations.services import create_reservation
from binzhi.reservations.setup import PlanSpec, create_plan
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, make_hotel
from tests.frontdesk.audit_house import arrive, close_day

NIGHTS = 2
KINDS = ("bar", "bb", "corp", "member", "code")
fen = st.integers(1, 500_000).map(lambda amount: Decimal(amount) / 100)
percents = st.integers(-9_900, 9_900).map(lambda amount: Decimal(amount) / 100)


def house(step: Decimal, percent: Decimal, amount: Decimal, prices: list[Decimal]) -> tuple[TestHotel, dict[str, Any]]:
    """A hotel whose prices are painted, with a rate of every kind; and who is entitled to them."""
    hotel = make_hotel(with_billing=True, nights=5, documents_required=False)
    common: dict[str, Any] = {"hotel_id": hotel.pk, "actor": SYSTEM, "now": NOW}
    for offset, price in enumerate(prices):
        night = TODAY + timedelta(days=offset)
        brush = Brush(
            first=night, last=night, room_types=("std",), rate_plans=("bar",), price=price,
            single_price=price / 2 if not price * 50 % 1 else None, extra_child=Decimal("0.33"), min_nights=1,
        )  # fmt: skip
        paint(brush=brush, **common)
    for code in ("member", "code"):
        spec = PlanSpec(
            code=code, name=code, kind="derived", parent_id=hotel.plans["bar"], percent=percent, amount=amount,
            round_to=step, cancellation_policy_id=hotel.policies["flex"],
        )  # fmt: skip
        create_plan(hotel_id=hotel.pk, spec=spec)
    set_members_rate(rate_plan="member", members_only=True, **common)
    code = create_promotion(promotion=PromotionInput(name="优惠", rate_plan="code"), **common)
    firm = guests.create_organisation(organisation=guests.NewOrganisation(name="澜海"), **common)
    set_agreed_price(rate_plan="corp", organisation_id=firm, percent=percent, amount=amount, **common)
    member = guests.create_guest(details=guests.GuestDetails(name="陈国梁", member_no="BZ1"), **common)
    return hotel, {"code": code, "organisation_id": firm, "guest_id": member}


def quoted(hotel: TestHotel, plan: str, entitled: dict[str, Any], adults: int, children: int) -> Decimal | None:
    found = offers(
        hotel=hotel.refreshed(), dates=StayDates(TODAY, TODAY + timedelta(days=NIGHTS)), today=TODAY, adults=adults,
        children=children, organisation_id=entitled["organisation_id"], guest_id=entitled["guest_id"],
        promotion_plan_id=find(hotel_id=hotel.pk, code=entitled["code"]).rate_plan_id,
    )  # fmt: skip
    offer = next(o for o in found if (o.room_type, o.rate_plan) == ("std", plan))
    assert offer.refusal == ""
    return offer.total


def check(step: Decimal, percent: Decimal, amount: Decimal, prices: list[Decimal], adults: int, children: int) -> None:
    hotel, entitled = house(step, percent, amount, prices)
    totals: dict[int, Decimal] = {}
    for number, plan in enumerate(KINDS, start=101):
        total = quoted(hotel, plan, entitled, adults, children)
        assert total is not None
        room = RoomRequest(
            room_type="std", rate_plan=plan, arrival=TODAY, departure=TODAY + timedelta(days=NIGHTS), adults=adults,
            children=children, expected_total=total,
        )  # fmt: skip
        booking = NewReservation(
            booker_name="陈国梁", rooms=(room,), guest_id=entitled["guest_id"],
            organisation_id=entitled["organisation_id"], promotion_code=entitled["code"] if plan == "code" else "",
        )  # fmt: skip
        made = create_reservation(hotel_id=hotel.pk, booking=booking, actor=SYSTEM, now=NOW)
        assert made.total == total
        totals[arrive(hotel, made.room_ids[0], str(number))] = total
    for offset in range(NIGHTS):
        close_day(hotel, TODAY + timedelta(days=offset))
    posted = {
        row["id"]: row["balance"]
        for row in db.fetch_all("SELECT id, balance FROM billing_account WHERE id = ANY (%s)", [list(totals)])
    }
    assert posted == totals


def test_price_quoted_is_booked_and_posted_for_every_kind_of_rate(db: None) -> None:
    check(Decimal("0.01"), Decimal("-12.34"), Decimal("3.21"), [Decimal("399.99"), Decimal("456.78")], 2, 1)


@pytest.mark.slow
@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    step=st.sampled_from([Decimal("0.01"), Decimal("0.5"), Decimal(1), Decimal(5)]), percent=percents, amount=fen,
    prices=st.lists(fen, min_size=NIGHTS, max_size=NIGHTS), adults=st.integers(1, 2), children=st.integers(0, 1),
)  # fmt: skip
def test_price_quoted_is_booked_and_posted_whatever_the_rate(
    step: Decimal, percent: Decimal, amount: Decimal, prices: list[Decimal], adults: int, children: int
) -> None:
    check(step, percent, amount, prices, adults, children)
