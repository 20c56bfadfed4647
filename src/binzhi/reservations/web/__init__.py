"""Screens of reservations: the new booking, the list, one reservation with all that can be done to it."""
