"""Conditions by deadline, deposits asked for, and what a booking keeps when its rate is given others."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from binzhi.billing.ledger import deposit_of
from binzhi.billing.payments import DepositInput
from binzhi.kernel import db
from binzhi.kernel.errors import Forbidden, InvalidInput, NotFound
from binzhi.reservations import errors, facts
from binzhi.reservations.access import Permission
from binzhi.reservations.conditions.queries import conditions, deposits_asked, due_at
from binzhi.reservations.conditions.services import (
    ConditionsInput,
    create_conditions,
    set_plan_conditions,
    take_deposit,
)
from binzhi.reservations.fees import Fee, Policy, Step, cancellation_fee
from binzhi.reservations.models import CancellationPolicy, RatePlan, RoomReservation
from binzhi.reservations.queries import cancellation_quote
from binzhi.reservations.queries.policies import policies_of
from binzhi.reservations.requests import RoomChange
from binzhi.reservations.services import cancel_reservation, change_room, create_reservation, mark_no_show
from binzhi.reservations.web.words import policy_sentence
from tests.factories import (
    NOW,
    SYSTEM,
    TODAY,
    TestHotel,
    booking,
    fingerprint,
    make_actor,
    make_hotel,
    run_audit_day,
    statements,
)

HALF = Fee("percent", Decimal(50))
LADDER = (
    Step(3, time(12), Fee("fixed", amount=Decimal(100))),
    Step(1, time(18), HALF),
    Step(0, time(18), Fee("all")),
)
ARRIVAL = TODAY + timedelta(days=5)


def common(hotel: TestHotel, actor: Any = SYSTEM) -> dict[str, Any]:
    return {"hotel_id": hotel.pk, "actor": actor, "now": NOW}


def ladder(hotel: TestHotel, code: str = "ladder", **of: Any) -> int:
    given = {"name": "阶梯", "deadlines": LADDER, "no_show": Fee("nights", nights=2)} | of
    return create_conditions(conditions=ConditionsInput(code=code, **given), **common(hotel))


def book(hotel: TestHotel, **of: Any) -> Any:
    return create_reservation(
        hotel_id=hotel.pk, booking=booking(arrival=ARRIVAL, nights=3, **of), actor=SYSTEM, now=NOW
    )


def at(days: int, hour: int, minute: int = 0) -> datetime:
    """On the hotel's clocks (UTC+8), so many days before arrival."""
    day = ARRIVAL - timedelta(days=days)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


@pytest.mark.parametrize(
    ("when", "fee"),
    [
        (at(5, 9), "0"), (at(3, 12), "0"), (at(3, 12, 1), "100"), (at(1, 18), "100"), (at(1, 18, 1), "600"),
        (at(0, 18), "600"), (at(0, 18, 1), "1200"),
    ],
)  # fmt: skip
def test_cancel_costs_what_the_last_deadline_passed_says(hotel: TestHotel, when: datetime, fee: str) -> None:
    ladder(hotel)
    set_plan_conditions(rate_plan="bar", code="ladder", **common(hotel))
    made = book(hotel)
    quote = cancellation_quote(hotel_id=hotel.pk, reservation_id=made.id, now=when)[0]
    assert (quote.fee, quote.no_show_fee, quote.free_until) == (Decimal(fee), 800, at(3, 12))
    done = cancel_reservation(hotel_id=hotel.pk, reservation_id=made.id, reason="guest", actor=SYSTEM, now=when)
    assert done.fee == Decimal(fee)
    charged = db.fetch_value(
        "SELECT coalesce(sum(a.balance), 0) FROM billing_account a WHERE a.hotel_id = %s AND a.kind = 'folio'",
        [hotel.pk],
    )
    assert charged == Decimal(fee)


def test_no_show_costs_its_nights_by_hand_and_by_the_audit_query(hotel: TestHotel) -> None:
    ladder(hotel)
    set_plan_conditions(rate_plan="bar", code="ladder", **common(hotel))
    made = book(hotel)
    run_audit_day(hotel, 5)
    assert mark_no_show(hotel_id=hotel.pk, room_reservation_id=made.room_ids[0], actor=SYSTEM, now=NOW).fee == 800


fen = st.integers(0, 500_000).map(lambda amount: Decimal(amount) / 100)
kinds = st.sampled_from(["none", "first_night", "nights", "percent", "fixed", "all"])
steps_of = st.tuples(
    st.integers(0, 30), kinds, st.integers(0, 10_000).map(lambda n: Decimal(n) / 100), st.integers(1, 9), fen
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    prices=st.lists(fen, min_size=1, max_size=5), fees=st.lists(steps_of, min_size=1, max_size=4),
    hours=st.integers(-24 * 35, 48),
)  # fmt: skip
def test_cancellation_fee_is_never_more_than_the_stay_and_nothing_before_every_deadline(
    prices: list[Decimal], fees: list[Any], hours: int
) -> None:
    steps = [Step(days, time(18), Fee(kind, percent, nights, amount)) for days, kind, percent, nights, amount in fees]
    first = steps[0]
    policy = Policy(
        first.days_before, first.until, first.fee.kind, first.fee.percent, "none", Decimal(0),
        fee_nights=first.fee.nights, fee_amount=first.fee.amount, steps=tuple(steps[1:]),
    )  # fmt: skip
    arrival = date(2026, 12, 24)
    now = datetime(2026, 12, 24, 10, tzinfo=UTC) + timedelta(hours=hours)
    fee = cancellation_fee(policy, prices=prices, arrival=arrival, timezone="Asia/Shanghai", currency="CNY", now=now)
    assert 0 <= fee <= sum(prices)
    if now <= min(step.instant(arrival=arrival, timezone="Asia/Shanghai") for step in steps):
        assert fee == 0


def test_bookings_keep_the_conditions_they_were_made_under(hotel: TestHotel) -> None:
    ladder(hotel)
    before = book(hotel)
    assert set_plan_conditions(rate_plan="bar", code="ladder", **common(hotel)) == 1
    after = book(hotel)
    late = at(0, 19)
    fees = [cancellation_quote(hotel_id=hotel.pk, reservation_id=made.id, now=late)[0].fee for made in (before, after)]
    # First night under the old, the whole stay under the new.
    assert fees == [400, 1200]
    assert set_plan_conditions(rate_plan="bar", code="flex", **common(hotel)) == 1
    assert cancellation_quote(hotel_id=hotel.pk, reservation_id=after.id, now=late)[0].fee == 1200


def test_change_to_another_rate_takes_that_rates_conditions(hotel: TestHotel) -> None:
    ladder(hotel)
    made = book(hotel)
    set_plan_conditions(rate_plan="bar", code="ladder", **common(hotel))
    stay = {"arrival": ARRIVAL, "departure": ARRIVAL + timedelta(days=3), "room_type": "std", "adults": 2}
    for plan, fee in (("bar", 400), ("bb", 660), ("bar", 1200)):
        change_room(hotel_id=hotel.pk, room_reservation_id=made.room_ids[0], actor=SYSTEM, now=NOW,
                    change=RoomChange(rate_plan=plan, **stay))  # type: ignore[arg-type]  # fmt: skip
        quote = cancellation_quote(hotel_id=hotel.pk, reservation_id=made.id, now=at(0, 19))[0]
        assert quote.fee == fee


def test_conditions_impossible_are_refused_at_their_field(hotel: TestHotel) -> None:
    before = CancellationPolicy.objects.count()
    cases: list[tuple[dict[str, Any], str]] = [
        ({"code": "flex"}, "code"), ({"code": "ä"}, "code"), ({"name": " "}, "name"),
        ({"deadlines": (Step(-1, time(1), HALF),)}, "deadlines.0.days_before"),
        ({"deadlines": (Step(1, time(1), HALF), Step(1, time(1), HALF))}, "deadlines.1.until"),
        ({"deadlines": (Step(1, time(1), Fee("percent", Decimal(101))),)}, "deadlines.0.percent"),
        ({"deadlines": (Step(1, time(1), Fee("guess")),)}, "deadlines.0.kind"),
        ({"deadlines": tuple(Step(n, time(1), HALF) for n in range(7))}, "deadlines"),
        ({"no_show": Fee("nights", nights=0)}, "no_show_nights"),
        ({"deposit": Fee("fixed", amount=Decimal("0.001"))}, "deposit_amount"), ({"deposit_after": -1}, "deposit_after"),
    ]  # fmt: skip
    for of, field in cases:
        with pytest.raises(InvalidInput) as refusal:
            ladder(hotel, **({"code": "new"} | of))
        assert refusal.value.field == field, of
    assert CancellationPolicy.objects.count() == before
    for of, field in (({"rate_plan": "nope"}, "rate_plan"), ({"code": "nope"}, "code"), ({"code": "\0"}, "code")):
        with pytest.raises(InvalidInput) as refusal:
            set_plan_conditions(**{"rate_plan": "bar", "code": "free"} | of, **common(hotel))
        assert refusal.value.field == field
    with pytest.raises(Forbidden):
        set_plan_conditions(rate_plan="bar", code="free", **common(hotel, make_actor(hotel, [Permission.CREATE])))


def test_conditions_are_told_in_both_languages(hotel: TestHotel) -> None:
    ladder(hotel, deposit=Fee("first_night"), deposit_after=2, deposit_before=1)
    set_plan_conditions(rate_plan="bar", code="ladder", **common(hotel))
    policy = policies_of(hotel_id=hotel.pk, rate_plans=["bar"])["bar"]

    def said(language: str) -> str:
        with translation.override(language):
            return policy_sentence(policy, arrival=ARRIVAL, prices=[Decimal(400)] * 3, currency="CNY")

    assert said("en") == (
        "Free to cancel before 11-23 12:00; after that a fixed amount, ¥100.00 per room. After 11-25 18:00 it is 50% of the"
        " stay, ¥600.00 per room. After 11-26 18:00 it is the whole stay, ¥1,200.00 per room. A no-show costs the"
        " first 2 nights, ¥800.00 per room. A deposit is asked for: the first night, ¥400.00 per room. It is to be"
        " paid within 2 days of booking, at the latest 1 day before arrival."
    )
    for part in ("11-23 12:00", "11-25 18:00", "50%", "前 2 晚", "定金", "1,200.00"):
        assert part in said("zh-hans")


def test_deposit_is_asked_taken_and_overdue(hotel: TestHotel) -> None:
    ladder(hotel, deposit=Fee("percent", Decimal(30)), deposit_after=2, deposit_before=1)
    set_plan_conditions(rate_plan="bar", code="ladder", **common(hotel))
    made = book(hotel, rooms=2)
    house = hotel.refreshed()
    with statements() as sent:
        (asked,) = deposits_asked(hotel=house)
    assert len(sent) == 1
    due = datetime(2026, 11, 23, 10, tzinfo=UTC)
    assert (asked.number, asked.asked, asked.held, asked.due_at) == (made.number, 720, 0, due)
    assert (asked.is_overdue(due), asked.is_overdue(due + timedelta(seconds=1))) == (False, True)
    folio = take_deposit(
        reservation_id=made.id, deposit=DepositInput(means="cash", amount=Decimal(700)), **common(hotel)
    )
    assert deposit_of(folio) == 700
    assert deposits_asked(hotel=hotel.refreshed())[0].missing == 20
    assert take_deposit(
        reservation_id=made.id, deposit=DepositInput(means="cash", amount=Decimal(20)), **common(hotel)
    ) == folio  # fmt: skip
    (asked,) = deposits_asked(hotel=hotel.refreshed(), reservation_id=made.id)
    assert (asked.missing, asked.is_overdue(due + timedelta(days=9))) == (0, False)
    cancel_reservation(hotel_id=hotel.pk, reservation_id=made.id, reason="guest", actor=SYSTEM, now=NOW)
    assert deposits_asked(hotel=hotel.refreshed()) == []
    with pytest.raises(errors.NothingToCancel):
        take_deposit(reservation_id=made.id, deposit=DepositInput(means="cash", amount=Decimal(1)), **common(hotel))


def test_deposit_impossible_leaves_everything_as_it_was(hotel: TestHotel) -> None:
    made = book(hotel)
    before = fingerprint(hotel)
    for deposit, refusal in (
        (DepositInput(means="cash", amount=Decimal(0)), InvalidInput), (DepositInput(means="nope", amount=Decimal(1)), InvalidInput),
    ):  # fmt: skip
        with pytest.raises(refusal):
            take_deposit(reservation_id=made.id, deposit=deposit, **common(hotel))
    with pytest.raises(NotFound):
        take_deposit(
            reservation_id=made.id, deposit=DepositInput(means="cash", amount=Decimal(1)), **common(make_hotel())
        )
    assert fingerprint(hotel) == before


@pytest.mark.parametrize(
    ("after", "before", "due"),
    [
        (None, None, NOW),
        (2, None, datetime(2026, 11, 23, 10, tzinfo=UTC)),
        (None, 1, datetime(2026, 11, 25, 10, tzinfo=UTC)),
        (30, 3, datetime(2026, 11, 23, 10, tzinfo=UTC)),
        (None, 30, NOW),
    ],
)
def test_deposit_is_due_on_the_sooner_day_never_before_the_booking(
    after: int | None, before: int | None, due: datetime
) -> None:
    policy = Policy(
        0, time(18), "none", Decimal(0), "none", Decimal(0), deposit_kind="all", deposit_after=after,
        deposit_before=before,
    )  # fmt: skip
    assert due_at(policy, arrival=ARRIVAL, booked_on=TODAY, booked_at=NOW, timezone="Asia/Shanghai") == due


def test_conditions_are_listed_with_their_rates_in_one_statement(hotel: TestHotel) -> None:
    ladder(hotel)
    with statements() as sent:
        found = {row.code: row for row in conditions(hotel.pk)}
    assert len(sent) == 1
    assert [step.fee.kind for step in found["ladder"].terms.deadlines] == ["fixed", "percent", "all"]
    assert (found["flex"].plans, found["ladder"].plans) == (["bar"], [])


def test_a_booking_keeps_what_it_was_quoted_under_though_the_rate_changes_before_it_is_written(
    hotel: TestHotel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the two statements of a booking its rate is given other conditions."""
    quoted = RatePlan.objects.get(pk=hotel.plans["bar"]).cancellation_policy_id
    create_conditions(conditions=ConditionsInput(code="later", name="其后"), hotel_id=hotel.pk, actor=SYSTEM, now=NOW)
    gathered = facts.gather

    def meanwhile(**of: Any) -> Any:
        found = gathered(**of)
        set_plan_conditions(hotel_id=hotel.pk, rate_plan="bar", code="later", actor=SYSTEM, now=NOW)
        return found

    monkeypatch.setattr(facts, "gather", meanwhile)
    made = create_reservation(hotel_id=hotel.pk, booking=booking(), actor=SYSTEM, now=NOW)
    assert RoomReservation.objects.get(pk=made.room_ids[0]).policy_id == quoted
    assert RatePlan.objects.get(pk=hotel.plans["bar"]).cancellation_policy_id != quoted
