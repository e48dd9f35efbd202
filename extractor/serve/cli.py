"""The commands `gouji serve` and `gouji token`; light to import, what they need is loaded when they run."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from extractor.serve.accounts import Accounts
    from extractor.serve.config import ServeSettings
    from extractor.store import Store

DataOption = Annotated[Path | None, typer.Option(
    "--data", file_okay=False, show_default="gouji-data", help="Folder of the originals, and of the store unless --store.")]
StoreOption = Annotated[str, typer.Option(help="The store: a SQLite file, or the URL of a PostgreSQL database.")]


class ScopeName(StrEnum):
    READ = "read"
    REVIEW = "review"
    ADMIN = "admin"


token = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Tokens of the service (服务令牌).")


def serve(
    data: DataOption = None,
    store: StoreOption = "",
    host: Annotated[str, typer.Option(show_default="127.0.0.1", help="Address to listen on.")] = "",
    port: Annotated[int | None, typer.Option(min=0, max=65535, show_default="8765", help="Port; 0: any that is free.")] = None,
    local: Annotated[bool, typer.Option("--local", help="No tokens: for this machine only.")] = False,
    workers: Annotated[int | None, typer.Option(min=0, show_default="cores", help="Worker processes.")] = None,
) -> None:
    """Run the service and its workbench (启动服务与工作台)."""
    from extractor.cli import _settings
    from extractor.edge import complain
    from extractor.serve.run import announce, run

    given = {"data": data, "store": store or None, "host": host or None, "port": port, "local": local or None,
             "workers": workers}
    run(_config(given), _settings(), lambda config, address: complain(announce(config, address)))


@token.command("create")
def create(
    name: Annotated[str, typer.Argument(help="Whose it is; the audit log calls this person so (持有人).")],
    scope: Annotated[ScopeName, typer.Option(help="What it allows.")] = ScopeName.REVIEW,
    days: Annotated[float | None, typer.Option(min=0.0, show_default=False, help="Days until it expires.")] = None,
    data: DataOption = None,
    store: StoreOption = "",
) -> None:
    """Make a token; it is shown once (创建令牌)."""
    from extractor.serve.model import Scope

    with _opened(data, store) as opened:
        _, secret = _accounts(opened).create(name, Scope(scope), days)
    typer.echo(secret)


@token.command("list")
def list_tokens(data: DataOption = None, store: StoreOption = "") -> None:
    """Tokens with their holders, rights and dates, never the tokens themselves (列出令牌)."""
    with _opened(data, store) as opened:
        for each in _accounts(opened).list():
            dates = ("-" if moment is None else f"{moment:%Y-%m-%d}" for moment in (each.made, each.expires, each.used))
            typer.echo("\t".join((str(each.id), each.name, each.scope, each.state, *dates)))


@token.command("revoke")
def revoke(
    number: Annotated[int, typer.Argument(metavar="ID", help="The number that `gouji token list` shows (编号).")],
    data: DataOption = None,
    store: StoreOption = "",
) -> None:
    """End a token and its sessions (撤销令牌)."""
    from extractor.serve.errors import StartError

    with _opened(data, store) as opened:
        if _accounts(opened).revoke(number) is None:
            raise StartError(f"There is no token {number}.", "gouji token list shows them.")


def _config(given: dict[str, Any]) -> ServeSettings:
    """The options given, over `GOUJI_SERVE_*`, over the defaults."""
    from pydantic import ValidationError

    from extractor.edge import SettingsError
    from extractor.serve.config import ServeSettings

    try:
        return ServeSettings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = "GOUJI_SERVE_" + "_".join(str(part) for part in first["loc"]).upper()
        raise SettingsError(f"{name}={first['input']!r}: {first['msg']}.", "Correct or unset it.") from None


def _opened(data: Path | None, store: str) -> Store:
    from extractor.errors import OutputError
    from extractor.store import Store

    config = _config({"data": data, "store": store or None})
    if not config.store:
        try:
            config.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise OutputError(f"{config.data}: {error.strerror or error}.", "Name another folder with --data.") from error
    return Store.open(config.store_url, write=True)


def _accounts(store: Store) -> Accounts:
    from extractor.serve.accounts import Accounts

    return Accounts(store)
