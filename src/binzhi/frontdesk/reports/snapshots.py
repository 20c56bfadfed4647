"""The reports of a day, written by its night audit in the audit's own transaction: all of them or none.

Each statement reads and writes at once, whatever the size of the house. They hold ids and figures, no names.
The definitions are those of the product's register of figures: docs/handbook/night-audit.md.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import reduce
from typing import Any

from binzhi.billing.setup import ROOM
from binzhi.frontdesk.reports.kinds import Kind
from binzhi.frontdesk.reports.trial import write_trial
from binzhi.kernel import db
from binzhi.reservations import pricing
from binzhi.reservations.fees import NO_SHOW_CODE

# Without a row of the hotel's own.
HIGH_BALANCE = Decimal(2000)
_INSERT = """
INSERT INTO frontdesk_auditreport (hotel_id, business_date, kind, data)
SELECT %(hotel)s, %(day)s, '{kind}', {data}
"""
# The day, its month and its year so far, and the same a year ago; `days` says of how many days a sum is.
_MANAGER = _INSERT.format(
    kind=Kind.MANAGER.value,
    data="""jsonb_build_object(
    'periods', (SELECT jsonb_object_agg(x.name, to_jsonb(x) - 'name') FROM (
        SELECT p.name, count(s.business_date) AS days, sum(s.rooms) AS rooms, sum(s.out_of_order) AS out_of_order,
            sum(s.sold) AS sold, sum(s.comp) AS comp, sum(s.house_use) AS house_use, sum(s.day_uses) AS day_uses,
            sum(s.guests) AS guests, sum(s.arrivals) AS arrivals, sum(s.walk_ins) AS walk_ins,
            sum(s.departures) AS departures, sum(s.cancellations) AS cancellations, sum(s.no_shows) AS no_shows,
            sum(s.room_revenue) AS room_revenue, sum(s.day_use_revenue) AS day_use_revenue,
            sum(s.no_show_revenue) AS no_show_revenue, sum(s.other_revenue) AS other_revenue, sum(s.tax) AS tax,
            sum(s.payments) AS payments
        FROM (SELECT f.name || w.name AS name, (f.first - w.ago)::date AS first, (%(day)s::date - w.ago)::date AS last
              FROM (VALUES ('day', %(day)s::date), ('month', date_trunc('month', %(day)s::date)::date),
                           ('year', date_trunc('year', %(day)s::date)::date)) AS f (name, first)
              CROSS JOIN (VALUES ('', INTERVAL '0'), ('_before', INTERVAL '1 year')) AS w (name, ago)) p
        LEFT JOIN frontdesk_daystatistics s ON s.hotel_id = %(hotel)s AND s.business_date BETWEEN p.first AND p.last
        GROUP BY p.name) x),
    'revenue', (SELECT coalesce(jsonb_agg(jsonb_build_array(y.code, y.name, y.day, y.month, y.year) ORDER BY y.code),
                                '[]') FROM (
        SELECT l.code, max(l.name) AS name, sum(l.credit - l.debit) FILTER (WHERE l.business_date = %(day)s) AS day,
            sum(l.credit - l.debit) FILTER (WHERE l.business_date >= date_trunc('month', %(day)s::date)) AS month,
            sum(l.credit - l.debit) AS year
        FROM frontdesk_trialline l WHERE l.hotel_id = %(hotel)s AND l.kind = 'revenue'
          AND l.business_date BETWEEN date_trunc('year', %(day)s::date) AND %(day)s
        GROUP BY l.code HAVING sum(l.debit + l.credit) <> 0) y),
    'means', (SELECT coalesce(jsonb_agg(jsonb_build_array(l.code, l.name, l.debit, l.credit) ORDER BY l.code), '[]')
        FROM frontdesk_trialline l
        WHERE l.hotel_id = %(hotel)s AND l.business_date = %(day)s AND l.kind = 'means' AND l.debit + l.credit <> 0))
""",
)
# What the audit charged, from the ledger's own lines; then everything else that made up the day's room revenue. Night
# and stay are read from the key before anything is joined: behind row-level security no index is searched for a text
# that is yet to be taken apart.
_OF_ROOMS = """
WITH codes AS (
    SELECT id, code, revenue_account_id, tax_account_id FROM billing_chargecode
    WHERE hotel_id = %(hotel)s AND "group" = 'room'
), posted AS MATERIALIZED (
    SELECT t.kind, t.charge_code_id,
           CASE WHEN t.source_key LIKE 'room:%%' AND t.kind = 'charge' THEN split_part(t.source_key, ':', 2)::date END
               AS night,
           CASE WHEN t.source_key LIKE 'room:%%' AND t.kind = 'charge' THEN split_part(t.source_key, ':', 3)::bigint END
               AS stay,
           -coalesce(sum(l.amount) FILTER (WHERE l.account_id = c.revenue_account_id), 0) AS net,
           -coalesce(sum(l.amount) FILTER (WHERE l.account_id = c.tax_account_id), 0) AS tax
    FROM billing_transaction t
    JOIN codes c ON c.id = t.charge_code_id
    JOIN billing_line l ON l.transaction_id = t.id
    WHERE t.hotel_id = %(hotel)s AND t.business_date = %(day)s AND t.kind <> 'transfer'
    GROUP BY t.id
), rooms AS (
    SELECT p.net, p.tax, p.night, p.stay, m.number AS room, y.code AS type, n.rate_plan_id
    FROM posted p
    JOIN reservations_roomreservation r ON r.id = p.stay
    JOIN property_room m ON m.id = r.room_id
    JOIN property_roomtype y ON y.id = r.room_type_id
    LEFT JOIN reservations_staynight n ON n.room_reservation_id = p.stay AND n.night = p.night
)
"""
_ROOMS = _OF_ROOMS + _INSERT.format(
    kind=Kind.ROOMS.value,
    data="""jsonb_build_object(
    'rows', (SELECT coalesce(jsonb_agg(jsonb_build_array(stay, room, type, rate_plan_id, night, net, tax)
                                       ORDER BY room, night), '[]') FROM rooms),
    'others', (SELECT coalesce(jsonb_agg(jsonb_build_array(o.code, o.kind, o.n, o.net, o.tax) ORDER BY o.code, o.kind),
                               '[]') FROM (
        SELECT c.code, p.kind, count(*) AS n, sum(p.net) AS net, sum(p.tax) AS tax
        FROM posted p JOIN codes c ON c.id = p.charge_code_id WHERE p.stay IS NULL GROUP BY 1, 2) o))
""",
)
# What is owed beyond the deposit, bills of the house and of groups included.
_BALANCES = _INSERT.format(
    kind=Kind.BALANCES.value,
    data="""jsonb_build_object('limit', %(limit)s::numeric, 'rows', (
    SELECT coalesce(jsonb_agg(jsonb_build_array(b.stay, b.room, b.folio, b.owed, b.deposit, b.departure)
                              ORDER BY b.owed + b.deposit DESC, b.folio), '[]') FROM (
        SELECT o.number AS folio, r.id AS stay, m.number AS room, r.departure, o.owed, o.deposit
        FROM (SELECT f.id, f.number, sum(a.balance) FILTER (WHERE a.kind = 'folio') AS owed,
                     coalesce(sum(a.balance) FILTER (WHERE a.kind = 'deposit'), 0) AS deposit
              FROM billing_folio f
              JOIN billing_account a ON a.folio_id = f.id
              WHERE f.hotel_id = %(hotel)s AND f.closed_at IS NULL
              GROUP BY f.id, f.number
              HAVING sum(a.balance) > %(limit)s::numeric) o
        LEFT JOIN LATERAL (SELECT id, room_id, departure FROM reservations_roomreservation x
                           WHERE x.folio_id = o.id ORDER BY x.status = 'in_house' DESC, x.id LIMIT 1) r ON true
        LEFT JOIN property_room m ON m.id = r.room_id) b))
""",
)
# Who did not come, with the fee; then what else moved on that code: fees waived later, charged by hand.
_OF_NO_SHOWS = """
WITH missed AS (
    SELECT r.id, r.position, r.reservation_id, r.room_type_id, r.arrival, r.departure
    FROM reservations_roomreservation r
    WHERE r.hotel_id = %(hotel)s AND r.ended_on = %(day)s AND r.status = 'no_show'
), posted AS (
    SELECT t.id, m.id AS stay, -sum(l.amount) AS gross,
           -coalesce(sum(l.amount) FILTER (WHERE l.account_id = c.revenue_account_id), 0) AS net
    FROM billing_chargecode c
    JOIN billing_transaction t ON t.hotel_id = c.hotel_id AND t.business_date = %(day)s AND t.charge_code_id = c.id
    JOIN billing_line l ON l.transaction_id = t.id AND l.account_id IN (c.revenue_account_id, c.tax_account_id)
    LEFT JOIN missed m ON t.kind = 'charge' AND starts_with(t.source_key, 'fee:' || m.id || ':')
    WHERE c.hotel_id = %(hotel)s AND c.code = %(no_show_code)s GROUP BY t.id, m.id
)
"""
_NO_SHOWS = _OF_NO_SHOWS + _INSERT.format(
    kind=Kind.NO_SHOWS.value,
    data="""jsonb_build_object(
    'rows', (SELECT coalesce(jsonb_agg(jsonb_build_array(m.id, v.number, y.code, m.arrival, m.departure, v.guarantee,
                                                         coalesce(fee.gross, 0), coalesce(fee.net, 0))
                                       ORDER BY v.number, m.position), '[]')
    FROM missed m
    JOIN reservations_reservation v ON v.id = m.reservation_id
    JOIN property_roomtype y ON y.id = m.room_type_id
    LEFT JOIN LATERAL (SELECT sum(p.gross) AS gross, sum(p.net) AS net FROM posted p WHERE p.stay = m.id) fee ON true),
    'others', (SELECT coalesce(sum(p.net), 0) FROM posted p WHERE p.stay IS NULL))
""",
)
# Tonight's price against what the plan asks for the same people tonight; nights given away are told apart.
_TONIGHT = """
WITH w AS MATERIALIZED (
    SELECT s.id, s.adults, s.children, s.child_ages AS ages, s.extra_beds AS beds,
           coalesce(n.priced_type_id, s.priced_type_id) AS priced_type_id, s.room_id, v.organisation_id,
           n.price AS agreed, n.rate_plan_id, free.id AS free_id, free.kind AS free_kind
    FROM reservations_roomreservation s
    JOIN reservations_reservation v ON v.id = s.reservation_id
    JOIN reservations_staynight n ON n.room_reservation_id = s.id AND n.night = %(day)s
    LEFT JOIN LATERAL (
        SELECT f.id, f.kind FROM frontdesk_freeroom f
        WHERE f.room_reservation_id = s.id AND %(day)s >= f.first AND n.price = 0
          AND ((f.state = 'approved' AND %(day)s < f.until) OR (f.state = 'ended' AND %(day)s < f.ended_on))
        ORDER BY f.id DESC LIMIT 1) free ON true
    WHERE s.hotel_id = %(hotel)s AND s.status = 'in_house' AND s.departure > %(day)s
      AND {which}
), asked AS (
    SELECT w.id, w.room_id, w.agreed, w.rate_plan_id, w.free_id, w.free_kind, {price} AS asked
    FROM w
    JOIN property_roomtype t ON t.id = w.priced_type_id
    CROSS JOIN LATERAL (
        SELECT p.parent_id, {terms} FROM reservations_rateplan p
        LEFT JOIN reservations_agreement a ON a.rate_plan_id = p.id AND a.organisation_id = w.organisation_id
        WHERE p.id = w.rate_plan_id) p
    LEFT JOIN reservations_ratenight r ON r.night = %(day)s AND r.hotel_id = %(hotel)s
        AND r.rate_plan_id = coalesce(p.parent_id, w.rate_plan_id) AND r.room_type_id = w.priced_type_id
)
"""


def _tonight(which: str) -> str:
    words = {"which": which, "price": pricing.PRICE, "terms": pricing.TERMS_OF_PLAN}
    return reduce(lambda sql, word: sql.replace("{" + word + "}", words[word]), words, _TONIGHT)


_VARIANCE = _tonight("true") + _INSERT.format(
    kind=Kind.VARIANCE.value,
    data="""jsonb_build_object('rows', (
    SELECT coalesce(jsonb_agg(jsonb_build_array(a.id, m.number, a.rate_plan_id, a.asked, a.agreed) ORDER BY m.number),
                    '[]')
    FROM asked a JOIN property_room m ON m.id = a.room_id
    WHERE a.free_id IS NULL AND a.agreed IS DISTINCT FROM a.asked))
""",
)
# Given away by somebody's leave, or at nothing without anybody's.
_FREE = _tonight("n.price = 0") + _INSERT.format(
    kind=Kind.FREE.value,
    data="""jsonb_build_object('rows', (
    SELECT coalesce(jsonb_agg(jsonb_build_array(a.id, m.number, coalesce(a.free_kind, ''), a.free_id, a.asked)
                              ORDER BY a.free_kind NULLS LAST, m.number), '[]')
    FROM asked a JOIN property_room m ON m.id = a.room_id WHERE a.agreed = 0))
""",
)
_LIMIT = "SELECT high_balance FROM frontdesk_auditsetting WHERE hotel_id = %s"


def high_balance(*, hotel_id: int) -> Decimal:
    """From what on a balance is a high one."""
    kept: Decimal | None = db.fetch_value(_LIMIT, [hotel_id])
    return HIGH_BALANCE if kept is None else kept


def write_reports(*, hotel_id: int, business_date: date) -> None:
    """Write the pack of the day that is being closed, after its figures. The caller holds the day alone."""
    write_trial(hotel_id=hotel_id, business_date=business_date)
    params: dict[str, Any] = {
        "hotel": hotel_id, "day": business_date, "limit": high_balance(hotel_id=hotel_id), "room_code": ROOM,
        "no_show_code": NO_SHOW_CODE,
    }  # fmt: skip
    for statement in (_MANAGER, _ROOMS, _BALANCES, _NO_SHOWS, _VARIANCE, _FREE):
        db.execute(statement, params)
