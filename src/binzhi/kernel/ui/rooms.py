"""The one legend of room states and of the marks on a room, for rack, lists, boards and panels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from binzhi.kernel.standing import name_of, short_of
from binzhi.kernel.ui.markup import icon


@dataclass(frozen=True, slots=True)
class RoomState:
    key: str
    code: str
    label: str | Promise
    short: str | Promise
    icon: str
    chip: str


ROOM_STATES: dict[str, RoomState] = {
    state.key: state
    for state in (
        RoomState(
            "vc",
            "VC",
            pgettext_lazy("room state", "Vacant clean"),
            pgettext_lazy("room tile", "VC"),
            "check-circle",
            "ok",
        ),
        RoomState(
            "vd", "VD", pgettext_lazy("room state", "Vacant dirty"), pgettext_lazy("room tile", "VD"), "broom", "soon"
        ),
        RoomState(
            "oc",
            "OC",
            pgettext_lazy("room state", "Occupied clean"),
            pgettext_lazy("room tile", "OC"),
            "person",
            "info",
        ),
        RoomState(
            "od",
            "OD",
            pgettext_lazy("room state", "Occupied dirty"),
            pgettext_lazy("room tile", "OD"),
            "broom",
            "dirty",
        ),
        RoomState(
            "ooo", "OOO", pgettext_lazy("room state", "Out of order"), pgettext_lazy("room tile", "OOO"), "wrench", ""
        ),
        RoomState(
            "oos", "OOS", pgettext_lazy("room state", "Out of service"), pgettext_lazy("room tile", "OOS"), "ban", ""
        ),
    )
}
MARKS: dict[str, tuple[str, str | Promise]] = {
    "due_in": ("arrive", pgettext_lazy("room mark", "Due in")),
    "due_out": ("depart", pgettext_lazy("room mark", "Due out")),
    "dnd": ("minus", pgettext_lazy("room mark", "Do not disturb")),
    "held": ("lock", pgettext_lazy("room mark", "Held")),
    "sealed": ("seal", pgettext_lazy("room mark", "Sealed")),
    "message": ("message", pgettext_lazy("room mark", "Message")),
    "late": ("alert", pgettext_lazy("room mark", "Overdue")),
}
# What fits beside an icon on a tile of 58 pixels.
SHORT_MARKS: dict[str, str | Promise] = {
    "due_in": pgettext_lazy("room tile", "In"),
    "due_out": pgettext_lazy("room tile", "Out"),
    "dnd": pgettext_lazy("room tile", "DND"),
    "held": pgettext_lazy("room tile", "Held"),
    "sealed": pgettext_lazy("room tile", "Sealed"),
    "message": pgettext_lazy("room tile", "Msg"),
    "late": pgettext_lazy("room tile", "Late"),
}


@dataclass(frozen=True, slots=True)
class RoomTile:
    """What a tile of the rack shows. `label` is the guest's short name or, for an empty room, its type."""

    number: str
    state: str
    label: str = ""
    marks: Sequence[str] = field(default_factory=tuple)
    vip: int = 0
    url: str = ""
    dim: bool = False
    selected: bool = False


def room_state(key: str, *, short: bool = False) -> SafeString:
    """A chip with icon, word and code of a room state."""
    state = ROOM_STATES[key]
    words = state.label if short else format_html("{} {}", state.label, state.code)
    return format_html('<span class="bz-chip {}">{}{}</span>', state.chip, icon(state.icon), words)


def room_tile(tile: RoomTile) -> SafeString:
    """One room as a link that opens the side panel; marks that have no room for their word carry it for the ear."""
    state = ROOM_STATES[tile.state]
    late = "late" in tile.marks
    classes = " ".join(filter(None, (tile.state, "late" if late else "", "dim" if tile.dim else "")))
    return format_html(
        '<a class="bz-tile {}" id="room-{}" data-item href="{}" hx-get="{}" hx-target="#side" hx-replace-url="{}"'
        '{}>'
        '<span class="no">{}</span><span class="st">{}{}</span>{}<span class="wh">{}</span></a>',
        classes, tile.number, tile.url, tile.url, tile.url,
        mark_safe(' aria-current="true"') if tile.selected else "",
        tile.number, icon(state.icon), state.short, _marks(tile, late), tile.label,
    )  # fmt: skip


def _marks(tile: RoomTile, late: bool) -> SafeString:
    parts: list[SafeString] = []
    if tile.vip:
        parts.append(
            format_html(
                '<span class="bz-v v{}" aria-hidden="true">{}</span><span class="sr">{}</span>',
                tile.vip,
                short_of(tile.vip),
                name_of(tile.vip),
            )
        )
    for mark in sorted(tile.marks, key=lambda name: name != "late"):
        glyph, label = MARKS[mark]
        # One word fits beside the icon; the rest speak through their icons and the accessible name.
        parts.append(icon(glyph, label=label) if parts else format_html("{}{}", icon(glyph), SHORT_MARKS[mark]))
    if not parts:
        return SafeString("")
    return format_html(
        '<span class="mk{}">{}</span>', " late" if late else "", format_html_join("", "{}", ((part,) for part in parts))
    )


def room_legend(counts: Mapping[str, int], links: Mapping[str, str], current: str = "") -> SafeString:
    """The six states with their counts, then the marks; each count opens its rooms when `links` has its address."""
    entries = [
        (key, state.label, state.code, format_html('<span class="sw">{}</span>', icon(state.icon)))
        for key, state in ROOM_STATES.items()
    ]
    states = format_html_join(
        "",
        "{}",
        ((_entry(key, words, f" {code}", glyph, counts, links, current),) for key, words, code, glyph in entries),
    )
    shown = [key for key in (*MARKS, "vip") if key in counts]
    marks = format_html_join("", "{}", ((_mark_entry(key, counts, links, current),) for key in shown))
    rule = mark_safe('<span class="vsep"></span>') if shown else SafeString("")
    return format_html(
        '<div class="bz-legend" role="group" aria-label="{}">{}{}{}</div>', _("Room states"), states, rule, marks
    )


def _mark_entry(key: str, counts: Mapping[str, int], links: Mapping[str, str], current: str) -> SafeString:
    if key == "vip":
        glyph = mark_safe('<span class="bz-v">V</span>')
        return _entry("vip", pgettext_lazy("room mark", "VIP"), "", glyph, counts, links, current)
    name, label = MARKS[key]
    return _entry(
        "red" if key == "late" else key,
        label,
        "",
        icon(name, "s"),
        {**counts, "red": counts[key]},
        {**links, "red": links.get(key, "")},
        current,
    )


def _entry(
    key: str, words: str | Promise, code: str, glyph: SafeString,
    counts: Mapping[str, int], links: Mapping[str, str], current: str,
) -> SafeString:  # fmt: skip
    inside = format_html("{}{}{} <b>{}</b>", glyph, words, code, counts.get(key, 0))
    if links.get(key):
        marked = mark_safe(' aria-current="true"') if key == current else ""
        return format_html('<a class="bz-lg {}" href="{}"{}>{}</a>', key, links[key], marked, inside)
    return format_html('<span class="bz-lg {}">{}</span>', key, inside)


def state_bar(counts: Mapping[str, int], *, label: str) -> SafeString:
    """All rooms as one bar, a piece per state; widths are attributes, because the policy forbids style."""
    total = sum(counts.get(key, 0) for key in ROOM_STATES) or 1
    pieces = []
    at = 0.0
    for key in ROOM_STATES:
        share = counts.get(key, 0) * 100 / total
        if share:
            pieces.append((key, f"{at:.2f}%", f"{max(share - 0.4, 0.4):.2f}%"))
            at += share
    bars = format_html_join("", '<rect class="{}" x="{}" y="0.5" width="{}" height="11"/>', pieces)
    return format_html('<svg class="bz-statebar" role="img" aria-label="{}">{}</svg>', label, bars)
