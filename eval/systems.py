"""Systems that can be evaluated: the product, and baselines by name; each turns a document's bytes into a report."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache, partial
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from extractor.errors import ExitCode, GoujiError
from extractor.label.interface import ProseLabeller
from extractor.report import PageInfo, Report
from extractor.settings import Settings

BESIDE = frozenset({"__pycache__", "serve", "store", "batch", "export", "evidence", "cli", "cli.py"})
"""Parts of the program that have no say in what is read: an answer that is kept outlives a change of theirs."""
System = Callable[[bytes, str, Settings], Report]
"""(bytes of a document, its name, settings) -> report; raises `GoujiError`s."""
PRODUCT = "gouji"
PATIENCE = 5.0
"""Times the product's time limit that a baseline may take for a document: slow is no error of theirs."""


class UnknownSystem(GoujiError):
    """No baseline of this name, or what it needs is not installed."""

    code = ExitCode.USAGE
    category = "usage"


def system(name: str) -> System:
    """The system of a name; raises `UnknownSystem`."""
    if name == PRODUCT:
        from extractor.pipeline import run

        return run
    if name not in BASELINES:
        raise UnknownSystem(f"There is no baseline {name!r}.", f"Known are {', '.join(sorted(BASELINES))}.")
    try:
        return BASELINES[name]()
    except ImportError as error:
        raise UnknownSystem(f"The baseline {name!r} cannot be loaded: {error}.", "It may need an extra.") from error
    except FileNotFoundError as error:
        raise UnknownSystem(f"The baseline {name!r} has no model yet: {error}.",
                            f"Train it: python -m eval.baselines.{name}.") from error


def settings_for(name: str, settings: Settings) -> Settings:
    """The settings that a system runs with: the product's own, for baselines with more time."""
    if name == PRODUCT:
        return settings
    return settings.model_copy(update={"max_seconds": PATIENCE * settings.max_seconds})


def _patterns() -> System:
    from eval.baselines.patterns import prose_labeller

    return partial(_with_prose, prose_labeller())


def _linear() -> System:
    from eval.baselines.linear import LinearLabeller, load

    return partial(_with_prose, LinearLabeller(load()))


def _paddle_grid() -> System:
    from eval.baselines.paddle import in_grid, interpreter

    interpreter()
    return in_grid


def _paddle_img2table() -> System:
    from eval.baselines.paddle import in_img2table, interpreter

    interpreter()
    return in_img2table


BASELINES: dict[str, Callable[[], System]] = {
    "patterns": _patterns, "linear": _linear, "paddle-grid": _paddle_grid, "paddle-img2table": _paddle_img2table}
"""What makes the system of each baseline."""


def _with_prose(labeller: ProseLabeller, data: bytes, name: str, settings: Settings) -> Report:
    """The product with another labeller of the prose."""
    from extractor.label import label
    from extractor.layout import structure
    from extractor.original import on_pages_as_given
    from extractor.pipeline import read_scans
    from extractor.read import read
    from extractor.reconcile import reconcile

    start = time.perf_counter()
    given = read(data, settings)
    document = read_scans(given, data, settings)
    laid_out = structure(document)
    labelled = label(laid_out, incomplete=any(page.needs_ocr for page in document.pages))
    labelled = replace(labelled, figures=labeller.label(laid_out.paragraphs, labelled.year))
    labelled = on_pages_as_given(labelled, document.pages)
    paragraphs = tuple(paragraph.text for paragraph in laid_out.paragraphs)
    reconciled = reconcile(labelled, paragraphs)
    pages = tuple(PageInfo(number=page.number, width=page.width, height=page.height, source=page.source,
                           needs_ocr=page.needs_ocr) for page in document.pages)
    return Report(source=name, sha256=hashlib.sha256(data).hexdigest(), format=given.source, agency=labelled.agency,
                  year=labelled.year, period=labelled.period, template=labelled.template, values=reconciled.values,
                  figures=reconciled.figures, findings=reconciled.findings, paragraphs=paragraphs, pages=pages,
                  timings={"all": round(time.perf_counter() - start, 4)})


@lru_cache(maxsize=4)
def fingerprint(name: str) -> str:
    """What a kept answer depends on beside the document: version, and a hash of the code and models that are used."""
    digest = hashlib.sha256(f"{name} {version('gouji')}".encode())
    packages = ("extractor", "models") if name == PRODUCT else ("extractor", "models", "eval.baselines")
    for package in packages:
        spec = find_spec(package)
        for folder in (spec.submodule_search_locations or ()) if spec else ():
            for path in sorted(Path(folder).rglob("*")):
                if path.is_file() and not BESIDE & set(path.relative_to(folder).parts):
                    digest.update(f"{path.relative_to(folder)} ".encode() + _content(path))
    return digest.hexdigest()[:16]


def _content(path: Path) -> bytes:
    """The bytes of a source file; of large files, such as models, size and time stand for them."""
    status = path.stat()
    return path.read_bytes() if status.st_size < 2**20 else f"{status.st_size} {status.st_mtime_ns}".encode()
