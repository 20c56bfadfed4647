"""Codes, agreed prices and members' rates on the screens that make them and on the one that books with them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from binzhi.guests import services as guests
from binzhi.kernel import clock
from binzhi.reservations.access import Permission
from binzhi.reservations.models import Agreement, Promotion, RatePlan, Reservation
from binzhi.reservations.promotions.services import PromotionInput, create_promotion, set_members_rate
from tests.factories import NOW, SYSTEM, TODAY, TestHotel
from tests.reservations.desk import CLERK, signed_in

KEEPER = (Permission.VIEW, Permission.MANAGE_PROMOTIONS)
DAYS = {
    "arrival": str(TODAY),
    "departure": str(TODAY + timedelta(days=2)),
    "rooms": "1",
    "adults": "2",
    "children": "0",
}


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def url(hotel: TestHotel, tail: str) -> str:
    return f"/h/{hotel.ref.code}/{tail}"


def promote(hotel: TestHotel) -> None:
    wanted = PromotionInput(name="湖畔", rate_plan="bb", code="LAKE2026")
    create_promotion(hotel_id=hotel.pk, promotion=wanted, actor=SYSTEM, now=NOW)


def company(hotel: TestHotel) -> int:
    wanted = guests.NewOrganisation(name="澜海集团")
    return guests.create_organisation(hotel_id=hotel.pk, organisation=wanted, actor=SYSTEM, now=NOW)


def test_codes_agreements_and_members_rates_are_made_on_their_page(hotel: TestHotel) -> None:
    client, firm = signed_in(hotel, KEEPER), company(hotel)
    for tail in ("code", "agreed", "members"):
        assert client.get(url(hotel, f"rate-access/{tail}")).status_code == 200
    assert client.post(url(hotel, "rate-access/members"), {"rate_plan": "bb", "members_only": "on"}).status_code == 302
    assert RatePlan.objects.get(pk=hotel.plans["bb"]).kind == "member"
    client.post(url(hotel, "rate-access/members"), {"rate_plan": "bb"})
    made = client.post(url(hotel, "rate-access/code"), {"name": "湖畔", "rate_plan": "bb"}, follow=True)
    code = Promotion.objects.get().code
    assert f"Code {code} made." in made.content.decode()
    agreed = {"rate_plan": "corp", "organisation": firm, "organisation_text": "澜海", "percent": "-22.5"}
    assert client.post(url(hotel, "rate-access/agreed"), agreed).status_code == 302
    assert Agreement.objects.get().percent is not None
    page = client.get(url(hotel, "rate-access")).content.decode()
    assert "澜海集团" in page
    assert "-22.50" in page
    client.post(url(hotel, f"rate-access/code/{Promotion.objects.get().pk}/end"))
    assert Promotion.objects.get().is_active is False


def test_what_cannot_be_is_answered_at_its_field(hotel: TestHotel) -> None:
    client = signed_in(hotel, KEEPER)
    for tail, posted, said in (
        ("code", {"name": "x", "rate_plan": "bb", "code": "abc"}, "6 to 20 letters and digits"),
        ("agreed", {"rate_plan": "corp", "organisation_text": "nobody"}, "Choose the company from the list."),
        ("agreed", {"rate_plan": "corp", "percent": "lots"}, "Enter a number"),
    ):
        answer = client.post(url(hotel, f"rate-access/{tail}"), posted)
        assert answer.status_code == 422
        assert said in answer.content.decode()
    assert signed_in(hotel, [Permission.VIEW]).get(url(hotel, "rate-access/code")).status_code == 403


def test_booking_with_a_code_shows_its_rate_books_it_and_refuses_a_wrong_one(hotel: TestHotel) -> None:
    promote(hotel)
    client = signed_in(hotel, CLERK)
    parts = url(hotel, "reservations/new/parts")
    assert "offer-std:bb" not in client.get(parts, DAYS).content.decode()
    assert "offer-std:bb" in client.get(parts, DAYS | {"promotion_code": "lake2026"}).content.decode()
    assert (
        "This promotion code is not valid." in client.get(parts, DAYS | {"promotion_code": "WRONG123"}).content.decode()
    )
    booked: dict[str, Any] = DAYS | {
        "offer": "std:bb",
        "guest_text": "王小明",
        "booker_phone": "13805713391",
        "guarantee": "none",
        "expected": "880",
    }
    for wrong in ("", "WRONG123"):
        answer = client.post(url(hotel, "reservations/new"), booked | {"promotion_code": wrong, "idempotency_key": "a"})
        assert answer.status_code in (409, 422)
        assert "王小明" in answer.content.decode()
    assert not Reservation.objects.exists()
    done = client.post(url(hotel, "reservations/new"), booked | {"promotion_code": "lake2026", "idempotency_key": "b"})
    assert done.status_code == 302
    assert Promotion.objects.get().uses == 1


def test_member_found_while_booking_opens_the_members_rate(hotel: TestHotel) -> None:
    set_members_rate(hotel_id=hotel.pk, rate_plan="bb", members_only=True, actor=SYSTEM, now=NOW)
    member = guests.create_guest(
        hotel_id=hotel.pk, details=guests.GuestDetails(name="陈国梁", member_no="BZ1"), actor=SYSTEM, now=NOW
    )
    client = signed_in(hotel, CLERK)
    parts = url(hotel, "reservations/new/parts")
    assert "Members only" in client.get(parts, DAYS).content.decode()
    assert "Members only" not in client.get(parts, DAYS | {"guest": str(member)}).content.decode()
