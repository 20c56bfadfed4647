"""Who is invoiced, as the tax office takes it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from binzhi.billing.folio_errors import BuyerRequired, NotInGbk, TaxNumberRequired, TaxNumberWrong, TooManyBytes
from binzhi.kernel.text import clean_text

SPECIAL, ORDINARY = "81", "82"
LONGEST = 100
_TAX_NO = re.compile(r"[0-9A-Z]{15,20}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """The buyer's name and, of a company, its tax number; address with phone and bank with account as one line each."""

    name: str
    tax_no: str = ""
    is_person: bool = False
    address_phone: str = ""
    bank_account: str = ""


def clean_buyer(buyer: Buyer, *, kind: str) -> Buyer:
    """The buyer as it is sent. Raises InvalidInput at buyer_name, tax_no, address_phone or bank_account."""
    name = clean_gbk(buyer.name, field="buyer_name")
    if not name:
        raise BuyerRequired
    tax_no = buyer.tax_no.strip().upper().replace(" ", "")
    if kind == SPECIAL and (not tax_no or buyer.is_person):
        raise TaxNumberRequired
    if not tax_no and not buyer.is_person:
        raise TaxNumberRequired
    if tax_no and not _TAX_NO.fullmatch(tax_no):
        raise TaxNumberWrong
    return Buyer(
        name=name, tax_no=tax_no, is_person=buyer.is_person,
        address_phone=clean_gbk(buyer.address_phone, field="address_phone"),
        bank_account=clean_gbk(buyer.bank_account, field="bank_account"),
    )  # fmt: skip


def clean_gbk(text: str, *, field: str, limit: int = LONGEST) -> str:
    """Text of at most so many bytes in GBK, in which the tax office counts. Raises NotInGbk, TooManyBytes."""
    text = clean_text(text, field=field, limit=200)
    try:
        size = len(text.encode("gbk"))
    except UnicodeEncodeError as error:
        raise NotInGbk(field=field, letter=text[error.start]) from error
    if size > limit:
        raise TooManyBytes(field=field, limit=limit, size=size)
    return text
