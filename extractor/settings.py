"""Every knob and limit, in one place; environment variables `GOUJI_*` override the defaults."""

from __future__ import annotations

from functools import lru_cache

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Limits that protect a run from hostile or damaged input."""

    model_config = SettingsConfigDict(env_prefix="GOUJI_", frozen=True)

    max_file_bytes: int = Field(64 * 1024 * 1024, gt=0, description="largest file accepted, bytes")
    max_text_bytes: int = Field(32 * 1024 * 1024, gt=0, description="largest HTML or text file accepted, bytes")
    max_unpacked_bytes: int = Field(256 * 1024 * 1024, gt=0, description="largest unpacked size of a .docx, bytes")
    max_archive_entries: int = Field(10_000, gt=0, description="most entries of a .docx archive")
    max_image_pixels: int = Field(150_000_000, gt=0, description="largest image accepted, pixels")
    max_pages: int = Field(600, gt=0, description="most pages of a document")
    max_page_inches: float = Field(100.0, gt=0, description="longest side of a page, inches")
    max_page_objects: int = Field(200_000, gt=0, description="most characters and lines on one page")
    max_table_cells: int = Field(50_000, gt=0, description="most cells of one table, spans unrolled")
    max_seconds: float = Field(120.0, gt=0, description="longest time one document may take, seconds")
    threads: int = Field(0, ge=0, le=256, description="networks and pages that are worked on at once; 0: 2, or 1 in a worker of gouji batch")
    ocr: bool = Field(True, description="read pages without usable text as scans; if not, they are only named")
    max_memory_bytes: int = Field(4 * 1024**3, ge=0, description="most memory one document may take, bytes; 0: no limit")


@lru_cache(maxsize=1)
def default_settings() -> Settings:
    """The settings of this process, read from the environment once."""
    return Settings()
