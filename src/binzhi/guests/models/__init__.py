"""The tables of this context."""

from binzhi.guests.models.files import Guest, GuestDocument, Organisation, Reveal

__all__ = ["Guest", "GuestDocument", "Organisation", "Reveal"]
