"""What the guest file leaves behind in a twin hotel beyond the guests; and what its operations get besides ids."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from binzhi.guests.profile import services, store
from binzhi.guests.profile.relations import relate
from binzhi.guests.profile.warnings import raise_warning
from tests.factories import NOW, SYSTEM, TestHotel

_P = "binzhi.guests.profile"
OWN: dict[str, dict[str, Any]] = {
    f"{_P}.services.write_profile": {"values": {"tastes": "清淡"}, "seen": 0},
    f"{_P}.services.write_organisation": {
        "contract_no": None, "contract_from": None,
        "contract_until": None, "credit_limit": Decimal(1), "values": {"products": "港机"}, "seen": 0,
    },
    f"{_P}.services.add_contact": {"role": "秘书", "decides": False},
    f"{_P}.relations.relate": {"kind": "friend", "decides": False, "note": ""},
    f"{_P}.warnings.raise_warning": {"text": "勿拍照", "severity": 1, "blacklist": False, "ends_on": None},
    f"{_P}.warnings.decide_blacklist": {"agree": True},
}  # fmt: skip


def furnish(*, hotel: TestHotel, ids: dict[str, Any]) -> None:
    """A value, a linked person, a contact, and a blacklisting that waits."""
    own: dict[str, Any] = {"hotel_id": hotel.pk, "actor": SYSTEM, "now": NOW}
    services.write_profile(guest_id=ids["guest_id"], values={"colour": "墨绿"}, seen=0, **own)
    services.write_organisation(
        organisation_id=ids["organisation_id"], contract_until=None, credit_limit=Decimal(5000),
        values={"website": "lanhai.example"}, seen=0, **own,
    )  # fmt: skip
    services.switch_fields(on={field.key for field in store.fields_on(hotel.pk)} - {"colour"}, **own)
    ids["other_id"] = ids["other_guest_id"]
    ids["relation_id"] = relate(
        guest_id=ids["guest_id"], other_id=ids["other_id"], kind="secretary", decides=False, note="", **own
    )
    ids["contact_id"] = services.add_contact(
        organisation_id=ids["organisation_id"], guest_id=ids["other_id"], role="秘书", decides=False, **own
    )
    ids["warning_id"] = raise_warning(
        guest_id=ids["guest_id"], text="逃账", severity=3, blacklist=True, ends_on=None, **own
    )
