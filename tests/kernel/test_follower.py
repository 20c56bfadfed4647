"""Readers of the outbox see every event of their topics once, in order, whatever is still going on beside them."""

from __future__ import annotations

import time

import psycopg
import pytest
from django.db import OperationalError

from binzhi.kernel import db
from binzhi.kernel.follower import Seen, follow, pass_over
from tests.concurrency.http_house import database_of_tests

pytestmark = pytest.mark.django_db(transaction=True)

_TELL = """
INSERT INTO kernel_outbox_event (at, hotel_id, topic, subject, subject_id, payload)
VALUES (now(), %s, %s, 'stay', %s, '{"hotel_id": 1}')
"""


def tell(number: int, *, hotel: int = 1, topic: str = "stay.moved") -> None:
    db.enter_scope("*", "*")
    db.execute(_TELL, [hotel, topic, number])


class Reader:
    """What a test's reader saw. Final is only what no older transaction of the whole server goes before: other tests have
    some, so it is read until all has been seen."""

    def __init__(self, *, fails_at: int = 0, error: type[Exception] = ValueError) -> None:
        self.seen: list[int] = []
        self.fails_at, self.error = fails_at, error

    def __call__(self, seen: Seen) -> None:
        if seen.subject_id == self.fails_at:
            raise self.error
        self.seen.append(seen.subject_id)

    def read(self, *, limit: int = 500) -> int:
        return follow(name="tests", topics={"stay.moved", "stay.extended"}, react=self, limit=limit)

    def read_until(self, *wanted: int, limit: int = 500) -> list[int]:
        deadline = time.monotonic() + 60
        while self.seen[: len(wanted)] != list(wanted) and time.monotonic() < deadline:
            assert self.read(limit=limit) <= limit
            time.sleep(0.02)
        self.read()
        return self.seen


@pytest.fixture
def reader() -> Reader:
    tell(99)  # what was before is not new
    made = Reader()
    made.read()
    assert made.seen in ([], [99])  # unless it is not final yet
    tell(100)
    made.read_until(*made.seen, *([100] if made.seen else []))
    while 100 not in made.seen:
        made.read()
    made.seen.clear()
    return made


def test_follow_sees_each_event_of_its_topics_once_in_order_in_all_hotels(reader: Reader) -> None:
    tell(1)
    tell(2, hotel=2)
    tell(3, topic="stay.checked_in")
    tell(4, topic="stay.extended")
    assert reader.read_until(1, 2, 4) == [1, 2, 4]


def test_follow_small_batches_lose_and_double_nothing(reader: Reader) -> None:
    for number in range(1, 8):
        tell(number)
    assert reader.read_until(*range(1, 8), limit=3) == [*range(1, 8)]


def test_follow_waits_for_what_began_before_and_is_not_final_yet(reader: Reader) -> None:
    with psycopg.connect(database_of_tests(), options="-c binzhi.hotels=* -c binzhi.groups=*") as slow:
        slow.execute(_TELL, [1, "stay.moved", 1])
        tell(2)
        assert (reader.read(), reader.seen) == (0, [])
        slow.commit()
        assert reader.read_until(1, 2) == [1, 2]
        slow.execute(_TELL, [1, "stay.moved", 3])
        tell(4)
        reader.read()
        slow.rollback()
    assert reader.read_until(1, 2, 4) == [1, 2, 4]


def test_follow_event_nobody_can_make_sense_of_is_kept_and_the_next_follows(reader: Reader) -> None:
    clumsy = Reader(fails_at=2)
    for number in (1, 2, 3):
        tell(number)
    assert clumsy.read_until(1, 3) == [1, 3]
    assert db.fetch_all("SELECT follower, topic, error, hotel_id FROM kernel_unheeded") == [
        {"follower": "tests", "topic": "stay.moved", "error": "ValueError", "hotel_id": 1}
    ]


def test_follow_database_away_sees_the_same_again(reader: Reader) -> None:
    away = Reader(fails_at=2, error=OperationalError)
    for number in (1, 2, 3):
        tell(number)
    with pytest.raises(OperationalError):
        away.read_until(1, 2)
    # What was heeded before it failed comes once more: a reader must not mind.
    back = Reader()
    assert back.read_until(*[number for number in (1, 2, 3) if number > 1 or 1 in away.seen])[-2:] == [2, 3]


def test_follow_two_at_once_neither_goes_back(reader: Reader) -> None:
    tell(1)
    second = Reader()

    def meanwhile(seen: Seen) -> None:
        second.read()

    while not second.seen:
        follow(name="tests", topics={"stay.moved"}, react=meanwhile)
    tell(2)
    assert reader.read_until(2) == [2]


@pytest.mark.parametrize(
    ("following", "running", "whole"),
    [
        (1000, 998, 998),
        # Begun after the look at what is next.
        (1000, 1001, 1001),
        # Around the four billionth transaction.
        (2**32 + 5, 3, 2**32 + 3),
        (2**32 + 1, 2**32 - 6, 2**32 - 6),
        (2**32 - 2, 4, 2**32 + 4),
    ],
)
def test_a_running_transaction_is_told_from_its_lower_half(following: int, running: int, whole: int) -> None:
    assert db.fetch_value("SELECT binzhi_full_txid(%s, %s)", [following, running]) == whole


def test_two_who_write_at_once_are_not_taken_for_very_old() -> None:
    """The next id, as a snapshot knows it, is behind the last that ended: who writes may be ahead of it."""
    first, second = (psycopg.connect(database_of_tests()) for _ in range(2))
    with first, second:
        begun = [one.execute("SELECT pg_current_xact_id()::text::bigint").fetchone() for one in (first, second)]
        final = db.fetch_value("SELECT binzhi_final_txid()")
    assert begun[0] is not None
    assert begun[0][0] - 1000 < final <= begun[0][0]


def test_follow_what_was_passed_over_is_never_seen(reader: Reader) -> None:
    tell(1)
    db.execute("INSERT INTO kernel_follower (name, txid, event_id) VALUES ('past', 0, 0)")
    pass_over(name="past")
    place = db.fetch_value("SELECT txid FROM kernel_follower WHERE name = 'past'")
    db.execute("UPDATE kernel_follower SET txid = txid + 1000 WHERE name = 'past'")
    follow(name="past", topics=["stay.moved"], react=reader)
    assert reader.seen == []
    assert db.fetch_value("SELECT txid FROM kernel_follower WHERE name = 'past'") == place + 1000
