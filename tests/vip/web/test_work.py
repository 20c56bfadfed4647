"""What is done on the page of a visit: meals, purchases, cards, events, the seal; and the three forms as PDF."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from binzhi.frontdesk.services import assign_room
from binzhi.kernel import clock
from binzhi.reservations.services import create_reservation
from binzhi.vip import services
from binzhi.vip.models import KeyCard, Menu, Purchase, Visit
from tests.factories import SYSTEM, TODAY, booking
from tests.promises.web.pages import text_of
from tests.vip.house import ARRIVAL, DAY, DEPARTURE, HOUR, MINUTE, NOW, House, events, finish, traces
from tests.vip.papers import meet, notify
from tests.vip.web.conftest import SignIn


def url(house: House, visit: Visit, rest: str = "") -> str:
    return f"/h/{house.hotel.ref.code}/vip/{visit.pk}{rest}"


def at(house: House, moment: Any) -> str:
    return f"{house.hotel.ref.local(moment):%Y-%m-%dT%H:%M}"


def read(answer: Any) -> str:
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    pages = PdfReader(BytesIO(answer.content)).pages
    return "".join(page.extract_text() for page in pages).replace(" ", "").replace("\n", "")


def with_room(house: House, level: str = "VIP") -> Visit:
    """A visit of a stay that has room 101."""
    made = create_reservation(hotel_id=house.pk, booking=booking(arrival=TODAY + 2 * DAY), actor=SYSTEM, now=NOW)
    assign_room(
        hotel_id=house.pk, room_reservation_id=made.room_ids[0], room_id=house.hotel.rooms["101"], actor=SYSTEM, now=NOW
    )
    return house.approved(level, room_reservation_id=made.room_ids[0])


def until_sealed(house: House, visit: Visit) -> None:
    """Everything that the seal waits for is done."""
    finish(
        house, visit, "case-meeting", "notice-issued", "notice-signed", "room-prepared", "amenities-vip",
        "engineering-check", "flowers-vip", "final-check", at=NOW,
    )  # fmt: skip


# ---------------------------------------------------------------- meals


def test_meal_is_planned_drafted_and_approved(house: House, sign_in: SignIn) -> None:
    visit = house.approved()
    given = {"meal_at": at(house, ARRIVAL + 2 * HOUR), "private_room": "西溪厅"}
    sign_in("gm-office-clerk").post(url(house, visit, "/meals"), given)
    menu = Menu.objects.get(visit=visit)
    draft = {"dishes": "清蒸鲈鱼\n龙井虾仁"}
    sign_in("dining-manager").post(url(house, visit, f"/meals/{menu.pk}/draft"), draft)
    sign_in("general-manager").post(url(house, visit, f"/meals/{menu.pk}/approve"))
    menu.refresh_from_db()
    assert (menu.private_room, menu.dishes, menu.approved_at) == ("西溪厅", "清蒸鲈鱼\n龙井虾仁", NOW)


def test_meal_in_the_past_is_refused_at_its_field(house: House, sign_in: SignIn) -> None:
    visit = house.approved()
    before = traces(house)
    given = {"meal_at": at(house, NOW - HOUR), "private_room": "西溪厅"}
    answer = sign_in("gm-office-clerk").post(url(house, visit, "/meals"), given)
    page = answer.content.decode()
    assert (answer.status_code, 'id="meal-meal_at-error"' in page, 'value="西溪厅"' in page) == (422, True, True)
    assert traces(house) == before


def test_menu_of_another_visit_is_not_found(house: House, sign_in: SignIn) -> None:
    visit, other = house.approved(), house.approved()
    menu = services.plan_meal(
        hotel_id=house.pk, visit_id=other.pk, meal_at=ARRIVAL + HOUR, actor=house.actor("gm-office-clerk"), now=NOW
    )
    before = traces(house)
    client = sign_in("dining-manager")
    assert client.post(url(house, visit, f"/meals/{menu}/draft"), {"dishes": "鱼"}).status_code == 404
    assert traces(house) == before


# ---------------------------------------------------------------- purchases and cards


def test_flowers_are_delivered_and_received(house: House, sign_in: SignIn) -> None:
    visit = house.approved()
    flowers = Purchase.objects.get(visit=visit)
    sign_in("purchaser").post(url(house, visit, f"/purchases/{flowers.pk}/deliver"))
    flowers.refresh_from_db()
    assert flowers.state == "delivered"
    sign_in("housekeeping-supervisor").post(url(house, visit, f"/purchases/{flowers.pk}/receive"))
    flowers.refresh_from_db()
    assert flowers.state == "received"


def test_cards_are_made_and_handed_over_by_name(house: House, sign_in: SignIn) -> None:
    visit = house.approved()
    client = sign_in("front-office-manager")
    client.post(url(house, visit, "/cards"))
    hand = url(house, visit, "/cards/hand-over")
    refused = client.post(hand, {"purpose": "leader", "received_by": ""})
    assert (refused.status_code, 'id="card-leader-received_by-error"' in refused.content.decode()) == (422, True)
    client.post(hand, {"purpose": "leader", "received_by": "沈立群"})
    cards = dict(KeyCard.objects.filter(visit=visit).values_list("purpose", "received_by"))
    assert cards == {"leader": "沈立群", "room": ""}
    assert client.post(hand, {"purpose": "nobody", "received_by": "x"}).status_code == 404


# ---------------------------------------------------------------- what happens


def test_events_are_noted_once_the_guest_is_here(
    house: House, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = house.approved()
    client = sign_in("duty-manager")
    given = {"kind": "first_entry", "text": "", "at": ""}
    early = client.post(url(house, visit, "/events"), given)
    assert (early.status_code, "客人还没有抵店" in text_of(early)) == (409, True)
    monkeypatch.setattr(clock, "now", lambda: ARRIVAL)
    client.post(url(house, visit, "/arrived"))
    client.post(url(house, visit, "/events"), given)
    client.post(url(house, visit, "/wishes"), {"text": "手擀面"})
    assert events(visit) == ["arrived", "first_entry", "wish"]
    assert "手擀面" in text_of(client.get(url(house, visit)))


def test_gm_away_names_who_receives(house: House, sign_in: SignIn) -> None:
    visit = house.approved()
    house.on_duty("front-office-manager")
    client = sign_in("duty-manager")
    answer = client.post(url(house, visit, "/gm-away"), follow=True)
    assert "接待，已通知" in text_of(answer)
    assert events(visit) == ["gm_away"]


# ---------------------------------------------------------------- seal


def test_seal_is_set_and_broken_with_a_reason(house: House, sign_in: SignIn) -> None:
    visit = with_room(house)
    until_sealed(house, visit)
    client = sign_in("quality-assistant-manager")
    client.post(url(house, visit, "/seal"))
    assert "101 已封" in text_of(client.get(url(house, visit)))
    breaker = sign_in("quality-manager")
    refused = breaker.post(url(house, visit, "/break-seal"), {"reason": ""})
    assert (refused.status_code, 'id="break-reason-error"' in refused.content.decode()) == (422, True)
    breaker.post(url(house, visit, "/break-seal"), {"reason": "水管漏水"})
    assert events(visit) == ["seal_broken"]
    text = read(breaker.get(url(house, visit, "/seal.pdf")))
    assert [word in text for word in ("贵宾封房确认表", "101", "水管漏水", "工程部")] == [True] * 4


# ---------------------------------------------------------------- forms


def test_notice_prints_what_it_said_when_issued(house: House, sign_in: SignIn) -> None:
    visit = with_room(house, "VVIP")
    client = sign_in("duty-manager")
    assert client.get(url(house, visit, "/notice.pdf")).status_code == 404
    meet(house, visit)
    notify(house, visit)
    services.set_level_directly(
        hotel_id=house.pk, visit_id=visit.pk, level="IP", reason="改级", actor=house.gm, now=NOW
    )
    finish(house, visit, "notice-signed", at=NOW)
    text = read(client.get(url(house, visit, "/notice.pdf")))
    assert [word in text for word in ("贵宾接待通知单", "VVIP", "王先生", "客房部", f"TZ-{visit.pk}-1")] == [True] * 5
    assert client.get(url(house, visit, "/notice.pdf?number=2")).status_code == 404


def test_departure_notice_prints_what_was_late(house: House, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    visit = house.arrived()
    client = sign_in("duty-manager")
    monkeypatch.setattr(clock, "now", lambda: DEPARTURE)
    client.post(url(house, visit, "/departed"))
    assert client.get(url(house, visit, "/departure.pdf")).status_code == 404
    monkeypatch.setattr(clock, "now", lambda: DEPARTURE + 10 * MINUTE)
    finish(house, visit, "departure-told", at=DEPARTURE + 10 * MINUTE)
    sign_in("front-office-manager").post(url(house, visit, "/departure-notice"))
    text = read(client.get(url(house, visit, "/departure.pdf")))
    assert [word in text for word in ("贵宾抵离通知单", "未按时完成", "一会一案", "小时")] == [True] * 4


def test_forms_of_a_visit_without_level_are_not_there(house: House, sign_in: SignIn) -> None:
    visit = house.visit(house.propose())
    client = sign_in("general-manager")
    pages = [client.get(url(house, visit, f"/{name}.pdf")).status_code for name in ("notice", "seal", "departure")]
    assert pages == [404, 404, 404]
