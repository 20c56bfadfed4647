"""The rate that is being furnished, held still."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from binzhi.kernel.errors import InvalidInput
from binzhi.reservations.models import RatePlan


def locked_plan(hotel_id: int, code: str) -> RatePlan:
    """An active rate by its code, locked. Raises InvalidInput at `rate_plan`."""
    known = code.isascii() and code.isprintable()
    plans = RatePlan.objects.select_for_update(no_key=True)
    plan = plans.filter(hotel_id=hotel_id, code=code, is_active=True).first() if known else None
    if plan is None:
        raise InvalidInput(field="rate_plan", message=_("The code %(code)s is not known."), code=ascii(code)[1:-1])
    return plan
