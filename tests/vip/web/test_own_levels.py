"""The screen of levels, and what their own protocol, seal and names set off."""

from __future__ import annotations

from typing import Any

import pytest

from binzhi.kernel.errors import InvalidInput
from binzhi.promises.errors import WrongPost
from binzhi.promises.models import Run, Task
from binzhi.promises.protocols.reader import read as read_protocol
from binzhi.promises.protocols.values import warnings_in_house
from binzhi.promises.services.protocols import save_protocol
from binzhi.vip import services
from binzhi.vip.models import Level
from binzhi.vip.queries import levels
from tests.promises.web.pages import text_of
from tests.vip.house import NOW, SYSTEM, House, keys, traces
from tests.vip.web.conftest import SignIn
from tests.vip.web.test_work import until_sealed, with_room

OWN = """protocol: small
name: 简单接待
name_en: Small
subject: visit
anchors: {arrival: {name: 抵店, name_en: Arrival}}
tasks:
  - {key: greet, clause: "1", name: 迎接, name_en: Greet, department: front-office, due: arrival}
  - {key: tea, clause: "2", name: 茶, name_en: Tea, department: housekeeping, due: arrival, when: {level: [V2, V9]}}
"""


def url(house: House, rest: str = "") -> str:
    return f"/h/{house.hotel.ref.code}/vip/levels{rest}"


def typed(**more: Any) -> dict[str, Any]:
    given = {
        "chosen": "", "code": "V2", "label": "尊客", "label_en": "V2", "rank": "5", "protocol": "vip-reception",
        "sealed": "1", "sealed_by": "gm-assistant", "fruit": "特A", "fruit_note": "", "flowers": "", "flowers_note": "",
        "banner": "1", "gm": "letter", "gm_note": "", "letter": "尊敬的{称呼}：\r\n欢迎！",
    }  # fmt: skip
    return given | more


def own_level(house: House, **more: Any) -> None:
    given: dict[str, Any] = {"code": "V2", "name": "尊客", "rank": 5, "protocol": "small", "sealed": True} | more
    services.define_level(hotel_id=house.pk, level=services.LevelInput(**given), actor=house.gm, now=NOW)


@pytest.fixture
def small(house: House) -> None:
    save_protocol(hotel_id=house.pk, source=OWN, actor=SYSTEM, now=NOW)


# ---------------------------------------------------------------- the screen


def test_level_is_kept_with_its_amenities_and_letter(house: House, sign_in: SignIn) -> None:
    client = sign_in("general-manager")
    assert client.post(url(house, "/save"), typed())["Location"] == url(house)
    found = {level.code: level for level in levels(hotel_id=house.pk)}["V2"]
    assert (found.name, found.rank, found.sealed, found.sealed_by, found.letter) == (
        "尊客", 5, True, "gm-assistant", "尊敬的{称呼}：\n欢迎！",
    )  # fmt: skip
    assert found.amenities == {"fruit": ("特A", ""), "banner": ("yes", ""), "gm": ("letter", "")}
    page = text_of(client.get(url(house)))
    assert ["特A" in page, "总经理助理" in page, page.index("V2") < page.index("VVIP")] == [True] * 3
    # Again under its own name: what is left out is gone.
    client.post(url(house, "/save"), typed(chosen="V2", fruit="", banner=""))
    assert {level.code: level for level in levels(hotel_id=house.pk)}["V2"].amenities == {"gm": ("letter", "")}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"code": "V 2"}, "code"), ({"rank": "0"}, "rank"), ({"rank": "3"}, "rank"), ({"label": ""}, "label"),
        ({"protocol": "none"}, "protocol"), ({"sealed_by": "nobody"}, "sealed_by"), ({"letter": "{谁}"}, "letter"),
        ({"fruit": "特" * 41}, "fruit"), ({"code": "VIP"}, "code"),
    ],
)  # fmt: skip
def test_level_refused_stands_as_it_was_typed(house: House, sign_in: SignIn, given: dict[str, str], field: str) -> None:
    before = traces(house)
    answer = sign_in("general-manager").post(url(house, "/save"), typed(**given))
    page = answer.content.decode()
    assert (answer.status_code in (409, 422), f'id="level-{field}-error"' in page) == (True, True)
    assert "欢迎！" in page or field == "letter"
    assert traces(house) == before


def test_levels_are_seen_by_all_and_written_by_the_general_manager(house: House, sign_in: SignIn) -> None:
    clerk = sign_in("gm-office-clerk")
    page = clerk.get(url(house))
    assert (page.status_code, "level-form" in page.content.decode()) == (200, False)
    assert clerk.post(url(house, "/save"), typed()).status_code == 403
    assert clerk.post(url(house, "/VIP/retire")).status_code == 403
    assert Level.objects.filter(hotel_id=house.pk, is_active=True).count() == 3


def test_retired_level_is_offered_no_more_and_leaves_its_place(house: House, sign_in: SignIn) -> None:
    visit = house.approved("VIP")
    client = sign_in("general-manager")
    client.post(url(house, "/VIP/retire"))
    assert not Level.objects.get(hotel_id=house.pk, code="VIP").is_active
    kept = house.visit(visit.pk).level
    assert kept is not None
    assert kept.code == "VIP"
    other = house.propose()
    page = client.get(f"/h/{house.hotel.ref.code}/vip/{other}").content.decode()
    assert ('value="VVIP"' in page, 'value="VIP"' in page) == (True, False)
    client.post(url(house, "/save"), typed(rank="2"))
    assert Level.objects.get(hotel_id=house.pk, code="V2").rank == 2


def test_who_seals_may_not_be_another_than_the_protocol_says(house: House) -> None:
    before = traces(house)
    with pytest.raises(InvalidInput) as refusal:
        services.define_level(
            hotel_id=house.pk,
            level=services.LevelInput("VIP", "贵宾", 2, sealed=True, sealed_by="gm-assistant"), actor=house.gm, now=NOW,
        )  # fmt: skip
    assert refusal.value.field == "sealed_by"
    assert traces(house) == before


# ---------------------------------------------------------------- its own protocol


@pytest.mark.usefixtures("small")
def test_level_is_received_by_its_own_protocol(house: House) -> None:
    own_level(house)
    visit = house.approved("V2")
    assert keys(visit) == {"greet", "tea"}
    # The departure is no moment of this protocol: the visit moves all the same.
    services.move_arrival(
        hotel_id=house.pk, visit_id=visit.pk, arrival_at=visit.arrival_at, departure_at=visit.departure_at.replace(hour=9),
        actor=house.gm, now=NOW,
    )  # fmt: skip


@pytest.mark.usefixtures("small")
def test_change_to_a_level_of_another_protocol_ends_the_one_and_begins_the_other(house: House) -> None:
    own_level(house)
    visit = house.approved("VIP")
    before = visit.run_id
    services.set_level_directly(
        hotel_id=house.pk, visit_id=visit.pk, level="V2", reason="改级", actor=house.gm, now=NOW
    )
    visit = house.visit(visit.pk)
    assert Run.objects.get(pk=before).status == "cancelled"
    assert Task.objects.filter(run_id=before, state__in=["open", "waiting"]).count() == 0
    assert (keys(visit), visit.run_id != before) == ({"greet", "tea"}, True)
    services.set_level_directly(
        hotel_id=house.pk, visit_id=visit.pk, level="VIP", reason="改回", actor=house.gm, now=NOW
    )
    again = house.visit(visit.pk)
    assert again.run_id not in (before, visit.run_id)
    assert "final-check" in keys(again, "open", "waiting")


@pytest.mark.usefixtures("small")
def test_seal_without_a_task_is_of_the_post_the_level_names(house: House) -> None:
    own_level(house, sealed_by="gm-assistant")
    visit = with_room(house, "V2")
    before = traces(house)
    with pytest.raises(WrongPost):
        services.seal_visit_room(
            hotel_id=house.pk, visit_id=visit.pk, actor=house.actor("quality-assistant-manager"), now=NOW
        )
    assert traces(house) == before
    assert services.seal_visit_room(hotel_id=house.pk, visit_id=visit.pk, actor=house.actor("gm-assistant"), now=NOW)


def test_facts_say_what_the_level_is_whatever_its_name(house: House) -> None:
    visit = house.approved("VVIP")
    services.set_level_directly(
        hotel_id=house.pk, visit_id=visit.pk, level="IP", reason="改级", actor=house.gm, now=NOW
    )
    assert Run.objects.get(pk=visit.run_id).facts == {
        "level": "IP", "rank": 1, "sealed": False, "party": 1, "nights": 2, "fruit": "C", "flowers": "C", "board": True,
        "gm": "written",
    }  # fmt: skip


# ---------------------------------------------------------------- the editor


def test_level_the_hotel_has_not_is_named_with_its_line_and_can_be_kept(house: House, sign_in: SignIn) -> None:
    own_level(house, protocol="vip-reception", sealed=False)
    (warning,) = warnings_in_house(read_protocol(OWN), house.pk)
    assert (warning.line, warning.where, warning.params["value"]) == (8, "tasks.tea.when.level", "V9")
    client = sign_in("general-manager")
    page = text_of(client.post(f"/h/{house.hotel.ref.code}/protocols/check", {"source": OWN}))
    assert ("没有错误" in page, "没有“V9”" in page, "第 8 行" in page) == (True, True, True)
    given = {"source": OWN, "number": "0", "note": "", "what": "save"}
    assert client.post(f"/h/{house.hotel.ref.code}/protocols/new", given).status_code == 302


def test_shipped_protocol_has_no_warning_with_the_shipped_levels(house: House) -> None:
    from binzhi.promises.protocols import store

    assert [warnings_in_house(read_protocol(text), house.pk) for text in store.shipped().values()] == [
        [] for _text in store.shipped()
    ]


def test_sealing_form_lists_the_checks_of_the_protocol_that_runs(house: House, sign_in: SignIn) -> None:
    from tests.vip.web.test_work import read
    from tests.vip.web.test_work import url as visit_url

    visit = with_room(house)
    until_sealed(house, visit)
    text = read(sign_in("quality-manager").get(visit_url(house, visit, "/seal.pdf")))
    words = ("贵宾房清理并检查", "房内配备（VIP）", "设施设备彻底检修", "B级鲜花送至房间", "贵宾房最后检查")
    assert [word in text for word in words] == [True] * 5
    assert ["签收" in text, "横幅" in text] == [False, False]
