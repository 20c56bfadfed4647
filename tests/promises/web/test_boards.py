"""The departments' board, runs in time, and how well promises were kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from binzhi.kernel import clock, db
from binzhi.promises.models import Anchor, Task
from binzhi.promises.queries import run_view
from binzhi.promises.services.tasks import complete_task
from binzhi.promises.web import timeline, wording
from tests.factories import NOW, SYSTEM, statements
from tests.promises.engine.house import ARRIVAL, HOUR, MEAL, House, start, task
from tests.promises.web.conftest import SignIn
from tests.promises.web.pages import PART, text_of, url, version_in

LATE = ARRIVAL - 5 * HOUR + timedelta(minutes=20)


def at(monkeypatch: pytest.MonkeyPatch, moment: Any) -> None:
    monkeypatch.setattr(clock, "now", lambda: moment)


# ---------------------------------------------------------------- board


def test_board_has_a_lane_for_each_department_that_owes_something(house: House, sign_in: SignIn) -> None:
    start(house)
    seen = text_of(sign_in("duty").get(url(house, "tasks")))
    assert [name in seen for name in ("客房部", "工程部", "质检部")] == [True, True, True]
    page = sign_in("duty").get(url(house, "tasks")).content.decode()
    assert page.count('class="lane"') == 7
    assert 'aria-label="财务部"' not in page


def test_board_of_a_department_stands_by_state(house: House, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    run = start(house)
    at(monkeypatch, LATE)
    complete_task(hotel_id=house.pk, task_id=task(run, "notice", branch="housekeeping").pk,
                  proofs=_signature(), actor=SYSTEM, now=LATE)  # fmt: skip
    answer = sign_in("hkm").get(url(house, "tasks?department=housekeeping"))
    seen = text_of(answer)
    assert "今日完成 1 101 签收通知单" not in seen  # the run's label is not its room
    assert "晚20分钟" in seen
    late = text_of(sign_in("hkm").get(url(house, "tasks?show=late")))
    assert ("签收通知单" in late, "欢迎茶" in late) == (True, False)


def _signature() -> list[Any]:
    from binzhi.promises.enums import Evidence
    from binzhi.promises.requests import ProofInput

    return [ProofInput(Evidence.SIGNATURE)]


def test_board_asks_the_same_number_of_statements_for_one_and_thirty_runs(house: House, sign_in: SignIn) -> None:
    client = sign_in("duty")
    start(house)
    client.get(url(house, "tasks"))
    with statements() as one:
        client.get(url(house, "tasks"))
    for number in range(2, 31):
        start(house, subject_id=number)
    with statements() as many:
        client.get(url(house, "tasks"))
    assert len(one) == len(many)


def test_board_changes_its_version_when_the_clock_makes_a_task_late(
    house: House, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(house)
    client = sign_in("duty")
    asked = PART | {"HTTP_X_BOARD_VERSION": version_in(client.get(url(house, "tasks")))}
    assert client.get(url(house, "tasks"), **asked).status_code == 204
    at(monkeypatch, LATE)
    assert client.get(url(house, "tasks"), **asked).status_code == 200


def test_log_of_a_department_is_written_and_read_there(house: House, sign_in: SignIn) -> None:
    client = sign_in("hkm")
    client.post(url(house, "tasks/log"), {"department": "housekeeping", "text": "1201 加床"})
    here = text_of(client.get(url(house, "tasks?department=housekeeping")))
    elsewhere = text_of(client.get(url(house, "tasks?department=dining")))
    assert ("14:00 1201 加床 周经理" in here, "1201 加床" in elsewhere) == (True, False)
    assert client.post(url(house, "tasks/log"), {"department": "no-such", "text": "x"}).status_code == 404


# ---------------------------------------------------------------- runs


def test_run_lays_limits_out_as_columns_and_marks_now(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    run = start(house, level="VVIP", anchors={"arrival": ARRIVAL, "meal": MEAL})
    view = run_view(hotel_id=house.pk, run_id=run.run_id, now=LATE)
    columns = timeline.columns_of(view, LATE)
    assert [column.head for column in columns] == [
        "T−24h", "T−5h", "T−3h", "T−2h", "T−1h", "T 抵店", "用餐", "首次进房", "来访", "离店",
    ]  # fmt: skip
    assert [column.is_past for column in columns] == [True, True] + [False] * 8
    assert [column.is_next for column in columns].index(True) == 2
    # Every task stands in exactly one column.
    lines = wording.lines(view.tasks, me=None, posts={})
    assert {sum(timeline.stands_in(line, column) for column in columns) for line in lines} == {1}


def test_run_with_many_moments_puts_what_happens_in_the_house_under_one_head(house: House) -> None:
    run = start(house, level="VVIP", anchors={"arrival": ARRIVAL, "meal": MEAL})
    view = run_view(hotel_id=house.pk, run_id=run.run_id, now=NOW)
    most, timeline.MOST_COLUMNS = timeline.MOST_COLUMNS, 9
    try:
        columns = timeline.columns_of(view, NOW)
    finally:
        timeline.MOST_COLUMNS = most
    assert [column.head for column in columns][-2:] == ["在店期间", "离店"]
    assert columns[-2].keys == {("meal", 1, None), ("first_entry", 1, None), ("visitor", 1, None)}


def test_run_page_shows_receipt_at_the_head_of_each_lane(house: House, sign_in: SignIn) -> None:
    run = start(house)
    complete_task(hotel_id=house.pk, task_id=task(run, "notice", branch="housekeeping").pk,
                  proofs=_signature(), actor=SYSTEM, now=NOW)  # fmt: skip
    page = sign_in("duty").get(url(house, f"runs/{run.run_id}"))
    assert text_of(page).count("已签 14:00") == 1
    assert page.content.decode().count('class="sg ahead"') == 2


def test_run_page_asks_the_same_number_of_statements_for_few_and_many_tasks(house: House, sign_in: SignIn) -> None:
    client = sign_in("duty")
    few = start(house, level="IP")
    client.get(url(house, f"runs/{few.run_id}"))
    with statements() as small:
        client.get(url(house, f"runs/{few.run_id}"))
    for number in range(2, 31):
        start(house, level="VVIP", subject_id=number)
    with statements() as large:
        client.get(url(house, f"runs/{few.run_id}"))
    assert len(small) == len(large)


def test_moving_the_arrival_moves_the_tasks_and_says_so(house: House, sign_in: SignIn) -> None:
    run = start(house)
    client = sign_in("duty")
    answer = client.post(
        url(house, f"runs/{run.run_id}/moments"),
        {"anchor": "arrival", "occurrence": "1", "at": "2026-11-22T08:00", "what": "move"},
    )
    assert answer.status_code == 302
    # Eight in the morning on the hotel's clocks is midnight UTC.
    assert task(run, "host").due_at == ARRIVAL.replace(day=22, hour=0)
    assert "08:00" in text_of(client.get(url(house, f"runs/{run.run_id}")))


@pytest.mark.parametrize("given", ["2026-11-20T08:00", "tomorrow", ""])
def test_moment_that_cannot_be_is_refused_at_its_field_and_nothing_moves(
    house: House, sign_in: SignIn, given: str
) -> None:
    run = start(house)
    before = list(Task.objects.order_by("id").values_list("due_at", "row_version"))
    answer = sign_in("duty").post(
        url(house, f"runs/{run.run_id}/moments"), {"anchor": "arrival", "at": given, "what": "move"}, **PART
    )
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert list(Task.objects.order_by("id").values_list("due_at", "row_version")) == before


def test_event_noted_begins_its_tasks_and_repeats_where_it_may(house: House, sign_in: SignIn) -> None:
    run = start(house)
    client = sign_in("duty")
    place = url(house, f"runs/{run.run_id}/moments")
    assert client.post(place, {"anchor": "first_entry", "what": "happened"}).status_code == 302
    assert task(run, "tea").due_at == NOW + timedelta(minutes=5)
    assert client.post(place, {"anchor": "first_entry", "what": "happened"}, **PART).status_code == 409
    for _time in range(2):
        client.post(place, {"anchor": "visitor", "what": "happened"})
    assert Anchor.objects.filter(run_id=run.run_id, name="visitor").count() == 2


def test_moments_ask_for_the_right_to_move_them(house: House, sign_in: SignIn) -> None:
    run = start(house)
    before = Anchor.objects.get(run_id=run.run_id, name="arrival").at
    answer = sign_in("maid").post(
        url(house, f"runs/{run.run_id}/moments"), {"anchor": "arrival", "at": "2026-11-22T08:00", "what": "move"}
    )
    assert (answer.status_code, Anchor.objects.get(run_id=run.run_id, name="arrival").at) == (403, before)


def test_give_out_gives_every_task_that_somebody_can_do(house: House, sign_in: SignIn) -> None:
    run = start(house)
    sign_in("duty").post(url(house, f"runs/{run.run_id}/give-out"))
    assert task(run, "repaired").assignee_id == house.staff["eng"]
    assert not Task.objects.filter(run_id=run.run_id, department__code="housekeeping", assignee=None).exists()


def test_cancelling_needs_a_reason(house: House, sign_in: SignIn) -> None:
    run = start(house)
    client = sign_in("duty")
    client.post(url(house, f"runs/{run.run_id}/cancel"), {"reason": ""})
    assert run_view(hotel_id=house.pk, run_id=run.run_id, now=NOW).status == "live"
    client.post(url(house, f"runs/{run.run_id}/cancel"), {"reason": "行程取消"})
    assert run_view(hotel_id=house.pk, run_id=run.run_id, now=NOW).status == "cancelled"


def test_runs_list_tells_the_next_moment_and_what_is_late(
    house: House, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(house)
    at(monkeypatch, LATE)
    seen = text_of(sign_in("duty").get(url(house, "runs")))
    assert "抵店 11-22 00:00" in seen
    late = db.fetch_value("SELECT count(*) FROM promises_task WHERE state = 'open' AND due_at < %s", [LATE])
    assert f"逾期 {late}" in seen


# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=4), "0:04"), (timedelta(minutes=17, seconds=56), "17:56"),
        (-timedelta(hours=2, minutes=17, seconds=5), "2:17:05"),
    ],
)  # fmt: skip
def test_clock_text_of_a_span_is_its_hours_minutes_seconds(span: timedelta, words: str) -> None:
    assert wording.clock_text(span) == words


@pytest.mark.parametrize(
    ("offset", "words"),
    [
        (timedelta(0), "T"), (-timedelta(days=1), "T−24h"), (-timedelta(days=2), "T−2d"), (-timedelta(hours=5), "T−5h"),
        (timedelta(minutes=30), "T+30′"), (-timedelta(hours=1, minutes=5), "T−1h05"),
    ],
)  # fmt: skip
def test_offset_text_says_before_or_after(offset: timedelta, words: str) -> None:
    assert wording.offset_text(offset, "T") == words


# ---------------------------------------------------------------- compliance


def test_compliance_counts_in_time_late_and_open(
    house: House, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start(house)
    sign = {"hotel_id": house.pk, "proofs": _signature(), "actor": SYSTEM}
    complete_task(task_id=task(run, "notice", branch="housekeeping").pk, now=NOW, **sign)
    complete_task(task_id=task(run, "notice", branch="engineering").pk, now=LATE, **sign)
    at(monkeypatch, LATE)
    client = sign_in("gm")
    seen = text_of(client.get(url(house, "compliance?first=2026-11-21&last=2026-11-21&department=engineering")))
    assert "逾期完成 1" in seen
    file = client.get(url(house, "compliance?first=2026-11-21&last=2026-11-21&export=csv")).content.decode("utf-8-sig")
    rows = [line.split(",") for line in file.splitlines()]
    mine = {row[0]: row[4:8] for row in rows if row[3] == "签收通知单"}
    assert mine == {"客房部": ["1", "1", "0", "0"], "工程部": ["1", "0", "1", "0"], "前厅部": ["1", "0", "0", "1"]}


@pytest.mark.parametrize("asked", ["first=nonsense", "first=2026-13-01&last=x", "first=9999-12-31&last=0001-01-01"])
def test_compliance_of_days_that_are_none_shows_the_last_month(house: House, sign_in: SignIn, asked: str) -> None:
    assert sign_in("gm").get(url(house, f"compliance?{asked}")).status_code == 200
