"""Keeping the rules: seasons, base prices with their floors, what makes a night dearer. None of it writes a price."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.utils.translation import gettext_lazy as _

from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.reservations import limits
from binzhi.reservations.access import Permission
from binzhi.reservations.calendar import NightKind
from binzhi.reservations.calendar.services import FIRST_DAY, LAST_DAY
from binzhi.reservations.errors import SeasonInUse
from binzhi.reservations.events import RateRulesChanged
from binzhi.reservations.models.rates import BasePrice, RateRule, Season
from binzhi.reservations.ratebook.brush import EVERY_DAY, MOST_PERCENT
from binzhi.reservations.ratebook.effects import Place, Plan, place_of

MOST_POSITION = 999


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonInput:
    """A span of nights with a name (both days included)."""

    code: str
    name: str
    name_en: str = ""
    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleInput:
    """A rule as it shall be; empty room types, night kinds or season: all of them."""

    rate_plan: str
    name: str
    action: str
    value: Decimal
    position: int = 0
    season: str = ""
    room_types: tuple[str, ...] = ()
    weekdays: tuple[int, ...] = EVERY_DAY
    night_kinds: tuple[str, ...] = ()
    is_active: bool = True


@operation(Permission.SET_RATES)
def put_season(*, hotel_id: int, season: SeasonInput, actor: Actor, now: datetime) -> int:
    """Make the season of this code, or change it; its id. Raises InvalidInput at its field. Publishes RateRulesChanged.

    Prices stay as they are until the rules are applied again. Idempotent.
    """
    try:
        validate_slug(season.code)
    except ValidationError as error:
        raise InvalidInput(field="code", message=_("Letters, digits, - and _ only.")) from error
    if len(season.code) > 20:
        raise InvalidInput(field="code", message=_("At most %(limit)s characters."), limit=20)
    if not FIRST_DAY <= season.first <= LAST_DAY:
        raise InvalidInput(field="first", message=_("This date cannot be."))
    if not season.first <= season.last <= LAST_DAY:
        raise InvalidInput(field="last", message=_("The last date is before the first."))
    values: dict[str, Any] = {
        "name": clean_text(season.name, field="name", limit=40, required=True),
        "name_en": clean_text(season.name_en, field="name_en", limit=60), "first": season.first, "last": season.last,
    }  # fmt: skip
    made, _created = Season.objects.update_or_create(hotel_id=hotel_id, code=season.code, defaults=values)
    _changed("season.set", "season", made.pk, hotel_id, actor, now, values | {"code": season.code})
    return int(made.pk)


@operation(Permission.SET_RATES)
def drop_season(*, hotel_id: int, season_id: int, actor: Actor, now: datetime) -> None:
    """Forget a season. Raises NotFound, SeasonInUse while a rule speaks of it. Publishes RateRulesChanged."""
    if RateRule.objects.filter(hotel_id=hotel_id, season_id=season_id).exists():
        raise SeasonInUse
    if not Season.objects.filter(hotel_id=hotel_id, pk=season_id).delete()[0]:
        raise NotFound
    _changed("season.dropped", "season", season_id, hotel_id, actor, now, {})


@operation(Permission.SET_RATES)
def put_rule(*, hotel_id: int, rule: RuleInput, rule_id: int | None = None, actor: Actor, now: datetime) -> int:
    """Make a rule, or change the one of this id; its id. Raises NotFound, InvalidInput at its field.

    Publishes RateRulesChanged. Prices stay as they are until the rules are applied again.
    """
    place = place_of(
        hotel_id=hotel_id, room_types=_printable(rule.room_types), rate_plans=_printable((rule.rate_plan,))
    )
    plan = _plan(place, rule.rate_plan)
    _check_rule(rule, place)
    season = Season.objects.filter(hotel_id=hotel_id, code=rule.season).first() if rule.season else None
    if rule.season and season is None:
        raise InvalidInput(field="season", message=_("The code %(code)s is not known."), code=rule.season)
    values: dict[str, Any] = {
        "rate_plan_id": plan.pk, "name": clean_text(rule.name, field="name", limit=60, required=True),
        "position": rule.position, "season": season, "room_types": list(rule.room_types),
        "weekdays": sorted(set(rule.weekdays)), "night_kinds": sorted(set(rule.night_kinds)), "action": rule.action,
        "value": rule.value, "is_active": rule.is_active,
    }  # fmt: skip
    if rule_id is None:
        rule_id = RateRule.objects.create(hotel_id=hotel_id, **values).pk
    elif not RateRule.objects.filter(hotel_id=hotel_id, pk=rule_id).update(**values):
        raise NotFound
    told = values | {"season": rule.season}
    _changed("rate_rule.set", "rate_rule", rule_id, hotel_id, actor, now, told)
    return rule_id


def _check_rule(rule: RuleInput, place: Place) -> None:
    for code in rule.room_types:
        if code not in place.types:
            raise InvalidInput(field="room_types", message=_("The code %(code)s is not known."), code=code)
    if not rule.weekdays or not set(rule.weekdays) <= set(EVERY_DAY):
        raise InvalidInput(field="weekdays", message=_("Choose at least one day of the week."))
    if not set(rule.night_kinds) <= set(NightKind.values):
        raise InvalidInput(field="night_kinds")
    if not 0 <= rule.position <= MOST_POSITION:
        raise InvalidInput(field="position", message=_("A number from 0 to %(most)s."), most=MOST_POSITION)
    if rule.action not in RateRule.Action.values:
        raise InvalidInput(field="action")
    if rule.action == RateRule.Action.PERCENT:
        if not (rule.value.is_finite() and -100 <= rule.value <= MOST_PERCENT):
            raise InvalidInput(field="value", message=_("From %(least)s to %(most)s per cent."), least=-100,
                               most=MOST_PERCENT)  # fmt: skip
        return
    value = rule.value
    if rule.action == RateRule.Action.AMOUNT and value.is_finite():
        value = abs(value)
    limits.check_price(value, currency=place.currency, field="value")


@operation(Permission.SET_RATES)
def drop_rule(*, hotel_id: int, rule_id: int, actor: Actor, now: datetime) -> None:
    """Forget a rule; prices it wrote stay. Raises NotFound. Publishes RateRulesChanged."""
    if not RateRule.objects.filter(hotel_id=hotel_id, pk=rule_id).delete()[0]:
        raise NotFound
    _changed("rate_rule.dropped", "rate_rule", rule_id, hotel_id, actor, now, {})


@operation(Permission.SET_RATES)
def set_base_price(
    *, hotel_id: int, rate_plan: str, room_type: str, price: Decimal | None, floor: Decimal | None, actor: Actor,
    now: datetime,
) -> None:  # fmt: skip
    """Say from what the rules of a plan reckon for a type, and below what nobody but a manager may sell it.

    A derived plan has a floor only. Changing a floor needs the right to break it. Prices that stand are not touched.
    Raises InvalidInput at its field, Forbidden. Publishes RateRulesChanged. Idempotent.
    """
    place = place_of(hotel_id=hotel_id, room_types=_printable((room_type,)), rate_plans=_printable((rate_plan,)))
    if room_type not in place.types:
        raise InvalidInput(field="room_type", message=_("The code %(code)s is not known."), code=ascii(room_type)[1:-1])
    plan = _plan(place, rate_plan, derived_too=price is None)
    for field, value in (("price", price), ("floor", floor)):
        if value is not None:
            limits.check_price(value, currency=place.currency, field=field)
    if price is not None and floor is not None and price < floor:
        raise InvalidInput(field="floor", message=_("The floor is above the base price."))
    key: dict[str, Any] = {"hotel_id": hotel_id, "rate_plan_id": plan.pk, "room_type_id": place.types[room_type]}
    before = BasePrice.objects.filter(**key).first()
    if floor != (before.floor if before else None):
        actor.require(Permission.BREAK_FLOOR, hotel_id)
    made, _created = BasePrice.objects.update_or_create(**key, defaults={"price": price, "floor": floor})
    told = {"rate_plan": rate_plan, "room_type": room_type, "price": price, "floor": floor}
    _changed("base_price.set", "base_price", made.pk, hotel_id, actor, now, told)


def _plan(place: Place, code: str, *, derived_too: bool = False) -> Plan:
    plan = place.plans.get(code)
    if plan is None:
        raise InvalidInput(field="rate_plan", message=_("The code %(code)s is not known."), code=ascii(code)[1:-1])
    if plan.parent_id is not None and not derived_too:
        raise InvalidInput(field="rate_plan", message=_("A derived rate takes its price from its parent."))
    return plan


def _printable(codes: tuple[str, ...]) -> list[str]:
    """What cannot be a code is not known, without asking the database (it takes no NUL)."""
    return [code for code in codes if code.isascii() and code.isprintable()]


def _changed(
    name: str, subject: str, subject_id: int, hotel_id: int, actor: Actor, now: datetime, after: dict[str, Any]
) -> None:
    record(
        name, subject=subject, subject_id=subject_id, hotel_id=hotel_id, actor=actor, now=now, after=after,
        event=RateRulesChanged(hotel_id=hotel_id),
    )  # fmt: skip
