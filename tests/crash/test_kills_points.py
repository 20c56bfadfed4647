"""B2: killed between the commit and the answer, and just before the commit; the client sends the same again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
PAYMENT = {"means": "cash", "amount": "88.00", "currency": "CNY"}
POINTS = ["die-before-commit", "die-after-commit"]
Ask = Callable[..., Answer | None]


@pytest.fixture
def hotel(transactional_db: None) -> TestHotel:
    return make_hotel(with_billing=True, documents_required=False)


@contextmanager
def mortal(point: str, hotel: TestHotel, died: Path) -> Iterator[Ask]:
    """A server with one process that dies once at `point`; a call gives the answer, or None where it broke off."""
    token = issue(hotel, all_permissions(), username="mortal")
    with serving(without=point, workers=1, BINZHI_TEST_DIED=str(died)) as port:

        def ask(path: str, body: Any, *, key: str) -> Answer | None:
            try:
                caller = Program(port, hotel, token)
            except OSError:
                return None
            try:
                return caller.call("POST", path, body, idempotency_key=key)
            except (OSError, HTTPException):
                return None
            finally:
                caller.close()

        yield ask


def until_answered(ask: Ask, path: str, body: Any, *, key: str) -> Answer:
    deadline = time.monotonic() + 120
    while (answer := ask(path, body, key=key)) is None:
        assert time.monotonic() < deadline, "the process was not replaced"
        time.sleep(0.05)
    return answer


def count(table: str) -> int:
    db.enter_scope("*", "*")
    return int(db.fetch_value(f"SELECT count(*) FROM {table}"))


@pytest.mark.parametrize("point", POINTS)
def test_booking_whose_server_was_killed_is_made_once(hotel: TestHotel, tmp_path: Path, point: str) -> None:
    with mortal(point, hotel, tmp_path / "died") as ask:
        assert ask("/reservations", BODY, key="same") is None
        assert (tmp_path / "died").exists()
        assert count("reservations_reservation") == (1 if point == "die-after-commit" else 0)
        answer = until_answered(ask, "/reservations", BODY, key="same")
    assert answer.status == 201
    assert ("idempotent-replay" in answer.headers) == (point == "die-after-commit")
    assert count("reservations_reservation") == 1
    assert sold(hotel)[:3] == [1, 1, 0]


@pytest.mark.parametrize("point", POINTS)
def test_payment_whose_server_was_killed_is_posted_once(hotel: TestHotel, tmp_path: Path, point: str) -> None:
    from binzhi.billing.queries import folio_number
    from binzhi.frontdesk.services import check_in
    from binzhi.reservations.services import create_reservation

    made = create_reservation(hotel_id=hotel.pk, booking=booking(), actor=SYSTEM, now=NOW)
    done = check_in(
        hotel_id=hotel.pk, room_reservation_id=made.room_ids[0], room_id=hotel.rooms["101"], actor=SYSTEM, now=NOW
    )
    path = f"/folios/{folio_number(hotel_id=hotel.pk, folio_id=done.folio_id)}/payments"
    with mortal(point, hotel, tmp_path / "died") as ask:
        assert ask(path, PAYMENT, key="same") is None
        answer = until_answered(ask, path, PAYMENT, key="same")
    assert (answer.status, answer.json["balance"]) == (201, "-88.00")
    assert count("billing_transaction WHERE kind = 'payment'") == 1


def test_negative_control_client_that_forgets_its_key_books_twice(hotel: TestHotel, tmp_path: Path) -> None:
    with mortal("die-after-commit", hotel, tmp_path / "died") as ask:
        assert ask("/reservations", BODY, key="first") is None
        assert until_answered(ask, "/reservations", BODY, key="second").status == 201
    assert count("reservations_reservation") == 2
