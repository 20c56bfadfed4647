"""Trying an outside partner: is it there, and does it take our key? Nothing is asked of it."""

from __future__ import annotations

from datetime import datetime

from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.events import PartnerTried
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.calls import NotTaken, Unanswered
from binzhi.kernel.errors import NotFound
from binzhi.kernel.operations import operation, record
from binzhi.kernel.partners import NOT_CONNECTED
from binzhi.kernel.reached import PARTNERS, note_tries


def try_partner(*, hotel_id: int, partner: str, actor: Actor, now: datetime) -> str:
    """Ask a partner now, outside any transaction; why it did not answer, as a code, or empty.

    Needs the right to set it up besides that to see them. Keeps what became of it. Raises NotFound, KeyMissing. Writes
    one audit row either way. Publishes PartnerTried.
    """
    actor.require(Permission.VIEW_REPORTS, hotel_id)
    found = PARTNERS.get(partner)
    if found is None:
        raise NotFound(field="partner")
    actor.require(found.permission, hotel_id)
    db.enter_scope(actor.hotel_scope, actor.group_scope)
    trouble = ""
    try:
        found.probe(hotel_id)
    except Unanswered as nothing:
        trouble = str(nothing)
    except NotTaken as refusal:
        trouble = refusal.code
    note_try(hotel_id=hotel_id, partner=found.code, trouble=trouble, actor=actor, now=now)
    return trouble


@operation(Permission.VIEW_REPORTS)
def note_try(*, hotel_id: int, partner: str, trouble: str, actor: Actor, now: datetime) -> None:
    """Keep that somebody tried a partner and what became of it. Publishes PartnerTried."""
    if trouble != NOT_CONNECTED:
        note_tries({(hotel_id, partner): trouble}, now=now)
    record(
        PartnerTried.topic, subject="hotel", subject_id=hotel_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"partner": partner, "trouble": trouble},
        event=PartnerTried(hotel_id=hotel_id, partner=partner, answered=not trouble),
    )  # fmt: skip
