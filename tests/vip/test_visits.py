"""Visits proposed, moved, cancelled; late notice; the standing list; a visit that follows its stay."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from binzhi.billing.payments import PaymentInput
from binzhi.frontdesk import services as desk
from binzhi.guests import services as guests
from binzhi.kernel import db
from binzhi.kernel.errors import EditConflict, Forbidden, InvalidInput, NotFound
from binzhi.people.posts import POSTS
from binzhi.promises.models import Anchor, Run, Task
from binzhi.reservations.models import Reservation
from binzhi.reservations.requests import RoomChange
from binzhi.reservations.services import cancel_reservation, change_room, create_reservation
from binzhi.vip import queries, services
from binzhi.vip.access import Permission
from binzhi.vip.errors import AlreadyArrived, AlreadyDecided, OnListAlready, PersonNeeded, RoomHasVisit, VisitEnded
from binzhi.vip.jobs import catch_up
from binzhi.vip.models import Visit
from binzhi.vip.requests import NewVisit, VisitDetails
from tests.factories import NOW, SYSTEM, TODAY, booking
from tests.vip.house import ARRIVAL, DAY, DEPARTURE, HOUR, MINUTE, House, events, keys, make_house, task, traces


def book(house: House, **more: Any) -> tuple[int, int]:
    """Reservation and its room, arriving the day after tomorrow."""
    made = create_reservation(
        hotel_id=house.pk, booking=booking(arrival=TODAY + 2 * DAY, **more), actor=SYSTEM, now=NOW
    )
    return made.id, made.room_ids[0]


def visits(house: House) -> list[Visit]:
    db.enter_scope("*", "*")
    return list(Visit.objects.filter(hotel_id=house.pk).order_by("pk"))


# ---------------------------------------------------------------- proposed


def test_propose_visit_of_a_reservation_takes_its_guest_and_the_hotels_hours(house: House) -> None:
    guest_id = house.guest("陈国梁")
    _reservation, stay = book(house, guest_id=guest_id)
    visit = house.visit(house.propose(room_reservation_id=stay, title="", arrival_at=None, departure_at=None))
    assert (visit.guest_id, visit.title, visit.status, visit.level_id) == (guest_id, "陈国梁", "proposed", None)
    # 14:00 and 12:00 in Shanghai.
    assert visit.arrival_at.isoformat() == "2026-11-23T06:00:00+00:00"
    assert visit.departure_at.isoformat() == "2026-11-25T04:00:00+00:00"
    with pytest.raises(RoomHasVisit), transaction.atomic():
        house.propose(room_reservation_id=stay)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"guest_id": 2**40}, "guest"), ({"room_reservation_id": 2**40}, "room_reservation"), ({"guest_id": None}, "guest"),
        ({"arrival_at": None}, "arrival_at"), ({"departure_at": ARRIVAL}, "departure_at"), ({"party_size": 0}, "party_size"),
        ({"arrival_at": ARRIVAL.replace(tzinfo=None)}, "arrival_at"), ({"host_department": "spa"}, "department"),
        ({"needs": "x" * 1001}, "needs"), ({"title": "x" * 61}, "title"),
    ],
)  # fmt: skip
def test_propose_visit_what_cannot_be_is_refused(house: House, given: dict[str, Any], field: str) -> None:
    given = ({} if {"guest_id", "room_reservation_id"} & set(given) else {"guest_id": house.guest()}) | given
    before = traces(house)
    with pytest.raises((InvalidInput, NotFound)) as refusal:
        house.propose(**given)
    assert refusal.value.field == field
    assert traces(house) == before


def test_propose_visit_of_another_hotels_guest_or_room_is_not_found(house: House) -> None:
    other = make_house()
    for given in ({"guest_id": other.guest()}, {"room_reservation_id": book(other)[1]}):
        db.enter_scope("*", "*")
        with pytest.raises(NotFound):
            house.propose(**given)
    assert visits(house) == []


def test_update_visit_on_an_old_version_is_refused(house: House) -> None:
    visit = house.visit(house.propose())
    details = VisitDetails(title="王董", party_size=3, needs="素食", cautions="花粉过敏")
    ref = services.update_visit(
        hotel_id=house.pk, visit_id=visit.pk, details=details, expected_version=visit.version, actor=house.gm, now=NOW
    )
    assert ref.version == visit.version + 1
    kept = house.visit(visit.pk)
    assert (kept.title, kept.party_size, kept.needs, kept.cautions) == ("王董", 3, "素食", "花粉过敏")
    before = traces(house)
    with pytest.raises(EditConflict):
        services.update_visit(
            hotel_id=house.pk, visit_id=visit.pk, details=VisitDetails(title="x"), expected_version=visit.version,
            actor=house.gm, now=NOW,
        )  # fmt: skip
    assert traces(house) == before
    # What was written is on the visit and not in the audit trail.
    said = db.fetch_value("SELECT string_agg(after::text, '') FROM kernel_audit_entry WHERE hotel_id = %s", [house.pk])
    assert "花粉" not in said
    assert "王" not in said


# ---------------------------------------------------------------- the protocol begins once, on time or compressed


def test_approval_gives_every_department_its_tasks_before_arrival(house: House) -> None:
    visit = house.approved("VVIP")
    limits = {
        "notice-issued": 5 * HOUR, "engineering-check": 3 * HOUR, "room-prepared": 2 * HOUR, "final-check": HOUR,
        "case-meeting": DAY, "security-posted": 20 * MINUTE, "welcome-vvip": 15 * MINUTE, "banner-made": 5 * HOUR,
    }  # fmt: skip
    assert {key: ARRIVAL - task(visit, key).due_at for key in limits} == limits  # type: ignore[operator]
    assert Task.objects.filter(run_id=visit.run_id, compressed=True).count() == 0
    signing = Task.objects.filter(run_id=visit.run_id, key="notice-signed")
    assert signing.count() == 11


def test_late_notice_compresses_the_plan_and_loses_nothing(house: House) -> None:
    """Two hours before the arrival: what should have been done by now is due now, flagged, none is missing."""
    late = ARRIVAL - 2 * HOUR
    whole = keys(house.approved("VIP"))
    visit = house.approved("VIP", now=late)
    assert keys(visit) == whole
    passed = Task.objects.filter(run_id=visit.run_id, compressed=True)
    assert set(passed.values_list("due_at", flat=True)) == {late}
    assert {"case-meeting", "notice-issued", "notice-signed", "engineering-check"} <= set(
        passed.values_list("key", flat=True)
    )
    assert task(visit, "final-check").due_at == ARRIVAL - HOUR
    assert task(visit, "final-check").compressed is False


def test_walk_in_vip_who_is_here_already_is_received_at_once(house: House) -> None:
    _reservation, stay = book(house, room_type="king")
    visit = house.approved("VIP", arrival_at=NOW - 10 * MINUTE, room_reservation_id=stay)
    assert Task.objects.filter(run_id=visit.run_id, anchor="arrival", due_at__lt=NOW).count() == 0
    assert task(visit, "welcome-vip").compressed is True
    services.note_arrival(hotel_id=house.pk, visit_id=visit.pk, actor=house.actor("duty-manager"), now=NOW)
    assert house.visit(visit.pk).status == "in_house"


def test_move_arrival_moves_the_open_tasks(house: House) -> None:
    visit = house.approved("VIP")
    services.move_arrival(
        hotel_id=house.pk, visit_id=visit.pk, arrival_at=ARRIVAL + 3 * HOUR, actor=house.actor("duty-manager"), now=NOW
    )
    assert task(visit, "engineering-check").due_at == ARRIVAL
    assert task(visit, "farewell").due_at == DEPARTURE - 10 * MINUTE
    services.move_arrival(
        hotel_id=house.pk, visit_id=visit.pk, arrival_at=ARRIVAL + 3 * HOUR, departure_at=DEPARTURE + HOUR,
        actor=house.actor("duty-manager"), now=NOW,
    )  # fmt: skip
    assert task(visit, "farewell").due_at == DEPARTURE + 50 * MINUTE
    kept = house.visit(visit.pk)
    assert (kept.arrival_at, kept.departure_at) == (ARRIVAL + 3 * HOUR, DEPARTURE + HOUR)


@pytest.mark.parametrize(
    ("times", "field"),
    [
        ({"arrival_at": NOW - HOUR}, "arrival_at"),
        ({"arrival_at": DEPARTURE + HOUR}, "departure_at"),
        ({"arrival_at": ARRIVAL.replace(tzinfo=None)}, "arrival_at"),
    ],
)
def test_move_arrival_what_cannot_be_is_refused(house: House, times: dict[str, Any], field: str) -> None:
    visit = house.approved("VIP")
    before = traces(house)
    with pytest.raises(InvalidInput) as refusal:
        services.move_arrival(hotel_id=house.pk, visit_id=visit.pk, actor=house.gm, now=NOW, **times)
    assert refusal.value.field == field
    assert traces(house) == before


def test_move_arrival_of_a_guest_who_is_here_moves_the_departure_alone(house: House) -> None:
    visit = house.arrived("VIP")
    after = ARRIVAL + HOUR
    with pytest.raises(AlreadyArrived):
        services.move_arrival(
            hotel_id=house.pk, visit_id=visit.pk, arrival_at=ARRIVAL + 2 * HOUR, actor=house.gm, now=after
        )
    services.move_arrival(
        hotel_id=house.pk, visit_id=visit.pk, arrival_at=ARRIVAL, departure_at=DEPARTURE + DAY, actor=house.gm,
        now=after,
    )  # fmt: skip
    assert task(visit, "farewell").due_at == DEPARTURE + DAY - 10 * MINUTE


def test_cancel_visit_ends_the_protocol(house: House) -> None:
    visit = house.approved("VIP")
    services.cancel_visit(hotel_id=house.pk, visit_id=visit.pk, reason="行程取消", actor=house.gm, now=NOW)
    assert house.visit(visit.pk).status == "cancelled"
    assert Run.objects.get(pk=visit.run_id).status == "cancelled"
    assert keys(visit, "open", "waiting") == set()
    with pytest.raises(VisitEnded):
        services.cancel_visit(hotel_id=house.pk, visit_id=visit.pk, reason="x", actor=house.gm, now=NOW)
    with pytest.raises(InvalidInput):
        services.cancel_visit(hotel_id=house.pk, visit_id=house.propose(), reason=" ", actor=house.gm, now=NOW)


# ---------------------------------------------------------------- the standing list


def put(house: House, *, department: str = "sales", post: str = "sales-manager", **who: Any) -> int:
    return services.put_on_standing_list(
        hotel_id=house.pk,
        department=department,
        reason="十年老客户",
        post="董事长",
        actor=house.actor(post),
        now=NOW,
        **who,
    )


def approve(house: House, entry_id: int) -> None:
    services.approve_standing(hotel_id=house.pk, entry_id=entry_id, actor=house.gm, now=NOW)


def test_standing_list_a_reservation_by_anyone_on_it_raises_a_proposal(house: House) -> None:
    guest_id = house.guest("陈国梁")
    approve(house, put(house, guest_id=guest_id))
    book(house)
    assert catch_up(now=NOW) == 0
    _reservation, stay = book(house, guest_id=guest_id)
    assert catch_up(now=NOW) == 1
    (visit,) = visits(house)
    assert (visit.guest_id, visit.room_reservation_id, visit.status, visit.title) == (
        guest_id, stay, "proposed", "陈国梁",
    )  # fmt: skip
    assert visit.standing_id is not None
    # Looking again proposes nothing twice, not even what was turned down.
    assert catch_up(now=NOW) == 0
    services.cancel_visit(hotel_id=house.pk, visit_id=visit.pk, reason="家庭出行", actor=house.gm, now=NOW)
    assert catch_up(now=NOW) == 0
    assert len(visits(house)) == 1


def test_standing_list_a_unit_is_found_by_booking_and_by_guest(house: House) -> None:
    organisation = guests.create_organisation(
        hotel_id=house.pk, organisation=guests.NewOrganisation(name="澜海集团", code="LAN"), actor=SYSTEM, now=NOW
    )
    approve(house, put(house, organisation_id=organisation))
    employee = house.guest("周敏", organisation_id=organisation)
    book(house, organisation_id=organisation, booker_name="澜海办公室")
    reservation, _stay = book(house, room_type="king")
    assert catch_up(now=NOW) == 1
    (unnamed,) = visits(house)
    assert (unnamed.guest_id, unnamed.title) == (None, "澜海办公室")
    # A guest attached later counts as much.
    Reservation.objects.filter(pk=reservation).update(guest_id=employee)
    assert catch_up(now=NOW) == 1
    assert [visit.title for visit in visits(house)] == ["澜海办公室", "周敏"]


def test_standing_list_counts_once_approved_for_reservations_made_before_and_no_more_when_ended(house: House) -> None:
    guest_id = house.guest()
    book(house, guest_id=guest_id)
    entry = put(house, guest_id=guest_id)
    assert catch_up(now=NOW) == 0
    approve(house, entry)
    assert catch_up(now=NOW) == 1
    services.end_standing(hotel_id=house.pk, entry_id=entry, reason="不再合作", actor=house.gm, now=NOW)
    book(house, guest_id=guest_id)
    assert catch_up(now=NOW) == 0
    assert queries.standing_list(hotel_id=house.pk) == []


def test_standing_list_is_approved_by_the_general_manager_alone(house: House) -> None:
    assert {code for code, post in POSTS.items() if Permission.APPROVE_LIST in post.permissions} == {"general-manager"}
    entry = put(house, guest_id=house.guest())
    before = traces(house)
    with pytest.raises(Forbidden):
        services.approve_standing(hotel_id=house.pk, entry_id=entry, actor=house.actor("resident-manager"), now=NOW)
    with pytest.raises(PersonNeeded):
        services.approve_standing(hotel_id=house.pk, entry_id=entry, actor=SYSTEM, now=NOW)
    assert traces(house) == before
    (line,) = queries.standing_list(hotel_id=house.pk)
    assert (line["name"], line["post"], line["department"], line["approved_at"]) == ("王立文", "董事长", "sales", None)
    approve(house, entry)
    with pytest.raises(AlreadyDecided):
        approve(house, entry)


def test_put_on_standing_list_twice_or_nobody_or_anothers_is_refused(house: House) -> None:
    guest_id, other = house.guest(), make_house()
    put(house, guest_id=guest_id)
    with pytest.raises(OnListAlready), transaction.atomic():
        put(house, guest_id=guest_id)
    with pytest.raises(InvalidInput):
        put(house)
    theirs = other.guest()
    db.enter_scope("*", "*")
    with pytest.raises(NotFound):
        put(house, guest_id=theirs)
    assert len(queries.standing_list(hotel_id=house.pk)) == 1


# ---------------------------------------------------------------- a visit goes along with its stay


def stay_visit(house: House, level: str = "VIP") -> tuple[Visit, int, int]:
    reservation, stay = book(house)
    return house.approved(level, room_reservation_id=stay), reservation, stay


def test_visit_is_cancelled_with_its_reservation(house: House) -> None:
    visit, reservation, _stay = stay_visit(house)
    cancel_reservation(hotel_id=house.pk, reservation_id=reservation, reason="guest", actor=SYSTEM, now=NOW)
    assert catch_up(now=NOW) == 1
    assert house.visit(visit.pk).status == "cancelled"
    assert Run.objects.get(pk=visit.run_id).status == "cancelled"
    assert catch_up(now=NOW) == 0


def test_visit_moves_by_as_many_days_as_its_reservation(house: House) -> None:
    visit, _reservation, stay = stay_visit(house)
    change_room(
        hotel_id=house.pk, room_reservation_id=stay, actor=SYSTEM, now=NOW,
        change=RoomChange(
            arrival=TODAY + 3 * DAY, departure=TODAY + 7 * DAY, room_type="std", rate_plan="bar", adults=2
        ),
    )  # fmt: skip
    assert catch_up(now=NOW) == 1
    kept = house.visit(visit.pk)
    assert (kept.arrival_at, kept.departure_at) == (ARRIVAL + DAY, DEPARTURE + 3 * DAY)
    assert task(visit, "engineering-check").due_at == ARRIVAL + DAY - 3 * HOUR
    assert catch_up(now=NOW) == 0


def test_visit_is_called_by_its_room_once_it_has_one(house: House) -> None:
    visit, _reservation, stay = stay_visit(house)
    assert Run.objects.get(pk=visit.run_id).label == "王先生"
    desk.assign_room(
        hotel_id=house.pk, room_reservation_id=stay, room_id=house.hotel.rooms["101"], actor=SYSTEM, now=NOW
    )
    assert catch_up(now=NOW) == 1
    run = Run.objects.get(pk=visit.run_id)
    assert (run.label, run.room_id) == ("101 王先生", house.hotel.rooms["101"])
    assert catch_up(now=NOW) == 0
    services.update_visit(
        hotel_id=house.pk, visit_id=visit.pk, details=VisitDetails(title="王董"), actor=house.gm, now=NOW
    )
    assert Run.objects.get(pk=visit.run_id).label == "101 王董"


def test_visit_after_midnight_keeps_its_own_time(house: House) -> None:
    """A late flight: the guest comes in the small hours of the next day, and no look puts that right."""
    visit, _reservation, _stay = stay_visit(house)
    late = ARRIVAL + timedelta(hours=11)
    services.move_arrival(hotel_id=house.pk, visit_id=visit.pk, arrival_at=late, actor=house.gm, now=NOW)
    assert catch_up(now=NOW) == 0
    assert house.visit(visit.pk).arrival_at == late


def test_visit_arrives_and_leaves_with_check_in_and_check_out(house: House) -> None:
    made = create_reservation(hotel_id=house.pk, booking=booking(nights=1), actor=SYSTEM, now=NOW)
    (stay,) = made.room_ids
    visit = house.approved("VIP", room_reservation_id=stay, arrival_at=NOW + HOUR, departure_at=NOW + 20 * HOUR)
    desk.check_in(
        hotel_id=house.pk, room_reservation_id=stay, room_id=house.hotel.rooms["101"], actor=SYSTEM, now=NOW + 2 * HOUR
    )
    # It has its room, and its guest.
    assert catch_up(now=NOW + 2 * HOUR + MINUTE) == 2
    kept = house.visit(visit.pk)
    assert (kept.status, kept.arrival_at) == ("in_house", NOW + 2 * HOUR)
    assert Anchor.objects.get(run_id=visit.run_id, name="arrival").at == NOW + 2 * HOUR
    desk.check_out(
        hotel_id=house.pk, room_reservation_id=stay, payments=[PaymentInput(means="cash", amount=Decimal(400))],
        actor=SYSTEM, now=NOW + 5 * HOUR,
    )  # fmt: skip
    assert catch_up(now=NOW + 5 * HOUR) >= 1
    assert "check_out" in events(house.visit(visit.pk))
    assert task(visit, "left-items-searched").state == "open"
    # The bill is paid and the guest still in the lobby: gone when the planned hour has passed.
    catch_up(now=NOW + 21 * HOUR)
    assert house.visit(visit.pk).status == "gone"
    assert catch_up(now=NOW + 22 * HOUR) == 0


def test_new_visit_input_has_no_level() -> None:
    """Whoever proposes cannot slip a level in."""
    assert "level" not in NewVisit.__dataclass_fields__
