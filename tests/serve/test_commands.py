"""The commands: what `gouji token` and `gouji serve` say and refuse."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from extractor.serve import run
from extractor.serve.archive import Archive
from extractor.serve.config import ServeSettings
from tests.serve.conftest import GOUJI, serving


def gouji(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([GOUJI, *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False,
                          env=os.environ | {"LC_ALL": "C.UTF-8"})


def test_tokens_are_made_listed_and_revoked(tmp_path: Path) -> None:
    data = ("--data", tmp_path / "data")
    made = gouji("token", "create", "李 审计", "--scope", "review", "--days", "30", *data)
    assert made.returncode == 0, made.stderr
    assert made.stdout.startswith("gouji_")
    listed = gouji("token", "list", *data).stdout.strip().split("\t")
    assert listed[:4] == ["1", "李 审计", "review", "valid"]
    assert made.stdout.strip() not in str(listed)
    assert gouji("token", "revoke", "1", *data).returncode == 0
    assert "revoked" in gouji("token", "list", *data).stdout
    refused = gouji("token", "revoke", "7", *data)
    assert (refused.returncode, "no token 7" in refused.stderr) == (2, True)


def test_a_service_without_a_token_says_how_to_make_one(tmp_path: Path) -> None:
    refused = gouji("serve", "--data", tmp_path, "--port", "0")
    assert refused.returncode == 2
    assert "gouji token create" in refused.stderr


@pytest.mark.parametrize(("options", "said"), [
    (("--local", "--host", "0.0.0.0"), "--local"), (("--host", "203.0.113.7", "--local"), "--local"),
    (("--store", "mysql://x/y"), "Use SQLite or PostgreSQL"),
    (("--local", "--store", "postgresql://127.0.0.1:1/none"), "Store")])
def test_options_that_cannot_work_are_refused_at_once(tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    refused = gouji("serve", "--data", tmp_path, "--port", "0", *options)
    assert refused.returncode in (2, 11)
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_second_service_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "files")
    archive.claim()
    refused = gouji("serve", "--data", tmp_path, "--local", "--port", "0")
    archive.release()
    assert refused.returncode == 2
    assert "Another service" in refused.stderr


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = gouji("serve", "--data", tmp_path, "--local", "--port", str(port))
    assert refused.returncode == 2
    assert f"Port {port}" in refused.stderr


def test_the_log_is_json_lines_without_secrets(tmp_path: Path) -> None:
    data = tmp_path / "data"
    secret = gouji("token", "create", "a", "--scope", "admin", "--data", data).stdout.strip()
    with serving(data) as (process, base):
        answer = httpx.get(f"{base}/v1/me?token={secret}", headers={"Authorization": f"Bearer {secret}"}, timeout=30)
        assert answer.status_code == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    log = next(tmp_path.glob("log-*")).read_text("utf8")
    lines: list[dict[str, Any]] = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert any(line.get("request") == answer.headers["x-request-id"] for line in lines)
    assert secret not in log


def test_small_answers_are_sent_at_once() -> None:
    with run._bound(ServeSettings(port=0)) as sock:
        assert sock.proto == socket.IPPROTO_TCP  # the event loop turns waiting for more (Nagle) off for these only
