"""Scans: a born-digital sample turned into page images that look printed and scanned, its labels moved along."""

from training.corpus.scan.presets import LEVELS, MIXED, Scan, draw_scan
from training.corpus.scan.scanned import Scanned, make_scan, scan_pages

__all__ = ["LEVELS", "MIXED", "Scan", "Scanned", "draw_scan", "make_scan", "scan_pages"]
