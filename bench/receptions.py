"""Hotels with receptions under way: one is laid through the services in each, the others are copies of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bench.data import OPENS, SYSTEM
from binzhi.kernel import clock, db
from binzhi.people import setup as people
from binzhi.promises.protocols import store
from binzhi.promises.services.protocols import save_protocol
from binzhi.promises.services.runs import start_run
from binzhi.property import setup as house

PROTOCOL = "vip-reception"
HOUR = timedelta(hours=1)
POSTS = (
    "general-manager", "gm-assistant", "front-office-manager", "duty-manager", "housekeeping-manager",
    "room-attendant", "engineering-manager", "quality-assistant-manager", "dining-manager", "sales-manager",
)  # fmt: skip

# Every copy arrives a while after the one before, so that something of the house is due all the time.
_RUNS = """
INSERT INTO promises_run (hotel_id, version_id, subject, subject_id, occasion, label, host_department_id, facts, status,
    started_at)
SELECT r.hotel_id, r.version_id, r.subject, n, r.occasion, r.label || ' ' || n, r.host_department_id, r.facts, r.status,
    r.started_at
FROM promises_run r, generate_series(2, %(runs)s) n WHERE r.id = ANY (%(models)s::bigint[])
"""
_ANCHORS = """
INSERT INTO promises_anchor (hotel_id, run_id, name, occurrence, at)
SELECT a.hotel_id, c.id, a.name, a.occurrence, a.at + (c.subject_id - 1) * %(apart)s::interval
FROM promises_run c JOIN promises_run m ON m.version_id = c.version_id AND m.subject_id = 1
JOIN promises_anchor a ON a.run_id = m.id WHERE c.subject_id > 1 AND m.id = ANY (%(models)s::bigint[])
"""
_TASKS = """
INSERT INTO promises_task (hotel_id, run_id, key, clause, position, occurrence, branch, department_id, posts, anchor,
    offset_seconds, due_at, opens_at, compressed, state, after, rungs_after, rungs_to, next_at, own)
SELECT t.hotel_id, c.id, t.key, t.clause, t.position, t.occurrence, t.branch, t.department_id, t.posts, t.anchor,
    t.offset_seconds, t.due_at + d.later, t.opens_at + d.later, t.compressed, t.state, t.after, t.rungs_after,
    t.rungs_to, t.next_at + d.later, t.own
FROM promises_run c JOIN promises_run m ON m.version_id = c.version_id AND m.subject_id = 1
JOIN promises_task t ON t.run_id = m.id
CROSS JOIN LATERAL (SELECT (c.subject_id - 1) * %(apart)s::interval AS later) d
WHERE c.subject_id > 1 AND m.id = ANY (%(models)s::bigint[])
"""


@dataclass(frozen=True, slots=True)
class Receptions:
    """The hotels, the first of the receptions of each, when that one arrives, and a manager of the first hotel."""

    hotels: list[int]
    runs: list[int]
    arrival: datetime
    code: str
    user_id: int
    staff_id: int


def receive(*, hotels: int, runs: int) -> Receptions:
    """`hotels` hotels with `runs` receptions each: a first one through the services, the others copied from it."""
    now = clock.now()
    arrival = now + 30 * HOUR
    made = [_hotel(number, arrival, now) for number in range(hotels)]
    models = [run for _hotel_id, run, _user, _staff in made]
    given = {"models": db.array(models), "runs": runs, "apart": timedelta(minutes=30)}
    for statement in (_RUNS, _ANCHORS, _TASKS):
        db.execute(statement, given)
    db.execute("VACUUM ANALYZE")
    return Receptions([one[0] for one in made], models, arrival, "reception-0", made[0][2], made[0][3])


def _hotel(number: int, arrival: datetime, now: datetime) -> tuple[int, int, int, int]:
    spec = house.HotelSpec(
        code=f"reception-{number}", name="Bench", opens_on=OPENS, group_code="receptions", documents_required=False
    )
    hotel = house.create_hotel(spec=spec, actor=SYSTEM, now=now)
    people.create_departments(hotel_id=hotel.pk)
    staff = [
        people.create_staff(
            hotel_id=hotel.pk, username=f"bench-{number}-{post}", name=post, password=None, post=post, since=OPENS
        )
        for post in POSTS
    ]
    save_protocol(hotel_id=hotel.pk, source=store.shipped()[PROTOCOL], actor=SYSTEM, now=now)
    run = start_run(
        hotel_id=hotel.pk, protocol=PROTOCOL, subject="visit", subject_id=1, label="101",
        facts={"level": "VVIP"}, anchors={"arrival": arrival, "departure": arrival + 48 * HOUR},
        host_department="gm-office", actor=SYSTEM, now=now,
    )  # fmt: skip
    return hotel.pk, run.run_id, staff[0].user_id, staff[0].staff_id


def later(moment: datetime, hours: float) -> datetime:
    return (moment + timedelta(hours=hours)).astimezone(UTC)
