"""Samples for training and testing the model, made from seeds: paragraphs with figures, tables' headers with targets."""

from training.samples.headers import DrawnTable, drawn_reports, drawn_tables, header_samples
from training.samples.noise import LEVELS, Level
from training.samples.prose import prose_samples
from training.samples.types import HeaderCell, HeaderSample, ProseSample

__all__ = ["LEVELS", "DrawnTable", "HeaderCell", "HeaderSample", "Level", "ProseSample", "drawn_reports", "drawn_tables",
           "header_samples", "prose_samples"]
