"""B2: killed between the commit and the answer, and just before the commit; the client sends the same again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest

from binzhi.kernel import db
from tests.api.conftest import all_permissions, issue
from tests.concurrency.http_house import Answer, Program, booking_body, serving
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, booking, make_hotel, sold

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.crash]
BODY = booking_body(arrival=TODAY, departure=TODAY.replace(day=TODAY.day + 2), remarks="once")
PAYMENT = {"means": "cash", "amount": "88.00", "currency": "CNY", "in_advance": True}
CRASH_LOOP_SECONDS = 8


@pytest.fixture(scope="module")
def dead(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file for each key that a process died of."""
    return tmp_path_factory.mktemp("dead")


@pytest.fixture(scope="module")
def port(django_db_setup: None, dead: Path) -> Iterator[int]:
    """One process that dies where a request's key says, and is replaced."""
    with serving(without="mortal", workers=1, BINZHI_TEST_DIED=str(dead)) as port:
        yield port


@pytest.fixture
def hotel(transactional_db: None) -> TestHotel:
    return make_hotel(with_billing=True, documents_required=False)


class Asker:
    """Sends with one token; an answer, or None where it broke off."""

    def __init__(self, port: int, hotel: TestHotel, dead: Path) -> None:
        self.port, self.hotel, self.dead = port, hotel, dead
        self.token = issue(hotel, all_permissions(), username="asker")

    def once(self, path: str, body: Any = None, *, key: str = "", method: str = "POST") -> Answer | None:
        try:
            caller = Program(self.port, self.hotel, self.token)
        except OSError:
            return None
        try:
            return caller.call(method, path, body, idempotency_key=key)
        except (OSError, HTTPException):
            return None
        finally:
            caller.close()

    def kills(self, path: str, body: Any, *, key: str) -> bool:
        """Of this key; the deaths are kept apart, because the web server ends itself when they come too fast."""
        for died in self.dead.iterdir():
            time.sleep(max(0.0, died.stat().st_mtime + CRASH_LOOP_SECONDS - time.time()))
        self.until_answered("/rooms", method="GET")
        return self.once(path, body, key=key) is None and (self.dead / key).exists()

    def until_answered(self, path: str, body: Any = None, *, key: str = "", method: str = "POST") -> Answer:
        deadline = time.monotonic() + 120
        while (answer := self.once(path, body, key=key, method=method)) is None:
            assert time.monotonic() < deadline, "the process was not replaced"
            time.sleep(0.05)
        return answer


@pytest.fixture
def asker(port: int, hotel: TestHotel, dead: Path) -> Asker:
    return Asker(port, hotel, dead)


def count(table: str) -> int:
    db.enter_scope("*", "*")
    return int(db.fetch_value(f"SELECT count(*) FROM {table}"))


@pytest.mark.parametrize("point", [pytest.param("before", marks=pytest.mark.slow), "after"])
def test_booking_whose_server_was_killed_is_made_once(asker: Asker, hotel: TestHotel, point: str) -> None:
    key = f"{point}-booking"
    assert asker.kills("/reservations", BODY, key=key)
    assert count("reservations_reservation") == (1 if point == "after" else 0)
    answer = asker.until_answered("/reservations", BODY, key=key)
    assert answer.status == 201
    assert ("idempotent-replay" in answer.headers) == (point == "after")
    assert count("reservations_reservation") == 1
    assert sold(hotel)[:3] == [1, 1, 0]


@pytest.mark.parametrize("point", [pytest.param("before", marks=pytest.mark.slow), "after"])
def test_payment_whose_server_was_killed_is_posted_once(asker: Asker, hotel: TestHotel, point: str) -> None:
    from binzhi.billing.queries import folio_number
    from binzhi.frontdesk.services import check_in
    from binzhi.reservations.services import create_reservation

    made = create_reservation(hotel_id=hotel.pk, booking=booking(), actor=SYSTEM, now=NOW)
    done = check_in(
        hotel_id=hotel.pk, room_reservation_id=made.room_ids[0], room_id=hotel.rooms["101"], actor=SYSTEM, now=NOW
    )
    path = f"/folios/{folio_number(hotel_id=hotel.pk, folio_id=done.folio_id)}/payments"
    assert asker.kills(path, PAYMENT, key=f"{point}-payment")
    answer = asker.until_answered(path, PAYMENT, key=f"{point}-payment")
    assert (answer.status, answer.json["balance"]) == (201, "-88.00")
    assert count("billing_transaction WHERE kind = 'payment'") == 1


def test_negative_control_client_that_forgets_its_key_books_twice(asker: Asker) -> None:
    assert asker.kills("/reservations", BODY, key="after-control")
    assert asker.until_answered("/reservations", BODY, key="another").status == 201
    assert count("reservations_reservation") == 2
