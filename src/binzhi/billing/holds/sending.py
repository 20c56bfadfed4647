"""Asking the acquirer what waits, and noting what has ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from binzhi.billing.folio_errors import HoldBusy, HoldNotHeld, HoldStepAnswered
from binzhi.billing.holds.acquirer import Acquirer, HttpAcquirer, Outcome
from binzhi.billing.holds.services import LINK, expire_hold, note_outcome
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.partners import Claimed, Pauses, Queue, ask_each

PARTNER = "bank"
DESK = Actor.system("pre-authorisations")
# Claimed for longer than an acquirer may take.
CLAIM_SECONDS = 30
# The guest waits at the desk at first.
PAUSES = Pauses(timedelta(seconds=3), timedelta(minutes=10))
QUEUE = Queue(table="billing_holdstep", waiting=("asked", "giving_up"))
# A hold is known to the acquirer by the serial of its first request.
_REQUEST = """
SELECT a.merchant_no AS merchant, s.serial, s.kind, s.amount, h.currency,
       (SELECT f.serial FROM billing_holdstep f WHERE f.hold_id = h.id ORDER BY f.id LIMIT 1) AS hold
FROM billing_holdstep s JOIN billing_hold h ON h.id = s.hold_id JOIN billing_acquirer a ON a.hotel_id = s.hotel_id
WHERE s.id = %s
"""

Chooser = Callable[[int], Acquirer | None]


def claim(*, now: datetime) -> Claimed | None:
    """The next request whose turn it is; nobody else sends it meanwhile."""
    return QUEUE.claim(now=now, seconds=CLAIM_SECONDS)


def request_of(step_id: int) -> dict[str, Any]:
    """What the acquirer is told: no name, no number of a card."""
    found = db.fetch_one(_REQUEST, [step_id])
    assert found is not None  # claimed, and the acquirer is there
    return found


def acquirer_of(hotel_id: int) -> Acquirer | None:
    """The hotel's acquirer, or None where none is connected."""
    link = LINK.of(hotel_id)
    return HttpAcquirer(**link) if link else None


def outcome(claimed: Claimed, acquirer: Acquirer | None) -> Outcome:
    """Ask, or ask first what became of it; a request that is given up is undone."""
    if acquirer is None:
        return Outcome(state="unknown", error="no acquirer")
    if claimed.state == "giving_up":
        said = acquirer.give_up(claimed.serial)
        return Outcome(state="given_up") if said.state == "done" else said
    if claimed.attempts > 1 and (known := acquirer.outcome_of(claimed.serial)) is not None:
        return known
    return acquirer.ask(request_of(claimed.pk))


def send_due(*, now: datetime, choose: Chooser = acquirer_of, most: int = 200) -> int:
    """Send all whose turn it is; how many were tried. Safe to run at any time, by several workers."""
    db.enter_scope("*", "*")

    def note(claimed: Claimed, said: Outcome) -> None:
        note_outcome(
            hotel_id=claimed.hotel_id, step_id=claimed.pk, was=claimed.state, outcome=said,
            next_at=PAUSES.after(claimed.attempts, now), actor=DESK, now=now,
        )  # fmt: skip

    waiting = QUEUE.one_by_one(lambda: claim(now=now), most=most)
    return ask_each(waiting, partner=PARTNER, choose=choose, ask=outcome, note=note, now=now, settled=HoldStepAnswered)


_ENDED = """
SELECT h.hotel_id, h.id AS hold_id FROM billing_hold h JOIN property_hotel o ON o.id = h.hotel_id
WHERE h.state = 'held' AND h.expires_on < o.business_date
  AND NOT EXISTS (SELECT 1 FROM billing_holdstep s WHERE s.hold_id = h.id AND s.state IN ('asked', 'giving_up'))
ORDER BY h.id LIMIT 500
"""


def expire_due(*, now: datetime) -> int:
    """Note what the banks hold no longer; how many."""
    db.enter_scope("*", "*")
    ended = 0
    for row in db.fetch_all(_ENDED):
        try:
            expire_hold(actor=DESK, now=now, **row)
        except (HoldBusy, HoldNotHeld):
            continue
        ended += 1
    return ended
