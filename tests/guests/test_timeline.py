"""One line of time from many sources: pages that neither lose nor repeat, whatever happens at one moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from binzhi.guests import timeline
from binzhi.guests.timeline import TimelineEntry, kinds_for, register_timeline_source
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput
from tests.factories import NOW

SYSTEM = Actor.system("test")


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only this test's sources."""
    monkeypatch.setattr(timeline, "_sources", {})


def source_of(entries: list[TimelineEntry]) -> timeline.TimelineSource:
    ordered = sorted(entries, key=lambda entry: entry.at, reverse=True)

    def source(_group: int, _guest: int, before: datetime | None, limit: int) -> list[TimelineEntry]:
        return [entry for entry in ordered if before is None or entry.at < before][:limit]

    return source


def pages(*, limit: int, kind: str = "", actor: Actor = SYSTEM) -> Iterator[tuple[str, ...]]:
    cursor = ""
    while True:
        page = timeline.timeline(group_id=1, guest_id=1, actor=actor, hotel_id=1, kind=kind, cursor=cursor, limit=limit)
        yield tuple(line.entry.text for line in page.lines)
        cursor = page.cursor
        if not cursor:
            return


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(st.integers(0, 4), max_size=12), min_size=1, max_size=3), st.integers(1, 7))
def test_timeline_pages_give_every_entry_once_newest_first(moments: list[list[int]], limit: int) -> None:
    timeline._sources.clear()
    told = {}
    for number, ats in enumerate(moments):
        entries = []
        for place, second in enumerate(ats):
            text = f"{number}-{place}"
            told[text] = second
            entries.append(TimelineEntry(at=NOW + timedelta(seconds=second), kind="x", text=text))
        register_timeline_source(source_of(entries), name=f"s{number}")
    found = [text for page in pages(limit=limit) for text in page]
    assert sorted(found) == sorted(told)
    assert [told[text] for text in found] == sorted(told.values(), reverse=True)
    assert all(len(page) == limit for page in list(pages(limit=limit))[:-1])


def test_timeline_of_one_kind_and_of_those_who_may_see_it() -> None:
    register_timeline_source(source_of([TimelineEntry(at=NOW, kind="stay", text="住")]), name="stay", label="住店")
    register_timeline_source(
        source_of([TimelineEntry(at=NOW, kind="spend", text="¥")]), name="spend", permission="billing.view_folio"
    )
    clerk = Actor(user_id=1, grants={1: frozenset({"guests.view_guest"})})
    assert list(pages(limit=9)) == [("住", "¥")]
    assert list(pages(limit=9, kind="spend")) == [("¥",)]
    assert (list(pages(limit=9, actor=clerk)), list(pages(limit=9, kind="spend", actor=clerk))) == ([("住",)], [()])
    assert [kind.name for kind in kinds_for(clerk, 1)] == ["stay"]


def test_timeline_reads_each_source_once_a_page() -> None:
    asked: list[int] = []

    def source(_group: int, _guest: int, _before: datetime | None, limit: int) -> list[TimelineEntry]:
        asked.append(limit)
        return []

    register_timeline_source(source, name="one")
    assert list(pages(limit=9999)) == [()]
    assert asked == [timeline.LONGEST_PAGE + 1]


@pytest.mark.parametrize("cursor", ["x", "12", "-", "1-x", "１-1", "9" * 30 + "-1", "99999999999999999999-1"])
def test_timeline_cursor_nobody_gave_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInput):
        timeline.timeline(group_id=1, guest_id=1, actor=SYSTEM, hotel_id=1, cursor=cursor)
