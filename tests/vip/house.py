"""A hotel with its posts filled, the levels of the source and the shipped protocol, for the tests of receptions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from binzhi.guests import services as guests
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.people import setup as people_setup
from binzhi.people.posts import POSTS
from binzhi.promises.models import Task
from binzhi.promises.protocols import store
from binzhi.promises.requests import ProofInput
from binzhi.promises.services.protocols import save_protocol
from binzhi.vip import services, setup
from binzhi.vip.models import Visit
from binzhi.vip.requests import NewVisit
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, make_hotel

HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
# The day after tomorrow, so that no limit of the protocol has passed.
ARRIVAL = NOW + 2 * DAY
DEPARTURE = ARRIVAL + 2 * DAY
LONG_AGO = date(2020, 1, 1)
_numbers = count(1)


@dataclass
class House:
    """The hotel; its people, one for every post, by the code of the post."""

    hotel: TestHotel
    staff: dict[str, int] = field(default_factory=dict)
    users: dict[str, int] = field(default_factory=dict)

    @property
    def pk(self) -> int:
        return self.hotel.pk

    def actor(self, post: str) -> Actor:
        """The one in that post, with exactly its rights."""
        return Actor(
            user_id=self.users[post], staff_id=self.staff[post], name=post,
            grants={self.pk: frozenset(POSTS[post].permissions)}, group_ids=frozenset({self.hotel.ref.group_id}),
        )  # fmt: skip

    @property
    def gm(self) -> Actor:
        return self.actor("general-manager")

    def on_duty(self, *posts: str, start: datetime = NOW - HOUR, hours: int = 30) -> None:
        """At work from `start`, written as the roster writes it."""
        for post in posts:
            db.execute(
                "INSERT INTO people_duty (hotel_id, staff_id, starts_at, ends_at) VALUES (%s, %s, %s, %s)",
                [self.pk, self.staff[post], start, start + timedelta(hours=hours)],
            )

    def guest(self, name: str = "王立文", **more: Any) -> int:
        details = guests.GuestDetails(name=name, **more)
        return guests.create_guest(hotel_id=self.pk, details=details, actor=SYSTEM, now=NOW)

    def propose(self, **more: Any) -> int:
        """A proposed visit."""
        given: dict[str, Any] = {"title": "王先生", "arrival_at": ARRIVAL, "departure_at": DEPARTURE}
        given |= more
        if "guest_id" not in given and "room_reservation_id" not in given:
            given["guest_id"] = self.guest()
        ref = services.propose_visit(
            hotel_id=self.pk, visit=NewVisit(**given), actor=self.actor("duty-manager"), now=NOW
        )
        return ref.visit_id

    def approved(self, level: str = "VIP", *, now: datetime = NOW, **more: Any) -> Visit:
        """A visit the general manager decided directly."""
        visit_id = self.propose(**more)
        services.set_level_directly(
            hotel_id=self.pk, visit_id=visit_id, level=level, reason="业主客人", actor=self.gm, now=now
        )
        return self.visit(visit_id)

    def visit(self, visit_id: int) -> Visit:
        db.enter_scope("*", "*")
        return Visit.objects.select_related("level", "host_department").get(pk=visit_id)

    def arrived(self, level: str = "VIP", **more: Any) -> Visit:
        """A visit whose guest is here since its arrival."""
        visit = self.approved(level, **more)
        services.note_arrival(hotel_id=self.pk, visit_id=visit.pk, actor=self.actor("duty-manager"), now=ARRIVAL)
        return self.visit(visit.pk)


def make_house(**more: Any) -> House:
    hotel = make_hotel(documents_required=False, with_billing=True, **more)
    people_setup.create_departments(hotel_id=hotel.pk)
    house = House(hotel)
    number = next(_numbers)
    for post in POSTS:
        made = people_setup.create_staff(
            hotel_id=hotel.pk, username=f"{post}-{number}"[:40], name=POSTS[post].name, password=None, post=post,
            since=LONG_AGO,
        )  # fmt: skip
        house.staff[post], house.users[post] = made.staff_id, made.user_id
    setup.create_standard(hotel_id=hotel.pk)
    save_protocol(hotel_id=hotel.pk, source=store.shipped()["vip-reception"], actor=SYSTEM, now=NOW)
    return house


def task(visit: Visit, key: str, *, occurrence: int = 1, branch: str = "") -> Task:
    db.enter_scope("*", "*")
    return Task.objects.get(run_id=visit.run_id, key=key, occurrence=occurrence, branch=branch)


def keys(visit: Visit, *states: str) -> set[str]:
    """The tasks of a visit's run in these states (of all: in any)."""
    db.enter_scope("*", "*")
    rows = Task.objects.filter(run_id=visit.run_id)
    return set((rows.filter(state__in=states) if states else rows).values_list("key", flat=True))


def finish(house: House, visit: Visit, *names: str, at: datetime) -> None:
    """These tasks are done, by the system, with whatever they want; countersignatures too."""
    from binzhi.promises.enums import Evidence
    from binzhi.promises.services.tasks import complete_task, countersign_task
    from binzhi.vip import engine

    assert visit.run_id is not None
    spec = engine.spec_of(visit.run_id)
    for name in names:
        for one in Task.objects.filter(run_id=visit.run_id, key=name, ended_at=None).order_by("pk"):
            words = next(task for task in spec.tasks if task.key == name)
            proofs = [ProofInput(Evidence.TICK, item=item.key) for item in words.checklist]
            proofs += [
                ProofInput(
                    wanted.kind, text="好" if wanted.kind == Evidence.TEXT else "", photo_id=_photo(house, wanted)
                )
                for wanted in words.evidence
                if wanted.kind != Evidence.COUNTERSIGNATURE
            ]
            complete_task(hotel_id=house.pk, task_id=one.pk, proofs=proofs, actor=SYSTEM, now=at)
            for wanted in words.evidence:
                if wanted.kind == Evidence.COUNTERSIGNATURE:
                    countersign_task(hotel_id=house.pk, task_id=one.pk, actor=SYSTEM, now=at)


def _photo(house: House, wanted: Any) -> int | None:
    if wanted.kind != "photo":
        return None
    return int(
        db.fetch_value(
            "INSERT INTO promises_photo (hotel_id, sealed, width, height) VALUES (%s, %s, 1, 1) RETURNING id",
            [house.pk, b"x"],
        )
    )


def events(visit: Visit) -> list[str]:
    return list(visit.events.order_by("pk").values_list("kind", flat=True))


def traces(house: House) -> dict[str, str]:
    """What a refusal must leave as it was: visits with their papers, runs and tasks, audit and events."""
    db.enter_scope("*", "*")
    tables = [
        "vip_visit", "vip_levelrequest", "vip_standingentry", "vip_meeting", "vip_notice", "vip_menu", "vip_purchase",
        "vip_keycard", "vip_visitevent", "vip_level", "vip_amenity", "promises_run", "promises_task", "promises_proof",
        "promises_anchor", "property_roomseal", "kernel_audit_entry", "kernel_outbox_event",
    ]  # fmt: skip
    return {
        table: db.fetch_value(
            f"SELECT md5(coalesce(string_agg(x::text, ';' ORDER BY x::text), '')) FROM {table} x WHERE hotel_id = %s",
            [house.pk],
        )
        for table in tables
    }


__all__ = ["ARRIVAL", "DEPARTURE", "HOUR", "MINUTE", "NOW", "SYSTEM", "TODAY", "House", "make_house", "task", "traces"]
