"""Scanned pages to the same `Page` as born-digital ones: straightened, ruled, every cell read or proven blank."""
