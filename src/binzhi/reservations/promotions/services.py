"""Making promotion codes, agreeing prices with organisations, opening rates to members."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from binzhi.guests.models import Organisation
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.reservations.access import Permission
from binzhi.reservations.enums import PlanKind
from binzhi.reservations.events import PlanConditionsChanged, PromotionChanged
from binzhi.reservations.models import Agreement, RatePlan
from binzhi.reservations.models.rates import Promotion
from binzhi.reservations.promotions.using import CODE_LIMIT, normal
from binzhi.reservations.ratebook.floors import require_floor_of_plan

# Without letters and digits that are taken for each other.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
MADE_LENGTH, LEAST_LENGTH = 8, 6
MOST_USES = 1_000_000
MOST_TIERS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionInput:
    """A promotion as it shall be; an empty code is made so that nobody guesses it."""

    name: str
    rate_plan: str
    code: str = ""
    stay_from: date | None = None
    stay_until: date | None = None
    book_from: date | None = None
    book_until: date | None = None
    most_uses: int | None = None


@operation(Permission.MANAGE_PROMOTIONS)
def create_promotion(*, hotel_id: int, promotion: PromotionInput, actor: Actor, now: datetime) -> str:
    """Make a code that opens a rate; the code. The rate is then sold with a code only.

    Raises InvalidInput at its field, FloorBroken. Publishes PromotionChanged. Not idempotent with an empty code.
    """
    plan = _plan(hotel_id, promotion.rate_plan, {PlanKind.DERIVED, PlanKind.PROMOTION})
    code = normal(promotion.code) if promotion.code else _made()
    if not code or len(code) < LEAST_LENGTH or not code.isalnum():
        raise InvalidInput(field="code", message=_("%(least)s to %(most)s letters and digits."), least=LEAST_LENGTH,
                           most=CODE_LIMIT)  # fmt: skip
    for first, last in (("stay_from", "stay_until"), ("book_from", "book_until")):
        start, end = getattr(promotion, first), getattr(promotion, last)
        if start is not None and end is not None and end < start:
            raise InvalidInput(field=last, message=_("The last date is before the first."))
    if promotion.most_uses is not None and not 1 <= promotion.most_uses <= MOST_USES:
        raise InvalidInput(field="most_uses", message=_("A number from 1 to %(most)s."), most=MOST_USES)
    name = clean_text(promotion.name, field="name", limit=60, required=True)
    under = require_floor_of_plan(
        plan=plan, percent=None, amount=None, first=promotion.stay_from, last=promotion.stay_until, field="rate_plan",
        actor=actor,
    )  # fmt: skip
    try:
        made = Promotion.objects.create(
            hotel_id=hotel_id, code=code, name=name, rate_plan=plan, stay_from=promotion.stay_from,
            stay_until=promotion.stay_until, book_from=promotion.book_from, book_until=promotion.book_until,
            most_uses=promotion.most_uses,
        )  # fmt: skip
    except IntegrityError as error:
        if db.constraint_of(error) == "promotion_code":
            raise InvalidInput(field="code", message=_("This code is taken.")) from error
        raise
    if plan.kind != PlanKind.PROMOTION:
        RatePlan.objects.filter(pk=plan.pk).update(kind=PlanKind.PROMOTION)
    told = {"rate_plan": plan.code, "most_uses": made.most_uses, "under_floor": under}
    _told("promotion.created", made.pk, hotel_id, actor, now, told)
    return code


def _made() -> str:
    return "".join(secrets.choice(ALPHABET) for _place in range(MADE_LENGTH))


@operation(Permission.MANAGE_PROMOTIONS)
def end_promotion(*, hotel_id: int, promotion_id: int, actor: Actor, now: datetime) -> None:
    """The code books nothing any more; what was booked with it stays. Raises NotFound. Publishes PromotionChanged."""
    if not Promotion.objects.filter(hotel_id=hotel_id, pk=promotion_id).update(is_active=False):
        raise NotFound
    _told("promotion.ended", promotion_id, hotel_id, actor, now, {})


def _told(name: str, promotion_id: int, hotel_id: int, actor: Actor, now: datetime, after: dict[str, Any]) -> None:
    record(
        name, subject="promotion", subject_id=promotion_id, hotel_id=hotel_id, actor=actor, now=now, after=after,
        event=PromotionChanged(hotel_id=hotel_id, promotion_id=promotion_id),
    )  # fmt: skip


@operation(Permission.MANAGE_PROMOTIONS)
def set_agreed_price(
    *, hotel_id: int, rate_plan: str, organisation_id: int, percent: Decimal | None, amount: Decimal | None,
    valid_until: date | None = None, actor: Actor, now: datetime,
) -> int:  # fmt: skip
    """Let an organisation book a negotiated rate, at its own distance to the parent's price; the agreement's id.

    None: the rate's own. Booked prices stay. Raises InvalidInput at its field, FloorBroken (on a night that is painted,
    without the right to go below), NotFound (no such organisation). Publishes PlanConditionsChanged. Idempotent.
    """
    plan = _plan(hotel_id, rate_plan, {PlanKind.NEGOTIATED})
    if plan.parent_id is None and (percent is not None or amount is not None):
        raise InvalidInput(field="percent", message=_("This rate has prices of its own: paint them."))
    if percent is not None and not (percent.is_finite() and -100 <= percent <= 100):
        raise InvalidInput(field="percent", message=_("From %(least)s to %(most)s per cent."), least=-100, most=100)
    if amount is not None and not (amount.is_finite() and abs(amount) < 100_000 and amount == round(amount, 2)):
        raise InvalidInput(field="amount", message=_("This is not a price."))
    if not _is_of_the_group(hotel_id, organisation_id):
        raise NotFound
    field = next((name for name, value in (("percent", percent), ("amount", amount)) if value is not None), "rate_plan")
    under = require_floor_of_plan(
        plan=plan, percent=percent, amount=amount, last=valid_until, field=field, actor=actor
    )  # fmt: skip
    made, _created = Agreement.objects.update_or_create(
        hotel_id=hotel_id, rate_plan=plan, organisation_id=organisation_id,
        defaults={"percent": percent, "amount": amount, "valid_until": valid_until},
    )  # fmt: skip
    record(
        "agreement.priced", subject="rate_plan", subject_id=plan.pk, hotel_id=hotel_id, actor=actor, now=now,
        after={
            "organisation": organisation_id, "percent": percent, "amount": amount, "valid_until": valid_until,
            "under_floor": under,
        },
        event=PlanConditionsChanged(hotel_id=hotel_id, rate_plan_id=plan.pk),
    )  # fmt: skip
    return made.pk


def _is_of_the_group(hotel_id: int, organisation_id: int) -> bool:
    return Organisation.objects.filter(
        pk=organisation_id, group_id=db.fetch_value("SELECT group_id FROM property_hotel WHERE id = %s", [hotel_id])
    ).exists()


@operation(Permission.MANAGE_PROMOTIONS)
def set_members_rate(
    *, hotel_id: int, rate_plan: str, members_only: bool, tiers: Sequence[str] = (), actor: Actor, now: datetime
) -> None:
    """Sell a derived rate to members only (of these tiers, or all), or to everybody again.

    Raises InvalidInput at its field, FloorBroken. Publishes PlanConditionsChanged. Idempotent.
    """
    plan = _plan(hotel_id, rate_plan, {PlanKind.DERIVED, PlanKind.MEMBER})
    kept = [clean_text(tier, field="tiers", limit=10, required=True) for tier in tiers]
    if len(kept) > MOST_TIERS or len(set(kept)) < len(kept):
        raise InvalidInput(field="tiers")
    if kept and not members_only:
        raise InvalidInput(field="tiers", message=_("Levels are for a members' rate."))
    under = require_floor_of_plan(plan=plan, percent=None, amount=None, field="rate_plan", actor=actor)
    kind = PlanKind.MEMBER if members_only else PlanKind.DERIVED
    RatePlan.objects.filter(pk=plan.pk).update(kind=kind, member_tiers=kept)
    record(
        "rate_plan.members_set", subject="rate_plan", subject_id=plan.pk, hotel_id=hotel_id, actor=actor, now=now,
        before={"kind": plan.kind, "tiers": plan.member_tiers},
        after={"kind": kind.value, "tiers": kept, "under_floor": under},
        event=PlanConditionsChanged(hotel_id=hotel_id, rate_plan_id=plan.pk),
    )  # fmt: skip


def _plan(hotel_id: int, code: str, kinds: set[PlanKind]) -> RatePlan:
    known = code.isascii() and code.isprintable()
    plan = RatePlan.objects.filter(hotel_id=hotel_id, code=code, is_active=True).first() if known else None
    if plan is None:
        raise InvalidInput(field="rate_plan", message=_("The code %(code)s is not known."), code=ascii(code)[1:-1])
    if plan.kind not in kinds:
        raise InvalidInput(field="rate_plan", message=_("This cannot be done with a rate of this kind."))
    return plan
