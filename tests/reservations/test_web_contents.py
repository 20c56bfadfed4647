"""What rates contain, beds, children and commissions on their screens: written, refused at their field, nothing lost."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from binzhi.guests import services as guests
from binzhi.kernel import clock
from binzhi.reservations.access import Permission
from binzhi.reservations.commissions.services import set_commission
from binzhi.reservations.extras.queries import extras_of
from binzhi.reservations.extras.services import BandInput, set_extras
from binzhi.reservations.models import Commission, CommissionRate, PackagePart, RoomReservation
from binzhi.reservations.packages.services import PartInput, set_parts
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, statements
from tests.frontdesk.audit_house import arrive, close_day, leave, reserve
from tests.reservations.desk import CLERK, signed_in

SELLER = (Permission.VIEW, Permission.SET_RATES, Permission.MANAGE_PROMOTIONS, Permission.SETTLE_COMMISSION)


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def url(hotel: TestHotel, tail: str) -> str:
    return f"/h/{hotel.ref.code}/{tail}"


def common(hotel: TestHotel) -> dict[str, Any]:
    return {"hotel_id": hotel.pk, "actor": SYSTEM, "now": NOW}


def line(row: int, **of: str) -> dict[str, str]:
    given = {"name": "早餐", "charge_code": "2010", "per": "person", "frequency": "night", "amount": "68"} | of
    return {f"part-{row}-{name}": value for name, value in given.items()}


def test_parts_are_written_and_shown(hotel: TestHotel) -> None:
    client = signed_in(hotel, SELLER)
    assert client.get(url(hotel, "rate-contents/bar/parts")).status_code == 200
    sent = client.post(url(hotel, "rate-contents/bar/parts"), line(0) | line(2, name="门票", charge_code="9020"))
    assert sent.status_code == 302
    page = client.get(url(hotel, "rate-contents")).content.decode()
    assert all(words in page for words in ("早餐", "门票", "68.00"))
    again = client.get(url(hotel, "rate-contents/bar/parts")).content.decode()
    assert 'value="门票"' in again


def test_a_part_that_cannot_be_is_refused_at_its_field_and_kept_on_the_screen(hotel: TestHotel) -> None:
    client = signed_in(hotel, SELLER)
    for lines, words in (
        (line(0, amount=""), "Fill this in, or leave the whole line empty."),
        (line(1, amount="0"), "A part costs something"),
        (line(0, charge_code="1000"), "Select a valid choice"),
    ):
        sent = client.post(url(hotel, "rate-contents/bar/parts"), lines)
        assert sent.status_code == 422
        assert words in sent.content.decode()
        assert 'value="早餐"' in sent.content.decode()
    assert not PackagePart.objects.filter(hotel_id=hotel.pk).exists()


def test_beds_and_ages_are_written_and_an_overlap_is_refused_at_its_line(hotel: TestHotel) -> None:
    client = signed_in(hotel, SELLER)
    address = url(hotel, "rate-contents/bar/extras")
    good = {
        "bed_price": "200", "most_beds": "1", "band-0-from_age": "0", "band-0-until_age": "5", "band-0-kind": "free",
        "band-1-from_age": "6", "band-1-until_age": "12", "band-1-kind": "bed", "band-1-amount": "100",
    }  # fmt: skip
    assert client.post(address, good).status_code == 302
    before = extras_of(hotel.pk, "bar")
    assert (before[0].bed_price, [band.until_age for band in before[0].bands]) == (Decimal(200), [5, 12])
    sent = client.post(address, good | {"band-1-from_age": "5"})
    assert (sent.status_code, "stands in another line already" in sent.content.decode()) == (422, True)
    assert extras_of(hotel.pk, "bar") == before


def test_the_screens_ask_for_the_right(hotel: TestHotel) -> None:
    client = signed_in(hotel, CLERK)
    assert client.get(url(hotel, "rate-contents")).status_code == 200
    assert client.get(url(hotel, "commissions")).status_code == 200
    for tail in ("rate-contents/bar/parts", "rate-contents/bar/extras", "commissions/promise"):
        assert client.get(url(hotel, tail)).status_code == 403
    assert signed_in(hotel, SELLER).get(url(hotel, "rate-contents/nope/parts")).status_code == 404


def furnish(hotel: TestHotel) -> None:
    set_parts(rate_plan="bar", parts=[PartInput(charge_code="2010", name="早餐", amount=Decimal(68))], **common(hotel))
    bands = [BandInput(from_age=6, until_age=12, kind="bed", amount=Decimal(100))]
    set_extras(rate_plan="bar", bed_price=Decimal(200), bands=bands, **common(hotel))


def test_booking_with_ages_and_a_bed_is_quoted_in_words_and_booked(hotel: TestHotel) -> None:
    furnish(hotel)
    client = signed_in(hotel)
    stay = {
        "arrival": str(TODAY), "departure": "2026-11-23", "rooms": "1", "adults": "1", "children": "0",
        "child_ages": "7", "extra_beds": "1", "offer": "king:bar",
    }  # fmt: skip
    quote = client.get(url(hotel, "reservations/new/parts"), stay).content.decode()
    # 380 and a child of 100 and a bed of 200, two nights.
    assert all(words in quote for words in ("680.00", "1,360.00", "Child, 7 years", "1 extra bed", "早餐"))
    made = client.post(
        url(hotel, "reservations/new"),
        stay
        | {
            "guest_text": "陈国梁",
            "booker_phone": "13800138000",
            "guarantee": "none",
            "expected": "1360.00",
            "idempotency_key": "ages-and-a-bed",
        },
        follow=True,
    )
    assert made.status_code == 200
    kept = RoomReservation.objects.get()
    assert (kept.children, kept.child_ages, kept.extra_beds) == (1, [7], 1)
    assert "aged 7" in made.content.decode()


@pytest.mark.parametrize(
    ("typed", "words"), [("7, 4", "The age of every child"), ("seven", "as numbers"), ("18", "The age of every child")]
)
def test_ages_that_cannot_be_are_told_at_their_field(hotel: TestHotel, typed: str, words: str) -> None:
    stay = {
        "arrival": str(TODAY), "departure": "2026-11-23", "rooms": "1", "adults": "1", "children": "1",
        "child_ages": typed, "offer": "king:bar", "guest_text": "陈国梁", "booker_phone": "13800138000",
        "guarantee": "none",
    }  # fmt: skip
    sent = signed_in(hotel).post(url(hotel, "reservations/new"), stay)
    assert (sent.status_code, words in sent.content.decode(), f'value="{typed}"' in sent.content.decode()) == (
        422, True, True,
    )  # fmt: skip
    assert not RoomReservation.objects.exists()


def agency_with_stays(hotel: TestHotel, stays: int) -> list[int]:
    firm = guests.create_organisation(organisation=guests.NewOrganisation(name="澜海旅行社"), **common(hotel))
    set_commission(organisation_id=firm, percent=Decimal(10), from_date=TODAY, **common(hotel))
    ids = [reserve(hotel, nights=1, organisation_id=firm) for _ in range(stays)]
    for number, stay in enumerate(ids, start=101):
        arrive(hotel, stay, str(number))
    close_day(hotel)
    for stay in ids:
        leave(hotel, stay)
    return ids


def test_commissions_are_listed_exported_paid_and_waived(hotel: TestHotel) -> None:
    first, second = agency_with_stays(hotel, 2)
    client = signed_in(hotel, SELLER)
    page = client.get(url(hotel, "commissions")).content.decode()
    assert page.count("37.74") == 2
    exported = client.get(url(hotel, "commissions?format=csv")).content.decode("utf-8-sig")
    assert exported.count("澜海旅行社") == 2
    assert client.post(url(hotel, "commissions"), {"stay": first, "state": "paid"}).status_code == 302
    refused = client.post(url(hotel, "commissions"), {"stay": second, "state": "waived"})
    assert refused.status_code == 422
    none = client.post(url(hotel, "commissions"), {"state": "paid"})
    assert "Choose the stays first." in none.content.decode()
    assert Commission.objects.count() == 1
    client.post(url(hotel, "commissions"), {"stay": second, "state": "waived", "reason": "重复订单"})
    assert [row.state for row in Commission.objects.order_by("pk")] == ["paid", "waived"]


def test_commissions_are_read_by_one_statement_whatever_their_number(hotel: TestHotel) -> None:
    from binzhi.reservations.commissions.queries import commissions

    agency_with_stays(hotel, 3)
    with statements() as sent:
        assert len(commissions(hotel_id=hotel.pk)) == 3
    assert len(sent) == 1


def test_a_commission_is_promised_on_its_panel(hotel: TestHotel) -> None:
    firm = guests.create_organisation(organisation=guests.NewOrganisation(name="澜海旅行社"), **common(hotel))
    client = signed_in(hotel, SELLER)
    given = {"organisation": firm, "organisation_text": "澜海", "percent": "12.5", "from_date": str(TODAY)}
    assert client.post(url(hotel, "commissions/promise"), given).status_code == 302
    again = client.post(url(hotel, "commissions/promise"), given)
    assert (again.status_code, "was promised already" in again.content.decode()) == (422, True)
    assert [row.percent for row in CommissionRate.objects.all()] == [Decimal("12.50")]
