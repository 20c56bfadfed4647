"""The guest file says on which level the guest is received: it follows what was approved, and goes back with it."""

from __future__ import annotations

from binzhi.guests import files
from binzhi.guests.levels import KnownLevel
from binzhi.kernel import db
from binzhi.property.models import Hotel
from binzhi.vip.enums import VisitStatus
from binzhi.vip.models import Level, StandingEntry, Visit
from binzhi.vip.queries import levels

_LIVE = (VisitStatus.APPROVED, VisitStatus.NOTICED, VisitStatus.IN_HOUSE)
_FILE = "SELECT vip_level, vip_rank FROM guests_guest WHERE id = %s"


def known_levels(hotel_id: int) -> list[KnownLevel]:
    """The hotel's levels in use, as guest files keep them."""
    return [KnownLevel(one.code.lower(), one.label, one.rank) for one in levels(hotel_id=hotel_id) if one.is_active]


def follow(visit: Visit, level: Level) -> None:
    """The guest's file has the approved level from now on; what it had before the visit remembers once."""
    if visit.guest_id is None:
        return
    was = db.fetch_one(_FILE, [visit.guest_id]) or {"vip_level": "", "vip_rank": 0}
    if visit.file_level_before is None:
        Visit.objects.filter(pk=visit.pk).update(file_level_before=was["vip_level"], file_rank_before=was["vip_rank"])
    _put(visit, level.code.lower(), level.rank)


def go_back(visit: Visit) -> None:
    """The visit is cancelled: the file has the level of another visit that is on, else the one it had before.

    Who is on the standing list keeps the level, and so does a file that somebody has written anew since.
    """
    if visit.guest_id is None or visit.level is None or visit.file_level_before is None:
        return
    now = db.fetch_one(_FILE, [visit.guest_id]) or {"vip_level": ""}
    standing = StandingEntry.objects.filter(
        hotel_id=visit.hotel_id, guest_id=visit.guest_id, approved_at__isnull=False, ended_at=None
    )
    if now["vip_level"] != visit.level.code.lower() or standing.exists():
        return
    others = Visit.objects.filter(hotel_id=visit.hotel_id, guest_id=visit.guest_id, status__in=_LIVE)
    other = others.exclude(pk=visit.pk).select_related("level").order_by("-level__rank").first()
    if other is not None and other.level is not None:
        _put(visit, other.level.code.lower(), other.level.rank)
    else:
        _put(visit, visit.file_level_before, visit.file_rank_before)


def _put(visit: Visit, code: str, rank: int) -> None:
    group_id = Hotel.objects.values_list("group_id", flat=True).get(pk=visit.hotel_id)
    assert visit.guest_id is not None
    files.write_level(group_id=group_id, guest_id=visit.guest_id, level=code, rank=rank)
