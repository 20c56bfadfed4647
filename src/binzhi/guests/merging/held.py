"""The tables of this context whose rows are a guest's, as far as files, documents and merges go."""

from __future__ import annotations

from datetime import datetime

from binzhi.guests.files import phone_place
from binzhi.guests.holdings import Holding, register_holding
from binzhi.guests.rotation import register_sealed
from binzhi.kernel import db


def register() -> None:
    register_holding(Holding(table="guests_guestdocument"))
    # A file that was joined into this one goes along when this one is joined into another.
    register_holding(Holding(table="guests_guest", column="merged_into_id"))
    # What was looked at, decided and done once is told of the file it was done to.
    register_holding(Holding(table="guests_reveal", moves=False))
    for table, column in (
        ("guests_merge", "survivor_id"), ("guests_merge", "merged_id"), ("guests_duplicatepair", "first_id"),
        ("guests_duplicatepair", "second_id"),
    ):  # fmt: skip
        register_holding(Holding(table=table, column=column, moves=False))
    register_holding(Holding(table="guests_mergedfield", moves=False, erase=_forget_fields))
    register_sealed("guests_mergedfield", "before_sealed", _place)


def _place(row_id: int) -> str:
    """An earlier phone is still bound to the file it stood in, so that it goes back as it was."""
    return phone_place(db.fetch_value("SELECT guest_id FROM guests_mergedfield WHERE id = %s", [row_id]))


def _forget_fields(guest_id: int, now: datetime) -> int:
    """Earlier names and phones are forgotten: the merge stands, and taken apart it gives these fields back no more."""
    return db.execute("DELETE FROM guests_mergedfield WHERE guest_id = %s", [guest_id])
