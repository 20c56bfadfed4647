"""Rights of this context."""

from enum import StrEnum


class Permission(StrEnum):
    VIEW = "guests.view_guest"
    CREATE = "guests.create_guest"
    UPDATE = "guests.update_guest"
    REVEAL = "guests.reveal"
    SET_VIP_LEVEL = "guests.set_vip_level"
    MANAGE_ORGANISATIONS = "guests.manage_organisations"
    # No post carries it: the system alone rotates keys.
    ROTATE_KEYS = "guests.rotate_keys"
    # What the house learns about its guests.
    OBSERVE = "guests.observe"
    RECOGNISE = "guests.recognise"
    CONFIRM = "guests.confirm_preferences"
    KEEP_CHIPS = "guests.keep_chips"
    # No post carries it: the system alone ends what was for one stay, and notes what was done.
    LEARN = "guests.learn"
