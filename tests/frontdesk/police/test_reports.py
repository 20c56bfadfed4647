"""Reports to the police: made with the check-in, received with a receipt, never lost, never doubled, rung for in time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from binzhi.frontdesk import services
from binzhi.frontdesk.errors import ReportNotHeld, ReportSettled
from binzhi.frontdesk.police import outcomes, queries, sending
from binzhi.frontdesk.police.simulator import Simulator
from binzhi.frontdesk.registration.completing import write_particulars
from binzhi.frontdesk.registration.particulars import Particulars
from binzhi.frontdesk.requests import DocumentInput, RegistrationInput
from binzhi.frontdesk.together import sharing
from binzhi.kernel import crypto, db
from binzhi.kernel.errors import DomainError, InvalidInput
from binzhi.reservations.errors import RoomOccupied
from tests.factories import NOW, SYSTEM, TestHotel
from tests.frontdesk.conftest import arrive, clerk_of, statements
from tests.frontdesk.police.house import (
    LI,
    SMITH,
    UNKNOWN,
    WANG,
    begin,
    leave,
    person,
    reporting,
    reports,
    send_all,
    states,
    told,
    tries,
    what,
)

MINUTE = timedelta(minutes=1)


# ---------------------------------------------------------------- queued


def test_check_in_queues_a_report_for_everybody_in_the_same_transaction(hotel: TestHotel) -> None:
    begin(hotel, person(), person("李娜", LI))
    assert states() == [("in", "waiting"), ("in", "waiting")]
    assert {row["limit_at"] for row in reports()} == {NOW + timedelta(hours=24)}
    assert {row["content_sealed"] for row in reports()} == {None}


def test_check_in_that_is_refused_owes_nothing(hotel: TestHotel) -> None:
    begin(hotel, person())
    stay = arrive(hotel)
    with pytest.raises(DomainError):
        services.check_in(
            hotel_id=hotel.pk, room_reservation_id=stay, room_id=hotel.rooms["101"],
            registrations=[person("李娜", LI)], actor=clerk_of(hotel), now=NOW,
        )  # fmt: skip
    assert states() == [("in", "waiting")]
    assert RoomOccupied.code


def test_check_in_costs_one_statement_more_where_the_hotel_reports_and_none_elsewhere(
    strict: TestHotel, police: Simulator
) -> None:
    def cost(room: str, number: str) -> int:
        stay, clerk = arrive(strict, room=room, adults=1), clerk_of(strict)
        with statements() as sent:
            services.check_in(
                hotel_id=strict.pk, room_reservation_id=stay, registrations=[person("王伟" if number == WANG else "李娜", number)], actor=clerk,
                now=NOW,
            )  # fmt: skip
        return len(sent)

    before = cost("101", WANG)
    reporting(strict, police.url)
    assert cost("102", LI) == before + 1


def test_a_hotel_that_does_not_report_owes_nothing(strict: TestHotel) -> None:
    stay = begin(strict, person())
    leave(strict, stay, NOW + MINUTE)
    assert states() == []


def test_who_joins_later_is_reported_alone(hotel: TestHotel) -> None:
    stay = arrive(hotel, room="101", adults=2)
    services.check_in(
        hotel_id=hotel.pk, room_reservation_id=stay, registrations=[person()], coming_later=1, actor=clerk_of(hotel),
        now=NOW,
    )  # fmt: skip
    services.register_guest(
        hotel_id=hotel.pk, room_reservation_id=stay, registration=person("李娜", LI), actor=clerk_of(hotel),
        now=NOW + MINUTE,
    )  # fmt: skip
    assert [row["occurred_at"] for row in reports()] == [NOW, NOW + MINUTE]


def test_foreigners_have_the_limit_of_the_region(hotel: TestHotel, police: Simulator) -> None:
    reporting(hotel, police.url, region="shanghai")
    begin(hotel, SMITH)
    begin(hotel, RegistrationInput(name="陈大文", document=DocumentInput("hk_macao", "H12345678")), room="102")
    begin(hotel, person(), room="103")
    assert [(row["is_foreign"], row["limit_at"] - NOW) for row in reports()] == [
        (True, timedelta(hours=2)), (True, timedelta(hours=2)), (False, timedelta(hours=2)),
    ]  # fmt: skip


# ---------------------------------------------------------------- received


def test_report_is_received_with_its_receipt_and_says_the_same_in_both_forms(
    hotel: TestHotel, police: Simulator
) -> None:
    begin(hotel, person())
    assert send_all(NOW + MINUTE) == 1
    (row,) = reports()
    assert (row["state"], row["receipt"], row["attempts"]) == ("received", "GA000001", 1)
    (said,) = told(police)
    assert (said["kind"], said["room"], said["station"], said["at"]) == (
        "in",
        "101",
        "H001",
        "2026-11-21T14:00:00+08:00",
    )
    assert (said["person"]["name"], said["person"]["number"]) == ("王伟", WANG)
    assert WANG.encode() not in bytes(row["content_sealed"])
    reporting(hotel, police.url, region="shanghai")
    begin(hotel, SMITH, room="102")
    send_all(NOW + MINUTE)
    coded = told(police)[1]
    assert (coded["XM"], coded["YWXM"], coded["ZJHM"], coded["GJDQ"]) == (
        "John Smith",
        "SMITH JOHN",
        "L898902C3",
        "USA",
    )
    assert (coded["YWLX"], coded["TLYXQ"], coded["RJRQ"]) == ("RZ", "2026-12-31", "2026-11-20")


def test_stay_is_told_in_order_arrival_move_departure(hotel: TestHotel, police: Simulator) -> None:
    stay = begin(hotel, person())
    services.move_room(
        hotel_id=hotel.pk, room_reservation_id=stay, room_id=hotel.rooms["102"], reason="quiet", actor=SYSTEM,
        now=NOW + MINUTE,
    )  # fmt: skip
    leave(hotel, stay, NOW + 2 * MINUTE)
    assert send_all(NOW + 3 * MINUTE) == 3
    assert [(said["kind"], said["room"], said["about"]) for said in told(police)] == [
        ("in", "101", ""), ("move", "102", "GA000001"), ("out", "102", "GA000001"),
    ]  # fmt: skip
    assert {said["person"]["number"] for said in told(police)} == {WANG}


def test_one_of_two_who_leaves_is_told_alone(hotel: TestHotel, police: Simulator) -> None:
    stay = begin(hotel, person(), person("李娜", LI))
    second = reports()[1]["registration_id"]
    sharing.sharer_leaves(
        hotel_id=hotel.pk, room_reservation_id=stay, registration_id=second, actor=SYSTEM, now=NOW + MINUTE
    )
    send_all(NOW + MINUTE)
    leave(hotel, stay, NOW + 2 * MINUTE)
    send_all(NOW + 2 * MINUTE)
    assert [(said["kind"], said["person"]["number"]) for said in told(police)] == [
        ("in", WANG), ("in", LI), ("out", LI), ("out", WANG),
    ]  # fmt: skip


def test_nothing_of_a_person_goes_out_before_what_came_first(hotel: TestHotel, police: Simulator) -> None:
    stay = begin(hotel, person("坏号", UNKNOWN))
    leave(hotel, stay, NOW + MINUTE)
    send_all(NOW + 2 * MINUTE)
    assert states() == [("in", "refused"), ("out", "waiting")]
    assert told(police) == []


def test_check_in_taken_back_before_it_was_told_needs_no_report(hotel: TestHotel, police: Simulator) -> None:
    stay = begin(hotel, person())
    services.undo_check_in(hotel_id=hotel.pk, room_reservation_id=stay, actor=SYSTEM, now=NOW + MINUTE)
    assert states() == [("in", "withdrawn")]
    assert send_all(NOW + 2 * MINUTE) == 0


def test_check_in_taken_back_after_it_was_told_is_taken_back_there_too(hotel: TestHotel, police: Simulator) -> None:
    stay = begin(hotel, person())
    send_all(NOW + MINUTE)
    services.undo_check_in(hotel_id=hotel.pk, room_reservation_id=stay, actor=SYSTEM, now=NOW + 2 * MINUTE)
    send_all(NOW + 3 * MINUTE)
    assert states() == [("in", "received"), ("void", "received")]
    assert (told(police)[1]["kind"], told(police)[1]["about"]) == ("void", "GA000001")
    services.check_in(
        hotel_id=hotel.pk, room_reservation_id=stay, registrations=[person()], actor=SYSTEM, now=NOW + 4 * MINUTE
    )
    assert states()[2:] == [("in", "waiting")]


def test_check_out_taken_back_is_told_anew_only_where_it_was_told(hotel: TestHotel, police: Simulator) -> None:
    stay = begin(hotel, person())
    send_all(NOW + MINUTE)
    given: dict[str, Any] = {"hotel_id": hotel.pk, "room_reservation_id": stay, "actor": SYSTEM}
    leave(hotel, stay, NOW + 2 * MINUTE)
    services.undo_check_out(**given, now=NOW + 3 * MINUTE)
    assert states() == [("in", "received"), ("out", "withdrawn")]
    leave(hotel, stay, NOW + 4 * MINUTE)
    send_all(NOW + 5 * MINUTE)
    services.undo_check_out(**given, now=NOW + 6 * MINUTE)
    assert states()[2:] == [("out", "received"), ("in", "waiting")]
    leave(hotel, stay, NOW + 7 * MINUTE)
    send_all(NOW + 8 * MINUTE)
    assert [said["kind"] for said in told(police)] == ["in", "out", "in", "out"]


# ---------------------------------------------------------------- the other side is down


def test_down_for_an_hour_loses_and_doubles_nothing(hotel: TestHotel, police: Simulator) -> None:
    begin(hotel, person())
    begin(hotel, person("李娜", LI), room="102")
    police.fails_with = 503
    for minute in range(60):
        sending.send_due(now=NOW + minute * MINUTE)
    assert states() == [("in", "waiting"), ("in", "waiting")]
    assert sending.ring_overdue(now=NOW + 60 * MINUTE) == 2
    police.fails_with = None
    send_all(NOW + 75 * MINUTE)
    assert states() == [("in", "received"), ("in", "received")]
    assert len(told(police)) == len(set(police.received.receipts.values())) == 2


def test_line_broken_before_the_receipt_is_asked_again_under_the_same_serial(
    hotel: TestHotel, police: Simulator
) -> None:
    begin(hotel, person())
    police.forgets_receipts = 1
    send_all(NOW)
    assert states() == [("in", "waiting")]
    send_all(NOW + 2 * MINUTE)
    assert states() == [("in", "received")]
    assert (len(police.received.calls), len(told(police)), reports()[0]["receipt"]) == (2, 1, "GA000001")


def test_sender_killed_between_sending_and_noting_goes_on_under_the_same_serial(
    hotel: TestHotel, police: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(hotel, person())

    class Killed(BaseException):
        pass

    def die(**_given: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(sending.outcomes, "note_received", die)
        with pytest.raises(Killed):
            sending.send_due(now=NOW)
    assert states() == [("in", "sending")]
    assert sending.send_due(now=NOW + MINUTE) == 0
    send_all(NOW + sending.TURN)
    assert states() == [("in", "received")]
    assert (len(police.received.calls), len(told(police))) == (2, 1)
    assert tries() == [("unknown", "sender_died"), ("received", "")]


def test_what_was_said_first_is_said_again_though_the_file_changed(hotel: TestHotel, police: Simulator) -> None:
    begin(hotel, person())
    police.fails_with = 503
    send_all(NOW)
    db.execute("UPDATE guests_guest SET name = '王维'")
    police.fails_with = None
    send_all(NOW + 2 * MINUTE)
    assert told(police)[0]["person"]["name"] == "王伟"


def test_two_hotels_one_down_does_not_hold_up_the_other(hotel: TestHotel, police: Simulator) -> None:
    from tests.factories import make_hotel

    other = make_hotel(with_billing=True)
    reporting(other, "http://127.0.0.1:9/", region="national")
    begin(other, person("李娜", LI))
    begin(hotel, person())
    send_all(NOW)
    assert sorted(state for _kind, state in states()) == ["received", "waiting"]


# ---------------------------------------------------------------- held


def test_what_the_region_asks_and_nobody_said_waits_until_it_is_completed(hotel: TestHotel, police: Simulator) -> None:
    passport = RegistrationInput(
        name="John Smith", sex="male", birth_date=date(1980, 5, 1),
        document=DocumentInput(kind="passport", number="L898902C3", country="USA"),
    )  # fmt: skip
    stay = begin(hotel, passport)
    send_all(NOW)
    (row,) = reports()
    assert (row["state"], row["reason"]) == ("incomplete", "visa_kind,stay_until,entered_on")
    assert "停留" in queries.reason_words("incomplete", row["reason"]) or "until" in queries.reason_words(
        "incomplete", row["reason"]
    )
    write_particulars(
        hotel_id=hotel.pk, room_reservation_id=stay, registration_id=row["registration_id"],
        particulars=Particulars(visa_kind="free", stay_until=date(2026, 12, 1), entered_on=date(2026, 11, 20)),
        actor=clerk_of(hotel), now=NOW + MINUTE,
    )  # fmt: skip
    send_all(NOW + MINUTE)
    assert states() == [("in", "received")]
    assert told(police)[0]["person"]["visa_kind"] == "free"


def test_hotel_asks_what_its_own_police_want_besides(hotel: TestHotel, police: Simulator) -> None:
    reporting(hotel, police.url, also_asks=("address", "ethnicity", "entry_port"))
    begin(hotel, person())
    begin(hotel, SMITH, room="102")
    send_all(NOW)
    assert [row["reason"] for row in reports()] == ["address,ethnicity", "address,entry_port"]


def test_sent_back_is_mended_in_the_file_and_sent_again_under_a_new_serial(hotel: TestHotel, police: Simulator) -> None:
    begin(hotel, person("坏号", UNKNOWN))
    send_all(NOW)
    (row,) = reports()
    assert (row["state"], row["reason"]) == ("refused", "sent_back:unknown_number")
    place = f"guests_guestdocument.number:{db.fetch_value('SELECT id FROM guests_guestdocument')}"
    db.execute("UPDATE guests_guestdocument SET number_sealed = %s", [crypto.seal(WANG, place=place)])
    outcomes.send_again(**what(hotel, row["id"]))
    send_all(NOW)
    (after,) = reports()
    assert (after["state"], after["serial"] != row["serial"]) == ("received", True)
    with pytest.raises(ReportNotHeld):
        outcomes.send_again(**what(hotel, row["id"]))


def test_noted_by_hand_is_received_once(hotel: TestHotel, police: Simulator) -> None:
    begin(hotel, person())
    (row,) = reports()
    with pytest.raises(InvalidInput) as refusal:
        outcomes.note_by_hand(**what(hotel, row["id"]), receipt=" ")
    assert refusal.value.field == "receipt"
    outcomes.note_by_hand(**what(hotel, row["id"]), receipt="A-17")
    with pytest.raises(ReportSettled):
        outcomes.note_by_hand(**what(hotel, row["id"]), receipt="A-18")
    assert send_all(NOW) == 0
    assert (reports()[0]["receipt"], tries()) == ("A-17", [("by_hand", "")])


def test_without_an_address_reports_wait_for_the_hand_and_ring_all_the_same(strict: TestHotel) -> None:
    reporting(strict, "")
    begin(strict, person())
    assert send_all(NOW + 29 * MINUTE) == 0
    assert sending.ring_overdue(now=NOW + 29 * MINUTE) == 0
    assert sending.ring_overdue(now=NOW + 30 * MINUTE) == 1
    assert sending.ring_overdue(now=NOW + 31 * MINUTE) == 0
    found = queries.owed(hotel_id=strict.pk, now=NOW + 30 * MINUTE)
    assert (found.owed, found.overdue, found.held) == (1, 1, 0)
