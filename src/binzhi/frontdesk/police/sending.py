"""The sender of reports. Safe to run by several at once.

Who dies between sending and noting leaves the report taken until its turn is over; then it goes out again under the
same serial. A system of the police that knows serials answers with the receipt it gave; one that does not is told
twice, and the log says that it may have been.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from binzhi.frontdesk.errors import ReportSettled
from binzhi.frontdesk.police import outcomes, telling
from binzhi.frontdesk.police.encoding import Outgoing
from binzhi.frontdesk.police.enums import ReportKind, ReportState
from binzhi.frontdesk.police.handing_over import Adapter, HttpAdapter
from binzhi.frontdesk.police.outcomes import Taken
from binzhi.frontdesk.police.regions import region_of
from binzhi.frontdesk.police.settings import LinkRef, link_of
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.calls import Down, NotNow, Refused
from binzhi.kernel.errors import DomainError
from binzhi.kernel.partners import NOT_CONNECTED, send_each
from binzhi.property.queries import hotel_by_id

PARTNER = "police"
SENDER = Actor.system("police reports")
BATCH = 10
# Longer than a whole batch may take, each try with its time limit.
TURN = timedelta(minutes=5)
Opener = Callable[[LinkRef], Adapter]


def adapter_for(link: LinkRef) -> Adapter:
    """Raises KeyMissing when the secret does not open."""
    return HttpAdapter(url=link.url, form=region_of(link.region).form, key=link.key)


def send_due(*, now: datetime, limit: int = BATCH, opener: Opener = adapter_for) -> int:
    """Send at most `limit` reports that are due; how many were taken. Call again until it is 0."""
    db.enter_scope("*", "*")
    outcomes.note_deaths(now=now)
    return send_each(
        outcomes.take_due(now=now, until=now + TURN, limit=limit),
        lambda one: _send(one, now=now, opener=opener),
        partner=lambda _one: PARTNER,
        now=now,
        settled=ReportSettled,
        put_back=lambda one: outcomes.put_back(hotel_id=one.hotel_id, report_id=one.id, actor=SENDER, now=now),
    )


def _send(one: Taken, *, now: datetime, opener: Opener) -> str | None:
    """Why the other side does not answer; None: it was not asked."""
    what: dict[str, Any] = {"hotel_id": one.hotel_id, "report_id": one.id, "actor": SENDER, "now": now}
    link = link_of(one.hotel_id)
    if link is None or not link.is_on or not link.url:
        outcomes.put_back(**what)
        return NOT_CONNECTED
    try:
        ready = _ready(one, link, what)
        if ready is None:
            return None
        receipt = opener(link).send(ready)
    except Refused as refusal:
        code = f"sent_back:{refusal.said}" if refusal.said else refusal.code
        outcomes.note_held(state=ReportState.REFUSED.value, code=code, **what)
    except NotNow as trouble:
        outcomes.note_delay(code=trouble.code, **what)
        return trouble.code if isinstance(trouble, Down) else ""
    except ReportSettled:
        raise
    except DomainError as refusal:
        # A key that is missing: the house mends it, the report waits.
        outcomes.note_delay(code=refusal.code, **what)
        return None
    else:
        outcomes.note_received(receipt=receipt, **what)
    return ""


def _ready(one: Taken, link: LinkRef, what: dict[str, Any]) -> Outgoing | None:
    """The report as it goes out, the same at every try; None when something is missing, which is noted."""
    if one.content_sealed is None:
        # A correction says what is known now; what else follows an arrival, what was said last.
        told_with = None if one.kind == ReportKind.FIX else one.about_id
        person = telling.person_of(hotel_id=one.hotel_id, registration_id=one.registration_id, about_id=told_with)
        missing = telling.missing_of(
            person, region=region_of(link.region), is_foreign=one.is_foreign, also_asks=link.also_asks
        )
        if missing and told_with is None:
            outcomes.note_held(state=ReportState.INCOMPLETE.value, code=",".join(missing)[:80], **what)
            return None
        at = one.occurred_at.astimezone(ZoneInfo(hotel_by_id(one.hotel_id).timezone))
        sealed = telling.sealed_content(one.id, person=person, room=one.room, at=at)
        outcomes.keep_content(content=sealed, **what)
    else:
        sealed = one.content_sealed
    said = telling.opened_content(one.id, sealed)
    return Outgoing(
        serial=str(one.serial), station=link.station, kind=one.kind, person=said["person"], room=said["room"],
        at=said["at"], about=_receipt_of(one),
    )  # fmt: skip


def _receipt_of(one: Taken) -> str:
    """The receipt of the arrival that this report follows."""
    if one.about_id is None:
        return ""
    found: str | None = db.fetch_value("SELECT receipt FROM frontdesk_policereport WHERE id = %s", [one.about_id])
    return found or ""


_OVERDUE = """
SELECT id, hotel_id FROM frontdesk_policereport
WHERE state IN ('waiting', 'sending', 'incomplete', 'refused') AND alarmed_at IS NULL
  AND least(alarm_at, limit_at) <= %s
ORDER BY id LIMIT 500
"""


def ring_overdue(*, now: datetime) -> int:
    """Say of every report that is owed for too long that it is; how many."""
    db.enter_scope("*", "*")
    rung = 0
    for row in db.fetch_all(_OVERDUE, [now]):
        # Received in this very moment: nothing to ring for.
        with suppress(ReportSettled):
            outcomes.note_overdue(hotel_id=row["hotel_id"], report_id=row["id"], actor=SENDER, now=now)
            rung += 1
    return rung
