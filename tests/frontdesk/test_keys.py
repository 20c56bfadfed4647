"""Key cards: made once, void when the guest moves or leaves, and a lock system that is away stops nobody."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client

from binzhi.frontdesk import services
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.errors import KeyAnswered, KeyCannotBeVoid, LocksMissing, NumberOutOfRange, TooManyKeys
from binzhi.frontdesk.keys import sending
from binzhi.frontdesk.keys import services as cards
from binzhi.frontdesk.keys.queries import KeyRow, keys, lock_system
from binzhi.frontdesk.keys.services import LocksInput
from binzhi.frontdesk.keys.simulator import KEY, Doors, serve
from binzhi.kernel import db
from binzhi.kernel.errors import InvalidInput
from binzhi.kernel.follower import seen_of
from binzhi.reservations.errors import WrongStatus
from tests.billing.racing import run_all
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, make_hotel
from tests.frontdesk.browser import PART, at, desk, text
from tests.frontdesk.conftest import arrive, set_housekeeping, stay_in
from tests.reservations.desk import signed_in


@pytest.fixture(autouse=True)
def two_in_the_afternoon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def connect(hotel: TestHotel, url: str, **more: Any) -> None:
    locks = LocksInput(provider_url=url, provider_key=KEY, **more)
    cards.set_locks(hotel_id=hotel.pk, locks=locks, actor=SYSTEM, now=NOW)


@pytest.fixture
def doors(house: TestHotel) -> Iterator[Doors]:
    there = Doors()
    server = serve(there)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    connect(house, f"http://127.0.0.1:{server.server_address[1]}")
    yield there
    server.shutdown()
    server.server_close()


def given(hotel: TestHotel, seconds: float = 0) -> dict[str, Any]:
    return {"hotel_id": hotel.pk, "actor": SYSTEM, "now": NOW + timedelta(seconds=seconds)}


def make(hotel: TestHotel, stay: int, count: int = 1, **more: Any) -> list[int]:
    return cards.make_keys(room_reservation_id=stay, count=count, **given(hotel), **more)


def send(seconds: float = 0) -> int:
    return sending.send_due(now=NOW + timedelta(seconds=seconds))


def heed() -> None:
    """Who moved or left, as the reader of events sees it once it is committed."""
    rows = db.fetch_all(
        "SELECT id, at, hotel_id, topic, subject, subject_id, payload FROM kernel_outbox_event WHERE topic = ANY (%s)"
        " ORDER BY id",
        [list(sending.WHY)],
    )
    for row in rows:
        sending.heed(seen_of(row))


def of(hotel: TestHotel, stay: int) -> list[KeyRow]:
    """The cards of a stay, oldest first."""
    return keys(hotel_id=hotel.pk, room_reservation_id=stay)[::-1]


def count() -> int:
    found: int = db.fetch_value("SELECT count(*) FROM frontdesk_keycard")
    return found


def states(hotel: TestHotel, stay: int) -> list[str]:
    return [row.state for row in of(hotel, stay)]


def test_cards_are_written_open_the_door_and_say_who_made_them(house: TestHotel, doors: Doors) -> None:
    stay = stay_in(house, "101")
    make(house, stay, 2)
    assert states(house, stay) == ["asked", "asked"]
    assert send() == 2
    first, second = of(house, stay)
    assert (first.state, first.is_copy, second.state, second.is_copy) == ("made", False, "made", True)
    assert doors.opens("101", at=NOW) == [first.card_no, second.card_no]
    # Noon of the day of departure, and half an hour.
    assert first.valid_until == datetime.combine(
        TODAY + timedelta(days=2), house.ref.check_out_time, tzinfo=house.ref.local(NOW).tzinfo
    ) + timedelta(minutes=30)


def test_first_card_of_the_next_guest_shuts_out_the_last(house: TestHotel, doors: Doors) -> None:
    one = stay_in(house, "101", nights=1)
    make(house, one)
    send()
    services.check_out(hotel_id=house.pk, room_reservation_id=one, waive_day_use="试", actor=SYSTEM, now=NOW)
    set_housekeeping(house, "101", "clean")
    two = stay_in(house, "101")
    make(house, two)
    send()
    assert doors.opens("101", at=NOW) == [of(house, two)[0].card_no]


def test_moved_guests_cards_are_void_and_the_new_ones_open(house: TestHotel, doors: Doors) -> None:
    stay = stay_in(house, "101")
    make(house, stay)
    send()
    services.move_room(room_reservation_id=stay, room_id=house.rooms["102"], reason="吵", **given(house))
    make(house, stay)
    heed()
    send()
    old, new = of(house, stay)
    assert (old.state, old.void_reason, new.state, new.room) == ("void", "moved", "made", "102")
    assert (doors.opens("101", at=NOW), doors.opens("102", at=NOW)) == ([], [new.card_no])


def test_cards_of_who_left_are_void_even_if_the_locks_come_back_later(house: TestHotel, doors: Doors) -> None:
    stay = stay_in(house, "101")
    make(house, stay, 2)
    send()
    doors.down = True
    services.check_out(hotel_id=house.pk, room_reservation_id=stay, waive_day_use="试", actor=SYSTEM, now=NOW)
    heed()
    send()
    assert states(house, stay) == ["voiding", "voiding"]
    doors.down = False
    send(600)
    assert states(house, stay) == ["void", "void"]
    assert doors.opens("101", at=NOW) == []
    heed()
    assert states(house, stay) == ["void", "void"]


def test_check_in_goes_on_without_the_lock_system_and_says_so(house: TestHotel, doors: Doors) -> None:
    doors.down = True
    stay = stay_in(house, "101")
    make(house, stay)
    send()
    send(10)
    client = desk(house)
    page = text(client.get(at(house, f"stays/{stay}/keys"), headers=PART))
    assert "The lock system does not answer." in page
    # Nobody waits at the encoder for ever: it is not written an hour later for whoever comes by.
    send(100)
    assert states(house, stay) == ["voiding"]
    doors.down = False
    send(4000)
    (row,) = of(house, stay)
    assert (row.state, row.void_reason, doors.opens("101", at=NOW)) == ("void", "unmade", [])
    make(house, stay, by_hand=True)
    assert states(house, stay) == ["void", "made"]


def test_card_written_without_an_answer_is_the_same_card_when_asked_again(house: TestHotel, doors: Doors) -> None:
    stay = stay_in(house, "101")
    make(house, stay)
    doors.mute = True
    send()
    assert (states(house, stay), len(doors.cards)) == (["asked"], 1)
    doors.mute = False
    send(30)
    assert (states(house, stay), len(doors.cards)) == (["made"], 1)


def test_refused_card_says_why(house: TestHotel, doors: Doors) -> None:
    doors.empty = True
    stay = stay_in(house, "101")
    make(house, stay)
    send()
    (row,) = of(house, stay)
    assert (row.state, row.error) == ("failed", "发卡机上没有卡")


def test_lost_card_opens_nothing_the_copy_goes_on(house: TestHotel, doors: Doors) -> None:
    stay = stay_in(house, "101")
    one, _two = make(house, stay, 2)
    send()
    cards.void_key(key_id=one, reason="lost", **given(house))
    send()
    lost, other = of(house, stay)
    assert (lost.state, lost.void_reason, doors.opens("101", at=NOW)) == ("void", "lost", [other.card_no])
    with pytest.raises(KeyCannotBeVoid):
        cards.void_key(key_id=one, reason="back", **given(house))


def test_answer_after_the_card_was_made_void_counts_for_nothing(house: TestHotel, doors: Doors) -> None:
    stay = stay_in(house, "101")
    (one,) = make(house, stay)
    claimed = sending.claim(now=NOW)
    assert claimed is not None
    said = sending.answer_for(claimed, sending.locks_of(house.pk))
    cards.void_key(key_id=one, reason="wrong", **given(house))
    with pytest.raises(KeyAnswered):
        cards.note_answer(key_id=one, was="asked", answer=said, next_at=NOW, **given(house))
    send(1)
    assert (states(house, stay), doors.opens("101", at=NOW)) == (["void"], [])


def test_cards_are_refused_to_who_is_not_here_and_above_the_most(house: TestHotel, doors: Doors) -> None:
    coming, stay = arrive(house, room="102"), stay_in(house, "101")
    with pytest.raises(WrongStatus):
        make(house, coming)
    with pytest.raises(NumberOutOfRange):
        make(house, stay, 5)
    make(house, stay, 3)
    with pytest.raises(TooManyKeys):
        make(house, stay, 2)
    with pytest.raises(InvalidInput):
        cards.void_key(key_id=of(house, stay)[0].pk, reason="left", **given(house))
    assert count() == 3


def test_without_a_lock_system_cards_are_noted_by_hand(house: TestHotel) -> None:
    stay = stay_in(house, "101")
    with pytest.raises(LocksMissing):
        make(house, stay)
    assert count() == 0
    make(house, stay, 2, by_hand=True)
    assert (states(house, stay), send()) == (["made", "made"], 0)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE frontdesk_keycard SET state = 'asked', next_at = now()",
        "UPDATE frontdesk_keycard SET room_id = room_id + 1",
        "DELETE FROM frontdesk_keycard",
        "UPDATE frontdesk_keycard SET state = 'void'",
    ],
)
def test_database_keeps_the_log_as_it_happened(house: TestHotel, statement: str) -> None:
    make(house, stay_in(house, "101"), by_hand=True)
    with (
        pytest.raises(Exception, match=r"stays|refuse|insert-only|constraint|never|change"),
        transaction.atomic(),
    ):
        db.execute(statement)


def test_log_costs_one_statement(house: TestHotel, django_assert_num_queries: Any) -> None:
    for room in ("101", "102", "103"):
        make(house, stay_in(house, room), by_hand=True)
        with django_assert_num_queries(1):
            keys(hotel_id=house.pk)
    assert len(keys(hotel_id=house.pk, room="102")) == 1


@pytest.mark.django_db(transaction=True)
def test_two_clerks_do_not_make_more_cards_than_may_be() -> None:
    hotel = make_hotel(documents_required=False, with_billing=True)
    stay = stay_in(hotel, "101")
    assert run_all([lambda: make(hotel, stay, 3, by_hand=True)] * 3) == {"ok": 1, "TooManyKeys": 2}
    assert count() == 3


@pytest.mark.django_db(transaction=True)
def test_reader_of_events_voids_the_cards_of_who_left() -> None:
    hotel = make_hotel(documents_required=False, with_billing=True)
    sending.heed_all()
    stay = stay_in(hotel, "101")
    make(hotel, stay, by_hand=True)
    services.check_out(hotel_id=hotel.pk, room_reservation_id=stay, waive_day_use="试", actor=SYSTEM, now=NOW)
    assert (sending.heed_all(), states(hotel, stay), sending.heed_all()) == (1, ["void"], 0)


# ---------------------------------------------------------------- screens


def test_panel_makes_copies_and_voids(house: TestHotel) -> None:
    stay, client = stay_in(house, "101"), desk(house)
    address = at(house, f"stays/{stay}/keys")
    assert client.post(address, {"count": "2", "by_hand": "on"}).status_code == 302
    assert at(house, f"stays/{stay}/keys") in text(client.get(at(house, "keys")))
    (one, _two) = of(house, stay)
    client.post(at(house, f"keys/{one.pk}/void"), {"reason": "lost"})
    assert states(house, stay) == ["void", "made"]
    refused = client.post(address, {"count": "4", "by_hand": "on"}, headers=PART)
    assert (refused.status_code, "At most 4 cards open this door" in text(refused)) == (409, True)
    assert 'value="4"' in text(refused)
    assert 'data-key="K"' in text(client.get(at(house, "rooms/101")))


def test_who_stays_longer_than_his_cards_is_seen(house: TestHotel) -> None:
    stay, client = stay_in(house, "101", nights=2), desk(house)
    make(house, stay, by_hand=True)
    assert [row.too_short for row in of(house, stay)] == [False]
    client.post(at(house, f"stays/{stay}/dates"), {"departure": str(TODAY + timedelta(days=3))})
    assert "1 card to be written for longer" in text(client.get(at(house, "in-house")))
    assert [row.too_short for row in of(house, stay)] == [True]
    for page in (f"stays/{stay}/keys", "keys"):
        assert "ends before the stay" in text(client.get(at(house, page))), page
    # Written again, the first is of no use any more and is not asked for.
    cards.void_key(key_id=of(house, stay)[0].pk, reason="back", **given(house))
    make(house, stay, by_hand=True)
    assert [row.too_short for row in of(house, stay)] == [False, False]


def test_check_in_goes_on_to_the_cards_where_locks_are_connected(house: TestHotel) -> None:
    connect(house, "http://127.0.0.1:9")
    stay, client = arrive(house, adults=1), desk(house)
    fields = {"room": "101", "r0-guest_text": "王伟", "deposit_means": "cash"}
    answer = client.post(at(house, f"stays/{stay}/check-in"), fields)
    assert answer["Location"] == at(house, f"stays/{stay}/keys")


def test_lock_system_is_set_and_its_key_never_shown(house: TestHotel) -> None:
    client = desk(house)
    form = {
        "provider_url": "https://locks.example",
        "provider_key": "s3cret-key",
        "most_cards": "3",
        "grace_minutes": "60",
    }
    assert client.post(at(house, "keys/locks"), form).status_code == 302
    assert lock_system(hotel_id=house.pk).most_cards == 3
    assert "s3cret-key" not in text(client.get(at(house, "keys/locks")))
    refused = client.post(at(house, "keys/locks"), form | {"most_cards": "0"}, headers=PART)
    assert (refused.status_code, lock_system(hotel_id=house.pk).most_cards) == (422, 3)


def test_clerk_without_the_right_makes_no_card(house: TestHotel) -> None:
    stay = stay_in(house, "101")
    client: Client = signed_in(house, [Permission.VIEW])
    assert client.post(at(house, f"stays/{stay}/keys"), {"count": "1", "by_hand": "on"}).status_code == 403
    assert count() == 0
