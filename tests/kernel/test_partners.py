"""What outside partners answer, and what a sender makes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from binzhi.kernel import db as kernel_db
from binzhi.kernel.calls import Down, NotNow, NotTaken, Refused, Unanswered, hand_over, probe
from binzhi.kernel.errors import DomainError
from binzhi.kernel.loopback import Answer, Loopback
from binzhi.kernel.partners import NOT_CONNECTED, Pauses, send_each
from binzhi.kernel.reached import note_tries
from tests.factories import NOW, make_hotel

REQUEST = {"serial": "1"}


class There(Loopback):
    says: Answer | None = (200, {"id": "7"})

    def take(self, given: Any) -> Answer | None:
        assert given == REQUEST
        return self.says


@pytest.fixture
def there() -> Iterator[There]:
    with There(key="k") as running:
        yield running


def hand(url: str, key: str = "k") -> Any:
    return hand_over(url, key=key, timeout=5, request=REQUEST, to="police")


@pytest.mark.parametrize(
    ("says", "kind", "code"),
    [
        ((401, {}), Down, "key_refused"),
        ((503, {}), Down, "police_503"),
        ((302, {}), Down, "police_302"),
        (None, Down, "RemoteDisconnected"),
        ((429, {}), NotNow, "too_many"),
        ((408, {}), NotNow, "timeout"),
        ((422, {"error": "unknown_number"}), Refused, "police_422"),
    ],
)
def test_hand_over_tells_a_refusal_from_an_outage(
    there: There, says: Answer | None, kind: type[NotTaken], code: str
) -> None:
    there.says = says
    with pytest.raises(NotTaken) as caught:
        hand(there.url)
    assert (type(caught.value), caught.value.code) == (kind, code)
    if isinstance(caught.value, Refused):
        assert caught.value.said == "unknown_number"


def test_word_that_is_a_sentence_is_not_kept(there: There) -> None:
    there.says = (422, {"error": "王伟 is unknown"})
    with pytest.raises(Refused) as caught:
        hand(there.url)
    assert caught.value.said == ""


def test_hand_over_gives_what_was_said_and_nobody_there_is_down(there: There) -> None:
    assert hand(there.url) == {"id": "7"}
    with pytest.raises(Down) as caught:
        hand("http://127.0.0.1:9")
    assert caught.value.code == "ConnectionRefusedError"


def test_probe_asks_for_nothing_and_knows_a_wrong_key(there: There) -> None:
    there.says = None
    probe(there.url, key="k", timeout=5, signed=False)
    with pytest.raises(Unanswered, match="key_refused"):
        probe(there.url, key="other", timeout=5, signed=False)
    there.fails_with = 503
    with pytest.raises(Unanswered, match="HTTP 503"):
        probe(there.url, key="k", timeout=5, signed=False)


def test_pauses_double_up_to_the_longest_and_are_never_longer() -> None:
    pauses = Pauses(timedelta(seconds=3), timedelta(minutes=10))
    for attempts, most in ((1, 6), (3, 24), (10, 600), (30_000, 600)):
        waited = (pauses.after(attempts, NOW) - NOW).total_seconds()
        assert most * 0.9 <= waited <= most


@dataclass
class One:
    hotel_id: int
    name: str


class Settled(DomainError):
    pass


def run(hotel_id: int, send: Callable[[One], str | None], *names: str) -> tuple[list[str], int]:
    back: list[str] = []
    ones = [One(hotel_id, name) for name in names]
    done = send_each(
        ones,
        send,
        partner=lambda one: one.name[0],
        now=NOW,
        settled=Settled,
        put_back=lambda one: back.append(one.name),
    )
    return back, done


def noted(hotel_id: int) -> dict[str, str]:
    rows = kernel_db.fetch_all("SELECT partner, trouble FROM kernel_partner_try WHERE hotel_id = %s", [hotel_id])
    return {row["partner"]: row["trouble"] for row in rows}


@pytest.mark.django_db
def test_send_each_asks_a_silent_partner_once_and_keeps_who_answered() -> None:
    hotel = make_hotel()
    kernel_db.enter_scope("*", "*")

    def send(one: One) -> str | None:
        if one.name == "s9":
            raise Settled
        return {"a": "TimeoutError", "b": "", "c": NOT_CONNECTED}.get(one.name[0])

    assert run(hotel.pk, send, "a1", "a2", "b1", "c1", "c2", "s9", "d1") == (["a2", "c2"], 7)
    assert noted(hotel.pk) == {"a": "TimeoutError", "b": ""}


@pytest.mark.django_db
def test_an_older_try_does_not_overwrite_a_newer_one() -> None:
    hotel = make_hotel()
    kernel_db.enter_scope("*", "*")
    note_tries({(hotel.pk, "bank"): ""}, now=NOW)
    note_tries({(hotel.pk, "bank"): "TimeoutError"}, now=NOW - timedelta(seconds=1))
    assert noted(hotel.pk) == {"bank": ""}
    note_tries({(hotel.pk, "bank"): "TimeoutError"}, now=NOW + timedelta(seconds=1))
    row = kernel_db.fetch_one("SELECT answered_at, trouble FROM kernel_partner_try WHERE hotel_id = %s", [hotel.pk])
    assert row == {"answered_at": NOW, "trouble": "TimeoutError"}
