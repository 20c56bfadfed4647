"""C1 over real HTTP: the same request many times at once has one effect, and everybody gets the same answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from binzhi.kernel import db
from tests.api.conftest import all_permissions, issue
from tests.concurrency.http_house import Answer, Program, booking_body, outcomes, race, serving, told
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, booking, make_hotel, sold

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.crash]
TIMES, PAYMENTS = 50, 10
BODY = booking_body(arrival=TODAY, departure=TODAY.replace(day=TODAY.day + 2), remarks="once")


@pytest.fixture(scope="module")
def port(django_db_setup: None) -> Iterator[int]:
    with serving() as port:
        yield port


@pytest.fixture
def hotel(transactional_db: None) -> TestHotel:
    return make_hotel(with_billing=True, documents_required=False)


@pytest.fixture
def lines() -> Iterator[ExitStack]:
    with ExitStack() as lines:
        yield lines


def programs(port: int, hotel: TestHotel, token: str, count: int, lines: ExitStack) -> list[Program]:
    callers = [Program(port, hotel, token) for _ in range(count)]
    for caller in callers:
        lines.callback(caller.close)
    return callers


def at_once(callers: list[Program], path: str, body: Any, *, key: str) -> list[Answer]:
    """Sent as it is: nobody asks again for another."""
    return race([lambda caller=caller: caller.call("POST", path, body, idempotency_key=key) for caller in callers])


def assert_one_answer(answers: list[Answer]) -> Answer:
    """One did it, the others repeat it, or are told to ask again because it is still being done."""
    done = [answer for answer in answers if answer.status == 201]
    assert {answer.body for answer in done} == {done[0].body}
    assert ["idempotent-replay" in answer.headers for answer in done].count(False) == 1
    for answer in answers:
        if answer.status != 201:
            assert (answer.status, answer.code) == (409, "busy")
            assert int(answer.headers["retry-after"]) > 0
    return done[0]


def count(table: str) -> int:
    db.enter_scope("*", "*")
    return int(db.fetch_value(f"SELECT count(*) FROM {table}"))


def test_same_key_fifty_times_at_once_makes_one_reservation(port: int, hotel: TestHotel, lines: ExitStack) -> None:
    token = issue(hotel, all_permissions(), username="once")
    callers = programs(port, hotel, token, TIMES, lines)
    answers = at_once(callers, "/reservations", BODY, key="same")
    print(told(f"one key {TIMES} times", answers))
    first = assert_one_answer(answers)
    assert count("reservations_reservation") == 1
    assert sold(hotel)[:3] == [1, 1, 0]
    # Much later too, and by whoever still asks.
    again = callers[0].call("POST", "/reservations", BODY, idempotency_key="same")
    assert (again.status, again.body, again.headers["idempotent-replay"]) == (201, first.body, "true")


def test_same_key_with_another_body_is_refused_at_its_field(port: int, hotel: TestHotel, lines: ExitStack) -> None:
    (caller,) = programs(port, hotel, issue(hotel, all_permissions(), username="other"), 1, lines)
    assert caller.call("POST", "/reservations", BODY, idempotency_key="same").status == 201
    other = caller.call("POST", "/reservations", BODY | {"remarks": "twice"}, idempotency_key="same")
    assert (other.status, other.code, other.json["errors"][0]["field"]) == (
        422, "idempotency_key_reused", "Idempotency-Key",
    )  # fmt: skip
    assert count("reservations_reservation") == 1


def test_two_programs_may_use_the_same_key(port: int, hotel: TestHotel, lines: ExitStack) -> None:
    tokens = [issue(hotel, all_permissions(), username=name) for name in ("one", "two")]
    callers = [caller for token in tokens for caller in programs(port, hotel, token, 5, lines)]
    answers = at_once(callers, "/reservations", BODY, key="same")
    numbers = [assert_one_answer(half).json["number"] for half in (answers[:5], answers[5:])]
    assert numbers[0] != numbers[1]
    assert count("reservations_reservation") == 2


def test_refused_request_keeps_no_key(port: int, hotel: TestHotel, lines: ExitStack) -> None:
    """What was refused may be sent again under its key once it is possible."""
    callers = programs(port, hotel, issue(hotel, all_permissions(), username="later"), 8, lines)
    db.execute("UPDATE reservations_night SET closed = true")
    refused = at_once(callers, "/reservations", BODY, key="same")
    assert outcomes(refused) == {409: 8}
    assert {answer.code for answer in refused} == {"closed"}
    assert count("kernel_idempotency_key") == 0
    db.execute("UPDATE reservations_night SET closed = false")
    assert assert_one_answer(at_once(callers, "/reservations", BODY, key="same")).status == 201
    assert count("reservations_reservation") == 1


def in_house(hotel: TestHotel) -> str:
    """The folio of somebody who owes something."""
    from binzhi.billing.queries import folio_number
    from binzhi.frontdesk.services import check_in
    from binzhi.reservations.services import create_reservation

    made = create_reservation(hotel_id=hotel.pk, booking=booking(), actor=SYSTEM, now=NOW)
    done = check_in(
        hotel_id=hotel.pk, room_reservation_id=made.room_ids[0], room_id=hotel.rooms["101"], actor=SYSTEM, now=NOW
    )
    return folio_number(hotel_id=hotel.pk, folio_id=done.folio_id)


def test_same_payment_ten_times_at_once_is_posted_once(port: int, hotel: TestHotel, lines: ExitStack) -> None:
    folio = in_house(hotel)
    callers = programs(port, hotel, issue(hotel, all_permissions(), username="till"), PAYMENTS, lines)
    payment = {"means": "cash", "amount": "88.00", "currency": "CNY", "in_advance": True}
    answers = at_once(callers, f"/folios/{folio}/payments", payment, key="same")
    print(told(f"one payment {PAYMENTS} times", answers))
    assert assert_one_answer(answers).json["balance"] == "-88.00"
    assert count("billing_transaction WHERE kind = 'payment'") == 1
    assert callers[0].call("GET", f"/folios/{folio}").json["balance"] == "-88.00"


def test_negative_control_key_looked_up_before_the_work_books_many_times(hotel: TestHotel) -> None:
    token = issue(hotel, all_permissions(), username="many")
    with serving(without="key-looked-up", workers=1, threads=8) as port, ExitStack() as lines:
        answers = at_once(programs(port, hotel, token, 16, lines), "/reservations", BODY, key="same")
    print(told("one key 16 times without the guard", answers))
    assert count("reservations_reservation") > 1
