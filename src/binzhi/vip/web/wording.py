"""How a visit is said: its state, its level, the names of what stands in its papers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import pgettext_lazy

from binzhi.kernel.standing import standing
from binzhi.kernel.ui import markup
from binzhi.promises.queries.runs import departments_of
from binzhi.property.queries import HotelRef, localised
from binzhi.vip.enums import (
    AmenityKind,
    CardFor,
    Happening,
    NoticeKind,
    PurchaseKind,
    PurchaseState,
    Route,
    VisitStatus,
)
from binzhi.vip.queries import VisitLine, VisitView

CHIPS = {
    VisitStatus.PROPOSED: ("", "hourglass"),
    VisitStatus.ASKED: ("soon", "clock"),
    VisitStatus.APPROVED: ("info", "check"),
    VisitStatus.NOTICED: ("info", "document"),
    VisitStatus.IN_HOUSE: ("ok", "bed"),
    VisitStatus.GONE: ("plain", "depart"),
    VisitStatus.CANCELLED: ("plain", "ban"),
}
# How the general manager greets; other words of a hotel stand as they are.
GREETINGS = {
    "written": pgettext_lazy("greeting", "Written welcome"),
    "letter": pgettext_lazy("greeting", "Letter, and greets in person"),
}
_WORDS: dict[str, Any] = {
    "status": VisitStatus, "route": Route, "amenity": AmenityKind, "notice": NoticeKind, "purchase": PurchaseKind,
    "purchase_state": PurchaseState, "card": CardFor, "happening": Happening,
}  # fmt: skip
# Classes and yes or no, as the standard of a level says them.
PURCHASE_CHIPS = {PurchaseState.ORDERED: "", PurchaseState.DELIVERED: "soon", PurchaseState.RECEIVED: "ok"}


def word(kind: str, value: str) -> str:
    """The label of a value; what is no longer known stands as it is."""
    known = _WORDS[kind]
    return str(known(value).label) if value in known.values else value


def amenity(kind: str, value: str, note: str) -> str:
    """What a guest of the level finds: in the house's own words where there are some, else kind and class."""
    label = word("amenity", kind)
    if note or value == "yes":
        return note or label
    if kind == AmenityKind.GM and value in GREETINGS:
        return str(GREETINGS[value])
    return "" if value == "no" else f"{label} {value}"


def status_chip(status: str) -> str:
    state, glyph = CHIPS[VisitStatus(status)]
    return markup.chip(word("status", status), state=state, glyph=glyph)


def level_badge(code: str, rank: int, *, big: bool = False) -> str:
    """A level by its code, drawn by its place in the hotel's order."""
    return markup.vip(standing(code, rank), big=big)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page says of a visit beside what is kept of it."""

    host: str
    left: datetime | None
    is_coming: bool
    done: int
    total: int
    share: list[tuple[float, str]]
    decisions: dict[int, list[dict[str, Any]]]
    requests: list[dict[str, Any]]
    open_request: dict[str, Any] | None
    reception: list[dict[str, Any]]
    departure: list[dict[str, Any]]


def shown(view: VisitView, hotel: HotelRef, now: datetime) -> Shown:
    line = view.line
    hosts = dict(departments_of(hotel.pk)) if line.host else {}
    coming = line.status not in (VisitStatus.IN_HOUSE, VisitStatus.GONE, VisitStatus.CANCELLED)
    total = line.open + line.done
    requests = [one | {"label": localised(one["level_name"], one["level_name_en"])} for one in view.requests]
    decisions: dict[int, list[dict[str, Any]]] = {}
    for one in view.decisions:
        named = one | {"label": localised(one["department_name"], one["department_name_en"])}
        decisions.setdefault(one["meeting_id"], []).append(named)
    return Shown(
        host=hosts.get(line.host, line.host),
        left=_next(line, coming),
        is_coming=coming,
        done=line.done,
        total=total,
        share=shares(line),
        decisions=decisions,
        requests=requests,
        open_request=next((one for one in requests if one["approved"] is None), None),
        reception=[one for one in view.notices if one["kind"] == NoticeKind.RECEPTION],
        departure=[one for one in view.notices if one["kind"] == NoticeKind.DEPARTURE],
    )


def _next(line: VisitLine, coming: bool) -> datetime | None:
    if coming:
        return line.arrival_at
    return line.departure_at if line.status == VisitStatus.IN_HOUSE else None


def shares(line: VisitLine) -> list[tuple[float, str]]:
    total = line.open + line.done
    return [(100 * line.done / total, ""), (100 * line.late / total, "late")] if total else []
