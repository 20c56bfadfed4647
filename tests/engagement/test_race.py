"""Two senders at once: each message goes out once, because of the lock and not by luck."""

from __future__ import annotations

from collections import Counter
from threading import Barrier

import pytest

from binzhi.engagement.models import Message
from binzhi.engagement.sending import send_due
from binzhi.engagement.services import outcomes
from binzhi.engagement.transport.simulator import Simulator
from tests.billing.racing import run_all
from tests.engagement.test_sending import queued
from tests.factories import NOW, TestHotel

pytestmark = pytest.mark.django_db(transaction=True)
SENDERS = 3


def test_send_due_by_several_at_once_sends_each_message_once(sending: TestHotel, gateway: Simulator) -> None:
    ids = [queued(sending, email="") for _n in range(6)]
    run_all([lambda: send_due(now=NOW, limit=4)] * SENDERS)
    while send_due(now=NOW):
        pass
    assert sorted(Counter(gateway.taken.calls).values()) == [1] * len(ids)
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}


def test_negative_control_without_the_lock_a_message_goes_out_twice(
    sending: TestHotel, gateway: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looking first and taking afterwards: all look before the first has taken."""
    queued(sending, email="")
    met = Barrier(SENDERS)
    real = outcomes.take_due

    def look_then_take(**given: object) -> list[outcomes.Taken]:
        seen = list(Message.objects.filter(state="queued").values_list("id", flat=True))
        met.wait(timeout=30)
        taken = real(**given)  # type: ignore[arg-type]
        met.wait(timeout=30)
        Message.objects.filter(id__in=seen, state="sending").update(claimed_until=NOW)
        return taken or [outcomes.Taken(**row) for row in _rows(seen)]

    monkeypatch.setattr(outcomes, "take_due", look_then_take)
    run_all([lambda: send_due(now=NOW)] * SENDERS)
    assert len(gateway.taken.calls) > 1


def _rows(ids: list[int]) -> list[dict[str, object]]:
    names = [name for name in outcomes.Taken.__dataclass_fields__ if name != "by_itself"]
    return [{**row, "by_itself": True} for row in Message.objects.filter(id__in=ids).values(*names)]
