"""What is promised today: guests of honour received by the protocol, rooms prepared for who arrives."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from binzhi.demo import learning
from binzhi.demo.house_state import House
from binzhi.frontdesk.promising import TOPICS
from binzhi.frontdesk.recognition import follow
from binzhi.kernel import db
from binzhi.kernel.errors import DomainError
from binzhi.kernel.follower import pass_over, seen_of
from binzhi.promises import starting
from binzhi.promises.enums import Evidence
from binzhi.promises.jobs import FOLLOWER
from binzhi.promises.requests import ProofInput
from binzhi.promises.services.assigning import assign_proposed
from binzhi.promises.services.tasks import complete_task
from binzhi.vip import services
from binzhi.vip.requests import AgreedTask, MeetingInput, NewVisit

_DUE = """
SELECT s.id, g.id AS guest_id, g.vip_level, g.name, r.remarks
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
_OPEN = """
SELECT t.id, t.key, t.branch, s.user_id FROM promises_task t JOIN people_staff s ON s.id = t.assignee_id
WHERE t.run_id = %s AND t.state = 'open' AND t.key = ANY (%s) ORDER BY t.due_at, t.id
"""
# Done by the early afternoon of a visit in the evening.
_DONE = ("notice-signed", "work-divided", "banner-made", "board-made")
# As the guests of honour of the demo are addressed; who is not named here by surname and Mr or Ms.
_ADDRESS = {"陈国梁": "陈总", "贺振东": "贺董"}
_WORDS = {
    "VVIP": "总办召集，落实接车、封房、菜单与安保",
    "VIP": "营销部召集，落实接待与用餐",
    "IP": "前厅召集，落实房间与迎接",
}


def promise(house: House) -> None:
    """Today's promises, made through the same services as tomorrow's."""
    for row in db.fetch_all(_DUE, [house.hotel_id, house.today]):
        _receive(house, row)
    heard = {"hotel": house.hotel_id, "topics": list(TOPICS), "today": house.today, "since": house.at(0)}
    for row in db.fetch_all(_HEARD, heard):
        starting.heed(seen_of(row))
    learning.learn(house)
    # Three months of past stays are nobody's task any more.
    pass_over(name=FOLLOWER)
    pass_over(name=follow.FOLLOWER)


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
    _sign(house, given.run_id, level)


def _sign(house: House, run_id: int, level: str) -> None:
    """Most departments have signed for the notice; the last of them has not."""
    by_user = {actor.user_id: actor for actor in house.cast.actors.values()}
    tasks = [row for row in db.fetch_all(_OPEN, [run_id, list(_DONE)]) if row["user_id"] in by_user]
    for row in tasks[: len(tasks) if level == "IP" else -1]:
        proofs = [ProofInput(Evidence.SIGNATURE), ProofInput(Evidence.TICK)]
        for given in (proofs[:1], proofs[1:], proofs):
            try:
                complete_task(
                    hotel_id=house.hotel_id, task_id=row["id"], proofs=given, actor=by_user[row["user_id"]],
                    now=house.at(10, 20),
                )  # fmt: skip
            except DomainError:
                continue
            break
