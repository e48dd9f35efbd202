"""What is written for those who run the service agrees with the program: variables, defaults, addresses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from extractor.serve.config import ServeSettings
from extractor.settings import Settings

FILES = ("Dockerfile", "compose.yaml", "deploy/gouji.service", "docs/deploy.md")
NOT_SETTINGS = frozenset({"GOUJI_POSTGRES_PASSWORD"})


@pytest.mark.parametrize("name", FILES)
def test_every_variable_is_a_setting(project: Path, name: str) -> None:
    known = {f"GOUJI_SERVE_{field.upper()}" for field in ServeSettings.model_fields}
    known |= {f"GOUJI_{field.upper()}" for field in Settings.model_fields} | NOT_SETTINGS
    used = set(re.findall(r"\bGOUJI_[A-Z_]+[A-Z]\b(?!\*|_\*)", (project / name).read_text("utf8")))
    assert used - {"GOUJI_MAX"} <= known


def test_every_setting_is_documented_with_its_default(project: Path) -> None:
    rows = re.findall(r"^\| `GOUJI_SERVE_(\w+)` \| (.*?) ?\| (.+) \|$", (project / "docs/deploy.md").read_text("utf8"), re.MULTILINE)
    assert [(name.lower(), default) for name, default, _ in rows] == [
        (name, str(setting.default).lower() if isinstance(setting.default, bool) else str(setting.default))
        for name, setting in ServeSettings.model_fields.items()]
    described = {name: setting.description for name, setting in ServeSettings.model_fields.items() if setting.description}
    assert {name.lower(): meaning for name, _, meaning in rows if name.lower() in described} == described


def test_the_image_and_the_unit_start_the_service(project: Path) -> None:
    assert 'CMD ["gouji", "serve"]' in (project / "Dockerfile").read_text("utf8")
    assert "ExecStart=/opt/gouji/bin/gouji serve" in (project / "deploy/gouji.service").read_text("utf8")
    port = ServeSettings.model_fields["port"].default
    for name in ("Dockerfile", "compose.yaml", "docs/deploy.md"):
        assert str(port) in (project / name).read_text("utf8")
