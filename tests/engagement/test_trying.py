"""A test message, and the mail server's certificate and sign-in."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from socket import create_connection, socket
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from binzhi.engagement.access import Permission
from binzhi.engagement.errors import TestNotTaken, WayNotSetUp
from binzhi.engagement.services import send_test, set_up_messages
from binzhi.engagement.transport.base import Down, Outgoing
from binzhi.engagement.transport.simulator import Simulator
from binzhi.engagement.transport.smtp import MailServer, Smtp
from binzhi.kernel import db as sql
from binzhi.kernel.errors import Forbidden, InvalidInput
from tests.engagement.conftest import EMAIL, Mailbox, settings_for
from tests.factories import NOW, SYSTEM, TestHotel, make_actor

LETTER = Outgoing(serial="s1", to=EMAIL, subject="测试", body="到了", language="zh-hans")


def test(hotel: TestHotel, way: str, to: str, **more: Any) -> str:
    return send_test(hotel_id=hotel.pk, way=way, to=to, **{"actor": SYSTEM, "now": NOW} | more)


test.__test__ = False  # type: ignore[attr-defined]


def tried() -> list[dict[str, Any]]:
    return [json.loads(row["after"]) for row in sql.fetch_all(
        "SELECT after FROM kernel_audit_entry WHERE operation = 'messages.tried' ORDER BY id"
    )]  # fmt: skip


def test_test_message_goes_out_at_once_by_both_ways(sending: TestHotel, mailbox: Mailbox, gateway: Simulator) -> None:
    test(sending, "email", EMAIL)
    test(sending, "sms", "139 1234 8806")
    assert [mail["To"] for mail in mailbox.mails] == [EMAIL]
    assert [one["to"] for one in gateway.taken.messages.values()] == ["+8613912348806"]
    assert tried() == [{"way": "email", "code": ""}, {"way": "sms", "code": ""}]
    assert EMAIL not in str(sql.fetch_all("SELECT * FROM kernel_audit_entry"))


def test_test_message_that_is_not_taken_says_why_and_is_written_down(sending: TestHotel, mailbox: Mailbox) -> None:
    mailbox.everybody = "550 no such mailbox"
    with pytest.raises(TestNotTaken, match="550"):
        test(sending, "email", EMAIL)
    assert tried() == [{"way": "email", "code": "recipient_550"}]


def test_test_message_refuses_what_cannot_be_sent(hotel: TestHotel, mailbox: Mailbox) -> None:
    with pytest.raises(WayNotSetUp):
        test(hotel, "email", EMAIL)
    set_up_messages(hotel_id=hotel.pk, messaging=settings_for(mailbox, None), actor=SYSTEM, now=NOW)
    for way, to, refused in (
        ("sms", "13912348806", WayNotSetUp), ("pigeon", "x", InvalidInput), ("email", "nobody", InvalidInput)
    ):  # fmt: skip
        with pytest.raises(refused):
            test(hotel, way, to)
    with pytest.raises(Forbidden):
        test(hotel, "email", EMAIL, actor=make_actor(hotel, [Permission.VIEW]))
    assert (mailbox.mails, tried()) == ([], [])


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate of a mail server on this machine, signed by itself, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    file = tmp_path_factory.mktemp("mail") / "identity.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


@contextmanager
def guarded(box: Mailbox, identity: Path, *, starttls: bool) -> Iterator[int]:
    """A mail server that takes mail from desk with its password only, and only encrypted; its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(identity)

    def known(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
        return AuthResult(success=given == LoginPassword(b"desk", b"secret"), handled=False)

    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    more = {"tls_context": context, "require_starttls": True} if starttls else {"ssl_context": context}
    server = Controller(
        box, hostname="127.0.0.1", port=port, server_hostname="localhost", authenticator=known, auth_required=True,
        auth_require_tls=starttls, **more,
    )  # fmt: skip
    # Its own look whether it is up would have to trust it.
    server._trigger_server = lambda: create_connection(("127.0.0.1", port)).close()
    server.start()
    try:
        yield port
    finally:
        server.stop()


@pytest.mark.filterwarnings("ignore:Requiring AUTH while")
@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_mail_goes_to_a_server_that_proves_who_it_is_and_knows_us(
    security: str, identity: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = Mailbox()
    with guarded(box, identity, starttls=security == "starttls") as port:

        def send(password: str) -> str:
            server = MailServer("127.0.0.1", port, security, "desk", "desk@hotel.example", password)
            return Smtp(server, timeout=5).send(LETTER)

        with pytest.raises(Down, match="SSLCertVerificationError"):
            send("secret")
        monkeypatch.setenv("SSL_CERT_FILE", str(identity))
        with pytest.raises(Down, match="login_refused"):
            send("wrong")
        assert box.mails == []
        assert send("secret") == "<s1@hotel.example>"
    assert box.ids == ["<s1@hotel.example>"]


def test_nothing_is_said_to_a_server_that_offers_no_encryption(mailbox: Mailbox) -> None:
    server = MailServer("127.0.0.1", mailbox.port, "starttls", "desk", "desk@hotel.example", "secret")
    with pytest.raises(Down):
        Smtp(server, timeout=5).send(LETTER)
    assert mailbox.mails == []
