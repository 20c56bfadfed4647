"""Refusals of the cashier's shift and of companies' accounts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from binzhi.kernel.errors import Conflict, DomainError, InvalidInput

# ---------------------------------------------------------------- shifts


class NoOpenShift(DomainError):
    """This hotel takes money only within a shift, and the one who takes it has none open."""

    code = "no_open_shift"
    message = _("Open your shift first: money is taken within a shift. What you entered is kept.")


class TillTaken(Conflict):
    code = "till_taken"
    field = "till"
    message = _("Somebody else has a shift open at this till.")


class ShiftOpenAlready(Conflict):
    code = "shift_open_already"
    field = "till"
    message = _("You have a shift open already.")


class ShiftClosed(Conflict):
    code = "shift_closed"
    message = _("This shift is closed.")


class UnknownTill(InvalidInput):
    code = "unknown_till"
    field = "till"
    message = _("Choose a till.")


class TillInUse(Conflict):
    code = "till_in_use"
    field = "is_active"
    message = _("A shift is open at this till: close it first.")


class CountMissing(InvalidInput):
    """Something was taken by this means, so it is counted: nothing counted is a count of nothing."""

    code = "count_missing"
    message = _("Count this too: something was taken by it. Enter 0 where there is nothing.")


class CountWrong(InvalidInput):
    code = "count_wrong"
    message = _("Enter what was counted: zero or more.")


class FaceUnknown(InvalidInput):
    code = "face_unknown"
    field = "pieces"
    message = _("There is no note or coin of %(face)s.")


class DropTooLarge(DomainError):
    """How much there should be is not told: the count at the end is blind."""

    code = "drop_too_large"
    field = "amount"
    message = _("The drawer does not hold as much.")


class SuccessorCannot(DomainError):
    """Who takes over is another colleague who may take payments and has no shift open."""

    code = "successor_cannot"
    field = "successor"
    message = _("Only a colleague who may take payments, and is not you, can take over.")


class SuccessorBusy(Conflict):
    code = "successor_busy"
    field = "successor"
    message = _("This colleague has a shift open at another till.")


class SignatureWrong(InvalidInput):
    code = "signature_wrong"
    field = "password"
    message = _("Sign-in name and password do not fit.")


class TooManySignatures(InvalidInput):
    code = "too_many_signatures"
    field = "password"
    message = _("Too many wrong passwords. Wait five minutes.")


# ---------------------------------------------------------------- companies' accounts


class NotOnAccount(InvalidInput):
    code = "not_on_account"
    field = "items"
    message = _("This does not stand on the company's account.")


class MoreThanOpen(InvalidInput):
    code = "more_than_open"
    field = "items"
    message = _("Only %(amount)s of this item is open.")


class MoreThanReceived(InvalidInput):
    code = "more_than_received"
    field = "items"
    message = _("Only %(amount)s of this payment is not used yet.")


class TakenBackAlready(Conflict):
    code = "taken_back_already"
    message = _("This was taken back already.")


class AllocatedFirst(Conflict):
    """A company paid for it: what paid it is taken back first."""

    code = "allocated_first"
    field = "amount"
    message = _("A company's payment is used for this. Take that back on the company's account first.")


class NothingOverdue(DomainError):
    code = "nothing_overdue"
    message = _("Nothing of this company is overdue.")


class OwnWriteOff(DomainError):
    code = "own_write_off"
    message = _("Who asked cannot approve: a second person decides.")


class TermsOutOfRange(InvalidInput):
    code = "terms_out_of_range"
    field = "days"
    message = _("Enter 0 to 365 days.")
