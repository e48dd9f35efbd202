"""Commands that other packages add to `gouji` by the entry-point group `gouji.commands`, loaded only when used."""

from __future__ import annotations

import ast
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

from extractor.errors import ExitCode, GoujiError

GROUP = "gouji.commands"


class PluginError(GoujiError):
    """A command that another package adds cannot be loaded, most often because an extra is not installed."""

    code = ExitCode.USAGE
    category = "usage"


class PluginGroup(TyperGroup):
    """A group whose help names the added commands without importing them.

    An entry point names a `typer.Typer` (`package.module:app`) whose packages may need more than the runtime has.
    """

    @cached_property
    def added(self) -> dict[str, EntryPoint]:
        return {entry.name: entry for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name)}

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        command = super().get_command(ctx, cmd_name)
        if command is None and cmd_name in self.added:
            command = _load(self.added[cmd_name])
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        super().format_commands(ctx, formatter)
        rows = [(name, _summary(entry)) for name, entry in self.added.items() if find_spec(entry.module.split(".")[0])]
        if rows:
            with formatter.section("Added commands"):
                formatter.write_dl(rows)


def _load(entry: EntryPoint) -> Any:
    try:
        loaded = entry.load()
    except ImportError as error:
        raise PluginError(f"The command {entry.name!r} cannot be loaded: {error}.",
                          "It may need an extra: pip install 'gouji[train]'.") from error
    command = typer.main.get_command(loaded)
    command.name = entry.name
    return command


def _summary(entry: EntryPoint) -> str:
    """The first line of the module's docstring, read from its source: importing it could be slow or fail."""
    top, *rest = entry.module.split(".")
    spec = find_spec(top)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        source = Path(folder).joinpath(*rest).with_suffix(".py")
        if source.is_file():
            return (ast.get_docstring(ast.parse(source.read_text("utf8"))) or "").partition("\n")[0]
    return ""
