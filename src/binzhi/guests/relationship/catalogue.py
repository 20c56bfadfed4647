"""What is asked, looked for and used: ten questions of two kinds, ten signs of firmness, seventeen means of binding.

The matter is that of the hotel's service teaching, the words are the house's own. Stored answers go by place, so a
question may be reworded but never moved.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from binzhi.guests.enums import AssessmentKind

Words = Any

# Answers: 1 (not at all) to 5 (fully); 0 is "not known" and does not count.
UNKNOWN, LOWEST, HIGHEST = 0, 1, 5
TEN = 10

WILLINGNESS: tuple[Words, ...] = (
    _("Has stayed, dined or met with us"),
    _("Knows what this house offers"),
    _("Understands our rooms and services well"),
    _("Knows the like of other hotels and can compare"),
    _("Knows that others around use us"),
    _("Knows how to get the most out of what we offer"),
    _("Knows what poor quality would cost"),
    _("Feels what timely service is worth"),
    _("Has weight in the decision to buy"),
    _("The decision is made by few and reachable people"),
)
# Answered from what the guest shows or offers; never by asking. Education, belief and past are among the
# things not to ask.
QUALITY: tuple[Words, ...] = (
    _("Learned, in school or out of it"),
    _("Reads, keeps up with the world"),
    _("Decides by reason rather than by omen (only if shown)"),
    _("Thinks well of the own company and self"),
    _("Has long been in business"),
    _("Has come through hard times (only if told)"),
    _("Stands well in the trade, and rising"),
    _("Is well spoken of by those around"),
    _("Has steady values in life and trade"),
    _("Keeps work and life in balance"),
)
QUESTIONS: dict[str, tuple[Words, ...]] = {
    AssessmentKind.WILLINGNESS: WILLINGNESS,
    AssessmentKind.QUALITY: QUALITY,
}


@dataclass(frozen=True, slots=True)
class Item:
    code: str
    label: Words


SIGNS: tuple[Item, ...] = (
    Item("points_out", _("Points out our faults to us")),
    Item("discusses", _("Likes to talk business over with us")),
    Item("calls_back", _("Answers our calls readily")),
    Item("thinks_best", _("Thinks us the best")),
    Item("signs_with_us", _("Signs no agreement with a rival")),
    Item("puts_rival_off", _("Puts talks with rivals off")),
    Item("scolds", _("Scolds us now and then, and stays")),
    Item("helped_by_us", _("Believes we help to succeed")),
    Item("not_rival", _("Does not choose the rival's house")),
    Item("needs_us", _("Needs us as we need them")),
)
MEANS: tuple[Item, ...] = (
    Item("steady_quality", _("Steady quality over years")),
    Item("fine_service", _("Excellent service")),
    Item("bundles", _("Services combined in a package")),
    Item("priority", _("Standing: priority, added value, treatment")),
    Item("brand", _("Brand, culture, standard")),
    Item("personal_care", _("Personal care")),
    Item("promotes_guest", _("We speak well of the guest's own products")),
    Item("planned_visits", _("Planned visits")),
    Item("differentiated", _("Service unlike that of others")),
    Item("agreement", _("An agreement that binds")),
    Item("company_points", _("Points of the company")),
    Item("personal_points", _("Personal points that grow with use")),
    Item("gatherings", _("Gatherings")),
    Item("club", _("Club")),
    Item("circle", _("Knowing more people around the guest")),
    Item("habits", _("Habits that grow")),
    Item("affection", _("An account of affection")),
)
SIGN_CODES = tuple(item.code for item in SIGNS)
MEANS_BY_CODE = {item.code: item for item in MEANS}
