"""A house that learns: rooms, departments, protocols, staff; stays one after another, and what the worker would do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from binzhi.frontdesk import services as desk
from binzhi.frontdesk.promising import TOPICS
from binzhi.frontdesk.recognition import follow
from binzhi.guests.observations.requests import NewObservation, Recorded
from binzhi.guests.observations.services import record_observation
from binzhi.guests.services import GuestDetails, create_guest
from binzhi.kernel import clock, db
from binzhi.kernel.actor import Actor
from binzhi.kernel.follower import seen_of
from binzhi.people import setup as people_setup
from binzhi.people.posts import POSTS
from binzhi.promises import starting
from binzhi.promises.services.protocols import install_shipped
from binzhi.reservations.services import create_reservation
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, booking, make_hotel

_EVENTS = """
SELECT id, at, hotel_id, topic, subject, subject_id, payload FROM kernel_outbox_event WHERE id > %s ORDER BY id
"""
_TASKS = """
SELECT t.key, t.state, t.due_at, t.id, d.code AS department, r.facts FROM promises_task t
JOIN promises_run r ON r.id = t.run_id JOIN people_department d ON d.id = t.department_id
JOIN promises_protocolversion v ON v.id = r.version_id JOIN promises_protocol p ON p.id = v.protocol_id
WHERE r.subject = 'stay' AND r.subject_id = %s AND p.code IN ('personal-service', 'baby-crib') ORDER BY t.id
"""


@dataclass
class LearningHouse:
    """`clock` moves by the time machine of the test; `heed` does what the worker does every five seconds."""

    hotel: TestHotel
    machine: Any = None
    last: int = 0
    actors: dict[str, Actor] = field(default_factory=dict)
    now: datetime = NOW

    @property
    def pk(self) -> int:
        return self.hotel.pk

    def at(self, moment: datetime) -> None:
        self.now = moment
        self.machine.move_to(moment, tick=False)

    def by(self, post: str) -> Actor:
        """Somebody of that post, with its rights; another one each post."""
        if post not in self.actors:
            number = 100 + len(self.actors)
            self.actors[post] = Actor(
                user_id=number, staff_id=number, name=post, grants={self.pk: frozenset(POSTS[post].permissions)},
                group_ids=frozenset({self.hotel.ref.group_id}),
            )  # fmt: skip
        return self.actors[post]

    def guest(self, name: str = "许文静", **more: Any) -> int:
        details = GuestDetails(name=name, sex=more.pop("sex", "female"), **more)
        return create_guest(hotel_id=self.pk, details=details, actor=SYSTEM, now=self.now)

    def book(self, guest: int, *, nights: int = 2, hotel: TestHotel | None = None) -> int:
        """A booking that arrives today, for that guest."""
        hotel = hotel or self.hotel
        wanted = booking(arrival=hotel.refreshed().business_date, nights=nights, guest_id=guest)
        return create_reservation(hotel_id=hotel.pk, booking=wanted, actor=SYSTEM, now=self.now).room_ids[0]

    def check_in(self, stay: int, room: str = "101") -> None:
        desk.assign_room(
            hotel_id=self.pk, room_reservation_id=stay, room_id=self.hotel.rooms[room], actor=SYSTEM, now=self.now
        )
        desk.check_in(hotel_id=self.pk, room_reservation_id=stay, actor=SYSTEM, now=self.now, accept_as_it_is=True)

    def check_out(self, stay: int) -> None:
        """Gone, without paying: what it costs is tested elsewhere."""
        db.execute("UPDATE reservations_roomreservation SET status = 'checked_out', checked_out_at = %s WHERE id = %s",
                   [self.now, stay])  # fmt: skip
        db.execute("DELETE FROM reservations_roomnight WHERE room_reservation_id = %s", [stay])
        follow.heed(seen_of({
            "id": 0, "at": self.now, "hotel_id": self.pk, "topic": follow.CHECKED_OUT, "subject": "room_reservation",
            "subject_id": stay, "payload": {"room_reservation_id": stay},
        }))  # fmt: skip

    def stay(self, guest: int, room: str = "101") -> int:
        stay = self.book(guest)
        self.check_in(stay, room)
        self.heed()
        return stay

    def note(self, guest: int, *chips: str, post: str = "room-attendant", **more: Any) -> Recorded:
        made = record_observation(
            hotel_id=self.pk, observation=NewObservation(guest_id=guest, chips=chips, **more), actor=self.by(post),
            now=self.now,
        )  # fmt: skip
        self.heed()
        return made

    def heed(self) -> None:
        """What happened since last time sets protocols off, and is told to the guest files."""
        db.enter_scope("*", "*")
        for row in db.fetch_all(_EVENTS, [self.last]):
            self.last = row["id"]
            seen = seen_of(row)
            if seen.topic in TOPICS:
                starting.heed(seen)
            if seen.topic in follow.TOPICS:
                follow.heed(seen)
        db.enter_scope("*", "*")

    def tasks(self, stay: int, *states: str) -> dict[str, dict[str, Any]]:
        """What follows from wishes, by key; dropped ones only when asked for."""
        wanted = states or ("waiting", "open", "done")
        rows = [row | {"facts": db.plain_json(row["facts"])} for row in db.fetch_all(_TASKS, [stay])]
        return {row["key"]: row for row in rows if row["state"] in wanted}

    def next_day(self) -> None:
        self.at(self.now + timedelta(days=1))


def learning_house(machine: Any) -> LearningHouse:
    """At the hour of the tests."""
    machine.move_to(NOW, tick=False)
    house = furnished()
    house.machine = machine
    assert house.hotel.refreshed().business_date == TODAY
    return house


def furnished(**more: Any) -> LearningHouse:
    hotel = make_hotel(with_billing=True, documents_required=False, nights=60, types={"std": 60, "king": 3}, **more)
    people_setup.create_departments(hotel_id=hotel.pk)
    install_shipped(hotel_id=hotel.pk)
    house = LearningHouse(hotel, now=clock.now())
    house.heed()
    return house
