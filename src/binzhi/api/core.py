"""The one NinjaAPI: who calls, how answers look, what the OpenAPI document says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar, cast

import orjson
from django.db import Error as DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser
from ninja.renderers import BaseRenderer
from ninja.security import HttpBearer

from binzhi.api import problems
from binzhi.kernel import clock
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import DomainError, InvalidInput, NotFound
from binzhi.kernel.idempotency import fingerprint_of, run_once, run_once_carried
from binzhi.people import tokens
from binzhi.property.queries import HotelRef

VERSION = "1"
R = TypeVar("R")


class ApiRequest(HttpRequest):
    """A request after sign-in by token: `actor` may do what the token allows at `hotel`, and nothing elsewhere."""

    actor: Actor
    hotel: HotelRef


class TokenAuth(HttpBearer):
    """`Authorization: Bearer <token>`; tokens are issued by an employee for one hotel with scopes."""

    openapi_description = "A token issued on the account page; its scopes are permissions of the issuing post."

    def __init__(self, *, lately: bool = False) -> None:
        """`lately`: within a second a token is not looked up again, see `tokens.authenticate_lately`."""
        super().__init__()
        self._look_up = tokens.authenticate_lately if lately else tokens.authenticate

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        found = self._look_up(token)
        if found is None:
            return None
        actor, hotel, _scopes = found
        call = cast(ApiRequest, request)
        call.actor, call.hotel = actor, hotel
        # Another hotel than the token's own does not exist for this caller.
        code = request.resolver_match.kwargs.get("hotel") if request.resolver_match else None
        if code is not None and code != hotel.code:
            raise NotFound
        return actor


class JsonParser(Parser):
    """Raises ValueError, which ninja answers, for what is no JSON."""

    def parse_body(self, request: HttpRequest) -> Any:
        return orjson.loads(request.body)


class Json(BaseRenderer):
    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return orjson.dumps(data, default=str, option=orjson.OPT_NON_STR_KEYS)


class BinzhiApi(NinjaAPI):
    """NinjaAPI whose document also lists every refusal with its media type."""

    def get_openapi_schema(self, *args: Any, **kwargs: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(*args, **kwargs)
        components = schema["components"]["schemas"]
        for model in (problems.Problem, problems.FieldError):
            document = model.model_json_schema(ref_template="#/components/schemas/{model}")
            document.pop("$defs", None)
            components.setdefault(model.__name__, document)
        for methods in schema["paths"].values():
            for details in methods.values():
                _document_refusals(details)
        return schema


def _document_refusals(details: dict[str, Any]) -> None:
    headers = {parameter["name"] for parameter in details["parameters"] if parameter["in"] == "header"}
    statuses = [400, 401, 403, 404, 409, 422, 429, 503]
    if "If-Match" in headers:
        statuses += [412]
    body = {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status in statuses:
        details["responses"].setdefault(status, {"description": "Refused", "content": body})
    if "If-None-Match" in headers:
        details["responses"].setdefault(304, {"description": "Not modified"})


api = BinzhiApi(
    title="Binzhi",
    version=VERSION,
    description="Reservations, stays, folios and guests of one hotel. Money is a decimal string in the hotel's "
    "currency, stay dates are local dates, instants are UTC. Changes need `If-Match` with the ETag read before; "
    "creating calls need an `Idempotency-Key`.",
    auth=TokenAuth(),
    renderer=Json(),
    parser=JsonParser(),
    docs_url=None,
    openapi_url="openapi.json",
    urls_namespace="api",
)
api.add_exception_handler(DomainError, cast(Callable[..., HttpResponse], problems.refusal))
api.add_exception_handler(ValidationError, cast(Callable[..., HttpResponse], problems.invalid))
api.add_exception_handler(HttpError, cast(Callable[..., HttpResponse], problems.http_error))
api.add_exception_handler(Http404, cast(Callable[..., HttpResponse], problems.not_found))
api.add_exception_handler(DatabaseError, cast(Callable[..., HttpResponse], problems.database_error))


def once(
    request: HttpRequest, *, key: str, route: str, body: Any, work: Callable[[], dict[str, Any]], status: int = 201
) -> HttpResponse:
    """Answer `work()` once per key of this token; a repeat gets the kept answer and says so in a header."""
    answer, repeated = run_once(caller=_caller(request), key=key, fingerprint=fingerprint_of(route, body), work=work)
    return _answered(answer, repeated, status)


def once_carried(
    request: HttpRequest,
    *,
    key: str,
    route: str,
    body: Any,
    work: Callable[[], R],
    answer_of: Callable[[R], dict[str, Any]],
) -> HttpResponse:
    """As `once`, for an operation whose own statement keeps the key (see `kernel.idempotency`)."""
    answer, repeated = run_once_carried(
        caller=_caller(request), key=key, fingerprint=fingerprint_of(route, body), work=work, answer_of=answer_of
    )
    return _answered(answer, repeated, 201)


def _caller(request: HttpRequest) -> str:
    return f"token:{cast(ApiRequest, request).actor.token_id}"


def _answered(answer: dict[str, Any], repeated: bool, status: int) -> HttpResponse:
    # Sorted: the kept answer has forgotten the order of its names, and a repeat is equal to the byte.
    response = json_response(answer, status=status, option=orjson.OPT_SORT_KEYS)
    if repeated:
        response["Idempotent-Replay"] = "true"
    return response


def json_response(data: Any, *, status: int = 200, etag: str = "", option: int | None = None) -> HttpResponse:
    """Render `data` at once (the answer is built by us, not by a schema)."""
    response = HttpResponse(
        orjson.dumps(data, default=str, option=option), status=status, content_type="application/json"
    )
    if etag:
        response["ETag"] = etag
    return response


def etag_of(version: int) -> str:
    return f'"{version}"'


def version_from(if_match: str) -> int:
    """The version named by an If-Match header. Raises InvalidInput when it is not one of our ETags."""
    text = if_match.removeprefix("W/").strip('"')
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise InvalidInput(field="If-Match")
    return int(text)


def conditional(request: HttpRequest, data: Any, *, etag: str) -> HttpResponse:
    """200 with an ETag, or 304 when the caller has it already."""
    if etag in [part.strip() for part in request.headers.get("If-None-Match", "").split(",")]:
        return HttpResponse(status=304, headers={"ETag": etag})
    return json_response(data, etag=etag)


def now() -> datetime:
    """This instant, off the clock that every other edge reads."""
    return clock.now()
