"""A twin hotel's bills: a rule, another window, and what else can be named by an id."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from binzhi.billing.routing.rules import RuleInput
from binzhi.billing.routing.services import add_routing_rule
from binzhi.billing.routing.splitting import SplitInput
from binzhi.billing.services import post_charge
from tests.factories import NOW, SYSTEM, TestHotel

_R = "binzhi.billing.routing.services"
_RULE = RuleInput(payee="同住人")
OWN: dict[str, dict[str, Any]] = {
    f"{_R}.split_charges": {"split": SplitInput(percent=Decimal(50))},
    f"{_R}.add_routing_rule": {"rule": _RULE},
    f"{_R}.change_routing_rule": {"rule": _RULE},
}
ID_OF: dict[tuple[str, str], str] = {}


def furnish(*, hotel: TestHotel, ids: dict[str, Any]) -> None:
    """On the bill of the guest who is in the house."""
    what: dict[str, Any] = {"hotel_id": hotel.pk, "actor": SYSTEM, "now": NOW}
    rule = RuleInput(codes=["3020"], target_id=ids["target_id"])
    ids["rule_id"] = add_routing_rule(folio_id=ids["folio_id"], account_id=ids["account_id"], rule=rule, **what)
    post_charge(account_id=ids["account_id"], charge_code="3020", amount=Decimal(30), **what)
