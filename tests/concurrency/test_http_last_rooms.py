"""Many buyers for the last rooms over real HTTP: never one too many, never a 5xx, and the race is real."""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from typing import TypeVar

import pytest

from binzhi.kernel import db
from binzhi.reservations import verify
from tests.api.conftest import all_permissions, issue
from tests.concurrency.http_house import (
    Answer,
    Desk,
    Program,
    booking_body,
    booking_form,
    outcomes,
    race,
    serving,
    told,
)
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, booking, make_hotel, sold

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.crash]
CONTESTED = 8  # The night that everybody wants: TODAY + 8.
ROOMS, LEFT = 30, 5
SEED = int(os.environ.get("BINZHI_DRILL_SEED", "20261121"))
ROUNDS = int(os.environ.get("BINZHI_DRILL_ROUNDS", "50"))
_marks = itertools.count(1)
AnyCaller = TypeVar("AnyCaller", Program, Desk)


def night(offset: int) -> date:
    return TODAY + timedelta(days=offset)


@pytest.fixture(scope="module")
def port(django_db_setup: None) -> Iterator[int]:
    """One server for the whole file; the tables are emptied under it between tests, as it must bear."""
    with serving() as port:
        yield port


@pytest.fixture
def hotel(transactional_db: None) -> TestHotel:
    """Thirty rooms, twenty-five of them sold on the contested night and the two around it."""
    hotel = make_hotel(with_billing=True, documents_required=False, types={"std": ROOMS}, nights=30)
    sell(hotel, CONTESTED - 1, nights=3, rooms=ROOMS - LEFT)
    return hotel


def sell(hotel: TestHotel, first: int, *, nights: int, rooms: int = 1) -> str:
    from binzhi.reservations.services import create_reservation

    wanted = booking(arrival=night(first), nights=nights, rooms=rooms)
    return create_reservation(hotel_id=hotel.pk, booking=wanted, actor=SYSTEM, now=NOW).number


class Buyer:
    """One who wants a room over the contested night; `mark` finds the reservation again if there is one."""

    def __init__(self, caller: Program | Desk, stay: tuple[date, date]) -> None:
        self.caller, self.stay, self.mark = caller, stay, f"buyer {next(_marks)}"

    def __call__(self) -> Answer:
        arrival, departure = self.stay
        if isinstance(self.caller, Desk):
            form = booking_form(arrival=arrival, departure=departure, remarks=self.mark)
            return self.caller.submit("/reservations/new", form)
        return self.caller.post("/reservations", booking_body(arrival=arrival, departure=departure, remarks=self.mark))


def stay_over(offset: int, dice: random.Random, *, most: int) -> tuple[date, date]:
    """1 to `most` nights, the one in question among them."""
    length = dice.randint(1, most)
    first = offset - dice.randint(0, length - 1)
    return night(first), night(first + length)


class House:
    """The hotel, and who calls it: tokens of several programs, clerks at screens. All hang up when the test ends."""

    def __init__(self, port: int, hotel: TestHotel, lines: ExitStack) -> None:
        self.port, self.hotel, self._lines = port, hotel, lines

    def programs(self, count: int, *, tokens: int = 3) -> list[Program]:
        given = [issue(self.hotel, all_permissions(), username=f"token-{next(_marks)}") for _ in range(tokens)]
        return [self._open(Program(self.port, self.hotel, given[n % tokens])) for n in range(count)]

    def desks(self, count: int) -> list[Desk]:
        return [self._open(Desk(self.port, self.hotel)) for _ in range(count)]

    def _open(self, caller: AnyCaller) -> AnyCaller:
        self._lines.callback(caller.close)
        return caller


@pytest.fixture
def lines() -> Iterator[ExitStack]:
    with ExitStack() as lines:
        yield lines


@pytest.fixture
def house(port: int, hotel: TestHotel, lines: ExitStack) -> House:
    return House(port, hotel, lines)


def won(answer: Answer) -> bool:
    """The API says created; the desk's form goes on to the reservation it made."""
    return answer.status in (201, 302)


def assert_clear(answers: list[Answer]) -> None:
    """Nobody is left without an answer that says what happened."""
    assert set(outcomes(answers)) <= {201, 302, 409}
    for answer in answers:
        if answer.status == 409 and answer.code:
            problem = answer.json
            assert (problem["code"], problem["errors"][0]["field"]) == ("sold_out", "room_type")
            assert problem["detail"]
        elif answer.status == 409:
            assert b"No room of this type is left on" in answer.body


def assert_written_once(buyers: list[Buyer], answers: list[Answer]) -> None:
    """Who was told yes has one reservation, who was told no has none."""
    rows = db.fetch_all("SELECT remarks, count(*) AS times FROM reservations_reservation GROUP BY remarks")
    times = {row["remarks"]: row["times"] for row in rows}
    found = [times.get(buyer.mark, 0) for buyer in buyers]
    assert found == [int(won(answer)) for answer in answers]


def assert_counters_are_right(hotel: TestHotel) -> None:
    db.enter_scope("*", "*")
    assert verify.differences(hotel_id=hotel.pk) == []
    assert verify.stray_nights(hotel_id=hotel.pk) == []
    assert verify.wrongly_priced(hotel_id=hotel.pk) == []
    assert max(sold(hotel)) <= ROOMS


def sixty_four(house: House, dice: random.Random) -> list[Buyer]:
    callers: list[Program | Desk] = [*house.programs(56), *house.desks(8)]
    dice.shuffle(callers)
    return [Buyer(caller, stay_over(CONTESTED, dice, most=3)) for caller in callers]


def test_sixty_four_buyers_for_the_last_five_rooms_exactly_five_get_one(house: House, hotel: TestHotel) -> None:
    buyers = sixty_four(house, random.Random(SEED))
    answers = race(buyers)
    print(told("64 buyers for the last 5 rooms", answers))
    assert_clear(answers)
    assert sum(map(won, answers)) == LEFT
    assert sold(hotel)[CONTESTED] == ROOMS
    assert_written_once(buyers, answers)
    assert_counters_are_right(hotel)


# ---------------------------------------------------------------- with clerks at work

CLERKS, STEPS = 16, 4
CLERK_ANSWERS = {200, 409, 412}


class Clerk:
    """Changes the dates of, or cancels, reservations that fifteen others work on too; keeps the answers."""

    def __init__(self, caller: Program, numbers: list[str], dice: random.Random, firsts: list[int]) -> None:
        self.caller, self.numbers, self.dice, self.firsts = caller, numbers, dice, firsts
        self.changes: list[Answer] = []

    def __call__(self) -> Answer:
        for _step in range(STEPS):
            number = self.dice.choice(self.numbers)
            seen = self.caller.call("GET", f"/reservations/{number}")
            assert seen.status == 200, seen.body
            self.changes.append(self._change(number, seen))
        return self.changes[-1]

    def _change(self, number: str, seen: Answer) -> Answer:
        if self.dice.random() < 0.3:
            path, body = f"/reservations/{number}/cancel", {"reason": "guest"}
            return self.caller.call("POST", path, body, if_match=seen.headers["etag"])
        first = self.dice.choice(self.firsts)
        stay = {"arrival": night(first), "departure": night(first + 2), "room_type": "std", "rate_plan": "bar"}
        path = f"/reservations/{number}/rooms/{seen.json['rooms'][0]['id']}"
        return self.caller.call("PUT", path, stay | {"adults": 2}, if_match=seen.headers["etag"])


def buyers_and_clerks(
    house: House, dice: random.Random, numbers: list[str], firsts: list[int]
) -> tuple[list[Buyer], list[Answer], list[Clerk]]:
    buyers = sixty_four(house, dice)
    clerks = [
        Clerk(caller, numbers, random.Random(dice.random()), firsts) for caller in house.programs(CLERKS, tokens=1)
    ]
    answers = race([*buyers, *clerks])[: len(buyers)]
    done = [answer for clerk in clerks for answer in clerk.changes]
    print(told("64 buyers", answers), told("16 clerks", done))
    assert set(outcomes(done)) <= CLERK_ANSWERS
    assert outcomes(done)[200] > 0  # They really were at work.
    return buyers, answers, clerks


def test_exactly_five_get_one_while_sixteen_clerks_change_and_cancel_others(house: House, hotel: TestHotel) -> None:
    """The clerks' reservations are moved over the nights around, which the buyers' stays reach into."""
    dice = random.Random(SEED)
    aside = [*range(CONTESTED - 5, CONTESTED - 1), *range(CONTESTED + 1, CONTESTED + 4)]
    # Enough room for all of the clerks' stays beside the buyers', so that only the contested night decides.
    db.execute("UPDATE reservations_night SET overbooking = 30 WHERE night <> %s", [night(CONTESTED)])
    numbers = [sell(hotel, dice.choice(aside), nights=2) for _ in range(CLERKS)]
    buyers, answers, _clerks = buyers_and_clerks(house, dice, numbers, aside)
    assert_clear(answers)
    assert sum(map(won, answers)) == LEFT
    assert sold(hotel)[CONTESTED] == ROOMS
    assert_written_once(buyers, answers)
    db.enter_scope("*", "*")
    assert verify.differences(hotel_id=hotel.pk) == []


def test_buyers_take_what_clerks_give_back_and_never_more(house: House, hotel: TestHotel) -> None:
    """Here the clerks hold rooms on the contested night, give them up and try to get them back."""
    dice = random.Random(SEED)
    numbers = [sell(hotel, CONTESTED, nights=2) for _ in range(LEFT)]
    assert sold(hotel)[CONTESTED] == ROOMS
    buyers, answers, clerks = buyers_and_clerks(house, dice, numbers, [CONTESTED - 4, CONTESTED, CONTESTED + 4])
    given_back = sum(answer.status == 200 for clerk in clerks for answer in clerk.changes)
    assert_clear(answers)
    assert sum(map(won, answers)) <= given_back
    assert_written_once(buyers, answers)
    assert_counters_are_right(hotel)
    # What was given back and not taken can be sold, to the last room.
    left = ROOMS - sold(hotel)[CONTESTED]
    late = race([Buyer(caller, (night(CONTESTED), night(CONTESTED + 1))) for caller in house.programs(16)])
    print(told(f"16 late buyers for {left} rooms", late))
    assert sum(map(won, late)) == left
    assert_counters_are_right(hotel)


# ---------------------------------------------------------------- the drill: A1

RACERS, DESKS = 200, 40


@pytest.mark.slow
@pytest.mark.parametrize("rooms", [1, 2, 5])
def test_two_hundred_racers_for_the_last_rooms_round_after_round(
    port: int, transactional_db: None, lines: ExitStack, rooms: int
) -> None:
    """Each round a night of its own; stays of up to a fortnight reach into the nights of other rounds."""
    hotel = make_hotel(with_billing=True, types={"std": 300}, nights=90, documents_required=False)
    dice = random.Random(SEED + rooms)
    house = House(port, hotel, lines)
    callers: list[Program | Desk] = [*house.programs(RACERS - DESKS, tokens=2), *house.desks(DESKS)]
    all_answers: list[Answer] = []
    for offset in dice.sample(range(15, 75), min(ROUNDS, 60)):
        db.enter_scope("*", "*")
        open_only(hotel, offset, rooms)
        dice.shuffle(callers)
        buyers = [Buyer(caller, stay_over(offset, dice, most=14)) for caller in callers]
        answers = race(buyers)
        assert_clear(answers)
        assert sum(map(won, answers)) == rooms, f"seed {SEED}, night {offset}"
        assert_written_once(buyers, answers)
        all_answers += answers
    print(told(f"A1, {rooms} room(s), seed {SEED}", all_answers))
    assert verify.differences(hotel_id=hotel.pk) == []


def open_only(hotel: TestHotel, offset: int, rooms: int) -> None:
    """So many rooms are left on this night, and plenty on all others."""
    db.execute(
        "UPDATE reservations_night SET overbooking = CASE WHEN night = %(night)s THEN 0 ELSE 900 END,"
        " rooms = CASE WHEN night = %(night)s THEN sold + %(rooms)s ELSE 300 END WHERE hotel_id = %(hotel)s",
        {"night": night(offset), "rooms": rooms, "hotel": hotel.pk},
    )


# ---------------------------------------------------------------- controls: without the guard the race is there


@pytest.fixture
def no_rule(hotel: TestHotel) -> Iterator[None]:
    """The table of nights without its own rule, for the length of a test."""
    name = "night_never_oversold"
    text = db.fetch_value("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [name])
    db.execute(f"ALTER TABLE reservations_night DROP CONSTRAINT {name}")
    yield
    db.enter_scope("*", "*")
    db.execute("UPDATE reservations_night SET sold = 0")
    db.execute(f"ALTER TABLE reservations_night ADD CONSTRAINT {name} {text}")


def race_against(without: str, hotel: TestHotel) -> list[Answer]:
    with serving(without=without, workers=1, threads=8) as port, ExitStack() as lines:
        callers = House(port, hotel, lines).programs(16)
        answers = race([Buyer(caller, (night(CONTESTED), night(CONTESTED + 1))) for caller in callers])
    print(told(f"16 buyers without {without}", answers))
    return answers


def test_negative_control_look_then_sell_really_oversells(hotel: TestHotel, no_rule: None) -> None:
    answers = race_against("check-then-sell", hotel)
    assert sum(map(won, answers)) > LEFT
    assert sold(hotel)[CONTESTED] > ROOMS


def test_negative_control_without_the_statements_guard_the_tables_rule_refuses(hotel: TestHotel) -> None:
    answers = race_against("sell-without-looking", hotel)
    # The server knows no better than to call it a fault; the room is not sold all the same.
    assert outcomes(answers) == {201: LEFT, 500: len(answers) - LEFT}
    assert sold(hotel)[CONTESTED] == ROOMS
    assert_counters_are_right(hotel)
