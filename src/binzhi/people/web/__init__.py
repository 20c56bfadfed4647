"""Screens of this context, and the gate every screen of the house goes through."""

from binzhi.people.web.gate import StaffRequest, hotel_of, screen

__all__ = ["StaffRequest", "hotel_of", "screen"]
