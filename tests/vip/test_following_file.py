"""The guest file follows the approved level; a second notice tells what changed and asks nobody to sign twice."""

from __future__ import annotations

from typing import Any

import pytest

from binzhi.guests.models import Guest
from binzhi.guests.services import GuestDetails, update_guest
from binzhi.kernel import db
from binzhi.kernel.errors import InvalidInput
from binzhi.promises.models import Notice as Told
from binzhi.promises.models import Task
from binzhi.vip import services
from binzhi.vip.errors import VisitEnded
from binzhi.vip.models import Notice, Visit
from binzhi.vip.requests import VisitDetails
from binzhi.vip.visits import address_of
from tests.vip.house import ARRIVAL, HOUR, NOW, SYSTEM, House, finish, traces
from tests.vip.papers import meet, notify


def filed(visit: Visit) -> tuple[str, int]:
    guest = Guest.objects.get(pk=visit.guest_id)
    return guest.vip_level, guest.vip_rank


def cancel(house: House, visit: Visit) -> None:
    services.cancel_visit(hotel_id=house.pk, visit_id=visit.pk, reason="不来了", actor=house.gm, now=NOW)


def change(house: House, visit: Visit, level: str) -> None:
    services.set_level_directly(
        hotel_id=house.pk, visit_id=visit.pk, level=level, reason="改级", actor=house.gm, now=NOW
    )


# ---------------------------------------------------------------- the file


def test_file_has_the_approved_level_and_what_it_had_when_the_visit_is_cancelled(house: House) -> None:
    guest = house.guest(vip_level="ip")
    visit = house.visit(house.propose(guest_id=guest))
    assert filed(visit) == ("ip", 1)
    change(house, visit, "VIP")
    assert filed(visit) == ("vip", 2)
    change(house, visit, "VVIP")
    assert filed(visit) == ("vvip", 3)
    cancel(house, visit)
    assert filed(visit) == ("ip", 1)


def test_level_asked_for_and_declined_leaves_the_file(house: House) -> None:
    visit = house.visit(house.propose())
    request = services.ask_level(
        hotel_id=house.pk, visit_id=visit.pk, level="VIP", route="owner", reason="业主",
        actor=house.actor("gm-office-clerk"), now=NOW,
    )  # fmt: skip
    assert filed(visit) == ("", 0)
    services.decide_level(hotel_id=house.pk, request_id=request, approve=False, actor=house.gm, now=NOW)
    cancel(house, visit)
    assert filed(visit) == ("", 0)


def test_level_stays_with_who_is_on_the_standing_list(house: House) -> None:
    visit = house.approved("VIP")
    entry = services.put_on_standing_list(
        hotel_id=house.pk, guest_id=visit.guest_id, department="sales", reason="常客", actor=house.gm, now=NOW
    )
    services.approve_standing(hotel_id=house.pk, entry_id=entry, actor=house.gm, now=NOW)
    cancel(house, visit)
    assert filed(visit) == ("vip", 2)


def test_level_of_another_visit_that_is_on_stands_when_one_is_cancelled(house: House) -> None:
    guest = house.guest()
    first = house.approved("VVIP", guest_id=guest)
    other = house.approved("IP", guest_id=guest)
    change(house, other, "VIP")
    cancel(house, other)
    assert filed(other) == ("vvip", 3)
    cancel(house, first)
    assert filed(first) == ("", 0)


def test_level_written_by_hand_since_is_left_alone(house: House) -> None:
    visit = house.approved("VIP")
    guest = Guest.objects.get(pk=visit.guest_id)
    update_guest(
        hotel_id=house.pk, guest_id=guest.pk, details=GuestDetails(name=guest.name, vip_level="vvip"),
        expected_version=guest.version, actor=SYSTEM, now=NOW,
    )  # fmt: skip
    cancel(house, visit)
    assert filed(visit) == ("vvip", 3)


def test_file_takes_the_hotels_own_levels_and_no_others(house: House) -> None:
    services.define_level(hotel_id=house.pk, level=services.LevelInput("V9", "至尊", 9), actor=house.gm, now=NOW)
    visit = house.approved("V9")
    assert filed(visit) == ("v9", 9)
    before = Guest.objects.get(pk=visit.guest_id)
    with pytest.raises(InvalidInput) as refusal:
        update_guest(
            hotel_id=house.pk, guest_id=before.pk, details=GuestDetails(name=before.name, vip_level="v8"),
            expected_version=before.version, actor=SYSTEM, now=NOW,
        )  # fmt: skip
    assert refusal.value.field == "vip_level"


@pytest.mark.parametrize(
    ("name", "sex", "said"),
    [
        ("陈国梁", "male", "陈先生"), ("欧阳娜娜", "female", "欧阳女士"), ("李敏", "", "李敏"),
        ("Anne Dubois", "female", "Anne Dubois"),
    ],
)  # fmt: skip
def test_guest_is_addressed_by_surname(name: str, sex: str, said: str) -> None:
    assert address_of(name, sex) == said


# ---------------------------------------------------------------- the second notice


def told(visit: Visit) -> dict[str, str]:
    db.enter_scope("*", "*")
    rows = Told.objects.filter(task__run_id=visit.run_id, kind="changed")
    return dict(rows.values_list("department__code", "text"))


def signed(visit: Visit) -> list[tuple[str, str]]:
    rows = Task.objects.filter(run_id=visit.run_id, key="notice-signed").order_by("branch")
    return list(rows.values_list("branch", "state"))


def noticed(house: House) -> Visit:
    visit = house.approved("VIP")
    meet(house, visit)
    notify(house, visit)
    return visit


def test_first_notice_tells_of_no_change(house: House) -> None:
    visit = noticed(house)
    assert told(visit) == {}
    assert "changes" not in Notice.objects.get(visit=visit).content


def test_second_notice_asks_for_no_second_signature_and_tells_every_department(house: House) -> None:
    visit = noticed(house)
    finish(house, visit, "notice-signed", at=NOW)
    before = signed(visit)
    services.update_visit(
        hotel_id=house.pk, visit_id=visit.pk, details=VisitDetails("王总", 3, "", "忌花生"), actor=house.gm, now=NOW
    )
    services.move_arrival(hotel_id=house.pk, visit_id=visit.pk, arrival_at=ARRIVAL + HOUR, actor=house.gm, now=NOW)
    assert notify(house, visit) == 2
    assert signed(visit) == before
    assert {state for _branch, state in before} == {"done"}
    said = "第2号：称呼 王先生 → 王总；抵店 11-23 14:00 → 11-23 15:00；人数 1 → 3；注意事项 无 → 忌花生"
    assert told(visit) == dict.fromkeys([branch for branch, _state in before], said)
    content: dict[str, Any] = Notice.objects.get(visit=visit, number=2).content
    assert [one[0] for one in content["changes"]] == ["title", "arrival", "party_size", "cautions"]


def test_second_notice_leaves_open_who_has_not_signed(house: House) -> None:
    visit = noticed(house)
    before = signed(visit)
    notify(house, visit)
    assert signed(visit) == before
    assert set(told(visit).values()) == {"第2号：内容未变"}


def test_refused_second_notice_tells_nobody(house: House) -> None:
    visit = noticed(house)
    cancel(house, visit)
    before = traces(house)
    with pytest.raises(VisitEnded):
        notify(house, visit)
    assert (traces(house), told(visit)) == (before, {})
