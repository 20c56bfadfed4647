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
    # What is asked of guests at a hotel, and warnings; a blacklist needs a second person.
    MANAGE_FIELDS = "guests.manage_fields"
    WARN = "guests.warn"
    APPROVE_BLACKLIST = "guests.approve_blacklist"
