"""Puts the service together: `create_app` is what a server runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp

from extractor.serve import pages, problems
from extractor.serve.accounts import Accounts
from extractor.serve.api import audits, exports, jobs, operations, queue, reports
from extractor.serve.api.openapi import operation_id, tidy
from extractor.serve.config import ServeSettings
from extractor.serve.gate import API, Gate
from extractor.serve.metrics import Metrics
from extractor.serve.service import Service
from extractor.settings import Settings, default_settings

DESCRIPTION = ("Annual government-information-disclosure reports: upload them, look at what was read and what contradicts "
               "itself, decide, correct, export. Every failure is a problem+json document (RFC 9457).")


def create_app(config: ServeSettings, settings: Settings | None = None) -> FastAPI:
    """The application over the store and folder of `config`; extraction begins when the server starts it.

    Raises `StartError`, and what else `Service` does.
    """
    config.check()
    service = Service(config, settings or default_settings())
    accounts = Accounts(service.store, config.session_hours)
    metrics = Metrics(service)

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        await run_in_threadpool(service.start)
        try:
            yield
        finally:
            await run_in_threadpool(service.stop)

    app = FastAPI(title="Gouji", version=version("gouji"), description=DESCRIPTION, lifespan=life, docs_url=None,
                  redoc_url=None, generate_unique_id_function=operation_id, separate_input_output_schemas=False)
    app.state.service, app.state.accounts, app.state.config, app.state.metrics = service, accounts, config, metrics
    problems.install(app)
    for router in (jobs.router, reports.router, queue.router, exports.router, audits.router):
        app.include_router(router, prefix=API)
    app.include_router(operations.router)
    app.include_router(pages.router, include_in_schema=False)
    app.openapi = tidy(app)  # type: ignore[method-assign]
    app.build_middleware_stack = _behind_gate(app, config, accounts, metrics)  # type: ignore[method-assign]
    return app


def _behind_gate(app: FastAPI, config: ServeSettings, accounts: Accounts, metrics: Metrics) -> Callable[[], ASGIApp]:
    """The gate goes around everything, also around the framework's own layer for unforeseen failures."""
    inner: Callable[[], Any] = app.build_middleware_stack
    return lambda: Gate(inner(), config, accounts, metrics)
