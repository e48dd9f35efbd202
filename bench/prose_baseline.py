"""Precision and recall of the pattern labeller on gold figures: `prose_baseline.py GOLD_FOLDER TEXT_FOLDER`.

A gold file `NAME.json` is compared with `NAME.txt`, a text dump whose paragraphs are its lines; lines that begin with a
tab, or hold one, are table cells. A figure is right if its field and its value are; gold figures without a field count
only for the parts of lists (`part_of`). Figures of another period are left out on both sides.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from pathlib import Path

from extractor.document import Paragraph
from extractor.label.prose import PatternLabeller
from extractor.layout.sections import section_of

Key = tuple[str, str, str]


def paragraphs_of(text: str) -> list[Paragraph]:
    """The lines of a dump that are no table rows, each with its section."""
    found: list[Paragraph] = []
    section = 0
    for line in text.splitlines():
        if "\t" in line or not line.strip():
            continue
        here = section_of(line)
        section = here or section
        found.append(Paragraph(line.strip(), section=section, heading=bool(here)))
    return found


def gold_keys(gold: dict[str, object]) -> Counter[Key]:
    figures = gold["figures"]
    assert isinstance(figures, list)
    return Counter((f.get("field") or "", f.get("part_of") or "" if not f.get("field") else "", str(float(f["value"])))
                   for f in figures if f.get("field") or f.get("part_of"))


def main(gold_folder: Path, text_folder: Path) -> int:
    labeller = PatternLabeller()
    right = wanted = given = 0
    seconds = 0.0
    for path in sorted(gold_folder.glob("*.json")):
        source = text_folder / f"{path.stem}.txt"
        if not source.exists():
            continue
        gold = json.loads(path.read_text("utf8"))
        paragraphs = paragraphs_of(source.read_text("utf8"))
        start = time.perf_counter()
        figures = labeller.label(paragraphs, gold["year"])
        seconds += time.perf_counter() - start
        want = gold_keys(gold)
        have = Counter((f.field or "", f.part_of or "" if not f.field else "", str(float(f.value or 0)))
                       for f in figures if f.period == "this_year" and (f.field or f.part_of))
        both = want & have
        right, wanted, given = right + both.total(), wanted + want.total(), given + have.total()
        print(f"{path.stem}: {both.total()} of {want.total()} found, {have.total()} given")
        for name, rest in (("missed", want - have), ("extra", have - want)):
            for key in sorted(rest):
                print(f"   {name} {key}")
    if not wanted or not given:
        print("nothing to compare")
        return 1
    print(f"recall {right}/{wanted} = {right / wanted:.4f}, precision {right}/{given} = {right / given:.4f}, "
          f"{seconds * 1000:.0f} ms")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
