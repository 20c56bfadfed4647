"""Pictures as they are sent: checked by content, made small, freed of where and by what they were taken."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from binzhi.kernel.errors import InvalidInput

MOST_MEGABYTES = 15
# What decoding may cost: a file of a few kilobytes can claim any size.
MOST_MEGAPIXELS = 64
LONGEST_SIDE = 1600
QUALITY = 82
FORMATS = ("JPEG", "PNG", "WEBP")
WHITE = (255, 255, 255)
# What the readers of broken files raise.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, MemoryError, struct.error, zlib.error, TypeError, IndexError)


class TooLarge(InvalidInput):
    code = "too_large"
    status = 413
    field = "photo"
    message = _("This picture is too large: at most %(megabytes)s MB and %(megapixels)s million points.")


class NotAPicture(InvalidInput):
    code = "not_a_picture"
    status = 415
    field = "photo"
    message = _("This file is no picture that can be read (JPEG, PNG or WebP).")


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
