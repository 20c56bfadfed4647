"""Small figures drawn as SVG on the server: no script, no style attribute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WIDTH, HEIGHT, AIR = 190.0, 40.0, 3.0


def spark(values: Sequence[float], *, prior: Sequence[float] = (), label: str | Promise = "") -> SafeString:
    """A line with its area, and the same days of last year dashed behind it."""
    if len(values) < 2:
        return SafeString("")
    low = min(min(values), *(prior or values))
    high = max(max(values), *(prior or values))
    line = _points(values, low, high)
    behind = format_html('<polyline class="ly" points="{}"/>', _points(prior, low, high)) if len(prior) > 1 else ""
    return format_html(
        '<svg class="bz-spark" viewBox="0 0 190 40" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<polygon class="a" points="0,40 {} 190,40"/>{}<polyline class="l" points="{}"/></svg>',
        label, line, behind, line,
    )  # fmt: skip


def _points(values: Sequence[float], low: float, high: float) -> str:
    span = (high - low) or 1.0
    step = WIDTH / (len(values) - 1)
    return " ".join(
        f"{index * step:.1f},{HEIGHT - AIR - (value - low) / span * (HEIGHT - 2 * AIR):.1f}"
        for index, value in enumerate(values)
    )


def bar(parts: Sequence[tuple[float, str]], *, label: str | Promise = "", thick: bool = False) -> SafeString:
    """A meter of one or more parts, each (share of 100, class "", "soon" or "late")."""
    at = 0.0
    pieces = []
    for share, state in parts:
        pieces.append((state or "f", f"{at:.2f}%", f"{max(0.0, min(share, 100 - at)):.2f}%"))
        at += share
    drawn = format_html_join("", '<rect class="{}" x="{}" y="0" width="{}" height="100%"/>', pieces)
    return format_html(
        '<svg class="bz-bar{}" role="img" aria-label="{}"><rect class="g" width="100%" height="100%"/>{}</svg>',
        " thick" if thick else "", label, drawn,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hour:
    """Arrivals and departures of one hour; `when` is "past", "now" or "to-come"."""

    hour: int
    arrivals: int
    departures: int
    when: str = "past"


def hours(columns: Sequence[Hour], *, label: str | Promise, now_word: str | Promise) -> SafeString:
    """Two columns per hour, with their figures below, so that nothing hangs on reading heights."""
    top = max([1, *(max(column.arrivals, column.departures) for column in columns)])
    drawn = format_html_join(
        "",
        '<div class="h {}"><svg viewBox="0 0 30 50" aria-hidden="true">'
        '<rect class="a" x="1" y="{}" width="13" height="{}" rx="2"/>'
        '<rect class="d" x="16" y="{}" width="13" height="{}" rx="2"/>'
        "</svg><b>{}</b><em>{}</em><span>{}</span></div>",
        (
            (
                column.when,
                50 - round(column.arrivals * 49 / top), round(column.arrivals * 49 / top),
                50 - round(column.departures * 49 / top), round(column.departures * 49 / top),
                column.arrivals or "–", column.departures or "–",
                f"{column.hour:02d} {now_word}" if column.when == "now" else f"{column.hour:02d}",
            )
            for column in columns
        ),
    )  # fmt: skip
    return format_html('<div class="bz-hours" role="group" tabindex="0" aria-label="{}">{}</div>', label, drawn)
