"""The figures of 今日 are those of the rows behind them."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from binzhi.frontdesk.models import DayStatistics
from binzhi.frontdesk.today.board import TodayBoard, today_board
from binzhi.frontdesk.today.queries import A_YEAR
from binzhi.frontdesk.today.words import BoardWords
from binzhi.kernel import db
from binzhi.property.models import Room
from binzhi.reservations.services import cancel_reservation
from tests.factories import NOW, SYSTEM, TODAY, TestHotel
from tests.frontdesk.today_house import YESTERDAY, arrive, give_room, leave, next_day, open_house, reserve

STATEMENTS = 10


@pytest.fixture
def house(db: None) -> TestHotel:
    return open_house()


def local(day: int, clock: str) -> datetime:
    """A time on the hotel's wall, which has no zone."""
    return datetime.combine(TODAY.replace(day=day), time.fromisoformat(clock))


def board_at(hotel: TestHotel, clock: str = "14:00") -> TodayBoard:
    """The board at a time of the hotel's own clock today."""
    local = datetime.combine(TODAY, time.fromisoformat(clock)) - timedelta(hours=8)
    return today_board(hotel=hotel.refreshed(), now=local.replace(tzinfo=UTC))


def test_today_board_empty_house_shows_zeros_and_nothing_late(house: TestHotel) -> None:
    board = board_at(next_day(house))
    assert (board.late, board.late_total, board.next_hour, board.vips, board.overbooked) == ([], 0, [], [], [])
    assert (board.counters.arrivals, board.counters.departures, board.counters.in_house) == (0, 0, 0)
    assert board.figures.occupancy.tonight == 0
    assert board.figures.adr.tonight is None
    assert board.room_states == {"vc": 8}
    assert board.free_tonight == 8


def test_today_board_counts_rooms_by_what_happens_to_them_today(house: TestHotel) -> None:
    stays_on = reserve(house, arrival=YESTERDAY, nights=3)
    arrive(house, stays_on, "101")
    leaves = reserve(house, arrival=YESTERDAY, nights=1)
    arrive(house, leaves, "102")
    still_here = reserve(house, arrival=YESTERDAY, nights=1, adults=1)
    arrive(house, still_here, "103")
    next_day(house)
    leave(house, leaves)
    arrived = reserve(house, name="李四")
    arrive(house, arrived, "104")
    walked_in = reserve(house, walk_in=True, room_type="king")
    arrive(house, walked_in, "201")
    reserve(house, room_type="king")
    given = reserve(house, room_type="king")
    give_room(house, given, "202")
    gone = reserve(house)
    cancel_reservation(hotel_id=house.pk, reservation_id=gone.id, reason="guest", actor=SYSTEM, now=NOW)
    Room.objects.filter(number="101", hotel_id=house.pk).update(do_not_disturb=True)

    counters = board_at(house).counters

    assert (counters.due_in, counters.arrived, counters.unassigned) == (2, 1, 1)
    assert (counters.due_out, counters.departed) == (1, 1)
    assert (counters.in_house, counters.guests, counters.staying_over, counters.do_not_disturb) == (4, 7, 1, 1)
    assert (counters.walk_ins, counters.walk_in_value) == (1, Decimal("400.00"))
    assert counters.cancelled == 1


def test_today_figures_tonight_are_net_of_tax_over_rooms_sold(house: TestHotel) -> None:
    next_day(house)
    reserve(house)
    reserve(house, adults=1)
    figures = board_at(house).figures
    assert (figures.sold, figures.available) == (2, 8)
    assert figures.occupancy.tonight == Decimal(25)
    # 400 and 380 with 6 % inside: 377.36 + 358.49
    assert figures.adr.tonight == Decimal("367.925")
    assert figures.revpar.tonight == Decimal("735.85") / 8


def test_today_figures_history_comes_from_closed_days_and_last_years_weekday(house: TestHotel) -> None:
    next_day(house)
    for back in range(1, 15):
        closed_day(house, back=back, sold=4, revenue=Decimal(1600))
    closed_day(house, back=A_YEAR.days, sold=2, revenue=Decimal(600))
    reserve(house, nights=1)
    figures = board_at(house).figures
    assert figures.occupancy.line == [50.0] * 14
    assert figures.occupancy.before == []
    assert figures.occupancy.change == Decimal("12.5") - Decimal(25)
    assert figures.adr.yesterday == Decimal(400)
    assert figures.revpar.month == Decimal(200)


def test_today_figures_without_a_gapless_history_draw_no_line(house: TestHotel) -> None:
    next_day(house)
    closed_day(house, back=1, sold=4, revenue=Decimal(1600))
    figures = board_at(house).figures
    assert figures.occupancy.line == []
    assert figures.occupancy.yesterday == Decimal(50)
    assert figures.occupancy.change is None


def closed_day(hotel: TestHotel, *, back: int, sold: int, revenue: Decimal) -> None:
    DayStatistics.objects.create(
        hotel_id=hotel.pk, business_date=TODAY - timedelta(days=back), rooms=8, out_of_order=0, sold=sold, guests=sold,
        arrivals=0, walk_ins=0, departures=0, cancellations=0, no_shows=0, room_revenue=revenue, other_revenue=0,
        tax=0, payments=0,
    )  # fmt: skip


def test_today_late_departure_is_late_from_check_out_time_on(house: TestHotel) -> None:
    stay = reserve(house, arrival=YESTERDAY, name="王建平")
    arrive(house, stay, "101", owes=Decimal("486.00"))
    next_day(house)
    assert [item.icon for item in board_at(house, "12:00").late] == ["yuan"]
    (item,) = board_at(house, "12:01").late
    assert (item.icon, item.owed, item.since) == ("depart", Decimal("486.00"), local(21, "12:00"))
    assert "101" in item.text
    assert "王建平" in item.text


def test_today_late_settled_departure_owes_nothing(house: TestHotel) -> None:
    stay = reserve(house, arrival=YESTERDAY)
    arrive(house, stay, "101")
    next_day(house)
    (item,) = board_at(house).late
    assert (item.icon, item.owed) == ("depart", None)


def test_today_unassigned_arrival_is_late_from_the_hour_promised_on(house: TestHotel) -> None:
    next_day(house)
    reserve(house, expected_at=time(15, 30), name="贺振东", guarantee="card")
    given = reserve(house, expected_at=time(13, 0), guarantee="card")
    give_room(house, given, "101")
    assert board_at(house, "15:29").late == []
    (item,) = board_at(house, "15:31").late
    assert (item.icon, item.detail, item.since) == ("arrive", "贺振东", local(21, "15:30"))


def test_today_unguaranteed_arrival_is_late_after_hold_time_only(house: TestHotel) -> None:
    next_day(house)
    loose = reserve(house, name="何志达")
    firm = reserve(house, guarantee="company")
    give_room(house, loose, "101")
    give_room(house, firm, "102")
    assert board_at(house, "17:59").late == []
    (item,) = board_at(house, "18:05").late
    assert (item.icon, item.detail, item.since) == ("hourglass", "何志达", local(21, "18:00"))


def test_today_stay_over_its_deposit_is_named_unless_a_company_pays(house: TestHotel) -> None:
    next_day(house)
    owing = reserve(house, nights=2)
    arrive(house, owing, "101", owes=Decimal(400))
    covered = reserve(house, nights=2, guarantee="company")
    arrive(house, covered, "102", owes=Decimal(400))
    (item,) = board_at(house).late
    assert (item.icon, item.owed, item.since) == ("yuan", Decimal(400), None)
    assert "101" in item.text


def test_today_night_audit_not_begun_in_the_morning_is_late(house: TestHotel) -> None:
    next_day(house)
    early = datetime(2026, 11, 21, 21, 59, tzinfo=UTC)
    assert today_board(hotel=house.refreshed(), now=early).late == []
    (item,) = today_board(hotel=house.refreshed(), now=early + timedelta(minutes=1)).late
    assert (item.icon, item.since) == ("night", local(22, "06:00"))


def test_today_next_hour_names_reservations_with_their_rooms(house: TestHotel) -> None:
    next_day(house)
    group = reserve(house, rooms=3, expected_at=time(14, 30))
    give_room(house, group, "101")
    reserve(house, expected_at=time(15, 1), name="太晚")
    (row,) = board_at(house).next_hour
    assert (row.number, row.rooms, row.guests, row.assigned) == (group.number, 3, 6, 1)
    assert row.at == local(21, "14:30")


def test_today_vips_come_by_hour_and_only_vips(house: TestHotel) -> None:
    next_day(house)
    reserve(house, vip="vip", expected_at=time(19, 0), name="苏婉仪")
    reserve(house, vip="vvip", expected_at=time(16, 30), name="陈国梁")
    reserve(house, expected_at=time(15, 0))
    assert [(row.guest_name, row.vip_level) for row in board_at(house).vips] == [("陈国梁", "vvip"), ("苏婉仪", "vip")]


def test_today_overbooked_type_names_free_better_types(house: TestHotel) -> None:
    next_day(house)
    db.execute(
        "UPDATE reservations_night SET overbooking = 2 WHERE night = %s AND room_type_id = %s",
        [TODAY, house.room_types["std"]],
    )
    for _ in range(6):
        reserve(house)
    (entry,) = board_at(house).overbooked
    assert (entry.room_type.room_type, entry.room_type.over, entry.room_type.overbooking) == ("std", 1, 2)
    assert [(kind.room_type, kind.free) for kind in entry.upgrades] == [("king", 3)]


def test_today_room_states_follow_stays_and_condition(house: TestHotel) -> None:
    stay = reserve(house, arrival=YESTERDAY, nights=3)
    arrive(house, stay, "101")
    dirty = reserve(house, arrival=YESTERDAY, nights=3)
    arrive(house, dirty, "102")
    next_day(house)
    for number, values in (
        ("102", {"housekeeping": "dirty"}), ("103", {"housekeeping": "dirty"}),
        ("104", {"maintenance": "out_of_order"}), ("105", {"maintenance": "out_of_service"}),
    ):  # fmt: skip
        Room.objects.filter(hotel_id=house.pk, number=number).update(**values)
    assert board_at(house).room_states == {"oc": 1, "od": 1, "vd": 1, "ooo": 1, "oos": 1, "vc": 3}


def test_today_hours_count_what_came_and_what_will(house: TestHotel) -> None:
    stay = reserve(house, arrival=YESTERDAY)
    arrive(house, stay, "101")
    waits = reserve(house, arrival=YESTERDAY)
    arrive(house, waits, "102")
    next_day(house)
    leave(house, stay, at=datetime(2026, 11, 21, 3, 10, tzinfo=UTC))
    come = reserve(house)
    arrive(house, come, "103", at=datetime(2026, 11, 21, 5, 50, tzinfo=UTC))
    reserve(house, expected_at=time(16, 0))
    reserve(house)
    hours = board_at(house).hours
    shown = {column.hour: (column.arrivals, column.departures, column.when) for column in hours.columns}
    assert shown[11] == (0, 1, "past")
    assert shown[13] == (1, 0, "past")
    assert shown[14] == (0, 0, "now")
    assert shown[16] == (1, 0, "to-come")
    assert (hours.arrivals, hours.departures) == (3, 2)
    assert (hours.arrivals_without_hour, hours.departures_without_hour) == (1, 1)


@pytest.mark.parametrize("arrivals", [1, 30])
def test_today_board_statements_do_not_grow_with_the_house(db: None, arrivals: int) -> None:
    house = next_day(open_house(types={"std": 40}))
    for _ in range(arrivals):
        reserve(house, expected_at=time(14, 30), vip="vip")
    hotel = house.refreshed()
    with CaptureQueriesContext(
        connection,
    ) as captured:
        today_board(hotel=hotel, now=NOW)
    assert len(captured) == STATEMENTS


def test_today_board_knows_nothing_of_another_hotel(house: TestHotel) -> None:
    other = open_house()
    next_day(house)
    next_day(other)
    reserve(other, vip="vvip", expected_at=time(14, 30))
    board = board_at(house)
    assert (board.counters.arrivals, board.vips, board.next_hour, board.figures.sold) == (0, [], [], 0)


def test_today_late_lines_leave_room_for_every_kind(db: None) -> None:
    house = open_house(types={"std": 12})
    for number in range(101, 107):
        arrive(house, reserve(house, arrival=YESTERDAY), str(number))
    next_day(house)
    reserve(house, name="贺振东")
    board = board_at(house, "14:30")
    words = BoardWords(board, house.refreshed())
    assert [line.item.icon for line in words.late_first] == ["depart", "depart", "depart", "arrive"]
    assert (len(words.late_rest), words.late_more, words.late_unlisted, board.late_total) == (2, 3, 1, 7)


def test_today_names_what_the_law_wants_done_and_is_not(house: TestHotel) -> None:
    """A report that is overdue, a minor alone, a visitor of yesterday; none of another hotel's."""
    room = db.fetch_value("SELECT id FROM property_room WHERE hotel_id = %s ORDER BY number LIMIT 1", [house.pk])
    reserve(house)
    stay = db.fetch_value("SELECT max(id) FROM reservations_roomreservation")
    db.execute("UPDATE reservations_roomreservation SET room_id = %s WHERE id = %s", [room, stay])
    hour = timedelta(hours=1)
    db.execute(
        "INSERT INTO frontdesk_policereport (hotel_id, kind, room_reservation_id, registration_id, room_id, is_foreign,"
        " source, serial, state, occurred_at, due_at, alarm_at, limit_at) SELECT %(hotel)s, 'in', %(stay)s, n, %(room)s,"
        " false, n::text, gen_random_uuid(), 'waiting', %(then)s, %(then)s, %(then)s, %(now)s"
        " FROM generate_series(1, 2) n",
        {"hotel": house.pk, "stay": stay, "room": room, "then": NOW - hour, "now": NOW + 20 * hour},
    )
    db.execute(
        "INSERT INTO frontdesk_minoralarm (hotel_id, room_reservation_id, reason, raised_at) VALUES (%s, %s, 'alone', %s)",
        [house.pk, stay, NOW - 2 * hour],
    )
    db.execute(
        "INSERT INTO frontdesk_visitor (hotel_id, room_reservation_id, room_id, kind, came_at)"
        " SELECT %(hotel)s, %(stay)s, %(room)s, 'passport', at FROM unnest(%(at)s::timestamptz[]) at",
        {"hotel": house.pk, "stay": stay, "room": room, "at": [NOW - 24 * hour, NOW]},
    )
    lines = [(item.icon, item.since) for item in board_at(house).late if item.icon in ("shield", "baby", "people")]
    yesterday = local(20, "23:00")
    assert lines == [
        ("people", yesterday),
        ("baby", local(21, "12:00")),
        ("shield", local(21, "13:00")),
    ]
    assert [item for item in board_at(open_house()).late if item.icon in ("shield", "baby", "people")] == []
