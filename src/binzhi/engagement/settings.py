"""How a hotel sends, read and with its secrets opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from binzhi.engagement import quiet
from binzhi.engagement.enums import Route, Way
from binzhi.engagement.places import key_place, password_place
from binzhi.kernel import crypto, db

_COLUMNS = """
id, hotel_id, email_on, smtp_host, smtp_port, smtp_security, smtp_user, smtp_password_sealed, from_address, sms_on,
sms_url, sms_key_sealed, sms_signature, route, automatic, quiet_from, quiet_until, reminder_days, reminder_at, version
"""


@dataclass(frozen=True, slots=True)
class MessagingRef:
    """One hotel's settings as they stand."""

    id: int
    hotel_id: int
    email_on: bool
    smtp_host: str
    smtp_port: int
    smtp_security: str
    smtp_user: str
    smtp_password_sealed: bytes | None
    from_address: str
    sms_on: bool
    sms_url: str
    sms_key_sealed: bytes | None
    sms_signature: str
    route: str
    automatic: Sequence[str]
    quiet_from: time
    quiet_until: time
    reminder_days: int
    reminder_at: time
    version: int

    @property
    def ways(self) -> tuple[str, ...]:
        """Those that are switched on."""
        on = ((Way.EMAIL, self.email_on), (Way.SMS, self.sms_on))
        return tuple(way.value for way, is_on in on if is_on)

    @property
    def smtp_password(self) -> str:
        """Raises KeyMissing."""
        sealed = self.smtp_password_sealed
        return "" if sealed is None else crypto.open_sealed(sealed, place=password_place(self.id))

    @property
    def sms_key(self) -> str:
        """Raises KeyMissing."""
        sealed = self.sms_key_sealed
        return "" if sealed is None else crypto.open_sealed(sealed, place=key_place(self.id))

    def chosen(self, reachable: Sequence[str]) -> tuple[str, ...]:
        """The ways that something which goes out by itself takes to somebody with these addresses."""
        open_ways = [way for way in self.ways if way in reachable]
        if self.route == Route.BOTH:
            return tuple(open_ways)
        first = Way.SMS if self.route == Route.SMS_FIRST else Way.EMAIL
        return tuple(sorted(open_ways, key=lambda way: way != first)[:1])

    def allowed(self, instant: datetime, *, way: str, timezone: str) -> datetime:
        """When it may go out by itself: a text message not in the quiet hours; mail rings at nobody's ear."""
        if way != Way.SMS:
            return instant
        return quiet.when_allowed(instant, timezone=timezone, quiet_from=self.quiet_from, quiet_until=self.quiet_until)


def messaging_of(hotel_id: int) -> MessagingRef | None:
    """The hotel's settings; None where nobody has set anything up."""
    row = db.fetch_one(f"SELECT {_COLUMNS} FROM engagement_messaging WHERE hotel_id = %s", [hotel_id])  # noqa: S608
    return None if row is None else MessagingRef(**row)
