"""Synthetic reports with perfect labels: figures, prose, pages and scans, deterministic by seed."""
