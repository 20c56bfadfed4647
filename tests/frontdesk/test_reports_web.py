"""Reports, free rooms, overdue days and the running audit on screen."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.models import AuditSetting, FreeRoom
from binzhi.frontdesk.reports.kinds import Kind
from binzhi.kernel import clock
from binzhi.reservations.access import Permission as Booking
from binzhi.reservations.services import create_reservation
from tests.factories import SYSTEM, TODAY, TestHotel, booking, make_hotel
from tests.frontdesk.audit_house import NIGHT, arrive, close_day, full_house, reserve
from tests.reservations.desk import signed_in

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}
READ = [Permission.VIEW, Permission.VIEW_REPORTS]
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def at_two_in_the_morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NIGHT)


@pytest.fixture
def hotel(db: None) -> TestHotel:
    return make_hotel(with_billing=True, nights=8, booking_horizon=7)


def url(hotel: TestHotel, rest: str) -> str:
    return f"/h/{hotel.ref.code}/{rest}"


def test_reports_list_the_closed_days_of_a_month(hotel: TestHotel) -> None:
    arrive(hotel, reserve(hotel, nights=3), "101")
    close_day(hotel)
    close_day(hotel, TOMORROW)
    html = signed_in(hotel, READ).get(url(hotel, "reports")).content.decode()
    assert html.index(f"{TOMORROW} ") < html.index(f"{TODAY} ")
    assert "12.5" in html
    assert "377.36" in html
    empty = signed_in(hotel, READ).get(url(hotel, "reports?month=2020-01")).content.decode()
    assert "No day was closed in this month" in empty


@pytest.mark.parametrize("month", ["2026-13", "x", "\x00", "99999-01"])
def test_reports_of_a_malformed_month_are_those_of_the_last(hotel: TestHotel, month: str) -> None:
    close_day(hotel)
    html = signed_in(hotel, READ).get(url(hotel, "reports"), {"month": month}).content.decode()
    assert f"{TODAY} " in html


@pytest.mark.parametrize("kind", list(Kind))
def test_report_is_a_page_a_paper_and_a_file(hotel: TestHotel, kind: Kind) -> None:
    arrive(hotel, reserve(hotel, nights=3), "101")
    reserve(hotel)
    close_day(hotel)
    client = signed_in(hotel, READ)
    page = client.get(url(hotel, f"reports/{TODAY}/{kind.value}"))
    assert (page.status_code, str(kind.label) in page.content.decode()) == (200, True)
    paper = client.get(url(hotel, f"reports/{TODAY}/{kind.value}.pdf"))
    assert (paper.headers["Content-Type"], paper.content[:4]) == ("application/pdf", b"%PDF")
    file = client.get(url(hotel, f"reports/{TODAY}/{kind.value}.csv"))
    assert file.content.decode().count("\n") >= 1
    assert f"{kind.value}-{TODAY}.csv" in file.headers["Content-Disposition"]


def test_the_whole_pack_is_one_paper(hotel: TestHotel) -> None:
    close_day(hotel)
    assert signed_in(hotel, READ).get(url(hotel, f"reports/{TODAY}/pack.pdf")).content[:4] == b"%PDF"


@pytest.mark.parametrize("rest", ["2026-11-22/manager", "2026-02-31/manager", "2026-11-21/nothing", "x/trial.csv"])
def test_report_that_is_not_there_is_not_found(hotel: TestHotel, rest: str) -> None:
    close_day(hotel)
    assert signed_in(hotel, READ).get(url(hotel, f"reports/{rest}")).status_code == 404


def test_reports_are_for_who_may(hotel: TestHotel) -> None:
    close_day(hotel)
    client = signed_in(hotel, [Permission.VIEW])
    for rest in ("reports", f"reports/{TODAY}/trial", f"reports/{TODAY}/trial.csv", f"reports/{TODAY}/pack.pdf"):
        assert client.get(url(hotel, rest)).status_code == 403


@pytest.mark.parametrize("rooms", [1, 30])
def test_report_costs_the_same_statements(db: None, rooms: int) -> None:
    hotel = full_house(rooms)
    close_day(hotel)
    client = signed_in(hotel, READ)
    client.get(url(hotel, f"reports/{TODAY}/rooms"))
    with CaptureQueriesContext(connection) as captured:
        client.get(url(hotel, f"reports/{TODAY}/rooms"))
    assert len(captured) == 9


def test_high_balance_is_set_on_the_page_and_a_bad_one_is_refused_there(hotel: TestHotel) -> None:
    client = signed_in(hotel, [*READ, Permission.SET_NIGHT_AUDIT])
    bad = client.post(url(hotel, "reports"), {"amount": "-5"})
    assert (bad.status_code, "-5" in bad.content.decode(), AuditSetting.objects.count()) == (422, True, 0)
    assert client.post(url(hotel, "reports"), {"amount": "1,500"}).status_code == 302
    assert AuditSetting.objects.get(hotel_id=hotel.pk).high_balance == 1500


def test_free_room_is_asked_for_and_decided_on_screen(hotel: TestHotel) -> None:
    stay = reserve(hotel, nights=2)
    arrive(hotel, stay, "101")
    client = signed_in(hotel, [Permission.VIEW, Permission.CHANGE_STAY])
    assert "A room that costs nothing" in client.get(url(hotel, f"stays/{stay}/free-room")).content.decode()
    bad = client.post(url(hotel, f"stays/{stay}/free-room"), {"kind": "comp", "reason": " "})
    assert (bad.status_code, FreeRoom.objects.count()) == (422, 0)
    asked = {"kind": "house", "reason": "值班", "first": "", "until": ""}
    assert client.post(url(hotel, f"stays/{stay}/free-room"), asked).status_code == 302
    (free_room,) = FreeRoom.objects.all()
    decide = url(hotel, f"free-rooms/{free_room.pk}")
    assert client.post(decide, {"decision": "yes"}).status_code == 403
    html = client.get(url(hotel, "free-rooms")).content.decode()
    assert ("值班" in html, 'name="decision"' in html) == (True, False)


def test_free_room_is_asked_for_from_a_booking_to_come_and_told_there(hotel: TestHotel) -> None:
    made = create_reservation(
        hotel_id=hotel.pk, booking=booking(arrival=TOMORROW, nights=2), actor=SYSTEM, now=NIGHT
    )  # fmt: skip
    (stay,), page = made.room_ids, url(hotel, f"reservations/{made.number}")
    assert "free-room" not in signed_in(hotel, [Booking.VIEW]).get(page).content.decode()
    client = signed_in(hotel, [Booking.VIEW, Permission.VIEW, Permission.CHANGE_STAY])
    assert f"stays/{stay}/free-room?next={page}" in client.get(page).content.decode()
    asked = {"kind": "comp", "reason": "考察团先遣", "first": "", "until": "", "next": page}
    assert client.post(url(hotel, f"stays/{stay}/free-room"), asked)["Location"] == page
    shown = client.get(page).content.decode()
    assert ("waits for a decision" in shown, "考察团先遣" in shown, "free-room?next" in shown) == (True, True, False)
    (free_room,) = FreeRoom.objects.all()
    manager = signed_in(hotel, [Booking.VIEW, Permission.VIEW, Permission.APPROVE_FREE_ROOM])
    assert manager.post(url(hotel, f"free-rooms/{free_room.pk}"), {"decision": "yes"}).status_code == 302
    shown = manager.get(page).content.decode()
    assert ("waits for a decision" in shown, shown.count("<b>0.00</b>")) == (False, 2)
    manager.post(url(hotel, f"free-rooms/{free_room.pk}"), {"decision": "end"})
    assert "free-room?next" in client.get(page).content.decode()


def test_overdue_days_are_shown_and_handed_to_the_worker(hotel: TestHotel, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in(hotel, [Permission.RUN_NIGHT_AUDIT])
    assert "was not closed" not in client.get(url(hotel, "night-audit")).content.decode()
    monkeypatch.setattr(clock, "now", lambda: NIGHT + timedelta(days=3))
    html = client.get(url(hotel, "night-audit")).content.decode()
    assert "4 days were not closed" in html
    assert "waits for the day before" in html
    assert client.post(url(hotel, "night-audit/recover")).status_code == 302
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'frontdesk.recover_days'")
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db(transaction=True)
def test_progress_says_nothing_new_twice_and_that_the_day_went_on(transactional_db: None) -> None:
    hotel = make_hotel(with_billing=True, nights=5, booking_horizon=4)
    client = signed_in(hotel, [Permission.RUN_NIGHT_AUDIT])
    first = client.get(url(hotel, f"night-audit/progress?day={TODAY}"), headers=PART).content.decode()
    assert "Close the day, open the next" in first
    version = first.split('"X-Board-Version": "')[1].split('"')[0]
    known = PART | {"X-Board-Version": version}
    assert client.get(url(hotel, f"night-audit/progress?day={TODAY}"), headers=known).status_code == 204
    close_day(hotel)
    after = client.get(url(hotel, f"night-audit/progress?day={TODAY}"), headers=known)
    assert (after.status_code, f"the open hotel day is {TOMORROW}" in after.content.decode()) == (200, True)
