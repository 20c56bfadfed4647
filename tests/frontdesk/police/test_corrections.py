"""What the police were told of somebody in the house and does not hold any more is corrected, once, by its receipt."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from binzhi.frontdesk import services
from binzhi.frontdesk.errors import ReportSettled
from binzhi.frontdesk.police import correcting
from binzhi.frontdesk.police.simulator import Simulator
from binzhi.frontdesk.registration.completing import write_particulars
from binzhi.frontdesk.registration.particulars import Particulars
from binzhi.guests import services as guests
from binzhi.guests.details import GuestDetails
from binzhi.guests.documents import DocumentInput
from binzhi.kernel import db
from binzhi.kernel.errors import NotFound
from binzhi.kernel.follower import seen_of
from tests.factories import NOW, SYSTEM, TestHotel
from tests.frontdesk.browser import at, desk, text
from tests.frontdesk.conftest import clerk_of, nothing_changes
from tests.frontdesk.police.house import (
    LI,
    SMITH,
    WANG,
    begin,
    person,
    reporting,
    reports,
    send_all,
    states,
    told,
    tries,
)

MINUTE = timedelta(minutes=1)


def rename(hotel: TestHotel, name: str) -> None:
    guest = db.fetch_one("SELECT id, version, sex, birth_date, nationality FROM guests_guest ORDER BY id LIMIT 1")
    assert guest is not None
    details = GuestDetails(
        name=name, sex=guest["sex"] or "", birth_date=guest["birth_date"], nationality=guest["nationality"] or ""
    )
    guests.update_guest(
        hotel_id=hotel.pk, guest_id=guest["id"], details=details, expected_version=guest["version"], actor=SYSTEM,
        now=NOW,
    )  # fmt: skip


def heed() -> None:
    """What the worker's reader does with every change of a file there is; safe to repeat."""
    db.enter_scope("*", "*")
    rows = db.fetch_all(
        "SELECT * FROM kernel_outbox_event WHERE topic = ANY (%s) ORDER BY id", [list(correcting.TOPICS)]
    )
    for row in rows:
        correcting.heed(seen_of(row))


def complete(hotel: TestHotel, stay: int, now: Any = NOW, **given: Any) -> None:
    said = {"particulars": Particulars(), **given}
    registration = reports()[0]["registration_id"]
    write_particulars(
        hotel_id=hotel.pk, room_reservation_id=stay, registration_id=registration, actor=clerk_of(hotel), now=now,
        **said,
    )  # fmt: skip


def test_name_mended_in_the_file_is_corrected_once_naming_the_receipt(hotel: TestHotel, police: Simulator) -> None:
    begin(hotel, person("王玮"))
    send_all(NOW)
    rename(hotel, "王伟")
    for _twice in range(2):
        heed()
    assert states() == [("in", "received"), ("fix", "waiting")]
    assert reports()[1]["limit_at"] - reports()[1]["occurred_at"] == timedelta(hours=24)
    send_all(NOW + MINUTE)
    assert (told(police)[1]["kind"], told(police)[1]["about"]) == ("fix", "GA000001")
    assert [said["person"]["name"] for said in told(police)] == ["王玮", "王伟"]
    heed()
    assert states() == [("in", "received"), ("fix", "received")]


def test_change_that_the_police_are_not_told_of_owes_nothing(hotel: TestHotel) -> None:
    begin(hotel, person())
    send_all(NOW)
    with nothing_changes(), pytest.raises(ReportSettled):
        correcting.correct_report(
            hotel_id=hotel.pk, registration_id=reports()[0]["registration_id"], actor=SYSTEM, now=NOW
        )
    with pytest.raises(NotFound):
        correcting.correct_report(hotel_id=hotel.pk, registration_id=2**40, actor=SYSTEM, now=NOW)


def test_what_was_never_told_is_told_as_it_is_now(hotel: TestHotel, police: Simulator) -> None:
    begin(hotel, person("王玮"))
    rename(hotel, "王伟")
    heed()
    send_all(NOW)
    assert states() == [("in", "received")]
    assert told(police)[0]["person"]["name"] == "王伟"


def test_correction_of_what_the_police_may_have_goes_out_after_it(hotel: TestHotel, police: Simulator) -> None:
    police.forgets_receipts = 1
    begin(hotel, person("王玮"))
    send_all(NOW)
    rename(hotel, "王伟")
    heed()
    assert states() == [("in", "waiting"), ("fix", "waiting")]
    send_all(NOW + MINUTE)
    send_all(NOW + 2 * MINUTE)
    assert states() == [("in", "received"), ("fix", "received")]
    assert [said["person"]["name"] for said in told(police)] == ["王玮", "王伟"]


def test_particulars_and_document_are_corrected_with_the_registration_in_both_forms(
    hotel: TestHotel, police: Simulator
) -> None:
    reporting(hotel, police.url, region="shanghai")
    stay = begin(hotel, SMITH)
    send_all(NOW)
    guest = db.fetch_value("SELECT id FROM guests_guest")
    new = guests.add_document(
        hotel_id=hotel.pk, guest_id=guest, document=DocumentInput(kind="passport", number="K1234567", country="USA"),
        actor=SYSTEM, now=NOW,
    )  # fmt: skip
    heed()
    # A document that is in the file as well changes nothing: by which he is registered is the desk's to say.
    assert states() == [("in", "received")]
    stays = Particulars(latin_name="SMITH JOHN", visa_kind="visa", stay_until=date(2027, 1, 31),
                        entered_on=date(2026, 11, 20))  # fmt: skip
    complete(hotel, stay, particulars=stays, document_id=new)
    complete(hotel, stay, particulars=stays, document_id=new)
    send_all(NOW + MINUTE)
    said = told(police)[1]
    assert (said["YWLX"], said["YHZH"], said["ZJHM"], said["TLYXQ"]) == ("GZ", "GA000001", "K1234567", "2027-01-31")
    services.check_out(hotel_id=hotel.pk, room_reservation_id=stay, waive_day_use="test", actor=SYSTEM, now=NOW)
    send_all(NOW + 2 * MINUTE)
    assert (told(police)[2]["YWLX"], told(police)[2]["ZJHM"]) == ("TF", "K1234567")


def test_document_of_somebody_else_is_refused(hotel: TestHotel) -> None:
    stay = begin(hotel, person())
    begin(hotel, person("李娜", LI), room="102")
    others = db.fetch_value("SELECT max(id) FROM guests_guestdocument")
    with nothing_changes(), pytest.raises(NotFound):
        complete(hotel, stay, document_id=others)


def test_who_has_left_is_not_corrected(hotel: TestHotel) -> None:
    stay = begin(hotel, person("王玮"))
    send_all(NOW)
    services.check_out(hotel_id=hotel.pk, room_reservation_id=stay, waive_day_use="test", actor=SYSTEM, now=NOW)
    rename(hotel, "王伟")
    heed()
    assert [kind for kind, _state in states()] == ["in", "out"]


def test_check_in_taken_back_drops_a_correction_nobody_was_told(hotel: TestHotel) -> None:
    stay = begin(hotel, person("王玮"))
    send_all(NOW)
    rename(hotel, "王伟")
    heed()
    services.undo_check_in(hotel_id=hotel.pk, room_reservation_id=stay, actor=SYSTEM, now=NOW)
    assert states() == [("in", "received"), ("fix", "withdrawn"), ("void", "waiting")]


def test_receipt_the_police_do_not_know_is_sent_back_for_somebody_to_mend(hotel: TestHotel, police: Simulator) -> None:
    begin(hotel, person("王玮"))
    send_all(NOW)
    police.received.receipts.clear()
    rename(hotel, "王伟")
    heed()
    send_all(NOW + MINUTE)
    assert states() == [("in", "received"), ("fix", "refused")]
    assert tries()[-1] == ("refused", "sent_back:unknown_receipt")
    assert WANG not in str(tries())


def test_clerk_says_on_the_page_by_which_document_somebody_is_registered(hotel: TestHotel, police: Simulator) -> None:
    stay = begin(hotel, person())
    send_all(NOW)
    registration, client = reports()[0]["registration_id"], desk(hotel)
    page = at(hotel, f"stays/{stay}/registration/{registration}")
    assert "Registered by" not in text(client.get(page))
    new = guests.add_document(
        hotel_id=hotel.pk, guest_id=reports()[0]["guest_id"], document=DocumentInput("passport", "E12345678", "CHN"),
        actor=SYSTEM, now=NOW,
    )  # fmt: skip
    assert "Registered by" in text(client.get(page))
    assert client.post(page, {"document_id": "1000000"}).status_code == 422
    assert states() == [("in", "received")]
    assert client.post(page, {"document_id": str(new)}).status_code == 302
    send_all(NOW + MINUTE)
    assert (told(police)[1]["about"], told(police)[1]["person"]["number"]) == ("GA000001", "E12345678")
    kept = text(client.get(at(hotel, f"police/{reports()[1]['id']}")))
    assert "Names the receipt" in kept
    assert "GA000001" in kept
