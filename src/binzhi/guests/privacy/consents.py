"""The ledger of consents: every answer is kept with the words it was given to; the last one of a purpose holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from binzhi.guests.access import Permission
from binzhi.guests.enums import Channel, ConsentAnswer
from binzhi.guests.events import ConsentNoted, ConsentTextPublished
from binzhi.guests.privacy.purposes import BY_CODE, LANGUAGES, PURPOSES, REST_DAYS, Purpose
from binzhi.kernel import crypto, db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.property.queries import hotel_by_id

TEXT_LIMIT = 2000
GUARDIAN_AGE = 14


def guardian_place(entry_id: int) -> str:
    return f"guests_consententry.guardian:{entry_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentInput:
    """An answer as it was given. `guardian`: who agreed for a child, and what that person is to the child."""

    purpose: str
    answer: str
    channel: str = "desk"
    language: str = "zh-hans"
    guardian: str = ""
    guardian_relation: str = ""


@operation(Permission.RECORD_CONSENT)
def note_consent(*, hotel_id: int, guest_id: int, consent: ConsentInput, actor: Actor, now: datetime) -> int:
    """Keep an answer: given, refused or withdrawn; the entry's id.

    Adds an entry, and the shipped words as version 1 where the group has none yet. Locks the guest row. Raises
    NotFound, InvalidInput (a child under 14 needs a guardian). Publishes ConsentNoted. Not idempotent: each
    answer is a row.
    """
    hotel = hotel_by_id(hotel_id)
    _check(consent)
    guest = db.fetch_one(
        "SELECT birth_date FROM guests_guest WHERE group_id = %s AND id = %s FOR NO KEY UPDATE",
        [hotel.group_id, guest_id],
    )
    if guest is None:
        raise NotFound
    guardian = clean_text(consent.guardian, field="guardian", limit=60)
    relation = clean_text(consent.guardian_relation, field="guardian_relation", limit=30)
    given = consent.answer == ConsentAnswer.GIVEN
    if given and _is_child(guest["birth_date"], hotel.local(now).date()) and not (guardian and relation):
        raise InvalidInput(
            field="guardian", message=_("A child under 14: the guardian agrees. Who, and what to the child?")
        )
    entry_id: int = db.fetch_value("SELECT nextval(pg_get_serial_sequence('guests_consententry', 'id'))")
    text_id = _text_in_force(hotel.group_id, consent, now)
    db.execute(
        "INSERT INTO guests_consententry (id, group_id, hotel_id, guest_id, purpose, answer, text_id, language,"
        " channel,"
        " user_id, guardian_sealed, guardian_relation, at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [entry_id, hotel.group_id, hotel_id, guest_id, consent.purpose, consent.answer, text_id, consent.language,
         consent.channel, actor.user_id, crypto.seal(guardian, place=guardian_place(entry_id)) if guardian else None,
         relation, now],
    )  # fmt: skip
    record(
        "guest.consent_noted", subject="guest", subject_id=guest_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"purpose": consent.purpose, "answer": consent.answer, "channel": consent.channel, "text_id": text_id},
        event=ConsentNoted(guest_id=guest_id, purpose=consent.purpose, answer=consent.answer),
    )  # fmt: skip
    return entry_id


def _check(consent: ConsentInput) -> None:
    if consent.purpose not in BY_CODE:
        raise InvalidInput(field="purpose", message=_("This purpose does not exist."))
    if consent.answer not in ConsentAnswer.values:
        raise InvalidInput(field="answer")
    if consent.channel not in Channel.values:
        raise InvalidInput(field="channel")
    if consent.language not in LANGUAGES:
        raise InvalidInput(field="language")


def _is_child(born: date | None, today: date) -> bool:
    if born is None:
        return False
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day)) < GUARDIAN_AGE


_IN_FORCE = """
SELECT id FROM guests_consenttext WHERE group_id = %s AND purpose = %s AND language = %s ORDER BY version DESC LIMIT 1
"""


def _text_in_force(group_id: int, consent: ConsentInput, now: datetime) -> int:
    """The words this answer was given to. Those that come with the house become version 1 when first used."""
    found: int | None = db.fetch_value(_IN_FORCE, [group_id, consent.purpose, consent.language])
    if found is None:
        for language, text in BY_CODE[consent.purpose].texts.items():
            db.execute(
                "INSERT INTO guests_consenttext (group_id, purpose, version, language, text, made_at)"
                " VALUES (%s, %s, 1, %s, %s, %s) ON CONFLICT DO NOTHING",
                [group_id, consent.purpose, language, text, now],
            )
        found = db.fetch_value(_IN_FORCE, [group_id, consent.purpose, consent.language])
    assert found is not None
    return found


@operation(Permission.EDIT_CONSENT_TEXTS)
def publish_text(
    *, hotel_id: int, purpose: str, texts: dict[str, str], actor: Actor, now: datetime
) -> int:  # fmt: skip
    """Put new words in force for a purpose, in every language; their version. Answers given before keep the old ones.

    Adds a row per language. Locks the group's words of this purpose. Raises InvalidInput. Publishes
    ConsentTextPublished. Not idempotent.
    """
    if purpose not in BY_CODE:
        raise InvalidInput(field="purpose", message=_("This purpose does not exist."))
    group_id = hotel_by_id(hotel_id).group_id
    clean = {
        language: clean_text(
            texts.get(language, ""), field=f"text_{language}", limit=TEXT_LIMIT, required=True, multiline=True
        )
        for language in LANGUAGES
    }  # fmt: skip
    db.execute("SELECT pg_advisory_xact_lock(hashtext('guests.consent_text'), %s)", [group_id])
    # The shipped words are version 1 whether or not somebody has answered to them.
    version = 1 + (
        db.fetch_value(
            "SELECT max(version) FROM guests_consenttext WHERE group_id = %s AND purpose = %s", [group_id, purpose]
        )
        or 1
    )
    for language, text in clean.items():
        db.execute(
            "INSERT INTO guests_consenttext (group_id, purpose, version, language, text, made_by, made_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [group_id, purpose, version, language, text, actor.user_id, now],
        )
    record(
        "guest.consent_text_published", subject="hotel", subject_id=hotel_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"purpose": purpose, "version": version},
        event=ConsentTextPublished(purpose=purpose, version=version),
    )  # fmt: skip
    return int(version)


# ---------------------------------------------------------------- read


_HAS = """
SELECT c.answer = 'given' FROM guests_consententry c
WHERE c.group_id = %s AND c.guest_id = %s AND c.purpose = %s AND c.at <= %s ORDER BY c.at DESC, c.id DESC LIMIT 1
"""


def has(group_id: int, guest_id: int, purpose: str, now: datetime) -> bool:
    """Has the guest agreed to this purpose, and not withdrawn? One index read."""
    return bool(db.fetch_value(_HAS, [group_id, guest_id, purpose, now]))


_WHO_AGREED = """
SELECT id FROM (
    SELECT DISTINCT ON (c.guest_id) c.guest_id AS id, c.answer FROM guests_consententry c
    WHERE c.group_id = %s AND c.guest_id = ANY(%s) AND c.purpose = %s AND c.at <= %s
    ORDER BY c.guest_id, c.at DESC, c.id DESC
) last WHERE answer = 'given'
"""


def agreed(*, group_id: int, guest_ids: list[int], purpose: str, now: datetime) -> set[int]:
    """Those among many guests who have agreed: one statement for a list or a campaign."""
    return set(db.fetch_values(_WHO_AGREED, [group_id, guest_ids, purpose, now]))


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    id: int
    purpose: str
    answer: str
    channel: str
    language: str
    version: int | None
    text: str
    user_id: int | None
    username: str
    guardian_relation: str
    has_guardian: bool
    at: datetime

    @property
    def purpose_label(self) -> str:
        return str(BY_CODE[self.purpose].label) if self.purpose in BY_CODE else self.purpose

    @property
    def answer_label(self) -> str:
        return str(ConsentAnswer(self.answer).label)

    @property
    def channel_label(self) -> str:
        return str(Channel(self.channel).label)

    @property
    def language_label(self) -> str:
        return LANGUAGES.get(self.language, self.language)


_LEDGER = """
SELECT c.id, c.purpose, c.answer, c.channel, c.language, t.version, coalesce(t.text, '') AS text, c.user_id,
       coalesce(u.name, '') AS username, c.guardian_relation, c.guardian_sealed IS NOT NULL AS has_guardian, c.at
FROM guests_consententry c LEFT JOIN guests_consenttext t ON t.id = c.text_id LEFT JOIN people_user u ON u.id =
c.user_id
WHERE c.group_id = %s AND c.guest_id = %s ORDER BY c.at DESC, c.id DESC
"""


def ledger(*, group_id: int, guest_id: int) -> list[LedgerEntry]:
    """Every answer of a guest, the last first."""
    return [LedgerEntry(**row) for row in db.fetch_all(_LEDGER, [group_id, guest_id])]


@dataclass(frozen=True, slots=True)
class Standing:
    """How one purpose stands with one guest. Who refused lately is not asked again before `rests_until`."""

    purpose: Purpose
    last: LedgerEntry | None
    rests_until: date | None = None

    @property
    def holds(self) -> bool:
        return self.last is not None and self.last.answer == ConsentAnswer.GIVEN


def standings(entries: list[LedgerEntry], now: datetime) -> list[Standing]:
    """Every purpose of the house with the guest's last answer to it."""
    last: dict[str, LedgerEntry] = {}
    for entry in entries:
        last.setdefault(entry.purpose, entry)
    found = []
    for purpose in PURPOSES:
        said, rests = last.get(purpose.code), None
        if said is not None and said.answer == ConsentAnswer.REFUSED:
            until = said.at + timedelta(days=REST_DAYS)
            rests = until.date() if until > now else None
        found.append(Standing(purpose, said, rests))
    return found


_TEXTS = """
SELECT DISTINCT ON (purpose, language) purpose, language, version, text, made_at FROM guests_consenttext
WHERE group_id = %s ORDER BY purpose, language, version DESC
"""


@dataclass(frozen=True, slots=True)
class TextInForce:
    purpose: Purpose
    version: int
    texts: dict[str, str]
    made_at: datetime | None


def texts_in_force(*, group_id: int) -> list[TextInForce]:
    """The words of every purpose as they stand, shipped or the group's own."""
    own: dict[str, dict[str, dict[str, Any]]] = {}
    for row in db.fetch_all(_TEXTS, [group_id]):
        own.setdefault(row["purpose"], {})[row["language"]] = row
    found = []
    for purpose in PURPOSES:
        rows = own.get(purpose.code, {})
        texts = {
            language: rows[language]["text"] if language in rows else purpose.texts[language] for language in LANGUAGES
        }
        version = max((row["version"] for row in rows.values()), default=1)
        made_at = max((row["made_at"] for row in rows.values()), default=None)
        found.append(TextInForce(purpose, version, texts, made_at))
    return found
