"""What is promised today: guests of honour received by the protocol, rooms prepared for who arrives."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from PIL import Image

from binzhi.demo import learning
from binzhi.demo.house_state import TIMEZONE, House
from binzhi.frontdesk.promising import TOPICS
from binzhi.frontdesk.recognition import follow
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import DomainError
from binzhi.kernel.follower import pass_over, seen_of
from binzhi.promises import starting
from binzhi.promises.enums import Evidence
from binzhi.promises.jobs import FOLLOWER
from binzhi.promises.photos import keep_photo
from binzhi.promises.queries import task_view
from binzhi.promises.requests import ProofInput
from binzhi.promises.services.assigning import assign_proposed
from binzhi.promises.services.tasks import complete_task, countersign_task
from binzhi.reservations import queries
from binzhi.reservations.services import update_details
from binzhi.vip import services
from binzhi.vip.requests import AgreedTask, MeetingInput, NewVisit

_DUE = """
SELECT s.id, g.id AS guest_id, g.vip_level, g.name, r.remarks, r.number
FROM reservations_roomreservation s JOIN reservations_reservation r ON r.id = s.reservation_id
JOIN guests_guest g ON g.id = coalesce(s.guest_id, r.guest_id)
WHERE s.hotel_id = %s AND s.arrival = %s AND s.status = 'reserved' AND g.vip_level <> '' ORDER BY s.id
"""
# What happened to the stays of today and tomorrow, as the worker would have heard of it.
_HEARD = """
SELECT e.id, e.at, e.hotel_id, e.topic, e.subject, e.subject_id, e.payload FROM kernel_outbox_event e
WHERE e.hotel_id = %(hotel)s AND e.topic = ANY (%(topics)s) AND e.at > %(since)s AND EXISTS (
    SELECT 1 FROM reservations_roomreservation s WHERE s.hotel_id = %(hotel)s AND s.arrival >= %(today)s
    AND (s.id = (e.payload ->> 'room_reservation_id')::bigint
         OR s.reservation_id = (e.payload ->> 'reservation_id')::bigint))
ORDER BY e.id
"""
# What had to be done by now, with whose it is.
_OVERDUE = """
SELECT t.id, t.key, t.due_at, s.user_id FROM promises_task t JOIN people_staff s ON s.id = t.assignee_id
WHERE t.run_id = %s AND t.state = 'open' AND t.due_at <= %s ORDER BY t.due_at, t.id
"""
_SIGNED = "notice-signed"
# The first guest of honour comes so long after the hotel is opened, and each so long after the one before.
_AHEAD, _APART = timedelta(hours=2), timedelta(hours=1, minutes=30)
_EARLY, _ROUNDS = timedelta(minutes=20), 3
_SOME_WORDS = "已办妥"
# As the guests of honour of the demo are addressed; who is not named here by surname and Mr or Ms.
_ADDRESS = {"陈国梁": "陈董", "贺振东": "贺董"}
_WORDS = {
    "VVIP": "总办召集，落实接车、封房、菜单与安保",
    "VIP": "营销部召集，落实接待与用餐",
    "IP": "前厅召集，落实房间与迎接",
}


def promise(house: House) -> None:
    """Today's promises, made through the same services as tomorrow's."""
    for place, row in enumerate(db.fetch_all(_DUE, [house.hotel_id, house.today])):
        _come_later(house, row["number"], place)
        _receive(house, row)
    heard = {"hotel": house.hotel_id, "topics": list(TOPICS), "today": house.today, "since": house.at(0)}
    for row in db.fetch_all(_HEARD, heard):
        starting.heed(seen_of(row))
    learning.learn(house)
    # Three months of past stays are nobody's task any more.
    pass_over(name=FOLLOWER)
    pass_over(name=follow.FOLLOWER)


def _come_later(house: House, number: str, place: int) -> None:
    """Nobody is expected before the hotel is looked at: else all that is promised would be late at first sight."""
    zone = ZoneInfo(TIMEZONE)
    earliest = (house.latest + _AHEAD + place * _APART).astimezone(zone)
    earliest -= timedelta(minutes=earliest.minute % 30, seconds=earliest.second, microseconds=earliest.microsecond)
    view = queries.reservation_view(hotel_id=house.hotel_id, number=number)
    if earliest.date() != house.today or (view.expected_at and view.expected_at >= earliest.time()):
        return
    update_details(
        hotel_id=house.hotel_id, reservation_id=view.id,
        details=queries.details_of(view, expected_at=earliest.time()), expected_version=view.version,
        actor=house.cast["receptionist"], now=house.at(8, 45),
    )  # fmt: skip


def _receive(house: House, guest: dict[str, Any]) -> None:
    level, cast = str(guest["vip_level"]).upper(), house.cast
    ids: dict[str, Any] = {"hotel_id": house.hotel_id}
    asked = NewVisit(
        guest_id=guest["guest_id"], room_reservation_id=guest["id"], title=_ADDRESS.get(guest["name"], ""),
        cautions=guest["remarks"],
    )  # fmt: skip
    visit = services.propose_visit(
        **ids, visit=asked, actor=cast["general-manager"], now=house.at(8, 50),
    )  # fmt: skip
    ids["visit_id"] = visit.visit_id
    given = services.set_level_directly(
        **ids, level=level, reason="总经理批准的接待规格", actor=cast["general-manager"], now=house.at(9)
    )
    assert given.run_id is not None
    at = house.at(9, 40)
    assign_proposed(hotel_id=house.hotel_id, run_id=given.run_id, actor=cast["general-manager"], now=at)
    agreed = (AgreedTask("front-office", "随行人员房卡提前备好", at + timedelta(hours=6)),)
    meeting = MeetingInput(
        minutes=_WORDS.get(level, _WORDS["IP"]), attendees="各部门经理", held_at=house.at(9, 30),
        decisions=agreed if level == "VVIP" else (),
    )  # fmt: skip
    services.hold_meeting(**ids, meeting=meeting, actor=cast["gm-assistant"], now=at)
    services.issue_notice(**ids, actor=cast["duty-manager"], now=house.at(10))
    _work(house, given.run_id, level)


def _work(house: House, run_id: int, level: str) -> None:
    """Each department did what was to be done by now, save two things: one signature and what was due last."""
    by_user = {actor.user_id: actor for actor in house.cast.actors.values()}
    left = None
    for _round in range(_ROUNDS):
        due = [row for row in db.fetch_all(_OVERDUE, [run_id, house.latest]) if row["user_id"] in by_user]
        if left is None and level != "IP":
            left = next((row["id"] for row in due if row["key"] == _SIGNED), None)
        for row in due[:-1]:
            # One thing waits for another, or for what the desk has not done yet: the next round may have it.
            with suppress(DomainError):
                if row["id"] != left:
                    _finish(house, row, actor=by_user[row["user_id"]])


def _finish(house: House, task: dict[str, Any], *, actor: Actor) -> None:
    """Hand in all that the task asks for, a little before it was due."""
    view = task_view(hotel_id=house.hotel_id, task_id=task["id"], now=house.latest)
    at = max(min(task["due_at"] - _EARLY, house.latest), house.at(10, 20))
    proofs = [ProofInput(Evidence.TICK, item=line.key) for line in view.card.spec.checklist]
    for wanted in view.card.spec.evidence:
        if wanted.kind == Evidence.COUNTERSIGNATURE:
            continue
        text = _SOME_WORDS if wanted.kind == Evidence.TEXT else ""
        number = Decimal(1) if wanted.kind == Evidence.NUMBER else None
        photo = None
        if wanted.kind == Evidence.PHOTO:
            photo = keep_photo(hotel_id=house.hotel_id, data=_picture(), actor=actor, now=at)
        proofs.append(ProofInput(wanted.kind, text=text, number=number, photo_id=photo))
    complete_task(hotel_id=house.hotel_id, task_id=task["id"], proofs=proofs, actor=actor, now=at)
    for _post in view.countersignatures_left:
        countersign_task(hotel_id=house.hotel_id, task_id=task["id"], actor=house.cast["general-manager"], now=at)


def _picture() -> bytes:
    """A photo as evidence has one: light that falls across a wall."""
    buffer = BytesIO()
    Image.linear_gradient("L").resize((640, 480)).convert("RGB").save(buffer, "JPEG")
    return buffer.getvalue()
