"""How a message leaves the house: an interface, mail and text messages behind it."""

from binzhi.engagement.transport.base import Down, NotNow, Outgoing, Refused, Transport
from binzhi.engagement.transport.choosing import transport_for

__all__ = ["Down", "NotNow", "Outgoing", "Refused", "Transport", "transport_for"]
