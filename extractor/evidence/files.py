"""Writes evidence to disk: one page or working paper a report, beside each other in a folder, or one file by name."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from extractor.errors import OutputError
from extractor.guard import guard
from extractor.messages import Language
from extractor.output import write_atomically
from extractor.read.source import load
from extractor.report import Report
from extractor.settings import Settings

Maker = Callable[[Report, Language, bytes | None, Settings | None], bytes]

LONGEST_NAME = 80
"""Characters of a file's name before its ending."""


def names_one_file(out: Path, ending: str) -> bool:
    """Whether `out` means a file of that ending, and no folder that files are written into."""
    return out.suffix.lower() == ending and not out.is_dir()


def write_evidence(read: Sequence[tuple[Path, Report]], out: Path, ending: str, make: Maker, settings: Settings,
                   language: Language) -> list[Path]:
    """Writes what `make` makes of each report, with the file that it was read from, and returns where it was written.

    `out` is a file if there is one report and `out` has the `ending`; else a folder, made if need be, in which each
    file is named as its report, reports of the same name being numbered. Raises `OutputError` and `LimitExceeded`.
    """
    written = []
    for (file, report), target in zip(read, _targets([file for file, _ in read], out, ending), strict=True):
        with guard(settings):
            content = make(report, language, _bytes_of(file, report, settings), settings)
        write_atomically(target, content)
        written.append(target)
    return written


def _bytes_of(file: Path, report: Report, settings: Settings) -> bytes | None:
    """The file's bytes, or None if they are no longer those that the report was read from."""
    data = load(file, settings)
    return data if hashlib.sha256(data).hexdigest() == report.sha256 else None


def _targets(files: Sequence[Path], out: Path, ending: str) -> list[Path]:
    if len(files) == 1 and names_one_file(out, ending):
        return [out]
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{out}: cannot be made: {error.strerror or error}.") from error
    targets: list[Path] = []
    for file in files:
        stem = file.stem[:LONGEST_NAME] or "report"
        name, number = stem, 1
        while out / f"{name}{ending}" in targets:
            number += 1
            name = f"{stem}-{number}"
        targets.append(out / f"{name}{ending}")
    return targets
