"""Boards, phone lists, one task, one run, figures."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest

from binzhi.kernel.errors import NotFound
from binzhi.promises.enums import Evidence
from binzhi.promises.models import Task
from binzhi.promises.queries import (
    Timing,
    board,
    compliance,
    compliance_by_person,
    department_log,
    my_tasks,
    run_view,
    standing,
    task_view,
    unseen_notices,
)
from binzhi.promises.requests import ProofInput
from binzhi.promises.services.moments import happen
from binzhi.promises.services.notices import see_notices
from binzhi.promises.services.tasks import acknowledge_task, complete_task, reopen_task, waive_task, write_log
from binzhi.promises.sweep import sweep
from tests.factories import NOW, SYSTEM, TODAY, make_hotel, statements
from tests.promises.engine.house import ARRIVAL, HOUR, MINUTE, House, start, task
from tests.promises.engine.test_tasks import CHECKED, SIGNED, do, prepared


def test_board_of_a_department_shows_what_may_be_seen_the_most_pressing_first(house: House) -> None:
    start(house)
    # `cleaned` is to be seen from four hours before the arrival on.
    assert [card.key for card in board(hotel_id=house.pk, department="housekeeping", now=NOW)] == [
        "notice", "host", "tea", "ask"
    ]  # fmt: skip
    later = board(hotel_id=house.pk, department="housekeeping", now=ARRIVAL - 4 * HOUR)
    assert [(card.key, card.timing) for card in later] == [
        ("notice", Timing.LATE), ("cleaned", Timing.AHEAD), ("host", Timing.AHEAD), ("tea", Timing.WAITING),
        ("ask", Timing.WAITING),
    ]  # fmt: skip
    assert (later[0].left, later[0].late_by) == (-HOUR, HOUR)
    assert (later[1].title, later[1].clause, later[1].run_label, later[1].open_before) == (
        "清洁",
        "4",
        "101 王",
        ["notice"],
    )
    assert later[0].open_before == []


def test_board_of_all_departments_with_what_was_done_is_one_statement_for_any_number(house: House) -> None:
    for subject in range(3):
        run = start(house, subject_id=subject)
    do(house, run, "host", "maid")
    waive_task(hotel_id=house.pk, task_id=task(run, "banner").pk, reason="不要", actor=SYSTEM, now=NOW)
    with statements() as sent:
        found = board(hotel_id=house.pk, now=NOW, ended_since=NOW - HOUR)
    assert len(sent) == 1
    ended = {card.key: card for card in found if card.state in ("done", "waived")}
    assert set(ended) == {"host", "banner"}
    assert (ended["host"].timing, ended["host"].assignee, ended["banner"].reason) == (Timing.DONE, "郑服务", "不要")
    assert len([card for card in found if card.key == "host"]) == 3
    assert len(board(hotel_id=house.pk, now=NOW)) == len(found) - 2


@pytest.mark.parametrize("moment", [NOW, ARRIVAL - 5 * HOUR, ARRIVAL - 90 * MINUTE, ARRIVAL, ARRIVAL + HOUR])
def test_standing_counts_in_the_database_what_the_cards_say_of_themselves(house: House, moment: datetime) -> None:
    """On the minute of a limit, half an hour before it, and past it."""
    run = start(house)
    do(house, run, "host", "maid")
    waive_task(hotel_id=house.pk, task_id=task(run, "banner").pk, reason="不要", actor=SYSTEM, now=NOW)
    cards = board(hotel_id=house.pk, now=moment, ended_since=NOW - HOUR)
    seen = standing(
        hotel_id=house.pk, groups=dict.fromkeys(Timing, ""), most=100, now=moment, ended_since=NOW - HOUR
    )  # fmt: skip
    by_department = {card.department: Counter(one.timing for one in cards if one.department == card.department)
                     for card in cards}  # fmt: skip
    assert {code: Counter(found) for code, found in seen.counts.items()} == by_department
    assert sorted(card.id for card in seen.cards) == sorted(card.id for card in cards)


def test_board_of_another_hotel_is_empty(house: House) -> None:
    start(house)
    assert board(hotel_id=make_hotel().pk, now=NOW) == []


def test_my_tasks_are_mine_and_what_nobody_of_my_post_has(house: House) -> None:
    run = start(house)
    acknowledge_task(hotel_id=house.pk, task_id=task(run, "host").pk, actor=house.actor("maid"), now=NOW)
    now = ARRIVAL - 4 * HOUR
    mine = my_tasks(hotel_id=house.pk, staff_id=house.staff["maid"], now=now)
    assert [(card.key, card.assignee_id) for card in mine] == [("notice", None), ("host", house.staff["maid"])]
    other = my_tasks(hotel_id=house.pk, staff_id=house.staff["maid2"], now=now)
    assert [card.key for card in other] == ["notice"]
    assert [card.key for card in my_tasks(hotel_id=house.pk, staff_id=house.staff["hkm"], now=now)] == [
        "notice", "cleaned"
    ]  # fmt: skip


def test_task_view_shows_what_is_there_and_what_is_left(house: House) -> None:
    run = start(house)
    do(house, run, "repaired", "eng", CHECKED)
    view = task_view(hotel_id=house.pk, task_id=task(run, "repaired").pk, now=NOW)
    assert (view.signed, view.ticked) == (True, frozenset({"ac", "tv"}))
    assert [one.post for one in view.countersignatures_left] == ["housekeeping-manager"]
    assert [(one.kind, one.item, one.by, one.counts) for one in view.proofs] == [
        ("tick", "ac", "褚技工", True), ("tick", "tv", "褚技工", True), ("signature", "", "褚技工", True)
    ]  # fmt: skip
    with pytest.raises(NotFound):
        task_view(hotel_id=make_hotel().pk, task_id=view.card.id, now=NOW)


def test_task_view_after_it_was_opened_again_shows_old_proofs_that_count_no_more(house: House) -> None:
    run = prepared(house)
    pk = task(run, "cleaned").pk
    reopen_task(hotel_id=house.pk, task_id=pk, reason="漏水", actor=SYSTEM, now=NOW)
    view = task_view(hotel_id=house.pk, task_id=pk, now=NOW)
    assert [(one.kind, one.counts) for one in view.proofs] == [("signature", False)]
    assert (view.signed, view.ticked) == (False, frozenset())


def test_task_view_shows_the_steps_of_its_ladder(house: House) -> None:
    run = start(house)
    Task.objects.exclude(key="banner").update(next_at=None)
    sweep(now=ARRIVAL - 5 * HOUR + 6 * MINUTE)
    view = task_view(hotel_id=house.pk, task_id=task(run, "banner").pk, now=NOW)
    assert [(one.rung, one.to_post) for one in view.steps] == [(1, "@person"), (2, "@manager")]


def test_run_view_has_moments_and_all_tasks(house: House) -> None:
    run = start(house)
    happen(hotel_id=house.pk, run_id=run.run_id, anchor="visitor", actor=SYSTEM, now=NOW)
    with statements() as sent:
        view = run_view(hotel_id=house.pk, run_id=run.run_id, now=NOW)
    assert len(sent) == 3
    assert {one.name: one.at for one in view.anchors} == {
        "arrival": ARRIVAL, "visitor": NOW, "departure": None, "meal": None, "first_entry": None
    }  # fmt: skip
    assert len(view.tasks) == 14
    assert (view.version, view.status, view.facts, view.host_department) == (2, "live", {"level": "VIP"}, "gm-office")
    with pytest.raises(NotFound):
        run_view(hotel_id=make_hotel().pk, run_id=run.run_id, now=NOW)


def test_compliance_counts_in_time_late_and_undone_by_department_and_clause(house: House) -> None:
    first, second = start(house), start(house, subject_id=2)
    at = ARRIVAL - 5 * HOUR
    sales = house.actor("sales")
    for run, minutes in ((first, -1), (second, 10)):
        from binzhi.promises.photos import keep_photo
        from tests.promises.engine.test_photos import picture

        photo = keep_photo(hotel_id=house.pk, data=picture(size=(8, 8)), actor=sales, now=NOW)
        complete_task(
            hotel_id=house.pk, task_id=task(run, "banner").pk, actor=sales, now=at + minutes * MINUTE,
            proofs=[ProofInput(Evidence.PHOTO, photo_id=photo)],
        )  # fmt: skip
    waive_task(hotel_id=house.pk, task_id=task(first, "repaired").pk, reason="x", actor=SYSTEM, now=NOW)
    # NOW is 14:00 on the 21st in the hotel, the arrival is at midnight: limits before it are today's.
    rows = compliance(hotel_id=house.pk, first=TODAY, last=TODAY, now=at + HOUR)
    found = {row.key: row for row in rows if row.department != "housekeeping"}
    banner = found["banner"]
    assert (banner.tasks, banner.in_time, banner.late, banner.open_late, banner.mean_late) == (2, 1, 1, 0, 600.0)
    assert (banner.title, banner.clause, banner.department, banner.share_in_time) == ("横幅", "7", "sales", 0.5)
    assert (found["repaired"].tasks, found["repaired"].waived, found["repaired"].open_late) == (2, 1, 0)
    assert "host" not in {row.key for row in rows}
    tomorrow = TODAY + timedelta(days=1)
    assert "host" in {row.key for row in compliance(hotel_id=house.pk, first=tomorrow, last=tomorrow, now=NOW)}
    [person] = compliance_by_person(hotel_id=house.pk, first=TODAY, last=TODAY, now=at + HOUR)
    assert (person.staff_id, person.tasks, person.in_time, person.late) == (house.staff["sales"], 2, 1, 1)


def test_department_log_and_notices_are_read_by_those_they_are_for(house: House) -> None:
    run = start(house)
    write_log(
        hotel_id=house.pk, department="quality", text="已报备", run_id=run.run_id, actor=house.actor("qam"), now=NOW
    )
    [line] = department_log(hotel_id=house.pk, department="quality", since=NOW, until=NOW + MINUTE)
    assert (line.text, line.by, line.run_label) == ("已报备", "卫助理", "101 王")
    for branch, by in (("front-office", "fom"), ("housekeeping", "hkm"), ("engineering", "engm")):
        do(house, run, "notice", by, SIGNED, branch=branch)
    do(house, run, "cleaned", "hkm", SIGNED)
    [notice] = unseen_notices(hotel_id=house.pk, staff_id=house.staff["eng"])
    assert (notice.kind, notice.title, notice.run_label) == ("handoff", "清洁", "101 王")
    assert unseen_notices(hotel_id=house.pk, staff_id=house.staff["maid"]) == []


def test_see_notices_marks_ones_own_and_the_departments_and_nobody_elses(house: House) -> None:
    run = start(house)
    for branch, by in (("front-office", "fom"), ("housekeeping", "hkm"), ("engineering", "engm")):
        do(house, run, "notice", by, SIGNED, branch=branch)
    do(house, run, "cleaned", "hkm", SIGNED)
    mine = [one.id for one in unseen_notices(hotel_id=house.pk, staff_id=house.staff["eng"])]
    assert len(mine) == 1
    assert see_notices(hotel_id=house.pk, notice_ids=mine, actor=house.actor("maid"), now=NOW) == 0
    assert see_notices(hotel_id=house.pk, notice_ids=mine, actor=house.actor("eng"), now=NOW) == 1
    assert see_notices(hotel_id=house.pk, notice_ids=mine, actor=house.actor("eng"), now=NOW) == 0
    assert unseen_notices(hotel_id=house.pk, staff_id=house.staff["eng"]) == []
