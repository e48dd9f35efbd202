"""Draws pages and writes evidence in a process of its own: a hostile document costs that process, never the service."""

from __future__ import annotations

import io
import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, cast

from extractor.batch.outcome import Failed
from extractor.batch.workers import Policy, Pool, Work, WorkerError
from extractor.errors import GoujiError
from extractor.guard import guard
from extractor.messages import Language
from extractor.serve.errors import Invalid, Unavailable
from extractor.settings import Settings

LOG = logging.getLogger("gouji.serve")
WAITING = 32
"""Most tasks that wait; more are refused, so that impatient clients do not pile up work."""
MAX_JOBS = 200
"""The process is replaced after this many tasks, so that what libraries leak does not add up."""
COLOURS = 64
"""Of an image of a page: text needs few, and the image is a quarter of the size."""
MOST_PIXELS = 40_000_000


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be made of the original at `path` (empty: it is not at hand): a `page` as PNG at `dpi`, or the
    evidence page or working paper of `report` (JSON). `warm` makes nothing: the process starts and loads its libraries."""

    kind: Literal["page", "html", "xlsx", "warm"]
    path: str = ""
    page: int = 0
    dpi: int = 72
    language: Language = "zh"
    report: bytes = b""


@dataclass(frozen=True, slots=True)
class Made:
    """The bytes, or why there are none."""

    data: bytes = b""
    problem: str = ""
    resident: int = 0


class Renderer:
    """Takes tasks from any thread, does them one after another, and waits for each."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._pool = Pool(cast(Work, perform), settings, Policy(1, max_jobs=MAX_JOBS))
        # one thread for good: on Linux a worker dies with the thread that started it
        self._thread = ThreadPoolExecutor(1, "gouji-render")
        self._waiting = threading.BoundedSemaphore(WAITING)

    def make(self, task: Task) -> bytes:
        """Raises `Invalid` if the document cannot be drawn, `Unavailable` if too much is waiting already."""
        if not self._waiting.acquire(blocking=False):
            raise Unavailable("busy")
        try:
            future: Future[Made | Failed] = self._thread.submit(self._make, task)
            made = future.result()
        except RuntimeError as error:  # the thread has ended
            raise Unavailable("stopping") from error
        except WorkerError as error:
            LOG.error("renderer_failed", extra={"error": str(error)})
            raise Unavailable("busy") from error
        finally:
            self._waiting.release()
        if isinstance(made, Failed):
            raise Invalid("image", why=made.message)
        if made.problem:
            raise Invalid("image", why=made.problem)
        return made.data

    def warm(self) -> None:
        """Starts the process, and does not wait for it: else whoever looks at the first page would, for seconds."""
        self._thread.submit(self._make, Task("warm"))

    def close(self) -> None:
        self._thread.submit(self._pool.close)
        self._thread.shutdown(wait=True)

    def _make(self, task: Task) -> Made | Failed:
        try:
            self._pool.start(cast(Any, task))
            while True:
                for _, result in self._pool.wait(1.0):
                    return cast("Made | Failed", result)
        except BaseException:
            self._pool.close()  # else the next task would be told what became of this one
            raise


def perform(task: Task, settings: Settings) -> Made:
    """The work of the process; raises nothing but what ends it."""
    try:
        with guard(settings):
            return Made(_make(task, settings))
    except GoujiError as error:
        return Made(problem=str(error))
    except Exception as error:
        return Made(problem=f"{type(error).__name__}: {error}".partition("\n")[0][:200])


def _make(task: Task, settings: Settings) -> bytes:
    if task.kind == "warm":
        for library in ("PIL.Image", "pypdfium2"):
            import_module(library)
        return b""
    return _png(task, settings) if task.kind == "page" else _evidence(task, settings)


def _evidence(task: Task, settings: Settings) -> bytes:
    from extractor import evidence
    from extractor.report import Report

    make = evidence.to_html if task.kind == "html" else evidence.to_xlsx
    data = Path(task.path).read_bytes() if task.path else None
    return make(Report.from_json(task.report), task.language, data, settings)


def _png(task: Task, settings: Settings) -> bytes:
    from PIL import Image

    data = Path(task.path).read_bytes()
    picture = _pdf_page(data, task, settings) if data[:1024].find(b"%PDF-") >= 0 else _image_page(data, task, settings)
    small = picture.convert("RGB").quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    buffer = io.BytesIO()
    small.save(buffer, "PNG", compress_level=6)
    return buffer.getvalue()


def _pdf_page(data: bytes, task: Task, settings: Settings) -> Any:
    import pypdfium2

    from extractor.errors import LimitExceeded

    document = pypdfium2.PdfDocument(data)
    try:
        page = document[task.page - 1]
        width, height = page.get_size()
        scale = task.dpi / 72
        if width * height * scale * scale > min(MOST_PIXELS, settings.max_image_pixels):
            raise LimitExceeded("The page is too large to be drawn.")
        return page.render(scale=scale, rev_byteorder=True, prefer_bgrx=False, may_draw_forms=False).to_pil()
    finally:
        document.close()


def _image_page(data: bytes, task: Task, settings: Settings) -> Any:
    """A frame of an image file, as wide as its page is in points."""
    from PIL import Image

    from extractor.errors import UnreadableDocument
    from extractor.read.render import decode_image
    from extractor.report import Report

    info = next(page for page in Report.from_json(task.report).pages if page.number == task.page)
    image = next(iter(decode_image(data, {task.page: (info.width, info.height)}, settings)))
    if image.problem:
        raise UnreadableDocument(f"The image is damaged ({image.problem}).")
    rows, columns = image.pixels.shape[:2]
    wide = min(columns, max(1, round(info.width * task.dpi / 72)))
    return Image.fromarray(image.pixels).resize((wide, max(1, round(rows * wide / columns))), Image.Resampling.LANCZOS)
