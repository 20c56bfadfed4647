"""Pictures taken with observations, sealed."""

from __future__ import annotations

import base64
from datetime import datetime

from binzhi.kernel import crypto, db
from binzhi.kernel.errors import NotFound
from binzhi.kernel.pictures import shrink

_NEXT_ID = "SELECT nextval(pg_get_serial_sequence('guests_observationpicture', 'id'))"
_KEEP = """
INSERT INTO guests_observationpicture (id, group_id, hotel_id, sealed, width, height, made_at)
VALUES (%s, %s, %s, %s, %s, %s, %s)
"""


def picture_place(picture_id: int) -> str:
    return f"guests_observationpicture.sealed:{picture_id}"


def keep(*, group_id: int, hotel_id: int, data: bytes, now: datetime) -> int:
    """Seal a picture, made small and freed of where it was taken; its id. Raises TooLarge, NotAPicture."""
    picture = shrink(data)
    picture_id = int(db.fetch_value(_NEXT_ID))
    sealed = crypto.seal(base64.b64encode(picture.data).decode(), place=picture_place(picture_id))
    db.execute(_KEEP, [picture_id, group_id, hotel_id, sealed, picture.width, picture.height, now])
    return picture_id


def picture_bytes(*, group_id: int, picture_id: int) -> bytes:
    """The JPEG. Raises NotFound, for one that was erased too, and KeyMissing."""
    sealed = db.fetch_value(
        "SELECT sealed FROM guests_observationpicture WHERE group_id = %s AND id = %s", [group_id, picture_id]
    )
    if sealed is None:
        raise NotFound(field="photo")
    return base64.b64decode(crypto.open_sealed(sealed, place=picture_place(picture_id)))
