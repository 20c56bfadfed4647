"""The smallest parts: icon, chip, VIP badge, toast, each with its words."""

from __future__ import annotations

from functools import lru_cache

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString

from binzhi.kernel.standing import name_of, short_of
from binzhi.kernel.ui.assets import asset_url

# A state always speaks with the same icon, whoever uses it.
STATE_ICONS = {
    "ok": "check-circle",
    "soon": "clock",
    "late": "alert",
    "info": "info",
    "dirty": "broom",
    "": "hourglass",
}


def icon(name: str, size: str = "", label: str | Promise = "") -> SafeString:
    """A drawing from the sprite; silent to screen readers unless it has a label."""
    return _icon(name, size, str(label), asset_url("sprite"))


@lru_cache(maxsize=1024)
def _icon(name: str, size: str, label: str, sprite: str) -> SafeString:
    # A board has hundreds of the same few.
    voice = format_html(' role="img" aria-label="{}"', label) if label else SafeString(' aria-hidden="true"')
    return format_html(
        '<svg class="i{}"{}><use href="{}#{}"></use></svg>', f" {size}" if size else "", voice, sprite, name
    )


def chip(text: str | Promise, *, state: str = "", glyph: str | None = None) -> SafeString:
    """Icon and word in the colour of a state. `glyph="none"` leaves the icon out, for counts and codes."""
    name = STATE_ICONS.get(state, "hourglass") if glyph is None else glyph
    picture = "" if name == "none" else icon(name)
    return format_html('<span class="bz-chip {}">{}{}</span>', state, picture, text)


def vip(level: int | None, *, big: bool = False, short: bool = False) -> SafeString:
    """The level shown by weight, never by a colour that a state uses; nothing for an ordinary guest."""
    if not level:
        return SafeString("")
    if short:
        return format_html('<span class="bz-v v{}">{}</span>', level, short_of(level))
    return format_html('<span class="bz-vip v{}{}">{}</span>', level, " big" if big else "", name_of(level))
