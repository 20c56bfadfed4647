"""Rows of a file made ready to be written: cells understood, keys and seals computed. Works in processes of its own.

No table is touched here, so that as many processes as the machine has can do it side by side.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from django.conf import settings

from binzhi.guests.details import EMAIL_LIMIT, MEMBER_NO_LIMIT, NAME_LIMIT, NOTE_LIMIT
from binzhi.guests.documents import CheckedDocument, DocumentInput, check_document, normalise_number, upgraded
from binzhi.guests.enums import DocumentKind
from binzhi.guests.files import document_place, phone_place
from binzhi.guests.importing import cells
from binzhi.guests.importing.cells import Wrong
from binzhi.guests.phones import TAIL_DIGITS
from binzhi.kernel import crypto
from binzhi.kernel.errors import DomainError
from binzhi.kernel.search import name_keys
from binzhi.kernel.text import clean_text

_KINDS = {
    "身份证": DocumentKind.RESIDENT_ID, "居民身份证": DocumentKind.RESIDENT_ID, "二代身份证": DocumentKind.RESIDENT_ID,
    "护照": DocumentKind.PASSPORT, "passport": DocumentKind.PASSPORT, "港澳通行证": DocumentKind.HK_MACAO,
    "港澳居民来往内地通行证": DocumentKind.HK_MACAO, "回乡证": DocumentKind.HK_MACAO, "台胞证": DocumentKind.TAIWAN,
    "台湾居民来往大陆通行证": DocumentKind.TAIWAN,
    "外国人永久居留身份证": DocumentKind.FOREIGNER_PR, "其他": DocumentKind.OTHER,
    **{str(kind): kind for kind in DocumentKind},
}  # fmt: skip
_LIMITS = {"name": NAME_LIMIT, "name_en": NAME_LIMIT, "member_no": MEMBER_NO_LIMIT, "note": NOTE_LIMIT,
           "email": EMAIL_LIMIT, "organisation": 120}  # fmt: skip


@dataclass(slots=True)
class Prepared:
    """A row: `guest` and `document` as columns ready to be written, or none, and what was wrong by column."""

    line: int
    guest: dict[str, Any] | None = None
    document: dict[str, Any] | None = None
    organisation: str = ""
    issues: list[tuple[int, str]] = field(default_factory=list)


def prepare(
    rows: list[tuple[int, list[str]]], *, mapping: list[str], today: date, ids: list[tuple[int, int]] | None
) -> list[Prepared]:
    """Each row understood; sealed for the given ids of guest and document, or not at all (a trial)."""
    columns = {name: place for place, name in enumerate(mapping) if name}
    return [
        _prepare(line, cells_of, columns, today, ids[number] if ids else None)
        for number, (line, cells_of) in enumerate(rows)
    ]


def _prepare(line: int, row: list[str], columns: dict[str, int], today: date, ids: tuple[int, int] | None) -> Prepared:
    given = {name: row[place] for name, place in columns.items() if place < len(row) and row[place]}
    made = Prepared(line)

    def wrong(name: str, code: str) -> None:
        made.issues.append((columns.get(name, 0), code))

    texts = _texts(given, wrong)
    if "name" not in texts:
        if not any(code == "too_long" for _column, code in made.issues):
            wrong("name", "no_name")
        return made
    guest: dict[str, Any] = {"sex": "", "birth_date": None, "nationality": "", "email": "", **_PHONELESS}
    for name, read in (("sex", cells.sex_of), ("nationality", cells.country_of), ("email", cells.email_of)):
        if value := given.get(name):
            try:
                guest[name] = read(value)
            except Wrong as fault:
                wrong(name, fault.code)
    if value := given.get("birth_date"):
        try:
            guest["birth_date"] = cells.date_of(value, today)
        except Wrong as fault:
            wrong("birth_date", fault.code)
    if value := given.get("phone"):
        try:
            guest |= _phone(value, ids)
        except Wrong as fault:
            wrong("phone", fault.code)
    keys = name_keys(texts["name"])
    guest |= {
        "name": texts["name"], "name_en": texts.get("name_en", ""), "note": texts.get("note", ""),
        "member_no": texts.get("member_no", "").upper().replace(" ", ""), "plain": keys.plain, "pinyin": keys.pinyin,
        "initials": keys.initials, "marked": keys.marked,
    }  # fmt: skip
    if "document_number" in given:
        try:
            made.document = _document(given, guest, today, ids)
        except Wrong as fault:
            wrong("document_number", fault.code)
    made.guest, made.organisation = guest, texts.get("organisation", "")
    return made


def _texts(given: dict[str, str], wrong: Any) -> dict[str, str]:
    found = {}
    for name, limit in _LIMITS.items():
        value = given.get(name, "")
        if name == "email" or not value:
            continue
        try:
            if text := clean_text(value, field=name, limit=limit, multiline=name == "note"):
                found[name] = text
        except DomainError:
            wrong(name, "too_long")
    return found


_PHONELESS = {"phone_sealed": None, "phone_masked": "", "phone_index": None, "phone_tail_index": None}


def _phone(value: str, ids: tuple[int, int] | None) -> dict[str, Any]:
    number, mask = cells.phone_of(value)
    return {
        "phone_sealed": crypto.seal(number, place=phone_place(ids[0])) if ids else None,
        "phone_masked": mask,
        "phone_index": _hash("phone", number),
        "phone_tail_index": _hash("phone_tail", number[-TAIL_DIGITS:]),
    }


def _document(given: dict[str, str], guest: dict[str, Any], today: date, ids: tuple[int, int] | None) -> dict[str, Any]:
    number = cells.document_text(given["document_number"])
    checked = _checked(given, number, guest, today)
    if checked.birth_date is not None:
        if guest["birth_date"] not in (None, checked.birth_date) or guest["sex"] not in (
            "",
            checked.sex or guest["sex"],
        ):
            raise Wrong("document_differs")
        guest |= {"birth_date": checked.birth_date, "sex": guest["sex"] or checked.sex,
                  "nationality": guest["nationality"] or checked.country}  # fmt: skip
    return {
        "kind": checked.kind, "country": checked.country, "number_masked": checked.masked,
        "number_sealed": crypto.seal(checked.number, place=document_place(ids[1])) if ids else b"",
        "number_index": _hash("document", checked.number),
    }  # fmt: skip


def _checked(given: dict[str, str], number: str, guest: dict[str, Any], today: date) -> CheckedDocument:
    """The kind as named; unnamed, what can only be an ID card is one."""
    named = given.get("document_kind", "").strip().lower()
    kind = _KINDS.get(named)
    if kind is None and named:
        raise Wrong("document_kind")
    try:
        bare = upgraded(normalise_number(number))
        if kind is None and len(bare) != 18:
            raise Wrong("document_kind")
        country = guest["nationality"] if kind in (DocumentKind.PASSPORT, DocumentKind.OTHER) else ""
        if kind == DocumentKind.PASSPORT and not country:
            country = "CHN" if bare[:1] in "EGPSD" and len(bare) == 9 else "XXX"
        return check_document(DocumentInput(str(kind or DocumentKind.RESIDENT_ID), bare, country), today=today)
    except DomainError as fault:
        raise Wrong("document") from fault


@lru_cache(maxsize=4)
def _keyed(purpose: str) -> hmac.HMAC:
    return hmac.new(settings.BINZHI_INDEX_KEY, f"{purpose}\0".encode(), hashlib.sha256)


def _hash(purpose: str, normal: str) -> bytes:
    """`crypto.blind_index` of what is normal already; its key is set up once."""
    each = _keyed(purpose).copy()
    each.update(normal.encode())
    return each.digest()[:16]
