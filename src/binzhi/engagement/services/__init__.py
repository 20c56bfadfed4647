"""Writes of this context."""

from binzhi.engagement.services.outcomes import cancel_message, resend_message
from binzhi.engagement.services.queueing import ByHand, notify_arrangement, queue_automatic, queue_offer, send_by_hand
from binzhi.engagement.services.settings import MessagingInput, set_up_messages
from binzhi.engagement.services.templates import wording_of, write_template
from binzhi.engagement.services.trying import send_test

__all__ = [
    "ByHand",
    "MessagingInput",
    "cancel_message",
    "notify_arrangement",
    "queue_automatic",
    "queue_offer",
    "resend_message",
    "send_by_hand",
    "send_test",
    "set_up_messages",
    "wording_of",
    "write_template",
]
