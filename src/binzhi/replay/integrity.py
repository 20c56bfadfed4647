"""What must hold in the tables after any replay, counted from the rows themselves."""

from __future__ import annotations

from collections.abc import Sequence

from binzhi.kernel import db

# Each statement counts what breaks its rule; %(hotels)s are the hotels replayed.
RULES = {
    "counters differ from the reservations that hold a night": """
        SELECT count(*) FROM reservations_night n
        LEFT JOIN (
            SELECT rr.hotel_id, rr.room_type_id, d.night::date AS night, count(*) AS rooms
            FROM reservations_roomreservation rr
            CROSS JOIN LATERAL generate_series(rr.arrival, rr.departure - 1, INTERVAL '1 day') AS d (night)
            WHERE rr.hotel_id = ANY (%(hotels)s) AND rr.status IN ('reserved', 'in_house', 'checked_out')
            GROUP BY 1, 2, 3
        ) s ON s.hotel_id = n.hotel_id AND s.room_type_id = n.room_type_id AND s.night = n.night
        WHERE n.hotel_id = ANY (%(hotels)s) AND n.sold <> coalesce(s.rooms, 0)
    """,
    "hotels whose ledger does not add up to zero": """
        SELECT count(*) FROM (
            SELECT hotel_id FROM billing_line WHERE hotel_id = ANY (%(hotels)s)
            GROUP BY hotel_id HAVING sum(amount) <> 0
        ) s
    """,
    "accounts whose balance is not the sum of their lines": """
        SELECT count(*) FROM billing_account a
        LEFT JOIN (
            SELECT account_id, sum(amount) AS amount FROM billing_line WHERE hotel_id = ANY (%(hotels)s)
            GROUP BY account_id
        ) s ON s.account_id = a.id
        WHERE a.hotel_id = ANY (%(hotels)s) AND a.kind IN ('folio', 'deposit', 'receivable')
          AND a.balance <> coalesce(s.amount, 0)
    """,
    "guests who left with an open bill": """
        SELECT count(*) FROM reservations_roomreservation rr JOIN billing_account a ON a.folio_id = rr.folio_id
        WHERE rr.hotel_id = ANY (%(hotels)s) AND rr.status = 'checked_out' AND a.balance <> 0
    """,
    "days whose statistics differ from the room charges of the night": """
        SELECT count(*) FROM frontdesk_daystatistics d
        LEFT JOIN (
            SELECT t.hotel_id, t.business_date, count(*) AS rooms
            FROM billing_transaction t JOIN billing_chargecode c ON c.id = t.charge_code_id AND c.code = '1000'
            WHERE t.hotel_id = ANY (%(hotels)s) GROUP BY 1, 2
        ) s ON s.hotel_id = d.hotel_id AND s.business_date = d.business_date
        WHERE d.hotel_id = ANY (%(hotels)s) AND d.sold <> coalesce(s.rooms, 0)
    """,
    "reservations without an audit entry of their booking": """
        SELECT count(*) FROM reservations_reservation r
        WHERE r.hotel_id = ANY (%(hotels)s) AND NOT EXISTS (
            SELECT 1 FROM kernel_audit_entry e WHERE e.hotel_id = r.hotel_id AND e.subject = 'reservation'
              AND e.subject_id = r.id AND e.operation = 'reservation.created')
    """,
}


def broken_rules(hotel_ids: Sequence[int]) -> list[str]:
    """Every rule that does not hold, with how often it is broken; empty when all is well."""
    db.enter_scope("*", "*")
    found = []
    for rule, sql in RULES.items():
        count = db.fetch_value(sql, {"hotels": list(hotel_ids)})
        if count:
            found.append(f"{count} {rule}")
    return found
