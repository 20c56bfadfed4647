"""The list of visits and the page of one: its level, meeting, notice, and what is refused where it was typed."""

from __future__ import annotations

import re
from typing import Any

import pytest

from binzhi.kernel import clock
from binzhi.vip.models import Decision, LevelRequest, Notice, StandingEntry, Visit
from tests.factories import statements
from tests.promises.web.pages import PART, text_of, version_in
from tests.vip.house import ARRIVAL, DEPARTURE, HOUR, MINUTE, NOW, House, events, traces
from tests.vip.papers import meet, notify
from tests.vip.web.conftest import SignIn


def url(house: House, rest: str = "") -> str:
    return f"/h/{house.hotel.ref.code}/vip{rest}"


def at(house: House, moment: Any) -> str:
    return f"{house.hotel.ref.local(moment):%Y-%m-%dT%H:%M}"


# ---------------------------------------------------------------- list


def test_list_names_visits_with_state_and_counts_them(house: House, sign_in: SignIn) -> None:
    house.propose(title="周女士")
    asked = house.propose(title="李先生")
    _ask(house, sign_in, asked)
    visit = house.approved("VVIP", title="陈董")
    client = sign_in("general-manager")
    seen = text_of(client.get(url(house)))
    assert [name in seen for name in ("周女士", "李先生", "陈董", "VVIP")] == [True] * 4
    waiting = text_of(client.get(url(house, "?show=approval")))
    assert ("李先生" in waiting, "周女士" in waiting, "陈董" in waiting) == (True, False, False)
    coming = text_of(client.get(url(house, "?show=coming&q=陈")))
    assert ("陈董" in coming, "李先生" in coming) == (True, False)
    assert f"/runs/{visit.run_id}" in client.get(url(house)).content.decode()


def test_list_asks_the_same_number_of_statements_for_one_and_ten_visits(house: House, sign_in: SignIn) -> None:
    client = sign_in("duty-manager")
    house.approved()
    client.get(url(house))
    with statements() as one:
        client.get(url(house))
    for _number in range(9):
        house.approved()
    with statements() as many:
        client.get(url(house))
    assert len(one) == len(many)


def test_list_is_not_sent_again_before_something_changed(house: House, sign_in: SignIn) -> None:
    visit_id = house.propose()
    client = sign_in("general-manager")
    asked: dict[str, Any] = PART | {"HTTP_X_BOARD_VERSION": version_in(client.get(url(house)))}
    assert client.get(url(house), **asked).status_code == 204
    _set(house, sign_in, visit_id)
    assert client.get(url(house), **asked).status_code == 200


def test_propose_with_guest_and_times_opens_the_visit(house: House, sign_in: SignIn) -> None:
    given = {
        "guest": house.guest("赵敏"), "guest_text": "赵敏", "title": "赵总", "party_size": "3", "cautions": "忌花生",
        "arrival_at": at(house, ARRIVAL), "departure_at": at(house, DEPARTURE), "host_department": "", "needs": "",
    }  # fmt: skip
    answer = sign_in("duty-manager").post(url(house, "/new"), given)
    visit = Visit.objects.get(title="赵总")
    assert (answer.status_code, answer["Location"]) == (302, url(house, f"/{visit.pk}"))
    assert (visit.arrival_at, visit.party_size, visit.cautions) == (ARRIVAL.replace(second=0), 3, "忌花生")


def test_propose_refused_keeps_what_was_typed(house: House, sign_in: SignIn) -> None:
    guest_id = house.guest("赵敏")
    before = traces(house)
    given = {
        "guest": guest_id, "guest_text": "赵敏", "title": "赵总", "party_size": "3",
        "arrival_at": at(house, DEPARTURE), "departure_at": at(house, ARRIVAL), "host_department": "", "needs": "加湿器",
    }  # fmt: skip
    answer = sign_in("duty-manager").post(url(house, "/new"), given)
    page = answer.content.decode()
    assert (answer.status_code, "离店时间应晚于抵店时间" in page) == (422, True)
    assert [word in page for word in ('value="赵总"', "加湿器", 'value="赵敏"')] == [True] * 3
    assert traces(house) == before


# ---------------------------------------------------------------- level


def _ask(house: House, sign_in: SignIn, visit_id: int, **more: str) -> Any:
    given = {"level": "VIP", "route": "owner", "reason": "业主客人"} | more
    return sign_in("gm-office-clerk").post(url(house, f"/{visit_id}/ask"), given)


def _set(house: House, sign_in: SignIn, visit_id: int, level: str = "VIP") -> Any:
    given = {"level": level, "reason": "业主客人"}
    return sign_in("general-manager").post(url(house, f"/{visit_id}/set-level"), given)


def test_level_is_asked_for_and_approved_with_a_note(house: House, sign_in: SignIn) -> None:
    visit_id = house.propose()
    _ask(house, sign_in, visit_id)
    request = LevelRequest.objects.get(visit_id=visit_id)
    gm = sign_in("general-manager")
    assert "批准" in text_of(gm.get(url(house, f"/{visit_id}")))
    answer = gm.post(url(house, f"/{visit_id}/requests/{request.pk}"), {"answer": "yes", "note": "按规格"})
    assert answer["Location"] == url(house, f"/{visit_id}#level")
    visit = house.visit(visit_id)
    request.refresh_from_db()
    assert (visit.status, visit.level and visit.level.code, request.approved, request.note) == (
        "approved", "VIP", True, "按规格",
    )  # fmt: skip


def test_level_declined_leaves_the_visit_without_one(house: House, sign_in: SignIn) -> None:
    visit_id = house.propose()
    _ask(house, sign_in, visit_id)
    request = LevelRequest.objects.get(visit_id=visit_id)
    sign_in("general-manager").post(
        url(house, f"/{visit_id}/requests/{request.pk}"), {"answer": "no", "note": "住得短"}
    )
    visit = house.visit(visit_id)
    assert (visit.status, visit.level_id, visit.run_id) == ("proposed", None, None)


def test_level_asked_for_without_reason_stays_as_filled_in(house: House, sign_in: SignIn) -> None:
    visit_id = house.propose()
    before = traces(house)
    answer = _ask(house, sign_in, visit_id, reason="", level="VVIP")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert re.search(r'id="ask-level_\d" value="VVIP" checked', page)
    assert 'id="ask-reason-error"' in page
    assert traces(house) == before


def test_level_by_another_post_is_refused_at_the_door(house: House, sign_in: SignIn) -> None:
    visit_id = house.propose()
    before = traces(house)
    given = {"level": "VIP", "reason": "x", "route": "owner"}
    client = sign_in("receptionist")
    answers = [client.post(url(house, f"/{visit_id}/{what}"), given).status_code for what in ("ask", "set-level")]
    assert answers == [403, 403]
    assert traces(house) == before


def test_set_directly_starts_the_run_that_the_page_links(house: House, sign_in: SignIn) -> None:
    visit_id = house.propose()
    _set(house, sign_in, visit_id, "VVIP")
    visit = house.visit(visit_id)
    page = sign_in("general-manager").get(url(house, f"/{visit_id}")).content.decode()
    assert f"/runs/{visit.run_id}" in page


# ---------------------------------------------------------------- page


def test_page_asks_the_same_number_of_statements_with_many_papers(house: House, sign_in: SignIn) -> None:
    visit = house.approved()
    client = sign_in("general-manager")
    client.get(url(house, f"/{visit.pk}"))
    with statements() as few:
        client.get(url(house, f"/{visit.pk}"))
    meet(house, visit)
    for _number in range(3):
        notify(house, visit)
    with statements() as many:
        assert client.get(url(house, f"/{visit.pk}")).status_code == 200
    assert len(few) == len(many)


def test_page_of_no_visit_is_not_found(house: House, sign_in: SignIn) -> None:
    assert sign_in("general-manager").get(url(house, "/999999")).status_code == 404


def test_arrival_moved_keeps_seconds_of_the_time_left_alone(house: House, sign_in: SignIn) -> None:
    visit = house.approved()
    given = {"arrival_at": at(house, ARRIVAL + HOUR), "departure_at": at(house, DEPARTURE)}
    sign_in("general-manager").post(url(house, f"/{visit.pk}/move"), given)
    moved = house.visit(visit.pk)
    assert (moved.arrival_at, moved.departure_at) == ((ARRIVAL + HOUR).replace(second=0, microsecond=0), DEPARTURE)


def test_cancel_asks_for_a_reason(house: House, sign_in: SignIn) -> None:
    visit = house.approved()
    client = sign_in("general-manager")
    assert client.post(url(house, f"/{visit.pk}/cancel"), {"reason": ""}).status_code == 422
    assert house.visit(visit.pk).status == "approved"
    client.post(url(house, f"/{visit.pk}/cancel"), {"reason": "改期"})
    assert house.visit(visit.pk).status == "cancelled"


# ---------------------------------------------------------------- meeting and notice


def _minutes(house: House, **more: str) -> dict[str, str]:
    return {
        "held_at": at(house, NOW - HOUR), "attendees": "前厅、客房", "minutes": "逐项落实", "department-0": "housekeeping",
        "text-0": "加湿器", "due-0": at(house, ARRIVAL - HOUR), "department-1": "", "text-1": "", "due-1": "",
    } | more  # fmt: skip


def test_minutes_with_a_decision_give_the_department_a_task(house: House, sign_in: SignIn) -> None:
    visit = house.approved()
    answer = sign_in("gm-office-clerk").post(url(house, f"/{visit.pk}/meetings"), _minutes(house))
    assert answer.status_code == 302
    decision = Decision.objects.get(meeting__visit=visit)
    assert (decision.text, decision.department.code) == ("加湿器", "housekeeping")
    assert "加湿器" in text_of(sign_in("duty-manager").get(url(house, f"/{visit.pk}")))


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"due-0": ""}, "due-0"),
        ({"department-1": "dining", "text-1": "菜单", "due-1": "2020-01-01T10:00"}, "due-1"),
        ({"text-0": "长" * 201}, "text-0"),
        ({"minutes": ""}, "minutes"),
    ],
)
def test_minutes_refused_name_the_line_and_keep_the_rest(
    house: House, sign_in: SignIn, more: dict[str, str], field: str
) -> None:
    visit = house.approved()
    before = traces(house)
    answer = sign_in("gm-office-clerk").post(url(house, f"/{visit.pk}/meetings"), _minutes(house, **more))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert re.findall(r'id="meeting-([\w-]+)-error"', page) == [field]
    assert 'value="前厅、客房"' in page
    assert traces(house) == before


def test_notice_is_issued_by_the_duty_manager_after_the_meeting(house: House, sign_in: SignIn) -> None:
    visit = house.approved()
    client = sign_in("duty-manager")
    client.post(url(house, f"/{visit.pk}/notice"))
    assert Notice.objects.filter(visit=visit).count() == 0
    meet(house, visit)
    answer = client.post(url(house, f"/{visit.pk}/notice"))
    assert answer["Location"] == url(house, f"/{visit.pk}#notices")
    assert (Notice.objects.filter(visit=visit).count(), house.visit(visit.pk).status) == (1, "noticed")


# ---------------------------------------------------------------- standing list


def test_standing_entry_is_put_forward_approved_and_ended(house: House, sign_in: SignIn) -> None:
    given = {
        "guest": house.guest("赵敏"),
        "guest_text": "赵敏",
        "department": "sales",
        "reason": "老客户",
        "post": "董事",
    }
    sales, gm = sign_in("sales-manager"), sign_in("general-manager")
    sales.post(url(house, "/standing/new"), given)
    entry = StandingEntry.objects.get(hotel_id=house.pk)
    assert "赵敏" in text_of(gm.get(url(house, "/standing")))
    gm.post(url(house, f"/standing/{entry.pk}/approve"))
    assert sales.post(url(house, f"/standing/{entry.pk}/end"), {"reason": ""}).status_code == 422
    entry.refresh_from_db()
    assert (entry.approved_at, entry.ended_at) == (NOW, None)
    sales.post(url(house, f"/standing/{entry.pk}/end"), {"reason": "已离任"})
    entry.refresh_from_db()
    assert entry.ended_at == NOW


def test_standing_entry_of_nobody_stays_as_filled_in(house: House, sign_in: SignIn) -> None:
    given = {"guest": "", "guest_text": "", "department": "sales", "reason": "老客户", "post": ""}
    answer = sign_in("sales-manager").post(url(house, "/standing/new"), given)
    page = answer.content.decode()
    assert (answer.status_code, 'value="老客户"' in page, "standing-guest_text-error" in page) == (422, True, True)
    assert StandingEntry.objects.count() == 0


def test_repeated_press_with_one_token_has_one_effect(
    house: House, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = house.arrived()
    client = sign_in("duty-manager")
    given = {"kind": "visitor", "text": "", "at": "", "idempotency_key": "a" * 32}
    monkeypatch.setattr(clock, "now", lambda: ARRIVAL + 5 * MINUTE)
    for _time in range(2):
        client.post(url(house, f"/{visit.pk}/events"), given)
    assert events(visit) == ["arrived", "visitor"]
