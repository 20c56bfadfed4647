"""What happens to a stay sets protocols off, moves what they promise and ends it: by what the protocols say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import orjson
import pytest

from binzhi.frontdesk.promising import described
from binzhi.guests.details import GuestDetails
from binzhi.guests.services import create_guest
from binzhi.kernel import db
from binzhi.kernel.follower import Seen
from binzhi.people import setup as people_setup
from binzhi.promises import starting
from binzhi.promises.services.protocols import install_shipped
from binzhi.promises.starting import Done
from binzhi.reservations.requests import RoomChange
from binzhi.reservations.services import cancel_reservation, change_room, create_reservation
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, booking, make_hotel

_EVENTS = """
SELECT id, at, hotel_id, topic, subject, subject_id, payload FROM kernel_outbox_event
WHERE hotel_id = %s AND id > %s ORDER BY id
"""
_RUNS = """
SELECT p.code, r.status, r.label, (SELECT count(*) FROM promises_task t WHERE t.run_id = r.id) AS tasks
FROM promises_run r JOIN promises_protocolversion v ON v.id = r.version_id JOIN promises_protocol p ON p.id = v.protocol_id
WHERE r.subject = 'stay' AND r.subject_id = %s ORDER BY p.code
"""


class Follower:
    """Heeds what was published since last time, as the worker does."""

    def __init__(self, hotel: TestHotel) -> None:
        self.hotel, self.last = hotel, 0
        self.heed()

    def heed(self) -> Done:
        total = Done()
        for row in db.fetch_all(_EVENTS, [self.hotel.pk, self.last]):
            self.last = row["id"]
            payload = orjson.loads(row["payload"]) if isinstance(row["payload"], str) else row["payload"]
            done = starting.heed(Seen(**(row | {"payload": payload})))
            total.started += done.started
            total.moved += done.moved
            total.happened += done.happened
            total.ended += done.ended
        return total


@pytest.fixture
def hotel(db: None, settings: Any, time_machine: Any) -> TestHotel:
    time_machine.move_to(NOW, tick=False)
    made = make_hotel(with_billing=True, documents_required=False, nights=60)
    people_setup.create_departments(hotel_id=made.pk)
    install_shipped(hotel_id=made.pk)
    return made


@pytest.fixture
def follower(hotel: TestHotel) -> Follower:
    return Follower(hotel)


def book(hotel: TestHotel, *, nights: int = 2, arrival: date = TODAY + timedelta(days=5), **room: Any) -> int:
    wanted = booking(arrival=arrival, nights=nights)
    wanted = replace(wanted, rooms=tuple(replace(one, **room) for one in wanted.rooms))
    return create_reservation(hotel_id=hotel.pk, booking=wanted, actor=SYSTEM, now=NOW).room_ids[0]


def runs(stay: int) -> dict[str, str]:
    return {row["code"]: row["status"] for row in db.fetch_all(_RUNS, [stay])}


def due(stay: int, key: str) -> datetime:
    found = db.fetch_value(
        "SELECT t.due_at FROM promises_task t JOIN promises_run r ON r.id = t.run_id"
        " WHERE r.subject = 'stay' AND r.subject_id = %s AND t.key = %s",
        [stay, key],
    )
    assert isinstance(found, datetime)
    return found


def test_long_stay_sets_off_its_protocol_and_a_short_one_does_not(hotel: TestHotel, follower: Follower) -> None:
    short, long = book(hotel, nights=13), book(hotel, nights=14)
    done = follower.heed()
    assert (runs(short), runs(long), len(done.started)) == ({}, {"long-stay-welcome": "live"}, 1)


def test_event_seen_twice_starts_one_run(hotel: TestHotel, follower: Follower) -> None:
    stay = book(hotel, nights=14)
    follower.heed()
    before = db.fetch_all(_RUNS, [stay])
    follower.last = 0
    follower.heed()
    assert db.fetch_all(_RUNS, [stay]) == before


def test_baby_on_the_booking_puts_the_crib_on_the_list(hotel: TestHotel, follower: Follower) -> None:
    with_baby, without = book(hotel, infants=1), book(hotel)
    follower.heed()
    assert (runs(with_baby), runs(without)) == ({"baby-crib": "live"}, {})
    assert due(with_baby, "crib-placed") == datetime.combine(
        TODAY + timedelta(days=5), hotel.ref.check_in_time, tzinfo=due(with_baby, "crib-placed").tzinfo
    ) - timedelta(hours=8 + 2)


def test_other_arrival_moves_what_was_promised(hotel: TestHotel, follower: Follower) -> None:
    stay = book(hotel, infants=1)
    follower.heed()
    before = due(stay, "crib-placed")
    arrival = TODAY + timedelta(days=7)
    change_room(
        hotel_id=hotel.pk, room_reservation_id=stay,
        change=RoomChange(
                arrival=arrival, departure=arrival + timedelta(days=2), room_type="std", rate_plan="bar", adults=2, infants=1
            ), expected_version=1,
        actor=SYSTEM, now=NOW,
    )  # fmt: skip
    assert follower.heed().moved >= 1
    assert due(stay, "crib-placed") == before + timedelta(days=2)


def test_cancelled_booking_promises_nothing_more(hotel: TestHotel, follower: Follower) -> None:
    stay = book(hotel, infants=1)
    follower.heed()
    reservation = db.fetch_value("SELECT reservation_id FROM reservations_roomreservation WHERE id = %s", [stay])
    cancel_reservation(hotel_id=hotel.pk, reservation_id=reservation, reason="guest", actor=SYSTEM, now=NOW)
    assert follower.heed().ended == 1
    assert runs(stay) == {"baby-crib": "cancelled"}


def test_protocol_switched_off_starts_nothing(hotel: TestHotel, follower: Follower) -> None:
    db.execute("UPDATE promises_protocol SET is_active = false WHERE hotel_id = %s", [hotel.pk])
    stay = book(hotel, infants=1, nights=14)
    follower.heed()
    assert runs(stay) == {}


@pytest.mark.parametrize(
    ("born", "arrival", "nights", "expected"),
    [
        (date(1990, 11, 26), date(2026, 11, 26), 2, True),
        (date(1990, 11, 28), date(2026, 11, 26), 2, True),
        (date(1990, 11, 29), date(2026, 11, 26), 2, False),
        (date(1990, 1, 1), date(2026, 12, 31), 2, True),
        (None, date(2026, 11, 26), 2, False),
    ],
)
def test_birthday_counts_when_it_falls_into_the_stay(
    hotel: TestHotel, born: date | None, arrival: date, nights: int, expected: bool
) -> None:
    guest = create_guest(hotel_id=hotel.pk, details=GuestDetails(name="李娜", birth_date=born), actor=SYSTEM, now=NOW)
    stay = book(hotel, arrival=arrival, nights=nights, guest_id=guest)
    subject = described(hotel.pk, stay)
    assert subject is not None
    assert (subject.facts["birthday_in_stay"], "birthday" in subject.anchors) == (expected, expected)
    assert subject.label == "李"


def test_stay_that_is_not_there_is_no_subject(hotel: TestHotel) -> None:
    assert described(hotel.pk, 0) is None
