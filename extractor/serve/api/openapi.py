"""The description of the API: one failure format, names of operations that generators can use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from extractor.serve.problems import Problem

REFUSALS = (400, 401, 403, 404, 405, 408, 413, 415, 422, 429, 500, 503)


def operation_id(route: APIRoute) -> str:
    return route.name


def tidy(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """Makes the description once: the framework's own form of validation errors is not what this service answers."""
    made: dict[str, Any] = {}

    def describe() -> dict[str, Any]:
        if not made:
            found = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes,
                                openapi_version="3.1.0", separate_input_output_schemas=False)
            schemas = found["components"]["schemas"]
            for name in ("HTTPValidationError", "ValidationError"):
                schemas.pop(name, None)
            schemas["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas |= schemas["Problem"].pop("$defs", {})
            for address in found["paths"].values():
                for operation in address.values():
                    operation["responses"].pop("422", None)
                    _without_streams(operation)
                    operation["responses"] |= _refusals()
            made.update(found)
        return made
    return describe


def _without_streams(operation: dict[str, Any]) -> None:
    """A stream of events is text to OpenAPI 3.1: it cannot say what one event is (`itemSchema` came with 3.2)."""
    for answer in operation["responses"].values():
        for content in answer.get("content", {}).values():
            if content.pop("itemSchema", None) is not None:
                content["schema"] = {"type": "string"}


def _refusals() -> dict[str, Any]:
    from http import HTTPStatus

    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {str(status): {"description": HTTPStatus(status).phrase, "content": content} for status in REFUSALS}
