"""Screens of this context, and the gate every screen of the house goes through."""

from binzhi.people.web.gate import StaffRequest, screen

__all__ = ["StaffRequest", "screen"]
