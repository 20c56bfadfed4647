"""Two senders at once: each message goes out once, because of the lock and not by luck."""

from __future__ import annotations

from collections import Counter
from threading import Barrier
from typing import Any

import pytest

from binzhi.engagement.models import Message
from binzhi.engagement.sending import send_due
from binzhi.engagement.services import outcomes
from binzhi.engagement.settings import messaging_of
from binzhi.engagement.transport import Outgoing, transport_for
from binzhi.engagement.transport.simulator import Simulator
from tests.billing.racing import run_all
from tests.engagement.test_sending import queued
from tests.factories import NOW, TestHotel

pytestmark = pytest.mark.django_db(transaction=True)
SENDERS = 3


def test_send_due_by_several_at_once_sends_each_message_once(sending: TestHotel, gateway: Simulator) -> None:
    ids = [queued(sending, email="") for _n in range(4)]
    run_all([lambda: send_due(now=NOW, limit=3)] * SENDERS)
    while send_due(now=NOW):
        pass
    assert sorted(Counter(gateway.taken.calls).values()) == [1] * len(ids)
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}


def test_negative_control_without_the_lock_a_message_goes_out_twice(
    sending: TestHotel, gateway: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looking first and taking afterwards: all look before the first has taken."""
    queued(sending, email="")
    looked, ready = Barrier(SENDERS), Barrier(SENDERS)
    real = outcomes.take_due

    def look_then_take(**given: Any) -> list[outcomes.Taken]:
        seen = list(Message.objects.filter(state="queued").values_list("id", flat=True))
        looked.wait(timeout=30)
        return real(**given) or [outcomes.Taken(**row) for row in _rows(seen)]

    class Together:
        def send(self, message: Outgoing) -> str:
            ready.wait(timeout=30)
            return transport_for(messaging, "sms").send(message)

    messaging = messaging_of(sending.pk)
    assert messaging is not None
    monkeypatch.setattr(outcomes, "take_due", look_then_take)
    run_all([lambda: send_due(now=NOW, opener=lambda _messaging, _way: Together())] * SENDERS)
    assert len(gateway.taken.calls) == SENDERS


def _rows(ids: list[int]) -> list[dict[str, Any]]:
    names = [name for name in outcomes.Taken.__dataclass_fields__ if name != "by_itself"]
    return [{**row, "by_itself": True} for row in Message.objects.filter(id__in=ids).values(*names)]
