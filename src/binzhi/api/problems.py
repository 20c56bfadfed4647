"""Refusals as programs read them: RFC 9457 problem details in the caller's language."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

import orjson
from django.db import Error as DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Schema
from ninja.errors import HttpError, ValidationError

from binzhi.kernel import db
from binzhi.kernel.errors import DomainError, EditConflict

MEDIA_TYPE = "application/problem+json"
TYPE_BASE = "urn:binzhi:problem:"
RETRY_SECONDS = 2
_log = logging.getLogger(__name__)


class FieldError(Schema):
    """One field that could not be taken."""

    field: str
    code: str
    detail: str


class Problem(Schema):
    """RFC 9457. `code` is stable for programs; `detail` is a sentence for people; `errors` names the fields."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[FieldError] = []


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    errors: list[dict[str, str]] | None = None,
    headers: dict[str, str] | None = None,
    **extra: Any,
) -> HttpResponse:
    """Build the answer."""
    body = {
        "type": TYPE_BASE + code,
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "errors": errors or [],
        **extra,
    }
    return HttpResponse(orjson.dumps(body, default=str), status=status, content_type=MEDIA_TYPE, headers=headers)


def refusal(request: HttpRequest, error: DomainError) -> HttpResponse:
    """A domain refusal."""
    errors = [{"field": error.field, "code": error.code, "detail": error.text}] if error.field else []
    retry_after = getattr(error, "retry_after_seconds", None)
    headers = {"Retry-After": str(retry_after)} if retry_after is not None else None
    extra = {"current": error.current} if isinstance(error, EditConflict) else {}
    params = {key: value for key, value in error.params.items() if isinstance(value, str | int | float | bool)}
    if params:
        extra["params"] = params
    return problem(error.status, error.code, error.text, errors=errors, headers=headers, **extra)


def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """What does not fit the schema, field by field."""
    errors = [
        {
            # ("body", "booking", "rooms", 0, "arrival") is told as rooms.0.arrival
            "field": ".".join(str(part) for part in item["loc"][1:] if part not in ("payload", "filters")),
            "code": str(item["type"]),
            "detail": str(item["msg"]),
        }
        for item in error.errors
    ]
    return problem(422, "invalid", _("The request does not fit the schema."), errors=errors)


def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    code = {400: "bad_request", 401: "unauthorised", 403: "forbidden", 429: "too_many_requests"}.get(
        error.status_code, "refused"
    )
    headers = {"WWW-Authenticate": "Bearer"} if error.status_code == 401 else None
    return problem(error.status_code, code, str(error), headers=headers)


def not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem(404, "not_found", _("Not found."))


def database_error(request: HttpRequest, error: DatabaseError) -> HttpResponse:
    """The database does not serve at this moment; any other error of it is a bug and goes on."""
    if not db.is_away(error):
        raise error
    _log.warning("The database does not serve: %s", db.told(error))
    return unavailable()


def unavailable() -> HttpResponse:
    """Send the same again, with the same key: what was saved is not done twice."""
    sentence = _("The database does not answer at this moment. Please send the same request again.")
    return problem(503, "unavailable", sentence, headers={"Retry-After": str(RETRY_SECONDS)})


def internal() -> HttpResponse:
    """A bug; the log has it."""
    return problem(500, "internal", _("Something broke here. It is noted in the log."))
