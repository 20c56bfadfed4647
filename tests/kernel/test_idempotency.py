"""The same request sent twice has one effect and one answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from binzhi.kernel import db, idempotency
from binzhi.kernel.errors import Conflict, InvalidInput
from binzhi.kernel.idempotency import KeyReused, fingerprint_of, run_once

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
ASKED = fingerprint_of("POST", "/x", {"a": 1})


def effect() -> dict[str, Any]:
    """Something that can be counted."""
    db.enter_scope("*", "*")
    db.execute(
        "INSERT INTO kernel_outbox_event (at, hotel_id, topic, subject, subject_id, payload)"
        " VALUES (%s, 1, 'test', 'test', 1, '{}')",
        [NOW],
    )
    return {"id": 1, "name": "陈"}


def effects() -> int:
    db.enter_scope("*", "*")
    count: int = db.fetch_value("SELECT count(*) FROM kernel_outbox_event")
    return count


def test_run_once_a_repeat_gets_the_kept_answer() -> None:
    assert run_once(caller="user:1", key="k", fingerprint=ASKED, work=effect) == ({"id": 1, "name": "陈"}, False)
    assert run_once(caller="user:1", key="k", fingerprint=ASKED, work=effect) == ({"id": 1, "name": "陈"}, True)
    assert effects() == 1


def test_run_once_same_key_of_another_caller_is_another_request() -> None:
    for caller in ("user:1", "user:2"):
        run_once(caller=caller, key="k", fingerprint=ASKED, work=effect)
    assert effects() == 2


def test_run_once_same_key_for_something_else_is_refused() -> None:
    run_once(caller="user:1", key="k", fingerprint=ASKED, work=effect)
    with pytest.raises(KeyReused) as refusal:
        run_once(caller="user:1", key="k", fingerprint=fingerprint_of("POST", "/x", {"a": 2}), work=effect)
    assert (refusal.value.status, refusal.value.field) == (422, "Idempotency-Key")
    assert effects() == 1


def test_run_once_refused_work_keeps_nothing_and_may_be_sent_again() -> None:
    def refuse() -> dict[str, Any]:
        effect()
        raise Conflict

    with pytest.raises(Conflict):
        run_once(caller="user:1", key="k", fingerprint=ASKED, work=refuse)
    assert effects() == 0
    assert run_once(caller="user:1", key="k", fingerprint=ASKED, work=effect)[1] is False


@pytest.mark.parametrize("key", ["", "x" * 256, "a\nb", "a\0"])
def test_run_once_unusable_key_is_refused(key: str) -> None:
    with pytest.raises(InvalidInput):
        run_once(caller="user:1", key=key, fingerprint=ASKED, work=effect)
    assert effects() == 0


def test_run_once_many_at_once_have_one_effect(run_all: Callable[..., list[Any]]) -> None:
    def send() -> bool:
        return run_once(caller="user:1", key="k", fingerprint=ASKED, work=effect)[1]

    assert sorted(run_all([send] * 12)) == [False] + [True] * 11
    assert effects() == 1


def test_negative_control_without_the_key_every_request_has_its_effect(
    run_all: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "run_once", lambda *, work, **_kept: (work(), False))

    def send() -> bool:
        return idempotency.run_once(caller="user:1", key="k", fingerprint=ASKED, work=effect)[1]

    assert run_all([send] * 12) == [False] * 12
    assert effects() == 12
