"""What was not asked at check-in is asked later: visa, entry, address; then the police's report goes out."""

from __future__ import annotations

from datetime import datetime

from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.events import ParticularsWritten
from binzhi.frontdesk.police.correcting import note_correction
from binzhi.frontdesk.registration.particulars import Particulars, clean_particulars, sealed_particulars
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import NotFound
from binzhi.kernel.operations import operation, record
from binzhi.reservations import stays

# What lacked something is tried again; what the police sent back is a person's to send again.
_AGAIN = """
UPDATE frontdesk_policereport SET state = 'waiting', reason = 'completed', due_at = %s, content_sealed = NULL
WHERE hotel_id = %s AND registration_id = %s AND state = 'incomplete'
"""
_SHOWN = """
UPDATE frontdesk_registration x SET document_id = %s WHERE x.id = %s
    AND EXISTS (SELECT FROM guests_guestdocument d WHERE d.id = %s AND d.guest_id = x.guest_id)
"""


@operation(Permission.CHECK_IN)
def write_particulars(
    *, hotel_id: int, room_reservation_id: int, registration_id: int, particulars: Particulars,
    document_id: int | None = None, actor: Actor, now: datetime,
) -> None:  # fmt: skip
    """Write what is asked of somebody who is registered over what was said before; a report that waits for it goes out.

    `document_id`: that of the guest's documents by which he is registered; None leaves it. What the police were told
    otherwise is corrected. Changes the registration, sealed. Locks the reservation. Raises NotFound (document),
    InvalidInput at the field, KeyMissing. Publishes ParticularsWritten. Idempotent.
    """
    stay = stays.lock_room_reservation(hotel_id=hotel_id, room_reservation_id=room_reservation_id)
    clean = clean_particulars(particulars, today=stay.today)
    sealed = sealed_particulars(registration_id, clean)
    if not db.execute(
        "UPDATE frontdesk_registration SET particulars_sealed = %s WHERE hotel_id = %s AND room_reservation_id = %s"
        " AND id = %s",
        [sealed, hotel_id, room_reservation_id, registration_id],
    ):
        raise NotFound(field="registration")
    if document_id is not None and not db.execute(_SHOWN, [document_id, registration_id, document_id]):
        raise NotFound(field="document_id")
    db.execute(_AGAIN, [now, hotel_id, registration_id])
    corrected = note_correction(hotel_id=hotel_id, registration_id=registration_id, now=now)
    said = [name for name in Particulars.__dataclass_fields__ if getattr(clean, name)]
    record(
        "registration.particulars_written", subject="room_reservation", subject_id=room_reservation_id,
        hotel_id=hotel_id, actor=actor, now=now,
        after={"registration_id": registration_id, "fields": said, "correction": corrected},
        event=ParticularsWritten(
            hotel_id=hotel_id, reservation_id=stay.reservation_id, room_reservation_id=room_reservation_id
        ),
    )  # fmt: skip
