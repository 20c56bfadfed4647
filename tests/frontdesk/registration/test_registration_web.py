"""The screens of registration and police: what is asked, where it is refused, nothing typed is lost."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from binzhi.frontdesk.police import sending
from binzhi.frontdesk.police.simulator import Simulator
from binzhi.frontdesk.registration import cards
from binzhi.frontdesk.registration.content import card_content
from binzhi.frontdesk.registration.rules import Rules, set_registration_rules
from binzhi.guests.mrz import check_digit
from binzhi.kernel import db
from tests.factories import NOW, SYSTEM, TestHotel
from tests.frontdesk.browser import at, text
from tests.frontdesk.browser import desk as any_desk
from tests.frontdesk.conftest import arrive, nothing_changes, row_of
from tests.frontdesk.police.house import LI, SMITH, WANG, begin, number_of, person, reporting, states
from tests.frontdesk.registration.test_visitors_cards_images import SIGNATURE, picture

BOY = number_of("11010520150101003")


def lines_of(born: str = "740812", expires: str = "320415") -> str:
    """A British passport of the sample's Anna Maria Eriksson, with its check digits."""
    number, born, expires = (part + check_digit(part) for part in ("L898902C3", born, expires))
    personal = "ZE184226B<<<<<" + check_digit("ZE184226B<<<<<")
    composite = check_digit(number + born + expires + personal)
    return f"P<GBRERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n{number}GBR{born}F{expires}{personal}{composite}"


def desk(hotel: TestHotel) -> Client:
    """A clerk's browser, in Chinese."""
    client = any_desk(hotel)
    client.cookies["binzhi_language"] = "zh-hans"
    return client


@pytest.fixture(autouse=True)
def two_in_the_afternoon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def check_in(hotel: TestHotel, **given: str) -> tuple[int, Any]:
    stay = arrive(hotel, adults=1)
    fields = {"room": "101", "r0-guest_text": "王小宝", "r0-kind": "resident_id", "r0-number": BOY,
              "deposit_means": "cash", "idempotency_key": uuid.uuid4().hex}  # fmt: skip
    return stay, desk(hotel).post(at(hotel, f"stays/{stay}/check-in"), fields | given)


def test_check_in_of_a_minor_asks_who_is_in_the_room_and_keeps_what_was_typed(strict: TestHotel) -> None:
    guardian = {"r0-guardian_name": "王伟", "r0-guardian_phone": "13800138000", "r0-guardian_relation": "parent"}
    stay, answer = check_in(strict, **guardian)
    page = text(answer)
    assert answer.status_code == 422
    assert 'id="id_r0-room_relation"' in page
    assert 'value="王伟"' in page
    assert row_of(stay)["status"] == "reserved"
    stay, answer = check_in(strict, **guardian, **{"r0-room_relation": "alone", "r0-guardian_reached": "yes"})
    assert answer.status_code == 302
    assert "王小宝" not in text(desk(strict).get(at(strict, "minors"))).split("<title>")[0]
    assert "独自入住" in text(desk(strict).get(at(strict, "minors")))


def test_lines_of_a_passport_fill_in_the_row(strict: TestHotel) -> None:
    fields = {"row": "1", "r1-mrz": lines_of().replace("\n", ""), "r1-phone": "13800138000"}
    page = text(desk(strict).post(at(strict, "documents/lines"), fields))
    for value in ("L898902C3", "ERIKSSON ANNA MARIA", "1974-08-12", "13800138000"):
        assert f'value="{value}"' in page
    assert '<option value="passport" selected>' in page
    assert '<option value="female" selected>' in page


def test_lines_that_do_not_fit_are_said_at_their_field(strict: TestHotel) -> None:
    broken = lines_of().replace("7408122", "7408123")
    page = text(
        desk(strict).post(at(strict, "documents/lines"), {"row": "0", "r0-mrz": broken, "r0-guest_text": "安娜"})
    )
    assert "bz-field rg-mrz" in page or "rg-mrz" in page
    assert 'value="安娜"' in page
    assert "校验位" in page


def test_registration_page_signs_a_card_and_prints_it_again(strict: TestHotel) -> None:
    stay, client = begin(strict, person(), SMITH), desk(strict)
    page = text(client.get(at(strict, f"stays/{stay}/registration")))
    assert "SMITH JOHN" in page
    assert WANG not in page
    seen = cards.mark_of(card_content(hotel_id=strict.pk, room_reservation_id=stay))
    where = at(strict, f"stays/{stay}/registration/card")
    with nothing_changes():
        answer = client.post(where, {"signature": "", "seen": seen})
    assert (answer.status_code, "还没有签名" in text(answer)) == (422, True)
    assert client.post(where, {"signature": SIGNATURE, "seen": "other"}).status_code == 409
    assert client.post(where, {"signature": SIGNATURE, "seen": seen}).status_code == 302
    for number in ("", "?number=1"):
        answer = client.get(at(strict, f"stays/{stay}/registration/card.pdf{number}"))
        assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    assert client.get(at(strict, f"stays/{stay}/registration/card.pdf?number=7")).status_code == 404


@pytest.mark.slow
def test_particulars_are_completed_and_refused_at_their_field(strict: TestHotel) -> None:
    stay, client = begin(strict, SMITH), desk(strict)
    who = db.fetch_value("SELECT id FROM frontdesk_registration")
    where = at(strict, f"stays/{stay}/registration/{who}")
    assert 'value="SMITH JOHN"' in text(client.get(where))
    answer = client.post(where, {"latin_name": "SMITH JO", "entered_on": "2026-12-01"})
    assert (answer.status_code, 'value="SMITH JO"' in text(answer)) == (422, True)
    assert client.post(where, {"latin_name": "SMITH JO", "entered_on": "2026-11-01"}).status_code == 302
    assert 'value="SMITH JO"' in text(client.get(where))
    assert client.get(at(strict, f"stays/{stay}/registration/{2**40}")).status_code == 404


def test_visitors_page_lets_in_refuses_and_lets_out(strict: TestHotel) -> None:
    begin(strict, person())
    client, where = desk(strict), at(strict, "visitors")
    given = {"room": "101", "name": "李娜", "kind": "resident_id", "number": LI}
    answer = client.post(where, given)
    assert (answer.status_code, "请先征得住客同意" in text(answer), 'value="李娜"' in text(answer)) == (422, True, True)
    assert client.post(where, given | {"agreed": "on", "room": "102"}).status_code == 422
    assert client.post(where, given | {"agreed": "on"}).status_code == 302
    page = text(client.get(where))
    assert ("李娜" in page, LI in page) == (True, False)
    visitor = db.fetch_value("SELECT id FROM frontdesk_visitor")
    assert client.post(at(strict, f"visitors/{visitor}/out")).status_code == 302
    assert "李娜" not in text(client.get(where))


@pytest.mark.slow
def test_rules_and_pictures(strict: TestHotel) -> None:
    stay, client = begin(strict, person()), desk(strict)
    who = db.fetch_value("SELECT id FROM frontdesk_registration")
    rules = {"version": "0", "visits_from": "08:00", "visits_until": "07:00", "image_hours": "24"}
    assert client.post(at(strict, "registration-rules"), rules).status_code == 422
    good = rules | {"visits_until": "22:00", "keep_images": "on"}
    assert client.post(at(strict, "registration-rules"), good).status_code == 302
    from io import BytesIO

    sent = BytesIO(picture())
    sent.name = "id.jpg"
    assert client.post(at(strict, f"stays/{stay}/registration/{who}/image"), {"image": sent}).status_code == 302
    image = db.fetch_value("SELECT id FROM frontdesk_documentimage")
    answer = client.get(at(strict, f"document-images/{image}"))
    assert (answer["Content-Type"], answer["Cache-Control"].count("no-store")) == ("image/jpeg", 1)
    set_registration_rules(hotel_id=strict.pk, rules=Rules(version=1), actor=SYSTEM, now=NOW)


def test_police_pages_show_what_is_owed_and_take_a_receipt(strict: TestHotel) -> None:
    client = desk(strict)
    given = {"version": "0", "is_on": "on", "region": "shanghai", "station": "", "alarm_minutes": "30"}
    assert client.post(at(strict, "police/settings"), given).status_code == 422
    assert client.post(at(strict, "police/settings"), given | {"station": "H1"}).status_code == 302
    assert "120" in text(client.get(at(strict, "police/settings")))
    begin(strict, person())
    report = db.fetch_value("SELECT id FROM frontdesk_policereport")
    for tab in ("owed", "overdue", "held", "received", "", "nonsense"):
        assert client.get(at(strict, f"police?tab={tab}")).status_code == 200
    assert "王先生" in text(client.get(at(strict, "police")))
    answer = client.post(at(strict, f"police/{report}/by-hand"), {"receipt": ""})
    assert answer.status_code == 422
    assert client.post(at(strict, f"police/{report}/by-hand"), {"receipt": "A-17"}).status_code == 302
    assert "A-17" in text(client.get(at(strict, f"police/{report}")))
    assert states() == [("in", "received")]
    assert client.post(at(strict, f"police/{report}/by-hand"), {"receipt": "A-18"}).status_code == 409


@pytest.mark.slow
def test_sent_back_report_is_mended_and_sent_again_on_the_page(strict: TestHotel, police: Simulator) -> None:
    reporting(strict, police.url, region="hunan")
    begin(strict, person())
    sending.send_due(now=NOW)
    client = desk(strict)
    page = text(client.get(at(strict, "police?tab=held")))
    assert "缺：住址" in page
    report = db.fetch_one("SELECT * FROM frontdesk_policereport")
    assert report is not None
    where = f"stays/{report['room_reservation_id']}/registration/{report['registration_id']}"
    assert client.post(at(strict, where), {"address": "湖滨路1号"}).status_code == 302
    sending.send_due(now=NOW)
    assert next(iter(police.received.reports.values()))["XZZ"] == "湖滨路1号"
    assert client.post(at(strict, f"police/{report['id']}/again")).status_code == 302
    assert states() == [("in", "received")]
