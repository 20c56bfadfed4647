"""Reservations and what can be booked, read."""

from binzhi.reservations.queries.offers import Offer, offers

__all__ = ["Offer", "offers"]
