"""Two bookings back to back of one guest are one stay (续住): the same room, and nobody checks out in between."""
