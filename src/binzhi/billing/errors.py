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


# ---------------------------------------------------------------- routing and splitting


class PercentOutOfRange(InvalidInput):
    code = "percent_out_of_range"
    field = "percent"
    message = _("Enter a share above 0 and up to 100 per cent.")


class DaysOutOfOrder(InvalidInput):
    code = "days_out_of_order"
    field = "last_date"
    message = _("The last day lies before the first.")


class TargetRequired(InvalidInput):
    code = "target_required"
    field = "target"
    message = _("Choose the window, the bill or the company that takes it.")


class TooManyRules(DomainError):
    code = "too_many_rules"
    message = _("A window has at most %(limit)s routing rules.")


class RuleEnded(Conflict):
    code = "rule_ended"
    message = _("This rule has ended already.")


class NothingToSplit(DomainError):
    """No charge that stands in the window is of these codes and days."""

    code = "nothing_to_split"
    field = "codes"
    message = _("No charge in this window fits these items and days.")


class SplitTooLarge(InvalidInput):
    code = "split_too_large"
    field = "amount"
    message = _("The charges that fit come to %(amount)s.")


class ShareRequired(InvalidInput):
    code = "share_required"
    field = "amount"
    message = _("Enter an amount or a share, not both.")


# ---------------------------------------------------------------- the counter


class AdjustmentTooLarge(InvalidInput):
    code = "adjustment_too_large"
    field = "amount"
    message = _("At most %(amount)s of this charge stands in this window.")


class NotACharge(InvalidInput):
    code = "not_a_charge"
    field = "transaction"
    message = _("Choose the charge to lower.")


class PaidTooMuch(DomainError):
    """More than the window owes, and nobody said that it is paid ahead."""

    code = "paid_too_much"
    field = "amount"
    message = _("The window owes %(amount)s. For more, say that it is paid ahead, or take a deposit.")


class OwnApproval(DomainError):
    code = "own_approval"
    message = _("Who asked cannot approve: a second person decides.")


class BeyondAuthority(DomainError):
    code = "beyond_authority"
    field = "amount"
    message = _("Your post may decide about %(limit)s at most.")


class AlreadyDecided(Conflict):
    code = "already_decided"
    message = _("This has been decided already.")


class CompanyCannotPayOut(InvalidInput):
    code = "paid_out_by_company"
    field = "means"
    message = _("Choose a means of payment.")


class NoCurrencyRate(InvalidInput):
    code = "no_currency_rate"
    field = "currency"
    message = _("No rate is set for %(currency)s.")


class ForeignTooSmall(InvalidInput):
    code = "foreign_too_small"
    field = "amount"
    message = _("This cash is worth %(value)s: not enough for the amount.")


class UnknownItem(InvalidInput):
    code = "unknown_item"
    field = "item"
    message = _("Choose what was damaged.")


class LateChargeTooLate(DomainError):
    code = "late_charge_too_late"
    message = _("The bill was closed more than %(days)s days ago; a late charge needs the right to reverse.")


class NumberTaken(InvalidInput):
    code = "number_taken"
    field = "number"
    message = _("This number is taken.")


# ---------------------------------------------------------------- invoices


class BuyerRequired(InvalidInput):
    code = "buyer_required"
    field = "buyer_name"
    message = _("Enter who is invoiced.")


class TaxNumberRequired(InvalidInput):
    code = "tax_number_required"
    field = "tax_no"
    message = _("A company needs its tax number; a special invoice is for companies only.")


class TaxNumberWrong(InvalidInput):
    code = "tax_number_wrong"
    field = "tax_no"
    message = _("A tax number has 15 to 20 capital letters and digits.")


class NotInGbk(InvalidInput):
    code = "not_in_gbk"
    message = _("“%(letter)s” cannot stand on an e-invoice (it is not in GBK).")


class TooManyBytes(InvalidInput):
    code = "too_many_bytes"
    message = _("An e-invoice takes %(limit)s bytes here (a Chinese character is two); this is %(size)s.")


class SellerMissing(DomainError):
    code = "seller_missing"
    message = _("The hotel's own data for invoices are not entered yet.")


class NothingToInvoice(DomainError):
    """Nothing that is charged and paid is left; a deposit counts when it is used."""

    code = "nothing_to_invoice"
    field = "amount"
    message = _("Nothing is left to invoice: a window is invoiced as far as it was paid. Deposits count once used.")


class MoreThanCharged(InvalidInput):
    code = "more_than_charged"
    field = "amount"
    message = _("At most %(amount)s of this window can be invoiced.")


class MoreThanPaid(InvalidInput):
    code = "more_than_paid"
    field = "amount"
    message = _("Only %(amount)s was paid and is not invoiced yet.")


class NotRedable(DomainError):
    code = "not_redable"
    message = _("Only an issued invoice is taken back, once.")


class InvoiceNotWaiting(Conflict):
    code = "invoice_not_waiting"
    message = _("This invoice is issued or refused already.")


class RedInvoiceFirst(DomainError):
    """The payment is invoiced: the buyer holds a paper for it."""

    code = "red_invoice_first"
    field = "amount"
    message = _("This was invoiced: take the invoice back with a red one first.")


class UnsafeAddress(InvalidInput):
    code = "unsafe_address"
    field = "provider_url"
    message = _("Enter an address that begins with https:// (http:// only on this machine).")
