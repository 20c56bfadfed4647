"""A wake-up call that nobody answered is a task of the duty manager, once; either end of it closes the other."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import connection

from binzhi.frontdesk.wake_up import promising
from binzhi.frontdesk.wake_up import services as waking
from binzhi.frontdesk.wake_up.jobs import escalate_due
from binzhi.kernel import db
from binzhi.kernel.follower import seen_of
from binzhi.people import setup as people_setup
from binzhi.promises import starting
from binzhi.promises.enums import Evidence
from binzhi.promises.protocols import store
from binzhi.promises.requests import ProofInput
from binzhi.promises.services.protocols import install_shipped, set_protocol_active
from binzhi.promises.services.tasks import complete_task
from binzhi.promises.sweep import sweep
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, make_hotel
from tests.frontdesk.conftest import stay_in

TOMORROW = TODAY + timedelta(days=1)
PROTOCOL = "wake-up-unanswered"
FOUND = (ProofInput(kind=Evidence.TEXT, text="客人熟睡，已叫醒"),)
_TASKS = """
SELECT t.id, t.key, t.state, t.posts, t.due_at, r.status, r.label FROM promises_task t
JOIN promises_run r ON r.id = t.run_id WHERE r.subject = 'wake-up' ORDER BY t.id
"""


@pytest.fixture
def house(db: None, time_machine: Any) -> TestHotel:
    time_machine.move_to(NOW, tick=False)
    made = make_hotel(with_billing=True, documents_required=False)
    people_setup.create_departments(hotel_id=made.pk)
    install_shipped(hotel_id=made.pk)
    return made


def at_six(hotel: TestHotel, minute: int = 0) -> datetime:
    return datetime.combine(TOMORROW, time(6, minute), tzinfo=hotel.ref.local(NOW).tzinfo)


def what(hotel: TestHotel, minute: int = 0) -> dict[str, Any]:
    return {"hotel_id": hotel.pk, "actor": SYSTEM, "now": at_six(hotel, minute)}


def call(hotel: TestHotel) -> int:
    stay = stay_in(hotel, "101", nights=2)
    (made,) = waking.ask_wake_up(
        hotel_id=hotel.pk, room_reservation_id=stay, at=time(6), days=[TOMORROW], actor=SYSTEM, now=NOW
    )
    return made


def failed(hotel: TestHotel) -> int:
    """Called twice, answered never."""
    made = call(hotel)
    for minute in (0, 5):
        waking.note_wake_up(call_id=made, answered=False, **what(hotel, minute))
    return made


def heed(*topics: str) -> None:
    """What the worker's readers do with everything there is; safe to repeat."""
    db.enter_scope("*", "*")
    for row in db.fetch_all("SELECT * FROM kernel_outbox_event WHERE topic = ANY (%s) ORDER BY id", [list(topics)]):
        seen = seen_of(row)
        (promising.note_seen if seen.topic == "run.ended" else starting.heed)(seen)


def tasks() -> list[dict[str, Any]]:
    db.enter_scope("*", "*")
    return db.fetch_all(_TASKS)


def test_failed_call_is_one_task_of_the_duty_manager_that_escalates(house: TestHotel, time_machine: Any) -> None:
    failed(house)
    time_machine.move_to(at_six(house, 6), tick=False)
    for _twice in range(2):
        heed(*promising.TOPICS)
    (task,) = tasks()
    assert (task["key"], task["posts"], task["due_at"]) == ("guest-seen", ["duty-manager"], at_six(house, 10))
    assert task["label"].startswith("101")
    assert sweep(now=at_six(house, 9)) == 0
    # Due after five minutes: its own people, three minutes later the manager of the front office.
    assert [sweep(now=at_six(house, minute)) for minute in (10, 13, 20)] == [1, 1, 1]


def test_task_that_is_done_ends_the_alarm_on_the_list(house: TestHotel, time_machine: Any) -> None:
    made = failed(house)
    time_machine.move_to(at_six(house, 6), tick=False)
    heed(*promising.TOPICS)
    complete_task(task_id=tasks()[0]["id"], proofs=FOUND, **what(house, 8))
    for _twice in range(2):
        heed("run.ended")
    seen = db.fetch_value("SELECT seen_at FROM frontdesk_wakeupcall WHERE id = %s", [made])
    assert (tasks()[0]["status"], seen) == ("done", at_six(house, 6))
    heed(*promising.TOPICS)
    assert [task["status"] for task in tasks()] == ["done"]


@pytest.mark.parametrize("answered", [True, False])
def test_guest_who_is_seen_or_answers_after_all_ends_the_task(
    house: TestHotel, time_machine: Any, answered: bool
) -> None:
    made = call(house)
    escalate_due(now=at_six(house, 20))
    time_machine.move_to(at_six(house, 20), tick=False)
    heed(*promising.TOPICS)
    assert [task["status"] for task in tasks()] == ["live"]
    if answered:
        waking.note_wake_up(call_id=made, answered=True, **what(house, 21))
    else:
        waking.see_guest(call_id=made, **what(house, 21))
    heed(*promising.TOPICS)
    assert [task["status"] for task in tasks()] == ["cancelled"]


def test_protocol_that_is_switched_off_starts_nothing(house: TestHotel) -> None:
    set_protocol_active(hotel_id=house.pk, code=PROTOCOL, active=False, actor=SYSTEM, now=NOW)
    failed(house)
    heed(*promising.TOPICS)
    assert tasks() == []


def test_hotel_that_was_here_before_gets_the_protocol_once(house: TestHotel) -> None:
    since = import_module("binzhi.promises.migrations.0009_wake_up_unanswered")
    shipped = store.current(house.pk, PROTOCOL)[1]
    elsewhere = make_hotel()
    db.enter_scope("*", "*")
    db.execute("UPDATE promises_protocol SET code = 'of-its-own' WHERE code = %s", [PROTOCOL])
    for _twice in range(2):
        with connection.schema_editor() as editor:
            since.give(None, editor)
    kept = db.fetch_all("SELECT hotel_id, is_active FROM promises_protocol WHERE code = %s", [PROTOCOL])
    assert kept == [{"hotel_id": house.pk, "is_active": True}]
    assert store.current(house.pk, PROTOCOL)[1] == shipped
    assert elsewhere.pk != house.pk
