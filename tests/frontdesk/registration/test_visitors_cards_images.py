"""Visitors in and out; the card as it was signed; pictures of documents that do not stay."""

from __future__ import annotations

import io
from datetime import time, timedelta
from typing import Any

import orjson
import pytest
from django.db import IntegrityError, InternalError, transaction
from PIL import Image

from binzhi.frontdesk import services
from binzhi.frontdesk.errors import (
    CardChanged,
    ConsentOfGuestRequired,
    ImageCleared,
    ImagesOff,
    SignatureMissing,
    VisitorLeft,
    VisitsOver,
)
from binzhi.frontdesk.registration import cards, images
from binzhi.frontdesk.registration.content import card_content
from binzhi.frontdesk.registration.queries import visitors_of_day
from binzhi.frontdesk.registration.rules import Rules, rules_of, set_registration_rules
from binzhi.frontdesk.registration.visitors import VisitorInput, let_in, let_out
from binzhi.frontdesk.requests import DocumentInput
from binzhi.kernel import db
from binzhi.kernel.errors import DomainError, EditConflict, InvalidInput, NotFound
from binzhi.kernel.pictures import NotAPicture
from binzhi.reservations.errors import WrongStatus
from tests.factories import NOW, SYSTEM, TestHotel
from tests.frontdesk.conftest import arrive, nothing_changes
from tests.frontdesk.police.house import LI, WANG, begin, person

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PAPERS = DocumentInput(kind="resident_id", number=LI)
SIGNATURE = "[[[10,10],[20,30],[40,50],[60,20]],[[100,100],[120,90]]]"


def visitor(**more: Any) -> VisitorInput:
    return VisitorInput(**({"name": "李娜", "document": PAPERS, "agreed": True} | more))


def enter(hotel: TestHotel, stay: int, *, at: Any = NOW, **more: Any) -> int:
    return let_in(hotel_id=hotel.pk, room_reservation_id=stay, visitor=visitor(**more), actor=SYSTEM, now=at)


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (400, 250), (120, 90, 60)).save(out, "JPEG")
    return out.getvalue()


# ---------------------------------------------------------------- visitors


def test_visitor_comes_and_goes_name_and_number_sealed(strict: TestHotel) -> None:
    stay = begin(strict, person())
    visitor_id = enter(strict, stay)
    row = db.fetch_one("SELECT * FROM frontdesk_visitor")
    assert row is not None
    assert (row["name_masked"], row["number_masked"]) == ("李*", f"110***********{LI[-4:]}")
    assert "李娜".encode() not in bytes(row["name_sealed"])
    inside = visitors_of_day(hotel=strict.ref, first=NOW - HOUR, last=NOW + HOUR, now=NOW)
    assert [(one.name, one.room, one.host, one.is_over) for one in inside] == [("李娜", "101", "王先生", False)]
    given: dict[str, Any] = {"hotel_id": strict.pk, "visitor_id": visitor_id, "actor": SYSTEM, "now": NOW + HOUR}
    let_out(**given)
    with pytest.raises(VisitorLeft):
        let_out(**given)
    (gone,) = visitors_of_day(hotel=strict.ref, first=NOW - HOUR, last=NOW + HOUR, now=NOW)
    assert (gone.name, gone.left_at) == ("李*", NOW + HOUR)


REFUSED: list[tuple[dict[str, Any], type[DomainError], str]] = [
    ({"agreed": False}, ConsentOfGuestRequired, "agreed"),
    ({"name": " "}, InvalidInput, "name"),
    ({"document": DocumentInput(kind="resident_id", number="123")}, InvalidInput, "number"),
    ({"at": NOW + 9 * HOUR}, VisitsOver, "name"),
    ({"at": NOW + 12 * HOUR}, VisitsOver, "name"),
]


def test_visitor_is_refused_at_the_field(strict: TestHotel) -> None:
    stay = begin(strict, person())
    with nothing_changes():
        for given, refusal, field in REFUSED:
            with pytest.raises(refusal) as caught:
                enter(strict, stay, **given)
            assert caught.value.field == field
    assert db.fetch_value("SELECT count(*) FROM frontdesk_visitor") == 0


def test_visitor_of_who_is_not_here_is_refused(strict: TestHotel) -> None:
    with pytest.raises(WrongStatus):
        enter(strict, arrive(strict, room="101"))
    with pytest.raises(NotFound):
        enter(strict, 2**40)


def test_visits_end_when_the_hotel_says_and_who_is_still_inside_is_marked(strict: TestHotel) -> None:
    rules = Rules(visits_until=time(15))
    set_registration_rules(hotel_id=strict.pk, rules=rules, actor=SYSTEM, now=NOW)
    stay = begin(strict, person())
    enter(strict, stay)
    with pytest.raises(VisitsOver):
        enter(strict, stay, at=NOW + HOUR)
    (inside,) = visitors_of_day(hotel=strict.ref, first=NOW, last=NOW, now=NOW + HOUR)
    assert inside.is_over
    (inside,) = visitors_of_day(hotel=strict.ref, first=NOW, last=NOW, now=NOW + DAY - 2 * HOUR)
    assert inside.is_over


def test_visitors_leave_with_the_guest(strict: TestHotel) -> None:
    stay = begin(strict, person())
    enter(strict, stay)
    services.check_out(hotel_id=strict.pk, room_reservation_id=stay, waive_day_use="x", actor=SYSTEM, now=NOW + HOUR)
    assert db.fetch_value("SELECT left_at FROM frontdesk_visitor") == NOW + HOUR


def test_rules_are_kept_by_version_and_refused_at_the_field(strict: TestHotel) -> None:
    given: dict[str, Any] = {"hotel_id": strict.pk, "actor": SYSTEM, "now": NOW}
    for rules, field in (
        (Rules(image_hours=-1), "image_hours"), (Rules(image_hours=721), "image_hours"),
        (Rules(visits_from=time(23), visits_until=time(22)), "visits_until"),
    ):  # fmt: skip
        with pytest.raises(InvalidInput) as caught:
            set_registration_rules(**given, rules=rules)
        assert caught.value.field == field
    set_registration_rules(**given, rules=Rules(keep_images=True))
    with pytest.raises(EditConflict):
        set_registration_rules(**given, rules=Rules())
    assert (rules_of(strict.pk).keep_images, rules_of(strict.pk).version) == (True, 1)


# ---------------------------------------------------------------- the card


def sign(hotel: TestHotel, stay: int, signature: str = SIGNATURE, seen: str = "") -> int:
    content = card_content(hotel_id=hotel.pk, room_reservation_id=stay)
    return cards.sign_card(
        hotel_id=hotel.pk, room_reservation_id=stay, signature=signature, seen=seen or cards.mark_of(content),
        actor=SYSTEM, now=NOW,
    )  # fmt: skip


def test_card_is_kept_as_it_was_signed_whatever_happens_later(strict: TestHotel) -> None:
    stay = begin(strict, person())
    assert (sign(strict, stay), sign(strict, stay)) == (1, 2)
    db.execute("UPDATE guests_guest SET name = '王维'")
    (card,) = cards.signed_cards(hotel_id=strict.pk, room_reservation_id=stay, number=1)
    assert (card.content["room"], card.content["people"][0]["name"]) == ("101", "王伟")
    assert card.paths == ["10,10 20,30 40,50 60,20", "100,100 120,90"]
    row = db.fetch_one("SELECT * FROM frontdesk_registrationcard WHERE number = 1")
    assert row is not None
    assert "王伟".encode() not in bytes(row["content_sealed"])
    assert orjson.dumps([[10, 10]])[:6] not in bytes(row["signature_sealed"])
    assert WANG not in str(card.content)


@pytest.mark.parametrize(
    ("signature", "refusal"),
    [
        ("", SignatureMissing), ("[]", SignatureMissing), ("[[[1,1]]]", SignatureMissing), ("x", InvalidInput),
        ("{}", InvalidInput), ("[[[1,2,3]]]", InvalidInput), ("[[[601,1],[1,1],[1,1],[1,1]]]", InvalidInput),
        ("[[[-1,1],[1,1],[1,1],[1,1]]]", InvalidInput), ('[[["1",1]]]', InvalidInput), ("[[[1.5,1]]]", InvalidInput),
        ("[[[true,1]]]", InvalidInput), ("[[" + "[1,1]," * 6001 + "[1,1]]]", InvalidInput), ("[" * 200_000, SignatureMissing),
    ],
)  # fmt: skip
def test_signature_that_is_none_is_refused(signature: str, refusal: type[DomainError]) -> None:
    with pytest.raises(refusal) as caught:
        cards.read_strokes(signature)
    assert caught.value.field == "signature"


def test_card_without_a_signature_leaves_nothing(strict: TestHotel) -> None:
    stay = begin(strict, person())
    with nothing_changes(), pytest.raises(SignatureMissing):
        sign(strict, stay, "[]")


def test_card_that_changed_since_it_was_shown_is_not_signed(strict: TestHotel) -> None:
    stay = begin(strict, person())
    seen = cards.mark_of(card_content(hotel_id=strict.pk, room_reservation_id=stay))
    db.execute("UPDATE guests_guest SET name = '王维'")
    with pytest.raises(CardChanged):
        sign(strict, stay, seen=seen)


def test_signed_card_is_written_once(strict: TestHotel) -> None:
    sign(strict, begin(strict, person()))
    for sql in ("DELETE FROM frontdesk_registrationcard", "UPDATE frontdesk_registrationcard SET signed_at = now()"):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            db.execute(sql)


# ---------------------------------------------------------------- pictures


def keep(hotel: TestHotel, stay: int, data: bytes | None = None) -> int:
    guest = db.fetch_value("SELECT guest_id FROM frontdesk_registration WHERE room_reservation_id = %s", [stay])
    return images.keep_image(
        hotel_id=hotel.pk, room_reservation_id=stay, guest_id=guest, image=data or picture(), actor=SYSTEM, now=NOW
    )


def switch_on(hotel: TestHotel) -> None:
    set_registration_rules(hotel_id=hotel.pk, rules=Rules(keep_images=True), actor=SYSTEM, now=NOW)


def test_picture_is_refused_where_the_hotel_keeps_none(strict: TestHotel) -> None:
    stay = begin(strict, person())
    with nothing_changes(), pytest.raises(ImagesOff):
        keep(strict, stay)


def test_picture_is_sealed_looked_at_on_record_and_cleared_a_day_after_check_out(strict: TestHotel) -> None:
    switch_on(strict)
    stay = begin(strict, person())
    image_id = keep(strict, stay)
    given: dict[str, Any] = {"hotel_id": strict.pk, "image_id": image_id, "actor": SYSTEM, "now": NOW}
    data = images.open_image(**given)
    assert Image.open(io.BytesIO(data)).size == (400, 250)
    assert data not in bytes(db.fetch_value("SELECT image_sealed FROM frontdesk_documentimage"))
    assert db.fetch_value("SELECT count(*) FROM kernel_audit_entry WHERE operation = 'document_image.opened'") == 1
    assert images.clear_all(actor=SYSTEM, now=NOW + 3 * DAY) == 0
    services.check_out(hotel_id=strict.pk, room_reservation_id=stay, waive_day_use="x", actor=SYSTEM, now=NOW + HOUR)
    assert images.clear_all(actor=SYSTEM, now=NOW + 24 * HOUR) == 0
    assert images.clear_all(actor=SYSTEM, now=NOW + 25 * HOUR) == 1
    with pytest.raises(ImageCleared):
        images.open_image(**given)


def test_pictures_go_when_they_are_switched_off_and_when_a_stay_never_ends(strict: TestHotel) -> None:
    switch_on(strict)
    first, second = begin(strict, person()), begin(strict, person("李娜", LI), room="102")
    keep(strict, first)
    assert images.clear_all(actor=SYSTEM, now=NOW + images.LONGEST + HOUR) == 1
    keep(strict, second)
    set_registration_rules(hotel_id=strict.pk, rules=Rules(version=1), actor=SYSTEM, now=NOW)
    assert images.clear_all(actor=SYSTEM, now=NOW) == 1


def test_picture_that_is_none_is_refused(strict: TestHotel) -> None:
    switch_on(strict)
    stay = begin(strict, person())
    with nothing_changes(), pytest.raises(NotAPicture):
        keep(strict, stay, b"%PDF-1.4 no picture")
