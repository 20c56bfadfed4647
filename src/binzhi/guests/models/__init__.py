"""The tables of this context."""

from binzhi.guests.models.files import Guest, GuestDocument, Organisation, Reveal
from binzhi.guests.models.importing import Import, ImportPart, ImportProfile, ImportRow
from binzhi.guests.models.merging import DuplicatePair, Merge, MergedField, MergedRow

__all__ = [
    "DuplicatePair", "Guest", "GuestDocument", "Import", "ImportPart", "ImportProfile", "ImportRow", "Merge",
    "MergedField", "MergedRow", "Organisation", "Reveal",
]  # fmt: skip
