"""What the reception rule promises to whoever uses it: seen on the pages and forms by those it is for."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from binzhi.kernel import clock
from binzhi.people.posts import POSTS
from binzhi.promises.models import Photo
from binzhi.promises.protocols.reader import read as read_protocol
from binzhi.promises.protocols.store import shipped
from binzhi.promises.services.assigning import assign_proposed
from binzhi.vip import services
from binzhi.vip.models import Visit
from tests.promises.web.pages import text_of
from tests.vip.deeds import countersign, do
from tests.vip.house import ARRIVAL, DEPARTURE, MINUTE, NOW, House, events, finish, task, traces
from tests.vip.web.conftest import SignIn
from tests.vip.web.test_work import read, url, with_room


def left(house: House, monkeypatch: pytest.MonkeyPatch, *, late: bool = True) -> Visit:
    """A visit that is over, everything in time but (where `late`) the tea: half an hour."""
    visit = house.approved("IP")
    assign_proposed(hotel_id=house.pk, run_id=visit.run_id or 0, actor=house.gm, now=NOW)
    before = ["case-meeting", "notice-issued", "notice-signed", "engineering-check", "room-prepared", "amenities-ip",
              "flowers-ip", "board-made", "board-placed", "final-check", "security-posted", "welcome-ip",
              "bellman-present", "floor-attendant", "work-divided", "farewell"]  # fmt: skip
    finish(house, visit, *before, at=NOW)
    duty: dict[str, Any] = {"hotel_id": house.pk, "visit_id": visit.pk, "actor": house.actor("duty-manager")}
    services.note_arrival(now=ARRIVAL, **duty)
    services.note_event(kind="first_entry", now=ARRIVAL, **duty)
    finish(house, visit, "welcome-tea", at=ARRIVAL + (35 if late else 5) * MINUTE)
    services.note_departure(now=DEPARTURE, **duty)
    monkeypatch.setattr(clock, "now", lambda: DEPARTURE + 5 * MINUTE)
    return visit


def test_page_of_a_visit_that_is_over_names_what_was_late(
    house: House, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = left(house, monkeypatch)
    who = next(post for post, staff_id in house.staff.items() if staff_id == task(visit, "welcome-tea").assignee_id)
    page = text_of(sign_in("duty-manager").get(url(house, visit)))
    assert f"第 18 条 送欢迎茶、香巾 客房部 · {POSTS[who].name} 迟 30分钟" in page
    assert (page.count(" 迟 "), "37 项中 36 项按时" in page) == (1, True)


def test_page_of_a_visit_kept_in_time_says_so(house: House, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    visit = left(house, monkeypatch, late=False)
    page = text_of(sign_in("duty-manager").get(url(house, visit)))
    assert ("全部按时" in page, " 迟 " in page) == (True, False)


def test_what_the_guest_said_stands_beside_what_was_late(
    house: House, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = left(house, monkeypatch)
    client = sign_in("duty-manager")
    refused = client.post(url(house, visit, "/feedback"), {"text": " "})
    assert (refused.status_code, 'id="feedback-text-error"' in refused.content.decode()) == (422, True)
    client.post(url(house, visit, "/feedback"), {"text": "茶来得晚了些，其余都好"})
    page = text_of(client.get(url(house, visit)))
    assert page.index("茶来得晚了些") < page.index("客人说") < page.index("迟 30分钟")
    assert events(visit)[-1] == "feedback"
    finish(house, visit, "departure-told", at=DEPARTURE + 5 * MINUTE)
    client.post(url(house, visit, "/departure-notice"))
    assert "茶来得晚了些" in read(client.get(url(house, visit, "/departure.pdf")))


def test_feedback_before_the_guest_came_is_refused(house: House, sign_in: SignIn) -> None:
    visit = house.approved("IP")
    before = traces(house)
    answer = sign_in("duty-manager").post(url(house, visit, "/feedback"), {"text": "好"})
    assert answer.status_code == 409
    assert traces(house) == before


def test_standing_list_lies_at_the_duty_managers_desk(house: House, sign_in: SignIn) -> None:
    entry = services.put_on_standing_list(
        hotel_id=house.pk, department="sales", reason="十年老客户", post="董事长", guest_id=house.guest("陈国梁"),
        actor=house.actor("sales-manager"), now=NOW,
    )  # fmt: skip
    services.approve_standing(hotel_id=house.pk, entry_id=entry, actor=house.gm, now=NOW)
    page = text_of(sign_in("duty-manager").get(f"/h/{house.hotel.ref.code}/vip/standing"))
    assert [word in page for word in ("陈国梁", "董事长", "十年老客户", "营销部")] == [True] * 4


def test_sealing_form_carries_the_signature_of_each_who_checked(house: House, sign_in: SignIn) -> None:
    visit = with_room(house)
    finish(house, visit, "case-meeting", "notice-issued", "notice-signed", at=NOW)
    do(house, visit, "room-prepared", "housekeeping-supervisor", at=NOW)
    countersign(house, visit, "room-prepared", "housekeeping-manager", at=NOW)
    do(house, visit, "amenities-vip", "room-attendant", at=NOW)
    do(house, visit, "engineering-check", "engineer", at=NOW)
    unsigned = read(sign_in("duty-manager").get(url(house, visit, "/seal.pdf")))
    assert POSTS["quality-assistant-manager"].name not in unsigned
    do(house, visit, "flowers-vip", "purchaser", at=NOW)
    countersign(house, visit, "flowers-vip", "room-attendant", at=NOW)
    do(house, visit, "final-check", "quality-assistant-manager", at=NOW)
    countersign(house, visit, "final-check", "housekeeping-supervisor", at=NOW)
    services.seal_visit_room(
        hotel_id=house.pk, visit_id=visit.pk, actor=house.actor("quality-assistant-manager"), now=NOW
    )
    text = read(sign_in("duty-manager").get(url(house, visit, "/seal.pdf")))
    signers = ("housekeeping-supervisor", "housekeeping-manager", "engineer", "purchaser", "room-attendant",
               "quality-assistant-manager")  # fmt: skip
    assert [POSTS[post].name in text for post in signers] == [True] * len(signers)


def test_editor_names_every_default_of_the_rule(house: House, sign_in: SignIn) -> None:
    gaps = read_protocol(shipped()["vip-reception"]).gaps
    page = text_of(sign_in("general-manager").get(f"/h/{house.hotel.ref.code}/protocols/vip-reception"))
    assert len(gaps) == 16
    assert [gap.task for gap in gaps if gap.text.replace("“", "").replace("”", "")[:12] not in
            page.replace("“", "").replace("”", "")] == []  # fmt: skip


def test_picture_of_forty_megabytes_is_refused_and_nothing_kept(house: House, sign_in: SignIn) -> None:
    visit = house.approved("VIP")
    before = traces(house)
    huge = SimpleUploadedFile("a.jpg", BytesIO(b"\xff\xd8\xff" + b"\0" * (40 * 2**20)).read(), "image/jpeg")
    client = sign_in("sales-executive")
    answer = client.post(f"/h/{house.hotel.ref.code}/photos", {"picture": huge})
    assert (answer.status_code, "15 MB" in answer.json()["message"]) == (413, True)
    huge.seek(0)
    again = client.post(f"/h/{house.hotel.ref.code}/tasks/{task(visit, 'board-made').pk}/done", {"picture": huge})
    assert again.status_code in (413, 422)
    assert (traces(house), Photo.objects.count(), task(visit, "board-made").state) == (before, 0, "open")
