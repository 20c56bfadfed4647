"""Rights of this context."""

from enum import StrEnum


class Permission(StrEnum):
    VIEW = "engagement.view_messages"
    SEND = "engagement.send_message"
    SETTLE = "engagement.settle_messages"
    WRITE_TEMPLATES = "engagement.write_templates"
    SET_UP = "engagement.set_up_messages"
