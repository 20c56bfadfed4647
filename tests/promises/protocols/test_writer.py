"""What is written reads back as the same protocol, whatever it says."""

from __future__ import annotations

import unicodedata
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from binzhi.promises.enums import Evidence
from binzhi.promises.protocols import language
from binzhi.promises.protocols.language import AnchorSpec, Eligibility, Gap, Item, ProtocolSpec, Rung, Wanted
from binzhi.promises.protocols.reader import read
from binzhi.promises.protocols.store import shipped
from binzhi.promises.protocols.times import due_of, due_written, duration_of, written
from binzhi.promises.protocols.writer import write


def typed(limit: int, *, least: int = 0, lines: bool = False) -> st.SearchStrategy[str]:
    """What a text can be: anything that can be typed, in one form of Unicode, without outer space."""
    plain = st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn", "Co")), max_size=12)
    awkward = st.sampled_from(
        ["yes", "null", "~", "12", "1.5", "true", "- a", "a: b", "#x", "'", '"', "{a}", "[b", "&c", "*d", "!e", "|", ">",
         "%f", "@g", "`h", "2026-11-21", "贵宾：接待", "0x1F", "1:30", "<<", "=", "…", "\u2028", "\ufeffx", "a  b", ""]
    )  # fmt: skip
    part = st.one_of(plain, awkward, st.just("\n") if lines else st.nothing())
    return (
        st.lists(part, max_size=3)
        .map(lambda parts: unicodedata.normalize("NFC", "".join(parts)).strip()[:limit].strip())
        .filter(lambda text: len(text) >= least)
    )


CODE = st.from_regex(r"[a-z0-9]{1,5}([-_][a-z0-9]{1,5}){0,2}", fullmatch=True)
ANCHOR = st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True)
LENGTH = st.builds(timedelta, seconds=st.integers(0, 400 * 86_400))
CODES = st.lists(CODE, max_size=3, unique=True).map(tuple)
TESTS = st.lists(
    st.one_of(
        st.builds(
            language.Test, CODE,
            any_of=st.lists(
                st.one_of(typed(80, least=1), st.integers(-(10**9), 10**9), st.booleans()), min_size=1, max_size=3
            ).map(tuple),
        ),
        st.builds(language.Test, CODE, least=st.integers(-5, 5), most=st.one_of(st.none(), st.integers(5, 9))),
        st.builds(language.Test, CODE, most=st.integers(-5, 5)),
    ),
    max_size=3, unique_by=lambda test: test.fact,
).map(tuple)  # fmt: skip
LADDER = st.lists(
    st.builds(Rung, LENGTH, st.one_of(CODE, st.sampled_from([language.PERSON, language.MANAGER]))),
    max_size=4, unique_by=lambda rung: rung.after,
).map(lambda rungs: tuple(sorted(rungs, key=lambda rung: rung.after)))  # fmt: skip
PLAIN_KINDS = st.sampled_from([kind for kind in Evidence if kind != Evidence.COUNTERSIGNATURE])
WANTED = st.one_of(
    st.builds(Wanted, PLAIN_KINDS, typed(80), typed(160)),
    st.builds(Wanted, st.just(Evidence.COUNTERSIGNATURE), typed(80), typed(160), CODE),
)
RULE = st.builds(Eligibility, typed(20), TESTS, st.integers(0, 9), st.integers(1, 600)) | st.builds(
    Eligibility, typed(20), TESTS, st.integers(1, 9)
)


@st.composite
def protocols(draw: st.DrawFn) -> ProtocolSpec:
    """Any protocol that the language can hold."""
    anchors = draw(st.lists(
        st.builds(AnchorSpec, ANCHOR, typed(80, least=1), typed(120), st.booleans(), st.booleans()),
        min_size=1, max_size=4, unique_by=lambda anchor: anchor.name,
    ))  # fmt: skip
    departments = draw(CODES)
    keys = draw(st.lists(CODE, min_size=1, max_size=4, unique=True))
    tasks = [draw(task(keys, place, anchors, departments)) for place in range(len(keys))]
    some = st.lists(st.sampled_from(keys), max_size=2, unique=True).map(tuple)
    return ProtocolSpec(
        code=draw(CODE), name=draw(typed(80, least=1)), name_en=draw(typed(120)), subject=draw(CODE),
        anchors=tuple(anchors), tasks=tuple(tasks), departments=departments, ladder=draw(LADDER),
        gaps=tuple(draw(st.lists(
            st.builds(Gap, st.sampled_from(keys), typed(200, least=1, lines=True), typed(200)), max_size=2
        ))),
        source=draw(typed(200)), ends_with=draw(some),
    )  # fmt: skip


def task(
    keys: list[str], place: int, anchors: list[AnchorSpec], departments: tuple[str, ...]
) -> st.SearchStrategy[language.TaskSpec]:
    """Waits for earlier tasks alone, so that no ring arises."""
    special = [language.HOST, *([language.EACH] if departments else [])]

    def build(anchor: AnchorSpec, offset: timedelta, **more: Any) -> language.TaskSpec:
        return language.TaskSpec(
            key=keys[place], anchor=anchor.name, offset=offset if anchor.planned else abs(offset), **more
        )

    return st.builds(
        build, st.sampled_from(anchors), LENGTH.flatmap(lambda length: st.sampled_from([length, -length])),
        clause=typed(20), title=typed(80, least=1), title_en=typed(160), text=typed(200, lines=True),
        text_en=typed(200, lines=True), department=st.one_of(CODE, st.sampled_from(special)),
        opens=st.one_of(st.none(), LENGTH), posts=st.one_of(CODES, st.just((language.MANAGER,))), when=TESTS,
        after=st.lists(st.sampled_from(keys[:place]), max_size=2, unique=True).map(tuple) if place else st.just(()),
        evidence=st.lists(WANTED, min_size=1, max_size=3, unique_by=lambda w: (w.kind, w.post)).map(tuple),
        checklist=st.lists(
            st.builds(Item, CODE, typed(80, least=1), typed(160)), max_size=2, unique_by=lambda item: item.key
        ).map(tuple),
        eligible=st.lists(RULE, max_size=2).map(tuple), ladder=st.one_of(st.none(), LADDER), hand_on=CODES,
        waivable=st.booleans(), all_named=st.booleans(),
    )  # fmt: skip


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(protocols())
def test_write_and_read_any_protocol_comes_back(spec: ProtocolSpec) -> None:
    assert read(write(spec)) == spec


@pytest.mark.parametrize("code", sorted(shipped()))
def test_write_a_shipped_protocol_comes_back_and_is_written_the_same(code: str) -> None:
    spec = read(shipped()[code])
    text = write(spec)
    assert read(text) == spec
    assert write(read(text)) == text


def test_write_keeps_small_things_on_one_line_and_chinese_readable() -> None:
    text = write(read(shipped()["vip-reception"]))
    assert "  arrival: {name: 抵店, name_en: Arrival}\n" in text
    assert "    due: arrival - 5h\n" in text
    assert "      - {key: gloves, name: 统一着白手套, name_en: White gloves worn}\n" in text


@given(LENGTH)
def test_duration_written_is_read_as_the_same(length: timedelta) -> None:
    assert duration_of(written(length)) == length
    assert due_of(due_written("arrival", -length)) == ("arrival", -length)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0min"),
        (90, "1min30s"),
        (300, "5min"),
        (3600, "1h"),
        (5400, "1h30min"),
        (86_400, "1d"),
        (90_061, "1d1h1min1s"),
    ],
)
def test_duration_is_written_the_short_way(seconds: int, text: str) -> None:
    assert written(timedelta(seconds=seconds)) == text
