"""Rights of this context."""

from enum import StrEnum


class Permission(StrEnum):
    VIEW_ROOMS = "property.view_rooms"
    SET_ROOM_CONDITION = "property.set_room_condition"
    INSPECT_ROOM = "property.inspect_room"
    SEAL_ROOM = "property.seal_room"
    BREAK_SEAL = "property.break_seal"
