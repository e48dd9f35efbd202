"""Makes the sample reports of `make demo` and of the tests, with their labels: `python -m eval.samples.make_demo`.

All figures are invented. The bodies are too: the corpus uses real places, whose names are replaced here by made-up ones
of the same length, so that every labelled span stays where it is.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from training.corpus.labels import SUFFIX, Format
from training.corpus.pages.layout import draw_layout
from training.corpus.pages.made import make_sample
from training.corpus.report import make_report

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Plan:
    """One report: its seed, whether errors are injected, the names to replace, and the files to write."""

    seed: int
    errors: float
    names: tuple[tuple[str, str], ...]
    files: tuple[str, ...]


PLANS = (
    Plan(76, 1.0, (("株洲市芦淞区", "云湖市青禾区"), ("芦淞", "青禾"), ("株洲", "云湖")), ("demo/county_2022.pdf",)),
    Plan(26, 0.0, (("宿州", "澜江"),), ("demo/bureau_2022.docx",)),
    Plan(79, 1.0, (("湘潭", "沅清"),), ("demo/city_2024.html",)),
    Plan(152, 0.0, (("沙湖", "柳汀"),), ("demo/township_2019.txt",)),
    Plan(28, 0.0, (("牡丹江", "白杨江"),),
         ("formats/report.pdf", "formats/report.docx", "formats/report.html", "formats/report.txt")),
)


def renamed(item: Any, names: tuple[tuple[str, str], ...]) -> Any:
    """A copy of `item` in which every text, however deep, has the names replaced."""
    if isinstance(item, str):
        for real, invented in names:
            assert len(real) == len(invented), f"{real} and {invented} differ in length"
            item = item.replace(real, invented)
        return item
    if isinstance(item, tuple):
        return tuple(renamed(part, names) for part in item)
    if isinstance(item, dict):
        return {key: renamed(value, names) for key, value in item.items()}
    if is_dataclass(item) and not isinstance(item, type):
        return replace(item, **{f.name: renamed(getattr(item, f.name), names) for f in fields(item)})
    return item


def main() -> None:
    for plan in PLANS:
        report = renamed(make_report(plan.seed, errors=plan.errors), plan.names)
        for name in plan.files:
            path = HERE / name
            kinds: dict[str, Format] = {".pdf": "pdf", ".docx": "docx", ".html": "html", ".txt": "txt"}
            sample = make_sample(report, draw_layout(plan.seed), kinds[path.suffix], path.name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(sample.data)
            labels = HERE / "labels" / path.parent.name / path.name
            labels.parent.mkdir(parents=True, exist_ok=True)
            labels.with_name(path.name + SUFFIX).write_text(
                sample.label.model_dump_json(exclude_defaults=True) + "\n", "utf8")
            print(f"{name}: {report.body.name} {report.year}, {len(sample.data):,} bytes, "
                  f"errors: {[error.kind for error in report.errors] or 'none'}")


if __name__ == "__main__":
    main()
