"""Companies under an agreement (协议单位) and travel agencies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from binzhi.guests.access import Permission
from binzhi.guests.enums import OrganisationKind
from binzhi.guests.errors import OrganisationCodeTaken
from binzhi.guests.events import OrganisationCreated
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput
from binzhi.kernel.money import LARGEST, ZERO, round_money
from binzhi.kernel.operations import operation, record
from binzhi.kernel.search import name_keys
from binzhi.kernel.text import clean_text
from binzhi.property.queries import hotel_by_id

_CODE = re.compile(r"[A-Z0-9][A-Z0-9\-]{0,29}")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrganisation:
    """An organisation as typed; without a code it gets its initials and a number."""

    name: str
    kind: str = "company"
    code: str = ""
    contract_no: str = ""
    contract_from: date | None = None
    contract_until: date | None = None
    credit_limit: Decimal = ZERO


@operation(Permission.MANAGE_ORGANISATIONS)
def create_organisation(*, hotel_id: int, organisation: NewOrganisation, actor: Actor, now: datetime) -> int:
    """Add an organisation to the hotel's group; its id.

    Adds a row. Locks nothing. Raises InvalidInput, OrganisationCodeTaken. Publishes OrganisationCreated.
    Not idempotent.
    """
    organisation_id = create(group_id=hotel_by_id(hotel_id).group_id, organisation=organisation)
    record(
        "organisation.created", subject="organisation", subject_id=organisation_id, hotel_id=hotel_id, actor=actor,
        now=now, after={"kind": organisation.kind, "credit_limit": organisation.credit_limit},
        event=OrganisationCreated(organisation_id=organisation_id),
    )  # fmt: skip
    return organisation_id


def create(*, group_id: int, organisation: NewOrganisation) -> int:
    """Building block: add an organisation; its id. Raises InvalidInput, OrganisationCodeTaken."""
    name = clean_text(organisation.name, field="name", limit=120, required=True)
    if organisation.kind not in OrganisationKind.values:
        raise InvalidInput(field="kind", message=_("Choose company or travel agency."))
    limit = organisation.credit_limit
    if not limit.is_finite() or not 0 <= limit <= LARGEST or round_money(limit) != limit:
        raise InvalidInput(field="credit_limit", message=_("An amount of at least 0, with two decimals."))
    contract_no = clean_contract(organisation.contract_no, organisation.contract_from, organisation.contract_until)
    keys = name_keys(name, person=False)
    code = organisation.code.strip().upper() or _free_code(group_id, keys.initials)
    if not _CODE.fullmatch(code):
        raise InvalidInput(field="code", message=_("A code has capital letters, digits and hyphens, at most 30."))
    made: int | None = db.fetch_value(
        "INSERT INTO guests_organisation (group_id, kind, name, code, contract_no, contract_from, contract_until,"
        " credit_limit, pinyin, initials) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (group_id, code) DO NOTHING RETURNING id",
        [group_id, organisation.kind, name, code, contract_no, organisation.contract_from, organisation.contract_until,
         limit, keys.pinyin, keys.initials],
    )  # fmt: skip
    if made is None:
        raise OrganisationCodeTaken(code=code)
    return made


def clean_contract(number: str, begins: date | None, ends: date | None) -> str:
    """The number of a contract, clean. Raises InvalidInput at `contract_no` or `contract_until`."""
    if begins is not None and ends is not None and ends < begins:
        raise InvalidInput(field="contract_until", message=_("The agreement ends before it begins."))
    return clean_text(number, field="contract_no", limit=40)


def _free_code(group_id: int, initials: str) -> str:
    head = initials.upper()[:8] or "ORG"
    taken = {
        row["code"]
        for row in db.fetch_all(
            "SELECT code FROM guests_organisation WHERE group_id = %s AND code ~>=~ %s AND code ~<~ %s",
            [group_id, head, head[:-1] + chr(ord(head[-1]) + 1)],
        )
    }
    if head not in taken:
        return head
    return next(code for code in (f"{head}-{count}" for count in range(2, len(taken) + 3)) if code not in taken)
