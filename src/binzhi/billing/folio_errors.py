"""Refusals of the folio's rules, the counter and the invoices."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from binzhi.kernel.errors import Conflict, DomainError, InvalidInput

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


class NothingOwed(Conflict):
    code = "nothing_owed"
    message = _("Nothing is owed any more.")


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


# ---------------------------------------------------------------- pre-authorisations


class HoldOpen(DomainError):
    code = "hold_open"
    message = _("A pre-authorisation is still held for this bill. Take what is owed from it, or release it.")


class AcquirerMissing(InvalidInput):
    code = "acquirer_missing"
    field = "auth_code"
    message = _("No bank is connected: do it at the terminal and enter the authorisation code of its slip.")


class DoneByHand(InvalidInput):
    """Half by hand, half by wire would do it twice, or not at all."""

    code = "done_by_hand"
    field = "auth_code"
    message = _("This was begun the other way: go on by hand with a code, or by wire without one.")


class AuthCodeWrong(InvalidInput):
    code = "auth_code_wrong"
    field = "auth_code"
    message = _("An authorisation code has 4 to 12 letters and digits.")


class CardTailWrong(InvalidInput):
    code = "card_tail_wrong"
    field = "card_tail"
    message = _("Enter the last four digits of the card, no more.")


class CardNumberTyped(InvalidInput):
    """A whole card number is kept nowhere in the house."""

    code = "card_number_typed"
    message = _("This looks like a whole card number. Write its last four digits only.")


class HoldNotHeld(Conflict):
    code = "hold_not_held"
    message = _("Nothing is held here any more.")


class HoldBusy(Conflict):
    """What became of the last request is not known yet."""

    code = "hold_busy"
    message = _("The bank has not answered the last request yet. Wait, ask again, or give it up.")


class HoldTooSmall(InvalidInput):
    code = "hold_too_small"
    field = "amount"
    message = _("At most %(amount)s is held.")


class HoldStepAnswered(Conflict):
    code = "hold_step_answered"
    message = _("The bank has answered already.")


class HoldNotTaken(DomainError):
    code = "hold_not_taken"
    message = _("The bank has taken nothing of this pre-authorisation that it could give back.")


class RefundThroughBank(DomainError):
    """The books alone would say that the guest has his money back."""

    code = "refund_through_bank"
    field = "payment"
    message = _("The bank took this from a pre-authorisation: refund it there, and the bank gives it back.")


class WholeDays(InvalidInput):
    code = "whole_days"
    message = _("Enter a number of days from %(least)s to %(most)s.")
