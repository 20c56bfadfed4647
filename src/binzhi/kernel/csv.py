"""Lists as CSV files that a spreadsheet opens, in which nothing is taken for a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence

from django.http import StreamingHttpResponse

# What a spreadsheet would run; full-width twins as well.
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BYTE_ORDER_MARK = "\ufeff"


class _Echo:
    """A file that hands back what is written to it, so that a response can stream."""

    def write(self, text: str) -> str:
        return text


def safe_cell(value: object) -> str:
    """The text of a cell; what a spreadsheet would take for a formula gets an apostrophe in front. Numbers stay numbers."""
    if value is None:
        return ""
    text = str(value)
    if isinstance(value, str) and text.lstrip(" ").startswith(_RISKY):
        return f"'{text}"
    return text


def csv_file(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """A CSV download in UTF-8 that Excel recognises."""

    def lines() -> Iterator[str]:
        writer = csv.writer(_Echo())
        yield BYTE_ORDER_MARK + writer.writerow(header)
        for row in rows:
            yield writer.writerow([safe_cell(value) for value in row])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
