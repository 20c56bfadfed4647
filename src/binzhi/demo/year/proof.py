"""What a lived year must come to: counted from the ledger's own lines, held against what was written each day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from binzhi.kernel import db
from binzhi.reservations import verify

# Everything that was ever posted up to a day, by side: what the trial balance of that day must say.
_BOOKS = """
SELECT coalesce(sum(l.amount) FILTER (WHERE a.kind = 'folio'), 0) AS guests,
       coalesce(sum(l.amount) FILTER (WHERE a.kind = 'deposit'), 0) AS deposits,
       coalesce(sum(l.amount) FILTER (WHERE a.kind = 'receivable'), 0) AS companies,
       coalesce(sum(l.amount) FILTER (WHERE a.kind = 'means'), 0) AS means,
       coalesce(sum(l.amount) FILTER (WHERE a.kind = 'revenue'), 0) AS revenue,
       coalesce(sum(l.amount) FILTER (WHERE a.kind = 'tax'), 0) AS tax,
       coalesce(sum(l.amount) FILTER (WHERE a.kind = 'house'), 0) AS house,
       coalesce(sum(l.amount), 0) AS total, count(*) AS lines
FROM billing_line l
JOIN billing_transaction t ON t.id = l.transaction_id
JOIN billing_account a ON a.id = l.account_id
WHERE l.hotel_id = %(hotel)s AND t.business_date <= %(day)s
"""
_TRIAL = """
SELECT coalesce(sum(closing) FILTER (WHERE kind = 'folio'), 0) AS guests,
       coalesce(sum(closing) FILTER (WHERE kind = 'deposit'), 0) AS deposits,
       coalesce(sum(closing) FILTER (WHERE kind = 'receivable'), 0) AS companies,
       coalesce(sum(closing) FILTER (WHERE kind = 'means'), 0) AS means,
       coalesce(sum(closing) FILTER (WHERE kind = 'revenue'), 0) AS revenue,
       coalesce(sum(closing) FILTER (WHERE kind = 'tax'), 0) AS tax,
       coalesce(sum(closing) FILTER (WHERE kind = 'house'), 0) AS house
FROM frontdesk_trialline WHERE hotel_id = %(hotel)s AND business_date = %(day)s
"""
_FIGURES = """
SELECT sum(sold) AS sold, sum(comp) AS comp, sum(house_use) AS house_use, sum(rooms - out_of_order) AS available,
       sum(room_revenue) AS room_revenue, sum(other_revenue) AS other_revenue
FROM frontdesk_daystatistics
WHERE hotel_id = %(hotel)s AND business_date > %(after)s AND business_date <= %(day)s
"""
# Each counts the days, or rows, that break its rule.
RULES = {
    "lines of a trial balance that are not what the ledger's lines of the day come to": """
        SELECT count(*) FROM (SELECT * FROM frontdesk_trialline WHERE hotel_id = %(hotel)s) f FULL JOIN (
            SELECT t.business_date, a.kind,
                   CASE WHEN a.kind IN ('folio', 'deposit', 'receivable') THEN '' ELSE a.code END AS code,
                   sum(l.amount) AS moved, sum(l.amount) FILTER (WHERE l.amount > 0) AS debit
            FROM billing_line l JOIN billing_transaction t ON t.id = l.transaction_id
            JOIN billing_account a ON a.id = l.account_id
            WHERE l.hotel_id = %(hotel)s AND t.business_date <= %(last)s GROUP BY 1, 2, 3) m
        ON m.business_date = f.business_date AND m.kind = f.kind AND m.code = f.code
        WHERE f.hotel_id IS NULL OR coalesce(m.moved, 0) <> f.debit - f.credit OR coalesce(m.debit, 0) <> f.debit""",
    "days whose debits are not their credits": """
        SELECT count(*) FROM (SELECT 1 FROM frontdesk_trialline WHERE hotel_id = %(hotel)s GROUP BY business_date
                              HAVING sum(debit) <> sum(credit) OR sum(opening) <> 0 OR sum(closing) <> 0) x""",
    "lines that do not begin where the day before ended": """
        SELECT count(*) FROM frontdesk_trialline f JOIN frontdesk_trialline y ON y.hotel_id = f.hotel_id
            AND y.business_date = f.business_date - 1 AND y.kind = f.kind AND y.code = f.code
        WHERE f.hotel_id = %(hotel)s AND f.opening <> y.closing""",
    "days on which the running balances of guests, deposits or companies were not the ledger's": """
        SELECT count(*) FROM frontdesk_trialline WHERE hotel_id = %(hotel)s AND kept IS NOT NULL AND kept <> closing""",
    "days without all six reports": """
        SELECT count(*) FROM frontdesk_daystatistics d WHERE d.hotel_id = %(hotel)s AND 6 <> (
            SELECT count(*) FROM frontdesk_auditreport r
            WHERE r.hotel_id = d.hotel_id AND r.business_date = d.business_date)""",
    "days whose report of room charges does not come to the room revenue": """
        SELECT count(*) FROM frontdesk_daystatistics d
        JOIN frontdesk_auditreport r ON r.hotel_id = d.hotel_id AND r.business_date = d.business_date
            AND r.kind = 'rooms'
        WHERE d.hotel_id = %(hotel)s AND d.room_revenue <>
            coalesce((SELECT sum((x->>5)::numeric) FROM jsonb_array_elements(r.data->'rows') x), 0)
            + coalesce((SELECT sum((x->>3)::numeric) FROM jsonb_array_elements(r.data->'others') x), 0)""",
    "days whose rooms slept in are not their room charges": """
        SELECT count(*) FROM frontdesk_daystatistics d
        JOIN frontdesk_auditreport r ON r.hotel_id = d.hotel_id AND r.business_date = d.business_date
            AND r.kind = 'rooms'
        WHERE d.hotel_id = %(hotel)s AND d.sold <> jsonb_array_length(r.data->'rows')""",
    "days whose free rooms are not those of the figures": """
        SELECT count(*) FROM frontdesk_daystatistics d
        JOIN frontdesk_auditreport r ON r.hotel_id = d.hotel_id AND r.business_date = d.business_date
            AND r.kind = 'free'
        WHERE d.hotel_id = %(hotel)s AND (
            d.comp <> (SELECT count(*) FROM jsonb_array_elements(r.data->'rows') x WHERE x->>2 = 'comp')
            OR d.house_use <> (SELECT count(*) FROM jsonb_array_elements(r.data->'rows') x WHERE x->>2 = 'house'))""",
    "days whose fees of no-shows are not those of the figures": """
        SELECT count(*) FROM frontdesk_daystatistics d
        JOIN frontdesk_auditreport r ON r.hotel_id = d.hotel_id AND r.business_date = d.business_date
            AND r.kind = 'no_shows'
        WHERE d.hotel_id = %(hotel)s AND (d.no_shows <> jsonb_array_length(r.data->'rows') OR d.no_show_revenue <>
            coalesce((SELECT sum((x->>7)::numeric) FROM jsonb_array_elements(r.data->'rows') x), 0)
            + (r.data->>'others')::numeric)""",
    "days that were skipped": """
        SELECT count(*) FROM property_businessday b WHERE b.hotel_id = %(hotel)s AND b.closed_at IS NOT NULL
          AND NOT EXISTS (SELECT FROM frontdesk_nightaudit n WHERE n.hotel_id = b.hotel_id
                          AND n.business_date = b.date AND n.status = 'done')""",
    "accounts whose balance is not the sum of their lines": """
        SELECT count(*) FROM billing_account a
        LEFT JOIN (SELECT account_id, sum(amount) AS amount FROM billing_line WHERE hotel_id = %(hotel)s
                   GROUP BY account_id) s ON s.account_id = a.id
        WHERE a.hotel_id = %(hotel)s AND a.kind IN ('folio', 'deposit', 'receivable')
          AND a.balance <> coalesce(s.amount, 0)""",
    "guests who left with an open bill": """
        SELECT count(*) FROM reservations_roomreservation r JOIN billing_account a ON a.folio_id = r.folio_id
        WHERE r.hotel_id = %(hotel)s AND r.status = 'checked_out' AND a.balance <> 0""",
}


@dataclass(frozen=True, slots=True)
class Month:
    """The books at the end of a month, from the ledger's lines, and the same as the trial balance wrote them down."""

    last: date
    books: dict[str, Decimal]
    written: dict[str, Decimal]
    figures: dict[str, Any]

    @property
    def ties(self) -> bool:
        """The accounting identity, and every ledger as it was written down that night."""
        owned = self.books["guests"] + self.books["companies"] + self.books["means"] + self.books["house"]
        owing = -(self.books["deposits"] + self.books["tax"] + self.books["revenue"])
        return (
            owned == owing
            and not self.books["total"]
            and all(self.books[side] == amount for side, amount in self.written.items())
        )

    @property
    def occupancy(self) -> Decimal:
        paid = self.figures["sold"] - self.figures["comp"] - self.figures["house_use"]
        return Decimal(100 * paid) / Decimal(self.figures["available"])

    @property
    def average_rate(self) -> Decimal:
        paid = self.figures["sold"] - self.figures["comp"] - self.figures["house_use"]
        return Decimal(self.figures["room_revenue"] / paid) if paid else Decimal(0)


def month(*, hotel_id: int, after: date, last: date) -> Month:
    """The month that ends on `last`, the one before it on `after`."""
    params = {"hotel": hotel_id, "day": last, "after": after}
    return Month(
        last, db.fetch_one(_BOOKS, params) or {}, db.fetch_one(_TRIAL, params) or {},
        db.fetch_one(_FIGURES, params) or {},
    )  # fmt: skip


def broken(*, hotel_id: int, last: date) -> list[str]:
    """Every rule that does not hold up to a day, with how often; empty when all is well."""
    found = []
    for rule, sql in RULES.items():
        count = db.fetch_value(sql, {"hotel": hotel_id, "last": last})
        if count:
            found.append(f"{count} {rule}")
    counters = len(verify.differences(hotel_id=hotel_id)) + len(verify.stray_nights(hotel_id=hotel_id))
    return [*found, *([f"{counters} counters of nights that differ from the reservations"] if counters else [])]
