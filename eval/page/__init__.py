"""One self-contained HTML page of a result: figures, plots, slices, and the worst documents with pictures of the places."""

from eval.page.document import render

__all__ = ["render"]
