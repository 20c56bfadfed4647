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
