"""Outside partners as the house sees them: who they are, whether each answered when last asked, what waits for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from binzhi.kernel import db
from binzhi.kernel.operations import unit_of_work

LONGEST_TROUBLE = 60
TROUBLES = {
    "not_connected": gettext_lazy("no address is kept"),
    "key_refused": gettext_lazy("our key is refused"),
    "login_refused": gettext_lazy("our name or password is refused"),
    "HTTP 401": gettext_lazy("our key is refused"),
    "ConnectionRefusedError": gettext_lazy("nobody answers there"),
    "ConnectionResetError": gettext_lazy("the line broke before an answer"),
    "RemoteDisconnected": gettext_lazy("the line broke before an answer"),
    "TimeoutError": gettext_lazy("no answer in time"),
    "gaierror": gettext_lazy("this server does not exist"),
    "SSLCertVerificationError": gettext_lazy("its certificate is not trusted"),
    "not understood": gettext_lazy("its answer was not understood"),
}


def why(trouble: str) -> str:
    """Why it did not answer, in words; of an answer its code."""
    if not trouble or trouble in TROUBLES:
        return str(TROUBLES.get(trouble, ""))
    code = trouble.rpartition("_")[2].removeprefix("HTTP ")
    return _("it answered %(code)s") % {"code": code if code.isdigit() else trouble}


@dataclass(frozen=True, slots=True)
class Counts:
    """Is it connected, how much waits for it, and how much for a person: sent back, given up, unanswered for long."""

    connected: bool = False
    waiting: int = 0
    given_up: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """What a context says of a partner of its own, from AppConfig.ready; addresses are names, with a query perhaps.

    `probe` asks without doing anything: it raises `calls.Unanswered` or `calls.NotTaken`. Who sets it up may try it.
    """

    code: str
    label: str | Promise
    icon: str
    permission: str
    settings: str
    waiting: str
    given_up: str
    counts: Callable[[int], Counts]
    probe: Callable[[int], None]


PARTNERS: dict[str, Partner] = {}


def register_partner(partner: Partner) -> None:
    """Show it among the outside partners."""
    PARTNERS[partner.code] = partner


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerState:
    """A partner now. `trouble` is a code: why it did not answer when it was last asked; empty: it did."""

    partner: Partner
    counts: Counts
    tried_at: datetime | None = None
    answered_at: datetime | None = None
    trouble: str = ""

    @property
    def why(self) -> str:
        return why(self.trouble)


_NOTE = """
INSERT INTO kernel_partner_try (hotel_id, partner, tried_at, trouble, answered_at)
SELECT x.hotel, x.partner, %(now)s, x.trouble, CASE WHEN x.trouble = '' THEN %(now)s::timestamptz END
FROM unnest(%(hotels)s::bigint[], %(partners)s::text[], %(troubles)s::text[]) AS x (hotel, partner, trouble)
ORDER BY x.hotel, x.partner
ON CONFLICT (hotel_id, partner) DO UPDATE SET tried_at = excluded.tried_at, trouble = excluded.trouble,
    answered_at = coalesce(excluded.answered_at, kernel_partner_try.answered_at)
WHERE kernel_partner_try.tried_at <= excluded.tried_at
"""
_STATES = "SELECT partner, tried_at, answered_at, trouble FROM kernel_partner_try WHERE hotel_id = %s"


def note_tries(tries: Mapping[tuple[int, str], str], *, now: datetime) -> None:
    """Whether partners answered: by hotel and partner, why not or empty. Bookkeeping in a transaction of its own."""
    if not tries:
        return
    with unit_of_work():
        db.execute(
            _NOTE,
            {
                "now": now, "hotels": [hotel for hotel, _code in tries], "partners": [code for _hotel, code in tries],
                "troubles": [trouble[:LONGEST_TROUBLE] for trouble in tries.values()],
            },
        )  # fmt: skip


def partner_states(*, hotel_id: int, only: str = "") -> list[PartnerState]:
    """All of them as they stand, or one; one statement, and one for each partner."""
    tried: dict[str, dict[str, Any]] = {row.pop("partner"): row for row in db.fetch_all(_STATES, [hotel_id])}
    return [
        PartnerState(partner=one, counts=one.counts(hotel_id), **tried.get(one.code, {}))
        for one in PARTNERS.values()
        if only in ("", one.code)
    ]
