"""Sending what waits: claimed under a lock, asked outside any transaction, noted in another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from binzhi.billing.folio_errors import HoldBusy, HoldNotHeld, HoldStepAnswered
from binzhi.billing.holds.acquirer import Acquirer, HttpAcquirer, Outcome
from binzhi.billing.holds.services import expire_hold, key_place, note_outcome, turn_after
from binzhi.kernel import crypto, db
from binzhi.kernel.actor import Actor
from binzhi.kernel.operations import unit_of_work

DESK = Actor.system("pre-authorisations")
# Claimed for longer than an acquirer may take; whoever dies in between leaves it to the next turn.
CLAIM_SECONDS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A request that is sent now; `state` says whether it is asked for or given up."""

    pk: int
    hotel_id: int
    state: str
    attempts: int
    serial: str


_CLAIM = """
UPDATE billing_holdstep SET attempts = least(attempts + 1, 30000), next_at = %(now)s + make_interval(secs => %(claim)s)
WHERE id = (
    SELECT id FROM billing_holdstep WHERE state IN ('asked', 'giving_up') AND next_at <= %(now)s
    ORDER BY next_at, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
) RETURNING id AS pk, hotel_id, state, attempts, serial
"""
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
    with unit_of_work():
        row = db.fetch_one(_CLAIM, {"now": now, "claim": CLAIM_SECONDS})
    return Claimed(**row) if row else None


def request_of(step_id: int) -> dict[str, Any]:
    """What the acquirer is told: no name, no number of a card."""
    found = db.fetch_one(_REQUEST, [step_id])
    assert found is not None  # claimed, and the acquirer is there
    return found


def acquirer_of(hotel_id: int) -> Acquirer | None:
    """The hotel's acquirer, or None where none is connected."""
    row = db.fetch_one("SELECT url, key FROM billing_acquirer WHERE hotel_id = %s", [hotel_id])
    if row is None or not row["url"]:
        return None
    key = crypto.open_sealed(row["key"], place=key_place(hotel_id)) if row["key"] else ""
    return HttpAcquirer(url=row["url"], key=key)


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
    tried = 0
    while tried < most and (claimed := claim(now=now)) is not None:
        said = outcome(claimed, choose(claimed.hotel_id))
        tried += 1
        try:
            note_outcome(
                hotel_id=claimed.hotel_id, step_id=claimed.pk, was=claimed.state, outcome=said,
                next_at=turn_after(claimed.attempts, now), actor=DESK, now=now,
            )  # fmt: skip
        except HoldStepAnswered:
            # Another worker's answer came first, or it was given up meanwhile: its turn has come again.
            continue
    return tried


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
