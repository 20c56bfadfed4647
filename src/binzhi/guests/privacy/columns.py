"""What the columns of a guest's copy are called: data is for programs, its names are not for the guest."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

NAMES: dict[str, Promise] = {
    "kind": pgettext_lazy("copy", "Kind"),
    "country": pgettext_lazy("copy", "Country"),
    "number": pgettext_lazy("copy", "Number"),
    "checked_at": pgettext_lazy("copy", "Checked"),
    "expires_on": pgettext_lazy("copy", "Valid until"),
    "purpose": pgettext_lazy("copy", "Purpose"),
    "answer": pgettext_lazy("copy", "Answer"),
    "channel": pgettext_lazy("copy", "How"),
    "language": pgettext_lazy("copy", "Language"),
    "text_version": pgettext_lazy("copy", "Version of the words"),
    "text": pgettext_lazy("copy", "Words"),
    "at": pgettext_lazy("copy", "Time"),
    "what": pgettext_lazy("copy", "What"),
    "name": pgettext_lazy("copy", "Name"),
    "name_en": pgettext_lazy("copy", "Name in Latin letters"),
    "sex": pgettext_lazy("copy", "Sex"),
    "birth_date": pgettext_lazy("copy", "Born"),
    "nationality": pgettext_lazy("copy", "Nationality"),
    "email": pgettext_lazy("copy", "E-mail"),
    "phone": pgettext_lazy("copy", "Phone"),
    "organisation": pgettext_lazy("copy", "Organisation"),
    "note": pgettext_lazy("copy", "Note"),
    "stays": pgettext_lazy("copy", "Stays"),
    "last_stay_on": pgettext_lazy("copy", "Last stay"),
    "created_at": pgettext_lazy("copy", "Written"),
    "hotel": pgettext_lazy("copy", "Hotel"),
    "status": pgettext_lazy("copy", "State"),
    "state": pgettext_lazy("copy", "State"),
    "arrival": pgettext_lazy("copy", "Arrival"),
    "departure": pgettext_lazy("copy", "Departure"),
    "room": pgettext_lazy("copy", "Room"),
    "room_type": pgettext_lazy("copy", "Room type"),
    "remarks": pgettext_lazy("copy", "Remarks"),
    "booker_name": pgettext_lazy("copy", "Booked by"),
    "description": pgettext_lazy("copy", "Booked as"),
    "amount": pgettext_lazy("copy", "Amount"),
    "business_date": pgettext_lazy("copy", "Hotel day"),
    "field": pgettext_lazy("copy", "Field"),
    "value": pgettext_lazy("copy", "Value"),
    "noted_at": pgettext_lazy("copy", "Noted"),
    "label": pgettext_lazy("copy", "About"),
    "reason": pgettext_lazy("copy", "Reason"),
    "asked_at": pgettext_lazy("copy", "Asked"),
    "done_at": pgettext_lazy("copy", "Done"),
}


def name_of(column: str) -> str:
    """As a reader would call it; a column nobody named yet by its own name."""
    found = NAMES.get(column)
    return column.replace("_", " ") if found is None else str(found)
