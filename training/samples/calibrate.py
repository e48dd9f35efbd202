"""Measures what the OCR engine makes of header cells and prose of scans: the confusions that samples imitate.

`python -m training.samples.calibrate OUT` scans corpus reports at each level, reads them with the product's engine,
aligns every header cell and every line of prose with the truth and writes counts that `training.samples.noise` uses.
"""

from __future__ import annotations

import argparse
import json
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass
from dataclasses import field as default
from pathlib import Path
from typing import Any

from rapidfuzz.distance import Levenshtein

from extractor.document import Box, Cell, Document, Page, Source
from extractor.layout import structure
from extractor.read.scan import ocr_pages
from extractor.settings import Settings
from training.corpus.labels import Area, CellLabel, Label
from training.corpus.make import draw_sample

SCANS: Mapping[str, str] = {"light": "clean", "office": "office", "harsh": "harsh", "worst": "fax"}
"""The preset of `training.corpus.scan` that each level of noise imitates; `worst` only shows more confusions."""
END = 3
"""Characters lost at an end from which a text counts as cut, not as misread."""
ALIKE = 0.34
"""Likeness below which a reading is none of what was printed."""
PROSE_PAGES = 1


@dataclass(frozen=True, slots=True)
class Pair:
    """What was printed and what was read, without white space; `kind` is `header` or `prose`."""

    kind: str
    truth: str
    read: str


@dataclass(slots=True)
class Counts:
    """What happened to the texts of one kind at one level; `substituted` counts (printed, read) pairs of signs.

    `unread` texts are nothing like what was printed; `joined` ones hold other cells' texts too, `numbered` ones end with
    a number that is not theirs. Of these no sign is counted, nor of the ends of texts that were `cut`.
    """

    texts: int = 0
    unread: int = 0
    joined: int = 0
    numbered: int = 0
    cut_start: int = 0
    cut_end: int = 0
    printed: Counter[str] = default(default_factory=Counter)
    substituted: Counter[tuple[str, str]] = default(default_factory=Counter)
    dropped: Counter[str] = default(default_factory=Counter)
    added: Counter[str] = default(default_factory=Counter)

    def add(self, pair: Pair) -> None:
        """Counts one text."""
        truth, read = _plain(pair.truth), _plain(pair.read)
        self.texts += 1
        if Levenshtein.normalized_similarity(truth, read) < ALIKE or len(read) > len(truth) + END:
            self.joined += truth in read
            self.unread += truth not in read
        elif pair.kind == "header" and read.startswith(truth) and read[len(truth):].isdigit():
            self.numbered += 1
        else:
            self._signs(truth, read)

    def _signs(self, truth: str, read: str) -> None:
        first, last = _ends(truth, read)
        cut_start, cut_end = first >= END, len(truth) - last >= END
        self.cut_start += cut_start
        self.cut_end += cut_end
        kept = truth[first if cut_start else 0:last if cut_end else len(truth)]
        self.printed.update(kept)
        for edit in Levenshtein.editops(kept, read):
            if edit.tag == "replace":
                self.substituted[kept[edit.src_pos], read[edit.dest_pos]] += 1
            elif edit.tag == "delete":
                self.dropped[kept[edit.src_pos]] += 1
            else:
                self.added[read[edit.dest_pos]] += 1

    def to_json(self) -> dict[str, Any]:
        numbers = {name: getattr(self, name) for name in
                   ("texts", "unread", "joined", "numbered", "cut_start", "cut_end")}
        return numbers | {"substituted": [[a, b, n] for (a, b), n in self.substituted.most_common()],
                          "dropped": dict(self.dropped.most_common()), "added": dict(self.added.most_common()),
                          "printed": dict(self.printed.most_common())}


def _plain(text: str) -> str:
    """Full-width forms unified: which of them the engine prefers says nothing of its errors."""
    return unicodedata.normalize("NFKC", text)


def _ends(truth: str, read: str) -> tuple[int, int]:
    """First and last printed sign (exclusive) that were read at all."""
    blocks = [op for op in Levenshtein.opcodes(truth, read) if op.tag != "delete"]
    return (blocks[0].src_start, blocks[-1].src_end) if blocks else (len(truth), len(truth))


def observed(seed: int, scan: str) -> Iterator[Pair]:
    """The headers and some prose of scan `seed`, as printed and as read."""
    sample = draw_sample(seed, "pdf", scan=scan)
    if sample.suffix != ".pdf":
        return
    label = sample.label
    numbers = sorted(_pages(label))
    pages = ocr_pages(sample.data, numbers, Settings())
    yield from _headers(label, pages)
    yield from _prose(label, pages)


def _pages(label: Label) -> set[int]:
    tables = {area.page for cell in label.corpus.cells for area in cell.areas}
    prose = sorted({line.area.page for p in label.corpus.paragraphs if not p.heading for line in p.lines} - tables)
    return tables | set(prose[:PROSE_PAGES])


def _headers(label: Label, pages: Mapping[int, Page]) -> Iterator[Pair]:
    """Header cells that stand in one piece, and what layout made of them."""
    document = Document(Source.OCR, tuple(pages[n] for n in sorted(pages)))
    cells = [(page, centre, cell) for table in structure(document).tables for cell in table.cells
             for page, centre in _centre(cell, pages)]
    for truth in label.corpus.cells:
        if truth.role not in ("header", "label") or len(truth.areas) != 1 or not _in_lines(truth):
            continue
        area = truth.areas[0]
        inside = [cell.text for page, (x, y), cell in cells if page == area.page and _box(area).contains(x, y)]
        if inside:
            yield Pair("header", _bare(truth.text), _bare("".join(inside)))


def _in_lines(cell: CellLabel) -> bool:
    """True unless the text stands upright, a sign a line, or turned on its side."""
    return all(line.edges for line in cell.lines) and len(cell.lines) * 2 <= len(cell.text)


def _centre(cell: Cell, pages: Mapping[int, Page]) -> Iterator[tuple[int, tuple[float, float]]]:
    if cell.place.box is not None:
        yield cell.place.page, pages[cell.place.page].original(cell.place.box).centre


def _prose(label: Label, pages: Mapping[int, Page]) -> Iterator[Pair]:
    """Lines of paragraphs: the words whose middle lies in the line's area, left to right."""
    for paragraph in label.corpus.paragraphs:
        for line in paragraph.lines:
            page = pages.get(line.area.page)
            if page is None or paragraph.heading:
                continue
            words = [word for word in page.words if _middle_inside(page.original(word.box), _box(line.area))]
            read = "".join(word.text for word in sorted(words, key=lambda word: word.box.x0))
            yield Pair("prose", _bare(paragraph.text[line.start:line.end]), _bare(read))


def _middle_inside(box: Box, area: Box) -> bool:
    return area.top <= box.centre[1] <= area.bottom and area.x0 - 5 <= box.centre[0] <= area.x1 + 5


def _box(area: Area) -> Box:
    return Box(*area.box)


def _bare(text: str) -> str:
    return "".join(text.split())


def log_pairs(seeds: Iterable[int], path: Path) -> None:
    """Scans and reads the given seeds at each level; writes a JSON array a line: level, kind, printed, read."""
    with path.open("w", encoding="utf8") as log:
        for seed in seeds:
            for level, scan in SCANS.items():
                for pair in observed(seed, scan):
                    log.write(json.dumps([level, *astuple(pair)], ensure_ascii=False) + "\n")
                log.flush()


def counted(path: Path) -> dict[str, dict[str, Counts]]:
    """Counts by level and kind of the pairs that `log_pairs` wrote."""
    counts = {level: {kind: Counts() for kind in ("header", "prose")} for level in SCANS}
    for line in path.read_text("utf8").splitlines():
        level, *pair = json.loads(line)
        counts[level][pair[0]].add(Pair(*pair))
    return counts


def main() -> None:
    """Writes the counts as JSON; a log of pairs that is there already is counted, not measured again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--pairs", type=Path, default=Path("pairs.jsonl"), help="log of what was printed and read")
    parser.add_argument("--first", type=int, default=7000)
    parser.add_argument("--scans", type=int, default=12)
    given = parser.parse_args()
    if not given.pairs.exists():
        log_pairs(range(given.first, given.first + given.scans), given.pairs)
    counts = {level: {kind: found.to_json() for kind, found in kinds.items()}
              for level, kinds in counted(given.pairs).items()}
    text = json.dumps(counts, ensure_ascii=False, separators=(",", ":"))
    given.out.write_text(text.replace("},", "},\n") + "\n", "utf8")


if __name__ == "__main__":
    main()
