"""Systems that can be evaluated: the product, and baselines by name; each turns a document's bytes into a report."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from extractor.errors import ExitCode, GoujiError
from extractor.report import Report
from extractor.settings import Settings

System = Callable[[bytes, str, Settings], Report]
"""(bytes of a document, its name, settings) -> report; raises `GoujiError`s."""
PRODUCT = "gouji"


class UnknownSystem(GoujiError):
    """No baseline of this name, or what it needs is not installed."""

    code = ExitCode.USAGE
    category = "usage"


def system(name: str) -> System:
    """The system of a name; raises `UnknownSystem`."""
    if name == PRODUCT:
        from extractor.pipeline import run

        return run
    try:
        known: dict[str, str] = import_module("eval.baselines").SYSTEMS
    except (ImportError, AttributeError) as error:
        raise UnknownSystem(f"There are no baselines here: {error}.") from error
    if name not in known:
        raise UnknownSystem(f"There is no baseline {name!r}.", f"Known are {', '.join(sorted(known))}.")
    module, _, function = known[name].partition(":")
    try:
        found: System = getattr(import_module(module), function)
    except ImportError as error:
        raise UnknownSystem(f"The baseline {name!r} cannot be loaded: {error}.", "It may need an extra.") from error
    return found


@lru_cache(maxsize=4)
def fingerprint(name: str) -> str:
    """What a kept answer depends on beside the document: version, and a hash of the code and models that are used."""
    digest = hashlib.sha256(f"{name} {version('gouji')}".encode())
    packages = ("extractor", "models") if name == PRODUCT else ("extractor", "models", "eval.baselines")
    for package in packages:
        spec = find_spec(package)
        for folder in (spec.submodule_search_locations or ()) if spec else ():
            for path in sorted(Path(folder).rglob("*")):
                if path.is_file() and "__pycache__" not in path.parts:
                    digest.update(f"{path.relative_to(folder)} ".encode() + _content(path))
    return digest.hexdigest()[:16]


def _content(path: Path) -> bytes:
    """The bytes of a source file; of large files, such as models, size and time stand for them."""
    status = path.stat()
    return path.read_bytes() if status.st_size < 2**20 else f"{status.st_size} {status.st_mtime_ns}".encode()
