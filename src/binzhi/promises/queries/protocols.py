"""The hotel's protocols and their versions, for those who read and change them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from binzhi.kernel import db
from binzhi.promises.errors import UnknownProtocol
from binzhi.promises.protocols import store
from binzhi.promises.protocols.language import ProtocolSpec
from binzhi.property.queries import localised


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolRow:
    """A protocol with the version new runs follow; `live`: runs of any of its versions."""

    code: str
    subject: str
    is_active: bool
    number: int
    made_at: datetime | None
    by: str
    live: int
    spec: ProtocolSpec

    @property
    def title(self) -> str:
        return localised(self.spec.name, self.spec.name_en)


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version: its text is read by itself."""

    number: int
    note: str
    made_at: datetime | None
    by: str
    runs: int


_PROTOCOLS = """
SELECT p.code, p.subject, p.is_active, v.number, v.made_at, coalesce(nullif(u.name, ''), u.username, '') AS by,
    (SELECT count(*) FROM promises_protocolversion o JOIN promises_run r ON r.version_id = o.id
     WHERE o.protocol_id = p.id AND r.status = 'live') AS live, p.version_id
FROM promises_protocol p
JOIN promises_protocolversion v ON v.id = p.version_id
LEFT JOIN people_user u ON u.id = v.made_by_id
WHERE p.hotel_id = %s ORDER BY p.is_active DESC, p.code
"""
_VERSIONS = """
SELECT v.number, v.note, v.made_at, coalesce(nullif(u.name, ''), u.username, '') AS by,
    (SELECT count(*) FROM promises_run r WHERE r.version_id = v.id) AS runs
FROM promises_protocol p
JOIN promises_protocolversion v ON v.protocol_id = p.id
LEFT JOIN people_user u ON u.id = v.made_by_id
WHERE p.hotel_id = %s AND p.code = %s ORDER BY v.number DESC
"""
_SOURCE = """
SELECT v.source, v.number, p.is_active FROM promises_protocol p
JOIN promises_protocolversion v ON v.protocol_id = p.id
WHERE p.hotel_id = %(hotel)s AND p.code = %(code)s
    AND CASE WHEN %(number)s::int IS NULL THEN v.id = p.version_id ELSE v.number = %(number)s END
"""


@dataclass(frozen=True, slots=True)
class Source:
    source: str
    number: int
    is_active: bool


def protocols_of(hotel_id: int) -> list[ProtocolRow]:
    """Those in use first. One statement."""
    found = db.fetch_all(_PROTOCOLS, [hotel_id])
    specs = [store.spec_of(row.pop("version_id")) for row in found]
    return [ProtocolRow(**row, spec=spec) for row, spec in zip(found, specs, strict=True)]


def versions_of(*, hotel_id: int, code: str) -> list[VersionRow]:
    """Newest first. One statement."""
    return [VersionRow(**row) for row in db.fetch_all(_VERSIONS, [hotel_id, code])]


def source_of(*, hotel_id: int, code: str, number: int | None = None) -> Source:
    """The text of a version, the current one without a number. Raises UnknownProtocol. One statement."""
    row = db.fetch_one(_SOURCE, {"hotel": hotel_id, "code": code, "number": number})
    if row is None:
        raise UnknownProtocol(protocol=code)
    return Source(**row)
