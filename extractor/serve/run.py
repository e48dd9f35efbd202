"""Runs the application in this process until it is told to stop."""

from __future__ import annotations

import errno
import gc
import signal
import socket
import sys
from collections.abc import Callable
from types import FrameType

import uvicorn
from fastapi import FastAPI

from extractor.serve import log
from extractor.serve.app import create_app
from extractor.serve.config import ServeSettings, is_loopback
from extractor.serve.errors import StartError
from extractor.serve.protocol import PatientProtocol
from extractor.settings import Settings

KEEP_ALIVE_SECONDS = 20
ANSWER_SECONDS = 10
"""How long requests may take to end at shutdown."""
BACKLOG = 512
SWITCH_SECONDS = 0.0005
"""How long a thread computes before others get their turn, a tenth of Python's default: each request passes from the
event loop to a thread and back, and would wait that long for both."""
GARBAGE_OBJECTS = 20_000
"""New objects between two looks for garbage. A report has thousands and they hold no cycles: with Python's default of
700, most of the time in which one is unpacked went into looking."""


class Server(uvicorn.Server):
    """Tells the service as soon as it is to stop: streams of events would otherwise keep their connections open."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._gouji = app

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stops in order; a second Ctrl-C does not wait. The signal is not raised again afterwards: to be told to stop is
        no failure."""
        self._gouji.state.service.announce_stop()
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True


def run(config: ServeSettings, settings: Settings, listening: Callable[[ServeSettings, str], None]) -> None:
    """Serves until SIGINT or SIGTERM; `listening` is told the address once connections are accepted.

    Raises `StartError` (options that do not go together, no token, port taken), and what `Service` does.
    """
    config.check()
    log.set_up()
    with _bound(config) as sock:
        app = create_app(config, settings)
        if not config.local and not app.state.accounts.any_valid():
            app.state.service.store.close()
            raise StartError(
                "There is no token yet, so nobody could use the service.",
                f"Make one: gouji token create NAME --scope admin --data {config.data}"
                + (f" --store {app.state.service.store.name}" if config.store else "")
                + "; or use --local on your own machine.")
        _tune()
        listening(config, f"http://{_named(sock)}")
        server(app, config).run(sockets=[sock])


def _tune() -> None:
    """Settings of the interpreter for a long life with many threads and large results."""
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.collect()
    gc.freeze()  # the program itself is never garbage
    gc.set_threshold(GARBAGE_OBJECTS, 20, 20)


def server(app: FastAPI, config: ServeSettings) -> Server:
    """The HTTP server of an application."""
    return Server(uvicorn.Config(
        app, http=PatientProtocol, ws="none", lifespan="on", log_config=None, access_log=False, server_header=False,
        proxy_headers=not config.local, forwarded_allow_ips=config.proxies, limit_concurrency=config.max_connections,
        timeout_keep_alive=KEEP_ALIVE_SECONDS, timeout_graceful_shutdown=ANSWER_SECONDS), app)


def announce(config: ServeSettings, address: str) -> str:
    """What the command says when it listens."""
    lines = [f"gouji: {address}"]
    if config.local:
        lines.append("gouji: no tokens: everybody on this machine may do everything")
    elif not is_loopback(config.host) and not config.secure_cookies:
        lines.append("gouji: without TLS tokens can be read on the network; see docs/deploy.md")
    return "\n".join(lines)


def _bound(config: ServeSettings) -> socket.socket:
    """A socket that listens; taken before anything else, so that two services never work on the same documents."""
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    # of TCP by name: the event loop then sends small answers at once, and does not wait 40 ms for more to send
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((config.host.strip("[]"), config.port))
        sock.listen(BACKLOG)
    except OSError as error:
        sock.close()
        if error.errno == errno.EADDRINUSE:
            raise StartError(f"Port {config.port} of {config.host} is taken.",
                             "Is the service running already? Else choose another with --port.") from error
        raise StartError(f"Cannot listen on {config.host}:{config.port}: {error.strerror or error}.",
                         "Choose another --host or --port.") from error
    sock.setblocking(False)
    return sock


def _named(sock: socket.socket) -> str:
    host, port = sock.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
