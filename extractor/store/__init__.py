"""The store of an archive: reports, values, figures, findings and decisions in SQLite or PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from extractor.store.engine import StoreError
    from extractor.store.store import Configuration, Failure, Listed, Store

__all__ = ["Configuration", "Failure", "Listed", "Store", "StoreError"]


def __getattr__(name: str) -> Any:
    """Loaded when first asked for: the command line names the store's commands without SQLAlchemy."""
    if name not in __all__:
        raise AttributeError(f"module 'extractor.store' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module("extractor.store.engine" if name == "StoreError" else "extractor.store.store"), name)
