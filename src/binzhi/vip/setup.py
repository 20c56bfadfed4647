"""Furnishing: the levels of the source (IP, VIP, VVIP) with their amenities, for a hotel that has none yet."""

from __future__ import annotations

from binzhi.vip.enums import AmenityKind
from binzhi.vip.models import Amenity, Level

# Code, names, rank, who seals its rooms (nobody: they are checked, not sealed).
LEVELS = (
    ("IP", "重要客人", "Important guest", 1, ""),
    ("VIP", "贵宾", "VIP", 2, "quality-assistant-manager"),
    ("VVIP", "特级贵宾", "VVIP", 3, "gm-assistant"),
)
STANDARD = {
    "IP": {"fruit": "C", "flowers": "C", "board": "yes", "gm": "written"},
    "VIP": {"fruit": "B", "flowers": "B", "banner": "yes", "board": "yes", "gm": "letter"},
    "VVIP": {"fruit": "A", "flowers": "A", "banner": "yes", "board": "yes", "gm": "letter"},
}
NOTES = {
    ("IP", "gm"): "总经理欢迎词",
    ("VIP", "gm"): "总经理欢迎函，亲自迎接",
    ("VVIP", "gm"): "总经理欢迎函，亲自迎接并献花",
}


def create_standard(*, hotel_id: int) -> dict[str, int]:
    """Ids of the levels by code. Again it changes nothing that a hotel has made of them."""
    made: dict[str, int] = {}
    for code, name, name_en, rank, sealed_by in LEVELS:
        level, fresh = Level.objects.get_or_create(
            hotel_id=hotel_id, code=code,
            defaults={
                "name": name, "name_en": name_en, "rank": rank, "sealed": bool(sealed_by), "sealed_by": sealed_by,
            },
        )  # fmt: skip
        made[code] = level.pk
        if fresh:
            Amenity.objects.bulk_create(
                Amenity(
                    hotel_id=hotel_id, level=level, kind=AmenityKind(kind), value=value,
                    note=NOTES.get((code, kind), ""),
                )
                for kind, value in STANDARD[code].items()
            )  # fmt: skip
    return made
