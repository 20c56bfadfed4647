"""Refusals of the ledger, each a sentence a cashier can act on."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from binzhi.kernel.errors import Conflict, DomainError, InvalidInput


class AmountNotPositive(InvalidInput):
    code = "amount_not_positive"
    field = "amount"
    message = _("Enter an amount above zero.")


class AmountTooFine(InvalidInput):
    """More decimals than the currency has: it is not rounded, it is asked again."""

    code = "amount_too_fine"
    field = "amount"
    message = _("%(currency)s has %(digits)s decimals; this amount has more.")


class AmountTooLarge(InvalidInput):
    code = "amount_too_large"
    field = "amount"
    message = _("This amount is larger than one posting can be (9,999,999,999.99).")


class QuantityNotPositive(InvalidInput):
    code = "quantity_not_positive"
    field = "quantity"
    message = _("Enter a quantity from 1 to 9,999.")


class CurrencyMismatch(InvalidInput):
    code = "currency_mismatch"
    field = "currency"
    message = _("This hotel keeps its books in %(expected)s, not in %(given)s.")


class UnknownChargeCode(InvalidInput):
    code = "unknown_charge_code"
    field = "charge_code"
    message = _("There is no charge code %(charge_code)s.")


class UnknownMeans(InvalidInput):
    code = "unknown_means"
    field = "means"
    message = _("Choose a means of payment.")


class CompanyRequired(InvalidInput):
    """A company account pays, and nobody said which."""

    code = "company_required"
    field = "organisation"
    message = _("Choose the company that is billed.")


class ReasonRequired(InvalidInput):
    code = "reason_required"
    field = "reason"
    message = _("Say why.")


class NothingSelected(InvalidInput):
    code = "nothing_selected"
    field = "transactions"
    message = _("Select at least one charge.")


class BusinessDayClosed(Conflict):
    """The night audit closed the day that the posting was meant for."""

    code = "business_day_closed"
    message = _("The hotel day has been closed by the night audit. Please post again: it goes to the new day.")


class FolioClosed(Conflict):
    code = "folio_closed"
    message = _("This bill is closed. Reopen it to post to it.")


class FolioOpen(Conflict):
    code = "folio_open"
    message = _("This bill is open already.")


class FolioNotSettled(DomainError):
    code = "folio_not_settled"
    field = "balance"
    message = _("Window %(window)s is not settled: its balance is %(balance)s.")


class DepositHeld(DomainError):
    code = "deposit_still_held"
    field = "deposit"
    message = _("A deposit of %(amount)s is still held. Use it for the bill or return it first.")


class AlreadyPosted(Conflict):
    """The thing a posting stands for was posted before; nothing was posted now."""

    code = "already_posted"
    message = _("This has been posted already.")


class AlreadyReversed(Conflict):
    code = "already_reversed"
    message = _("This posting has been reversed already.")


class NotReversible(DomainError):
    code = "not_reversible"
    message = _("A reversal is not reversed again: post anew instead.")


class PartlyUsed(Conflict):
    """Something was built on the posting: the charge was moved, the payment partly refunded."""

    code = "partly_used"
    message = _("Part of this was moved or refunded since. Reverse that first.")


class NotTransferable(InvalidInput):
    code = "not_transferable"
    field = "transactions"
    message = _("Only charges that still stand in this window can be moved.")


class TransferTooLarge(InvalidInput):
    code = "transfer_too_large"
    field = "amount"
    message = _("At most %(amount)s of this charge stands in this window.")


class SameWindow(InvalidInput):
    code = "same_window"
    field = "target"
    message = _("Choose another window to move to.")


class RefundTooLarge(DomainError):
    """More than was paid less what was given back."""

    code = "refund_too_large"
    field = "amount"
    message = _("At most %(amount)s of this payment can be refunded.")


class NotAPayment(DomainError):
    code = "not_a_payment"
    field = "payment"
    message = _("Choose the payment to refund.")


class MoreThanOwed(DomainError):
    """A company takes over what is owed, not more."""

    code = "more_than_owed"
    field = "amount"
    message = _("The window owes %(amount)s; a company cannot take over more.")


class DepositTooSmall(DomainError):
    code = "deposit_too_small"
    field = "amount"
    message = _("The deposit held is smaller than this.")


class CreditLimitExceeded(DomainError):
    code = "credit_limit_exceeded"
    field = "amount"
    message = _("The company's credit limit of %(limit)s would be exceeded; %(left)s is left.")


class TooManyWindows(DomainError):
    code = "too_many_windows"
    message = _("A bill has at most %(limit)s windows.")
