"""What a cashier says about where charges go: each one transaction, one right, one audit row, one event."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from binzhi.billing import corrections
from binzhi.billing.access import Permission
from binzhi.billing.corrections import Transferred
from binzhi.billing.events import RoutingRuleAdded, RoutingRuleChanged, RoutingRuleEnded
from binzhi.billing.routing import rules, splitting
from binzhi.billing.routing.rules import RuleInput
from binzhi.billing.routing.splitting import SplitInput
from binzhi.kernel.actor import Actor
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.property.queries import hotel_by_id

NOTE_LIMIT = 120


def _said(rule: RuleInput, account_id: int, target_id: int) -> dict[str, Any]:
    """A rule for the audit: codes, amounts and days, no names."""
    return {
        "account": account_id, "target": target_id, "codes": ",".join(rule.codes), "groups": ",".join(rule.groups),
        "percent": rule.percent, "limit": rule.amount_limit, "first": rule.first_date, "last": rule.last_date,
    }  # fmt: skip


@operation(Permission.ROUTE)
def add_routing_rule(
    *, hotel_id: int, folio_id: int, account_id: int, rule: RuleInput, actor: Actor, now: datetime
) -> int:
    """From now on send what the rule names to another window; what is posted already stays.

    Changes the bill's rules, and adds a window for a payee or company that has none. Locks the bill's accounts. Raises
    InvalidInput at codes, percent, amount_limit, last_date, target, payee or note, NotFound, FolioClosed, SameWindow,
    TooManyRules, TooManyWindows. Publishes RoutingRuleAdded. Not idempotent.
    """
    rule_id, target_id = rules.add(
        hotel_id=hotel_id, folio_id=folio_id, account_id=account_id, rule=rule, currency=hotel_by_id(hotel_id).currency,
        user_id=actor.user_id, now=now,
    )  # fmt: skip
    record(
        RoutingRuleAdded.topic, subject="folio", subject_id=folio_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"rule": rule_id, **_said(rule, account_id, target_id)},
        event=RoutingRuleAdded(folio_id=folio_id, rule_id=rule_id),
    )  # fmt: skip
    return rule_id


@operation(Permission.ROUTE)
def end_routing_rule(*, hotel_id: int, folio_id: int, rule_id: int, reason: str, actor: Actor, now: datetime) -> None:
    """Send nothing by this rule from now on.

    Changes the rule. Locks it. Raises InvalidInput at reason, NotFound, RuleEnded. Publishes RoutingRuleEnded. A second
    call is refused.
    """
    reason = clean_text(reason, field="reason", limit=NOTE_LIMIT)
    rules.end(hotel_id=hotel_id, folio_id=folio_id, rule_id=rule_id, user_id=actor.user_id, now=now)
    record(
        RoutingRuleEnded.topic, subject="folio", subject_id=folio_id, hotel_id=hotel_id, actor=actor, now=now,
        before={"rule": rule_id}, after={"ended": True}, reason=reason,
        event=RoutingRuleEnded(folio_id=folio_id, rule_id=rule_id),
    )  # fmt: skip


@operation(Permission.ROUTE)
def change_routing_rule(
    *, hotel_id: int, folio_id: int, rule_id: int, rule: RuleInput, actor: Actor, now: datetime
) -> int:
    """Let another rule take the place of one from now on; what it sent stays sent and counts for the old one.

    Changes the bill's rules. Locks the rule and the bill's accounts. Raises what `add_routing_rule` and
    `end_routing_rule` raise. Publishes RoutingRuleChanged. A second call is refused.
    """
    account_id = rules.end(hotel_id=hotel_id, folio_id=folio_id, rule_id=rule_id, user_id=actor.user_id, now=now)
    new_id, target_id = rules.add(
        hotel_id=hotel_id, folio_id=folio_id, account_id=account_id, rule=rule, currency=hotel_by_id(hotel_id).currency,
        user_id=actor.user_id, now=now,
    )  # fmt: skip
    record(
        RoutingRuleChanged.topic, subject="folio", subject_id=folio_id, hotel_id=hotel_id, actor=actor, now=now,
        before={"rule": rule_id}, after={"rule": new_id, **_said(rule, account_id, target_id)},
        event=RoutingRuleChanged(folio_id=folio_id, rule_id=new_id, old_rule_id=rule_id),
    )  # fmt: skip
    return new_id


@operation(Permission.TRANSFER)
def split_charges(
    *, hotel_id: int, source_id: int, target_id: int, split: SplitInput, reason: str = "", exceed_limit: bool = False,
    actor: Actor, now: datetime,
) -> Transferred:  # fmt: skip
    """Move a part of what stands in a window to another: of some items, of some days, a share or an amount.

    Changes both windows. Locks them, and the credit of a company that pays. Raises InvalidInput at amount, percent,
    last_date or reason, NotFound, SameWindow, NothingToSplit, FolioClosed, CreditLimitExceeded (unless `exceed_limit`
    by who may). Publishes ChargesTransferred. Not idempotent.
    """
    reason = clean_text(reason, field="reason", limit=NOTE_LIMIT)
    moved = splitting.split(
        hotel_id=hotel_id, source_id=source_id, target_id=target_id, split=split, reason=reason,
        currency=hotel_by_id(hotel_id).currency, user_id=actor.user_id, now=now,
    )  # fmt: skip
    corrections.record_transfer(
        moved, hotel_id=hotel_id, source_id=source_id, target_id=target_id, reason=reason, exceed_limit=exceed_limit,
        actor=actor, now=now,
    )  # fmt: skip
    return moved
