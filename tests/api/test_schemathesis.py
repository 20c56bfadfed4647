"""Every operation of the OpenAPI document under generated data: no crash, no undocumented answer (F1).

The number of examples per operation is `BINZHI_SCHEMATHESIS_EXAMPLES` (6 where it is not set; the drill asks for 100).
"""

from __future__ import annotations

import os
import re
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from binzhi.kernel import clock, db
from binzhi.reservations import services
from binzhi.reservations.access import Permission
from tests.api.conftest import Api
from tests.factories import TestHotel, booking, make_actor

EXAMPLES = int(os.environ.get("BINZHI_SCHEMATHESIS_EXAMPLES", "6"))
TOGETHER = 10
HOTEL_CODE = re.compile(r"[A-Za-z0-9_-]{1,20}")
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
    ignored_auth,
]


@pytest.fixture
def api_schema(transactional_db: None, live_server: Any, api: Api, hotel: TestHotel) -> Any:
    """The document as served over HTTP, on a hotel with a reservation to hit."""
    actor = make_actor(hotel, [Permission.CREATE])
    services.create_reservation(hotel_id=hotel.pk, booking=booking(), actor=actor, now=clock.now())
    db.enter_scope("*", "*")
    schema = schemathesis.openapi.from_url(f"{live_server.url}/api/openapi.json")
    schema.config.generation.update(with_security_parameters=False)
    return schema


def operations() -> list[str]:
    """Ids of all operations of the document."""
    import binzhi.api.urls  # noqa: F401  (adds the routers)
    from binzhi.api.core import api as served

    paths = served.get_openapi_schema()["paths"]
    return sorted(details["operationId"] for methods in paths.values() for details in methods.values())


def in_tens() -> list[list[str]]:
    """Operations that share a hotel: to set one up costs more than to attack one operation."""
    found = operations()
    return [found[place : place + TOGETHER] for place in range(0, len(found), TOGETHER)]


@pytest.mark.parametrize("operation_ids", in_tens(), ids=lambda ids: f"{ids[0]}..{ids[-1]}")
def test_operations_under_generated_data_neither_crash_nor_surprise(
    operation_ids: list[str], api_schema: Any, api: Api
) -> None:
    faults: list[Exception] = []
    for operation_id in operation_ids:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            try:
                _attack(api_schema.find_operation_by_id(operation_id), mode, api)
            except Unsatisfiable:
                # Nothing in this operation can be wrong.
                continue
            except Exception as fault:
                fault.add_note(f"{operation_id}, {mode.value} data")
                faults.append(fault)
    if faults:
        raise ExceptionGroup(f"{len(faults)} faults", faults)


def _attack(operation: Any, mode: GenerationMode, api: Api) -> None:
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
        database=None,
        # The same cases in every run of the suite; asked for by number, new ones each time.
        derandomize="BINZHI_SCHEMATHESIS_EXAMPLES" not in os.environ,
    )
    def attack(case: Any) -> None:
        # A hotel's code that is none stays: it is what has to be refused.
        if HOTEL_CODE.fullmatch(str(case.path_parameters["hotel"])):
            case.path_parameters["hotel"] = api.hotel
        case.call_and_validate(headers={"Authorization": f"Bearer {api.token}"}, checks=CHECKS)

    attack()
