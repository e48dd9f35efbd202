"""The canonical dictionary of fields and the templates that arrange them, loaded from `dictionary.toml`.

This is the only place that knows what rows and columns a report has; other code asks it.
"""

from extractor.fields.dictionary import Column, Dictionary, Field, Row, TableSpec, Template, load

__all__ = ["Column", "Dictionary", "Field", "Row", "TableSpec", "Template", "load"]
