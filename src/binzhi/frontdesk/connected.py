"""The outside partners of the desk: the lock system, the police."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.keys import locks, sending
from binzhi.frontdesk.keys.services import LINK
from binzhi.frontdesk.police import handing_over, queries
from binzhi.frontdesk.police import sending as reporting
from binzhi.frontdesk.police.settings import link_of
from binzhi.guests.rotation import register_sealed
from binzhi.kernel import calls, clock
from binzhi.kernel.partners import NOT_CONNECTED
from binzhi.kernel.reached import Counts, Partner, register_partner


def _reports(hotel_id: int) -> Counts:
    link, owed = link_of(hotel_id), queries.owed(hotel_id=hotel_id, now=clock.now())
    return Counts(connected=bool(link and link.is_on and link.url), waiting=owed.owed, given_up=owed.held)


def _ask_the_police(hotel_id: int) -> None:
    link = link_of(hotel_id)
    if link is None or not link.url:
        raise calls.Unanswered(NOT_CONNECTED)
    calls.probe(link.url, key=link.key, timeout=handing_over.TIMEOUT_SECONDS, signed=False)


def register() -> None:
    """Show both among the outside partners; the locks' key is rotated as all that is sealed."""
    register_sealed(LINK.table, LINK.key, LINK.place, row="hotel_id")
    since = "coalesce(void_asked_at, asked_at)"
    register_partner(
        Partner(
            code=sending.PARTNER, label=_("Lock system"), icon="key", permission=Permission.SET_LOCKS,
            settings="frontdesk:key_locks", waiting="frontdesk:keys?state=waiting",
            given_up="frontdesk:keys?state=waiting", counts=sending.QUEUE.counts(LINK, since=since),
            probe=LINK.probe(locks.TIMEOUT_SECONDS),
        )
    )  # fmt: skip
    register_partner(
        Partner(
            code=reporting.PARTNER, label=_("Police's system"), icon="shield", permission=Permission.SET_POLICE,
            settings="frontdesk:police_settings", waiting="frontdesk:police?tab=owed",
            given_up="frontdesk:police?tab=held", counts=_reports, probe=_ask_the_police,
        )
    )  # fmt: skip
