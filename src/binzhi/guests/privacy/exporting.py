"""A guest's own copy: everything that is held, as data to be read by programs and as a page to be read by people."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from binzhi.guests.privacy.columns import name_of
from binzhi.guests.privacy.rows import exported
from binzhi.kernel.paper import pdf
from binzhi.property.queries import HotelRef

# A file that is written anew with the same content is the same file.
_STAMP = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Copy:
    """What is held of one guest, by matter."""

    guest_id: int
    hotel: str
    made_at: datetime
    parts: tuple[tuple[str, list[dict[str, Any]]], ...]


def copy_of(*, hotel: HotelRef, guest_id: int, now: datetime) -> Copy:
    """Read everything anew: nothing of a copy is kept in the house."""
    return Copy(guest_id, hotel.name, now, tuple(exported(guest_id)))


def as_json(copy: Copy) -> bytes:
    content = {
        "hotel": copy.hotel, "guest": copy.guest_id, "made_at": copy.made_at,
        "data": [{"matter": label, "rows": rows} for label, rows in copy.parts],
    }  # fmt: skip
    return orjson.dumps(content, default=str, option=orjson.OPT_INDENT_2)


def as_page(copy: Copy) -> str:
    """A page without anything from outside, that opens in every browser and prints."""
    parts = [
        {
            "label": label,
            "columns": [name_of(name) for name in rows[0]],
            "rows": [[_shown(value) for value in row.values()] for row in rows],
        }
        for label, rows in copy.parts
    ]
    return render_to_string("guests/privacy_copy.html", {"copy": copy, "parts": parts})


def as_pdf(copy: Copy) -> bytes:
    """The same as paper."""
    data = {
        "hotel": copy.hotel, "title": _("What is held of you"), "number": f"{copy.guest_id}",
        "printed": _shown(copy.made_at),
        "parts": [
            {
                "label": label,
                "rows": [
                    [[name_of(name), _shown(value)] for name, value in row.items() if _shown(value)] for row in rows
                ],
            }
            for label, rows in copy.parts
        ],
    }  # fmt: skip
    return pdf("guests/paper/copy.typ", data)


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return f"{value:%Y-%m-%d}" if isinstance(value, date) else str(value)


def as_zip(copy: Copy) -> bytes:
    """To be read by programs, in a browser and on paper: all in one file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (
            ("data.json", as_json(copy)), ("data.html", as_page(copy).encode()), ("data.pdf", as_pdf(copy)),
        ):  # fmt: skip
            archive.writestr(zipfile.ZipInfo(name, _STAMP), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()
