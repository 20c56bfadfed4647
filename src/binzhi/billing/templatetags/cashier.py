"""The part of any form that takes money: a shift is asked for where none is open."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from binzhi.billing.cashier.asking import FLOAT, NOTED, TILL
from binzhi.billing.cashier.queries import tills

register = template.Library()


@register.inclusion_tag("billing/_open_shift.html", takes_context=True)
def open_shift(context: Context) -> dict[str, Any]:
    """Till and float, drawn only after a refusal that asks for them."""
    request = context.get("request")
    refusal = getattr(request, NOTED, None)
    if refusal is None or request is None:
        return {"asked": False}
    free = [row for row in tills(hotel_id=request.hotel.pk)]
    chosen = request.POST.get(TILL, "")
    return {
        "asked": True, "tills": free, "chosen": chosen or next((str(row.pk) for row in free if not row.shift_id), ""),
        "float": request.POST.get(FLOAT, ""),
        "refusal": refusal if refusal.field in ("till", "opening_float") else None,
        "left": next((row.left for row in free if not row.shift_id and row.left), None),
    }  # fmt: skip
