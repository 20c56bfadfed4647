"""Setting up: mail server, gateway, quiet hours, what goes out by itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from binzhi.engagement.access import Permission
from binzhi.engagement.enums import AUTOMATIC, Route, Security
from binzhi.engagement.events import MessagingSetUp
from binzhi.engagement.models import Messaging
from binzhi.engagement.places import key_place, password_place
from binzhi.kernel import crypto, db
from binzhi.kernel.actor import Actor
from binzhi.kernel.calls import LOOPBACK, clean_address
from binzhi.kernel.errors import EditConflict, InvalidInput
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text

MOST_DAYS = 30
_HOST = re.compile(r"[A-Za-z0-9.:-]{1,200}")


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagingInput:
    """`smtp_password`, `sms_key`: None leaves what is kept, empty takes it away. `expected_version`: 0 when new."""

    email_on: bool = False
    smtp_host: str = ""
    smtp_port: int = 465
    smtp_security: str = Security.TLS.value
    smtp_user: str = ""
    smtp_password: str | None = None
    from_address: str = ""
    sms_on: bool = False
    sms_url: str = ""
    sms_key: str | None = None
    sms_signature: str = ""
    route: str = Route.EMAIL_FIRST.value
    automatic: tuple[str, ...] = ()
    quiet_from: time = time(21)
    quiet_until: time = time(8)
    reminder_days: int = 1
    reminder_at: time = time(10)
    expected_version: int = 0


@operation(Permission.SET_UP)
def set_up_messages(*, hotel_id: int, messaging: MessagingInput, actor: Actor, now: datetime) -> int:
    """Keep how the hotel sends; the new version. What waits goes out the new way from the next try on.

    Locks the hotel's settings. Raises InvalidInput at the field, EditConflict when somebody saved in between.
    Publishes MessagingSetUp. Not idempotent: each saving is a version.
    """
    values = _clean(messaging)
    db.execute("SELECT pg_advisory_xact_lock(hashtext('engagement.messaging'), %s)", [hotel_id])
    kept = Messaging.objects.select_for_update().filter(hotel_id=hotel_id).first()
    if (kept.version if kept else 0) != messaging.expected_version:
        raise EditConflict
    if kept is None:
        kept = Messaging.objects.create(hotel_id=hotel_id, **values)
    else:
        Messaging.objects.filter(pk=kept.pk).update(version=kept.version + 1, **values)
    for column, secret, place in (
        ("smtp_password_sealed", messaging.smtp_password, password_place(kept.pk)),
        ("sms_key_sealed", messaging.sms_key, key_place(kept.pk)),
    ):
        if secret is not None:
            sealed = crypto.seal(secret, place=place) if secret else None
            Messaging.objects.filter(pk=kept.pk).update(**{column: sealed})
    record(
        "messages.set_up", subject="hotel", subject_id=hotel_id, hotel_id=hotel_id, actor=actor, now=now,
        after={
            "email": messaging.email_on, "sms": messaging.sms_on, "route": messaging.route,
            "automatic": list(messaging.automatic), "quiet_from": messaging.quiet_from,
            "quiet_until": messaging.quiet_until, "password_changed": messaging.smtp_password is not None,
            "key_changed": messaging.sms_key is not None,
        },
        event=MessagingSetUp(hotel_id=hotel_id),
    )  # fmt: skip
    return messaging.expected_version + 1


def _clean(given: MessagingInput) -> dict[str, Any]:
    if given.smtp_security not in Security.values:
        raise InvalidInput(field="smtp_security")
    if given.route not in Route.values:
        raise InvalidInput(field="route")
    if set(given.automatic) - {kind.value for kind in AUTOMATIC}:
        raise InvalidInput(field="automatic")
    if not 1 <= given.reminder_days <= MOST_DAYS:
        raise InvalidInput(field="reminder_days", message=_("Between 1 and %(most)s."), most=MOST_DAYS)
    values: dict[str, Any] = {
        "email_on": given.email_on, "sms_on": given.sms_on, "smtp_security": given.smtp_security,
        "smtp_port": given.smtp_port, "route": given.route, "automatic": list(given.automatic),
        "quiet_from": given.quiet_from, "quiet_until": given.quiet_until, "reminder_days": given.reminder_days,
        "reminder_at": given.reminder_at,
    }  # fmt: skip
    return values | _clean_mail(given) | _clean_sms(given)


def _clean_mail(given: MessagingInput) -> dict[str, str]:
    host = clean_text(given.smtp_host, field="smtp_host", limit=200, required=given.email_on)
    if host and not _HOST.fullmatch(host):
        raise InvalidInput(field="smtp_host", message=_("The name or the number of a server is expected."))
    if not 1 <= given.smtp_port <= 65535:
        raise InvalidInput(field="smtp_port", message=_("Between 1 and %(most)s."), most=65535)
    if given.email_on and given.smtp_security == Security.NONE and host not in LOOPBACK:
        raise InvalidInput(
            field="smtp_security", message=_("Without encryption only a server on this machine is taken.")
        )
    address = clean_text(given.from_address, field="from_address", limit=200, required=given.email_on)
    if address:
        try:
            validate_email(address)
        except ValidationError as error:
            raise InvalidInput(field="from_address", message=_("This is no e-mail address.")) from error
    return {
        "smtp_host": host, "from_address": address,
        "smtp_user": clean_text(given.smtp_user, field="smtp_user", limit=200),
    }  # fmt: skip


def _clean_sms(given: MessagingInput) -> dict[str, str]:
    url = clean_address(given.sms_url, field="sms_url", limit=300, required=given.sms_on)
    signature = clean_text(given.sms_signature, field="sms_signature", limit=20).strip("【】")
    return {"sms_url": url, "sms_signature": signature}
