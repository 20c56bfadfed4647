"""From the outbox into the world: once, in order of what is due, whatever breaks on the way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from binzhi.engagement import sending as sender
from binzhi.engagement.enums import Kind, State
from binzhi.engagement.errors import AlreadyQueued, MessageSettled, NotGivenUp
from binzhi.engagement.models import Attempt, Message
from binzhi.engagement.rendering import Wording
from binzhi.engagement.sending import send_due
from binzhi.engagement.services import (
    ByHand,
    cancel_message,
    queue_automatic,
    resend_message,
    send_by_hand,
    set_up_messages,
)
from binzhi.engagement.services.outcomes import PAUSES
from binzhi.engagement.settings import MessagingRef
from binzhi.engagement.transport import Outgoing, Transport, transport_for
from binzhi.engagement.transport.simulator import Simulator
from binzhi.kernel import db
from binzhi.reservations import services as reservations
from tests.engagement.conftest import EMAIL, PHONE, Mailbox, a_guest, settings_for
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, booking

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
pytestmark = pytest.mark.django_db


def booked(hotel: TestHotel, **more: Any) -> int:
    made = reservations.create_reservation(
        hotel_id=hotel.pk, booking=booking(arrival=TODAY + timedelta(days=3), **more), actor=SYSTEM, now=NOW
    )
    return made.id


def confirmed(hotel: TestHotel, reservation_id: int) -> list[int]:
    return queue_automatic(
        hotel_id=hotel.pk, kind=Kind.CONFIRMATION.value, reservation_id=reservation_id, room_reservation_id=None,
        source=f"confirmation:{reservation_id}", actor=SYSTEM, now=NOW,
    )  # fmt: skip


def queued(hotel: TestHotel, **more: Any) -> int:
    """A confirmation to a guest with an address."""
    return confirmed(hotel, booked(hotel, guest_id=a_guest(hotel, **more)))[0]


def states(hotel: TestHotel) -> list[str]:
    return list(Message.objects.filter(hotel_id=hotel.pk).order_by("id").values_list("state", flat=True))


def tries(message_id: int) -> list[tuple[int, str, str]]:
    return list(Attempt.objects.filter(message_id=message_id).order_by("id").values_list("number", "outcome", "code"))


def text_of(mail: Any) -> str:
    return str(mail.get_content())


def test_send_due_mail_goes_out_once_with_the_reservation_in_it(sending: TestHotel, mailbox: Mailbox) -> None:
    reservation_id = booked(sending, guest_id=a_guest(sending))
    (message_id,) = confirmed(sending, reservation_id)
    assert send_due(now=NOW) == 1
    assert send_due(now=NOW + HOUR) == 0
    (mail,) = mailbox.mails
    number = db.fetch_value("SELECT number FROM reservations_reservation WHERE id = %s", [reservation_id])
    assert mail["To"] == EMAIL
    assert mail["Subject"] == f"{sending.ref.name}：预订确认 {number}"
    assert "尊敬的陈国梁：" in text_of(mail)
    assert "总价：¥800.00" in text_of(mail) or "合计：¥800.00" in text_of(mail)
    message = Message.objects.get(pk=message_id)
    assert (message.state, message.attempts, message.reason) == ("sent", 1, "")
    assert mailbox.ids == [f"<{message.serial}@hotel.example>"]
    assert tries(message_id) == [(1, "sent", "")]


def test_send_due_confirmation_notes_the_reservation_as_confirmed(sending: TestHotel, mailbox: Mailbox) -> None:
    reservation_id = booked(sending, guest_id=a_guest(sending))
    confirmed(sending, reservation_id)
    send_due(now=NOW)
    at = db.fetch_value("SELECT confirmed_at FROM reservations_reservation WHERE id = %s", [reservation_id])
    assert at == NOW


def test_send_due_without_mail_address_goes_as_text_message(sending: TestHotel, gateway: Simulator) -> None:
    message_id = queued(sending, email="")
    send_due(now=NOW)
    ((serial, taken),) = gateway.taken.messages.items()
    message = Message.objects.get(pk=message_id)
    assert (serial, taken["to"]) == (str(message.serial), f"+86{PHONE}")
    assert taken["text"].startswith("【测试酒店】陈国梁您好")
    assert (message.state, message.provider_ref) == ("sent", "sms-1")


def test_queue_automatic_by_the_same_source_makes_no_second_message(sending: TestHotel) -> None:
    reservation_id = booked(sending, guest_id=a_guest(sending))
    confirmed(sending, reservation_id)
    with pytest.raises(AlreadyQueued):
        confirmed(sending, reservation_id)
    assert states(sending) == ["queued"]


def test_queue_automatic_without_any_address_is_kept_as_not_sent_with_the_reason(sending: TestHotel) -> None:
    message_id = queued(sending, email="", phone="")
    message = Message.objects.get(pk=message_id)
    assert (message.state, message.reason, message.address_masked) == ("withheld", "no_address", "")
    assert send_due(now=NOW) == 0


def test_send_due_text_message_waits_for_the_end_of_the_quiet_hours(sending: TestHotel, gateway: Simulator) -> None:
    reservation_id = booked(sending, guest_id=a_guest(sending, email=""))
    night = NOW + 8 * HOUR  # 22:00 at the hotel
    queue_automatic(
        hotel_id=sending.pk, kind="confirmation", reservation_id=reservation_id, room_reservation_id=None,
        source="night", actor=SYSTEM, now=night,
    )  # fmt: skip
    assert send_due(now=night) == 0
    assert send_due(now=night + 10 * HOUR - MINUTE) == 0
    assert gateway.taken.calls == []
    assert send_due(now=night + 10 * HOUR) == 1
    assert len(gateway.taken.messages) == 1


def test_send_by_hand_goes_out_in_the_quiet_hours_with_the_clerk_s_words(
    sending: TestHotel, gateway: Simulator
) -> None:
    reservation_id = booked(sending, guest_id=a_guest(sending))
    night = NOW + 8 * HOUR
    send_by_hand(
        hotel_id=sending.pk, reservation_id=reservation_id, actor=SYSTEM, now=night,
        message=ByHand("note", "sms", "zh-hans", Wording("", "车 {21:30} 到"), "k"),
    )  # fmt: skip
    assert send_due(now=night) == 1
    assert [one["text"] for one in gateway.taken.messages.values()] == ["【测试酒店】车 {21:30} 到"]


def test_both_ways_down_for_an_hour_nothing_is_lost_and_nothing_doubled(
    sending: TestHotel, mailbox: Mailbox, gateway: Simulator
) -> None:
    """A clock that goes a minute at a time: an hour of silence with new messages coming in, then an hour of answers."""
    guest_id = a_guest(sending)
    mailbox.everybody, gateway.fails_with = "421 later", 503
    wanted: set[str] = set()
    reservation_id = booked(sending, guest_id=guest_id)
    for minute in range(120):
        now = NOW + minute * MINUTE
        if minute == 60:
            mailbox.everybody, gateway.fails_with = "", None
        if minute < 60 and minute % 10 == 0:
            for way in ("email", "sms"):
                wanted.add(f"{way} {minute}")
                send_by_hand(
                    hotel_id=sending.pk, reservation_id=reservation_id, actor=SYSTEM, now=now,
                    message=ByHand("note", way, "zh-hans", Wording("s", f"{way} {minute}"), f"{way}{minute}"),
                )  # fmt: skip
        while send_due(now=now):
            pass
    mails = [text_of(mail).strip() for mail in mailbox.mails]
    texts = [one["text"].removeprefix("【测试酒店】") for one in gateway.taken.messages.values()]
    assert sorted(mails + texts) == sorted(wanted)
    assert len(gateway.taken.calls) == len(set(gateway.taken.calls))
    assert set(states(sending)) == {"sent"}


def test_way_down_is_asked_once_a_round_and_costs_the_others_no_try(sending: TestHotel, gateway: Simulator) -> None:
    for _n in range(3):
        queued(sending, email="")
    gateway.fails_with = 503
    assert send_due(now=NOW) == 3
    found = Message.objects.filter(hotel_id=sending.pk).order_by("id").values_list("state", "attempts", "reason")
    assert list(found) == [("queued", 1, "gateway_503"), ("queued", 0, "way_down"), ("queued", 0, "way_down")]


def test_pauses_grow_and_after_the_last_the_message_is_given_up(sending: TestHotel, mailbox: Mailbox) -> None:
    message_id = queued(sending)
    mailbox.everybody = "451 later"
    now, pauses = NOW, []
    while Message.objects.get(pk=message_id).state == "queued":
        due = Message.objects.get(pk=message_id).due_at
        pauses.append(due - now)
        now = due
        assert send_due(now=now) == 1
    assert pauses == [timedelta(0), *PAUSES]
    assert Message.objects.get(pk=message_id).reason == "recipient_451"
    assert [one[1] for one in tries(message_id)] == ["temporary"] * 9
    assert send_due(now=now + 100 * HOUR) == 0


def test_refused_address_is_given_up_at_once_and_goes_out_when_sent_again(sending: TestHotel, mailbox: Mailbox) -> None:
    message_id = queued(sending)
    mailbox.answers[EMAIL] = "550 no such user"
    send_due(now=NOW)
    dead = Message.objects.get(pk=message_id)
    assert (dead.state, dead.reason) == ("dead", "recipient_550")
    mailbox.answers.clear()
    resend_message(hotel_id=sending.pk, message_id=message_id, actor=SYSTEM, now=NOW + HOUR)
    assert send_due(now=NOW + HOUR) == 1
    assert states(sending) == ["sent"]
    assert mailbox.ids == [f"<{dead.serial}@hotel.example>"]
    with pytest.raises(NotGivenUp):
        resend_message(hotel_id=sending.pk, message_id=message_id, actor=SYSTEM, now=NOW + HOUR)


def test_cancel_message_takes_back_what_waits_and_nothing_that_was_sent(sending: TestHotel, mailbox: Mailbox) -> None:
    first, second = queued(sending), queued(sending)
    cancel_message(hotel_id=sending.pk, message_id=first, actor=SYSTEM, now=NOW)
    send_due(now=NOW)
    assert states(sending) == ["cancelled", "sent"]
    assert len(mailbox.mails) == 1
    for message_id in (first, second):
        with pytest.raises(MessageSettled):
            cancel_message(hotel_id=sending.pk, message_id=message_id, actor=SYSTEM, now=NOW)
    assert states(sending) == ["cancelled", "sent"]


def test_send_due_reservation_cancelled_meanwhile_is_not_told(sending: TestHotel, mailbox: Mailbox) -> None:
    reservation_id = booked(sending, guest_id=a_guest(sending))
    confirmed(sending, reservation_id)
    reservations.cancel_reservation(
        hotel_id=sending.pk, reservation_id=reservation_id, reason="guest", actor=SYSTEM, now=NOW
    )
    send_due(now=NOW)
    assert mailbox.mails == []
    assert list(Message.objects.values_list("state", "reason")) == [("cancelled", "overtaken")]


def test_send_due_too_late_is_not_sent(sending: TestHotel, mailbox: Mailbox) -> None:
    queued(sending)
    assert send_due(now=NOW + timedelta(days=3)) == 1
    assert (states(sending), mailbox.mails) == (["cancelled"], [])


class Killed(BaseException):
    """As the operating system does it: nothing of the sender's runs any more."""


class DiesAfterwards:
    def __init__(self, real: Transport) -> None:
        self.real = real

    def send(self, message: Outgoing) -> str:
        self.real.send(message)
        raise Killed


def dying(messaging: MessagingRef, way: str) -> Transport:
    return DiesAfterwards(transport_for(messaging, way))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", ["email", "sms"])
def test_sender_killed_between_sending_and_noting_goes_out_once_more_under_the_same_serial(
    sending: TestHotel, mailbox: Mailbox, gateway: Simulator, way: str
) -> None:
    message_id = queued(sending, **({"email": ""} if way == "sms" else {}))
    with pytest.raises(Killed):
        send_due(now=NOW, opener=dying)
    assert states(sending) == ["sending"]
    assert send_due(now=NOW + sender.TURN - MINUTE) == 0
    assert send_due(now=NOW + sender.TURN) == 1
    assert states(sending) == ["sent"]
    assert tries(message_id) == [(1, "unknown", "sender_died"), (2, "sent", "")]
    serial = str(Message.objects.get(pk=message_id).serial)
    if way == "sms":
        # The gateway was asked twice and sent one.
        assert (gateway.taken.calls, list(gateway.taken.messages)) == ([serial, serial], [serial])
    else:
        # Mail knows no such thing: two copies at most, letter for letter the same, with one Message-ID.
        assert mailbox.ids == [f"<{serial}@hotel.example>"] * 2
        assert text_of(mailbox.mails[0]) == text_of(mailbox.mails[1])
    assert send_due(now=NOW + 2 * sender.TURN) == 0


def test_words_stay_as_they_were_at_the_first_try(sending: TestHotel, mailbox: Mailbox) -> None:
    from binzhi.engagement.services import write_template

    queued(sending)
    mailbox.everybody = "421 later"
    send_due(now=NOW)
    mailbox.everybody = ""
    write_template(
        hotel_id=sending.pk, kind="confirmation", way="email", language="zh-hans", wording=Wording("新", "新的话"),
        expected_version=0, actor=SYSTEM, now=NOW,
    )  # fmt: skip
    send_due(now=NOW + MINUTE)
    assert "您的预订已确认" in text_of(mailbox.mails[0])


def test_switched_off_way_keeps_what_waits(sending: TestHotel, mailbox: Mailbox) -> None:
    queued(sending)
    off = settings_for(None, None, automatic=(), expected_version=1)
    set_up_messages(hotel_id=sending.pk, messaging=off, actor=SYSTEM, now=NOW)
    send_due(now=NOW)
    assert list(Message.objects.values_list("state", "reason")) == [("queued", "switched_off")]
    on = settings_for(mailbox, None, expected_version=2)
    set_up_messages(hotel_id=sending.pk, messaging=on, actor=SYSTEM, now=NOW)
    send_due(now=NOW + MINUTE)
    assert states(sending) == [State.SENT]


def test_rows_hold_neither_address_nor_words_in_the_open(sending: TestHotel) -> None:
    queued(sending)
    send_due(now=NOW)
    rows = db.fetch_values("SELECT m::text FROM engagement_message m") + db.fetch_values(
        "SELECT x::text FROM kernel_audit_entry x UNION ALL SELECT x::text FROM kernel_outbox_event x"
    )
    assert [secret for secret in (EMAIL, PHONE, "陈国梁") for row in rows if secret in row] == []
