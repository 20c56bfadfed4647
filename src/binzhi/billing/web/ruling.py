"""The rules of a bill in words."""

from __future__ import annotations

from dataclasses import dataclass

from binzhi.billing.queries import charge_codes
from binzhi.billing.routing.queries import RuleRow, rules_of
from binzhi.billing.web.actions import Desk
from binzhi.billing.web.forms import GROUPS


@dataclass(frozen=True, slots=True)
class RuleShown:
    """A rule and what it is about, in the words of the clerk."""

    row: RuleRow
    what: str

    @property
    def window(self) -> int:
        return self.row.window

    @property
    def target_window(self) -> int:
        return self.row.target_window

    @property
    def target_folio(self) -> str:
        return self.row.target_folio

    @property
    def payee(self) -> str:
        return self.row.payee


def rules_shown(desk: Desk) -> list[RuleShown]:
    """The open rules of the bill; the names of items are read only when a rule names one."""
    rows = rules_of(folio_id=desk.folio.pk)
    names = (
        {code.code: code.label for code in charge_codes(hotel_id=desk.hotel.pk)}
        if any(row.codes for row in rows)
        else {}
    )
    return [
        RuleShown(row, ", ".join([*(str(GROUPS.get(g, g)) for g in row.groups), *(names.get(c, c) for c in row.codes)]))
        for row in rows
    ]
