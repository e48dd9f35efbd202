"""Where exports go: a folder, or a place below a URL that fsspec can write, such as `s3://bucket/exports/`."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from extractor.errors import OutputError


@contextmanager
def local_folder(out: str) -> Iterator[Path]:
    """The folder to write to; what is in it at the end is sent to `out` if that is a URL. Raises `OutputError`."""
    if "://" not in out:
        yield Path(out)
        return
    system, root = _opened(out)
    with tempfile.TemporaryDirectory(prefix="gouji-") as name:
        folder = Path(name)
        yield folder
        for path in sorted(folder.iterdir()):
            try:
                system.put_file(str(path), f"{root}/{path.name}")
            except Exception as error:  # each store has its own errors
                raise _unwritable(out, error) from error


def _opened(url: str) -> tuple[Any, str]:
    """The file system of a URL and the path on it, which is there: tried first, before an hour's work has no place."""
    try:
        from fsspec.core import url_to_fs  # type: ignore[import-untyped]

        system, root = url_to_fs(url)
        system.makedirs(root, exist_ok=True)
    except ImportError as error:
        raise OutputError(f"{url}: cannot be written: {error}.",
                          "pip install 'gouji[cluster]' and the fsspec package of that store.") from error
    except Exception as error:  # each store has its own errors
        raise _unwritable(url, error) from error
    return system, root.rstrip("/")


def _unwritable(url: str, error: Exception) -> OutputError:
    return OutputError(f"{url}: cannot be written: {error}.", "Check the address, its credentials and the connection.")
