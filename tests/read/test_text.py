"""Text files: encodings, line ends, invisible marks, damage and limits."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from extractor.document import Document, Source, TextLine
from extractor.errors import LimitExceeded, UnreadableDocument
from extractor.read.decode import decode
from extractor.read.text import read_text
from extractor.settings import Settings

SETTINGS = Settings()
TEXT = "甲县2023年政府信息公开工作年度报告\n一、总体情况\n本年共受理申请12件。\n"


def lines(document: Document) -> list[str]:
    return [block.text for block in document.flow if isinstance(block, TextLine)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030",
                                      "gbk"])
def test_every_encoding_of_chinese_text_reads_the_same(encoding: str) -> None:
    data = TEXT.encode(encoding)
    if encoding == "utf-16-be":
        assert not data.startswith(b"\xfe\xff")  # no mark to go by
    assert lines(read_text(data, SETTINGS)) == TEXT.splitlines()


def test_a_character_beyond_gbk_is_read_as_gb18030() -> None:
    assert decode("沭阳县\U00020000㐂".encode("gb18030")).text == "沭阳县\U00020000㐂"


def test_lines_are_numbered_and_tabs_and_blank_lines_kept() -> None:
    document = read_text("信息内容\t本年制发件数\t\n\n规章\t0\t\n".encode(), SETTINGS)
    assert [(block.number, block.text) for block in document.flow if isinstance(block, TextLine)] == [
        (1, "信息内容\t本年制发件数\t"), (2, ""), (3, "规章\t0\t")]
    assert document.source is Source.TEXT
    assert [(page.width, page.height) for page in document.pages] == [(0.0, 0.0)]


def test_all_line_ends_become_one() -> None:
    assert lines(read_text("a\r\nb\rc\x0bd\x0ce\u2028f\u2029g\x85h".encode(), SETTINGS)) == list("abcdefgh")


def test_zero_width_and_bidirectional_marks_are_removed() -> None:
    text = "\ufeff信\u200b息\u200d公\u2060开\u202e1\u202c2\u00ad3\ufe0f"
    assert lines(read_text(text.encode(), SETTINGS)) == ["信息公开123"]


def test_the_end_mark_of_dos_is_no_text() -> None:
    assert lines(read_text("一二三\n\x1a".encode("gb18030"), SETTINGS)) == ["一二三"]


def test_a_control_character_in_a_number_is_never_dropped() -> None:
    """A flipped bit must not turn 1?2 into 12."""
    document = read_text((TEXT + "申请1\x012件" + TEXT).encode(), SETTINGS)
    assert "申请1\ufffd2件" in "".join(lines(document))
    assert [(notice.code, notice.detail) for notice in document.notices] == [("damaged_text", "1")]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_few_damaged_bytes_are_counted_not_fatal(encoding: str) -> None:
    data = bytearray((TEXT * 10).encode(encoding))
    data[50] = 0xFF
    document = read_text(bytes(data), SETTINGS)
    assert "一、总体情况" in lines(document)
    assert [notice.code for notice in document.notices] == ["damaged_text"]


def test_damaged_utf8_is_not_mistaken_for_gbk() -> None:
    data = (TEXT * 10).encode()[:-2]  # cut within the last character but one
    assert decode(data[:-1] + b"\x80").encoding == "utf-8"


@pytest.mark.parametrize("seed", range(20))
def test_random_bytes_are_refused(seed: int) -> None:
    with pytest.raises(UnreadableDocument):
        read_text(random.Random(seed).randbytes(2000), SETTINGS)


@pytest.mark.parametrize("data", [b"\n \t\r\n", "\ufeff".encode(), "\u3000\n".encode("gb18030")])
def test_a_text_without_any_text_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableDocument, match="no text"):
        read_text(data, SETTINGS)


def test_a_text_over_the_size_limit_is_refused() -> None:
    with pytest.raises(LimitExceeded, match="limit is 10"):
        read_text(b"x" * 11, Settings(max_text_bytes=10))


def test_a_text_with_too_many_lines_is_refused() -> None:
    with pytest.raises(LimitExceeded, match="more than 5 lines"):
        read_text(b"1\n" * 5, Settings(max_page_objects=5))


def test_real_dumps_keep_every_line(shared: Path) -> None:
    for path in sorted((shared / "seeds").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        document = read_text(path.read_bytes(), SETTINGS)
        assert "\n".join(lines(document)).strip() == decode(text.encode()).text.strip()
        assert not document.notices
