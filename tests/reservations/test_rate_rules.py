"""Rules that write prices: seasons, days of the week, holidays; applied to a range, seen before, taken back."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binzhi.kernel.errors import DomainError, Forbidden, InvalidInput, NotFound
from binzhi.reservations import errors
from binzhi.reservations.access import Permission
from binzhi.reservations.calendar.days import public_day
from binzhi.reservations.calendar.services import correct_days
from binzhi.reservations.models import BasePrice, RateNight, RateRule, Season
from binzhi.reservations.ratebook import queries
from binzhi.reservations.ratebook.floors import derived
from binzhi.reservations.ratebook.rule_services import (
    RuleInput,
    SeasonInput,
    drop_rule,
    drop_season,
    put_rule,
    put_season,
    set_base_price,
)
from binzhi.reservations.ratebook.rules import Rule, price_by
from binzhi.reservations.ratebook.services import apply_rules, preview_rules, undo_painting
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, fingerprint, make_actor, make_hotel, statements


def common(hotel: TestHotel, actor: Any = SYSTEM) -> dict[str, Any]:
    return {"hotel_id": hotel.pk, "actor": actor, "now": NOW}


def base(hotel: TestHotel, price: int, room_type: str = "std") -> None:
    set_base_price(rate_plan="bar", room_type=room_type, price=Decimal(price), floor=None, **common(hotel))


def rule(hotel: TestHotel, name: str, action: str, value: str, **of: Any) -> int:
    return put_rule(rule=RuleInput(rate_plan="bar", name=name, action=action, value=Decimal(value), **of),
                    **common(hotel))  # fmt: skip


def apply(hotel: TestHotel, first: date, last: date, *types: str, **of: Any) -> int:
    return apply_rules(rate_plan="bar", room_types=types or ("std",), first=first, last=last,
                       **common(hotel) | of).painting_id  # fmt: skip


def prices(hotel: TestHotel, first: date, nights: int, room_type: str = "std") -> list[Decimal | None]:
    rows = RateNight.objects.filter(
        rate_plan_id=hotel.plans["bar"], room_type_id=hotel.room_types[room_type], night__gte=first,
        night__lt=first + timedelta(days=nights),
    ).order_by("night")  # fmt: skip
    return [row.price for row in rows]


def test_apply_rules_weekend_season_and_holiday_in_their_order(db: None) -> None:
    hotel = make_hotel(today=date(2026, 9, 20), nights=30)
    base(hotel, 500)
    season = SeasonInput(code="autumn", name="秋季", first=date(2026, 9, 1), last=date(2026, 10, 31))
    put_season(season=season, **common(hotel))
    rule(hotel, "旺季", "percent", "10", season="autumn", position=1)
    rule(hotel, "周末", "amount", "80", night_kinds=("weekend",), position=2)
    rule(hotel, "国庆", "set", "988", night_kinds=("holiday",), position=3)
    rule(hotel, "不用", "set", "1", is_active=False, position=4)
    rule(hotel, "别的房型", "set", "1", room_types=("king",), position=4)
    first = date(2026, 9, 28)
    made = apply(hotel, first, date(2026, 10, 11))
    # Monday; eve on Wednesday; Saturday 10 October is worked, so Friday 9 is no weekend, and Saturday leads to Sunday.
    assert prices(hotel, first, 14) == [
        Decimal(n) for n in (550, 550, 988, 988, 988, 988, 988, 988, 988, 550, 550, 550, 630, 550)
    ]
    undo_painting(painting_id=made, **common(hotel))
    assert prices(hotel, first, 14) == [400] * 14


def test_apply_rules_keeps_the_distance_of_the_single_price_and_is_nothing_the_second_time(hotel: TestHotel) -> None:
    base(hotel, 500)
    apply(hotel, TODAY, TODAY)
    row = RateNight.objects.get(night=TODAY, rate_plan_id=hotel.plans["bar"], room_type_id=hotel.room_types["std"])
    assert (row.price, row.single_price) == (500, 480)
    with pytest.raises(errors.NothingPainted):
        apply(hotel, TODAY, TODAY)


def test_apply_rules_follows_a_day_that_the_hotel_corrected(hotel: TestHotel) -> None:
    base(hotel, 500)
    rule(hotel, "节日", "percent", "50", night_kinds=("holiday",))
    feast = TODAY + timedelta(days=10)
    correct_days(first=feast, last=feast, kind="holiday", name="湖畔音乐节", **common(hotel))
    apply(hotel, TODAY + timedelta(days=8), TODAY + timedelta(days=10))
    assert prices(hotel, TODAY + timedelta(days=8), 3) == [500, 750, 500]


def test_preview_rules_says_why_and_which_nights_nobody_announced(hotel: TestHotel) -> None:
    base(hotel, 500)
    rule(hotel, "周末", "amount", "80", night_kinds=("weekend",))
    before = fingerprint(hotel)
    effect = preview_rules(hotel_id=hotel.pk, rate_plan="bar", room_types=("std",), first=TODAY, last=date(2027, 1, 1),
                           actor=SYSTEM)  # fmt: skip
    assert fingerprint(hotel) == before
    assert effect.why[TODAY, hotel.room_types["std"]] == "周末"
    # The nights into 1 and 2 January 2027.
    assert effect.unknown == 2
    assert not public_day(date(2027, 1, 1)).is_known


def test_apply_rules_takes_a_fixed_number_of_statements(hotel: TestHotel) -> None:
    base(hotel, 500)
    base(hotel, 600, "king")
    with statements() as small:
        apply(hotel, TODAY, TODAY)
    with statements() as large:
        apply(hotel, TODAY, TODAY + timedelta(days=40), "std", "king")
    assert len(small) == len(large)


def test_apply_rules_under_the_floor_is_refused(hotel: TestHotel) -> None:
    set_base_price(rate_plan="bar", room_type="std", price=Decimal(500), floor=Decimal(450), **common(hotel))
    rule(hotel, "淡季", "percent", "-30")
    clerk = make_actor(hotel, [Permission.SET_RATES], user_id=None)  # type: ignore[arg-type]
    with pytest.raises(errors.FloorBroken):
        apply(hotel, TODAY, TODAY, actor=clerk)
    assert prices(hotel, TODAY, 1) == [400]
    apply(hotel, TODAY, TODAY)
    assert prices(hotel, TODAY, 1) == [350]


def test_apply_rules_impossible_is_refused_at_its_field(hotel: TestHotel) -> None:
    def refused(**of: Any) -> DomainError:
        asked = {"rate_plan": "bar", "room_types": ("std",), "first": TODAY, "last": TODAY} | of
        with pytest.raises(InvalidInput) as refusal:
            apply_rules(**asked, **common(hotel))
        return refusal.value

    assert refused().field == "room_types"  # no base price yet
    base(hotel, 500)
    assert refused(rate_plan="nope").field == "rate_plan"
    assert refused(rate_plan="bb").field == "rate_plan"
    assert refused(room_types=("nope",)).field == "room_types"
    assert refused(first=TODAY - timedelta(days=1)).field == "first"
    assert refused(last=TODAY - timedelta(days=1)).field == "last"


def test_put_rule_impossible_is_refused_at_its_field(hotel: TestHotel) -> None:
    good = {"rate_plan": "bar", "name": "x", "action": "percent", "value": Decimal(5)}
    cases: list[tuple[dict[str, Any], str]] = [
        ({"rate_plan": "nope"}, "rate_plan"), ({"rate_plan": "bb"}, "rate_plan"), ({"name": " "}, "name"),
        ({"action": "guess"}, "action"), ({"value": Decimal(-101)}, "value"), ({"value": Decimal("NaN")}, "value"),
        ({"action": "set", "value": Decimal(-1)}, "value"), ({"season": "nope"}, "season"),
        ({"room_types": ("nope",)}, "room_types"), ({"weekdays": ()}, "weekdays"), ({"position": 1000}, "position"),
        ({"night_kinds": ("feast",)}, "night_kinds"),
    ]  # fmt: skip
    for of, field in cases:
        with pytest.raises(InvalidInput) as refusal:
            put_rule(rule=RuleInput(**good | of), **common(hotel))
        assert refusal.value.field == field, of
    assert not RateRule.objects.exists()


def test_rules_and_seasons_are_changed_and_forgotten(hotel: TestHotel) -> None:
    other = make_hotel()
    season = SeasonInput(code="peak", name="旺季", first=TODAY, last=TODAY)
    season_id = put_season(season=season, **common(hotel))
    key = rule(hotel, "旺季", "percent", "10", season="peak")
    put_rule(rule_id=key, rule=RuleInput(rate_plan="bar", name="旺季", action="amount", value=Decimal(-5), season="peak"),
             **common(hotel))  # fmt: skip
    listed = queries.rules(hotel.pk)
    assert [(one.action, one.value, one.season) for one in listed] == [("amount", Decimal(-5), "peak")]
    with pytest.raises(errors.SeasonInUse):
        drop_season(season_id=season_id, **common(hotel))
    for call in (
        lambda: drop_rule(rule_id=key, **common(other)),
        lambda: drop_season(season_id=season_id, **common(other)),
        lambda: put_rule(rule_id=key, rule=RuleInput(rate_plan="bar", name="x", action="set", value=Decimal(1)),
                         **common(other)),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            call()
    drop_rule(rule_id=key, **common(hotel))
    drop_season(season_id=season_id, **common(hotel))
    assert not RateRule.objects.exists()
    assert not Season.objects.exists()


def test_set_base_price_floor_needs_the_right_to_break_it(hotel: TestHotel) -> None:
    seller = make_actor(hotel, [Permission.SET_RATES])
    with pytest.raises(Forbidden):
        set_base_price(rate_plan="bar", room_type="std", price=None, floor=Decimal(1), **common(hotel, seller))
    assert not BasePrice.objects.exists()
    set_base_price(rate_plan="bar", room_type="std", price=Decimal(5), floor=None, **common(hotel, seller))
    for of, field in (
        ({"floor": Decimal(501), "price": Decimal(500)}, "floor"), ({"rate_plan": "bb"}, "rate_plan"),
        ({"room_type": "nope"}, "room_type"), ({"price": Decimal("0.001")}, "price"),
    ):  # fmt: skip
        asked: dict[str, Any] = {"rate_plan": "bar", "room_type": "std", "price": Decimal(5), "floor": None} | of
        with pytest.raises(InvalidInput) as refusal:
            set_base_price(**asked, **common(hotel))
        assert refusal.value.field == field


money = st.decimals(min_value=0, max_value=20000, places=2)


@given(
    base=money,
    steps=st.lists(st.tuples(st.sampled_from(["percent", "amount", "set"]), money), max_size=4),
    round_to=st.sampled_from([Decimal("0.01"), Decimal("0.5"), Decimal(1), Decimal(5), Decimal(10)]),
)
def test_price_by_rules_is_a_multiple_of_the_step_and_never_below_zero(
    base: Decimal, steps: list[tuple[str, Decimal]], round_to: Decimal
) -> None:
    rules = [
        Rule(n, str(n), (), (1, 2, 3, 4, 5, 6, 7), (), action, -value if action == "amount" else min(value, Decimal(99)),
             None, None)
        for n, (action, value) in enumerate(steps)
    ]  # fmt: skip
    price, names = price_by(rules, base=base, night=TODAY, leads_to=public_day(TODAY), room_type="std",
                            round_to=round_to)  # fmt: skip
    assert price >= 0
    assert price % round_to == 0
    assert len(names) == len(rules)


def test_derived_price_of_the_grid_is_what_the_database_reckons(hotel: TestHotel) -> None:
    """The grid and the floors reckon in Python what a booking reckons in SQL: the same to the fen."""
    from binzhi.kernel import db

    cases = [(Decimal(p), Decimal(c), Decimal(a), Decimal(r)) for p in ("0", "399.99", "402.50", "1234.56")
             for c in ("-15", "10", "-99.5") for a in ("-50", "0", "0.5") for r in ("0.01", "0.5", "1", "5")]  # fmt: skip
    for price, percent, amount, step in cases:
        asked = db.fetch_value(
            "SELECT greatest(round((%s::numeric * (1 + %s::numeric / 100) + %s::numeric) / %s::numeric) * %s::numeric, 0)"
            "::numeric(12,2)", [price, percent, amount, step, step],
        )  # fmt: skip
        assert derived(price, percent=percent, amount=amount, round_to=step) == asked, (price, percent, amount, step)
