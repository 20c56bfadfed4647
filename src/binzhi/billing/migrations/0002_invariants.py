"""The ledger's laws, kept by the database: balanced, insert-only, never on a closed day."""

from django.db import migrations

from binzhi.kernel.schema import hotel_wall, insert_only

# Lines of one transaction are written by one statement, and what a statement writes adds up to zero per
# transaction: so every transaction always does, and the check costs one pass over what was written.
LINES = """
CREATE FUNCTION billing_check_lines() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    written bigint;
    of_one_hotel bigint;
    kept bigint;
    moved bigint;
BEGIN
    IF EXISTS (SELECT 1 FROM added GROUP BY transaction_id HAVING sum(amount) <> 0) THEN
        RAISE EXCEPTION 'the lines of a transaction do not add up to zero'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'lines_add_up_to_zero';
    END IF;
    SELECT count(*), count(a.id), count(DISTINCT a.id) FILTER (WHERE a.kind IN ('folio', 'deposit', 'receivable'))
    INTO written, of_one_hotel, kept
    FROM added l
    LEFT JOIN billing_transaction t ON t.id = l.transaction_id AND t.hotel_id = l.hotel_id
    LEFT JOIN billing_account a ON a.id = l.account_id AND a.hotel_id = l.hotel_id AND t.id IS NOT NULL;
    IF written <> of_one_hotel THEN
        RAISE EXCEPTION 'a line belongs to the hotel of its transaction and account'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'lines_of_one_hotel';
    END IF;
    -- The update waits for whoever closes the account and then reads it again: counting its rows is the proof.
    UPDATE billing_account a SET balance = a.balance + s.amount
    FROM (SELECT account_id, sum(amount) AS amount FROM added GROUP BY account_id ORDER BY account_id) s
    WHERE a.id = s.account_id AND a.is_open AND a.kind IN ('folio', 'deposit', 'receivable');
    GET DIAGNOSTICS moved = ROW_COUNT;
    IF moved <> kept THEN
        RAISE EXCEPTION 'the account is closed'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'posting_on_open_account';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER billing_check_lines AFTER INSERT ON billing_line
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION billing_check_lines();
"""
NO_LINES = "DROP TRIGGER billing_check_lines ON billing_line; DROP FUNCTION billing_check_lines();"

# What lines point to without a foreign key stays where it is.
ACCOUNTS_STAY = """
CREATE FUNCTION billing_accounts_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an account is neither deleted nor given to another hotel'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'accounts_stay';
END $$;
CREATE TRIGGER billing_accounts_stay BEFORE DELETE OR UPDATE OF id, hotel_id ON billing_account
FOR EACH STATEMENT EXECUTE FUNCTION billing_accounts_stay();
"""
NO_ACCOUNTS_STAY = "DROP TRIGGER billing_accounts_stay ON billing_account; DROP FUNCTION billing_accounts_stay();"

# Holding the day: whoever calls it keeps the night audit out until the end of the transaction, and gets the open
# day as it is after any audit that was running. It comes before every row lock of an operation that posts.
HOLD_DAY = """
CREATE FUNCTION billing_hold_day(hotel bigint) RETURNS date LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(7101, hotel::int);
    RETURN (SELECT business_date FROM property_hotel WHERE id = hotel);
END $$;
"""
NO_HOLD_DAY = "DROP FUNCTION billing_hold_day(bigint);"

# The night audit holds the same advisory lock exclusively while it closes the day: a posting is either
# before it or finds the day closed.
OPEN_DAY = """
CREATE FUNCTION billing_open_day() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    day record;
BEGIN
    FOR day IN SELECT DISTINCT hotel_id, business_date FROM added LOOP
        PERFORM pg_advisory_xact_lock_shared(7101, day.hotel_id::int);
        PERFORM 1 FROM property_businessday d
        WHERE d.hotel_id = day.hotel_id AND d.date = day.business_date AND d.closed_at IS NULL;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'hotel day % is not open', day.business_date
                USING ERRCODE = 'check_violation', CONSTRAINT = 'posting_on_open_day';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER billing_open_day AFTER INSERT ON billing_transaction
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION billing_open_day();
"""
NO_OPEN_DAY = "DROP TRIGGER billing_open_day ON billing_transaction; DROP FUNCTION billing_open_day();"

# Balances are rewritten in place: leave room in the pages so that no index entry is made anew.
FILL = "ALTER TABLE billing_account SET (fillfactor = 75)"
NO_FILL = "ALTER TABLE billing_account RESET (fillfactor)"

NUMBERS = """
CREATE SEQUENCE billing_folio_number START 100001;
ALTER TABLE billing_folio ALTER COLUMN number SET DEFAULT ('F' || nextval('billing_folio_number')::text);
"""
NO_NUMBERS = "ALTER TABLE billing_folio ALTER COLUMN number DROP DEFAULT; DROP SEQUENCE billing_folio_number;"


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial"), ("property", "0002_invariants")]
    operations = [
        migrations.RunSQL(LINES, NO_LINES),
        migrations.RunSQL(ACCOUNTS_STAY, NO_ACCOUNTS_STAY),
        migrations.RunSQL(HOLD_DAY, NO_HOLD_DAY),
        migrations.RunSQL(OPEN_DAY, NO_OPEN_DAY),
        migrations.RunSQL(NUMBERS, NO_NUMBERS),
        migrations.RunSQL(FILL, NO_FILL),
        *insert_only("billing_transaction", "billing_line"),
        *hotel_wall(
            "billing_account",
            "billing_folio",
            "billing_chargecode",
            "billing_paymentmeans",
            "billing_transaction",
            "billing_line",
        ),
    ]
