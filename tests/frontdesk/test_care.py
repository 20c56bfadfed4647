"""Messages for guests, wake-up calls, luggage and valuables: taken, seen to, and nothing forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction

from binzhi.frontdesk import services
from binzhi.frontdesk.errors import (
    CallDone,
    CallTwice,
    MessageDone,
    NoCallToAnybody,
    NumberOutOfRange,
    OutsideStay,
    ReceiptDiffers,
    ThingCollected,
    TimePassed,
)
from binzhi.frontdesk.kept import services as keeping
from binzhi.frontdesk.kept.queries import moves, things
from binzhi.frontdesk.kept.services import Kept, KeptInput
from binzhi.frontdesk.notes import services as notes
from binzhi.frontdesk.notes.queries import messages, waiting_for
from binzhi.frontdesk.wake_up import services as waking
from binzhi.frontdesk.wake_up.jobs import escalate_due
from binzhi.frontdesk.wake_up.queries import alarms, calls_of, calls_on
from binzhi.kernel import db
from binzhi.kernel.errors import DomainError, InvalidInput, NotFound
from binzhi.reservations.errors import WrongStatus
from tests.billing.racing import run_all
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, make_hotel
from tests.frontdesk.browser import PART, at, desk, text
from tests.frontdesk.conftest import arrive, row_of, stay_in, topics
from tests.frontdesk.test_groups import come, group, people, roomed

TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def two_in_the_afternoon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def what(hotel: TestHotel, now: datetime = NOW) -> dict[str, Any]:
    return {"hotel_id": hotel.pk, "actor": SYSTEM, "now": now}


# ---------------------------------------------------------------- messages


def take(hotel: TestHotel, stay: int, words: str = "请回电 0571", **more: Any) -> int:
    return notes.take_message(room_reservation_id=stay, text=words, **what(hotel), **more)


def test_message_waits_urgent_first_and_is_handed_over_once(house: TestHotel) -> None:
    stay, coming = stay_in(house, "101"), arrive(house)
    one, two = take(house, stay, from_whom="王先生"), take(house, coming, "航班取消", is_urgent=True)
    assert [row.pk for row in messages(hotel_id=house.pk, state="waiting")] == [two, one]
    assert waiting_for([stay, coming]) == {stay: 1, coming: 1}
    notes.finish_message(message_id=one, how="phone", **what(house))
    assert [row.pk for row in messages(hotel_id=house.pk, state="waiting")] == [two]
    with pytest.raises(MessageDone):
        notes.finish_message(message_id=one, how="hand", **what(house))


@pytest.mark.parametrize(("words", "more"), [("", {}), ("字" * 501, {}), ("好", {"from_whom": "名" * 81})])
def test_refused_message_leaves_nothing(house: TestHotel, words: str, more: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        take(house, stay_in(house, "101"), words, **more)
    assert messages(hotel_id=house.pk) == []


def test_message_for_who_left_is_refused(house: TestHotel) -> None:
    stay = stay_in(house, "101", nights=1)
    services.check_out(room_reservation_id=stay, waive_day_use="试", **what(house))
    with pytest.raises(WrongStatus):
        take(house, stay)
    with pytest.raises(InvalidInput):
        notes.finish_message(message_id=1, how="shouted", **what(house))


def test_message_shows_on_rack_panel_and_bill_until_it_is_handed_over(house: TestHotel) -> None:
    stay, client = stay_in(house, "101"), desk(house)
    address = at(house, "notes")
    refused = client.post(address, {"room": "999", "text": "请回电"}, headers=PART)
    assert (refused.status_code, "Nobody is in this room" in text(refused), "请回电" in text(refused)) == (
        422,
        True,
        True,
    )
    assert client.post(address, {"room": "101", "text": "请回电", "is_urgent": "on"}).status_code == 302
    (row,) = messages(hotel_id=house.pk)
    folio = db.fetch_value("SELECT number FROM billing_folio WHERE id = %s", [row_of(stay)["folio_id"]])
    pages = {"rooms": "#message", "rooms/101": "1 waits", f"folios/{folio}": "1 message waits"}
    for page, told in pages.items():
        assert told in text(client.get(at(house, page))), page
    client.post(at(house, f"notes/{row.pk}"), {"how": "hand"})
    assert "1 message waits" not in text(client.get(at(house, f"folios/{folio}")))


# ---------------------------------------------------------------- wake-up calls


def call(hotel: TestHotel, stay: int, hour: int = 6, *days: Any) -> list[int]:
    return waking.ask_wake_up(room_reservation_id=stay, at=time(hour), days=days or (TOMORROW,), **what(hotel))


def morning(hotel: TestHotel, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(TOMORROW, time(hour, minute), tzinfo=hotel.ref.local(NOW).tzinfo)


def state_of(hotel: TestHotel, stay: int) -> list[tuple[str, int]]:
    return [(row.state, row.tries) for row in calls_of(hotel=hotel.ref, room_reservation_id=stay, now=NOW)]


def test_calls_stand_by_time_for_each_morning(house: TestHotel) -> None:
    one, two = stay_in(house, "101"), stay_in(house, "102")
    call(house, one, 7, TOMORROW, TOMORROW + timedelta(days=1))
    call(house, two, 6)
    rows = calls_on(hotel=house.ref, day=TOMORROW, now=NOW)
    assert [(row.room, house.ref.local(row.at).hour) for row in rows] == [("102", 6), ("101", 7)]
    assert len(calls_on(hotel=house.ref, day=TOMORROW + timedelta(days=1), now=NOW)) == 1


def test_silence_is_tried_again_then_somebody_is_sent(house: TestHotel) -> None:
    stay = stay_in(house, "101")
    (one,) = call(house, stay)
    assert waking.note_wake_up(call_id=one, answered=False, **what(house, morning(house, 6))) == "due"
    (row,) = calls_on(hotel=house.ref, day=TOMORROW, now=morning(house, 6, 1))
    assert (row.next_at, row.is_due, row.alarms) == (morning(house, 6, 5), False, False)
    assert waking.note_wake_up(call_id=one, answered=False, **what(house, morning(house, 6, 5))) == "failed"
    assert [alarm["room"] for alarm in alarms(hotel_id=house.pk)] == ["101"]
    assert "stay.wake_up_failed" in topics()
    waking.see_guest(call_id=one, **what(house, morning(house, 6, 8)))
    assert alarms(hotel_id=house.pk) == []
    for again in (waking.see_guest, waking.cancel_wake_up):
        with pytest.raises(CallDone):
            again(call_id=one, **what(house))


def test_answered_on_the_second_try_is_done(house: TestHotel) -> None:
    stay = stay_in(house, "101")
    (one,) = call(house, stay)
    waking.note_wake_up(call_id=one, answered=False, **what(house, morning(house, 6)))
    waking.note_wake_up(call_id=one, answered=True, **what(house, morning(house, 6, 5)))
    assert state_of(house, stay) == [("done", 2)]
    with pytest.raises(CallDone):
        waking.note_wake_up(call_id=one, answered=True, **what(house))


def test_call_that_nobody_notes_is_told_once(house: TestHotel) -> None:
    stay = stay_in(house, "101")
    call(house, stay)
    assert escalate_due(now=morning(house, 6, 4)) == 0
    assert (escalate_due(now=morning(house, 6, 5)), escalate_due(now=morning(house, 6, 6))) == (1, 0)
    assert [alarm["room"] for alarm in alarms(hotel_id=house.pk)] == ["101"]


def test_call_of_who_left_is_not_made_nor_told(house: TestHotel) -> None:
    stay = stay_in(house, "101", nights=1)
    call(house, stay)
    services.check_out(room_reservation_id=stay, waive_day_use="试", **what(house))
    assert calls_on(hotel=house.ref, day=TOMORROW, now=NOW) == []
    assert escalate_due(now=morning(house, 7)) == 0


def test_call_follows_the_guest_to_another_room(house: TestHotel) -> None:
    stay = stay_in(house, "101")
    call(house, stay)
    services.move_room(room_reservation_id=stay, room_id=house.rooms["102"], reason="吵", **what(house))
    assert [row.room for row in calls_on(hotel=house.ref, day=TOMORROW, now=NOW)] == ["102"]


@pytest.mark.parametrize(
    ("hour", "days", "refusal"),
    [
        (6, (TODAY,), TimePassed),
        (6, (TOMORROW + timedelta(days=5),), OutsideStay),
        (7, (TOMORROW,), CallTwice),
    ],
)
def test_refused_call_adds_nothing(house: TestHotel, hour: int, days: Any, refusal: type[DomainError]) -> None:
    stay = stay_in(house, "101")
    call(house, stay, 7)
    with pytest.raises(refusal):
        call(house, stay, hour, *days)
    assert state_of(house, stay) == [("due", 0)]


def test_group_is_called_together_and_nobody_twice(house: TestHotel) -> None:
    block = group(house, 2)
    one, two = people(house, block, 2)
    roomed(house, [one, two], "101", "102")
    come(house, block)
    call(house, one)
    given = {"block_id": block, "at": time(6), "day": TOMORROW} | what(house)
    assert waking.ask_wake_up_for_group(**given) == 1
    assert (state_of(house, one), state_of(house, two)) == ([("due", 0)], [("due", 0)])
    with pytest.raises(NoCallToAnybody):
        waking.ask_wake_up_for_group(**given)
    with pytest.raises(NotFound):
        waking.ask_wake_up_for_group(**given | {"block_id": 2**40})


def test_list_notes_calls_and_keeps_what_was_typed(house: TestHotel) -> None:
    stay, client = stay_in(house, "101"), desk(house)
    address = at(house, "wake-ups")
    form = {"room": "101", "day": TOMORROW.isoformat(), "at": "06:30", "every_day": "on"}
    refused = client.post(address, form | {"room": "999", "note": "双语"}, headers=PART)
    assert refused.status_code == 422
    assert client.post(address, form).status_code == 302
    assert state_of(house, stay) == [("due", 0), ("due", 0)]
    page = text(client.get(f"{address}?day={TOMORROW.isoformat()}"))
    assert "06:30" in page
    (one, _other) = calls_of(hotel=house.ref, room_reservation_id=stay, now=NOW)
    client.post(at(house, f"wake-ups/{one.pk}"), {"how": "answered"})
    assert state_of(house, stay)[0] == ("done", 1)


# ---------------------------------------------------------------- luggage and valuables


def keep(hotel: TestHotel, kind: str = "luggage", **more: Any) -> Kept:
    thing = KeptInput(**{"kind": kind, "name": "沈佳宁", "pieces": 2, "place": "A-3"} | more)
    return keeping.take_in(thing=thing, **what(hotel))


def test_things_are_numbered_moved_given_out_and_every_hand_is_known(house: TestHotel) -> None:
    stay = stay_in(house, "101")
    one, two, safe = keep(house), keep(house, room_reservation_id=stay), keep(house, "valuables", place="保险箱 7")
    assert (one.number, two.number, safe.number) == ("L000001", "L000002", "V000001")
    keeping.move_thing(thing_id=two.pk, place="B-1", note="交夜班", **what(house))
    with pytest.raises(ReceiptDiffers):
        keeping.give_out(thing_id=two.pk, receipt="L000001", collected_by="沈", **what(house))
    with pytest.raises(ReceiptDiffers):
        keeping.give_out(thing_id=two.pk, receipt="", collected_by="沈", **what(house))
    keeping.give_out(thing_id=two.pk, receipt="l000002", collected_by="沈佳宁", **what(house))
    log = [(line.what, line.place) for line in moves(hotel_id=house.pk, thing_id=two.pk)]
    assert log == [("taken_in", "A-3"), ("moved", "B-1"), ("given_out", "B-1")]
    assert [row.number for row in things(hotel_id=house.pk, state="luggage")] == ["L000001"]
    with pytest.raises(ThingCollected):
        keeping.give_out(thing_id=two.pk, receipt="L000002", collected_by="沈", **what(house))


def test_uncollected_things_are_listed(house: TestHotel) -> None:
    stay = stay_in(house, "101", nights=1)
    keep(house, room_reservation_id=stay)
    keep(house, expected_on=TOMORROW)
    services.check_out(room_reservation_id=stay, waive_day_use="试", **what(house))
    assert things(hotel_id=house.pk, state="uncollected") == []
    db.execute("UPDATE property_hotel SET business_date = business_date + 4 WHERE id = %s", [house.pk])
    assert [row.number for row in things(hotel_id=house.pk, state="uncollected")] == ["L000002", "L000001"]


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"kind": "dog"}, InvalidInput), ({"pieces": 0}, NumberOutOfRange), ({"name": ""}, InvalidInput),
        ({"place": ""}, InvalidInput), ({"expected_on": TODAY - timedelta(days=1)}, InvalidInput),
        ({"room_reservation_id": 2**40}, NotFound),
    ],
)  # fmt: skip
def test_refused_thing_is_not_kept(house: TestHotel, more: dict[str, Any], refusal: type[DomainError]) -> None:
    with pytest.raises(refusal):
        keep(house, **more)
    assert things(hotel_id=house.pk) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE frontdesk_keptthing SET pieces = 1",
        "DELETE FROM frontdesk_keptthing",
        "UPDATE frontdesk_keptmove SET place = ''",
    ],
)
def test_database_keeps_receipts_and_hands(house: TestHotel, statement: str) -> None:
    keep(house)
    with pytest.raises(Exception, match=r"stays|refuse|insert-only|never|change"), transaction.atomic():
        db.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_two_desks_at_once_give_different_numbers() -> None:
    hotel = make_hotel(with_billing=True)
    assert run_all([lambda: keep(hotel)] * 5) == {"ok": 5}
    assert len({row.number for row in things(hotel_id=hotel.pk)}) == 5


def test_lists_cost_one_statement_each(house: TestHotel, django_assert_num_queries: Any) -> None:
    for room in ("101", "102", "103"):
        stay = stay_in(house, room)
        take(house, stay)
        call(house, stay)
        keep(house, room_reservation_id=stay)
        with django_assert_num_queries(3):
            messages(hotel_id=house.pk)
            calls_on(hotel=house.ref, day=TOMORROW, now=NOW)
            things(hotel_id=house.pk)


def test_page_takes_in_prints_and_gives_out(house: TestHotel) -> None:
    client, address = desk(house), at(house, "kept")
    form = {"kind": "luggage", "name": "沈佳宁", "pieces": "2", "place": "A-3", "room": ""}
    refused = client.post(address, form | {"pieces": "0"}, headers=PART)
    assert (refused.status_code, "沈佳宁" in text(refused), things(hotel_id=house.pk)) == (422, True, [])
    assert client.post(address, form).status_code == 302
    (row,) = things(hotel_id=house.pk)
    paper = client.get(at(house, f"kept/{row.pk}/receipt.pdf?lang=en"))
    assert (paper.status_code, paper.content[:5]) == (200, b"%PDF-")
    wrong = client.post(
        at(house, f"kept/{row.pk}"), {"form": "out", "receipt": "L9", "collected_by": "沈"}, headers=PART
    )
    assert (wrong.status_code, 'value="L9"' in text(wrong)) == (422, True)
    client.post(at(house, f"kept/{row.pk}"), {"form": "out", "receipt": row.number, "collected_by": "沈"})
    assert things(hotel_id=house.pk)[0].collected_by == "沈"
