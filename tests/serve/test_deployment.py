"""What is written for those who run the service agrees with the program: variables, defaults, addresses."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

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


def test_the_unit_is_one_that_systemd_understands(project: Path, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    unit = (project / "deploy/gouji.service").read_text("utf8")
    copy = tmp_path / "gouji.service"
    copy.write_text(unit.replace("/opt/gouji/bin/gouji", str(Path(sys.executable).with_name("gouji"))), "utf8")
    checked = subprocess.run(["systemd-analyze", "verify", str(copy)], capture_output=True, text=True, timeout=60, check=False)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


def test_the_compose_file_gives_the_service_what_it_needs_and_no_more(project: Path) -> None:
    composed = yaml.safe_load((project / "compose.yaml").read_text("utf8"))
    service = composed["services"]["gouji"]
    assert service["read_only"] and service["cap_drop"] == ["ALL"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert {volume.partition(":")[0] for volume in service["volumes"]} <= set(composed["volumes"])
    assert set(service["depends_on"]) == set(composed["services"]) - {"gouji"}
    most = ServeSettings.model_fields["max_request_bytes"].default
    size = re.fullmatch(r"/tmp:size=(\d+)g,.*", service["tmpfs"][0])
    assert size is not None and int(size[1]) * 2**30 >= 2 * most  # uploads lie there while they arrive
    assert composed["services"]["gouji"]["stop_grace_period"] == "60s"
    assert ServeSettings.model_fields["drain_seconds"].default < 60


def test_the_image_runs_as_an_ordinary_user_and_takes_all_that_is_built_from(project: Path) -> None:
    lines = (project / "Dockerfile").read_text("utf8").splitlines()
    assert [line for line in lines if line.startswith("USER")] == ["USER 10001:10001"]
    copied = {word for line in lines if line.startswith("COPY") and "--from" not in line for word in line.split()[1:-1]}
    assert all((project / name).exists() for name in copied)
    assert {"pyproject.toml", "README.md", "LICENSE", "extractor"} <= copied
