"""How values are written on a screen."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import translation

from binzhi.kernel.ui import formats

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("amount", "options", "text"),
    [
        ("1978", {}, "¥1,978.00"),
        ("-32", {}, "−¥32.00"),
        ("687.5", {"decimals": 0}, "¥688"),
        ("0", {"signed": True}, "¥0.00"),
        ("31", {"signed": True, "decimals": 0}, "+¥31"),
        ("1200", {"currency": "JPY"}, "JP¥1,200"),
        ("5", {"currency": "XAF"}, "XAF 5.00"),
        ("-1234.5", {"symbol": False}, "−1,234.50"),
    ],
)
def test_money_is_written_with_its_sign(amount: str, options: dict[str, object], text: str) -> None:
    assert formats.money(Decimal(amount), **options) == text  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("day", "text"),
    [(date(2026, 11, 26), "11-26"), (date(2027, 1, 2), "2027-01-02"), (date(2025, 10, 3), "2025-10-03")],
)
def test_day_names_its_year_only_when_it_differs(day: date, text: str) -> None:
    assert formats.day_text(day, reference=TODAY) == text


def test_day_without_a_reference_is_whole() -> None:
    assert formats.day_text(TODAY) == "2026-11-21"


def test_weekday_speaks_the_language_of_the_page() -> None:
    with translation.override("zh-hans"):
        assert formats.day_text(TODAY, reference=TODAY, with_weekday=True) == "11-21 周六"
    with translation.override("en"):
        assert formats.day_text(TODAY, reference=TODAY, with_weekday=True) == "11-21 Sat"


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (datetime(2026, 11, 21, 6, 12, tzinfo=UTC), "14:12"),
        # 01:30 of the next day at the hotel.
        (datetime(2026, 11, 21, 17, 30, tzinfo=UTC), "11-22 01:30"),
        (datetime(2025, 12, 31, 15, 59, tzinfo=UTC), "2025-12-31 23:59"),
    ],
)
def test_instant_is_told_on_the_hotels_clock(instant: datetime, text: str) -> None:
    zone = formats.zone_of("Asia/Shanghai")
    assert formats.instant_text(instant, zone=zone, reference=TODAY) == text


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        ("+8613912348806", "phone", "139****8806"),
        ("139 1234 8806", "phone", "139****8806"),
        ("0571-88886666", "phone", "057****6666"),
        ("12345", "phone", "*****"),
        ("330106197203210017", "document", "3301**********0017"),
        ("E12345678", "document", "E1*****78"),
        ("A123", "document", "****"),
        ("liuying@qiheng.example", "email", "l***@qiheng.example"),
        ("nonsense", "email", "***"),
    ],
)
def test_masked_value_shows_too_little_to_use(value: str, kind: str, text: str) -> None:
    assert formats.MASKS[kind](value) == text
