"""Times typed on a place's own clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from binzhi.kernel.errors import InvalidInput
from binzhi.kernel.zones import typed_instant

BERLIN, SHANGHAI = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("text", "zone", "instant"),
    [
        ("2026-11-21T14:00", SHANGHAI, datetime(2026, 11, 21, 6, tzinfo=UTC)),
        ("2026-07-01T14:00", BERLIN, datetime(2026, 7, 1, 12, tzinfo=UTC)),
        ("2026-12-01T14:00", BERLIN, datetime(2026, 12, 1, 13, tzinfo=UTC)),
        # Half past two comes twice that night: the first.
        ("2026-10-25T02:30", BERLIN, datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        # An offset that a program wrote along does not count: the field speaks of the hotel's clocks.
        ("2026-11-21T14:00+00:00", SHANGHAI, datetime(2026, 11, 21, 6, tzinfo=UTC)),
    ],
)
def test_typed_instant_is_the_hotels_time_in_utc(text: str, zone: ZoneInfo, instant: datetime) -> None:
    found = typed_instant(text, zone)
    assert (found, found.tzinfo) == (instant, UTC)


@pytest.mark.parametrize("text", ["", "soon", "2026-02-30T10:00", "0001-01-01T00:00", "9999-12-31T23:59:59x"])
def test_typed_instant_of_what_is_no_time_is_refused_at_its_field(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        typed_instant(text, SHANGHAI, field="arrival_at")
    with translation.override("zh-hans"):
        assert (refused.value.field, refused.value.text) == ("arrival_at", "请填日期和时间。")


def test_typed_instant_that_the_clocks_pass_over_is_refused_and_not_moved() -> None:
    with pytest.raises(InvalidInput) as refused:
        typed_instant("2027-03-28T02:30", BERLIN)
    with translation.override("zh-hans"):
        assert refused.value.text == "当天时钟拨快，没有这个时间。"
    # Summer time begins at two.
    assert typed_instant("2027-03-28T03:00", BERLIN) - typed_instant("2027-03-28T01:59", BERLIN) == timedelta(minutes=1)
