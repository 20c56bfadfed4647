"""Registration of a twin hotel: a visitor, a minor alone, a picture, a signed card; reports in every state."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

from binzhi.frontdesk.police import queueing
from binzhi.frontdesk.police.settings import LinkInput, set_up_police
from binzhi.frontdesk.registration import cards, completing, images, minors, rules, visitors
from binzhi.frontdesk.registration.content import card_content
from binzhi.frontdesk.registration.particulars import Particulars
from binzhi.frontdesk.requests import DocumentInput
from binzhi.kernel import db
from tests.factories import NOW, SYSTEM, TestHotel

_OUTCOMES = "binzhi.frontdesk.police.outcomes"
_REGISTRATION = "binzhi.frontdesk.registration"
SIGNATURE = "[[[10,10],[20,30],[40,50],[60,20]]]"
VISITOR = visitors.VisitorInput(name="来访", document=DocumentInput("passport", "L898902C3", "USA"), agreed=True)
OWN: dict[str, dict[str, Any]] = {
    f"{_OUTCOMES}.keep_content": {"content": b"x"},
    f"{_OUTCOMES}.note_received": {"receipt": "x"},
    f"{_OUTCOMES}.note_delay": {"code": "x"},
    f"{_OUTCOMES}.note_held": {"state": "refused", "code": "x"},
    f"{_OUTCOMES}.note_by_hand": {"receipt": "x"},
    f"{_REGISTRATION}.minors.close_alarm": {"outcome": "reached", "police_no": ""},
    f"{_REGISTRATION}.visitors.let_in": {"visitor": VISITOR},
    f"{_REGISTRATION}.images.keep_image": {"image": b""},
    f"{_REGISTRATION}.cards.sign_card": {"signature": SIGNATURE, "seen": ""},
    f"{_REGISTRATION}.completing.write_particulars": {"particulars": Particulars()},
}  # fmt: skip
ID_OF: dict[tuple[str, str], str] = {
    (f"{_OUTCOMES}.{name}", "report_id"): "sending_report"
    for name in ("keep_content", "note_received", "note_delay", "put_back", "note_held")
} | {
    (f"{_OUTCOMES}.send_again", "report_id"): "held_report",
    **{
        (f"{_REGISTRATION}.{name}", "room_reservation_id"): "stay"
        for name in ("visitors.let_in", "images.keep_image", "cards.sign_card", "completing.write_particulars")
    },
}  # fmt: skip


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), (120, 90, 60)).save(out, "JPEG")
    return out.getvalue()


def furnish(*, hotel: TestHotel, ids: dict[str, Any]) -> None:
    """What the law asks of a hotel with a guest in the house."""
    what: dict[str, Any] = {"hotel_id": hotel.pk, "actor": SYSTEM, "now": NOW}
    stay = ids["stay"]
    rules.set_registration_rules(rules=rules.Rules(keep_images=True), **what)
    set_up_police(link=LinkInput(is_on=True, station="H1", key="k"), **what)
    db.enter_scope("*", "*")
    person = db.fetch_one("SELECT id, guest_id FROM frontdesk_registration WHERE room_reservation_id = %s", [stay])
    assert person is not None
    ids["registration_id"] = person["id"]
    completing.write_particulars(
        room_reservation_id=stay, registration_id=person["id"], particulars=Particulars(address="湖滨路"), **what
    )
    ids["visitor_id"] = visitors.let_in(room_reservation_id=stay, visitor=VISITOR, **what)
    ids["image_id"] = images.keep_image(room_reservation_id=stay, guest_id=person["guest_id"], image=picture(), **what)
    seen = cards.mark_of(card_content(hotel_id=hotel.pk, room_reservation_id=stay))
    cards.sign_card(room_reservation_id=stay, signature=SIGNATURE, seen=seen, **what)
    ids["alarm_id"] = db.fetch_value(
        "INSERT INTO frontdesk_minoralarm (hotel_id, room_reservation_id, guest_id, reason, raised_at)"
        " VALUES (%s, %s, %s, 'alone', %s) RETURNING id",
        [hotel.pk, stay, person["guest_id"], NOW],
    )
    minors.note_patrol(alarm_id=ids["alarm_id"], note="安静", **what)
    _reports(hotel, ids)


def _reports(hotel: TestHotel, ids: dict[str, Any]) -> None:
    room = db.fetch_value("SELECT room_id FROM reservations_roomreservation WHERE id = %s", [ids["stay"]])
    queueing.note_arrivals(room_reservation_id=ids["stay"], room_id=room, now=NOW)
    ids["report_id"] = db.fetch_value("SELECT max(id) FROM frontdesk_policereport WHERE hotel_id = %s", [hotel.pk])
    for name, state in (("sending_report", "sending"), ("held_report", "refused")):
        ids[name] = db.fetch_value(
            "INSERT INTO frontdesk_policereport (hotel_id, kind, room_reservation_id, registration_id, guest_id, room_id,"
            " is_foreign, source, serial, state, occurred_at, due_at, alarm_at, limit_at, claimed_until)"
            " SELECT hotel_id, kind, room_reservation_id, registration_id, guest_id, room_id, is_foreign, %(source)s,"
            " gen_random_uuid(), %(state)s::text, occurred_at, due_at, alarm_at, limit_at,"
            " CASE WHEN %(state)s::text = 'sending' THEN occurred_at END FROM frontdesk_policereport WHERE id = %(id)s"
            " RETURNING id",
            {"source": name, "state": state, "id": ids["report_id"]},
        )
    db.execute(
        "INSERT INTO frontdesk_policeattempt (hotel_id, report_id, number, at, outcome, code)"
        " VALUES (%s, %s, 1, %s, 'refused', 'x')",
        [hotel.pk, ids["held_report"], NOW],
    )
