"""A5 over real HTTP: two clerks save the same reservation; the second sees both values, nothing is lost silently."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from binzhi.kernel import db
from tests.api.conftest import all_permissions, issue
from tests.concurrency.http_house import Answer, Desk, Program, outcomes, race, serving
from tests.factories import NOW, SYSTEM, TestHotel, booking, make_hotel

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.crash]


@pytest.fixture(scope="module")
def port(django_db_setup: None) -> Iterator[int]:
    with serving() as port:
        yield port


@dataclass
class Opened:
    """A reservation that several have open on the screen, all in its first version."""

    hotel: TestHotel
    number: str

    def form(self, **changes: Any) -> dict[str, Any]:
        return {
            "guest_text": "王小明", "market": "fit", "source": "phone", "channel": "direct", "guarantee": "none",
            "remarks": "", "expected_at": "20:30", "version": "1",
        } | changes  # fmt: skip

    def saved(self) -> tuple[int, str]:
        db.enter_scope("*", "*")
        row = db.fetch_one("SELECT version, remarks FROM reservations_reservation WHERE number = %s", [self.number])
        assert row is not None
        return row["version"], row["remarks"]


@pytest.fixture
def opened(transactional_db: None) -> Opened:
    from binzhi.reservations.services import create_reservation

    hotel = make_hotel(with_billing=True)
    made = create_reservation(hotel_id=hotel.pk, booking=booking(), actor=SYSTEM, now=NOW)
    return Opened(hotel, made.number)


def by_forms(port: int, opened: Opened, remarks: list[str]) -> list[Answer]:
    with ExitStack() as lines:
        desks = [Desk(port, opened.hotel) for _ in remarks]
        for desk in desks:
            lines.callback(desk.close)
        path = f"/reservations/{opened.number}/details"
        return race(
            [
                lambda desk=desk, text=text: desk.submit(path, opened.form(remarks=text))
                for desk, text in zip(desks, remarks, strict=True)
            ]
        )


def by_programs(port: int, opened: Opened, remarks: list[str]) -> list[Answer]:
    token = issue(opened.hotel, all_permissions(), username="two")
    with ExitStack() as lines:
        callers = [Program(port, opened.hotel, token) for _ in remarks]
        for caller in callers:
            lines.callback(caller.close)
        path = f"/reservations/{opened.number}"
        return race(
            [
                lambda caller=caller, text=text: caller.call("PATCH", path, {"remarks": text}, if_match='"1"')
                for caller, text in zip(callers, remarks, strict=True)
            ]
        )


def test_two_clerks_save_the_same_form_the_second_sees_both_values(port: int, opened: Opened) -> None:
    answers = by_forms(port, opened, ["靠窗", "轻声"])
    assert outcomes(answers) == {302: 1, 412: 1}
    first, second = (["靠窗", "轻声"][place] for place in sorted((0, 1), key=lambda place: answers[place].status))
    assert opened.saved() == (2, first)
    refused = next(answer for answer in answers if answer.status == 412)
    page = refused.body.decode()
    shown = re.findall(r"<td>([^<]*)</td>\s*<td><b>([^<]*)</b></td>", page)
    assert (second, first) in shown
    assert 'name="version" value="2"' in page


def test_two_programs_save_the_same_reservation_the_second_is_told_412(port: int, opened: Opened) -> None:
    answers = by_programs(port, opened, ["靠窗", "轻声"])
    assert outcomes(answers) == {200: 1, 412: 1}
    winner = next(place for place in (0, 1) if answers[place].status == 200)
    assert opened.saved() == (2, ["靠窗", "轻声"][winner])
    assert answers[1 - winner].code == "edit_conflict"


def test_twenty_programs_save_the_same_reservation_one_does(port: int, opened: Opened) -> None:
    answers = by_programs(port, opened, [f"text {n}" for n in range(20)])
    assert outcomes(answers) == {200: 1, 412: 19}
    winner = next(place for place, answer in enumerate(answers) if answer.status == 200)
    assert opened.saved() == (2, f"text {winner}")


def test_form_that_is_saved_over_what_a_program_changed_shows_it(port: int, opened: Opened) -> None:
    assert outcomes(by_programs(port, opened, ["海景"])) == {200: 1}
    (late,) = by_forms(port, opened, ["轻声"])
    assert late.status == 412
    assert "<td>轻声</td><td><b>海景</b></td>" in late.body.decode()
    assert opened.saved() == (2, "海景")


def test_negative_control_without_the_version_one_change_is_lost_silently(opened: Opened) -> None:
    with serving(without="no-version") as port:
        answers = by_programs(port, opened, ["靠窗", "轻声"])
    assert outcomes(answers) == {200: 2}
    # Both were told that theirs is saved.
    assert opened.saved()[1] in ("靠窗", "轻声")
    assert opened.saved()[0] == 3
