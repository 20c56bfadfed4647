"""A small house with a protocol of its own, people in its posts and a roster, for the tests of the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.people import setup as people_setup
from binzhi.promises.access import Permission
from binzhi.promises.models import Task
from binzhi.promises.requests import RunRef
from binzhi.promises.services.protocols import save_protocol
from binzhi.promises.services.runs import start_run
from tests.factories import NOW, SYSTEM, TestHotel, make_hotel

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
ARRIVAL = NOW + 10 * HOUR
MEAL = NOW + 14 * HOUR

VISIT = """
protocol: visit
name: 接待
name_en: Reception
subject: visit
anchors:
  arrival: {name: 抵店, name_en: Arrival}
  departure: {name: 离店, name_en: Departure}
  meal: {name: 用餐, name_en: Meal, repeats: true}
  first_entry: {name: 首次进房, name_en: First entry, event: true}
  visitor: {name: 来访, name_en: Visitor, event: true, repeats: true}
departments: [front-office, housekeeping, engineering]
ladder: [{after: 0min, to: "@person"}, {after: 5min, to: "@manager"}, {after: 15min, to: duty-manager}, {after: 30min, to: general-manager}]
ends_with: [farewell]
tasks:
  - {key: meeting, clause: "1", name: 一会一案, name_en: Meeting, department: "@host", due: arrival - 1d, evidence: [{kind: text}]}
  - {key: notice, clause: "2", name: 签收通知单, name_en: Notice signed, department: "@each", due: arrival - 5h, evidence: [{kind: signature}]}
  - {key: cleaned, clause: "4", name: 清洁, name_en: Cleaned, department: housekeeping, due: arrival - 2h, opens: 2h, posts: [housekeeping-manager], after: [notice], evidence: [{kind: signature}], hand_on: [engineering, quality]}
  - key: repaired
    clause: "5"
    name: 检修
    name_en: Repaired
    department: engineering
    due: arrival - 3h
    posts: [engineer]
    evidence: [{kind: signature}, {kind: countersignature, post: housekeeping-manager}]
    checklist: [{key: ac, name: 空调, name_en: Air conditioning}, {key: tv, name: 电视, name_en: Television}]
  - {key: sealed, clause: "9", name: 封房, name_en: Sealed, department: quality, due: arrival - 1h, when: {level: [VIP, VVIP]}, posts: [quality-assistant-manager], after: [cleaned, repaired], waivable: false}
  - {key: banner, clause: "7", name: 横幅, name_en: Banner, department: sales, due: arrival - 5h, when: {level: [VIP, VVIP]}, evidence: [{kind: photo}]}
  - {key: flowers, clause: "13", name: 献花, name_en: Flowers, department: dining, due: arrival, when: {level: [VVIP]}}
  - key: host
    clause: "15"
    name: 楼层服务
    name_en: Floor attendant
    department: housekeeping
    due: arrival
    posts: [room-attendant]
    eligible: [{clause: "16", when: {level: [VVIP]}, grade: 2}, {clause: "16", months: 6}]
  - {key: tea, clause: "18", name: 欢迎茶, name_en: Tea, department: housekeeping, due: first_entry + 5min}
  - {key: ask, clause: "21", name: 来访询问, name_en: Visitor asked, department: housekeeping, due: visitor + 2min}
  - {key: menu, clause: "23", name: 菜单, name_en: Menu, department: dining, due: meal - 40min}
  - {key: room-set, clause: "25", name: 包房, name_en: Private room, department: dining, due: meal - 30min, after: [menu]}
  - {key: farewell, clause: "30", name: 送客, name_en: Farewell, department: front-office, due: departure - 10min, posts: [duty-manager]}
"""

STAFF = {
    "gm": ("general-manager", "赵总"),
    "fom": ("front-office-manager", "钱经理"),
    "duty": ("duty-manager", "孙副理"),
    "desk": ("receptionist", "李前台"),
    "hkm": ("housekeeping-manager", "周经理"),
    "hks": ("housekeeping-supervisor", "吴主管"),
    "maid": ("room-attendant", "郑服务"),
    "maid2": ("room-attendant", "冯服务"),
    "engm": ("engineering-manager", "陈经理"),
    "eng": ("engineer", "褚技工"),
    "qam": ("quality-assistant-manager", "卫助理"),
    "din": ("dining-manager", "蒋经理"),
    "waiter": ("waiter", "沈服务"),
    "sales": ("sales-manager", "韩经理"),
}
LONG_AGO = date(2020, 1, 1)
_number = iter(range(1, 10**6))


@dataclass
class House:
    """The hotel, its people by nickname, and the ids of its departments."""

    hotel: TestHotel
    staff: dict[str, int]
    users: dict[str, int]
    departments: dict[str, int] = field(default_factory=dict)

    @property
    def pk(self) -> int:
        return self.hotel.pk

    def actor(self, name: str, *rights: str) -> Actor:
        """One of the staff, with all rights of this context unless some are named."""
        held = frozenset(rights) if rights else frozenset(str(right) for right in Permission)
        return Actor(
            user_id=self.users[name], staff_id=self.staff[name], name=name, grants={self.pk: held},
            group_ids=frozenset({self.hotel.ref.group_id}),
        )  # fmt: skip


def make_house(source: str = VISIT, *, since: Mapping[str, date] | None = None) -> House:
    hotel = make_hotel()
    people_setup.create_departments(hotel_id=hotel.pk)
    staff, users = {}, {}
    for name, (post, label) in STAFF.items():
        made = people_setup.create_staff(
            hotel_id=hotel.pk, username=f"{name}-{next(_number)}", name=label, password=None, post=post,
            since=(since or {}).get(name, LONG_AGO),
        )  # fmt: skip
        staff[name], users[name] = made.staff_id, made.user_id
    departments = {
        row["code"]: row["id"]
        for row in db.fetch_all("SELECT code, id FROM people_department WHERE hotel_id = %s", [hotel.pk])
    }
    save_protocol(hotel_id=hotel.pk, source=source, actor=SYSTEM, now=NOW)
    return House(hotel, staff, users, departments)


def put_on_duty(house: House, *names: str, start: datetime = NOW - HOUR, hours: int = 36) -> None:
    """At work from `start`, written as the roster writes it."""
    for name in names:
        db.execute(
            "INSERT INTO people_duty (hotel_id, staff_id, starts_at, ends_at) VALUES (%s, %s, %s, %s)",
            [house.pk, house.staff[name], start, start + hours * HOUR],
        )


def start(house: House, *, level: str = "VIP", now: datetime = NOW, **more: Any) -> RunRef:
    given: dict[str, Any] = {
        "hotel_id": house.pk, "protocol": "visit", "subject": "visit", "subject_id": 1, "label": "101 王",
        "facts": {"level": level}, "anchors": {"arrival": ARRIVAL}, "host_department": "gm-office", "actor": SYSTEM,
        "now": now,
    }  # fmt: skip
    return start_run(**given | more)


def task(run: RunRef | int, key: str, *, occurrence: int = 1, branch: str = "") -> Task:
    db.enter_scope("*", "*")
    run_id = run if isinstance(run, int) else run.run_id
    return Task.objects.get(run_id=run_id, key=key, occurrence=occurrence, branch=branch)


def states(run: RunRef) -> dict[str, str]:
    """State by key (and branch, and occurrence past the first)."""
    db.enter_scope("*", "*")
    return {
        one.key
        + (f"/{one.branch}" if one.branch else "")
        + (f"#{one.occurrence}" if one.occurrence > 1 else ""): one.state
        for one in Task.objects.filter(run_id=run.run_id).order_by("id")
    }


CLAIM = """
UPDATE promises_task t SET rung = t.rung + 1, next_at = CASE WHEN t.rung + 2 <= cardinality(t.rungs_after)
    THEN t.due_at + t.rungs_after[t.rung + 2] * interval '1 second' END
FROM (SELECT id FROM promises_task WHERE next_at <= %s ORDER BY next_at, id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED) due
WHERE t.id = due.id
"""


def claim_alone(now: datetime, limit: int = 500) -> int:
    """What no sweep does: claim steps and tell nobody. Negative controls need a worker that dies after it."""
    return db.execute(CLAIM, [now, limit])
