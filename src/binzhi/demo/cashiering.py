"""The counter's drawers at the demo hotel: money is taken only within a shift, and today's are open."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from binzhi.billing.cashier import services, settings
from binzhi.billing.cashier.counting import CountInput
from binzhi.kernel.actor import Actor

TILLS = (("A", "总台一号"), ("B", "总台二号"), ("C", "财务部"))
FLOAT = Decimal(2000)


def open_tills(
    *, hotel_id: int, actor: Actor, receptionist: Actor, supervisor: Actor, cashier: Actor, now: datetime
) -> None:
    """The night's shift counted short and handed over to the receptionist; the cashier at the other drawer."""
    given: dict[str, Any] = {"hotel_id": hotel_id, "actor": actor, "now": now}
    first, second, _office = (
        settings.save_till(till_id=None, code=code, name=name, is_active=True, **given) for code, name in TILLS
    )
    night = services.open_shift(till_id=first, opening_float=FLOAT, **given | {"actor": supervisor})
    count = CountInput(pieces={Decimal(100): 19, Decimal(50): 1, Decimal(10): 4, Decimal(1): 5}, note="夜班找零少收")
    services.close_shift(shift_id=night, count=count, successor=receptionist, **given | {"actor": supervisor})
    services.open_shift(till_id=second, opening_float=FLOAT, **given | {"actor": cashier})
    settings.require_shifts(must_be_open=True, **given)
