"""Words of the guest file."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Sex(models.TextChoices):
    UNKNOWN = "", "—"
    MALE = "male", _("Male")
    FEMALE = "female", _("Female")


class DocumentKind(models.TextChoices):
    RESIDENT_ID = "resident_id", _("Resident ID card")
    PASSPORT = "passport", _("Passport")
    HK_MACAO = "hk_macao", _("Hong Kong/Macao permit")
    TAIWAN = "taiwan", _("Taiwan permit")
    HMT_RESIDENCE = "hmt_residence", _("Residence permit for Hong Kong, Macao and Taiwan residents")
    FOREIGNER_PR = "foreigner_pr", _("Foreigner's permanent residence card")
    OTHER = "other", _("Other document")


class OrganisationKind(models.TextChoices):
    COMPANY = "company", pgettext_lazy("organisation", "Company")
    AGENCY = "agency", _("Travel agency")


class RevealReason(models.TextChoices):
    """Why a masked value is looked at."""

    REGISTRATION = "registration", _("Checking the registration")
    POLICE = "police", _("Correcting a police report")
    GUEST = "guest", _("The guest asked for it")
    CONTACT = "contact", _("Reaching the guest")
    OTHER = "other", _("Other")


class PairState(models.TextChoices):
    """What was decided about two files that look like one person's."""

    OPEN = "open", _("Undecided")
    SAME = "same", _("Same person")
    DIFFERENT = "different", _("Not the same")


class ImportState(models.TextChoices):
    """Where an import of guest files stands."""

    SENT = "sent", _("Being read")
    READ = "read", _("Say what the columns are")
    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("Checked")
    RUNNING = "running", _("Being taken over")
    DONE = "done", _("Taken over")
    UNDOING = "undoing", _("Being taken back")
    UNDONE = "undone", _("Taken back")
    FAILED = "failed", _("Cannot be read")


class RowOutcome(models.TextChoices):
    """What became of a row of an import."""

    MADE = "made", _("New file")
    KNOWN = "known", _("Known already")
    REFUSED = "refused", _("Left out")
    UNDONE = "undone", _("Taken back")
    KEPT = "kept", _("In use, kept")


class ConsentAnswer(models.TextChoices):
    GIVEN = "given", _("Agreed")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Channel(models.TextChoices):
    """How a guest said it."""

    DESK = "desk", _("At the desk")
    PAPER = "paper", _("On paper")
    PHONE = "phone", _("By phone")
    MESSAGE = "message", _("By message or e-mail")
    WEB = "web", _("On the guest's page")


class RightsKind(models.TextChoices):
    EXPORT = "export", _("A copy of the data")
    ERASE = "erase", _("Erasure")
    RESTRICT = "restrict", _("Stop of use")


class RightsState(models.TextChoices):
    ASKED = "asked", _("Asked")
    WAITING = "waiting", _("Waits for the law")
    DONE = "done", _("Done")
    REFUSED = "refused", _("Not granted")


class AssessmentKind(models.TextChoices):
    WILLINGNESS = "willingness", _("Willingness")
    QUALITY = "quality", _("Quality")


class RelationshipLevel(models.TextChoices):
    """Three levels upwards and the two ends that nobody wants."""

    FACE_TO_FACE = "face_to_face", _("Face to face")
    CLOSE = "close", pgettext_lazy("relationship", "Close")
    PERSONAL = "personal", pgettext_lazy("relationship", "Personal")
    ESTRANGED = "estranged", _("Estranged")
    GUILT = "guilt", _("Feels obliged")


class ContactChannel(models.TextChoices):
    VISIT = "visit", pgettext_lazy("contact", "Visit")
    CALL = "call", pgettext_lazy("contact", "Call")
    MEAL = "meal", pgettext_lazy("contact", "Meal")
    GIFT = "gift", pgettext_lazy("contact", "Gift")
    LETTER = "letter", pgettext_lazy("contact", "Letter")


class ContactOutcome(models.TextChoices):
    GOOD = "good", pgettext_lazy("outcome", "Well received")
    NEUTRAL = "neutral", pgettext_lazy("outcome", "As usual")
    BAD = "bad", pgettext_lazy("outcome", "Something is wrong")
    UNREACHED = "unreached", pgettext_lazy("outcome", "Not reached")
