"""The night audit on screen: preview, what must be settled first, the run, what it brought."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from binzhi.billing.access import Permission as Money
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.models import NightAudit
from binzhi.kernel import clock
from binzhi.kernel import db as kernel_db
from binzhi.property.models import Hotel
from tests.factories import TODAY, TestHotel, make_hotel
from tests.frontdesk.audit_house import NIGHT, arrive, full_house, ledger_of, reserve
from tests.reservations.desk import signed_in

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}
RIGHTS = [Permission.RUN_NIGHT_AUDIT, Permission.CHECK_OUT, Permission.CHANGE_STAY, Money.VIEW]


@pytest.fixture(autouse=True)
def at_two_in_the_morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NIGHT)


@pytest.fixture
def hotel(db: None) -> TestHotel:
    return make_hotel(with_billing=True, nights=5, booking_horizon=4)


def url(hotel: TestHotel, rest: str = "") -> str:
    return f"/h/{hotel.ref.code}/night-audit{rest}"


def day(hotel: TestHotel) -> object:
    return Hotel.objects.get(pk=hotel.pk).business_date


def test_preview_shows_what_will_be_posted_and_who_did_not_come(hotel: TestHotel) -> None:
    arrive(hotel, reserve(hotel, nights=2), "101")
    reserve(hotel, booker_name="王没来")
    html = signed_in(hotel, RIGHTS).get(url(hotel)).content.decode()
    assert "377.36" in html
    assert "王没来" in html
    assert "ready to close" in html


@pytest.mark.parametrize("rooms", [1, 30])
def test_preview_costs_the_same_statements(db: None, rooms: int) -> None:
    hotel = full_house(rooms)
    client = signed_in(hotel, RIGHTS)
    client.get(url(hotel))
    with CaptureQueriesContext(connection) as captured:
        client.get(url(hotel))
    assert len(captured) == 15


def test_run_closes_the_day_and_shows_its_figures(hotel: TestHotel) -> None:
    arrive(hotel, reserve(hotel, nights=2), "101")
    client = signed_in(hotel, RIGHTS)
    html = client.post(url(hotel, "/run"), {"business_date": str(TODAY)}, follow=True).content.decode()
    assert day(hotel) == TODAY + timedelta(days=1)
    assert "1 rooms posted" in html
    assert f"{TODAY} is closed" in html
    assert "12.5%" in html


def test_run_twice_from_the_same_page_closes_one_day(hotel: TestHotel) -> None:
    client = signed_in(hotel, RIGHTS)
    form = {"business_date": str(TODAY), "idempotency_key": "one"}
    assert [client.post(url(hotel, "/run"), form).status_code for _ in range(2)] == [302, 302]
    stale = client.post(url(hotel, "/run"), form | {"idempotency_key": "two"}, headers=PART)
    assert (stale.status_code, "audited already" in stale.content.decode()) == (409, True)
    assert day(hotel) == TODAY + timedelta(days=1)


def test_run_with_something_to_settle_is_refused_and_says_what(hotel: TestHotel) -> None:
    stay = reserve(hotel, nights=0, booker_name="王未走")
    arrive(hotel, stay, "101")
    client = signed_in(hotel, RIGHTS)
    html = client.get(url(hotel)).content.decode()
    assert "Due out and not checked out" in html
    assert f"/stays/{stay}/check-out" in html
    answer = client.post(url(hotel, "/run"), {"business_date": str(TODAY)}, headers=PART)
    assert (answer.status_code, "1 items must be settled" in answer.content.decode()) == (409, True)
    assert (day(hotel), ledger_of(hotel)) == (TODAY, [])


def test_run_before_the_day_has_begun_is_refused(hotel: TestHotel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NIGHT - timedelta(days=2))
    client = signed_in(hotel, RIGHTS)
    assert "the day has not begun" in client.get(url(hotel)).content.decode()
    answer = client.post(url(hotel, "/run"), {"business_date": str(TODAY)}, headers=PART)
    assert (answer.status_code, day(hotel)) == (409, TODAY)


@pytest.mark.parametrize("date", ["", "2026-02-31", "x", "\x00"])
def test_run_with_a_malformed_day_means_the_open_one(hotel: TestHotel, date: str) -> None:
    assert signed_in(hotel, RIGHTS).post(url(hotel, "/run"), {"business_date": date}).status_code == 302
    assert day(hotel) == TODAY + timedelta(days=1)


def test_run_that_broke_off_shows_its_cause(hotel: TestHotel) -> None:
    NightAudit.objects.create(
        hotel_id=hotel.pk, business_date=TODAY, status="failed", started_at=NIGHT, attempts=2, failure="DiskFull 53100"
    )
    html = signed_in(hotel, RIGHTS).get(url(hotel)).content.decode()
    assert "2 runs of this day broke off: DiskFull 53100" in html


@pytest.mark.django_db(transaction=True)
def test_run_that_breaks_off_answers_with_the_cause(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from binzhi.frontdesk.night_audit import services

    hotel = full_house(2)
    client = signed_in(hotel, RIGHTS)
    monkeypatch.setattr(services.days, "roll", lambda **_asked: kernel_db.execute("SELECT 1 / 0"))
    answer = client.post(url(hotel, "/run"), {"business_date": str(TODAY)}, headers=PART)
    assert (answer.status_code, "DivisionByZero" in answer.content.decode()) == (422, True)
    assert (day(hotel), ledger_of(hotel)) == (TODAY, [])
    assert NightAudit.objects.get(hotel_id=hotel.pk).status == "failed"
