"""What goes to a worker and what comes back: a job, then either the rows of a report or a failure with its category."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from extractor.errors import ExitCode, GoujiError, LimitExceeded

if TYPE_CHECKING:
    from extractor.store.rows import ReportRows


class Category(StrEnum):
    """Why a document gave no report; the first nine are those of `extractor.errors`."""

    UNREADABLE = "unreadable"
    ENCRYPTED = "encrypted"
    UNSUPPORTED_FORMAT = "unsupported_format"
    UNSUPPORTED_TEMPLATE = "unsupported_template"
    NOT_A_REPORT = "not_a_report"
    LIMIT = "limit"
    FILE_ACCESS = "file_access"
    MODEL = "model"
    INTERNAL = "internal"
    TIME_OUT = "time_out"
    OUT_OF_MEMORY = "out_of_memory"
    CRASH = "crash"


TRIED_AGAIN = frozenset({Category.INTERNAL, Category.TIME_OUT, Category.OUT_OF_MEMORY, Category.CRASH, Category.MODEL})
"""Failures that may have come from what else was running: such a document is tried once more, alone."""

EXIT_CODES = {
    Category.UNREADABLE: ExitCode.UNREADABLE, Category.ENCRYPTED: ExitCode.ENCRYPTED,
    Category.UNSUPPORTED_FORMAT: ExitCode.UNSUPPORTED_FORMAT, Category.NOT_A_REPORT: ExitCode.NOT_A_REPORT,
    Category.UNSUPPORTED_TEMPLATE: ExitCode.UNSUPPORTED_TEMPLATE, Category.LIMIT: ExitCode.LIMIT,
    Category.FILE_ACCESS: ExitCode.FILE_ACCESS, Category.MODEL: ExitCode.MODEL, Category.INTERNAL: ExitCode.INTERNAL,
    Category.TIME_OUT: ExitCode.LIMIT, Category.OUT_OF_MEMORY: ExitCode.LIMIT, Category.CRASH: ExitCode.INTERNAL,
}
"""What `gouji extract` would have ended with."""

_MEMORY_WORDS = ("bad_alloc", "bad allocation", "failed to allocate", "insufficient memory", "out of memory",
                 "cannot allocate memory")
"""How foreign code (ONNX Runtime, OpenCV, the system) says that memory ran out, in lower case."""


@dataclass(frozen=True, slots=True)
class Job:
    """A document to be extracted: from `data`, or from the file at `path` if that is None; `size` in bytes.

    `report` is what the store has of it (`extractor.store.rows.pack`) where only the rule book has changed since.
    """

    name: str
    sha256: str
    size: int
    path: str = ""
    data: bytes | None = None
    report: bytes | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """A document's report as rows, the seconds that it took, and the worker's resident memory after it, in bytes."""

    rows: ReportRows
    seconds: float
    resident: int = 0


@dataclass(frozen=True, slots=True)
class Failed:
    """Why a document gave no report."""

    category: Category
    message: str
    advice: str = ""
    seconds: float = 0.0
    resident: int = 0


Result = Done | Failed


def failed(error: Exception, seconds: float, max_seconds: float) -> Failed:
    """The failure that `error` stands for, raised after `seconds` of a document that may take `max_seconds`."""
    if isinstance(error, LimitExceeded):
        return Failed(_which_limit(error, seconds, max_seconds), error.message, error.advice, seconds)
    if isinstance(error, GoujiError):
        return Failed(Category(error.category), error.message, error.advice, seconds)
    text = f"{type(error).__name__}: {error}".strip().partition("\n")[0][:300]
    if isinstance(error, MemoryError) or any(word in text.lower() for word in _MEMORY_WORDS):
        return Failed(Category.OUT_OF_MEMORY, f"The document needs more memory than it may take ({text}).",
                      "Raise GOUJI_MAX_MEMORY_BYTES if the machine has more to give.", seconds)
    return Failed(Category.INTERNAL, f"Internal error: {text}.", seconds=seconds)


def _which_limit(error: LimitExceeded, seconds: float, max_seconds: float) -> Category:
    if isinstance(error.__cause__, MemoryError):
        return Category.OUT_OF_MEMORY
    return Category.TIME_OUT if seconds >= max_seconds else Category.LIMIT


def name_category(error: GoujiError) -> Category:
    """The category of a failure to get a document's bytes."""
    return Category(error.category) if error.category in list(Category) else Category.FILE_ACCESS
