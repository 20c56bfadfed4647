"""Pictures handed in as evidence."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from binzhi.kernel import db
from binzhi.kernel.errors import NotFound
from binzhi.promises.enums import Evidence
from binzhi.promises.errors import NotAPicture, TooLarge
from binzhi.promises.models import Photo
from binzhi.promises.photos import keep_photo, photo_bytes, shrink
from binzhi.promises.requests import ProofInput
from binzhi.promises.services.tasks import complete_task
from tests.factories import NOW, SYSTEM, make_hotel
from tests.promises.engine.house import House, start, task


def picture(kind: str = "JPEG", size: tuple[int, int] = (2400, 1200), *, mode: str = "RGB", **more: object) -> bytes:
    out = io.BytesIO()
    image = Image.new(mode, size)
    image.paste((200, 30, 30) if mode == "RGB" else (200, 30, 30, 255), (0, 0, size[0] // 2, size[1]))
    image.save(out, kind, **more)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_shrink_makes_a_small_jpeg_of_any_picture(kind: str) -> None:
    small = shrink(picture(kind))
    assert (small.width, small.height) == (1600, 800)
    opened = Image.open(io.BytesIO(small.data))
    assert (opened.format, opened.size) == ("JPEG", (1600, 800))
    red, green, _blue = opened.getpixel((100, 400))
    assert red > 180
    assert green < 60


def test_shrink_leaves_a_small_picture_its_size() -> None:
    assert (shrink(picture(size=(300, 200))).width, shrink(picture(size=(300, 200))).height) == (300, 200)


def test_shrink_turns_it_upright_and_forgets_where_it_was_taken() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010F] = "SECRET-MAKER"
    exif.get_ifd(0x8825)[2] = (31.0, 14.0, 0.0)
    data = picture(exif=exif.tobytes(), comment=b"SECRET-COMMENT")
    assert b"SECRET-MAKER" in data
    small = shrink(data)
    assert (small.width, small.height) == (800, 1600)
    assert b"SECRET" not in small.data
    assert dict(Image.open(io.BytesIO(small.data)).getexif()) == {}


def test_shrink_puts_a_transparent_picture_on_white() -> None:
    small = shrink(picture("PNG", (40, 40), mode="RGBA"))
    assert min(Image.open(io.BytesIO(small.data)).getpixel((35, 20))) > 245


def bomb() -> bytes:
    """A PNG of some bytes that claims 50,000 × 50,000 points."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(9000, 8000)])
def test_shrink_refuses_what_would_take_too_much_memory(size: tuple[int, int]) -> None:
    with pytest.raises(TooLarge):
        shrink(picture("PNG", size))
    with pytest.raises(TooLarge):
        shrink(bomb())


def test_shrink_refuses_a_file_of_forty_megabytes_unread() -> None:
    with pytest.raises(TooLarge) as refused:
        shrink(b"\xff\xd8\xff" + b"\0" * (40 * 2**20))
    assert (refused.value.field, refused.value.status) == ("photo", 413)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF-1.7 not a picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        picture()[:2000],
        picture("PNG")[:500],
        picture("WEBP")[:200],
        picture("GIF", (20, 20)),
        b"\xff\xd8\xff\xe0" + b"\x00" * 5000,
    ],
    ids=["empty", "pdf", "svg", "cut jpeg", "cut png", "cut webp", "gif", "zeros"],
)
def test_shrink_refuses_what_is_no_picture(data: bytes) -> None:
    with pytest.raises(NotAPicture) as refused:
        shrink(data)
    assert refused.value.field == "photo"


def test_keep_photo_is_sealed_and_closes_the_task_it_is_handed_in_with(house: House) -> None:
    photo_id = keep_photo(hotel_id=house.pk, data=picture(), actor=house.actor("sales"), now=NOW)
    assert b"\xff\xd8\xff" not in bytes(Photo.objects.get(pk=photo_id).sealed)
    opened = Image.open(io.BytesIO(photo_bytes(hotel_id=house.pk, photo_id=photo_id)))
    assert opened.size == (1600, 800)
    run = start(house)
    proofs = [ProofInput(Evidence.PHOTO, photo_id=photo_id)]
    done = complete_task(
        hotel_id=house.pk, task_id=task(run, "banner").pk, proofs=proofs, actor=house.actor("sales"), now=NOW
    )
    assert done.done


def test_photo_of_another_hotel_is_not_found(house: House) -> None:
    photo_id = keep_photo(hotel_id=house.pk, data=picture(), actor=SYSTEM, now=NOW)
    other = make_hotel()
    with pytest.raises(NotFound):
        photo_bytes(hotel_id=other.pk, photo_id=photo_id)


def test_keep_photo_refused_keeps_nothing(house: House) -> None:
    with pytest.raises(NotAPicture):
        keep_photo(hotel_id=house.pk, data=b"no", actor=SYSTEM, now=NOW)
    assert db.fetch_value("SELECT count(*) FROM promises_photo") == 0
