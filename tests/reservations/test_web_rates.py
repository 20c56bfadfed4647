"""The grid of rates and the rules behind it, as a browser asks for them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from binzhi.kernel import clock
from binzhi.reservations.access import Permission
from binzhi.reservations.models import BasePrice, CalendarDay, Painting, RateNight, RateRule, Season
from binzhi.reservations.ratebook.rule_services import set_base_price
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, statements
from tests.reservations.desk import signed_in

SELLER = (Permission.VIEW, Permission.SET_RATES, Permission.SET_SELL_LIMITS)


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def url(hotel: TestHotel, tail: str = "rates") -> str:
    return f"/h/{hotel.ref.code}/{tail}"


def filled(**of: Any) -> dict[str, Any]:
    days = [str(n) for n in range(1, 8)]
    return {
        "first": str(TODAY), "last": str(TODAY), "room_types": ["std"], "rate_plans": ["bar"], "weekdays": days,
    } | of  # fmt: skip


def price(hotel: TestHotel, offset: int = 0) -> Decimal | None:
    return RateNight.objects.get(
        night=TODAY + timedelta(days=offset), rate_plan_id=hotel.plans["bar"], room_type_id=hotel.room_types["std"]
    ).price


def test_grid_shows_every_type_and_rate_in_a_fixed_number_of_statements(hotel: TestHotel) -> None:
    client = signed_in(hotel, SELLER)
    client.get(url(hotel))
    counted = []
    for days in (7, 28):
        with statements() as sent:
            page = client.get(url(hotel) + f"?days={days}")
        counted.append(len(sent))
        assert page.content.decode().count('data-plan="corp"') == days * 2
    assert counted[0] == counted[1]
    # corp is 15 % below 400.
    assert b">340<" in page.content


def test_grid_without_the_right_to_paint_is_read_only(hotel: TestHotel) -> None:
    client = signed_in(hotel, [Permission.VIEW])
    page = client.get(url(hotel)).content
    assert b"data-day" not in page
    assert b"340" in page
    assert client.get(url(hotel, "rates/paint")).status_code == 403


def test_paint_panel_shows_the_effect_then_saves_what_was_shown(hotel: TestHotel) -> None:
    client = signed_in(hotel, SELLER)
    panel = client.get(url(hotel, "rates/paint"), {"type": "std", "rate": "bar", "first": str(TODAY), "typed": "5"})
    assert 'name="price" value="5"' in panel.content.decode()
    last = str(TODAY + timedelta(days=1))
    effect = client.get(url(hotel, "rates/paint"), {"part": "effect", **filled(price="512", last=last)})
    text = effect.content.decode()
    assert "<s>400</s> → <b>512</b>" in text
    shown = text.split('name="shown" value="')[1].split('"')[0]
    assert price(hotel) == 400
    done = client.post(url(hotel, "rates/paint"), filled(price="512", last=last, shown=shown))
    assert (done.status_code, done["Location"]) == (302, url(hotel))
    assert (price(hotel), price(hotel, 1), price(hotel, 2)) == (512, 512, 400)


def test_paint_refused_keeps_what_was_typed_and_names_the_cell(hotel: TestHotel) -> None:
    set_base_price(hotel_id=hotel.pk, rate_plan="bar", room_type="std", price=None, floor=Decimal(350), actor=SYSTEM,
                   now=NOW)  # fmt: skip
    client = signed_in(hotel, SELLER)
    answer = client.post(url(hotel, "rates/paint"), filled(price="300", min_nights="2"))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "below the floor of 350" in text
    assert 'name="price" value="300"' in text
    assert "Only a manager may save it" in text
    assert (price(hotel), Painting.objects.count()) == (400, 0)
    manager = signed_in(hotel, [*SELLER, Permission.BREAK_FLOOR])
    assert manager.post(url(hotel, "rates/paint"), filled(price="300")).status_code == 302
    assert price(hotel) == 300


@pytest.mark.parametrize(
    ("of", "said"),
    [
        ({"price": "many"}, "This is not a price."),
        ({"first": "soon"}, "This is not a date"),
        ({"min_nights": "1.5"}, "A whole number"),
        ({"price": "1", "percent": "5"}, "Either a price or a change"),
        ({"room_types": []}, "at least one room type"),
        ({"weekdays": []}, "at least one day"),
    ],
)
def test_paint_unreadable_is_answered_at_its_field(hotel: TestHotel, of: dict[str, Any], said: str) -> None:
    client = signed_in(hotel, SELLER)
    answer = client.post(url(hotel, "rates/paint"), filled(**of))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert said in client.get(url(hotel, "rates/paint"), {"part": "effect", **filled(**of)}).content.decode()
    assert not Painting.objects.exists()


def test_dash_empties_a_price_and_a_length(hotel: TestHotel) -> None:
    client = signed_in(hotel, SELLER)
    client.post(url(hotel, "rates/paint"), filled(single_price="-", min_nights="3"))
    client.post(url(hotel, "rates/paint"), filled(min_nights="-"))
    row = RateNight.objects.get(night=TODAY, rate_plan_id=hotel.plans["bar"], room_type_id=hotel.room_types["std"])
    assert (row.single_price, row.min_nights, row.price) == (None, None, 400)


def test_undo_from_the_list_and_refusal_in_words(hotel: TestHotel) -> None:
    client = signed_in(hotel, SELLER)
    client.post(url(hotel, "rates/paint"), filled(price="512"))
    client.post(url(hotel, "rates/paint"), filled(price="513"))
    first, second = Painting.objects.order_by("pk").values_list("pk", flat=True)
    assert b"Take back" in client.get(url(hotel, "rates/paintings")).content
    refused = client.post(url(hotel, f"rates/paintings/{first}/undo"), follow=True)
    assert f"painting {second}" in refused.content.decode()
    assert price(hotel) == 513
    client.post(url(hotel, f"rates/paintings/{second}/undo"))
    client.post(url(hotel, f"rates/paintings/{first}/undo"))
    assert price(hotel) == 400


def rules_of(client: Client, hotel: TestHotel) -> None:
    assert (
        client.post(url(hotel, "rate-rules/base"), {"rate_plan": "bar", "room_type": "std", "price": "500"}).status_code
        == 302
    )
    season = {"code": "peak", "name": "旺季", "first": str(TODAY), "last": str(TODAY + timedelta(days=30))}
    assert client.post(url(hotel, "rate-rules/season"), season).status_code == 302
    rule = {"rate_plan": "bar", "name": "旺季", "action": "percent", "value": "10", "season": "peak", "weekdays": [1, 2, 3, 4, 5, 6, 7],
            "is_active": "on"}  # fmt: skip
    assert client.post(url(hotel, "rate-rules/new"), rule).status_code == 302


def test_rules_are_kept_applied_and_taken_back(hotel: TestHotel) -> None:
    client = signed_in(hotel, SELLER)
    rules_of(client, hotel)
    page = client.get(url(hotel, "rate-rules")).content.decode()
    assert "+10 %" in page
    asked = {"rate_plan": "bar", "room_types": ["std"], "first": str(TODAY), "last": str(TODAY)}
    effect = client.get(url(hotel, "rates/apply"), {"part": "effect", **asked}).content.decode()
    assert "<s>400</s> → <b>550</b>" in effect
    client.post(url(hotel, "rates/apply"), asked)
    assert price(hotel) == 550
    client.post(url(hotel, f"rates/paintings/{Painting.objects.get().pk}/undo"))
    assert price(hotel) == 400


def test_rules_panels_open_refuse_and_remove(hotel: TestHotel) -> None:
    client = signed_in(hotel, SELLER)
    rules_of(client, hotel)
    rule, season = RateRule.objects.get(), Season.objects.get()
    for tail in ("rate-rules/new", f"rate-rules/{rule.pk}", "rate-rules/season?code=peak", "rate-rules/day",
                 "rate-rules/base?rate_plan=bar&room_type=std", "rates/apply"):  # fmt: skip
        assert client.get(url(hotel, tail)).status_code == 200, tail
    assert client.post(url(hotel, f"rate-rules/{rule.pk}"), {"rate_plan": "bar", "name": "x"}).status_code == 422
    assert client.post(url(hotel, "rate-rules/season"), {"code": "ä", "name": "x"}).status_code == 422
    assert client.get(url(hotel, "rate-rules/base?rate_plan=nope&room_type=std")).status_code == 404
    refused = client.post(url(hotel, f"rate-rules/season/{season.pk}/drop"), follow=True).content.decode()
    assert "Change the rule first" in refused
    client.post(url(hotel, f"rate-rules/{rule.pk}/drop"))
    client.post(url(hotel, f"rate-rules/season/{season.pk}/drop"))
    assert not RateRule.objects.exists()
    assert not Season.objects.exists()


def test_floor_is_shown_to_all_and_changed_by_a_manager(hotel: TestHotel) -> None:
    seller = signed_in(hotel, SELLER)
    posted = {"rate_plan": "bar", "room_type": "std", "price": "500", "floor": "350"}
    assert seller.post(url(hotel, "rate-rules/base"), posted).status_code != 302
    assert not BasePrice.objects.exists()
    manager = signed_in(hotel, [*SELLER, Permission.BREAK_FLOOR])
    assert manager.post(url(hotel, "rate-rules/base"), posted).status_code == 302
    assert b"350" in seller.get(url(hotel, "rate-rules")).content


def test_day_of_the_hotel_is_kept_and_taken_back(hotel: TestHotel) -> None:
    client = signed_in(hotel, SELLER)
    day = {"first": "2027-01-01", "last": "2027-01-03", "kind": "holiday", "name": "元旦"}
    assert client.post(url(hotel, "rate-rules/day"), day).status_code == 302
    assert "元旦" in client.get(url(hotel, "rate-rules")).content.decode()
    client.post(url(hotel, "rate-rules/day"), day | {"kind": ""})
    assert not CalendarDay.objects.exists()
