"""The API against its own description: schemathesis sends what the description allows, and what it does not."""

from __future__ import annotations

import contextlib
import os
from typing import Any

import httpx
import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from extractor.serve.model import Scope
from tests.serve.conftest import Running, Sample, put

EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "10"))
"""Requests an operation, valid and not: few enough for every day."""
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
          response_schema_conformance]


@pytest.fixture(scope="module")
def api(shared_service: Running, county: Sample, city: Sample) -> Any:
    """The description as the running service gives it, over a store with two reports."""
    for sample in (county, city):
        put(shared_service.service, sample)
    return schemathesis.openapi.from_url(f"{shared_service.base}/openapi.json")


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_the_service_answers_as_it_says_and_never_with_its_own_error(
        api: Any, shared_service: Running, mode: GenerationMode) -> None:
    headers = {"Authorization": f"Bearer {shared_service.tokens[Scope.ADMIN]}"}
    for found in api.get_all_operations():
        operation = found.ok()

        @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None,
                  suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy(generation_mode=mode))
        def answers(case: Any) -> None:
            case.call_and_validate(headers=headers, checks=CHECKS)

        with contextlib.suppress(Unsatisfiable):  # an operation without parameters cannot be asked wrongly
            answers()


def test_the_description_is_valid_openapi_3_1(api: Any) -> None:
    api.validate()
    for schema in api.raw_schema["components"]["schemas"].values():
        jsonschema_rs.meta.validate(schema)


def test_the_description_is_openapi_3_1_and_tells_of_every_refusal(shared_service: Running) -> None:
    described = httpx.get(f"{shared_service.base}/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    assert "HTTPValidationError" not in described["components"]["schemas"]
    operations = [operation for address in described["paths"].values() for operation in address.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names))
    for operation in operations:
        assert "application/problem+json" in operation["responses"]["422"]["content"]
