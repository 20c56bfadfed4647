"""Keys of programs: hashed, scoped, ended; one statement to know who comes."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from binzhi.kernel import clock, db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import Forbidden, InvalidInput, NotFound
from binzhi.kernel.models import AuditEntry, OutboxEvent
from binzhi.people import services, tokens
from binzhi.people.errors import ScopeNotHeld
from binzhi.people.models import ApiToken, Post, Staff, User
from binzhi.people.queries import actor_for_user, tokens_of
from binzhi.people.setup import StaffRef
from binzhi.property.queries import HotelRef
from tests.factories import NOW, TODAY, statements
from tests.guests.conftest import new_hotel

Employ = Callable[..., StaffRef]
SCOPES = ["guests.view_guest", "frontdesk.view_desk"]


@pytest.fixture
def boss(hotel: HotelRef, employ: Employ) -> Actor:
    return actor_for_user(User.objects.get(pk=employ("shen.liqun", "general-manager").user_id))[0]


def issue(hotel: HotelRef, actor: Actor, **more: Any) -> str:
    typed = {"name": "门户", "scopes": SCOPES, **more}
    return services.issue_token(hotel_id=hotel.pk, actor=actor, now=clock.now(), **typed)


def test_authenticate_gives_actor_hotel_and_scopes_in_one_statement(
    hotel: HotelRef, boss: Actor, django_assert_num_queries: Any
) -> None:
    raw = issue(hotel, boss)
    db.forget_scope()
    with django_assert_num_queries(1):
        known = tokens.authenticate(raw)
        assert known is not None
        db.enter_scope(known[0].hotel_scope, known[0].group_scope)
    actor, where, scopes = known
    assert (where, scopes) == (hotel, frozenset(SCOPES))
    assert (actor.user_id, actor.grants) == (boss.user_id, {hotel.pk: frozenset(SCOPES)})
    assert actor.token_id == ApiToken.objects.get().pk
    assert db.fetch_value("SELECT current_setting('binzhi.hotels', true)") == str(hotel.pk)


def test_issue_token_keeps_only_a_hash(hotel: HotelRef, boss: Actor) -> None:
    raw = issue(hotel, boss)
    assert raw.startswith("bz_")
    assert len(raw) == 46
    db.enter_scope("*", "*")
    kept = str(list(ApiToken.objects.values_list())) + str(list(AuditEntry.objects.values_list("after")))
    assert raw not in kept
    assert raw[3:] not in kept
    assert bytes(ApiToken.objects.get().digest) == tokens.digest_of(raw)
    assert issue(hotel, boss) != raw


@pytest.mark.parametrize("raw", ["", "bz_", "bz_" + "x" * 43, "\0", "\ud800", "密", "x" * 100_000])
def test_authenticate_unknown_token_is_nobody_and_unbinds(hotel: HotelRef, boss: Actor, raw: str) -> None:
    issue(hotel, boss)
    assert tokens.authenticate(raw) is None
    assert db.fetch_value("SELECT current_setting('binzhi.hotels', true)") == ""


def test_authenticate_scope_the_post_lost_is_lost(hotel: HotelRef, boss: Actor) -> None:
    raw = issue(hotel, boss)
    Post.objects.filter(code="general-manager").update(permissions=["guests.view_guest", "guests.reveal"])
    known = tokens.authenticate(raw)
    assert known is not None
    assert known[2] == frozenset({"guests.view_guest"})


def test_authenticate_expired_token_is_nobody(hotel: HotelRef, boss: Actor) -> None:
    raw = issue(hotel, boss, expires_at=clock.now() + timedelta(hours=1))
    assert tokens.authenticate(raw) is not None
    ApiToken.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    assert tokens.authenticate(raw) is None


@pytest.mark.parametrize("end", ["revoked", "left", "inactive"])
def test_authenticate_token_that_ended_is_nobody(hotel: HotelRef, boss: Actor, end: str) -> None:
    raw = issue(hotel, boss)
    if end == "revoked":
        services.revoke_token(hotel_id=hotel.pk, token_id=ApiToken.objects.get().pk, actor=boss, now=NOW)
    elif end == "left":
        Staff.objects.update(left_on=TODAY)
    else:
        User.objects.update(is_active=False)
    assert tokens.authenticate(raw) is None


def test_authenticate_lately_asks_once_a_second_and_leaves_the_session_alone(
    hotel: HotelRef, boss: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = issue(hotel, boss)
    known = tokens.authenticate_lately(raw)
    assert known is not None
    with statements() as sent:
        assert tokens.authenticate_lately(raw) == known
    assert sent == []
    db.enter_scope("", "")
    tokens.authenticate_lately(raw)
    # What it is for binds its own session, when it gets to one.
    assert db.fetch_value("SELECT current_setting('binzhi.hotels', true)") == ""
    # Another process has no word of this; a second later it is refused here too.
    ApiToken.objects.update(revoked_at=NOW)
    later = time.monotonic() + tokens.LATELY
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert tokens.authenticate_lately(raw) is None


def test_while_one_looks_a_token_up_the_others_go_on_with_what_is_known(
    hotel: HotelRef, boss: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = issue(hotel, boss)
    known = tokens.authenticate_lately(raw)
    later = time.monotonic() + tokens.LATELY
    asked: list[tokens.SignedIn | None] = []
    real = tokens.authenticate

    def meanwhile(token: str) -> tokens.SignedIn | None:
        assert len(asked) == 0
        asked.append(tokens.authenticate_lately(token))
        return real(token)

    monkeypatch.setattr(time, "monotonic", lambda: later)
    monkeypatch.setattr(tokens, "authenticate", meanwhile)
    assert tokens.authenticate_lately(raw) == known
    assert asked == [known]


def test_authenticate_lately_knows_at_once_what_was_revoked_here(hotel: HotelRef, boss: Actor) -> None:
    raw = issue(hotel, boss)
    assert tokens.authenticate_lately(raw) is not None
    services.revoke_token(hotel_id=hotel.pk, token_id=ApiToken.objects.get().pk, actor=boss, now=NOW)
    assert tokens.authenticate_lately(raw) is None


@pytest.mark.parametrize(
    ("typed", "error", "field"),
    [
        ({"scopes": ["guests.view_guest", "rockets.launch"]}, ScopeNotHeld, "scopes"),
        ({"scopes": []}, InvalidInput, "scopes"),
        ({"name": " "}, InvalidInput, "name"),
        ({"name": "x" * 61}, InvalidInput, "name"),
        ({"expires_at": NOW - timedelta(days=400)}, InvalidInput, "expires_at"),
    ],
)
def test_issue_token_refused_makes_none(
    hotel: HotelRef, boss: Actor, typed: dict[str, Any], error: type[InvalidInput], field: str
) -> None:
    audited = AuditEntry.objects.count()
    with pytest.raises(error) as refusal:
        issue(hotel, boss, **typed)
    assert refusal.value.field == field
    assert (ApiToken.objects.count(), AuditEntry.objects.count()) == (0, audited)


def test_issue_token_without_the_right_is_refused(hotel: HotelRef, employ: Employ) -> None:
    clerk = actor_for_user(User.objects.get(pk=employ("lin.xiao").user_id))[0]
    with pytest.raises(Forbidden):
        issue(hotel, clerk)
    assert ApiToken.objects.count() == 0


def test_revoke_token_is_done_once_and_for_all(hotel: HotelRef, boss: Actor) -> None:
    issue(hotel, boss)
    token_id = ApiToken.objects.get().pk
    for later in (NOW, NOW + timedelta(hours=1)):
        services.revoke_token(hotel_id=hotel.pk, token_id=token_id, actor=boss, now=later)
    assert ApiToken.objects.get().revoked_at == NOW
    assert OutboxEvent.objects.filter(topic="token.revoked").count() == 2


def test_revoke_token_of_a_colleague_or_another_hotel_is_not_found(
    hotel: HotelRef, boss: Actor, employ: Employ
) -> None:
    issue(hotel, boss)
    token_id = ApiToken.objects.get().pk
    colleague = actor_for_user(User.objects.get(pk=employ("xu.jing", "resident-manager").user_id))[0]
    other = new_hotel()
    stranger = Actor(user_id=boss.user_id, grants={other.pk: frozenset({"people.manage_tokens"})})
    for actor, where in ((colleague, hotel), (stranger, other)):
        with pytest.raises(NotFound):
            services.revoke_token(hotel_id=where.pk, token_id=token_id, actor=actor, now=NOW)
    assert ApiToken.objects.get().revoked_at is None


def test_tokens_of_lists_ones_own_only(hotel: HotelRef, boss: Actor, employ: Employ) -> None:
    issue(hotel, boss, name="一")
    issue(hotel, boss, name="二")
    other = employ("xu.jing", "resident-manager")
    assert [row.name for row in tokens_of(user_id=boss.user_id or 0, hotel_id=hotel.pk)] == ["二", "一"]
    assert tokens_of(user_id=other.user_id, hotel_id=hotel.pk) == []
