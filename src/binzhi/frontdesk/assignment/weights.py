"""How much each wish weighs: data of the hotel, with the house's own where it set none."""

from __future__ import annotations

from collections.abc import Mapping

Weights = Mapping[str, int]

# A wish outweighs any standing, standing outweighs readiness among rooms of one type.
DEFAULT: Weights = {
    "wish": 100,  # each thing the guest asked for; half of it against a room that lacks it
    "beside": 100,  # through a connecting door to a companion
    "last_room": 60,  # the room of the last stay
    "keep": 40,  # rooms for special needs are kept for who needs them
    "near": 30,  # on the floor of a companion
    "ready": 30,  # least trouble for housekeeping: inspected before clean before dirty before occupied
    "better": 8,  # better rooms to VIPs and long stays, by how good the room is
}
LARGEST = 200
