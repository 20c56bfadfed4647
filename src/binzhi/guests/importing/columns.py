"""What the columns of a file are: the row of headings found, each heading known by its words, then by what is below."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FIELDS: dict[str, Promise] = {
    "name": _("Name"),
    "name_en": _("Name in Latin letters"),
    "sex": _("Sex"),
    "birth_date": _("Date of birth"),
    "nationality": _("Nationality"),
    "phone": _("Phone"),
    "email": _("E-mail"),
    "document_kind": _("Document"),
    "document_number": _("Document number"),
    "organisation": _("Organisation"),
    "member_no": _("Member number"),
    "note": _("Note"),
}
_WORDS: dict[str, tuple[str, ...]] = {
    "name": ("姓名", "客人姓名", "宾客姓名", "客户姓名", "名字", "客人", "name", "guestname", "fullname", "guest"),
    "name_en": ("英文名", "英文姓名", "拼音", "外文名", "englishname", "nameen", "passportname"),
    "sex": ("性别", "sex", "gender"),
    "birth_date": ("出生日期", "生日", "出生年月", "出生", "birthdate", "birthday", "dateofbirth", "dob", "born"),
    "nationality": ("国籍", "国家", "国家地区", "nationality", "country"),
    "phone": ("手机", "手机号", "手机号码", "电话", "联系电话", "联系方式", "移动电话",
              "phone", "mobile", "tel", "telephone", "cell"),
    "email": ("邮箱", "电子邮箱", "电子邮件", "邮件", "email", "mail", "emailaddress"),
    "document_kind": ("证件类型", "证件种类", "证件", "documenttype", "idtype"),
    "document_number": ("证件号", "证件号码", "身份证", "身份证号", "身份证号码", "护照号",
                        "idnumber", "idno", "idcard", "documentnumber", "passport", "passportno"),
    "organisation": ("单位", "公司", "工作单位", "协议单位", "公司名称",
                     "company", "organisation", "organization", "employer"),
    "member_no": ("会员号", "会员卡号", "卡号", "会员编号", "memberno", "membernumber", "membership", "cardno"),
    "note": ("备注", "说明", "note", "notes", "remark", "remarks", "comment"),
}  # fmt: skip
_KNOWN = {word: field for field, words in _WORDS.items() for word in words}
LOOKED_AT = 30
_DATE = re.compile(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?( .*)?")
_MOBILE = re.compile(r"(\+?86)?[- ]?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(\.0)?")
_ID = re.compile(r"\d{17}[\dXx]|\d{15}")
_HAN_NAME = re.compile(r"[㐀-鿿·]{2,6}")


def bare(heading: str) -> str:
    """A heading without ornament: 【客人姓名*】(必填) is 客人姓名."""
    text = unicodedata.normalize("NFKC", heading).lower()
    without = re.sub(r"[(\[【《<].*?[)\]】》>]", "", text)
    return re.sub(r"[\W_]+", "", without) or re.sub(r"[\W_]+", "", text)


def find_header(rows: Sequence[Sequence[str]]) -> int:
    """The place of the row of headings among the first rows: titles and notes may stand above it. -1: there is none."""
    best, place = 0, -1
    for number, row in enumerate(rows[:LOOKED_AT]):
        score = len({_KNOWN[bare(cell)] for cell in row if bare(cell) in _KNOWN})
        if score > best:
            best, place = score, number
    return place


def guess(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A field for each column, "" for none; each field once, the better column first."""
    width = max([len(header), *(len(row) for row in rows)], default=0)
    mapping = [""] * width
    for column, heading in enumerate(header):
        field = _KNOWN.get(bare(heading)) or _inside(bare(heading))
        if field and field not in mapping:
            mapping[column] = field
    for column in range(width):
        if not mapping[column] and not (column < len(header) and header[column].strip()):
            cells = [row[column] for row in rows if column < len(row) and row[column]]
            field = _by_content(cells)
            if field and field not in mapping:
                mapping[column] = field
    return mapping


def _inside(heading: str) -> str:
    """The longest known word that a heading holds: 主联系人手机号码1."""
    held = [word for word in _KNOWN if len(word) > 1 and word in heading] if not heading.isascii() else []
    return _KNOWN[max(held, key=len)] if held else ""


def _by_content(cells: Sequence[str]) -> str:
    if not cells:
        return ""
    for field, pattern in (
        ("document_number", _ID), ("phone", _MOBILE), ("birth_date", _DATE), ("name", _HAN_NAME),
    ):  # fmt: skip
        if sum(bool(pattern.fullmatch(cell)) for cell in cells) > 0.8 * len(cells):
            return field
    if sum("@" in cell for cell in cells) > 0.8 * len(cells):
        return "email"
    return "sex" if {cell.lower() for cell in cells} <= {"男", "女", "m", "f", "male", "female"} else ""


def headings_of(header: Sequence[str]) -> str:
    """By which files with the same headings are known again."""
    return hashlib.sha256("\0".join(bare(heading) for heading in header).encode()).hexdigest()
