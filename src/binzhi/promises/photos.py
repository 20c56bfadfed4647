"""Pictures as evidence, sealed."""

from __future__ import annotations

import base64
from datetime import datetime

from binzhi.kernel import crypto, db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import NotFound
from binzhi.kernel.operations import operation, record
from binzhi.kernel.pictures import LONGEST_SIDE, MOST_MEGABYTES, MOST_MEGAPIXELS, Picture, shrink
from binzhi.promises.access import Permission
from binzhi.promises.events import PhotoKept

__all__ = [
    "LONGEST_SIDE", "MOST_MEGABYTES", "MOST_MEGAPIXELS", "Picture", "keep_photo", "photo_bytes", "photo_place",
    "shrink",
]  # fmt: skip

_NEXT_ID = "SELECT nextval(pg_get_serial_sequence('promises_photo', 'id'))"
_KEEP = "INSERT INTO promises_photo (id, hotel_id, sealed, width, height, made_at) VALUES (%s, %s, %s, %s, %s, %s)"


def photo_place(photo_id: int) -> str:
    return f"promises_photo.sealed:{photo_id}"


@operation(Permission.WORK)
def keep_photo(*, hotel_id: int, data: bytes, actor: Actor, now: datetime) -> int:
    """Keep a picture to be handed in with a task; its id.

    Adds a photo row. Locks nothing. Raises TooLarge, NotAPicture at the photo. Publishes PhotoKept.
    """
    picture = shrink(data)
    photo_id = int(db.fetch_value(_NEXT_ID))
    sealed = crypto.seal(base64.b64encode(picture.data).decode(), place=photo_place(photo_id))
    db.execute(_KEEP, [photo_id, hotel_id, sealed, picture.width, picture.height, now])
    record(
        "photo.kept", subject="photo", subject_id=photo_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"width": picture.width, "height": picture.height, "bytes": len(picture.data)},
        event=PhotoKept(hotel_id=hotel_id, photo_id=photo_id),
    )  # fmt: skip
    return photo_id


def photo_bytes(*, hotel_id: int, photo_id: int) -> bytes:
    """The JPEG. Raises NotFound, for one that was erased too, and KeyMissing."""
    sealed = db.fetch_value("SELECT sealed FROM promises_photo WHERE hotel_id = %s AND id = %s", [hotel_id, photo_id])
    if sealed is None:
        raise NotFound(field="photo")
    data = base64.b64decode(crypto.open_sealed(sealed, place=photo_place(photo_id)))
    if not data:
        raise NotFound(field="photo")  # taken out by an erasure
    return data
