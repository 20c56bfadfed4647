"""Open screens hear of every change in their hotel, of none in another, and only while their user may."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from binzhi.config.live.gate import same_house
from binzhi.config.live.hub import Change, Listener
from tests.concurrency.http_house import database_of_tests
from tests.factories import TestHotel, make_hotel
from tests.live.stream import Screen, living, until
from tests.reservations.desk import make_user

pytestmark = pytest.mark.django_db(transaction=True)

_TELL = """
INSERT INTO kernel_outbox_event (at, hotel_id, topic, subject, subject_id, payload)
VALUES (now(), %s, 'task.done', 'task', %s, '{}')
"""


@pytest.fixture
def hotel() -> TestHotel:
    return make_hotel(types={"std": 2}, nights=3)


@pytest.fixture
def port() -> Iterator[int]:
    with living() as port:
        yield port


def session_for(hotel: TestHotel) -> str:
    user: Any = make_user(hotel)
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    return str(store.session_key)


def writer() -> psycopg.Connection[Any]:
    connection = psycopg.connect(database_of_tests(), options="-c binzhi.hotels=* -c binzhi.groups=*")
    return connection


def opened(port: int, hotel: TestHotel, session: str) -> Screen:
    screen = Screen(port, hotel.ref.code, session=session)
    assert screen.status == 200
    # The first thing anybody hears is to look at everything: from then on nothing is missed.
    until(lambda: bool(screen.heard), "not told to look")
    assert screen.heard[0][1] == "look"
    return screen


def test_screen_hears_of_changes_in_its_hotel_and_of_no_other(hotel: TestHotel, port: int) -> None:
    other = make_hotel(types={"std": 2}, nights=3)
    here, there = opened(port, hotel, session_for(hotel)), opened(port, other, session_for(other))
    with writer() as connection:
        connection.execute(_TELL, [hotel.pk, 41])
        connection.execute(_TELL, [other.pk, 42])
    until(lambda: len(here.changes()) + len(there.changes()) == 2, "not told")
    assert (here.changes(), there.changes()) == ([("task.done", 41)], [("task.done", 42)])


def test_event_of_a_long_transaction_is_told_although_later_ones_came_first(hotel: TestHotel, port: int) -> None:
    screen = opened(port, hotel, session_for(hotel))
    with writer() as slow, writer() as quick:
        slow.execute(_TELL, [hotel.pk, 1])
        with writer() as undone:
            undone.execute(_TELL, [hotel.pk, 99])
            undone.rollback()
        quick.execute(_TELL, [hotel.pk, 2])
        quick.commit()
        until(lambda: screen.changes() == [("task.done", 2)], "the quick one was not told")
        slow.commit()
    until(lambda: screen.changes() == [("task.done", 2), ("task.done", 1)], "the slow one was not told")


@pytest.mark.parametrize("origin", ["", "http://127.0.0.1:8000"])
def test_page_of_this_machine_may_listen(hotel: TestHotel, port: int, origin: str) -> None:
    screen = Screen(port, hotel.ref.code, session=session_for(hotel), origin=origin)
    assert screen.status == 200
    assert screen.headers.get("access-control-allow-origin", "") == origin


def test_strangers_colleagues_elsewhere_and_foreign_pages_are_refused(hotel: TestHotel, port: int) -> None:
    other = make_hotel(types={"std": 2}, nights=3)
    statuses = [
        Screen(port, hotel.ref.code).status,
        Screen(port, hotel.ref.code, session="nobody").status,
        Screen(port, hotel.ref.code, session=session_for(other)).status,
        Screen(port, "no-such-hotel", session=session_for(hotel)).status,
        Screen(port, hotel.ref.code, session=session_for(hotel), origin="http://elsewhere.example").status,
    ]
    assert statuses == [403, 403, 403, 403, 403]


def test_database_away_screens_stay_and_look_again(hotel: TestHotel, port: int) -> None:
    screen = opened(port, hotel, session_for(hotel))
    with writer() as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'binzhi live'"
            " AND datname = current_database() AND query LIKE '%%kernel_outbox_event%%'"
        )
    until(lambda: [kind for _at, kind, _data in screen.heard] == ["look", "look"], "not told to look again")
    with writer() as connection:
        connection.execute(_TELL, [hotel.pk, 7])
    until(lambda: screen.changes() == [("task.done", 7)], "not told afterwards")


def test_many_screens_all_hear_everything_and_those_who_left_are_forgotten(hotel: TestHotel, port: int) -> None:
    session = session_for(hotel)
    screens = [opened(port, hotel, session) for _ in range(50)]
    for screen in screens[40:]:
        screen.close()
    sent: dict[int, float] = {}
    with writer() as connection:
        for number in range(1, 21):
            connection.execute(_TELL, [hotel.pk, number])
            connection.commit()
            sent[number] = time.monotonic()
            threading.Event().wait(0.02)
    wanted = [("task.done", number) for number in range(1, 21)]
    until(lambda: all(screen.changes() == wanted for screen in screens[:40]), "somebody was not told")
    waits = sorted(
        at - sent[data["id"]] for screen in screens[:40] for at, kind, data in screen.heard if kind == "change"
    )
    print(f"\n{len(waits)} told: median {waits[len(waits) // 2]:.3f} s, p99 {waits[int(len(waits) * 0.99)]:.3f} s")


def test_listener_that_is_behind_is_told_to_look_at_everything() -> None:
    listener = Listener(1)
    for number in range(101):
        listener.tell(Change(number, "task.done", "task", number))
    assert [listener.queue.get_nowait() for _ in range(listener.queue.qsize())] == [None]


@pytest.mark.parametrize(
    ("origin", "host", "same"),
    [
        ("", "hotel:8001", True),
        ("http://hotel:8000", "hotel:8001", True),
        ("https://hotel", "hotel:8001", True),
        ("http://[::1]:8000", "[::1]:8001", True),
        ("http://other:8001", "hotel:8001", False),
        ("null", "hotel:8001", False),
        ("file://hotel", "hotel:8001", False),
    ],
)
def test_same_house_only_the_port_may_differ(origin: str, host: str, same: bool) -> None:
    assert same_house(origin, host) is same
