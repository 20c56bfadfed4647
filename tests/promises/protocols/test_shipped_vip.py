"""Who does each task of the reception rule, what it waits for, what is gone through, who is told: all of it, exactly.

Written down by hand from the rule: a table that agrees with a slip in the protocol would have to slip the same way.
"""

from __future__ import annotations

import pytest

from binzhi.promises.enums import Evidence
from binzhi.promises.protocols.language import ProtocolSpec
from binzhi.promises.protocols.reader import read
from binzhi.promises.protocols.store import shipped

MANAGERS = (
    "gm-assistant", "front-office-manager", "housekeeping-manager", "dining-manager", "engineering-manager",
    "finance-manager", "sales-manager", "quality-manager", "security-manager", "recreation-manager", "hr-manager",
)  # fmt: skip
FLOOR = ("room-attendant", "housekeeping-supervisor")
QUALITY = ("quality-assistant-manager", "quality-manager")
DINING = ("dining-manager", "dining-director")
# What is not here is anybody's in its department.
POSTS = {
    "notice-issued": ("duty-manager",),
    "notice-signed": MANAGERS,
    "work-divided": MANAGERS,
    "room-prepared": ("housekeeping-supervisor", "housekeeping-manager"),
    "engineering-check": ("engineer", "engineering-manager"),
    "flowers-ip": ("purchaser",),
    "flowers-vip": ("purchaser",),
    "flowers-vvip": ("purchaser",),
    "final-check": QUALITY,
    "room-sealed-vip": ("quality-assistant-manager",),
    "room-sealed-vvip": ("gm-assistant",),
    "welcome-ip": ("duty-manager",),
    "welcome-vip": ("duty-manager",),
    "welcome-vvip": ("duty-manager",),
    "bellman-present": ("bellman", "concierge-supervisor"),
    "floor-attendant": FLOOR,
    "leader-told": ("duty-manager", "dining-director"),
    "welcome-tea": FLOOR,
    "unplanned-leave-told": FLOOR,
    "quick-tidy": FLOOR,
    "visitor-served": FLOOR,
    "visitor-cleared": FLOOR,
    "left-items-searched": FLOOR,
    "menu-drafted": ("dining-manager",),
    "menu-approved": ("general-manager",),
    "dining-sealed": ("dining-director",),
    "dining-sealed-quality": QUALITY,
    "dining-in-place": DINING,
    "manager-outside": DINING,
    "farewell": ("duty-manager",),
    "car-seen-off": ("duty-manager",),
}
WAITS = {
    "notice-issued": ("case-meeting",),
    "notice-signed": ("notice-issued",),
    "work-divided": ("notice-signed",),
    "room-prepared": ("notice-signed",),
    "engineering-check": ("notice-signed",),
    "flowers-ip": ("notice-signed",),
    "flowers-vip": ("notice-signed",),
    "flowers-vvip": ("notice-signed",),
    "banner-hung": ("banner-made",),
    "board-placed": ("board-made",),
    "final-check": (
        "room-prepared", "amenities-ip", "amenities-vip", "amenities-vvip", "engineering-check", "flowers-ip",
        "flowers-vip", "flowers-vvip",
    ),
    "room-sealed-vip": ("final-check",),
    "room-sealed-vvip": ("final-check",),
    "visitor-cleared": ("visitor-served",),
    "car-seen-off": ("farewell",),
    "menu-approved": ("menu-drafted",),
    "dining-sealed-quality": ("dining-sealed",),
    "departure-notice": ("departure-told",),
}  # fmt: skip
CHECKLISTS = {
    "work-divided": ("named", "logged", "reported", "known"),
    "amenities-ip": ("fruit", "welcome"),
    "amenities-vip": ("fruit", "welcome"),
    "amenities-vvip": ("fruit", "welcome"),
    "engineering-check": ("air-conditioning", "lighting", "water", "television", "locks", "safety"),
    "final-check": ("facilities", "needs", "cautions"),
    "key-cards": ("leader", "in-room", "stamp"),
    "security-posted": ("posts", "vehicles", "gloves"),
    "welcome-ip": ("sales-manager", "front-office-manager", "duty-manager"),
    "welcome-vip": ("general-manager", "managers"),
    "welcome-vvip": ("general-manager", "managers", "flowers"),
    "leader-told": ("general-manager", "leader"),
    "dining-sealed": (
        "temperature", "linen", "tableware", "seat-cards", "insects", "carpet", "hygiene", "flowers", "lamps",
    ),
    "farewell": ("managers",),
}  # fmt: skip
OTHERS = (
    "gm-office", "housekeeping", "dining", "engineering", "finance", "sales", "quality", "security", "recreation",
    "human-resources",
)  # fmt: skip
TOLD = {
    "work-divided": ("quality",),
    "room-prepared": ("quality",),
    "flowers-ip": ("housekeeping",),
    "flowers-vip": ("housekeeping",),
    "flowers-vvip": ("housekeeping",),
    "bellman-present": ("housekeeping",),
    "unplanned-leave-told": ("front-office",),
    "left-items-searched": ("front-office",),
    "menu-approved": ("dining",),
    "departure-told": ("front-office",),
    "departure-notice": OTHERS,
}
# Papers, signatures and seals: nobody lets these go undone.
NEVER_WAIVED = {
    "notice-issued", "notice-signed", "room-prepared", "engineering-check", "final-check", "room-sealed-vip",
    "room-sealed-vvip", "departure-notice",
}  # fmt: skip


@pytest.fixture(scope="module")
def vip() -> ProtocolSpec:
    return read(shipped()["vip-reception"])


def test_vip_posts_of_every_task(vip: ProtocolSpec) -> None:
    assert {task.key: task.posts for task in vip.tasks if task.posts} == POSTS


def test_vip_what_every_task_waits_for(vip: ProtocolSpec) -> None:
    assert {task.key: task.after for task in vip.tasks if task.after} == WAITS


def test_vip_what_is_gone_through_line_by_line(vip: ProtocolSpec) -> None:
    found = {task.key: tuple(item.key for item in task.checklist) for task in vip.tasks if task.checklist}
    assert found == CHECKLISTS


def test_vip_who_is_told_when_it_is_done(vip: ProtocolSpec) -> None:
    assert {task.key: task.hand_on for task in vip.tasks if task.hand_on} == TOLD


def test_vip_what_nobody_may_waive(vip: ProtocolSpec) -> None:
    assert {task.key for task in vip.tasks if not task.waivable} == NEVER_WAIVED


def test_vip_division_of_work_asks_for_a_person_for_every_task(vip: ProtocolSpec) -> None:
    assert {task.key for task in vip.tasks if task.all_named} == {"work-divided"}


def test_vip_manager_away_is_front_offices_and_signed(vip: ProtocolSpec) -> None:
    task = vip.by_key["leader-told"]
    assert (task.department, [wanted.kind for wanted in task.evidence]) == ("front-office", [Evidence.SIGNATURE])
