"""A file lived through in the test's own database: what the services make of it, and what the report says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from binzhi.kernel import db
from binzhi.replay import setup
from binzhi.replay.figures import system_figures
from binzhi.replay.integrity import broken_rules
from binzhi.replay.reading import Table, read_table
from binzhi.replay.reconcile import Month, differences, file_figures
from binzhi.replay.rows import Booking, read_bookings
from binzhi.replay.runner import HotelRun, Stopped, rows_not_booked
from binzhi.replay.terms import Place
from binzhi.replay.workers import _lanes
from tests.replay.files import CANCELLED, DAY_USE, NO_SHOW, line, write

pytestmark = pytest.mark.django_db(transaction=True)

# Arrivals on the 4th, booked three days ahead. The bookings of a row are told by the row's number.
SHORT = {"lead_time": "3"}
LINES = (
    line(**SHORT),
    line(**SHORT, booking_changes="3", adults="3"),
    line(**SHORT, assigned_room_type="D", adr="80.01"),
    line(**SHORT | CANCELLED | {"reservation_status_date": "2016-03-03", "booking_changes": "2"}),
    line(**SHORT | NO_SHOW),
    line(**SHORT | DAY_USE),
    line(**SHORT | DAY_USE | {"adr": "35.00"}),
    line(**SHORT, adults="0"),
    line(lead_time="0", stays_in_weekend_nights="0", reservation_status_date="2016-03-05", adr="0"),
    line(lead_time="1", reserved_room_type="D", assigned_room_type="A", children="1", babies="1"),
)


def given(path: Path, *lines: str) -> tuple[Table, list[Booking], Mapping[str, list[Booking]]]:
    table = read_table(write(path / "f.csv", *lines))
    bookings, _rejected = read_bookings(table)
    by_hotel: dict[str, list[Booking]] = defaultdict(list)
    for booking in bookings:
        by_hotel[booking.hotel].append(booking)
    return table, bookings, by_hotel


def opened(table: Table, by_hotel: Mapping[str, list[Booking]]) -> list[Place]:
    db.forget_scope()
    group = setup.group_code(table.digest, None)
    setup.open_hotels(group=group, bookings=by_hotel)
    return setup.places(group=group)


def live(
    place: Place, bookings: list[Booking], *, is_stopped: Callable[[], bool] = lambda: False, lanes: int = 2
) -> HotelRun:
    run = HotelRun(place, bookings, tell=lambda steps, lives, day: None, is_stopped=is_stopped, lanes=lanes)
    run.run()
    return run


# What a hotel holds when all is over, without ids and instants.
_STORY = """
SELECT r.channel_number, r.version, r.booked_on, rr.status, rr.ended_on, t.code AS slept_in, p.code AS priced,
       rr.arrival, rr.departure, rr.adults, rr.children, rr.infants, m.number AS room, a.balance,
       (SELECT array_agg(n.price ORDER BY n.night)
        FROM reservations_staynight n WHERE n.room_reservation_id = rr.id) AS prices,
       (SELECT array_agg(x.kind || ' ' || x.business_date || ' ' || l.amount ORDER BY x.id)
        FROM billing_transaction x JOIN billing_line l ON l.transaction_id = x.id AND l.account_id = a.id) AS postings
FROM reservations_reservation r
JOIN reservations_roomreservation rr ON rr.reservation_id = r.id
JOIN property_roomtype t ON t.id = rr.room_type_id
JOIN property_roomtype p ON p.id = rr.priced_type_id
LEFT JOIN property_room m ON m.id = rr.room_id
LEFT JOIN billing_account a ON a.id = rr.charge_account_id
WHERE r.hotel_id = %s ORDER BY r.channel_number::integer
"""


def story(place: Place) -> list[dict[str, object]]:
    db.forget_scope()
    db.enter_scope("*", "*")
    return db.fetch_all(_STORY, [place.hotel_id])


def test_run_file_and_system_agree(tmp_path: Path) -> None:
    table, bookings, by_hotel = given(tmp_path, *LINES)
    places = opened(table, by_hotel)
    run = live(places[0], bookings)
    figures = system_figures([places[0].hotel_id])
    assert run.refused == []
    assert figures == [Month("City Hotel", "2016-03", 7, 1, 1, 13, Decimal("1135.08"))]
    assert differences(file_figures(table, bookings), figures) == []
    assert broken_rules([places[0].hotel_id]) == []
    assert rows_not_booked(places[0], bookings) == []


@pytest.mark.parametrize("lanes", [1, 2])
def test_run_each_booking_has_the_life_of_its_row(tmp_path: Path, lanes: int) -> None:
    table, bookings, by_hotel = given(tmp_path, *LINES)
    place = opened(table, by_hotel)[0]
    live(place, bookings, lanes=lanes)
    lives = {str(row["channel_number"]): row for row in story(place)}
    assert [(row, life["status"], str(life["ended_on"])[5:]) for row, life in lives.items()] == [
        ("1", "checked_out", "03-07"), ("2", "checked_out", "03-07"), ("3", "checked_out", "03-07"),
        ("4", "cancelled", "03-03"), ("5", "no_show", "03-04"), ("6", "checked_out", "03-04"),
        ("7", "checked_out", "03-04"), ("9", "checked_out", "03-05"), ("10", "checked_out", "03-07"),
    ]  # fmt: skip
    # Booked once and changed three times, then checked in and out.
    assert (lives["2"]["version"], lives["2"]["adults"]) == (6, 3)
    assert (lives["3"]["slept_in"], lives["3"]["priced"], lives["10"]["slept_in"]) == ("D", "A", "A")
    assert (lives["10"]["children"], lives["10"]["infants"]) == (1, 1)
    # Tax of 6 % on top, rounded by night; paid in full.
    assert lives["3"]["prices"] == [Decimal("80.01")] * 3
    assert lives["3"]["postings"] == [
        "charge 2016-03-04 84.81", "charge 2016-03-05 84.81", "charge 2016-03-06 84.81", "payment 2016-03-07 -254.43"
    ]  # fmt: skip
    assert lives["7"]["postings"] == ["charge 2016-03-04 37.10", "payment 2016-03-04 -37.10"]
    assert lives["9"]["postings"] == ["charge 2016-03-04 0.00"]


def test_run_stopped_at_every_batch_and_continued_ends_like_an_undisturbed_one(tmp_path: Path) -> None:
    table, _bookings, by_hotel = given(tmp_path, *LINES, *(line(hotel="Resort Hotel", **SHORT) for _row in range(3)))
    (tmp_path / "again").mkdir()
    again = given(tmp_path / "again", *LINES, "")
    undisturbed = opened(again[0], again[2])[0]
    live(undisturbed, again[1])
    stopped = opened(table, by_hotel)[0]
    interruptions = 0
    while True:
        asked = iter(range(2))
        try:
            live(stopped, by_hotel["City Hotel"], is_stopped=lambda asked=asked: next(asked, None) is None)
        except Stopped:
            interruptions += 1
        else:
            break
    assert interruptions >= 5
    assert story(stopped) == story(undisturbed)
    assert differences(file_figures(again[0], again[1]), system_figures([stopped.hotel_id])) == []
    assert broken_rules([stopped.hotel_id]) == []


def test_hotel_much_smaller_than_the_largest_has_one_lane(tmp_path: Path) -> None:
    small = [line(hotel="Resort Hotel", **SHORT) for _row in range(4)]
    table, _bookings, by_hotel = given(tmp_path, *LINES, *small)
    assert {place.name: _lanes(place, by_hotel) for place in opened(table, by_hotel)} == {
        "City Hotel": 2, "Resort Hotel": 1
    }  # fmt: skip


def test_open_hotels_twice_opens_once(tmp_path: Path) -> None:
    table, _bookings, by_hotel = given(tmp_path, *LINES)
    assert opened(table, by_hotel) == opened(table, by_hotel)


def test_run_refused_booking_takes_no_other_with_it(tmp_path: Path) -> None:
    table, bookings, by_hotel = given(tmp_path, line(**SHORT), line(**SHORT), line(**SHORT))
    place = opened(table, by_hotel)[0]
    # One room less than the file needs: the database refuses the third.
    db.execute("UPDATE reservations_night SET rooms = rooms - 1 WHERE hotel_id = %s", [place.hotel_id])
    run = live(place, bookings)
    assert [(refusal.row, refusal.stage) for refusal in run.refused] == [(3, "book")]
    assert "sold_out" in run.refused[0].reason
    assert rows_not_booked(place, bookings) == [3]
    assert [life["status"] for life in story(place)] == ["checked_out", "checked_out"]
    assert differences(file_figures(table, bookings[:2]), system_figures([place.hotel_id])) == []


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ("UPDATE reservations_night SET sold = sold + 1, overbooking = 9 WHERE night = '2016-03-05'", "counters"),
        ("UPDATE billing_account SET balance = balance + 1 WHERE kind = 'folio'", "sum of their lines"),
    ],
)
def test_negative_control_a_damaged_table_is_told(tmp_path: Path, damage: str, told: str) -> None:
    table, bookings, by_hotel = given(tmp_path, line(**SHORT))
    place = opened(table, by_hotel)[0]
    live(place, bookings)
    assert broken_rules([place.hotel_id]) == []
    db.enter_scope("*", "*")
    db.execute(damage)
    assert told in " ".join(broken_rules([place.hotel_id]))


def test_negative_control_a_missing_stay_is_a_difference(tmp_path: Path) -> None:
    table, bookings, by_hotel = given(
        tmp_path, line(**SHORT), line(**SHORT | CANCELLED | {"reservation_status_date": "2016-03-02"})
    )
    place = opened(table, by_hotel)[0]
    live(place, bookings)
    db.enter_scope("*", "*")
    db.execute("UPDATE reservations_roomreservation SET status = 'no_show' WHERE status = 'cancelled'")
    found = differences(file_figures(table, bookings), system_figures([place.hotel_id]))
    assert [(one.figure, one.file, one.system) for one in found] == [
        ("cancellations", "1", "0"),
        ("no_shows", "0", "1"),
    ]
