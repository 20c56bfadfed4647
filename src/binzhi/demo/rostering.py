"""The roster: colleagues enough for every shift, five weeks planned, who is away, who stands in for whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from binzhi.demo.house_state import TIMEZONE
from binzhi.demo.names import chinese_name
from binzhi.demo.staff import members
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.operations import unit_of_work
from binzhi.people import services, setup
from binzhi.people.posts import POSTS
from binzhi.people.services import AbsenceInput, DutyInput, ShiftInput

# The week before this one, this one, three more.
WEEKS = 5
SHIFTS = (
    ("a", "早班", "Morning", time(7), time(15), ""),
    ("p", "中班", "Afternoon", time(15), time(23), ""),
    ("n", "夜班", "Night", time(23), time(7), ""),
    ("d", "行政班", "Office hours", time(8, 30), time(17, 30), ""),
    ("m", "餐班", "Meals", time(11), time(20), "dining"),
    ("z", "总值班", "Manager on duty", time(8, 30), time(8, 30), ""),
)
_OFF = "-"
_OFFICE = ("ddddd--",)
_ROUND_THE_CLOCK = ("apn-", "-apn", "n-ap", "pn-a")
_TWO_SHIFTS = ("aapp--", "--aapp", "pp--aa")
# A line for each who holds the post, one sign a day from a Monday on; lines of another length than a week wander.
LINES: Mapping[str, tuple[str, ...]] = {
    "resident-manager": ("--ddddd",),
    "gm-assistant": ("ddd--dd",),
    "duty-manager": _ROUND_THE_CLOCK,
    "front-office-supervisor": ("aaapp--", "pp--aaa"),
    "receptionist": (*_ROUND_THE_CLOCK, "aaaap--", "pp--ppp"),
    "reservations-clerk": ("ddddd--", "--ddddd"),
    "cashier": _TWO_SHIFTS,
    "night-auditor": ("nn--", "--nn"),
    "concierge-supervisor": ("aaaaa--", "--ppppp"),
    "bellman": _TWO_SHIFTS,
    "housekeeping-supervisor": _TWO_SHIFTS,
    "room-attendant": ("aaaaap-", "-aaaaap", "p-aaaaa", "ap-aaaa", "aap-aaa", "aaap-aa", "aaaap-a"),
    "dining-director": ("-mmmmm-",),
    "dining-manager": ("m--mmmm",),
    "waiter": ("aapp--", "--aapp", "pp--aa", "app--a", "-aapp-", "p--aap"),
    "engineer": _ROUND_THE_CLOCK,
    "quality-assistant-manager": ("--ddddd",),
    "security-guard": (*_ROUND_THE_CLOCK, "aaaaa--"),
    "recreation-attendant": _TWO_SHIFTS,
}
# Takes turns at spending a day and a night in the house.
ON_CALL = (
    "front-office-manager", "housekeeping-manager", "engineering-manager", "security-manager", "sales-manager",
    "finance-manager", "quality-manager",
)  # fmt: skip
DEPUTIES: Mapping[str, tuple[str, ...]] = {
    "general-manager": ("resident-manager", "gm-assistant", "dining-director", "duty-manager"),
    "resident-manager": ("gm-assistant", "duty-manager"),
    "gm-assistant": ("resident-manager",),
    "front-office-manager": ("duty-manager", "front-office-supervisor"),
    "duty-manager": ("front-office-manager", "front-office-supervisor"),
    "housekeeping-manager": ("housekeeping-supervisor",),
    "dining-director": ("dining-manager",),
    "dining-manager": ("dining-director", "waiter"),
    "engineering-manager": ("engineer",),
    "finance-manager": ("accountant",),
    "sales-manager": ("sales-executive",),
    "quality-manager": ("quality-assistant-manager",),
    "quality-assistant-manager": ("quality-manager",),
    "security-manager": ("security-guard",),
}
# The last of a post with several is new: nobody who came less than six months ago serves a guest of honour.
NEWCOMER, OLD_HAND = timedelta(days=70), timedelta(days=900)


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody beside the one member of staff whom the list of logins names for the post."""

    post: str
    username: str
    name: str
    is_new: bool


def colleagues() -> Iterator[Colleague]:
    """As many more as a post's shifts need."""
    random = Random(11)  # noqa: S311  (invented names)
    taken = {member.name for member in members()}
    for member in members():
        lines = LINES.get(member.post_code, _OFFICE)
        for number in range(2, len(lines) + 1):
            name = chinese_name(random, random.choice(("male", "female")))
            while name in taken:
                name = chinese_name(random, random.choice(("male", "female")))
            taken.add(name)
            yield Colleague(member.post_code, f"{member.username}{number}", name, number == len(lines) > 2)


def hire_colleagues(*, hotel_id: int, today: date) -> dict[str, list[int]]:
    """Staff ids of the colleagues by post. They sign in with the password of all."""
    hired: dict[str, list[int]] = defaultdict(list)
    for number, one in enumerate(colleagues(), start=1):
        made = setup.create_staff(
            hotel_id=hotel_id, username=one.username, name=one.name, password=None, post=one.post,
            since=today - (NEWCOMER if one.is_new else OLD_HAND), employee_no=f"LS{100 + number}",
        )  # fmt: skip
        hired[one.post].append(made.staff_id)
    # Hashed once, by whoever made the first of the staff.
    db.execute(
        "UPDATE people_user u SET password = first.password FROM people_staff s, (SELECT o.password FROM people_user o"
        " JOIN people_staff t ON t.user_id = o.id WHERE t.hotel_id = %s ORDER BY t.id LIMIT 1) first"
        " WHERE s.user_id = u.id AND s.hotel_id = %s AND s.id = ANY (%s::bigint[])",
        [hotel_id, hotel_id, [staff for ids in hired.values() for staff in ids]],
    )
    return hired


def plan(
    *, hotel_id: int, staff: Mapping[str, int], colleagues: Mapping[str, list[int]], today: date, actor: Actor,
    now: datetime,
) -> None:  # fmt: skip
    """Shifts, stand-ins, five weeks of duties, today's absences; `staff` is the first holder of each post."""
    common = {"hotel_id": hotel_id, "actor": actor, "now": now}
    first = today - timedelta(days=today.weekday() + 7)
    with unit_of_work():
        for code, name, name_en, starts, ends, department in SHIFTS:
            shift = ShiftInput(name=name, name_en=name_en, starts=starts, ends=ends, department=department)
            services.set_shift(code=code, shift=shift, **common)  # type: ignore[arg-type]  # the three of every call
        for post, codes in DEPUTIES.items():
            services.set_deputies(post=post, deputies=codes, **common)  # type: ignore[arg-type]
        for post in POSTS:
            holders = [staff[post], *colleagues.get(post, [])]
            for holder, line in zip(holders, LINES.get(post, _OFFICE), strict=True):
                for shift_code, days in _days_by_shift(line, first, on_call=post).items():
                    services.put_on_duty(
                        staff_ids=[holder], days=days, duty=DutyInput(shift=shift_code),
                        **common,  # type: ignore[arg-type]
                    )  # fmt: skip
        _absences(staff, colleagues, today, common)


def _days_by_shift(line: str, first: date, *, on_call: str) -> dict[str, list[date]]:
    """The days of each shift. Whoever was on call for a day and a night is off on the next."""
    found: dict[str, list[date]] = defaultdict(list)
    for offset in range(WEEKS * 7):
        day = first + timedelta(days=offset)
        sign = line[offset % len(line)]
        if on_call in ON_CALL:
            if _on_call(day) == on_call:
                sign = "z"
            elif _on_call(day - timedelta(days=1)) == on_call:
                sign = _OFF
        if sign != _OFF:
            found[sign].append(day)
    return found


def _on_call(day: date) -> str:
    return ON_CALL[day.toordinal() % len(ON_CALL)]


def _absences(
    staff: Mapping[str, int], colleagues: Mapping[str, list[int]], today: date, common: Mapping[str, object]
) -> None:
    """One on leave, one ill, one at a course; and a supervisor who acts as duty manager for a day."""
    zone = ZoneInfo(TIMEZONE)

    def days(first: int, last: int) -> tuple[datetime, datetime]:
        return (
            datetime.combine(today + timedelta(days=first), time(), zone),
            datetime.combine(today + timedelta(days=last + 1), time(), zone),
        )

    for staff_id, kind, (starts_at, ends_at), note in (
        (staff["recreation-manager"], "leave", days(-2, 4), "年休假"),
        (colleagues["waiter"][0], "sick", days(0, 1), ""),
        (colleagues["receptionist"][-1], "training", days(1, 1), "前厅英语培训"),
        (staff["sales-executive"], "away", days(2, 4), "上海客户拜访"),
    ):
        absence = AbsenceInput(kind=kind, starts_at=starts_at, ends_at=ends_at, note=note)
        services.note_absence(staff_id=staff_id, absence=absence, **common)  # type: ignore[arg-type]
    services.put_on_duty(
        staff_ids=[staff["front-office-supervisor"]], days=[today + timedelta(days=3)], replace=True,
        duty=DutyInput(shift="p", acting_post="duty-manager"), **common,  # type: ignore[arg-type]
    )  # fmt: skip
