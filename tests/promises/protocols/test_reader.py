"""Every mistake is told with its line, and all of them at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import translation

from binzhi.promises.enums import Evidence
from binzhi.promises.errors import ProtocolInvalid
from binzhi.promises.protocols import language
from binzhi.promises.protocols.problems import SENTENCES, Problem
from binzhi.promises.protocols.reader import MOST_TASKS, read
from tests.promises.protocols.sample import WHOLE, changed, problems_of, told


def test_read_a_whole_protocol_gives_everything_it_says() -> None:
    spec = read(WHOLE)

    assert (spec.code, spec.name, spec.name_en, spec.subject, spec.source) == (
        "tea-round", "送茶", "Tea round", "visit", "S1",
    )  # fmt: skip
    assert spec.anchors == (
        language.AnchorSpec("arrival", "抵店", "Arrival"),
        language.AnchorSpec("meal", "用餐", "", repeats=True),
        language.AnchorSpec("first_entry", "首次进房", "First entry", planned=False),
    )
    assert spec.departments == ("front-office", "housekeeping")
    assert spec.ladder == (
        language.Rung(timedelta(0), language.PERSON),
        language.Rung(timedelta(minutes=5), language.MANAGER),
        language.Rung(timedelta(hours=1), "duty-manager"),
    )
    assert spec.gaps == (language.Gap("cup", "未定时限", "No time is named"),)
    assert spec.ends_with == ("tea",)
    tea, cup = spec.tasks
    assert spec.by_key == {"tea": tea, "cup": cup}
    assert tea == language.TaskSpec(
        key="tea", clause="18", title="送茶", title_en="Tea", text="第一行", department="housekeeping",
        anchor="first_entry", offset=timedelta(minutes=5), opens=timedelta(minutes=10), posts=("room-attendant",),
        when=(
            language.Test("level", any_of=("IP", "VIP")), language.Test("nights", least=7, most=30),
            language.Test("long_stay", any_of=(True,)), language.Test("room_type", any_of=("suite",)),
        ),
        after=("cup",),
        evidence=(
            language.Wanted(Evidence.PHOTO),
            language.Wanted(Evidence.COUNTERSIGNATURE, "经理签字", "Manager signs", "housekeeping-manager"),
        ),
        checklist=(language.Item("hot", "茶是热的", "Hot"),),
        eligible=(
            language.Eligibility("16", (language.Test("level", any_of=("VVIP",)),), least_grade=2),
            language.Eligibility("16", least_months=6),
        ),
        ladder=(language.Rung(timedelta(seconds=90), "duty-manager"),), hand_on=("front-office",), waivable=False,
    )  # fmt: skip
    assert cup == language.TaskSpec(
        key="cup", clause="", title="备杯", title_en="", department=language.EACH, anchor="arrival",
        offset=timedelta(minutes=-90),
    )  # fmt: skip
    assert (tea.line, cup.line) == (16, 33)


@pytest.mark.parametrize(
    ("due", "anchor", "offset"),
    [
        ("arrival", "arrival", timedelta(0)),
        ("arrival - 5h", "arrival", timedelta(hours=-5)),
        ("arrival-20min", "arrival", timedelta(minutes=-20)),
        ("arrival − 1d", "arrival", timedelta(days=-1)),
        ("meal + 30min", "meal", timedelta(minutes=30)),
        ("meal + 1d 2h 3min 4s", "meal", timedelta(days=1, hours=2, minutes=3, seconds=4)),
        ("first_entry + 0min", "first_entry", timedelta(0)),
    ],
)
def test_read_due_counts_from_its_moment(due: str, anchor: str, offset: timedelta) -> None:
    task = read(changed("due: arrival - 1h30min", f"due: {due}")).by_key["cup"]
    assert (task.anchor, task.offset) == (anchor, offset)


def test_read_takes_texts_as_typed_where_yaml_would_guess() -> None:
    source = changed("    name: 备杯\n", "    name: 12\n    when: {answer: [no, 3, '3', true, 'true', 08, 1.5, -4]}\n")
    cup = read(source).by_key["cup"]
    assert cup.title == "12"
    assert cup.when[0].any_of == ("no", 3, "3", True, "true", "08", "1.5", -4)
    assert [type(value) for value in cup.when[0].any_of] == [str, int, str, bool, str, str, str, int]


def test_read_one_value_may_stand_without_a_list_and_no_ladder_climbs_nowhere() -> None:
    source = changed("    name: 备杯\n", "    name: 备杯\n    evidence: photo\n    posts: bellman\n    ladder: none\n")
    cup = read(source).by_key["cup"]
    assert (cup.evidence, cup.posts, cup.ladder) == ((language.Wanted(Evidence.PHOTO),), ("bellman",), ())


# ---------------------------------------------------------------- shape


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("protocol: tea-round\n", "", (1, "protocol", "missing")),
        ("protocol: tea-round", "protocol: Tea Round", (1, "protocol", "code")),
        ("protocol: tea-round", "protocol: " + "a" * 41, (1, "protocol", "too_long")),
        ("name: 送茶\nname_en", "name:\nname_en", (2, "name", "missing")),
        ("name: 送茶\nname_en", "name: [送茶]\nname_en", (2, "name", "no_text")),
        ("name: 送茶\nname_en", f"name: {'茶' * 81}\nname_en", (2, "name", "too_long")),
        ("name: 送茶\nname_en", 'name: "送\\0茶"\nname_en', (2, "name", "character")),
        ("name: 送茶\nname_en", 'name: " "\nname_en', (2, "name", "empty")),
        ("source: S1", "sauce: S1", (5, "sauce", "unknown_key_near")),
        ("source: S1", "colour: S1", (5, "colour", "unknown_key")),
        ("    opens: 10min", "    opened: 10min", (23, "tasks.tea.opened", "unknown_key_near")),
        ("    opens: 10min", "    opens: soon", (23, "tasks.tea.opens", "duration")),
        ("    opens: 10min", "    opens: 5min2h", (23, "tasks.tea.opens", "duration")),
        ("    opens: 10min", "    opens: 401d", (23, "tasks.tea.opens", "duration")),
        ("    posts: [room-attendant]", "    posts: {room: attendant}", (24, "tasks.tea.posts", "no_list")),
        ("    posts: [room-attendant]", "    posts: []", (24, "tasks.tea.posts", "empty")),
        ("    posts: [room-attendant]", "    posts: [bellman, bellman]", (24, "tasks.tea.posts[2]", "key_twice")),
        ("    posts: [room-attendant]", "    posts: [bellman, 礼宾]", (24, "tasks.tea.posts[2]", "code")),
        ("waivable: false", "waivable: no", (32, "tasks.tea.waivable", "no_flag")),
        ("hand_on: [front-office]", "hand_on: [[front-office]]", (31, "tasks.tea.hand_on[1]", "no_text")),
        ("    department: housekeeping\n", "", (16, "tasks.tea.department", "missing")),
        ('"@each"', '"@every"', (35, "tasks.cup.department", "code")),
        ("[photo, {kind", "[phto, {kind", (27, "tasks.tea.evidence[1]", "evidence_near")),
        ("[photo, {kind", "[hologram, {kind", (27, "tasks.tea.evidence[1]", "evidence")),
        ("post: housekeeping-manager, ", "", (27, "tasks.tea.evidence[2]", "post_missing")),
        ("[photo, {kind", "[{kind: photo, post: bellman}, {kind", (27, "tasks.tea.evidence[1]", "post_unasked")),
        ("[photo, {kind", "[photo, photo, {kind", (27, "tasks.tea.evidence[2]", "evidence_twice")),
        ("[{key: hot, name", "[{key: hot, name: 热}, {key: hot, name", (28, "tasks.tea.checklist[2].key", "key_twice")),
        ("months: 6", "months: half", (29, "tasks.tea.eligible[2].months", "no_number")),
        ("months: 6", "months: 0", (29, "tasks.tea.eligible[2].months", "range")),
        (", months: 6", "", (29, "tasks.tea.eligible[2]", "rule_empty")),
        ("level: [IP, VIP]", "level: []", (25, "tasks.tea.when.level", "empty")),
        ("level: [IP, VIP]", "level: [[IP]]", (25, "tasks.tea.when.level", "test")),
        ("level: [IP, VIP]", "level: ~", (25, "tasks.tea.when.level", "test")),
        ("level: [IP, VIP]", "Level: [IP]", (25, "tasks.tea.when.Level", "code")),
        ("least: 7, most: 30", "lest: 7, most: 30", (25, "tasks.tea.when.nights.lest", "unknown_key_near")),
        ("least: 7, most: 30", "least: week, most: 30", (25, "tasks.tea.when.nights.least", "no_number")),
        ("least: 7, most: 30", "least: 31, most: 30", (25, "tasks.tea.when.nights.most", "range")),
        ("{least: 7, most: 30}", "{}", (25, "tasks.tea.when.nights", "test")),
        ("{least: 7, most: 30}", "{least: }", (25, "tasks.tea.when.nights", "test")),
        ("repeats: true", "repeats: often", (8, "anchors.meal.repeats", "no_flag")),
        ("  meal: {", "  Lunch-time: {", (8, "anchors.Lunch-time", "anchor_name")),
        ("  meal: {name: 用餐, repeats: true}", "  meal: 用餐", (8, "anchors.meal", "no_map")),
        ("after: 1h, to", "after: 5min, to", (14, "ladder[3].after", "ladder")),
        ("after: 1h, to", "after: -1h, to", (14, "ladder[3].after", "duration")),
        (", to: duty-manager}\ntasks", "}\ntasks", (14, "ladder[3].to", "missing")),
        ("to: \"@manager\"", "to: \"@boss\"", (13, "ladder[2].to", "code")),
    ],
)  # fmt: skip
def test_read_a_field_of_the_wrong_kind_is_told_at_its_line(old: str, new: str, problem: tuple[int, str, str]) -> None:
    assert told(changed(old, new)) == [problem]


def test_read_what_was_meant_is_named() -> None:
    (problem,) = problems_of(changed("    opens: 10min", "    opened: 10min"))
    with translation.override("en"):
        assert problem.text == "“opened” is not known here. Is “opens” meant?"
    with translation.override("zh-hans"):
        assert problem.text == "这里没有“opened”这一项，是不是“opens”？"


# ---------------------------------------------------------------- moments


@pytest.mark.parametrize(
    ("due", "code"),
    [
        ("arival - 1h", "unknown_anchor_near"),
        ("check_out - 1h", "unknown_anchor"),
        ("- 1h", "no_anchor"),
        ("+ 20min", "no_anchor"),
        ("20min", "no_anchor"),
        ("one hour before arrival", "due"),
        ("arrival - ", "due"),
        ("arrival - 1 hour", "due"),
        ("arrival - 5min2h", "due"),
        ("arrival 1h", "due"),
        ("first_entry - 5min", "before_event"),
    ],
)
def test_read_a_due_that_leads_nowhere_is_told(due: str, code: str) -> None:
    assert told(changed("due: arrival - 1h30min", f'due: "{due}"')) == [(36, "tasks.cup.due", code)]


def test_read_without_moments_complains_once() -> None:
    source = WHOLE.replace(WHOLE[WHOLE.index("anchors:") : WHOLE.index("departments:")], "")
    assert told(source) == [(1, "anchors", "missing")]


# ---------------------------------------------------------------- what belongs together


def test_read_a_task_given_twice_names_the_first() -> None:
    problems = problems_of(
        changed("- key: cup", "- key: tea").replace("task: cup", "task: tea").replace("[cup]", "[tea]")
    )
    assert [(p.line, p.where, p.code, dict(p.params)) for p in problems] == [
        (26, "tasks.tea.after", "loop", {"loop": "tea → tea"}),
        (33, "tasks[2].key", "task_twice", {"value": "tea", "first": 16}),
    ]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("after: [cup]", "after: [cup, cups]", (26, "tasks.tea.after.cups", "unknown_task_near")),
        ("after: [cup]", "after: [kettle]", (26, "tasks.tea.after.kettle", "unknown_task")),
        ("task: cup", "task: kettle", (37, "gaps[1].task", "unknown_task")),
        ("ends_with: [tea]", "ends_with: [cup, kettle]", (38, "ends_with.kettle", "unknown_task")),
        ("departments: [front-office, housekeeping]\n", "", (34, "tasks.cup.department", "each_of_none")),
    ],
)
def test_read_a_name_that_leads_nowhere_is_told(old: str, new: str, problem: tuple[int, str, str]) -> None:
    assert told(changed(old, new)) == [problem]


def ring(*pairs: tuple[str, str]) -> str:
    tasks = "".join(
        f"  - {{key: {key}, name: {key}, department: sales, due: arrival, after: [{after}]}}\n" for key, after in pairs
    )
    return f"protocol: ring\nname: 环\nsubject: visit\nanchors:\n  arrival: {{name: 抵店}}\ntasks:\n{tasks}"


def test_read_tasks_that_wait_for_each_other_are_named_in_turn() -> None:
    problems = problems_of(ring(("a", "d"), ("b", "c"), ("c", "d"), ("d", "b"), ("e", "f"), ("f", "e"), ("g", "g")))
    assert [(p.line, p.where, p.params["loop"]) for p in problems if p.code == "loop"] == [
        (8, "tasks.b.after", "b → c → d → b"),
        (11, "tasks.e.after", "e → f → e"),
        (13, "tasks.g.after", "g → g"),
    ]
    assert len(problems) == 3


def test_read_a_long_chain_of_tasks_is_no_loop() -> None:
    pairs = [(f"t{n}", f"t{n + 1}") for n in range(MOST_TASKS - 1)]
    spec = read(ring(*pairs) + "  - {key: t299, name: 末, department: sales, due: arrival}\n")
    assert len(spec.tasks) == MOST_TASKS


def test_read_too_many_tasks_are_refused() -> None:
    pairs = [(f"t{n}", f"t{n + 1}") for n in range(MOST_TASKS)]
    source = ring(*pairs) + "  - {key: t300, name: 末, department: sales, due: arrival}\n"
    assert (7, "tasks", "too_many") in told(source)


def test_read_all_mistakes_are_told_at_once_in_the_order_of_lines() -> None:
    source = WHOLE
    for old, new in (
        ("source: S1", "sauce: S1"), ("repeats: true", "repeats: often"), ("after: 1h, to", "after: 1min, to"),
        ("opens: 10min", "opens: soon"), ("after: [cup]", "after: [kettle]"), ("[photo, {kind", "[phto, {kind"),
        ("due: arrival - 1h30min", "due: 1h"), ("task: cup", "task: cupp"),
    ):  # fmt: skip
        assert source.count(old) == 1
        source = source.replace(old, new)
    assert [(line, code) for line, _where, code in told(source)] == [
        (5, "unknown_key_near"), (8, "no_flag"), (14, "ladder"), (23, "duration"), (26, "unknown_task"),
        (27, "evidence_near"), (36, "no_anchor"), (37, "unknown_task_near"),
    ]  # fmt: skip


def test_refusal_counts_the_mistakes_and_quotes_the_first() -> None:
    with pytest.raises(ProtocolInvalid) as refused:
        read(changed("source: S1", "colour: S1").replace("repeats: true", "repeats: often"))
    assert (refused.value.status, refused.value.code, refused.value.field) == (422, "protocol_invalid", "source")
    with translation.override("en"):
        assert refused.value.text == "2 mistakes; the first in line 5: “colour” is not known here."
    with translation.override("zh-hans"):
        assert refused.value.text == "有2处错误，第一处在第5行：这里没有“colour”这一项。"


def test_every_sentence_can_be_said_with_what_is_given() -> None:
    every = dict.fromkeys(
        ("limit", "character", "name", "first", "near", "length", "least", "most", "value", "known", "count", "loop"),
        "x",
    )
    for code in SENTENCES:
        for language_code in ("en", "zh-hans"):
            with translation.override(language_code):
                assert Problem(1, 1, "", code, every).text
