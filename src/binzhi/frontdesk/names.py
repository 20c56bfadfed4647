"""How guests are called on boards: as the guest file has it, and how much their level weighs."""

from __future__ import annotations

from binzhi.guests.naming import FEMALE, MALE, board_name, is_chinese, surname_of
from binzhi.kernel.standing import Standing, standing

__all__ = ["FEMALE", "MALE", "board_name", "is_chinese", "surname_of", "vip_weight"]


def vip_weight(level: str, rank: int = 0) -> Standing:
    """0 for an ordinary guest, 3 for the highest; what the guest file calls the level is its own word."""
    return standing(level, rank)
