"""Two at once: one level, one protocol, one seal, one proposal."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from binzhi.frontdesk import services as desk
from binzhi.kernel import db
from binzhi.promises.models import Run
from binzhi.property.services import seal_room
from binzhi.reservations.services import create_reservation
from binzhi.vip import services
from binzhi.vip.jobs import catch_up
from binzhi.vip.models import LevelRequest, Visit
from binzhi.vip.services import levels
from tests.billing.racing import run_all
from tests.factories import NOW, SYSTEM, booking
from tests.vip.house import House, make_house


@pytest.fixture
def live(transactional_db: None) -> House:
    return make_house()


def asked(house: House) -> int:
    return services.ask_level(
        hotel_id=house.pk, visit_id=house.propose(), level="VIP", route="key_account", reason="x",
        actor=house.actor("sales-manager"), now=NOW,
    )  # fmt: skip


def decide(house: House, request_id: int) -> None:
    services.decide_level(hotel_id=house.pk, request_id=request_id, approve=True, actor=house.gm, now=NOW)


def test_decide_level_six_times_at_once_decides_once_and_runs_once(live: House) -> None:
    request_id = asked(live)
    outcomes = run_all([lambda: decide(live, request_id)] * 6)
    assert outcomes == {"ok": 1, "AlreadyDecided": 5}
    db.enter_scope("*", "*")
    assert Run.objects.count() == 1
    assert list(LevelRequest.objects.values_list("approved", flat=True)) == [True]


def test_negative_control_without_the_lock_only_the_table_keeps_it_to_one(
    live: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The visit read without its lock: all go past the look, and the trigger of the table refuses all but one."""

    def unlocked(*, hotel_id: int, visit_id: int, **_more: Any) -> Visit:
        return Visit.objects.select_related("level", "host_department", "room_reservation").get(pk=visit_id)

    request_id = asked(live)
    monkeypatch.setattr(levels, "lock_visit", unlocked)
    outcomes = run_all([lambda: decide(live, request_id)] * 4)
    assert outcomes["ok"] == 1
    assert set(outcomes) <= {"ok", "AlreadyDecided", "IntegrityError"}
    db.enter_scope("*", "*")
    assert Run.objects.count() == 1


def test_catch_up_by_four_workers_proposes_once(live: House) -> None:
    guest_id = live.guest()
    entry = services.put_on_standing_list(
        hotel_id=live.pk, guest_id=guest_id, department="sales", reason="x", actor=live.gm, now=NOW
    )
    services.approve_standing(hotel_id=live.pk, entry_id=entry, actor=live.gm, now=NOW)
    for _number in range(2):
        create_reservation(hotel_id=live.pk, booking=booking(guest_id=guest_id), actor=SYSTEM, now=NOW)
    assert run_all([lambda: catch_up(now=NOW)] * 4) == {"ok": 4}
    db.enter_scope("*", "*")
    assert Visit.objects.count() == 2


def test_seal_and_check_in_of_somebody_else_at_once_never_both(live: House) -> None:
    """Both lock the room: either the guest is in and it is not sealed, or it is sealed and the guest stays outside."""
    made = create_reservation(hotel_id=live.pk, booking=booking(nights=1), actor=SYSTEM, now=NOW)
    room_id = live.hotel.rooms["101"]
    stay = made.room_ids[0]
    desk.assign_room(hotel_id=live.pk, room_reservation_id=stay, room_id=room_id, actor=SYSTEM, now=NOW)
    outcomes = run_all(
        [
            lambda: desk.check_in(
                hotel_id=live.pk, room_reservation_id=stay, actor=SYSTEM, now=NOW + timedelta(minutes=1)
            ),
            lambda: seal_room(hotel_id=live.pk, room_id=room_id, actor=SYSTEM, now=NOW),
        ]
    )
    assert outcomes["ok"] == 1
    assert set(outcomes) < {"ok", "RoomSealed", "NotFitToSeal"}
    db.enter_scope("*", "*")
    sealed = db.fetch_value("SELECT count(*) FROM property_roomseal WHERE broken_at IS NULL")
    inside = db.fetch_value("SELECT count(*) FROM reservations_roomreservation WHERE status = 'in_house'")
    assert sealed + inside == 1
