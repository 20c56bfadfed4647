"""The tables of this context."""

from binzhi.guests.models.files import Guest, GuestDocument, Organisation, Reveal
from binzhi.guests.models.profile import (
    Contact,
    OrganisationValue,
    ProfileSwitch,
    ProfileValue,
    Relation,
    Warning,
)

__all__ = [
    "Contact",
    "Guest",
    "GuestDocument",
    "Organisation",
    "OrganisationValue",
    "ProfileSwitch",
    "ProfileValue",
    "Relation",
    "Reveal",
    "Warning",
]
