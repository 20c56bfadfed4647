"""The outside partners of messages: the mail server, the gateway for text messages."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from binzhi.engagement.access import Permission
from binzhi.engagement.enums import Way
from binzhi.engagement.settings import messaging_of
from binzhi.engagement.transport.choosing import transport_for
from binzhi.kernel import db
from binzhi.kernel.calls import Unanswered
from binzhi.kernel.partners import NOT_CONNECTED
from binzhi.kernel.reached import Counts, Partner, register_partner

_COUNTS = """
SELECT count(*) FILTER (WHERE state IN ('queued', 'sending')) AS waiting,
    count(*) FILTER (WHERE state = 'dead') AS given_up
FROM engagement_message WHERE hotel_id = %s AND way = %s AND state IN ('queued', 'sending', 'dead')
"""


def _counts(way: str) -> Callable[[int], Counts]:
    def count(hotel_id: int) -> Counts:
        messaging, row = messaging_of(hotel_id), db.fetch_one(_COUNTS, [hotel_id, way])
        return Counts(connected=bool(messaging and way in messaging.ways), **(row or {}))

    return count


def _probe(way: str) -> Callable[[int], None]:
    def ask(hotel_id: int) -> None:
        messaging = messaging_of(hotel_id)
        if messaging is None or way not in messaging.ways:
            raise Unanswered(NOT_CONNECTED)
        transport_for(messaging, way).probe()

    return ask


def register() -> None:
    """Show both among the outside partners."""
    for way, label, icon in (
        (Way.EMAIL.value, _("Mail server"), "mail"), (Way.SMS.value, _("Gateway for text messages"), "message"),
    ):  # fmt: skip
        register_partner(
            Partner(
                code=way, label=label, icon=icon, permission=Permission.SET_UP, settings="engagement:settings",
                waiting="engagement:log?state=queued", given_up="engagement:log?state=dead", counts=_counts(way),
                probe=_probe(way),
            )
        )  # fmt: skip
