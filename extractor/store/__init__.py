"""The store of an archive: reports, values, figures, findings and decisions in SQLite or PostgreSQL."""

from __future__ import annotations

from extractor.store.engine import StoreError
from extractor.store.store import Configuration, Failure, Listed, Store

__all__ = ["Configuration", "Failure", "Listed", "Store", "StoreError"]
