"""What the web server is handed: an answer that is whole in one piece, after its request has ended."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponse, StreamingHttpResponse

from binzhi.config.web import in_one_piece


class Told(HttpResponse):
    closed = 0

    def close(self) -> None:
        self.closed += 1
        super().close()


def start(_status: str, _headers: list[tuple[str, str]]) -> None:
    return None


def test_an_answer_that_is_whole_is_handed_over_in_one_piece_and_its_request_has_ended() -> None:
    told = Told(b"12" * 3)
    assert in_one_piece(lambda _environ, _start: told)({}, start) == [b"121212"]
    assert told.closed == 1


def test_an_answer_that_cannot_be_told_ends_its_request_as_well() -> None:
    class Broken(Told):
        @property
        def content(self) -> Any:
            raise LookupError

        @content.setter
        def content(self, value: Any) -> None: ...

    told = Broken()
    with pytest.raises(LookupError):
        in_one_piece(lambda _environ, _start: told)({}, start)
    assert told.closed == 1


def test_a_stream_goes_its_own_way() -> None:
    def pieces() -> Iterator[bytes]:
        yield b"1"
        yield b"2"

    told = StreamingHttpResponse(pieces())
    assert in_one_piece(lambda _environ, _start: told)({}, start) is told
    assert b"".join(told) == b"12"
