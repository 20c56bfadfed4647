"""Which way out a hotel's settings name."""

from __future__ import annotations

from binzhi.engagement.enums import Way
from binzhi.engagement.settings import MessagingRef
from binzhi.engagement.transport.sms import Gateway, HttpGateway
from binzhi.engagement.transport.smtp import MailServer, Smtp


def transport_for(messaging: MessagingRef, way: str) -> Smtp | HttpGateway:
    """Raises KeyMissing when a secret does not open."""
    if way == Way.EMAIL:
        return Smtp(
            MailServer(
                host=messaging.smtp_host, port=messaging.smtp_port, security=messaging.smtp_security,
                user=messaging.smtp_user, password=messaging.smtp_password, sender=messaging.from_address,
            )
        )  # fmt: skip
    return HttpGateway(Gateway(url=messaging.sms_url, key=messaging.sms_key, signature=messaging.sms_signature))
