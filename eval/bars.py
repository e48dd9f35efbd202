"""What was promised: bars, the commands that measure them, and a table of bar, measured, met.

    python -m eval.bars                                the table, and what each command is called
    python -m eval.bars start prose --real DIR         runs these commands and keeps what they measured
    python -m eval.bars --all --real DIR --paddle-python PYTHON

`bars.toml` holds two sorts: figures of an evaluation (`gouji eval --json`), and commands of `bench`, `training` and `tests`
whose output tells them. What a command measured is kept in `measured.json`. DIR is a folder of real reports with labels
(`gold`, `real`), PYTHON an interpreter with PaddleOCR; the repository carries neither.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from eval.result import Evaluation, Score
from eval.screen import percent
from extractor.output import write_atomically

HERE = Path(__file__).parent
BARS, MEASURED = HERE / "bars.toml", HERE / "measured.json"
SECONDS = "seconds"
"""As `measure`: the wall time of the whole command."""
TESTS = "tests pass"
"""As `unit`: what counts is that all pass."""


class Bar(BaseModel):
    """One promise. `figure` names a score of an evaluation, of the documents of `slice` (`key = value`) alone if given.

    For a command, `measure` is a regular expression whose first group is the number (of several matches the last), `of`
    one for what it is a share of; with `share` it is divided by that.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    promise: str
    figure: str = ""
    slice: str = ""
    measure: str = ""
    of: str = ""
    share: bool = False
    unit: str = ""
    at_least: float | None = None
    at_most: float | None = None

    @property
    def limit(self) -> str:
        """The bar in words."""
        if self.unit == TESTS:
            return f"all {TESTS}"
        if self.at_least is not None:
            return f"≥ {self.told(self.at_least)}"
        return f"≤ {self.told(self.at_most or 0.0)}"

    def told(self, value: float) -> str:
        """A number with its unit; without one it is a share."""
        return percent(value) if self.unit in ("", "share") else f"{value:g} {self.unit}"

    def met(self, value: float) -> bool:
        return value >= self.at_least if self.at_least is not None else value <= (self.at_most or 0.0)


class Command(BaseModel):
    """Lines run one after the other, and the bars that their output tells; `minutes` on two quiet cores, about."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    area: str
    run: tuple[str, ...]
    minutes: float
    bars: tuple[Bar, ...]

    def needs(self, places: Mapping[str, str]) -> list[str]:
        """The placeholders of its lines that `places` does not fill."""
        wanted = re.findall(r"\{(\w+)\}", " ".join(self.run))
        return [name for name in dict.fromkeys(wanted) if name != "tmp" and not places.get(name)]


class Measured(BaseModel):
    """What one run of a command told: (value, of how many) of each promise; `load` of the machine when it began."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seconds: float
    load: float
    values: dict[str, tuple[float, float | None]]


class Book(BaseModel):
    """All bars."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    figures: tuple[Bar, ...]
    commands: tuple[Command, ...]


def load_bars(path: Path = BARS) -> Book:
    """The bars as written down."""
    return Book.model_validate(tomllib.loads(path.read_text("utf8")))


def load_measured(path: Path = MEASURED) -> dict[str, Measured]:
    """What commands measured so far, by name."""
    raw = json.loads(path.read_bytes()) if path.exists() else {}
    return {name: Measured.model_validate(found) for name, found in raw.items()}


def rows_of_result(result: Evaluation, bars: Sequence[Bar]) -> Iterator[tuple[str, str, str, str]]:
    """(promise, bar, measured, yes / no / not measured) of the bars on figures of an evaluation."""
    for bar in bars:
        score = _score(result, bar)
        if score is None or score.value is None:
            yield bar.promise, bar.limit, "–", "not measured"
        else:
            yield bar.promise, bar.limit, f"{percent(score.value)} of {score.of:,.0f}", _met(bar, score.value)


def rows_of_commands(commands: Sequence[Command],
                     measured: Mapping[str, Measured]) -> Iterator[tuple[str, str, str, str, str]]:
    """(promise, bar, measured, yes / no / not measured, command's name) of the bars that commands measure."""
    for command in commands:
        values = measured[command.name].values if command.name in measured else {}
        for bar in command.bars:
            value, of = values.get(bar.promise, (None, None))
            told = "–" if value is None else bar.told(value) + (f" of {of:,.0f}" if of else "")
            yield (bar.promise, bar.limit, told, "not measured" if value is None else _met(bar, value),
                   f"`{command.name}`")


def told_by(output: str, seconds: float, bars: Sequence[Bar]) -> dict[str, tuple[float, float | None]]:
    """What an output tells of each bar; a bar of which it says nothing is left out."""
    found: dict[str, tuple[float, float | None]] = {}
    for bar in bars:
        value = seconds if bar.measure == SECONDS else _last(bar.measure, output)
        of = _last(bar.of, output) if bar.of else None
        if value is None or (bar.share and not of):
            continue
        found[bar.promise] = (value / of if bar.share and of else value, of)
    return found


def run(command: Command, places: Mapping[str, str]) -> Measured:
    """Runs a command from the root of the repository; what it prints goes to the screen as well."""
    load, start, output = os.getloadavg()[0], time.perf_counter(), ""
    with tempfile.TemporaryDirectory() as folder:
        for line in command.run:
            words = shlex.split(line.format(tmp=folder, **places))
            output += _printed([_program(words[0]), *words[1:]])
    seconds = time.perf_counter() - start
    return Measured(seconds=round(seconds, 1), load=round(load, 1), values=told_by(output, seconds, command.bars))


def _program(name: str) -> str:
    """This interpreter, or a command beside it."""
    return sys.executable if name == "python" else str(Path(sys.executable).with_name(name))


def _printed(words: Sequence[str]) -> str:
    """What a process prints; how it ends is told by what it prints."""
    lines = []
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, encoding="utf8", cwd=HERE.parent) as process:
        assert process.stdout is not None
        for line in process.stdout:
            sys.stdout.write(line)
            lines.append(line)
    return "".join(lines)


def _last(pattern: str, output: str) -> float | None:
    found = re.findall(pattern, output, re.MULTILINE)
    return float(found[-1].replace(",", "")) if found else None


def _met(bar: Bar, value: float) -> str:
    return "yes" if bar.met(value) else "**no**"


def _score(result: Evaluation, bar: Bar) -> Score | None:
    if not bar.slice:
        return result.scores.get(bar.figure)
    key, _, value = bar.slice.partition(" = ")
    part = result.slices.get(key, {}).get(value)
    return part.scores.get(bar.figure) if part is not None else None


def _keep(name: str, found: Measured) -> None:
    measured = load_measured() | {name: found}
    record: dict[str, Any] = {key: measured[key].model_dump() for key in sorted(measured)}
    write_atomically(MEASURED, (json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode())


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--all", action="store_true", help="every command")
    parser.add_argument("--real", default="", help="folder of real reports with labels")
    parser.add_argument("--paddle-python", default=os.environ.get("GOUJI_PADDLE_PYTHON", ""))
    options = parser.parse_args()
    commands = {command.name: command for command in load_bars().commands}
    if unknown := [name for name in options.names if name not in commands]:
        parser.error(f"no command {unknown[0]!r}; known are {', '.join(commands)}")
    places = {"real": str(Path(options.real).resolve()) if options.real else "", "paddle": options.paddle_python}
    chosen = list(commands.values()) if options.all else [commands[name] for name in options.names]
    for command in chosen:
        if lacking := command.needs(places):
            print(f"{command.name}: left out, not given: {', '.join(lacking)}", file=sys.stderr)
        else:
            _keep(command.name, run(command, places))
    shown = chosen or list(commands.values())
    for row in rows_of_commands(shown, load_measured()):
        print(" | ".join(row))
    if not chosen:
        print("\n".join(f"{command.name} ({command.minutes:g} min): {'; '.join(command.run)}" for command in shown))


if __name__ == "__main__":
    main()
