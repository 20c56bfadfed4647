"""Which room for whom: rules, their weights, the best rooms for a day, what stands against a wish."""

from binzhi.frontdesk.assignment.optimum import Optimum, optimise, propose
from binzhi.frontdesk.assignment.rules import (
    LONG_STAY_NIGHTS,
    MUSTS,
    FreeRoom,
    Need,
    Proposal,
    Reason,
    order_of,
    ranked,
    rate,
)

__all__ = [
    "LONG_STAY_NIGHTS",
    "MUSTS",
    "FreeRoom",
    "Need",
    "Optimum",
    "Proposal",
    "Reason",
    "optimise",
    "order_of",
    "propose",
    "ranked",
    "rate",
]
