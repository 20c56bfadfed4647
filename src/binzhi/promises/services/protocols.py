"""Protocols of a hotel: a new text is a new version, and what runs follows the one it began with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import EditConflict
from binzhi.kernel.operations import operation, record, unit_of_work
from binzhi.kernel.text import clean_text
from binzhi.promises.access import Permission
from binzhi.promises.errors import ProtocolInvalid, UnknownProtocol
from binzhi.promises.events import ProtocolSaved, ProtocolSwitched
from binzhi.promises.protocols import store
from binzhi.promises.protocols.known import problems_in_house
from binzhi.promises.protocols.language import ProtocolSpec
from binzhi.promises.protocols.reader import read

NOTE_LIMIT = 200
# The row is locked whether it is made or found: whoever saves the same protocol waits here.
_TAKE = """
INSERT INTO promises_protocol (hotel_id, code, name, name_en, subject)
VALUES (%(hotel)s, %(code)s, %(name)s, %(name_en)s, %(subject)s)
ON CONFLICT (hotel_id, code) DO UPDATE
    SET name = excluded.name, name_en = excluded.name_en, subject = excluded.subject
RETURNING id
"""
_LAST = """
SELECT v.id, v.number, v.source FROM promises_protocol p JOIN promises_protocolversion v ON v.id = p.version_id
WHERE p.id = %s
"""
_ADD = """
WITH made AS (
    INSERT INTO promises_protocolversion (hotel_id, protocol_id, number, source, note, made_at, made_by_id)
    VALUES (%(hotel)s, %(protocol)s, %(number)s, %(source)s, %(note)s, %(now)s, %(user)s) RETURNING id
)
UPDATE promises_protocol SET version_id = made.id FROM made WHERE promises_protocol.id = %(protocol)s
RETURNING version_id
"""
_SWITCH = "UPDATE promises_protocol SET is_active = %s WHERE hotel_id = %s AND code = %s RETURNING id"
# One statement: those that are there already are left alone, with whatever the hotel has made of them.
_INSTALL = """
WITH given AS (
    SELECT * FROM unnest(%(codes)s::text[], %(names)s::text[], %(names_en)s::text[], %(subjects)s::text[],
        %(sources)s::text[], %(active)s::boolean[]) AS g (code, name, name_en, subject, source, active)
), fresh AS (
    INSERT INTO promises_protocol (hotel_id, code, name, name_en, subject, is_active)
    SELECT %(hotel)s, code, name, name_en, subject, active FROM given
    ON CONFLICT (hotel_id, code) DO NOTHING RETURNING id, code
)
INSERT INTO promises_protocolversion (hotel_id, protocol_id, number, source)
SELECT %(hotel)s, fresh.id, 1, given.source FROM fresh JOIN given USING (code)
RETURNING id
"""
_POINT = """
UPDATE promises_protocol p SET version_id = v.id FROM promises_protocolversion v
WHERE v.protocol_id = p.id AND v.id = ANY(%s) RETURNING p.code, v.id
"""


@dataclass(frozen=True, slots=True)
class SavedProtocol:
    protocol_id: int
    version_id: int
    number: int


@operation(Permission.EDIT_PROTOCOLS)
def save_protocol(
    *, hotel_id: int, source: str, note: str = "", expected_number: int | None = None, actor: Actor, now: datetime
) -> SavedProtocol:
    """Make a text the version that new runs of its protocol follow; a new code is a new protocol.

    The same text again makes no new version. Locks the protocol. Raises ProtocolInvalid with all mistakes (departments
    and posts the hotel has not among them), EditConflict when a version after `expected_number` was saved meanwhile,
    InvalidInput at the note. Publishes ProtocolSaved.
    """
    note = clean_text(note, field="note", limit=NOTE_LIMIT)
    source = _tidied(source)
    spec = read(source)
    problems = problems_in_house(spec, *house_of(hotel_id))
    if problems:
        raise ProtocolInvalid(problems=tuple(problems))
    protocol_id = int(db.fetch_value(_TAKE, _row(hotel_id, spec)))
    last = db.fetch_one(_LAST, [protocol_id]) or {"id": None, "number": 0, "source": ""}
    if expected_number is not None and expected_number != last["number"]:
        raise EditConflict(field="source", current={"source": last["source"], "number": last["number"]})
    saved = SavedProtocol(protocol_id, last["id"] or 0, last["number"])
    if source != last["source"]:
        number = last["number"] + 1
        version_id = db.fetch_value(
            _ADD,
            {"hotel": hotel_id, "protocol": protocol_id, "number": number, "source": source, "note": note, "now": now,
             "user": actor.user_id},
        )  # fmt: skip
        saved = SavedProtocol(protocol_id, version_id, number)
    record(
        "protocol.saved", subject="protocol", subject_id=protocol_id, hotel_id=hotel_id, actor=actor, now=now,
        before={"version": last["number"]}, after={"code": spec.code, "version": saved.number}, reason=note,
        event=ProtocolSaved(hotel_id=hotel_id, protocol_id=protocol_id, version_id=saved.version_id),
    )  # fmt: skip
    return saved


@operation(Permission.EDIT_PROTOCOLS)
def set_protocol_active(*, hotel_id: int, code: str, active: bool, actor: Actor, now: datetime) -> None:
    """Switch a protocol on or off: off, nothing new is started by it; what runs goes on.

    Changes and locks the protocol. Idempotent. Raises UnknownProtocol. Publishes ProtocolSwitched.
    """
    protocol_id = db.fetch_value(_SWITCH, [active, hotel_id, code])
    if protocol_id is None:
        raise UnknownProtocol(protocol=code)
    record(
        "protocol.switched", subject="protocol", subject_id=protocol_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"code": code, "active": active},
        event=ProtocolSwitched(hotel_id=hotel_id, protocol_id=protocol_id, active=active),
    )  # fmt: skip


def install_shipped(*, hotel_id: int) -> dict[str, int]:
    """Give a hotel the shipped protocols it has not yet; ids of the versions made, by code. Again it changes nothing.

    A block for those who set a hotel up, after its departments are there: a protocol that names a department or post
    the hotel has not is put there switched off.
    """
    texts = {code: _tidied(text) for code, text in store.shipped().items()}
    specs = {code: read(text) for code, text in texts.items()}
    departments, posts = house_of(hotel_id)
    with unit_of_work():
        made = db.fetch_values(
            _INSTALL,
            {
                "hotel": hotel_id, "codes": list(specs), "names": [spec.name for spec in specs.values()],
                "names_en": [spec.name_en for spec in specs.values()],
                "subjects": [spec.subject for spec in specs.values()], "sources": list(texts.values()),
                "active": [not problems_in_house(spec, departments, posts) for spec in specs.values()],
            },
        )  # fmt: skip
        return {row["code"]: row["id"] for row in db.fetch_all(_POINT, [made])}


def house_of(hotel_id: int) -> tuple[set[str], set[str]]:
    """Codes of the departments and of the posts of a hotel."""
    departments = db.fetch_values("SELECT code FROM people_department WHERE hotel_id = %s", [hotel_id])
    return set(departments), set(db.fetch_values("SELECT code FROM people_post WHERE hotel_id = %s", [hotel_id]))


def _tidied(source: str) -> str:
    """A form sends other line ends than a file holds: the same text is to be the same."""
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n") + "\n"


def _row(hotel_id: int, spec: ProtocolSpec) -> dict[str, object]:
    return {
        "hotel": hotel_id, "code": spec.code, "name": spec.name, "name_en": spec.name_en, "subject": spec.subject,
    }  # fmt: skip
