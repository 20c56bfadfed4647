"""Pictures of documents: only where the hotel's local rule asks for them, sealed, gone soon after check-out.

The law asks to check and to register, not to copy; and nobody keeps the card itself (居民身份证法, article 15).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.errors import ImageCleared, ImagesOff
from binzhi.frontdesk.events import DocumentImageKept, DocumentImageOpened, DocumentImagesCleared
from binzhi.frontdesk.registration.rules import rules_of
from binzhi.kernel import crypto, db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import NotFound
from binzhi.kernel.operations import operation, record
from binzhi.kernel.pictures import shrink
from binzhi.reservations.enums import Status
from binzhi.reservations.errors import WrongStatus

BATCH = 200
# A stay that was taken back has no check-out to wait for; nor does one that never ends.
LONGEST = timedelta(days=60)
_PERSON = """
SELECT x.guest_id, s.status FROM frontdesk_registration x
JOIN reservations_roomreservation s ON s.id = x.room_reservation_id
WHERE x.hotel_id = %s AND x.room_reservation_id = %s AND x.guest_id = %s FOR SHARE OF s
"""
_OVER = """
WITH over AS (
    SELECT i.id FROM frontdesk_documentimage i
    JOIN reservations_roomreservation s ON s.id = i.room_reservation_id
    LEFT JOIN frontdesk_registrationrules r ON r.hotel_id = i.hotel_id
    WHERE i.hotel_id = %(hotel)s AND i.cleared_at IS NULL AND (
        NOT coalesce(r.keep_images, false) OR i.taken_at < %(longest)s
        OR (s.status <> 'in_house'
            AND coalesce(s.checked_out_at, i.taken_at) + make_interval(hours => coalesce(r.image_hours, 24)) <= %(now)s)
    )
    ORDER BY i.id LIMIT %(limit)s FOR NO KEY UPDATE OF i SKIP LOCKED
)
UPDATE frontdesk_documentimage i SET image_sealed = NULL, cleared_at = %(now)s FROM over WHERE i.id = over.id
"""


def image_place(image_id: int) -> str:
    return f"frontdesk_documentimage.image:{image_id}"


@operation(Permission.REGISTER)
def keep_image(
    *, hotel_id: int, room_reservation_id: int, guest_id: int, image: bytes, actor: Actor, now: datetime
) -> int:
    """Keep a picture of a registered guest's document, sealed and without where or by what it was taken; its id.

    Adds a row. Locks the stay. Raises ImagesOff where the hotel keeps none, NotFound, WrongStatus, TooLarge,
    NotAPicture. Publishes DocumentImageKept. Not idempotent.
    """
    if not rules_of(hotel_id).keep_images:
        raise ImagesOff
    person = db.fetch_one(_PERSON, [hotel_id, room_reservation_id, guest_id])
    if person is None:
        raise NotFound(field="guest")
    if person["status"] != Status.IN_HOUSE:
        raise WrongStatus(status=Status(person["status"]).label)
    picture = shrink(image)
    image_id = int(db.fetch_value("SELECT nextval(pg_get_serial_sequence('frontdesk_documentimage', 'id'))"))
    db.execute(
        "INSERT INTO frontdesk_documentimage (id, hotel_id, room_reservation_id, guest_id, image_sealed, taken_at,"
        " taken_by) VALUES (%s, %s, %s, %s, %s, %s, %s)",
        [image_id, hotel_id, room_reservation_id, guest_id,
         crypto.seal_bytes(picture.data, place=image_place(image_id)), now, actor.user_id],
    )  # fmt: skip
    record(
        "document_image.kept", subject="document_image", subject_id=image_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"room_reservation_id": room_reservation_id, "guest_id": guest_id},
        event=DocumentImageKept(hotel_id=hotel_id, image_id=image_id),
    )  # fmt: skip
    return image_id


@operation(Permission.SEE_IMAGES)
def open_image(*, hotel_id: int, image_id: int, actor: Actor, now: datetime) -> bytes:
    """The picture, as JPEG; who looked is on record. Raises NotFound, ImageCleared, KeyMissing.

    Publishes DocumentImageOpened.
    """
    row = db.fetch_one(
        "SELECT image_sealed, cleared_at FROM frontdesk_documentimage WHERE hotel_id = %s AND id = %s",
        [hotel_id, image_id],
    )
    if row is None:
        raise NotFound(field="image")
    if row["image_sealed"] is None:
        raise ImageCleared
    data = crypto.open_bytes(row["image_sealed"], place=image_place(image_id))
    record(
        "document_image.opened", subject="document_image", subject_id=image_id, hotel_id=hotel_id, actor=actor,
        now=now, event=DocumentImageOpened(hotel_id=hotel_id, image_id=image_id),
    )  # fmt: skip
    return data


@operation(Permission.CLEAR_IMAGES)
def clear_images(*, hotel_id: int, limit: int = BATCH, actor: Actor, now: datetime) -> int:
    """Clear at most `limit` pictures whose time is over: so many hours after check-out, all when it is switched off.

    Locks them, skipping those another takes. Publishes DocumentImagesCleared. Idempotent. Asks for a right no post
    carries: only the worker does this.
    """
    count = db.execute(_OVER, {"hotel": hotel_id, "now": now, "longest": now - LONGEST, "limit": limit})
    record(
        "document_image.cleared", subject="hotel", subject_id=hotel_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"count": count}, event=DocumentImagesCleared(hotel_id=hotel_id, count=count),
    )  # fmt: skip
    return count


_HELD = "SELECT DISTINCT hotel_id FROM frontdesk_documentimage WHERE cleared_at IS NULL"


def clear_all(*, actor: Actor, now: datetime) -> int:
    """Every hotel's pictures whose time is over; how many."""
    db.enter_scope("*", "*")
    total = 0
    for hotel_id in db.fetch_values(_HELD):
        while done := clear_images(hotel_id=hotel_id, actor=actor, now=now):
            total += done
            if done < BATCH:
                break
    return total
