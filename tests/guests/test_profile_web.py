"""Screens of the five classes, the circle, warnings, accounts and the line of time."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client

from binzhi.guests.models import Contact, ProfileValue, Relation, Warning
from binzhi.guests.profile.relations import relate
from binzhi.guests.profile.services import write_profile
from binzhi.guests.profile.warnings import raise_warning
from binzhi.guests.services import GuestDetails, NewOrganisation, create_guest, create_organisation
from binzhi.kernel.actor import Actor
from binzhi.people.setup import create_departments
from binzhi.property.queries import HotelRef
from tests.factories import NOW, statements
from tests.guests.conftest import see_all
from tests.people.conftest import sign_in, staff_of

SYSTEM = Actor.system("test")
PART = {"HTTP_HX_REQUEST": "true", "HTTP_HX_REQUEST_TYPE": "partial"}


@pytest.fixture
def desk(hotel: HotelRef) -> Client:
    create_departments(hotel_id=hotel.pk)
    staff_of(hotel, "lin.xiao")
    return sign_in("lin.xiao")[0]


@pytest.fixture
def boss(hotel: HotelRef, desk: Client) -> Client:
    staff_of(hotel, "shen.liqun", "general-manager")
    return sign_in("shen.liqun")[0]


@pytest.fixture
def chen(hotel: HotelRef) -> int:
    details = GuestDetails(name="陈国梁", sex="male", birth_date=date(1972, 3, 15), phone="13912348806")
    guest_id = create_guest(hotel_id=hotel.pk, details=details, actor=SYSTEM, now=NOW)
    values = {
        "salutation": "陈董", "not_called": "陈总", "birthday": "lunar", "taboos": "不放百合", "plate": "浙A66088",
        "interests": "书法",
    }  # fmt: skip
    write_profile(hotel_id=hotel.pk, guest_id=guest_id, values=values, seen=0, actor=SYSTEM, now=NOW)
    return guest_id


def url(hotel: HotelRef, rest: str = "") -> str:
    return f"/h/{hotel.code}/guests{rest}"


def test_page_says_who_this_is_at_its_head(hotel: HotelRef, desk: Client, chen: int) -> None:
    page = desk.get(url(hotel, f"/{chen}")).content.decode()
    head = page[: page.index('id="timeline"')]
    for words in ("陈董", "（勿称“陈总”）", "不放百合", "Chén Guóliáng"):
        assert words in head
    for words in ("属鼠", "农历二月初一", "双鱼座", "浙A·***88", "书法"):
        assert words in page
    assert "66088" not in page


def test_page_statements_do_not_grow(hotel: HotelRef, desk: Client, chen: int) -> None:
    """Other contexts add parts of their own: that a part grows with its rows is what must not be."""
    sent = []
    for number in range(4):
        other = create_guest(hotel_id=hotel.pk, details=GuestDetails(name=f"王{number}"), actor=SYSTEM, now=NOW)
        ids: dict[str, Any] = {"hotel_id": hotel.pk, "guest_id": chen, "actor": SYSTEM, "now": NOW}
        relate(other_id=other, kind="friend", decides=False, note="", **ids)
        raise_warning(text=f"注意{number}", severity=2, blacklist=False, ends_on=None, **ids)
        desk.get(url(hotel, f"/{chen}"))
        with statements() as seen:
            desk.get(url(hotel, f"/{chen}"))
        sent.append(len(seen))
    assert (len(set(sent)), sent[0] <= 25) == (1, True), sent


def test_fields_form_saves_and_leaves_secrets_as_they_are(hotel: HotelRef, desk: Client, chen: int) -> None:
    page = desk.get(url(hotel, f"/{chen}/profile")).content.decode()
    assert "66088" not in page
    assert 'name="religion"' not in page
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert seen is not None
    answer = desk.post(
        url(hotel, f"/{chen}/profile"),
        {
            "seen": seen[1],
            "salutation": "陈董",
            "not_called": "",
            "interests": "围棋",
            "plate": "",
            "taboos": "不放百合",
        },
    )
    assert (answer.status_code, answer.headers["Location"]) == (302, url(hotel, f"/{chen}"))
    see_all()
    rows = ProfileValue.objects.filter(guest_id=chen, pk__gt=int(seen[1])).order_by("key")
    assert list(rows.values_list("key", "value")) == [("birthday", ""), ("interests", "围棋"), ("not_called", "")]
    late = desk.post(url(hotel, f"/{chen}/profile"), {"seen": seen[1], "interests": "钓鱼"})
    assert late.status_code == 412
    assert "围棋" in late.content.decode()


def test_switches_are_the_managers(hotel: HotelRef, desk: Client, boss: Client) -> None:
    assert desk.get(url(hotel, "/fields")).status_code == 403
    assert boss.post(url(hotel, "/fields"), {"on": ["salutation", "fax"]}).status_code == 302
    page = boss.get(url(hotel, "/fields")).content.decode()
    assert re.findall(r'value="(\w+)" checked', page) == ["salutation", "fax"]
    assert boss.post(url(hotel, "/fields"), {"on": ["nonsense"]}).status_code == 422


def test_circle_links_and_takes_away(hotel: HotelRef, desk: Client, chen: int) -> None:
    liu = create_guest(hotel_id=hotel.pk, details=GuestDetails(name="刘颖"), actor=SYSTEM, now=NOW)
    answer = desk.post(url(hotel, f"/{chen}/circle"), {"other_id": liu, "kind": "secretary", "decides": "on"})
    assert answer.status_code == 302
    assert "刘颖" in desk.get(url(hotel, f"/{chen}")).content.decode()
    assert desk.post(url(hotel, f"/{chen}/circle"), {"other_id": chen, "kind": "friend"}).status_code == 422
    missing = desk.post(url(hotel, f"/{chen}/circle"), {"other_id": 2**40, "kind": "friend"})
    assert missing.status_code == 404
    see_all()
    relation = Relation.objects.get(guest_id=chen)
    assert desk.post(url(hotel, f"/{chen}/circle/{relation.pk}/end")).status_code == 302
    assert "刘颖" not in desk.get(url(hotel, f"/{chen}/circle")).content.decode()


def test_blacklist_goes_from_one_to_another(hotel: HotelRef, desk: Client, boss: Client, chen: int) -> None:
    form = {"text": "殴打员工", "severity": "3", "blacklist": "on"}
    assert desk.post(url(hotel, f"/{chen}/warnings/new"), form).status_code == 302
    see_all()
    warning = Warning.objects.get(guest_id=chen)
    assert "殴打员工" not in desk.get(url(hotel, f"/{chen}")).content.decode()
    assert "黑名单待批 1" in boss.get(url(hotel)).content.decode()
    assert "殴打员工" in boss.get(url(hotel, "/waiting")).content.decode()
    decide = url(hotel, f"/{chen}/warnings/{warning.pk}/decide")
    assert desk.post(decide, {"agree": "1"}).status_code == 403
    assert boss.post(decide, {"agree": "1"}).status_code == 302
    for page in (f"/{chen}", "?q=cgl", "/suggest?q=cgl", f"/warned?guest={chen}"):
        assert "黑名单" in desk.get(url(hotel, page)).content.decode()
    assert desk.get(url(hotel, "/warned?guest=x")).content.decode().strip() == ""


def test_warning_form_keeps_what_was_typed(hotel: HotelRef, desk: Client, chen: int) -> None:
    answer = desk.post(url(hotel, f"/{chen}/warnings/new"), {"text": "x" * 201, "severity": "1"})
    assert (answer.status_code, "x" * 201 in answer.content.decode()) == (422, True)
    see_all()
    assert Warning.objects.count() == 0


def test_document_form_comes_when_asked_for(hotel: HotelRef, desk: Client, chen: int) -> None:
    place = url(hotel, f"/{chen}/documents")
    assert 'name="number"' not in desk.get(url(hotel, f"/{chen}")).content.decode()
    part = desk.get(place, **PART).content.decode()
    assert ('name="number"' in part, "<html" in part) == (True, False)
    whole = desk.get(place).content.decode()
    assert ('name="number"' in whole, "<html" in whole) == (True, True)


def test_timeline_part_and_page(hotel: HotelRef, desk: Client, chen: int) -> None:
    place = url(hotel, f"/{chen}/timeline")
    assert "<html" in desk.get(place).content.decode()
    assert "<html" not in desk.get(place, {"kind": "stay"}, **PART).content.decode()
    assert desk.get(place, {"cursor": "9" * 20 + "-1"}, **PART).status_code == 422


@pytest.fixture
def company(hotel: HotelRef) -> int:
    return create_organisation(hotel_id=hotel.pk, organisation=NewOrganisation(name="澜海集团"), actor=SYSTEM, now=NOW)


def test_account_page_form_and_contacts(hotel: HotelRef, desk: Client, boss: Client, chen: int, company: int) -> None:
    place = f"/h/{hotel.code}/organisations/{company}"
    assert desk.post(f"{place}/edit", {}).status_code == 403
    form = {
        "seen": "0",
        "contract_until": "2027-12-31",
        "credit_limit": "300000",
        "nature": "private",
        "products": "海工装备",
    }
    assert boss.post(f"{place}/edit", form).status_code == 302
    assert boss.post(f"{place}/edit", {**form, "nature": "sect"}).status_code == 422
    assert boss.post(f"{place}/contacts", {"guest_id": chen, "role": "董事长", "decides": "on"}).status_code == 302
    assert boss.post(f"{place}/contacts", {"guest_id": chen, "role": ""}).status_code == 422
    page = desk.get(place).content.decode()
    for words in ("澜海集团", "2027-12-31", "民营", "海工装备", "陈国梁", "董事长"):
        assert words in page
    see_all()
    contact = Contact.objects.get(organisation_id=company)
    assert boss.post(f"{place}/contacts/{contact.pk}/end").status_code == 302
    assert "董事长" not in desk.get(place).content.decode()
    assert desk.get(f"/h/{hotel.code}/organisations/{2**40}").status_code == 404
