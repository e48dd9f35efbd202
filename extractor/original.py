"""Evidence in the coordinates of the pages as they were given: a scan is read straightened, its boxes lead back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from extractor.document import Box, Page
from extractor.labelled import Labelled
from extractor.report import Evidence


def on_pages_as_given(labelled: Labelled, pages: Sequence[Page]) -> Labelled:
    """`labelled` with every evidence's box on its page as given, and with the source that its page was read from."""
    by_number = {page.number: page for page in pages}
    if all(not page.to_original and page.source is pages[0].source for page in pages):
        return labelled

    def moved(evidence: Evidence) -> Evidence:
        page = by_number.get(evidence.page)
        if page is None:
            return evidence
        box = evidence.box and page.original(Box(*evidence.box))
        corners = (round(box.x0, 2), round(box.top, 2), round(box.x1, 2), round(box.bottom, 2)) if box else None
        return evidence.model_copy(update={"box": corners, "source": page.source})

    values = {name: value.model_copy(update={"evidence": tuple(map(moved, value.evidence))})
              for name, value in labelled.values.items()}
    figures = tuple(figure.model_copy(update={"evidence": tuple(map(moved, figure.evidence))})
                    for figure in labelled.figures)
    glued = tuple(replace(row, evidence=moved(row.evidence)) for row in labelled.glued)
    return replace(labelled, values=values, figures=figures, glued=glued)
