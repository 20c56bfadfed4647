"""Guest files."""

from __future__ import annotations

from datetime import date
from typing import Literal

from ninja import Schema
from pydantic import Field

from binzhi.api.schemas.base import In
from binzhi.api.types import Day, Key, Name, OptionalName, Phone


class GuestIn(In):
    name: Name
    name_en: OptionalName = ""
    sex: Literal["", "male", "female"] = ""
    birth_date: Day | None = None
    nationality: str = Field("", pattern=r"^([A-Z]{3})?$")
    phone: Phone = ""
    email: str = Field("", max_length=200)
    organisation_id: Key | None = None
    note: str = Field("", max_length=500)


class GuestSearchIn(In):
    q: str = Field(min_length=1, max_length=60)
    limit: int = Field(10, ge=1, le=50, strict=True)


class GuestOut(Schema):
    """Phone masked; document numbers are not in the API."""

    id: int
    version: int
    name: str
    name_en: str
    pinyin: str
    phone: str
    member_no: str
    member_tier: str
    vip_level: str
    stays: int
    last_stay_on: date | None


class GuestHitOut(Schema):
    """A guest as a search finds it."""

    id: int
    name: str
    pinyin: str
    phone: str
    member_no: str
    member_tier: str
    vip_level: str
    stays: int
    last_stay_on: date | None


class GuestListOut(Schema):
    items: list[GuestHitOut]


class GuestCreatedOut(Schema):
    id: int


class GuestVersionOut(Schema):
    id: int
    version: int


class DocumentOut(Schema):
    id: int
