"""Words for what rooms have and guests ask for. A hotel's own codes without a word here are shown as they are."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

FEATURES = {
    "lake_view": _("Lake view"),
    "city_view": _("City view"),
    "garden_view": _("Garden view"),
    "balcony": _("Balcony"),
    "bathtub": _("Bathtub"),
    "quiet": _("Quiet"),
    "corner": _("Corner room"),
    "high_floor": _("High floor"),
    "low_floor": _("Low floor"),
    "near_lift": _("Near the lift"),
    "away_from_lift": _("Away from the lift"),
    "kids": _("For children"),
    "crib": _("Crib"),
    "extra_bed": _("Extra bed"),
    "desk": _("Large desk"),
    "lounge": _("Lounge access"),
    "connecting": _("Connecting"),
    "accessible": _("Accessible"),
    "non_smoking": _("Non-smoking"),
    "smoking": _("Smoking"),
    "king_bed": _("King bed"),
    "twin_beds": _("Twin beds"),
    "south": pgettext_lazy("orientation", "South"),
    "north": pgettext_lazy("orientation", "North"),
    "east": pgettext_lazy("orientation", "East"),
    "west": pgettext_lazy("orientation", "West"),
    "early_check_in": _("Early arrival"),
    "late_check_out": _("Late departure"),
    "airport_pickup": _("Airport pick-up"),
    "long_stay": _("Long stay"),
}


def feature_label(code: str) -> str:
    """The word for a code in the language of the screen."""
    word = FEATURES.get(code.replace("-", "_"))
    return str(word) if word is not None else code
