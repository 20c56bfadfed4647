"""What may be done at the desk, each right held per hotel."""

from enum import StrEnum


class Permission(StrEnum):
    """Rights of the front desk; posts carry them (see people.posts)."""

    VIEW = "frontdesk.view_desk"
    ASSIGN_ROOM = "frontdesk.assign_room"
    CHECK_IN = "frontdesk.check_in"
    WALK_IN = "frontdesk.walk_in"
    UNDO_CHECK_IN = "frontdesk.undo_check_in"
    CHECK_OUT = "frontdesk.check_out"
    UNDO_CHECK_OUT = "frontdesk.undo_check_out"
    MOVE_ROOM = "frontdesk.move_room"
    CHANGE_STAY = "frontdesk.change_stay"
    OVERRIDE_READINESS = "frontdesk.override_readiness"
    RUN_NIGHT_AUDIT = "frontdesk.run_night_audit"
    # Assignment of rooms.
    SET_ASSIGNMENT = "frontdesk.set_assignment"
    # Key cards.
    MAKE_KEYS = "frontdesk.make_keys"
    SET_LOCKS = "frontdesk.set_locks"
    # Messages for guests, wake-up calls, what is kept for them.
    TAKE_MESSAGES = "frontdesk.take_messages"
    WAKE_UP = "frontdesk.wake_up"
    KEEP_THINGS = "frontdesk.keep_things"
