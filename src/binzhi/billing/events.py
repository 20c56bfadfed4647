"""What happened to money, told to the contexts above. Ids and amounts only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from binzhi.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class FolioEvent(Event):
    """A posting to a bill: what it was is said by the topic."""

    folio_id: int | None
    transaction_id: int
    business_date: date
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargePosted(FolioEvent):
    topic: ClassVar[str] = "folio.charge_posted"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentTaken(FolioEvent):
    topic: ClassVar[str] = "folio.payment_taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRefunded(FolioEvent):
    topic: ClassVar[str] = "folio.payment_refunded"


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositTaken(FolioEvent):
    topic: ClassVar[str] = "folio.deposit_taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositUsed(FolioEvent):
    topic: ClassVar[str] = "folio.deposit_used"


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositRefunded(FolioEvent):
    topic: ClassVar[str] = "folio.deposit_refunded"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionReversed(FolioEvent):
    """`reversed_id` is the posting that was taken back."""

    topic: ClassVar[str] = "folio.transaction_reversed"
    reversed_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargesTransferred(Event):
    """`transaction_ids` is a comma-separated list of the transfers made."""

    topic: ClassVar[str] = "folio.charges_transferred"
    folio_id: int
    to_folio_id: int
    transaction_ids: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowAdded(Event):
    topic: ClassVar[str] = "folio.window_added"
    folio_id: int
    window: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FolioClosed(Event):
    topic: ClassVar[str] = "folio.closed"
    folio_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FolioReopened(Event):
    topic: ClassVar[str] = "folio.reopened"
    folio_id: int


# ---------------------------------------------------------------- routing


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingRuleAdded(Event):
    topic: ClassVar[str] = "folio.routing_rule_added"
    folio_id: int
    rule_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingRuleEnded(Event):
    topic: ClassVar[str] = "folio.routing_rule_ended"
    folio_id: int
    rule_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingRuleChanged(Event):
    """One rule ended and another began in its place."""

    topic: ClassVar[str] = "folio.routing_rule_changed"
    folio_id: int
    rule_id: int
    old_rule_id: int


# ---------------------------------------------------------------- the counter


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeAdjusted(FolioEvent):
    topic: ClassVar[str] = "folio.charge_adjusted"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidOut(FolioEvent):
    topic: ClassVar[str] = "folio.paid_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignCashTaken(FolioEvent):
    topic: ClassVar[str] = "folio.foreign_cash_taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompensationCharged(FolioEvent):
    topic: ClassVar[str] = "folio.compensation_charged"


@dataclass(frozen=True, slots=True, kw_only=True)
class LateChargePosted(FolioEvent):
    topic: ClassVar[str] = "folio.late_charge_posted"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalAsked(Event):
    topic: ClassVar[str] = "folio.approval_asked"
    folio_id: int
    approval_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalDecided(Event):
    topic: ClassVar[str] = "folio.approval_decided"
    folio_id: int
    approval_id: int
    approved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseAccountOpened(Event):
    topic: ClassVar[str] = "folio.house_account_opened"
    folio_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterSettingChanged(Event):
    """`what` is one of authority, rate, compensation, late_fee, days."""

    topic: ClassVar[str] = "billing.counter_setting_changed"
    what: str


# ---------------------------------------------------------------- invoices


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceRequested(Event):
    topic: ClassVar[str] = "folio.invoice_requested"
    folio_id: int
    invoice_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceTried(Event):
    """The provider was asked: `state` is asked (away), sent (waits there), issued or refused."""

    topic: ClassVar[str] = "folio.invoice_tried"
    folio_id: int
    invoice_id: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceSettingChanged(Event):
    topic: ClassVar[str] = "billing.invoice_setting_changed"
    what: str


# ---------------------------------------------------------------- cashier shifts


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftOpened(Event):
    topic: ClassVar[str] = "cashier.shift_opened"
    shift_id: int
    till_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftEnded(Event):
    """`next_shift_id` is the shift of who took the till over."""

    topic: ClassVar[str] = "cashier.shift_closed"
    shift_id: int
    till_id: int
    next_shift_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CashDropped(Event):
    topic: ClassVar[str] = "cashier.cash_dropped"
    shift_id: int
    transaction_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CashierSettingChanged(Event):
    """`what` is till or must_be_open."""

    topic: ClassVar[str] = "billing.cashier_setting_changed"
    what: str


# ---------------------------------------------------------------- companies' accounts


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyPaid(Event):
    topic: ClassVar[str] = "receivable.received"
    organisation_id: int
    transaction_id: int
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocated(Event):
    topic: ClassVar[str] = "receivable.allocated"
    organisation_id: int
    credit_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationTakenBack(Event):
    topic: ClassVar[str] = "receivable.allocation_taken_back"
    organisation_id: int
    allocation_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyReminded(Event):
    topic: ClassVar[str] = "receivable.reminded"
    organisation_id: int
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOffAsked(Event):
    topic: ClassVar[str] = "receivable.write_off_asked"
    organisation_id: int
    write_off_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOffDecided(Event):
    topic: ClassVar[str] = "receivable.write_off_decided"
    organisation_id: int
    write_off_id: int
    approved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyTermsChanged(Event):
    topic: ClassVar[str] = "receivable.terms_changed"
    organisation_id: int


# ---------------------------------------------------------------- pre-authorisations


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldAsked(Event):
    """The acquirer is to be asked: `kind` is hold, extend, capture, release or refund."""

    topic: ClassVar[str] = "folio.hold_asked"
    folio_id: int
    hold_id: int
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldAnswered(Event):
    """What became of it: `state` is done, refused, given_up or unknown (nobody answered)."""

    topic: ClassVar[str] = "folio.hold_answered"
    folio_id: int
    hold_id: int
    kind: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldExpired(Event):
    topic: ClassVar[str] = "folio.hold_expired"
    folio_id: int
    hold_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AcquirerSet(Event):
    topic: ClassVar[str] = "billing.acquirer_set"
    hotel_id: int
