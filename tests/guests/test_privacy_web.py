"""Screens of privacy and of relationships: who sees what, what a press does, what is said."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from binzhi.guests.models import ConsentEntry, Guest, Lookup, PlannedContact, RightsRequest
from binzhi.guests.services import GuestDetails, NewOrganisation, create_guest, create_organisation
from binzhi.kernel.actor import Actor
from binzhi.people.setup import create_departments
from binzhi.property.queries import HotelRef
from tests.factories import NOW
from tests.guests.conftest import see_all
from tests.people.conftest import sign_in, staff_of

PHONE = "13912348806"


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
def chen(hotel: HotelRef, clerk: Actor) -> int:
    details = GuestDetails(name="陈国梁", phone=PHONE, email="chen@example.com")
    return create_guest(hotel_id=hotel.pk, details=details, actor=clerk, now=NOW)


def text(client: Client, url: str, status: int = 200, **typed: Any) -> str:
    answer = client.post(url, typed, follow=True) if typed else client.get(url)
    page: str = answer.content.decode()
    assert answer.status_code == status, page[:3000]
    return page


def test_consent_is_noted_and_stands_on_the_guests_page(hotel: HotelRef, desk: Client, chen: int) -> None:
    page = f"/h/{hotel.code}/guests/{chen}"
    assert "尚未询问" in text(desk, page)
    said = text(desk, f"{page}/privacy/consent", purpose="health", answer="given", channel="paper", language="en")
    assert "已记入台账" in said
    assert "第 1 版" in said
    assert "健康与过敏" in text(desk, page)
    see_all()
    entry = ConsentEntry.objects.get()
    assert (entry.purpose, entry.answer, entry.channel, entry.language) == ("health", "given", "paper", "en")


def test_consent_without_an_answer_is_not_assumed(hotel: HotelRef, desk: Client, chen: int) -> None:
    url = f"/h/{hotel.code}/guests/{chen}/privacy/consent"
    text(desk, url, status=422, purpose="health", channel="paper", language="en")
    see_all()
    assert ConsentEntry.objects.count() == 0


def test_copy_is_asked_granted_by_another_and_fetched_by_its_code(
    hotel: HotelRef, desk: Client, boss: Client, chen: int
) -> None:
    text(desk, f"/h/{hotel.code}/guests/{chen}/privacy/ask", kind="export", channel="desk")
    see_all()
    request = RightsRequest.objects.get().pk
    base = f"/h/{hotel.code}/privacy/requests"
    assert desk.get(base).status_code == 403
    shown = text(boss, base)
    assert "陈*" in shown
    assert "陈国梁" not in shown
    page = text(boss, f"{base}/{request}/decide", grant="True")
    found = re.search(r'name="secret" value="([^"]+)"', page)
    assert found is not None
    answer = boss.post(f"{base}/{request}/copy", {"secret": found[1]})
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (
        200, "application/zip", "max-age=0, no-cache, no-store, must-revalidate, private",
    )  # fmt: skip
    assert boss.post(f"{base}/{request}/copy", {"secret": "wrong"}).status_code == 404


def test_erased_file_shows_nothing_of_the_person(hotel: HotelRef, desk: Client, boss: Client, chen: int) -> None:
    page = f"/h/{hotel.code}/guests/{chen}"
    text(desk, f"{page}/privacy/ask", kind="erase", channel="desk")
    see_all()
    request = RightsRequest.objects.get().pk
    text(boss, f"/h/{hotel.code}/privacy/requests/{request}/decide", grant="True")
    shown = text(desk, page)
    assert "此档案已清空" in shown
    for value in ("陈国梁", "8806", "chen@"):
        assert value not in shown
    assert desk.post(f"{page}/reveal", {"what": "phone", "reason": "guest"}).status_code == 409


def test_stopped_file_is_closed_to_every_write_and_can_be_released(
    hotel: HotelRef, desk: Client, boss: Client, chen: int
) -> None:
    page = f"/h/{hotel.code}/guests/{chen}"
    text(desk, f"{page}/privacy/ask", kind="restrict", channel="phone")
    see_all()
    text(boss, f"/h/{hotel.code}/privacy/requests/{RightsRequest.objects.get().pk}/decide", grant="True")
    assert "此档案已停止使用" in text(desk, page)
    assert desk.post(f"{page}/edit", {"name": "新名", "version": "2"}).status_code == 409
    assert "恢复使用" in text(boss, page)
    assert "陈国梁" in text(boss, f"{page}/privacy/release", reason="再次入住")
    see_all()
    assert Guest.objects.get(pk=chen).plain == "陈国梁"


def test_looks_are_noted_once_an_hour_and_reviewed(hotel: HotelRef, desk: Client, boss: Client, chen: int) -> None:
    page = f"/h/{hotel.code}/guests/{chen}"
    for _ in range(3):
        desk.get(page)
    desk.post(f"/h/{hotel.code}/guests?find", {"q": PHONE}, HTTP_HX_REQUEST="true")
    for name in ("陈", "cgl", "8806"):
        desk.post(f"/h/{hotel.code}/guests?find", {"q": name}, HTTP_HX_REQUEST="true")
    desk.post(f"{page}/reveal", {"what": "phone", "reason": "guest"})
    see_all()
    assert sorted(Lookup.objects.values_list("kind", flat=True)) == ["opened", "phone"]
    assert desk.get(f"/h/{hotel.code}/privacy/lookups").status_code == 403
    shown = text(boss, f"/h/{hotel.code}/privacy/lookups")
    for words in ("打开档案", "按完整手机号查到", "看了手机号", "陈国梁"):
        assert words in shown
    assert "打开档案" not in text(boss, f"/h/{hotel.code}/privacy/lookups?see=revealed").split("<tbody>")[1]
    exported = boss.get(f"/h/{hotel.code}/privacy/lookups?format=csv").content.decode()
    assert ("陈国梁" in exported, str(chen) in exported) == (False, True)


def test_name_search_while_typing_writes_nothing(hotel: HotelRef, desk: Client, chen: int) -> None:
    url = f"/h/{hotel.code}/guests/suggest?find"
    desk.post(url, {"q": "c"}, HTTP_HX_REQUEST="true")
    with CaptureQueriesContext(connection) as sent:
        desk.post(url, {"q": "cg"}, HTTP_HX_REQUEST="true")
    assert [query["sql"] for query in sent if "guests_lookup" in query["sql"]] == []


def test_words_and_months_are_published_and_set(hotel: HotelRef, boss: Client) -> None:
    base = f"/h/{hotel.code}/privacy"
    said = text(boss, f"{base}/texts/publish", purpose="health", text_zh_hans="新的说明", text_en="New words")
    assert "第 2 版已生效" in said
    text(boss, f"{base}/texts/publish", status=422, purpose="health", text_zh_hans="新的说明", text_en=" ")
    assert "60" in text(boss, f"{base}/retention/set", data_class="profile", months="60")
    text(boss, f"{base}/retention/set", status=422, data_class="lookups", months="3")


def test_note_with_a_sensitive_word_is_kept_and_warned_of(hotel: HotelRef, desk: Client, chen: int) -> None:
    page = f"/h/{hotel.code}/guests/{chen}"
    said = text(desk, f"{page}/edit", name="陈国梁", note="刚离婚，别提", version="1")
    assert "请斟酌“离婚”" in said
    see_all()
    assert Guest.objects.get(pk=chen).note == "刚离婚，别提"


def test_relationship_is_assessed_checked_and_planned(
    hotel: HotelRef, desk: Client, boss: Client, chen: int, clerk: Actor
) -> None:
    url = f"/h/{hotel.code}/guests/{chen}/relationship"
    assert desk.get(url).status_code == 403
    answers = {f"a{n}": "4" for n in range(10)}
    assert "评估已保存" in text(boss, url, do="assess", kind="willingness", **answers)
    assert "关系已评定" in text(boss, url, do="check", signs=["calls_back", "discusses", "thinks_best", "needs_us"])
    assert "今日起启用" in text(boss, url, do="means", means="club", note="会员日")
    due = "2099-01-01"
    text(boss, url, status=422, do="plan", channel="visit", purpose="季度拜访", due_on=due)
    from django.utils import timezone

    day = f"{hotel.local(timezone.now()):%Y-%m-%d}"
    assert "已安排" in text(boss, url, do="plan", channel="visit", purpose="季度拜访", due_on=day, every_days="90")
    section = text(boss, f"/h/{hotel.code}/guests/{chen}")
    for words in ("亲密", "4 / 10", "80", "1 / 17"):
        assert words in section
    see_all()
    contact = PlannedContact.objects.get().pk
    assert "季度拜访" in text(boss, f"/h/{hotel.code}/contacts")
    said = text(boss, f"/h/{hotel.code}/contacts/{contact}/result", outcome="good", result="太太信佛，下次带素斋")
    assert "请斟酌“信佛”" in said
    assert "反响好" in text(boss, f"/h/{hotel.code}/contacts?show=done")
    see_all()
    assert PlannedContact.objects.filter(done_at=None).count() == 1
    company = create_organisation(
        hotel_id=hotel.pk, organisation=NewOrganisation(name="澜海集团"), actor=clerk, now=NOW
    )
    assert "澜海集团" in text(boss, f"/h/{hotel.code}/organisations/{company}/relationship")


@pytest.mark.parametrize("rows", [1, 3])
def test_list_of_visits_takes_the_same_statements_for_any_length(
    hotel: HotelRef, boss: Client, clerk: Actor, add: Callable[..., int], rows: int
) -> None:
    from tests.guests.test_relationship import plan

    for n in range(rows):
        plan(hotel, clerk, add(f"客{n}"))
    boss.get(f"/h/{hotel.code}/contacts")
    with CaptureQueriesContext(connection) as sent:
        assert boss.get(f"/h/{hotel.code}/contacts").status_code == 200
    assert len([query for query in sent if "guests_plannedcontact" in query["sql"]]) == 2
