"""Templates hold named fields and nothing else; quiet hours go over midnight."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from binzhi.engagement import quiet
from binzhi.engagement.enums import LANGUAGE_CODES, Kind, Way
from binzhi.engagement.errors import BraceLeftOpen, UnknownField
from binzhi.engagement.rendering import Wording, clean_wording, fill, shipped, sms_parts
from binzhi.kernel.calls import may_be_called

VALUES = {"guest_name": "{number}", "hotel": "湖畔", "number": "7", "room": "", "details": "一\n二"}


@pytest.mark.parametrize("kind", [kind.value for kind in Kind])
@pytest.mark.parametrize("way", [way.value for way in Way])
@pytest.mark.parametrize("language", LANGUAGE_CODES)
def test_shipped_words_are_clean_and_know_their_fields(kind: str, way: str, language: str) -> None:
    words = shipped(kind, way, language)
    assert clean_wording(words, way) == Wording(words.subject, words.body.strip())


def test_fill_what_is_put_in_is_never_read_again() -> None:
    found = fill(Wording("{酒店} {hotel}", "您好 {客人姓名}\n房号：{room}\n{预订明细}"), VALUES)
    assert found == Wording("湖畔 湖畔", "您好 {number}\n一\n二")


@pytest.mark.parametrize("text", ["{{ settings.SECRET_KEY }}", "{% load x %}", "{guest_name.__class__}", "{0}", "{}"])
def test_clean_wording_anything_but_a_field_is_refused(text: str) -> None:
    with pytest.raises((UnknownField, BraceLeftOpen)) as refused:
        clean_wording(Wording("s", f"一\n二 {text}"), "email")
    assert (refused.value.field, refused.value.params["line"], refused.value.params["column"]) == ("body", 2, 3)


def test_clean_wording_brace_without_partner_is_named_with_its_place() -> None:
    with pytest.raises(BraceLeftOpen) as refused:
        clean_wording(Wording("{酒店", "x"), "email")
    assert (refused.value.field, refused.value.params) == ("subject", {"line": 1, "column": 1})


@pytest.mark.parametrize(
    ("text", "parts"), [("好" * 70, 1), ("好" * 71, 2), ("好" * 134, 2), ("好" * 135, 3), ("😀" * 36, 2)]
)
def test_sms_parts_as_the_network_counts(text: str, parts: int) -> None:
    assert sms_parts(text) == parts


@pytest.mark.parametrize(
    ("hour", "minute", "until"),
    [(12, 59, (12, 59)), (13, 0, (24, 0)), (15, 59, (24, 0)), (16, 0, (24, 0)), (23, 59, (24, 0)), (0, 0, (0, 0))],
)
def test_when_allowed_is_the_end_of_the_quiet_hours_on_the_hotel_s_clock(
    hour: int, minute: int, until: tuple[int, int]
) -> None:
    """21:00 to 08:00 in Shanghai is 13:00 to midnight in UTC."""
    asked = datetime(2026, 11, 21, hour, minute, tzinfo=UTC)
    found = quiet.when_allowed(asked, timezone="Asia/Shanghai", quiet_from=time(21), quiet_until=time(8))
    day, at = (22, 0) if until == (24, 0) else (21, until[0])
    assert found == datetime(2026, 11, day, at, until[1], tzinfo=UTC)


@pytest.mark.parametrize(
    ("url", "taken"),
    [("https://sms.example/send", True), ("http://127.0.0.1:9/x", True), ("http://sms.example/send", False),
     ("https://user:key@sms.example/", False), ("file:///etc/passwd", False), ("https://", False), ("https://[x", False)],
)  # fmt: skip
def test_a_gateway_is_called_on_guarded_ways_only(url: str, taken: bool) -> None:
    assert may_be_called(url) is taken
