"""Refusals of this context."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from binzhi.kernel.errors import Conflict, Forbidden, InvalidInput


class DuplicateDocument(Conflict):
    """The document is in another file: most likely the same person twice. `guest_id` names that file."""

    code = "duplicate_document"
    field = "number"
    message = _("This document is in the file of %(name)s already. Is it the same person?")

    def __init__(self, *, guest_id: int, name: str) -> None:
        self.guest_id = guest_id
        super().__init__(name=name, guest_id=guest_id)


class OrganisationCodeTaken(Conflict):
    code = "organisation_code_taken"
    field = "code"
    message = _("The code %(code)s is in use.")


class PhoneNotValid(InvalidInput):
    code = "phone_not_valid"
    field = "phone"
    message = _("This is not a phone number. Foreign numbers start with + and the country code.")


class DocumentNotValid(InvalidInput):
    code = "document_not_valid"
    field = "number"
    message = _("This is not a valid document number.")


class DocumentExpired(InvalidInput):
    code = "document_expired"
    field = "expires_on"
    message = _("This document expired on %(on)s.")


class NothingNoted(InvalidInput):
    code = "nothing_noted"
    field = "chips"
    message = _("Press what you saw, write a line, or take a photo.")


class NotYourObservation(Forbidden):
    """Only who noted it takes it back, or who confirms preferences."""

    code = "not_your_observation"
    message = _("Somebody else noted this; a supervisor can take it back.")


class ChipCodeTaken(Conflict):
    code = "chip_code_taken"
    field = "code"
    message = _("The code %(code)s is in use.")
