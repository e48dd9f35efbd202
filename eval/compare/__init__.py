"""One document: what its label wants against what a system answered, cell by cell, figure by figure, finding by finding."""

from eval.compare.comparison import Comparison, compare

__all__ = ["Comparison", "compare"]
