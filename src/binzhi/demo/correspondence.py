"""What guests were written: confirmations, reminders, what waits and what could not be delivered."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from binzhi.demo.house_state import House
from binzhi.engagement import follow
from binzhi.engagement.enums import Kind, Security
from binzhi.engagement.errors import AlreadyQueued, NothingToTell
from binzhi.engagement.rendering import Wording
from binzhi.engagement.sending import send_due
from binzhi.engagement.services import (
    ByHand,
    MessagingInput,
    queue_automatic,
    send_by_hand,
    set_up_messages,
    write_template,
)
from binzhi.engagement.transport import Outgoing, Refused, Transport
from binzhi.engagement.transport.simulator import Simulator
from binzhi.engagement.transport.sms import Gateway, HttpGateway
from binzhi.kernel import db
from binzhi.kernel.follower import pass_over

# Who comes in these days, the next first.
_COMING = """
SELECT v.id, min(r.arrival) AS arrival FROM reservations_reservation v
JOIN reservations_roomreservation r ON r.reservation_id = v.id
WHERE r.hotel_id = %s AND r.status = 'reserved' AND r.arrival BETWEEN %s AND %s
GROUP BY v.id ORDER BY min(r.arrival), v.id LIMIT %s
"""
GUESTS, REFUSED_EACH, WAITING = 40, 13, 3
# Where `python -m binzhi.engagement.transport.simulator` answers.
GATEWAY = "http://127.0.0.1:8399/messages"
_NOTE = "您好，明日湖区道路管制，请从北门进店，门童会引导您停车。"


def write(house: House) -> None:
    """The correspondence of this morning. Both ways are off afterwards: nobody listens at the demo's gateway."""
    settings = MessagingInput(
        sms_on=True, sms_url=GATEWAY, sms_signature="宾至湖畔", smtp_host="127.0.0.1", smtp_port=25,
        smtp_security=Security.NONE.value, from_address="desk@lakeside.example", route="sms_first",
        automatic=(Kind.CONFIRMATION.value, Kind.REMINDER.value),
    )  # fmt: skip
    boss, clerk = house.cast["resident-manager"], house.cast["receptionist"]
    set_up_messages(hotel_id=house.hotel_id, messaging=settings, actor=boss, now=house.at(8))
    _own_words(house)
    db.enter_scope("*", "*")
    coming = db.fetch_all(_COMING, [house.hotel_id, house.today, house.today + timedelta(days=3), GUESTS])
    for row in coming[:-WAITING]:
        _tell(house, row["id"], Kind.CONFIRMATION if row["arrival"] == house.today else Kind.REMINDER)
    if coming:
        with suppress(NothingToTell):
            send_by_hand(
                hotel_id=house.hotel_id, reservation_id=coming[0]["id"], actor=clerk, now=house.at(9, 5),
                message=ByHand(Kind.NOTE.value, "sms", "zh-hans", Wording("", _NOTE), "road"),
            )  # fmt: skip
    with Simulator() as gateway:
        ways = _Choosy(gateway)
        while send_due(now=house.at(9, 10), opener=lambda messaging, way: ways):
            pass
    for row in coming[-WAITING:]:
        _tell(house, row["id"], Kind.REMINDER)
    off = MessagingInput(
        sms_url=GATEWAY, sms_signature="宾至湖畔", route="sms_first", automatic=settings.automatic, expected_version=1
    )
    set_up_messages(hotel_id=house.hotel_id, messaging=off, actor=boss, now=house.at(9, 30))
    # Three months of bookings are told to nobody any more.
    pass_over(name=follow.FOLLOWER)


class _Choosy:
    """The simulator, which does not know every number."""

    def __init__(self, gateway: Simulator) -> None:
        self._real: Transport = HttpGateway(Gateway(url=gateway.url, signature="宾至湖畔"))
        self._asked = 0

    def send(self, message: Outgoing) -> str:
        self._asked += 1
        if self._asked % REFUSED_EACH == 0:
            raise Refused("gateway_422")
        return self._real.send(message)


def _tell(house: House, reservation_id: int, kind: Kind) -> None:
    with suppress(AlreadyQueued, NothingToTell):
        queue_automatic(
            hotel_id=house.hotel_id, kind=kind.value, reservation_id=reservation_id, room_reservation_id=None,
            source=f"{kind.value}:{reservation_id}", actor=follow.WRITER, now=house.at(9),
        )  # fmt: skip


def _own_words(house: House) -> None:
    write_template(
        hotel_id=house.hotel_id, kind=Kind.REMINDER.value, way="sms", language="zh-hans", expected_version=0,
        wording=Wording(
            "", "{客人姓名}您好，湖畔酒店恭候您{抵店日}光临（{预订号}），{入住时间}起可入住。自驾请走北门。"
        ),
        actor=house.cast["resident-manager"], now=house.at(8),
    )  # fmt: skip
