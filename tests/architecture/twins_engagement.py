"""Messages of a twin hotel in every state; and what their operations get besides ids."""

from __future__ import annotations

from typing import Any

from binzhi.engagement import services
from binzhi.engagement.models import Attempt, Message
from binzhi.engagement.rendering import Wording
from binzhi.engagement.services import ByHand, MessagingInput
from binzhi.kernel import db
from tests.factories import NOW, SYSTEM, TestHotel

_SERVICES = "binzhi.engagement.services"
_OUTCOMES = f"{_SERVICES}.outcomes"
BY_HAND = ByHand("note", "sms", "zh-hans", Wording("", "您好"), "other")
OWN: dict[str, dict[str, Any]] = {
    f"{_SERVICES}.queueing.queue_automatic": {"kind": "confirmation", "source": "twins", "wait": NOW - NOW},
    f"{_SERVICES}.queueing.notify_arrangement": {"wait": NOW - NOW},
    f"{_SERVICES}.queueing.send_by_hand": {"message": BY_HAND},
    f"{_OUTCOMES}.keep_content": {"wording": Wording("a", "b")},
    f"{_OUTCOMES}.note_sent": {"reference": "x"},
    f"{_OUTCOMES}.note_delay": {"code": "x"},
    f"{_OUTCOMES}.note_refusal": {"code": "x"},
    f"{_OUTCOMES}.note_overtaken": {"reason": "x"},
}
ID_OF: dict[tuple[str, str], str] = {
    (f"{_OUTCOMES}.{name}", "message_id"): "sending_id"
    for name in ("keep_content", "note_sent", "note_delay", "put_back", "note_refusal", "note_overtaken")
} | {
    (f"{_OUTCOMES}.resend_message", "message_id"): "dead_id",
    (f"{_SERVICES}.queueing.notify_arrangement", "room_reservation_id"): "expected_stay",
}  # fmt: skip


def furnish(*, hotel: TestHotel, ids: dict[str, Any]) -> None:
    """One that waits, one in a sender's hands, one that was given up; words of the hotel's own."""
    what: dict[str, Any] = {"hotel_id": hotel.pk, "actor": SYSTEM, "now": NOW}
    messaging = MessagingInput(
        sms_on=True, sms_url="http://127.0.0.1:9/", sms_key="k", automatic=("confirmation", "arrangement")
    )
    services.set_up_messages(messaging=messaging, **what)
    services.write_template(
        kind="note", way="sms", language="en", wording=Wording("", "Dear guest"), expected_version=0, **what
    )
    for name in ("message_id", "sending_id", "dead_id"):
        message = ByHand("note", "sms", "zh-hans", Wording("", "您好"), name)
        ids[name] = services.send_by_hand(reservation_id=ids["reservation_id"], message=message, **what)
    db.enter_scope("*", "*")
    Message.objects.filter(pk=ids["sending_id"]).update(state="sending", attempts=1, claimed_until=NOW)
    Message.objects.filter(pk=ids["dead_id"]).update(state="dead")
    Attempt.objects.create(
        hotel_id=hotel.pk, message_id=ids["dead_id"], number=1, at=NOW, outcome="permanent", code="x"
    )
