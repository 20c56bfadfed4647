"""Refusals of this context."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from binzhi.kernel.errors import Conflict, InvalidInput


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


class FileClosed(Conflict):
    """The use of the file has stopped at the guest's wish, or it is empty."""

    code = "file_closed"
    message = _("The use of this file has stopped at the guest's wish.")
