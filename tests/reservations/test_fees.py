from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from binzhi.reservations.fees import Policy, cancellation_fee, fee_of, free_until, no_show_fee

PRICES = [Decimal("333.33"), Decimal("400.00"), Decimal("0.01")]


def policy(days: int = 0, until: time = time(18), kind: str = "first_night", percent: str = "0") -> Policy:
    return Policy(days, until, kind, Decimal(percent), "all", Decimal(0))


@pytest.mark.parametrize(
    ("kind", "percent", "fee"),
    [
        ("none", "50", "0.00"),
        ("first_night", "0", "333.33"),
        ("percent", "50", "366.67"),
        ("percent", "100", "733.34"),
        ("percent", "0.01", "0.07"),
        ("all", "0", "733.34"),
    ],
)
def test_fee_of_each_kind_is_counted_from_agreed_prices(kind: str, percent: str, fee: str) -> None:
    assert fee_of(kind, Decimal(percent), prices=PRICES, currency="CNY") == Decimal(fee)


def test_fee_of_percent_rounds_to_the_currency() -> None:
    assert fee_of("percent", Decimal(50), prices=[Decimal(9999)], currency="JPY") == Decimal(5000)


def test_fee_of_nothing_agreed_is_nothing() -> None:
    assert fee_of("first_night", Decimal(0), prices=[], currency="CNY") == Decimal(0)
    assert fee_of("all", Decimal(0), prices=[], currency="CNY") == Decimal(0)


def test_no_show_fee_has_a_kind_of_its_own() -> None:
    assert no_show_fee(policy(kind="none"), prices=PRICES, currency="CNY") == Decimal("733.34")


@pytest.mark.parametrize(
    ("zone", "arrival", "days", "until", "instant"),
    [
        # Shanghai: UTC+8 all year.
        ("Asia/Shanghai", date(2026, 11, 21), 0, time(18), datetime(2026, 11, 21, 10, tzinfo=UTC)),
        ("Asia/Shanghai", date(2026, 11, 21), 0, time(0), datetime(2026, 11, 20, 16, tzinfo=UTC)),
        ("Asia/Shanghai", date(2026, 11, 21), 1, time(23, 59), datetime(2026, 11, 20, 15, 59, tzinfo=UTC)),
        ("Asia/Shanghai", date(2027, 1, 1), 1, time(18), datetime(2026, 12, 31, 10, tzinfo=UTC)),
        ("Asia/Shanghai", date(2028, 3, 1), 1, time(18), datetime(2028, 2, 29, 10, tzinfo=UTC)),
        ("Asia/Shanghai", date(2027, 3, 1), 1, time(18), datetime(2027, 2, 28, 10, tzinfo=UTC)),
        ("Asia/Shanghai", date(2100, 3, 1), 1, time(18), datetime(2100, 2, 28, 10, tzinfo=UTC)),
        ("Asia/Shanghai", date(2028, 2, 29), 365, time(12), datetime(2027, 3, 1, 4, tzinfo=UTC)),
        # New York puts its clocks forward on 2027-03-14 at 02:00 and back on 2026-11-01 at 02:00.
        ("America/New_York", date(2027, 3, 14), 0, time(1, 59), datetime(2027, 3, 14, 6, 59, tzinfo=UTC)),
        ("America/New_York", date(2027, 3, 14), 0, time(2, 30), datetime(2027, 3, 14, 7, 30, tzinfo=UTC)),
        ("America/New_York", date(2027, 3, 14), 0, time(3), datetime(2027, 3, 14, 7, tzinfo=UTC)),
        ("America/New_York", date(2026, 11, 1), 0, time(1, 30), datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
        ("America/New_York", date(2026, 11, 2), 1, time(18), datetime(2026, 11, 1, 23, tzinfo=UTC)),
        # Lord Howe moves by half an hour.
        ("Australia/Lord_Howe", date(2026, 10, 4), 0, time(18), datetime(2026, 10, 4, 7, tzinfo=UTC)),
        ("Australia/Lord_Howe", date(2026, 10, 3), 0, time(18), datetime(2026, 10, 3, 7, 30, tzinfo=UTC)),
        ("Pacific/Apia", date(2026, 11, 21), 0, time(18), datetime(2026, 11, 21, 5, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_free_until_is_read_on_the_hotels_clocks(
    zone: str, arrival: date, days: int, until: time, instant: datetime
) -> None:
    assert free_until(policy(days, until), arrival=arrival, timezone=zone) == instant


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"])
@pytest.mark.parametrize("arrival", [date(2028, 2, 29), date(2027, 1, 1), date(2027, 3, 14), date(2026, 11, 1)])
def test_cancellation_fee_begins_right_after_the_deadline(zone: str, arrival: date) -> None:
    terms = policy(days=1)
    deadline = datetime.combine(arrival - timedelta(days=1), time(18), ZoneInfo(zone)).astimezone(UTC)

    def fee(now: datetime) -> Decimal:
        return cancellation_fee(terms, prices=PRICES, arrival=arrival, timezone=zone, currency="CNY", now=now)

    assert fee(deadline - timedelta(days=1)) == Decimal(0)
    assert fee(deadline) == Decimal(0)
    assert fee(deadline + timedelta(microseconds=1)) == Decimal("333.33")
    assert fee(deadline + timedelta(days=400)) == Decimal("333.33")
