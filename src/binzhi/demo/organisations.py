"""Companies with an agreement and travel agencies, all made up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from binzhi.demo.partners import AGENCIES, COMPANIES
from binzhi.guests.services import NewOrganisation, create_organisation
from binzhi.kernel.actor import Actor
from binzhi.reservations import setup


@dataclass(frozen=True, slots=True)
class Organisations:
    """Ids in the order of the lists of partners."""

    companies: tuple[int, ...]
    agencies: tuple[int, ...]

    def __getitem__(self, index: int) -> int:
        """Companies first, then agencies."""
        return (self.companies + self.agencies)[index]


def sign_up(*, hotel_id: int, agreed_plan: int, today: date, actor: Actor, now: datetime) -> Organisations:
    """Open the files and let the companies book the agreed rate until the end of next year."""
    until = date(today.year + 1, 12, 31)

    def create(kind: str, name: str, code: str, limit: int) -> int:
        return create_organisation(
            hotel_id=hotel_id,
            organisation=NewOrganisation(
                name=name,
                kind=kind,
                code=code,
                contract_no=f"XY-{today.year}-{code}",
                contract_from=date(today.year, 1, 1),
                contract_until=until,
                credit_limit=Decimal(limit),
            ),
            actor=actor, now=now,
        )  # fmt: skip

    companies = tuple(create("company", *entry) for entry in COMPANIES)
    agencies = tuple(create("agency", *entry) for entry in AGENCIES)
    for organisation_id in companies + agencies:
        setup.create_agreement(
            hotel_id=hotel_id,
            rate_plan_id=agreed_plan,
            organisation_id=organisation_id,
            valid_until=until + timedelta(days=1),
        )
    return Organisations(companies, agencies)
