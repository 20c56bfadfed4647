"""How sure the house is, and what an observation means: plain values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binzhi.guests.learning import EvidenceKind as Kind
from binzhi.guests.observations.chips import shipped_chips
from binzhi.guests.preferences.catalogue import Meaning, catalogue, fact_of, wishes_of_task
from binzhi.guests.preferences.confidence import Enough, Piece, weigh
from binzhi.guests.preferences.meaning import meanings
from binzhi.promises.protocols.reader import read
from binzhi.promises.protocols.store import shipped


def seen(stay: int, user: int, observation: int | None = None) -> Piece:
    return Piece(Kind.SEEN, stay, user, observation)


@pytest.mark.parametrize(
    ("pieces", "confidence"),
    [
        ([], 0),
        ([seen(1, 1)], 50),
        ([seen(1, 1), seen(1, 1)], 57),
        ([seen(1, 1), seen(2, 1)], 62),
        ([seen(1, 1), seen(2, 2), seen(2, 1)], 70),
        ([Piece(Kind.INFERRED, 1, 1)], 40),
        ([Piece(Kind.SAID)], 85),
        ([seen(1, 1), Piece(Kind.CONFIRMED)], 75),
        ([Piece(Kind.SAID), Piece(Kind.PLEASED)], 88),
        ([Piece(Kind.SAID), Piece(Kind.UNNOTICED)], 82),
        ([Piece(Kind.SAID), Piece(Kind.UNWANTED)], 2),
        ([Piece(Kind.DENIED), Piece(Kind.SAID)], 85),
        ([seen(1, 1, 7), Piece(Kind.TAKEN_BACK, observation_id=7)], 0),
        ([seen(1, 1, 7), seen(1, 2, 8), Piece(Kind.TAKEN_BACK, observation_id=7)], 50),
    ],
)
def test_confidence_of_evidence(pieces: list[Piece], confidence: int) -> None:
    assert weigh(pieces).confidence == confidence


def test_enough_is_seen_often_on_several_stays_by_several_people() -> None:
    rule = Enough(sightings=3, stays=2, people=2)
    assert not weigh([seen(1, 1), seen(1, 2), seen(1, 3)]).is_enough(rule)
    assert not weigh([seen(1, 1), seen(2, 1), seen(3, 1)]).is_enough(rule)
    assert not weigh([seen(1, 1), seen(2, 2)]).is_enough(rule)
    assert not weigh([Piece(Kind.INFERRED, 1, 1), seen(1, 2), seen(2, 2)]).is_enough(rule)
    assert weigh([seen(1, 1), seen(1, 2), seen(2, 1)]).is_enough(rule)


PIECES = st.lists(
    st.builds(Piece, st.sampled_from([Kind.SEEN, Kind.INFERRED, Kind.SAID, Kind.PLEASED]), st.integers(1, 3),
              st.integers(1, 3)), min_size=1, max_size=12,
)  # fmt: skip


@given(PIECES)
def test_more_of_what_speaks_for_it_never_lowers_the_confidence(pieces: list[Piece]) -> None:
    without_words = [one for one in pieces if one.kind != Kind.SAID]
    levels = [weigh(without_words[:count]).confidence for count in range(len(without_words) + 1)]
    assert levels == sorted(levels)
    assert all(0 <= level <= 100 for level in levels)


@given(PIECES)
def test_not_again_outweighs_everything(pieces: list[Piece]) -> None:
    assert weigh([*pieces, Piece(Kind.UNWANTED)]).confidence < 50


# ---------------------------------------------------------------- meaning


def of_text(text: str) -> dict[str, tuple[str, bool, bool]]:
    return {one.wish: (one.value, one.never, one.passing) for one in meanings(noted=(), chips=(), text=text)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("客人盖了两床被子，空调26度", {"second-blanket": ("", False, False), "temperature": ("26", False, False)}),
        ("空调调到 24℃ 睡", {"temperature": ("24", False, False)}),
        ("空调45度", {}),
        ("晚上窗帘留了一道缝", {"curtain-gap": ("", False, False)}),
        ("今天感冒了要西柚汁", {"grapefruit-juice": ("", False, True)}),
        ("每次都点西柚汁", {"grapefruit-juice": ("", False, False)}),
        ("房间里不要百合花", {"lilies": ("", True, False)}),
        ("不喜欢绿茶", {"green-tea": ("", True, False)}),
        ("袜子帮他洗了", {"socks-washed": ("", False, True)}),
        ("客人很客气", {}),
    ],
)
def test_words_mean_wishes(text: str, expected: dict[str, tuple[str, bool, bool]]) -> None:
    assert of_text(text) == expected


def test_signs_mean_together_what_one_alone_does_not() -> None:
    assert meanings(noted=(), chips=["chair-at-bed"]) == []
    assert meanings(noted=(), chips=["baby-clothes"], before=["chair-at-bed"]) == [Meaning("crib")]
    assert meanings(noted=(), chips=["ac-23"], before=["cover-on-blanket"]) == [
        Meaning("second-blanket"), Meaning("temperature", "26"),
    ]  # fmt: skip
    # What was complete before says nothing new.
    assert meanings(noted=(), chips=["socks"], before=["chair-at-bed", "baby-clothes"]) == []


def test_only_this_time_makes_everything_pass() -> None:
    noted = [Meaning("temperature", "26"), Meaning("lilies", never=True)]
    assert meanings(noted=noted, chips=(), once=True) == [
        Meaning("temperature", "26", passing=True), Meaning("lilies", never=True),
    ]  # fmt: skip


# ---------------------------------------------------------------- the data hangs together


def test_chips_mean_wishes_of_the_catalogue() -> None:
    known = catalogue().wishes
    wrong = [
        (chip.code, meaning)
        for chip in shipped_chips()
        for meaning in chip.meanings
        if meaning.wish not in known or not (meaning.never or known[meaning.wish].takes(meaning.value))
    ]
    assert wrong == []
    assert len({chip.code for chip in shipped_chips()}) == len(shipped_chips())
    codes = {chip.code for chip in shipped_chips()}
    assert [sign for sign in catalogue().signs if not sign.chips <= codes] == []


def test_every_wish_is_done_by_a_task_that_asks_for_it() -> None:
    """Things to avoid are asked for by department, a crib by the protocol of cribs."""
    tasks = {task.key: task for text in shipped().values() for task in read(text).tasks}
    for wish in catalogue().wishes.values():
        if wish.kind == "taboo":
            continue
        (key,) = wish.tasks
        assert key in tasks, wish.code
        assert wishes_of_task(key) == [wish.code]
        if key != "crib-placed":
            assert [test.fact for test in tasks[key].when] == [fact_of(wish.code)]
            assert tasks[key].department == wish.department
