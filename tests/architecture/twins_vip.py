"""One of everything of a reception, for a twin hotel; and what its operations get besides ids."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from binzhi.frontdesk import services as desk
from binzhi.kernel.actor import Actor
from binzhi.people import setup as people_setup
from binzhi.people.posts import POSTS
from binzhi.promises.models import Task
from binzhi.promises.protocols import store
from binzhi.promises.services.protocols import save_protocol
from binzhi.property import services as rooms
from binzhi.reservations import services as reservations
from binzhi.vip import services as vip
from binzhi.vip import setup
from binzhi.vip.models import LevelRequest, Menu, Purchase
from binzhi.vip.requests import AgreedTask, MeetingInput, NewVisit, VisitDetails
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, booking

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ARRIVAL = NOW + 3 * DAY
MEETING = MeetingInput("各部门任务已议定", "前厅、客房", NOW, (AgreedTask("housekeeping", "加湿器", ARRIVAL - HOUR),))
_VISIT, _ENTRY = "binzhi.vip.services.visits", "binzhi.vip.services.standing"
# By operation, what it gets by parameter; sensible enough that only a foreign id can be what is wrong.
OWN: dict[str, dict[str, Any]] = {
    f"{_VISIT}.propose_visit": {"visit": NewVisit()},
    f"{_VISIT}.update_visit": {"details": VisitDetails("王先生")},
    f"{_VISIT}.move_arrival": {"arrival_at": ARRIVAL + HOUR, "departure_at": None},
    f"{_ENTRY}.put_on_standing_list": {"department": "sales", "post": ""},
    "binzhi.vip.services.levels.ask_level": {"level": "VIP", "route": "owner"},
    "binzhi.vip.services.levels.decide_level": {"approve": True},
    "binzhi.vip.services.levels.set_level_directly": {"level": "VVIP"},
    "binzhi.vip.services.preparing.hold_meeting": {"meeting": MEETING},
    "binzhi.vip.services.here.note_event": {"kind": "visitor", "text": "", "to": "", "at": None},
    "binzhi.vip.services.here.note_feedback": {"text": "一切都好"},
    "binzhi.vip.services.here.note_wish": {"text": "手擀面"},
    "binzhi.vip.services.here.note_arrival": {"at": None},
    "binzhi.vip.services.here.note_departure": {"at": None},
    "binzhi.vip.services.meals.plan_meal": {"meal_at": ARRIVAL + HOUR, "private_room": ""},
    "binzhi.vip.services.meals.move_meal": {"meal_at": ARRIVAL + 2 * HOUR},
    "binzhi.vip.services.meals.draft_menu": {"dishes": "清蒸鲈鱼"},
    "binzhi.vip.services.meals.seat_guests": {"seats": "王先生"},
    f"{_VISIT}.write_letter": {"letter": "您好"},
    "binzhi.vip.services.things.order_purchase": {"kind": "fruit", "quality": "A", "needed_by": ARRIVAL},
    "binzhi.vip.services.things.hand_over_key_card": {"purpose": "room", "received_by": "郑服务"},
}
# A seal is for a stay expected in its room.
ID_OF: dict[tuple[str, str], str] = {
    ("binzhi.property.services.seal_room", "stay_id"): "expected_stay",
    ("binzhi.property.services.seal_room", "room_id"): "expected_room",
}


def furnish(*, hotel: TestHotel, name: str, ids: dict[str, Any]) -> None:
    """A visit with all its papers, one that waits for the general manager, an entry of the list; their ids."""
    setup.create_standard(hotel_id=hotel.pk)
    save_protocol(hotel_id=hotel.pk, source=store.shipped()["vip-reception"], actor=SYSTEM, now=NOW)
    gm, clerk, duty = (_person(hotel, name, post) for post in ("general-manager", "gm-office-clerk", "duty-manager"))
    what: dict[str, Any] = {"hotel_id": hotel.pk, "now": NOW}
    stay, room_id = _expected(hotel, "103")
    visit_id = vip.propose_visit(visit=NewVisit(room_reservation_id=stay, title="王先生"), actor=clerk, **what).visit_id
    ref = vip.set_level_directly(visit_id=visit_id, level="VIP", reason="业主", actor=gm, **what)
    vip.hold_meeting(visit_id=visit_id, meeting=MEETING, actor=clerk, **what)
    vip.issue_notice(visit_id=visit_id, actor=duty, **what)
    vip.plan_meal(visit_id=visit_id, meal_at=ARRIVAL, actor=clerk, **what)
    vip.make_key_cards(visit_id=visit_id, actor=duty, **what)
    vip.note_wish(visit_id=visit_id, text="要一束花", actor=duty, **what)
    rooms.seal_room(room_id=room_id, stay_id=stay, actor=SYSTEM, **what)
    broken = rooms.break_seal(room_id=room_id, reason="水管", actor=SYSTEM, **what)
    asked = NewVisit(guest_id=ids["other_guest_id"], title="周女士", arrival_at=ARRIVAL, departure_at=ARRIVAL + DAY)
    other = vip.propose_visit(visit=asked, actor=clerk, **what).visit_id
    vip.ask_level(visit_id=other, level="IP", route="owner", reason="业主", actor=clerk, **what)
    entry_id = vip.put_on_standing_list(guest_id=ids["guest_id"], department="sales", reason="老客户", actor=gm, **what)
    expected_stay, expected_room = _expected(hotel, "105")
    ids |= {
        "visit_id": visit_id, "request_id": LevelRequest.objects.get(visit_id=other).pk, "entry_id": entry_id,
        "standing_id": entry_id, "menu_id": Menu.objects.get(visit_id=visit_id).pk, "seal_id": broken.id,
        "purchase_id": Purchase.objects.get(visit_id=visit_id).pk, "expected_stay": expected_stay,
        "expected_room": expected_room, "run_id": ref.run_id,
        "task_id": Task.objects.get(run_id=ref.run_id, key="engineering-check").pk,
    }  # fmt: skip


def _person(hotel: TestHotel, name: str, post: str) -> Actor:
    made = people_setup.create_staff(
        hotel_id=hotel.pk, username=f"{post}-{name}", name=post, password=None, post=post, since=date(2020, 1, 1)
    )
    return Actor(
        user_id=made.user_id, staff_id=made.staff_id, grants={hotel.pk: frozenset(POSTS[post].permissions)},
        group_ids=frozenset({hotel.ref.group_id}),
    )  # fmt: skip


def _expected(hotel: TestHotel, number: str) -> tuple[int, int]:
    """A stay that comes in three days into that room: stay and room."""
    made = reservations.create_reservation(
        hotel_id=hotel.pk, booking=booking(arrival=TODAY + 3 * DAY), actor=SYSTEM, now=NOW
    )
    room_id = hotel.rooms[number]
    desk.assign_room(hotel_id=hotel.pk, room_reservation_id=made.room_ids[0], room_id=room_id, actor=SYSTEM, now=NOW)
    return made.room_ids[0], room_id
