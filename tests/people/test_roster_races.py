"""Two planners at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from binzhi.kernel import db
from binzhi.kernel.models import AuditEntry
from binzhi.people.setup import StaffRef, create_departments
from binzhi.property.queries import HotelRef
from tests.billing.racing import run_all
from tests.factories import TODAY
from tests.guests.conftest import new_hotel
from tests.people.roster import at, hire, make_shifts, planned, put

DAYS = [TODAY + timedelta(days=offset) for offset in range(5)]


@pytest.fixture
def live(transactional_db: None) -> tuple[HotelRef, StaffRef]:
    hotel = new_hotel()
    create_departments(hotel_id=hotel.pk)
    make_shifts(hotel)
    return hotel, hire(hotel, "林晓", "receptionist")


def test_put_on_duty_eight_planners_for_one_person_one_wins(live: tuple[HotelRef, StaffRef]) -> None:
    hotel, someone = live
    outcomes = run_all([lambda: put(hotel, someone, days=DAYS[:5])] * 8)
    assert outcomes == {"ok": 1, "AlreadyOnDuty": 7}
    assert [starts for _who, starts, _ends in planned(hotel)] == [at(7, day=day) for day in DAYS[:5]]
    assert AuditEntry.objects.filter(operation="duty.planned").count() == 1


def test_negative_control_without_the_rule_of_the_table_both_would_be_planned(
    live: tuple[HotelRef, StaffRef],
) -> None:
    hotel, someone = live
    db.execute("ALTER TABLE people_duty DROP CONSTRAINT one_duty_at_a_time")
    try:
        outcomes = run_all([lambda: put(hotel, someone)] * 4)
        assert (outcomes, len(planned(hotel))) == ({"ok": 4}, 4)
    finally:
        db.execute("DELETE FROM people_duty")
        db.execute(
            "ALTER TABLE people_duty ADD CONSTRAINT one_duty_at_a_time EXCLUDE USING gist"
            " (int8range(staff_id, staff_id + 1) WITH &&, tstzrange(starts_at, ends_at) WITH &&)"
        )


def test_put_on_duty_replace_by_many_at_once_leaves_one_duty_a_day(live: tuple[HotelRef, StaffRef]) -> None:
    hotel, someone = live
    put(hotel, someone)
    outcomes = run_all([lambda shift=shift: put(hotel, someone, shift=shift, replace=True) for shift in "apnapn"])
    assert outcomes == {"ok": 6}
    assert len(planned(hotel)) == 1
