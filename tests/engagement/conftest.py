"""A hotel that writes to its guests: a mail server that keeps what it is given, a gateway for text messages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from socket import socket
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from binzhi.engagement.enums import AUTOMATIC
from binzhi.engagement.services import MessagingInput, set_up_messages
from binzhi.engagement.transport.simulator import Simulator
from binzhi.guests import services as guests
from binzhi.guests.services import GuestDetails
from tests.factories import NOW, SYSTEM, TestHotel, make_hotel

KEY = "gateway-key"
EMAIL, PHONE = "guest@example.com", "13912348806"


@dataclass
class Mailbox:
    """What a mail server was given. `answers`: what it says to a recipient instead of taking the mail."""

    mails: list[EmailMessage] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    everybody: str = ""
    port: int = 0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        said = self.everybody or self.answers.get(address, "")
        if said:
            return said
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"

    @property
    def ids(self) -> list[str]:
        return [str(mail["Message-ID"]) for mail in self.mails]


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        box.port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=box.port, server_hostname="localhost")
    server.start()
    try:
        yield box
    finally:
        server.stop()


@pytest.fixture
def gateway() -> Iterator[Simulator]:
    with Simulator(key=KEY) as running:
        yield running


@pytest.fixture
def hotel(db: None) -> TestHotel:
    return make_hotel(with_billing=True)


def settings_for(mailbox: Mailbox | None, gateway: Simulator | None, **more: Any) -> MessagingInput:
    """Everything goes out by itself, over those servers that there are."""
    given: dict[str, Any] = {
        "email_on": mailbox is not None, "smtp_host": "127.0.0.1", "smtp_port": mailbox.port if mailbox else 25,
        "smtp_security": "none", "from_address": "desk@hotel.example", "sms_on": gateway is not None,
        "sms_url": gateway.url if gateway else "", "sms_key": KEY, "sms_signature": "测试酒店",
        "automatic": tuple(kind.value for kind in AUTOMATIC),
    }  # fmt: skip
    return MessagingInput(**given | more)


@pytest.fixture
def sending(hotel: TestHotel, mailbox: Mailbox, gateway: Simulator) -> TestHotel:
    """The hotel with both ways on, mail first."""
    set_up_messages(hotel_id=hotel.pk, messaging=settings_for(mailbox, gateway), actor=SYSTEM, now=NOW)
    return hotel


def a_guest(hotel: TestHotel, **more: Any) -> int:
    details = GuestDetails(**{"name": "陈国梁", "email": EMAIL, "phone": PHONE, **more})
    return guests.create_guest(hotel_id=hotel.pk, details=details, actor=SYSTEM, now=NOW)
