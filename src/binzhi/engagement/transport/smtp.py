"""Mail over SMTP: one connection for a message, plain text, the serial as Message-ID."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate

from binzhi.engagement.enums import Security
from binzhi.engagement.transport.base import TIMEOUT_SECONDS, Down, NotNow, Outgoing, Refused

_LANGUAGES = {"zh-hans": "zh-CN", "en": "en"}


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over, and in whose name."""

    host: str
    port: int
    security: str
    user: str
    sender: str
    password: str = field(default="", repr=False)


class Smtp:
    def __init__(self, server: MailServer, *, timeout: float = TIMEOUT_SECONDS) -> None:
        self._server = server
        self._timeout = timeout

    def send(self, message: Outgoing) -> str:
        """The Message-ID. An answer of 4xx is NotNow, of 5xx Refused; no connection, no login: Down."""
        mail = self._letter(message)
        try:
            with self._connected() as connection:
                self._log_in(connection)
                self._hand_over(connection, mail)
        except smtplib.SMTPResponseException as error:
            raise _judged(error) from None
        except (OSError, smtplib.SMTPException) as error:
            raise Down(type(error).__name__) from None
        return str(mail["Message-ID"])

    def probe(self) -> None:
        """Is the server there, and does it let us in? No letter goes. Raises Down."""
        try:
            with self._connected() as connection:
                self._log_in(connection)
                connection.noop()
        except smtplib.SMTPResponseException as error:
            raise Down(f"smtp_{error.smtp_code}") from None
        except (OSError, smtplib.SMTPException) as error:
            raise Down(type(error).__name__) from None

    def _letter(self, message: Outgoing) -> EmailMessage:
        mail = EmailMessage(policy=SMTP)
        mail["From"] = self._server.sender
        mail["To"] = message.to
        mail["Subject"] = message.subject
        mail["Date"] = formatdate()
        mail["Message-ID"] = f"<{message.serial}@{self._server.sender.partition('@')[2]}>"
        mail["Content-Language"] = _LANGUAGES.get(message.language, message.language)
        # Answering machines do not answer to this.
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.body)
        return mail

    def _connected(self) -> smtplib.SMTP:
        server, context = self._server, ssl.create_default_context()
        # A name of our own, or it asks the resolver for one at every letter.
        own_name = server.sender.partition("@")[2] or "localhost"
        if server.security == Security.TLS:
            return smtplib.SMTP_SSL(server.host, server.port, own_name, timeout=self._timeout, context=context)
        connection = smtplib.SMTP(server.host, server.port, own_name, timeout=self._timeout)
        if server.security == Security.STARTTLS:
            try:
                connection.starttls(context=context)
            except BaseException:
                connection.close()
                raise
        return connection

    def _log_in(self, connection: smtplib.SMTP) -> None:
        if not self._server.user:
            return
        try:
            connection.login(self._server.user, self._server.password)
        except (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError):
            # The house's own fault, which does not make the message undeliverable.
            raise Down("login_refused") from None

    def _hand_over(self, connection: smtplib.SMTP, mail: EmailMessage) -> None:
        try:
            connection.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            status, _words = next(iter(error.recipients.values()))
            raise _by_status(status, "recipient") from None
        except smtplib.SMTPSenderRefused as error:
            raise Down(f"sender_refused_{error.smtp_code}") from None


def _judged(error: smtplib.SMTPResponseException) -> NotNow | Refused:
    if isinstance(error, smtplib.SMTPConnectError | smtplib.SMTPHeloError):
        return Down(f"smtp_{error.smtp_code}")
    return _by_status(error.smtp_code, "smtp")


def _by_status(status: int, what: str) -> NotNow | Refused:
    code = f"{what}_{status}"
    return Refused(code) if 500 <= status < 600 else NotNow(code)
