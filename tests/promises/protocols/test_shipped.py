"""The protocols that come with the house: clause by clause what the rule says, and nothing a hotel could not do."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from binzhi.people.posts import CATALOGUE, POSTS
from binzhi.promises.enums import Evidence
from binzhi.promises.protocols import language
from binzhi.promises.protocols.known import problems_in_house
from binzhi.promises.protocols.language import EACH, HOST, MANAGER, PERSON, Eligibility, ProtocolSpec, Rung, TaskSpec
from binzhi.promises.protocols.reader import read
from binzhi.promises.protocols.store import shipped

CODES = [
    "airport-transfer", "baby-crib", "birthday-in-house", "check-out-room-check", "complaint-recovery",
    "long-stay-welcome", "personal-service", "room-preparation", "sudden-illness", "vip-reception", "wake-up-call",
    "wake-up-unanswered",
]  # fmt: skip
ALL = ("IP", "VIP", "VVIP")
BANNER = ("VIP", "VVIP")
DEPARTMENTS = {department.code for department in CATALOGUE}
MANAGERS = {
    "gm-assistant", "front-office-manager", "housekeeping-manager", "dining-manager", "engineering-manager",
    "finance-manager", "sales-manager", "quality-manager", "security-manager", "recreation-manager", "hr-manager",
}  # fmt: skip
TICK, TEXT, PHOTO, SIGNED, COUNTERSIGNED = (
    Evidence.TICK, Evidence.TEXT, Evidence.PHOTO, Evidence.SIGNATURE, Evidence.COUNTERSIGNATURE,
)  # fmt: skip

# Clause, task, due, department, levels, evidence: read off the rule, line by line.
VIP = [
    ("1", "case-meeting", "arrival -1 day, 0:00:00", HOST, ALL, [TEXT, SIGNED]),
    ("2", "notice-issued", "arrival -5:00:00", "front-office", ALL, [SIGNED]),
    ("2", "notice-signed", "arrival -5:00:00", EACH, ALL, [SIGNED]),
    ("3", "work-divided", "arrival -4:00:00", EACH, ALL, [SIGNED]),
    ("4", "room-prepared", "arrival -2:00:00", "housekeeping", ALL, [SIGNED, COUNTERSIGNED]),
    ("4", "amenities-ip", "arrival -2:00:00", "housekeeping", ("IP",), [PHOTO]),
    ("4", "amenities-vip", "arrival -2:00:00", "housekeeping", ("VIP",), [PHOTO]),
    ("4", "amenities-vvip", "arrival -2:00:00", "housekeeping", ("VVIP",), [PHOTO]),
    ("5", "engineering-check", "arrival -3:00:00", "engineering", ALL, [SIGNED]),
    ("6", "flowers-ip", "arrival -2:00:00", "finance", ("IP",), [SIGNED, COUNTERSIGNED]),
    ("6", "flowers-vip", "arrival -2:00:00", "finance", ("VIP",), [SIGNED, COUNTERSIGNED]),
    ("6", "flowers-vvip", "arrival -2:00:00", "finance", ("VVIP",), [SIGNED, COUNTERSIGNED]),
    ("7", "banner-made", "arrival -5:00:00", "sales", BANNER, [PHOTO]),
    ("7", "board-made", "arrival -5:00:00", "sales", ALL, [PHOTO]),
    ("8", "banner-hung", "arrival -2:00:00", "sales", BANNER, [PHOTO]),
    ("8", "board-placed", "arrival -2:00:00", "sales", ALL, [PHOTO]),
    ("9", "final-check", "arrival -1:00:00", "quality", ALL, [SIGNED, COUNTERSIGNED]),
    ("9", "room-sealed-vip", "arrival -1:00:00", "quality", ("VIP",), [SIGNED]),
    ("9", "room-sealed-vvip", "arrival -1:00:00", "gm-office", ("VVIP",), [SIGNED]),
    ("10", "key-cards", "arrival -0:30:00", "front-office", BANNER, [TEXT, SIGNED]),
    ("11", "security-posted", "arrival -0:20:00", "security", ALL, [TICK]),
    ("12", "welcome-ip", "arrival -0:15:00", "front-office", ("IP",), [SIGNED]),
    ("12", "welcome-vip", "arrival -0:15:00", "front-office", ("VIP",), [SIGNED]),
    ("12", "welcome-vvip", "arrival -0:15:00", "front-office", ("VVIP",), [SIGNED]),
    ("13", "flowers-presented", "arrival 0:00:00", "dining", ("VVIP",), [TICK]),
    ("14", "bellman-present", "arrival 0:00:00", "front-office", ALL, [TICK]),
    ("15", "floor-attendant", "arrival 0:00:00", "housekeeping", ALL, [TICK]),
    ("17", "next-told", "moving 0:02:00", HOST, ALL, [TEXT]),
    ("18", "welcome-tea", "first_entry 0:05:00", "housekeeping", ALL, [TICK]),
    ("19", "unplanned-leave-told", "left_unplanned 0:02:00", "housekeeping", ALL, [TICK]),
    ("20", "quick-tidy", "left_room 0:30:00", "housekeeping", ALL, [TICK]),
    ("21", "visitor-served", "visitor 0:02:00", "housekeeping", ALL, [TEXT]),
    ("21", "visitor-cleared", "visitor 1:00:00", "housekeeping", ALL, [TICK]),
    ("22", "left-items-searched", "check_out 0:10:00", "housekeeping", ALL, [TEXT]),
    ("23", "menu-drafted", "meal -0:40:00", "dining", ALL, [TEXT]),
    ("24", "menu-approved", "meal -0:30:00", "gm-office", ALL, [SIGNED]),
    ("25", "dining-sealed", "meal -0:30:00", "dining", ALL, [SIGNED]),
    ("26", "dining-sealed-quality", "meal -0:20:00", "quality", ALL, [SIGNED]),
    ("27", "dining-in-place", "meal -0:10:00", "dining", ALL, [TICK]),
    ("28", "manager-outside", "meal 0:00:00", "dining", ALL, [TICK]),
    ("28", "plate-service", "meal 2:00:00", "dining", ALL, [TICK]),
    ("29", "leisure-accompanied", "leisure 0:00:00", HOST, ALL, [TEXT]),
    ("30", "farewell", "departure -0:10:00", "front-office", ALL, [SIGNED]),
    ("30", "car-seen-off", "departure 0:10:00", "front-office", ALL, [TICK]),
    ("31", "departure-told", "departure 0:30:00", "housekeeping", ALL, [TICK]),
    ("32", "departure-notice", "departure 2:00:00", "front-office", ALL, [SIGNED]),
    ("E2", "asked-afterwards", "unclear_request 2:00:00", HOST, ("VVIP",), [TEXT]),
]
# Who must be able to do it, where the rule names a post.
POSTS_NAMED = {
    "notice-issued": {"duty-manager"},
    "notice-signed": MANAGERS,
    "work-divided": MANAGERS,
    "engineering-check": {"engineer", "engineering-manager"},
    "flowers-vvip": {"purchaser"},
    "room-sealed-vip": {"quality-assistant-manager"},
    "room-sealed-vvip": {"gm-assistant"},
    "welcome-vip": {"duty-manager"},
    "bellman-present": {"bellman", "concierge-supervisor"},
    "menu-drafted": {"dining-manager"},
    "menu-approved": {"general-manager"},
    "dining-sealed": {"dining-director"},
    "farewell": {"duty-manager"},
    "car-seen-off": {"duty-manager"},
}
WAITS = {
    "notice-issued": {"case-meeting"},
    "notice-signed": {"notice-issued"},
    "work-divided": {"notice-signed"},
    "banner-hung": {"banner-made"},
    "board-placed": {"board-made"},
    "room-sealed-vip": {"final-check"},
    "room-sealed-vvip": {"final-check"},
    "menu-approved": {"menu-drafted"},
    "dining-sealed-quality": {"dining-sealed"},
    "visitor-cleared": {"visitor-served"},
    "car-seen-off": {"farewell"},
    "departure-notice": {"departure-told"},
}
# Grade and six months are asked of those who serve the guest directly.
SERVE = {
    "flowers-presented", "bellman-present", "floor-attendant", "welcome-tea", "quick-tidy", "visitor-served",
    "visitor-cleared", "dining-in-place", "manager-outside", "plate-service", "leisure-accompanied",
}  # fmt: skip


@pytest.fixture(scope="module")
def vip() -> ProtocolSpec:
    return read(shipped()["vip-reception"])


def signed(task: TaskSpec) -> str:
    sign = "-" if task.offset < timedelta(0) else ""
    return f"{task.anchor} {sign}{abs(task.offset)}"


def levels(task: TaskSpec, **more: object) -> tuple[str, ...]:
    return tuple(level for level in ALL if task.applies({"level": level, **more}))


@pytest.mark.parametrize(
    ("clause", "key", "due", "department", "asked_of", "evidence"), VIP, ids=[row[1] for row in VIP]
)
def test_vip_clause_is_a_task_with_its_time_department_levels_and_evidence(
    vip: ProtocolSpec,
    clause: str,
    key: str,
    due: str,
    department: str,
    asked_of: tuple[str, ...],
    evidence: list[Evidence],
) -> None:
    task = vip.by_key[key]
    assert (task.clause, signed(task), task.department) == (clause, due, department)
    assert levels(task) == asked_of
    assert [wanted.kind for wanted in task.evidence] == evidence
    if key in POSTS_NAMED:
        assert set(task.posts) == POSTS_NAMED[key]


def test_vip_every_clause_is_there_and_no_other(vip: ProtocolSpec) -> None:
    rules = {rule.clause for task in vip.tasks for rule in task.eligible}
    assert {task.clause for task in vip.tasks} | rules == {str(number) for number in range(1, 33)} | {"E1", "E2"}
    assert rules == {"16"}
    assert {row[1] for row in VIP} | {"leader-told"} == set(vip.by_key)


@pytest.mark.parametrize(("key", "before"), WAITS.items(), ids=WAITS)
def test_vip_task_waits_for_what_comes_before(vip: ProtocolSpec, key: str, before: set[str]) -> None:
    assert set(vip.by_key[key].after) == before


def test_vip_final_check_waits_for_everything_in_the_room(vip: ProtocolSpec) -> None:
    assert set(vip.by_key["final-check"].after) == {
        "room-prepared", "engineering-check", "amenities-ip", "amenities-vip", "amenities-vvip", "flowers-ip",
        "flowers-vip", "flowers-vvip",
    }  # fmt: skip


def test_vip_who_serves_a_vvip_is_a_supervisor_and_nobody_is_new_in_the_job(vip: ProtocolSpec) -> None:
    grade = Eligibility("16", (language.Test("level", any_of=("VVIP",)),), least_grade=2)
    months = Eligibility("16", least_months=6)
    assert {task.key for task in vip.tasks if grade in task.eligible and months in task.eligible} == SERVE
    for key, asked_of in (("welcome-ip", 0), ("welcome-vip", 0), ("welcome-vvip", 2)):
        rules = vip.by_key[key].eligible
        assert max(rule.least_grade for rule in rules) == asked_of
        assert max(rule.least_months for rule in rules) == 6


def test_vip_nobody_else_can_be_eligible_where_a_post_is_named(vip: ProtocolSpec) -> None:
    """A task for a VVIP that none of its posts may do could never be given to anybody."""
    for task in vip.tasks:
        least = max((rule.least_grade for rule in task.eligible), default=0)
        if task.posts:
            assert max(POSTS[post].grade for post in task.posts) >= least, task.key


def test_vip_amenities_grow_with_the_level(vip: ProtocolSpec) -> None:
    assert {
        level: [t.title for t in vip.tasks if t.clause in ("4", "6") and levels(t) == (level,)] for level in ALL
    } == {
        "IP": ["房内配备（IP）：C级果篮、总经理欢迎词", "C级鲜花送至房间"],
        "VIP": ["房内配备（VIP）：B级果篮、总经理欢迎函", "B级鲜花送至房间"],
        "VVIP": ["房内配备（VVIP）：A级果篮、总经理欢迎函", "A级鲜花送至房间"],
    }


@pytest.mark.parametrize(
    ("key", "posts"),
    [
        ("welcome-ip", ["sales-manager", "front-office-manager", "duty-manager"]),
        ("welcome-vip", ["general-manager", "managers"]),
        ("welcome-vvip", ["general-manager", "managers", "flowers"]),
    ],
)
def test_vip_welcome_party_is_the_level_s(vip: ProtocolSpec, key: str, posts: list[str]) -> None:
    assert [item.key for item in vip.by_key[key].checklist] == posts


def test_vip_banquet_seal_checks_all_the_rule_names(vip: ProtocolSpec) -> None:
    assert [item.key for item in vip.by_key["dining-sealed"].checklist] == [
        "temperature", "linen", "tableware", "seat-cards", "insects", "carpet", "hygiene", "flowers", "lamps",
    ]  # fmt: skip


def test_vip_manager_away_the_highest_leader_knows_within_a_minute(vip: ProtocolSpec) -> None:
    task = vip.by_key["leader-told"]
    assert (task.clause, signed(task), task.posts) == ("E1", "arrival 0:01:00", ("duty-manager", "dining-director"))
    assert (levels(task), levels(task, gm_away=False), levels(task, gm_away=True)) == ((), (), ALL)


def test_vip_who_receives_what_is_the_post_the_rule_names(vip: ProtocolSpec) -> None:
    given = {task.key: wanted.post for task in vip.tasks for wanted in task.evidence if wanted.kind == COUNTERSIGNED}
    assert given == {
        "room-prepared": "housekeeping-manager", "flowers-ip": "room-attendant", "flowers-vip": "room-attendant",
        "flowers-vvip": "room-attendant", "final-check": "housekeeping-supervisor",
    }  # fmt: skip


def test_vip_lateness_climbs_from_person_to_general_manager(vip: ProtocolSpec) -> None:
    assert vip.ladder == (
        Rung(timedelta(0), PERSON), Rung(timedelta(minutes=5), MANAGER), Rung(timedelta(minutes=15), "duty-manager"),
        Rung(timedelta(minutes=30), "general-manager"),
    )  # fmt: skip
    assert all(task.ladder is None for task in vip.tasks)


def test_vip_notices_go_to_every_department(vip: ProtocolSpec) -> None:
    assert set(vip.departments) == DEPARTMENTS
    assert set(vip.by_key["departure-notice"].hand_on) == DEPARTMENTS - {"front-office"}
    assert vip.by_key["work-divided"].hand_on == ("quality",)
    assert vip.by_key["departure-told"].hand_on == vip.by_key["unplanned-leave-told"].hand_on == ("front-office",)


def test_vip_every_silence_of_the_rule_is_named(vip: ProtocolSpec) -> None:
    assert [gap.task for gap in vip.gaps] == [
        "work-divided", "room-prepared", "final-check", "key-cards", "welcome-tea", "next-told", "unplanned-leave-told",
        "quick-tidy", "visitor-served", "visitor-cleared", "left-items-searched", "dining-sealed",
        "dining-sealed-quality", "plate-service", "asked-afterwards", "car-seen-off",
    ]  # fmt: skip


def test_vip_what_happens_again_and_what_only_once(vip: ProtocolSpec) -> None:
    assert {anchor.name: (anchor.planned, anchor.repeats) for anchor in vip.anchors} == {
        "arrival": (True, False), "meal": (True, True), "leisure": (True, True), "departure": (True, False),
        "first_entry": (False, False), "moving": (False, True), "left_unplanned": (False, True),
        "left_room": (False, True), "visitor": (False, True), "check_out": (False, False),
        "unclear_request": (False, True),
    }  # fmt: skip
    assert vip.ends_with == ("departure-notice",)


# ---------------------------------------------------------------- all of them


def test_shipped_are_these() -> None:
    assert sorted(shipped()) == CODES


@pytest.mark.parametrize("code", CODES)
def test_shipped_protocol_can_be_kept_by_a_hotel_with_our_posts(code: str) -> None:
    spec = read(shipped()[code])
    assert spec.code == code
    assert problems_in_house(spec, DEPARTMENTS, POSTS) == []
    assert spec.ladder


@pytest.mark.parametrize("code", CODES)
def test_shipped_protocol_says_everything_in_both_languages(code: str) -> None:
    spec = read(shipped()[code])
    pairs = [(spec.name, spec.name_en)]
    pairs += [(anchor.label, anchor.label_en) for anchor in spec.anchors]
    pairs += [(task.title, task.title_en) for task in spec.tasks]
    pairs += [(task.text, task.text_en) for task in spec.tasks]
    pairs += [(wanted.label, wanted.label_en) for task in spec.tasks for wanted in task.evidence]
    pairs += [(item.label, item.label_en) for task in spec.tasks for item in task.checklist]
    pairs += [(gap.text, gap.text_en) for gap in spec.gaps]
    assert [pair for pair in pairs if bool(pair[0]) != bool(pair[1])] == []
    assert [
        english for _chinese, english in pairs if not english.isascii() and set(english) & set("，。、；：（）")
    ] == []


@pytest.mark.parametrize("code", CODES)
def test_shipped_protocol_text_asks_for_a_label(code: str) -> None:
    """Who writes a text or counts must know what about."""
    spec = read(shipped()[code])
    for task in spec.tasks:
        for wanted in task.evidence:
            assert wanted.label or wanted.kind not in (Evidence.TEXT, Evidence.NUMBER), task.key


def test_shipped_complaint_steps_are_the_five_in_their_order() -> None:
    spec = read(shipped()["complaint-recovery"])
    steps = ["feelings-understood", "apologised", "urgency-shown", "solved-at-once", "followed-up"]
    assert [task.key for task in spec.tasks if task.key in steps] == steps
    assert [spec.by_key[key].clause for key in steps] == ["1", "2", "3", "4", "5"]
    assert all(not spec.by_key[key].waivable for key in steps)
    plain = {"severity": "minor"}
    assert [task.key for task in spec.tasks if not task.applies(plain)] == ["serious-reported", "compensation-approved"]


@pytest.mark.parametrize(
    ("code", "facts", "left_out"),
    [
        ("check-out-room-check", {}, ["damage-agreed"]),
        ("check-out-room-check", {"damage": True}, []),
        ("room-preparation", {"facility_check": True}, ["gift-placed"]),
        ("airport-transfer", {"direction": "arrival"}, ["seen-off"]),
        ("airport-transfer", {"direction": "departure"}, ["flight-checked", "met-with-sign"]),
        ("wake-up-call", {}, ["called-again", "door-knocked"]),
        ("wake-up-call", {"answered": False}, ["called-again"]),
        ("wake-up-call", {"answered": True, "second_call": True}, ["door-knocked"]),
        ("long-stay-welcome", {"nights": 13}, [
            "room-fixed", "room-fitted", "service-agreed", "first-week-asked", "month-visited", "account-reviewed",
        ]),
        ("long-stay-welcome", {"nights": 14}, ["month-visited"]),
        ("long-stay-welcome", {"nights": 35}, []),
        ("baby-crib", {"baby_expected": True}, ["offered", "crib-brought", "preference-kept"]),
        ("baby-crib", {"baby_expected": False}, ["crib-placed", "things-placed"]),
        ("birthday-in-house", {}, ["card-written"]),
        ("birthday-in-house", {"level": "IP"}, []),
        ("sudden-illness", {}, []),
    ],
)  # fmt: skip
def test_shipped_protocol_asks_only_for_what_the_case_needs(
    code: str, facts: dict[str, object], left_out: list[str]
) -> None:
    spec = read(shipped()[code])
    assert [task.key for task in spec.tasks if not task.applies(facts)] == left_out


def test_handbook_s_example_is_a_protocol_that_our_hotel_could_keep() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "handbook" / "protocols.md").read_text(encoding="utf-8")
    spec = read(page.split("```yaml\n")[1].split("```")[0])
    assert problems_in_house(spec, DEPARTMENTS, POSTS) == []
    assert {task.key: (signed(task), task.after) for task in spec.tasks} == {
        "room-ready": ("arrival -2:00:00", ()), "tea": ("first_entry 0:05:00", ("room-ready",)),
    }  # fmt: skip
