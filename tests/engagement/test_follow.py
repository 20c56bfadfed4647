"""What sets a message off: bookings, confirmations, rooms given, check-outs, and the day before arrival."""

from __future__ import annotations

from datetime import timedelta

import pytest

from binzhi.engagement import follow
from binzhi.engagement.models import Message
from binzhi.engagement.queries import message_log
from binzhi.engagement.sending import send_due
from binzhi.engagement.services import set_up_messages
from binzhi.engagement.transport.simulator import Simulator
from binzhi.frontdesk import services as desk
from binzhi.frontdesk.requests import RegistrationInput
from binzhi.guests.documents import DocumentInput
from binzhi.guests.privacy.consents import ConsentInput, note_consent
from binzhi.kernel import db
from binzhi.kernel.follower import Seen, seen_of
from binzhi.reservations import services as reservations
from binzhi.reservations.waitlist import services as waitlist
from binzhi.reservations.waitlist.told import told_of
from tests.engagement.conftest import Mailbox, a_guest, settings_for
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, booking
from tests.frontdesk.browser import desk as at_the_desk
from tests.frontdesk.browser import text

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
_EVENTS = """
SELECT id, at, hotel_id, topic, subject, subject_id, payload FROM kernel_outbox_event
WHERE hotel_id = %s AND topic = ANY(%s) ORDER BY id
"""


def events(hotel: TestHotel) -> list[Seen]:
    return [seen_of(row) for row in db.fetch_all(_EVENTS, [hotel.pk, list(follow.TOPICS)])]


def told(hotel: TestHotel) -> list[tuple[str, str, str]]:
    return list(Message.objects.filter(hotel_id=hotel.pk).order_by("id").values_list("kind", "state", "reason"))


def book(hotel: TestHotel, guest_id: int, *, days: int = 0) -> tuple[int, int]:
    made = reservations.create_reservation(
        hotel_id=hotel.pk,
        booking=booking(arrival=TODAY + days * DAY, adults=1, guest_id=guest_id),
        actor=SYSTEM,
        now=NOW,
    )
    return made.id, made.room_ids[0]


def test_heed_booking_and_its_confirmation_make_one_message(sending: TestHotel) -> None:
    reservation_id, _room = book(sending, a_guest(sending))
    reservations.confirm_reservation(hotel_id=sending.pk, reservation_id=reservation_id, actor=SYSTEM, now=NOW)
    seen = events(sending)
    assert [one.topic for one in seen] == ["reservation.created", "reservation.confirmed"]
    assert [follow.heed(one, now=NOW) for one in (*seen, *seen)] == [True, False, False, False]
    assert told(sending) == [("confirmation", "queued", "")]


def test_heed_news_of_yesterday_is_none(sending: TestHotel) -> None:
    book(sending, a_guest(sending), days=5)
    assert [follow.heed(one, now=NOW + 2 * DAY) for one in events(sending)] == [False]
    assert told(sending) == []


def test_heed_kind_that_is_switched_off_makes_nothing(hotel: TestHotel, mailbox: Mailbox) -> None:
    set_up_messages(
        hotel_id=hotel.pk, messaging=settings_for(mailbox, None, automatic=("thanks",)), actor=SYSTEM, now=NOW
    )
    book(hotel, a_guest(hotel))
    assert [follow.heed(one, now=NOW) for one in events(hotel)] == [False]
    assert told(hotel) == []


def test_remind_all_on_the_day_before_once_and_not_who_has_just_booked(sending: TestHotel, mailbox: Mailbox) -> None:
    guest_id = a_guest(sending)
    book(sending, guest_id, days=3)
    reservations.create_reservation(
        hotel_id=sending.pk, booking=booking(arrival=TODAY + 3 * DAY, guest_id=guest_id), actor=SYSTEM,
        now=NOW + 2 * DAY,
    )  # fmt: skip
    before = NOW + 2 * DAY - 5 * HOUR  # 09:00, an hour before the hotel's hour
    assert follow.remind_all(now=before) == 0
    assert follow.remind_all(now=before + HOUR) == 1
    assert follow.remind_all(now=before + 3 * HOUR) == 0
    assert told(sending) == [("reminder", "queued", "")]
    send_due(now=before + HOUR)
    assert "期待您于 2026-11-24" in str(mailbox.mails[0].get_content())


def test_heed_room_given_tells_the_room_once_it_settled_and_not_the_old_one(sending: TestHotel) -> None:
    _reservation, stay = book(sending, a_guest(sending), days=1)
    first, second = list(sending.rooms.values())[:2]
    for room in (first, second):
        desk.assign_room(hotel_id=sending.pk, room_reservation_id=stay, room_id=room, actor=SYSTEM, now=NOW)
        for one in events(sending):
            if one.topic == follow.ROOM_GIVEN:
                follow.heed(one, now=NOW)
    sources = Message.objects.filter(kind="arrangement").order_by("id").values_list("source", flat=True)
    assert list(sources) == [f"arrangement:{stay}:{first}", f"arrangement:{stay}:{second}"]


def test_send_due_notice_of_a_room_that_was_changed_is_overtaken(sending: TestHotel, mailbox: Mailbox) -> None:
    _reservation, stay = book(sending, a_guest(sending), days=1)
    first, second = list(sending.rooms.items())[:2]
    for _number, room in (first, second):
        desk.assign_room(hotel_id=sending.pk, room_reservation_id=stay, room_id=room, actor=SYSTEM, now=NOW)
        follow.heed(events(sending)[-1], now=NOW)
    while send_due(now=NOW + HOUR):
        pass
    assert told(sending) == [("arrangement", "cancelled", "overtaken"), ("arrangement", "sent", "")]
    assert f"房号：{second[0]}" in str(mailbox.mails[0].get_content())


def checked_out(hotel: TestHotel, guest_id: int) -> None:
    _reservation, stay = book(hotel, guest_id)
    room = next(iter(hotel.rooms.values()))
    papers = (RegistrationInput(guest_id=guest_id, document=DocumentInput("passport", "L898902C3", "USA")),)
    desk.check_in(
        hotel_id=hotel.pk, room_reservation_id=stay, room_id=room, registrations=papers, actor=SYSTEM, now=NOW
    )
    desk.check_out(hotel_id=hotel.pk, room_reservation_id=stay, waive_day_use="x", actor=SYSTEM, now=NOW + HOUR)


@pytest.mark.parametrize(
    ("agrees", "outcome"), [(True, ("thanks", "queued", "")), (False, ("thanks", "withheld", "no_consent"))]
)
def test_heed_check_out_thanks_only_who_agreed_to_be_written_to(
    sending: TestHotel, agrees: bool, outcome: tuple[str, str, str]
) -> None:
    guest_id = a_guest(sending)
    if agrees:
        consent = ConsentInput(purpose="marketing", answer="given")
        note_consent(hotel_id=sending.pk, guest_id=guest_id, consent=consent, actor=SYSTEM, now=NOW)
    checked_out(sending, guest_id)
    seen = [one for one in events(sending) if one.topic == follow.CHECKED_OUT]
    assert len(seen) == 1
    follow.heed(seen[0], now=NOW + HOUR)
    assert told(sending) == [outcome]


def test_send_due_consent_withdrawn_meanwhile_keeps_the_thanks_back(sending: TestHotel, mailbox: Mailbox) -> None:
    guest_id = a_guest(sending)
    for answer, at in (("given", NOW), ("withdrawn", NOW + HOUR)):
        note_consent(
            hotel_id=sending.pk, guest_id=guest_id, consent=ConsentInput(purpose="marketing", answer=answer),
            actor=SYSTEM, now=at,
        )  # fmt: skip
        if answer == "given":
            checked_out(sending, guest_id)
            follow.heed(next(one for one in events(sending) if one.topic == follow.CHECKED_OUT), now=NOW)
    send_due(now=NOW + 2 * HOUR)
    assert (told(sending), mailbox.mails) == ([("thanks", "cancelled", "no_consent")], [])


# ---------------------------------------------------------------- who waited


def waits(hotel: TestHotel, **more: object) -> int:
    given: dict[str, object] = {
        "name": "贺振东", "room_type": "std", "rate_plan": "bar", "arrival": TODAY + 10 * DAY,
        "departure": TODAY + 12 * DAY, "guest_id": a_guest(hotel),
    }  # fmt: skip
    entry = waitlist.NewEntry(**given | more)  # type: ignore[arg-type]
    return waitlist.put_on_waitlist(hotel_id=hotel.pk, entry=entry, actor=SYSTEM, now=NOW)


def test_who_waited_is_told_of_the_offer_in_his_language_until_when_it_is_kept(
    sending: TestHotel, mailbox: Mailbox
) -> None:
    chinese, english = waits(sending), waits(sending, guest_id=a_guest(sending, name="Ann Lee", nationality="USA"))
    for entry in (chinese, english):
        waitlist.offer(hotel_id=sending.pk, entry_id=entry, actor=SYSTEM, now=NOW)
    seen = [one for one in events(sending) if one.topic == follow.OFFERED]
    assert [follow.heed(one, now=NOW) for one in (*seen, *seen)] == [True, True, False, False]
    assert send_due(now=NOW) == 2
    told_of = {mail["Subject"]: mail.get_content() for mail in mailbox.mails}
    name = sending.ref.name
    assert set(told_of) == {f"{name}：您候补的客房已有房", f"{name}: a room you waited for is free"}
    until = sending.ref.local(NOW + 2 * HOUR)
    assert all(f"{until:%m-%d %H:%M}" in text for text in told_of.values())
    shown = {row.guest_name: row.number for row in message_log(hotel_id=sending.pk)}
    assert shown == {"陈国梁": "", "Ann Lee": ""}


def test_waitlist_says_who_has_been_told_and_whom_to_ring(sending: TestHotel, mailbox: Mailbox) -> None:
    def page() -> str:
        return text(at_the_desk(sending).get(f"/h/{sending.ref.code}/waitlist"))

    written, silent = waits(sending), waits(sending, guest_id=None)
    for entry in (written, silent):
        waitlist.offer(hotel_id=sending.pk, entry_id=entry, actor=SYSTEM, now=NOW)
    assert page().count("please ring") == 2
    for one in events(sending):
        follow.heed(one, now=NOW)
    send_due(now=NOW + HOUR)
    found = told_of(hotel_id=sending.pk, entries=[written, silent])
    assert {entry: one.reached for entry, one in found.items()} == {written: True, silent: False}
    shown = page()
    assert ("E-mail · Sent" in shown, "E-mail · Not sent" in shown, shown.count("please ring")) == (True, True, 1)
    # What was said of an offer that is over is not said of the next.
    waitlist.end_entry(hotel_id=sending.pk, entry_id=written, lapsed=True, actor=SYSTEM, now=NOW + HOUR)
    waitlist.wait_again(entry_id=written, hotel_id=sending.pk, actor=SYSTEM, now=NOW + HOUR)
    waitlist.offer(hotel_id=sending.pk, entry_id=written, actor=SYSTEM, now=NOW + 2 * HOUR)
    assert told_of(hotel_id=sending.pk, entries=[written]) == {}


def test_offer_that_is_over_or_taken_is_not_told_any_more(sending: TestHotel, mailbox: Mailbox) -> None:
    over, taken = waits(sending), waits(sending)
    for entry in (over, taken):
        waitlist.offer(hotel_id=sending.pk, entry_id=entry, actor=SYSTEM, now=NOW)
    for one in events(sending):
        follow.heed(one, now=NOW)
    waitlist.book_from_waitlist(hotel_id=sending.pk, entry_id=taken, actor=SYSTEM, now=NOW)
    assert send_due(now=NOW + HOUR) == 2
    assert [mail["To"] for mail in mailbox.mails] == [mailbox.mails[0]["To"]]
    late = [one for one in events(sending) if one.topic == follow.OFFERED]
    assert [follow.heed(one, now=NOW + 3 * HOUR) for one in late] == [False, False]
    assert sorted(told(sending)) == [("waitlist", "cancelled", "overtaken"), ("waitlist", "sent", "")]


def test_text_message_waits_for_the_end_of_the_quiet_hours_or_is_not_sent(hotel: TestHotel, gateway: Simulator) -> None:
    set_up_messages(hotel_id=hotel.pk, messaging=settings_for(None, gateway), actor=SYSTEM, now=NOW)
    midnight = (hotel.ref.local(NOW) + DAY).replace(hour=0, minute=0)
    for minutes in (60, 720):
        entry = waits(hotel, hold_minutes=minutes)
        waitlist.offer(hotel_id=hotel.pk, entry_id=entry, actor=SYSTEM, now=midnight)
    for one in events(hotel):
        follow.heed(one, now=midnight)
    assert sorted(told(hotel)) == [("waitlist", "queued", ""), ("waitlist", "withheld", "too_late")]
