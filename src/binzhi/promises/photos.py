"""Pictures as evidence: checked by content, made small, freed of where and by what they were taken, sealed."""

from __future__ import annotations

import base64
import io
import struct
import warnings
import zlib
from dataclasses import dataclass
from datetime import datetime

from PIL import Image, ImageOps

from binzhi.kernel import crypto, db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import NotFound
from binzhi.kernel.operations import operation, record
from binzhi.promises.access import Permission
from binzhi.promises.errors import NotAPicture, TooLarge
from binzhi.promises.events import PhotoKept

MOST_MEGABYTES = 15
# What decoding may cost: a file of a few kilobytes can claim any size.
MOST_MEGAPIXELS = 64
LONGEST_SIDE = 1600
QUALITY = 82
FORMATS = ("JPEG", "PNG", "WEBP")
WHITE = (255, 255, 255)
# What the readers of broken files raise.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, MemoryError, struct.error, zlib.error, TypeError, IndexError)


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG of at most LONGEST_SIDE, without anything but the picture."""

    data: bytes
    width: int
    height: int


def shrink(data: bytes) -> Picture:
    """The picture in a file, whatever its name said. Raises TooLarge, NotAPicture."""
    if len(data) > MOST_MEGABYTES * 2**20:
        raise _too_large()
    try:
        with warnings.catch_warnings():
            # Our own limit is lower than the one it warns of, and is asked below before anything is decoded.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
                if opened.width * opened.height > MOST_MEGAPIXELS * 1_000_000:
                    raise _too_large()
                return _small(opened)
    except Image.DecompressionBombError as error:
        raise _too_large() from error
    except _BROKEN as error:
        raise NotAPicture from error


def _too_large() -> TooLarge:
    return TooLarge(megabytes=MOST_MEGABYTES, megapixels=MOST_MEGAPIXELS)


def _small(opened: Image.Image) -> Picture:
    # A JPEG is decoded at an eighth, a quarter or half its size where that is enough.
    opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    image = opened.convert("RGBA") if "transparency" in opened.info or "A" in opened.getbands() else opened
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    # Upright by its EXIF, which is left behind with everything else that is not the picture.
    image = ImageOps.exif_transpose(image)
    plain = Image.new("RGB", image.size, WHITE)
    if image.mode == "RGBA":
        plain.paste(image, mask=image.getchannel("A"))
    else:
        plain.paste(image.convert("RGB"))
    out = io.BytesIO()
    plain.save(out, "JPEG", quality=QUALITY, optimize=True)
    return Picture(out.getvalue(), plain.width, plain.height)


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
    """The JPEG. Raises NotFound, KeyMissing."""
    sealed = db.fetch_value("SELECT sealed FROM promises_photo WHERE hotel_id = %s AND id = %s", [hotel_id, photo_id])
    if sealed is None:
        raise NotFound(field="photo")
    return base64.b64decode(crypto.open_sealed(sealed, place=photo_place(photo_id)))
