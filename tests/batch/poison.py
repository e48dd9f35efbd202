"""Files that harm whoever reads them, and the category that each is to be named with; `tests.batch.hostile` plays the rest."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pikepdf


def encrypted_pdf() -> bytes:
    file = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(file, encryption=pikepdf.Encryption(owner="o", user="secret"))
    return file.getvalue()


def endless_pdf() -> bytes:
    """A PDF whose tree of pages leads back to itself."""
    return (b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2"
            b"/Parent 2 0 R>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")


def bomb() -> bytes:
    """A .docx of half a megabyte that unpacks to more than the limit."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", b"<Types/>")
        package.writestr("word/document.xml", b" " * 300 * 1024**2)
    return file.getvalue()


@dataclass(frozen=True, slots=True)
class Poison:
    """`content` None: a pipe that nobody writes to. `shown` is the name without its ending as a run prints it."""

    content: Callable[[], bytes] | None
    category: str
    name: bytes
    shown: str

    def put(self, folder: Path) -> None:
        path = folder / os.fsdecode(self.name)
        if self.content is None:
            os.mkfifo(path)
        else:
            path.write_bytes(self.content())


def _poison(name: str, content: Callable[[], bytes] | bytes | None, category: str, shown: str = "") -> Poison:
    made = (lambda: content) if isinstance(content, bytes) else content
    return Poison(made, category, name.encode("utf8", "surrogateescape") + b".txt", shown or name)


POISON = (
    _poison("hang", b"#hang", "time_out"),
    _poison("segfault", b"#segfault", "crash"),
    _poison("eat", b"#eat", "out_of_memory"),  # 20 GiB at once
    _poison("bomb", bomb, "limit"),
    _poison("empty", b"", "unreadable"),
    _poison("encrypted", encrypted_pdf, "encrypted"),
    _poison("endless", endless_pdf, "unreadable"),
    _poison("line\nbreak", b"#fail  ", "internal", r"line\x0abreak"),
    _poison(os.fsdecode(b"\xb1\xa8\xb8\xe6"), b"#fail ", "internal", r"\xb1\xa8\xb8\xe6"),  # not UTF-8
    _poison("pipe", None, "file_access"),
    _poison("loop", b"#loop", "time_out"),
    _poison("exit", b"#exit", "crash"),
    _poison("allocator", b"#allocator", "out_of_memory"),
    _poison("killed", b"#killed", "out_of_memory"),
    _poison("fail", b"#fail", "internal"),
)
