"""Outside partners on one page and by API: does each answer, what waits, who may try."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from django.test import Client

from binzhi.billing.access import Permission as Billing
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.keys import services as cards
from binzhi.frontdesk.keys.sending import send_due
from binzhi.frontdesk.keys.services import LocksInput
from binzhi.frontdesk.keys.simulator import KEY, Doors, serve
from binzhi.frontdesk.partnering import try_partner
from binzhi.frontdesk.police.simulator import Simulator
from binzhi.kernel import db
from binzhi.kernel.errors import Forbidden, NotFound
from binzhi.kernel.reached import partner_states
from tests.factories import NOW, SYSTEM, TestHotel, make_actor, make_hotel
from tests.frontdesk.browser import at, text
from tests.frontdesk.conftest import nothing_changes, stay_in
from tests.frontdesk.police.house import reporting
from tests.reservations.desk import signed_in


@pytest.fixture
def house(db: None) -> TestHotel:
    return make_hotel(with_billing=True, documents_required=False)


@pytest.fixture
def doors(house: TestHotel) -> Iterator[Doors]:
    there = Doors()
    server = serve(there)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    locks = LocksInput(provider_url=url, provider_key=KEY)
    cards.set_locks(hotel_id=house.pk, locks=locks, actor=SYSTEM, now=NOW)
    yield there
    server.shutdown()
    server.server_close()


def state(house: TestHotel, code: str) -> tuple[bool, str, int]:
    db.enter_scope("*", "*")
    (found,) = partner_states(hotel_id=house.pk, only=code)
    return found.counts.connected, found.trouble, found.counts.waiting


def test_partner_that_is_down_is_said_with_what_waits_for_it(house: TestHotel, doors: Doors) -> None:
    stay = stay_in(house, "101")
    cards.make_keys(hotel_id=house.pk, room_reservation_id=stay, actor=SYSTEM, now=NOW)
    doors.down = True
    send_due(now=NOW)
    assert state(house, "locks") == (True, "HTTP 503", 1)
    client = signed_in(house, [Permission.VIEW_REPORTS])
    page = text(client.get(at(house, "partners")))
    assert "it answered 503" in page
    assert at(house, "keys?state=waiting") in client.get(at(house, "partners")).content.decode()


def test_trying_a_partner_asks_nothing_of_it(house: TestHotel, doors: Doors) -> None:
    client = signed_in(house, [Permission.VIEW_REPORTS, Permission.SET_LOCKS])
    answer = client.post(at(house, "partners"), {"partner": "locks", "next": at(house, "keys/locks")})
    assert answer["Location"] == at(house, "keys/locks")
    assert (state(house, "locks"), doors.asked, doors.void) == ((True, "", 0), [], set())
    doors.key = "another"
    client.post(at(house, "partners"), {"partner": "locks"})
    assert state(house, "locks") == (True, "key_refused", 0)
    assert "our key is refused" in text(client.get(at(house, "keys/locks")))


def test_police_are_tried_without_a_report(house: TestHotel, police: Simulator) -> None:
    reporting(house, police.url)
    assert try_partner(hotel_id=house.pk, partner="police", actor=SYSTEM, now=NOW) == ""
    assert police.received.calls == []
    police.fails_with = 503
    assert try_partner(hotel_id=house.pk, partner="police", actor=SYSTEM, now=NOW) == "HTTP 503"


def test_partner_that_is_not_connected_is_said_and_nothing_is_called(house: TestHotel) -> None:
    for partner in ("bank", "invoices", "locks", "police", "email", "sms"):
        assert try_partner(hotel_id=house.pk, partner=partner, actor=SYSTEM, now=NOW) == "not_connected"
        assert state(house, partner)[0] is False


def test_only_who_sets_a_partner_up_may_try_it(house: TestHotel, doors: Doors) -> None:
    actor = make_actor(house, {Permission.VIEW_REPORTS, Billing.SET_HOLDS})
    with nothing_changes():
        for partner, refusal in (("locks", Forbidden), ("nobody", NotFound)):
            with pytest.raises(refusal):
                try_partner(hotel_id=house.pk, partner=partner, actor=actor, now=NOW)
    client: Client = signed_in(house, [Permission.VIEW])
    assert client.get(at(house, "partners")).status_code == 403
