"""Who may set a level: three routes, and no fourth."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import Forbidden, InvalidInput, NotFound
from binzhi.people.posts import POSTS
from binzhi.promises.models import Run, Task
from binzhi.vip import services
from binzhi.vip.access import Permission
from binzhi.vip.errors import (
    AlreadyDecided,
    LevelGiven,
    PersonNeeded,
    RankTaken,
    RequestOpen,
    UnknownLevel,
    VisitEnded,
)
from binzhi.vip.guest_past import past
from binzhi.vip.models import Amenity, Level, LevelRequest, Purchase
from binzhi.vip.queries import levels
from tests.factories import NOW, SYSTEM
from tests.vip.house import ARRIVAL, HOUR, House, keys, make_house, task, traces

OTHERS = sorted(set(POSTS) - {"general-manager"})
GM_OFFICE = {"general-manager", "gm-assistant", "resident-manager", "gm-office-clerk"}
SALES = {"general-manager", "sales-manager", "sales-executive"}


def ask(house: House, visit_id: int, *, post: str, route: str, level: str = "VIP") -> int:
    return services.ask_level(
        hotel_id=house.pk, visit_id=visit_id, level=level, route=route, reason="集团考察", actor=house.actor(post),
        now=NOW,
    )  # fmt: skip


def decide(house: House, request_id: int, *, approve: bool = True, actor: Actor | None = None) -> None:
    services.decide_level(
        hotel_id=house.pk, request_id=request_id, approve=approve, note="", actor=actor or house.gm, now=NOW + HOUR
    )


# ---------------------------------------------------------------- the three routes


def test_set_level_directly_general_manager_starts_the_protocol_with_his_office(house: House) -> None:
    visit = house.approved("VVIP")
    assert visit.level is not None
    assert (visit.status, visit.level.code) == ("approved", "VVIP")
    assert visit.host_department is not None
    assert visit.host_department.code == "gm-office"
    run = Run.objects.get(pk=visit.run_id)
    assert (run.subject, run.subject_id, run.label, run.status) == ("visit", visit.pk, "王先生", "live")
    assert run.facts == {
        "level": "VVIP", "rank": 3, "sealed": True, "party": 1, "nights": 2, "fruit": "A", "flowers": "A", "banner": True,
        "board": True, "gm": "letter",
    }  # fmt: skip
    (request,) = LevelRequest.objects.filter(visit=visit)
    assert (request.route, request.reason, request.asked_by_id, request.decided_by_id, request.decided_at) == (
        "gm", "业主客人", house.users["general-manager"], house.users["general-manager"], NOW,
    )  # fmt: skip
    assert task(visit, "engineering-check").due_at == ARRIVAL - 3 * HOUR
    assert Task.objects.get(run=run, key="case-meeting").department.code == "gm-office"


@pytest.mark.parametrize(
    ("post", "route", "host"),
    [
        ("gm-office-clerk", "owner", "gm-office"),
        ("gm-assistant", "owner", "gm-office"),
        ("sales-manager", "key_account", "sales"),
    ],
)
def test_ask_level_approved_by_the_general_manager_runs(house: House, post: str, route: str, host: str) -> None:
    visit_id = house.propose()
    request_id = ask(house, visit_id, post=post, route=route)
    visit = house.visit(visit_id)
    assert (visit.status, visit.level_id, visit.run_id) == ("asked", None, None)
    decide(house, request_id)
    visit = house.visit(visit_id)
    assert visit.level is not None
    assert visit.host_department is not None
    assert (visit.status, visit.level.code, visit.host_department.code) == ("approved", "VIP", host)
    request = LevelRequest.objects.get(pk=request_id)
    assert (request.asked_by_id, request.decided_by_id, request.approved, request.decided_at) == (
        house.users[post], house.users["general-manager"], True, NOW + HOUR,
    )  # fmt: skip


def test_decide_level_declined_leaves_the_visit_without_one(house: House) -> None:
    visit_id = house.propose()
    decide(house, ask(house, visit_id, post="sales-manager", route="key_account"), approve=False)
    visit = house.visit(visit_id)
    assert (visit.status, visit.level_id, visit.run_id) == ("proposed", None, None)
    assert Run.objects.filter(hotel_id=house.pk).count() == 0
    # Asked again with better reasons.
    decide(house, ask(house, visit_id, post="sales-manager", route="key_account"))
    assert house.visit(visit_id).status == "approved"


# ---------------------------------------------------------------- and nobody else


def test_level_is_decided_by_no_other_post(house: House) -> None:
    visit_id = house.propose()
    request_id = ask(house, visit_id, post="sales-manager", route="key_account")
    other = house.propose()
    before = traces(house)
    for post in OTHERS:
        with pytest.raises(Forbidden):
            decide(house, request_id, actor=house.actor(post))
        with pytest.raises(Forbidden):
            services.set_level_directly(
                hotel_id=house.pk, visit_id=other, level="VIP", reason="x", actor=house.actor(post), now=NOW
            )
    assert traces(house) == before


@pytest.mark.parametrize(("route", "may"), [("owner", GM_OFFICE), ("key_account", SALES)])
def test_level_is_asked_for_on_its_own_route_alone(house: House, route: str, may: set[str]) -> None:
    visit_id = house.propose()
    before = traces(house)
    for post in sorted(set(POSTS) - may):
        with pytest.raises(Forbidden):
            ask(house, visit_id, post=post, route=route)
    assert traces(house) == before
    for post in sorted(may):
        assert ask(house, house.propose(), post=post, route=route)


def test_level_is_a_persons_decision(house: House) -> None:
    """Neither the system nor a program with the general manager's rights is one of the three routes."""
    visit_id = house.propose()
    request_id = ask(house, visit_id, post="sales-manager", route="key_account")
    program = Actor(
        user_id=house.users["general-manager"],
        token_id=5,
        grants={house.pk: frozenset(POSTS["general-manager"].permissions)},
    )
    other = house.propose()
    before = traces(house)
    for actor in (SYSTEM, program):
        with pytest.raises(PersonNeeded):
            decide(house, request_id, actor=actor)
        with pytest.raises(PersonNeeded):
            services.set_level_directly(
                hotel_id=house.pk, visit_id=other, level="VIP", reason="x", actor=actor, now=NOW
            )
        with pytest.raises(PersonNeeded):
            services.ask_level(
                hotel_id=house.pk, visit_id=other, level="VIP", route="owner", reason="x", actor=actor, now=NOW
            )
    assert traces(house) == before


def test_ask_level_by_the_gms_own_route_is_not_asking(house: House) -> None:
    with pytest.raises(InvalidInput) as refusal:
        ask(house, house.propose(), post="general-manager", route="gm")
    assert refusal.value.field == "route"


def test_database_takes_no_level_that_nobody_approved(house: House) -> None:
    visit = house.approved("IP")
    vvip = Level.objects.get(hotel_id=house.pk, code="VVIP")
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        db.execute("UPDATE vip_visit SET level_id = %s WHERE id = %s", [vvip.pk, visit.pk])
    assert db.constraint_of(refusal.value) == "level_was_approved"
    for change in ("approved = false", "decided_by_id = asked_by_id, reason = 'x'"):
        with pytest.raises(IntegrityError), transaction.atomic():
            db.execute(f"UPDATE vip_levelrequest SET {change} WHERE visit_id = %s", [visit.pk])
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        LevelRequest.objects.create(
            hotel_id=house.pk, visit=visit, level=vvip, route="owner", reason="x", asked_at=NOW, approved=True,
            asked_by_id=house.users["gm-assistant"],
        )  # fmt: skip
    assert db.constraint_of(refusal.value) == "level_decided_by_somebody"


# ---------------------------------------------------------------- once


def test_level_is_asked_for_once_at_a_time_and_decided_once(house: House) -> None:
    visit_id = house.propose()
    request_id = ask(house, visit_id, post="sales-manager", route="key_account")
    before = traces(house)
    with pytest.raises(RequestOpen):
        ask(house, visit_id, post="gm-assistant", route="owner", level="VVIP")
    with pytest.raises(RequestOpen):
        services.set_level_directly(
            hotel_id=house.pk, visit_id=visit_id, level="IP", reason="x", actor=house.gm, now=NOW
        )
    assert traces(house) == before
    decide(house, request_id)
    before = traces(house)
    with pytest.raises(AlreadyDecided):
        decide(house, request_id)
    with pytest.raises(LevelGiven):
        ask(house, visit_id, post="sales-manager", route="key_account")
    assert traces(house) == before
    assert Run.objects.filter(hotel_id=house.pk).count() == 1


@pytest.mark.parametrize(
    ("given", "refusal"),
    [({"level": "VX"}, UnknownLevel), ({"reason": "  "}, InvalidInput), ({"visit_id": 2**40}, NotFound)],
)
def test_set_level_directly_what_cannot_be_is_refused(
    house: House, given: dict[str, Any], refusal: type[Exception]
) -> None:
    visit_id = house.propose()
    before = traces(house)
    with pytest.raises(refusal):
        services.set_level_directly(
            **{"hotel_id": house.pk, "visit_id": visit_id, "level": "VIP", "reason": "x", "actor": house.gm, "now": NOW}
            | given
        )
    assert traces(house) == before


def test_level_of_another_hotels_visit_is_not_found(house: House) -> None:
    other = make_house()
    theirs = other.propose()
    db.enter_scope("*", "*")
    request_id = ask(other, theirs, post="sales-manager", route="key_account")
    with pytest.raises(NotFound):
        services.set_level_directly(
            hotel_id=house.pk, visit_id=theirs, level="VIP", reason="x", actor=house.gm, now=NOW
        )
    with pytest.raises(NotFound):
        decide(house, request_id)
    assert other.visit(theirs).status == "asked"


def test_level_of_a_cancelled_visit_is_refused(house: House) -> None:
    visit_id = house.propose()
    services.cancel_visit(hotel_id=house.pk, visit_id=visit_id, reason="改期", actor=house.gm, now=NOW)
    with pytest.raises(VisitEnded):
        services.set_level_directly(
            hotel_id=house.pk, visit_id=visit_id, level="VIP", reason="x", actor=house.gm, now=NOW
        )


# ---------------------------------------------------------------- changed


def test_set_level_directly_on_a_running_visit_changes_what_is_to_be_done(house: House) -> None:
    visit = house.approved("IP")
    run_id, before = visit.run_id, keys(visit, "open", "waiting")
    assert "banner-made" not in before
    services.set_level_directly(
        hotel_id=house.pk, visit_id=visit.pk, level="VVIP", reason="随行领导", actor=house.gm, now=NOW + HOUR
    )
    visit = house.visit(visit.pk)
    assert visit.level is not None
    assert (visit.level.code, visit.run_id) == ("VVIP", run_id)
    after = keys(visit, "open", "waiting")
    assert {"banner-made", "room-sealed-vvip", "flowers-vvip", "flowers-presented"} <= after - before
    assert {"flowers-ip", "welcome-ip", "amenities-ip"} <= before - after
    assert Run.objects.filter(hotel_id=house.pk).count() == 1


def test_flowers_of_the_levels_class_are_ordered_once_and_follow_the_level(house: House) -> None:
    visit = house.approved("IP")
    assert list(Purchase.objects.values_list("kind", "quality", "needed_by", "state")) == [
        ("flowers", "C", ARRIVAL - 2 * HOUR, "ordered")
    ]
    services.set_level_directly(hotel_id=house.pk, visit_id=visit.pk, level="VIP", reason="x", actor=house.gm, now=NOW)
    assert list(Purchase.objects.values_list("quality", flat=True)) == ["B"]


# ---------------------------------------------------------------- levels are data


def test_levels_are_the_hotels_own(house: House) -> None:
    """V1 to V4 instead of IP, VIP, VVIP: another name, another order, other amenities."""
    found = levels(hotel_id=house.pk)
    assert [(level.code, level.rank, level.sealed) for level in found] == [
        ("IP", 1, False), ("VIP", 2, True), ("VVIP", 3, True),
    ]  # fmt: skip
    assert found[2].amenities["fruit"] == ("A", "")
    assert "banner" not in found[0].amenities
    services.define_level(
        hotel_id=house.pk,
        level=services.LevelInput(code="V4", name="V4贵宾", rank=4, sealed=True),
        actor=house.gm,
        now=NOW,
    )
    services.set_amenity(hotel_id=house.pk, level="V4", kind="fruit", value="特A", actor=house.gm, now=NOW)
    services.set_amenity(hotel_id=house.pk, level="VIP", kind="banner", value="", actor=house.gm, now=NOW)
    found = levels(hotel_id=house.pk)
    assert (found[3].code, found[3].amenities) == ("V4", {"fruit": ("特A", "")})
    assert "banner" not in found[1].amenities
    with pytest.raises(RankTaken), transaction.atomic():
        services.define_level(
            hotel_id=house.pk, level=services.LevelInput(code="V5", name="V5", rank=4), actor=house.gm, now=NOW
        )
    assert Amenity.objects.filter(level__code="V5").count() == 0


def test_levels_are_defined_by_the_general_manager_alone() -> None:
    assert {code for code, post in POSTS.items() if Permission.DEFINE_LEVELS in post.permissions} == {"general-manager"}


def test_past_of_the_guest_tells_who_asked_and_who_decided(house: House) -> None:
    guest_id = house.guest()
    visit_id = house.propose(guest_id=guest_id)
    decide(house, ask(house, visit_id, post="gm-assistant", route="owner"), approve=False)
    ask(house, visit_id, post="sales-manager", route="key_account", level="VVIP")
    names = [level.name for code in ("VIP", "VVIP") for level in Level.objects.filter(hotel_id=house.pk, code=code)]
    told = past(0, guest_id, None, 10)
    assert [(one.text, one.state, one.at, one.by) for one in told] == [
        (f"未批{names[0]}：集团考察", "late", NOW + HOUR, POSTS["general-manager"].name),
        (f"申请{names[1]}：集团考察", "soon", NOW, POSTS["sales-manager"].name),
    ]
    assert past(0, guest_id, NOW + HOUR, 10) == told[1:]
