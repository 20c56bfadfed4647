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


class ConsentMissing(Conflict):
    """The guest has not agreed that this is kept; `field` names it."""

    code = "consent_missing"
    message = _("This may be kept only after the guest has agreed to it.")

    def __init__(self, *, field: str) -> None:
        self.field = field
        super().__init__(field=field)


class OwnProposal(Conflict):
    """Who proposed a blacklisting cannot agree to it."""

    code = "own_proposal"
    message = _("A second person has to decide: you proposed it yourself.")


class AlreadyDecided(Conflict):
    code = "already_decided"
    message = _("This has been decided meanwhile.")


class FileMerged(Conflict):
    """The file was found to be another file's person; `guest_id` names the one that stayed."""

    code = "file_merged"
    message = _("This file was joined with another one meanwhile. Open that one.")

    def __init__(self, *, guest_id: int) -> None:
        self.guest_id = guest_id
        super().__init__(guest_id=guest_id)


class TwoPersons(Conflict):
    code = "two_persons"
    message = _("Both files hold an ID card, and the numbers differ: these are two people.")


class NotUndoable(Conflict):
    code = "not_undoable"
    message = _("Take the later merge apart first: this file was itself joined with another.")


class ImportNotReady(Conflict):
    code = "import_not_ready"
    message = _("The import is not at this step.")


class FileNotRead(InvalidInput):
    code = "file_not_read"
    field = "file"
    message = _("This file cannot be read as a table. Use CSV, XLSX or XLS.")


class FileTooLarge(InvalidInput):
    code = "file_too_large"
    field = "file"
    message = _("The file is too large: at most %(megabytes)s MB, unpacked too.")


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


class FileClosed(Conflict):
    """The use of the file has stopped at the guest's wish, or it is empty."""

    code = "file_closed"
    message = _("The use of this file has stopped at the guest's wish.")
