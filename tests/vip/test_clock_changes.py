"""A visit over the night when the clocks are changed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from binzhi.promises.models import Run
from binzhi.reservations.requests import RoomChange
from binzhi.reservations.services import change_room, create_reservation
from binzhi.vip.jobs import catch_up
from tests.factories import SYSTEM, booking
from tests.vip.house import HOUR, House, make_house, task

BERLIN = ZoneInfo("Europe/Berlin")
TODAY = date(2026, 10, 22)
BEFORE = datetime(2026, 10, 22, 8, tzinfo=UTC)
DAY = timedelta(days=1)


def local(day: int, hour: int) -> datetime:
    return datetime(2026, 10, day, hour, tzinfo=BERLIN).astimezone(UTC)


@pytest.fixture
def berlin(db: None) -> House:
    return make_house(timezone="Europe/Berlin", today=TODAY)


def test_visit_moved_with_its_stay_keeps_the_hour_of_the_day(berlin: House) -> None:
    """From Saturday to Monday over the change: three in the afternoon stays three, and so does the departure."""
    stay = create_reservation(
        hotel_id=berlin.pk, booking=booking(arrival=TODAY + 2 * DAY), actor=SYSTEM, now=BEFORE
    ).room_ids[0]
    visit = berlin.approved(
        "VIP", room_reservation_id=stay, arrival_at=local(24, 15), departure_at=local(25, 12), now=BEFORE
    )
    change_room(
        hotel_id=berlin.pk, room_reservation_id=stay, actor=SYSTEM, now=BEFORE,
        change=RoomChange(
            arrival=TODAY + 4 * DAY, departure=TODAY + 6 * DAY, room_type="std", rate_plan="bar", adults=2
        ),
    )  # fmt: skip
    assert catch_up(now=BEFORE) == 1
    kept = berlin.visit(visit.pk)
    assert f"{kept.arrival_at.astimezone(BERLIN):%d %H:%M}" == "26 15:00"
    assert f"{kept.departure_at.astimezone(BERLIN):%H:%M}" == "12:00"
    assert task(kept, "engineering-check").due_at == kept.arrival_at - 3 * HOUR


def test_nights_of_a_visit_without_a_room_are_the_hotels_nights(berlin: House) -> None:
    """From half past eleven at night to one in the morning is one night, though in UTC it is one day."""
    visit = berlin.approved(
        "IP", arrival_at=local(24, 23) + HOUR / 2, departure_at=local(25, 1), now=BEFORE
    )  # fmt: skip
    assert Run.objects.get(pk=visit.run_id).facts["nights"] == 1
