"""How a hotel reports: read with its secret, and set up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.events import PoliceSetUp
from binzhi.frontdesk.police.places import key_place
from binzhi.frontdesk.police.regions import ALSO, REGIONS
from binzhi.frontdesk.police.tables import PoliceLink
from binzhi.kernel import crypto, db
from binzhi.kernel.actor import Actor
from binzhi.kernel.calls import clean_address
from binzhi.kernel.errors import EditConflict, InvalidInput
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text

LONGEST_MINUTES = 1440
_COLUMNS = """
id, hotel_id, is_on, region, url, key_sealed, station, also_asks, alarm_minutes, limit_minutes, foreign_minutes, version
"""


@dataclass(frozen=True, slots=True)
class LinkRef:
    """One hotel's settings as they stand."""

    id: int
    hotel_id: int
    is_on: bool
    region: str
    url: str
    key_sealed: bytes | None
    station: str
    also_asks: Sequence[str]
    alarm_minutes: int
    limit_minutes: int
    foreign_minutes: int
    version: int

    @property
    def key(self) -> str:
        """Raises KeyMissing."""
        return "" if self.key_sealed is None else crypto.open_sealed(self.key_sealed, place=key_place(self.id))


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkInput:
    """`key`: None leaves what is kept, empty takes it away. Without `url` receipts are noted by hand.

    `also_asks` are fields (of ALSO) that the local police want besides the region's. A limit of None is the
    region's own. `expected_version`: 0 when new.
    """

    is_on: bool = False
    region: str = "national"
    url: str = ""
    key: str | None = None
    station: str = ""
    also_asks: tuple[str, ...] = ()
    alarm_minutes: int = 30
    limit_minutes: int | None = None
    foreign_minutes: int | None = None
    expected_version: int = 0


def link_of(hotel_id: int) -> LinkRef | None:
    """The hotel's settings; None where nobody has set anything up."""
    row = db.fetch_one(f"SELECT {_COLUMNS} FROM frontdesk_policelink WHERE hotel_id = %s", [hotel_id])  # noqa: S608
    return None if row is None else LinkRef(**row)


@operation(Permission.SET_POLICE)
def set_up_police(*, hotel_id: int, link: LinkInput, actor: Actor, now: datetime) -> int:
    """Keep how the hotel reports; the new version. What waits goes out the new way from the next try on.

    Locks the hotel's settings. Raises InvalidInput at the field, EditConflict when somebody saved in between.
    Publishes PoliceSetUp. Not idempotent: each saving is a version.
    """
    values = _clean(link)
    db.execute("SELECT pg_advisory_xact_lock(hashtext('frontdesk.police'), %s)", [hotel_id])
    kept = PoliceLink.objects.select_for_update().filter(hotel_id=hotel_id).first()
    if (kept.version if kept else 0) != link.expected_version:
        raise EditConflict
    if kept is None:
        kept = PoliceLink.objects.create(hotel_id=hotel_id, **values)
    else:
        PoliceLink.objects.filter(pk=kept.pk).update(version=kept.version + 1, **values)
    if link.key is not None:
        sealed = crypto.seal(link.key, place=key_place(kept.pk)) if link.key else None
        PoliceLink.objects.filter(pk=kept.pk).update(key_sealed=sealed)
    record(
        "police.set_up", subject="hotel", subject_id=hotel_id, hotel_id=hotel_id, actor=actor, now=now,
        after={name: values[name] for name in values if name != "url"} | {"key_changed": link.key is not None},
        event=PoliceSetUp(hotel_id=hotel_id),
    )  # fmt: skip
    return link.expected_version + 1


def _clean(given: LinkInput) -> dict[str, object]:
    region = REGIONS.get(given.region)
    if region is None:
        raise InvalidInput(field="region")
    limits = {
        "alarm_minutes": given.alarm_minutes,
        "limit_minutes": region.limit_minutes if given.limit_minutes is None else given.limit_minutes,
        "foreign_minutes": region.foreign_minutes if given.foreign_minutes is None else given.foreign_minutes,
    }
    highest = {
        "alarm_minutes": LONGEST_MINUTES, "limit_minutes": region.limit_minutes,
        "foreign_minutes": region.foreign_minutes,
    }  # fmt: skip
    for name, minutes in limits.items():
        if not 1 <= minutes <= highest[name]:
            raise InvalidInput(field=name, message=_("Between 1 and %(most)s minutes here."), most=highest[name])
    url = clean_address(given.url, field="url", limit=300)
    if not set(given.also_asks) <= set(ALSO):
        raise InvalidInput(field="also_asks")
    station = clean_text(given.station, field="station", limit=40, required=given.is_on)
    return {
        "is_on": given.is_on, "region": region.code, "url": url, "station": station,
        "also_asks": sorted(set(given.also_asks)), **limits,
    }  # fmt: skip
