"""The same file read straight by DuckDB, and the comparison with what the system's tables say."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from decimal import Decimal
from pathlib import Path

import duckdb

from binzhi.replay.reading import Table
from binzhi.replay.rows import HOTELS, Booking


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """The figures of one hotel and month. Reservations count by arrival, nights and revenue by the night slept."""

    hotel: str
    month: str
    arrivals: int = 0
    cancellations: int = 0
    no_shows: int = 0
    room_nights: int = 0
    room_revenue: Decimal = Decimal("0.00")

    @property
    def is_empty(self) -> bool:
        return not any((self.arrivals, self.cancellations, self.no_shows, self.room_nights, self.room_revenue))


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure on which the file and the system do not agree."""

    hotel: str
    month: str
    figure: str
    file: str
    system: str

    def __str__(self) -> str:
        return f"{self.hotel} {self.month} {self.figure}: file {self.file}, system {self.system}"


_STAYS = """
CREATE TEMP TABLE stay AS
SELECT lower(trim(hotel)) AS hotel,
       strptime(trim(arrival_date_year) || ' ' || trim(arrival_date_month) || ' ' || trim(arrival_date_day_of_month),
                '%Y %B %d')::DATE AS arrival,
       stays_in_weekend_nights::DOUBLE::INTEGER + stays_in_week_nights::DOUBLE::INTEGER AS nights,
       trim(adr)::DECIMAL(12, 2) AS adr,
       trim(reservation_status) AS status
FROM accepted
"""
_BY_ARRIVAL = """
SELECT hotel, strftime(arrival, '%Y-%m') AS month, count(*) FILTER (WHERE status = 'Check-Out') AS arrivals,
       count(*) FILTER (WHERE status = 'Canceled') AS cancellations,
       count(*) FILTER (WHERE status = 'No-Show') AS no_shows
FROM stay GROUP BY ALL
"""
_BY_NIGHT = """
WITH night AS (
    SELECT hotel, adr, unnest(range(arrival::TIMESTAMP, arrival + nights::INTEGER, INTERVAL 1 DAY)) AS night
    FROM stay WHERE status = 'Check-Out' AND nights > 0
)
SELECT hotel, strftime(night, '%Y-%m') AS month, count(*) AS room_nights, sum(adr) AS room_revenue
FROM night GROUP BY ALL
"""


def file_figures(table: Table, accepted: Sequence[Booking]) -> list[Month]:
    """The figures of the accepted rows, computed by DuckDB from the file itself, sorted."""
    names = {name.lower(): name for name in (*HOTELS, *(booking.hotel for booking in accepted))}
    if not accepted:
        return []
    with _connection() as connection:
        _load(connection, table, accepted)
        connection.execute(_STAYS)
        figures: dict[tuple[str, str], dict[str, int | Decimal]] = {}
        for hotel, month, arrivals, cancellations, no_shows in connection.execute(_BY_ARRIVAL).fetchall():
            figures.setdefault((names[hotel], month), {}).update(
                arrivals=arrivals, cancellations=cancellations, no_shows=no_shows
            )
        for hotel, month, room_nights, room_revenue in connection.execute(_BY_NIGHT).fetchall():
            figures.setdefault((names[hotel], month), {}).update(room_nights=room_nights, room_revenue=room_revenue)
    return sorted(Month(hotel, month, **values) for (hotel, month), values in figures.items())  # type: ignore[arg-type]


@contextmanager
def _connection() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(config={"threads": 1})
    try:
        yield connection
    finally:
        connection.close()


def _load(connection: duckdb.DuckDBPyConnection, table: Table, accepted: Sequence[Booking]) -> None:
    connection.execute("CREATE TEMP TABLE taken (number BIGINT)")
    connection.execute("INSERT INTO taken SELECT unnest(?)", [[booking.row for booking in accepted]])
    if table.encoding == "utf-8":
        try:
            _read(connection, table, table.path)
        except duckdb.Error:
            pass
        else:
            if connection.execute("SELECT count(*) FROM accepted").fetchone() == (len(accepted),):
                return
    # Rows that DuckDB cannot cut, or an encoding it does not know: it gets the accepted lines alone, unchanged.
    lines = {record.row: record.text for record in table.records}
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".csv") as copy:
        copy.write(table.header + "\n")
        copy.writelines(lines[booking.row].encode("utf-8", "replace").decode() + "\n" for booking in accepted)
        copy.flush()
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE taken AS SELECT unnest(range(1, ?)) AS number", [len(accepted) + 1]
        )
        _read(connection, table, Path(copy.name))


def _read(connection: duckdb.DuckDBPyConnection, table: Table, path: Path) -> None:
    whole = connection.read_csv(
        str(path),
        header=True,
        delimiter=table.delimiter,
        quotechar='"',
        all_varchar=True,
        # In the order of the file, so that the rows can be counted.
        parallel=False,
        compression="gzip" if path.read_bytes()[:2] == b"\x1f\x8b" else "none",
    )
    columns = ", ".join(
        f'"{name}" AS {name.strip().lower()}' for name in whole.columns if name.strip().lower() in table.columns
    )
    whole.create_view("whole_file", replace=True)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE accepted AS WITH numbered AS (SELECT {columns}, row_number() OVER () AS number "  # noqa: S608
        "FROM whole_file) SELECT numbered.* FROM numbered JOIN taken USING (number)"
    )


def differences(file: Iterable[Month], system: Iterable[Month]) -> list[Difference]:
    """Every figure that is not the same in both."""
    left = {(month.hotel, month.month): month for month in file if not month.is_empty}
    right = {(month.hotel, month.month): month for month in system if not month.is_empty}
    found = []
    for hotel, month in sorted(left.keys() | right.keys()):
        ours, theirs = (side.get((hotel, month), Month(hotel, month)) for side in (left, right))
        for field in fields(Month)[2:]:
            if getattr(ours, field.name) != getattr(theirs, field.name):
                found.append(
                    Difference(
                        hotel, month, field.name, str(getattr(ours, field.name)), str(getattr(theirs, field.name))
                    )
                )
    return found
