"""What the service is told when it starts: where its data lie, where it listens, and its limits."""

from __future__ import annotations

import ipaddress
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from extractor.serve.errors import StartError

MIB = 1024 * 1024
LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
"""What a browser on this machine may call it; any other name could be a rebinding of somebody's domain."""


class ServeSettings(BaseSettings):
    """Options of `gouji serve`; each can also be given as `GOUJI_SERVE_*`.

    `data` holds the originals, named by their SHA-256, and images of pages; `store` is the URL of the database, by
    default a SQLite file in `data`. `local`: no tokens; one person's own machine.
    """

    model_config = SettingsConfigDict(env_prefix="GOUJI_SERVE_", frozen=True)

    data: Path = Path("gouji-data")
    store: str = ""
    host: str = "127.0.0.1"
    port: int = Field(8765, ge=0, le=65535)
    local: bool = False
    workers: int = Field(0, ge=0, description="worker processes; 0: one for each core")
    secure_cookies: bool = Field(False, description="cookies only over TLS: set it behind a reverse proxy with TLS")
    proxies: str = Field("127.0.0.1", description="addresses whose X-Forwarded-For is believed")

    max_request_bytes: int = Field(512 * MIB, gt=0, description="most bytes of one upload")
    max_form_bytes: int = Field(1 * MIB, gt=0, description="most bytes of any other request")
    max_files: int = Field(500, gt=0, description="most files of one upload")
    request_seconds: float = Field(30.0, gt=0, description="longest time that a request may take to arrive, seconds")
    upload_seconds: float = Field(600.0, gt=0, description="longest time that an upload may take to arrive, seconds")
    rate: float = Field(60.0, gt=0, description="requests a second of one user, in the long run")
    burst: int = Field(240, gt=0, description="requests of one user at once")
    upload_rate: float = Field(4.0, gt=0, description="uploads a second of one user, in the long run")
    upload_burst: int = Field(40, gt=0, description="uploads of one user at once")
    max_connections: int = Field(400, gt=0, description="most connections at once")
    session_hours: float = Field(12.0, gt=0, description="how long a session of the pages lasts, hours")
    drain_seconds: float = Field(30.0, ge=0, description="how long running documents may take to end at shutdown")
    cached_images: int = Field(2_000, ge=0, description="most images of pages kept in the data folder")

    @property
    def store_url(self) -> str:
        return self.store or str(self.data / "gouji.sqlite")

    def check(self) -> None:
        """Raises `StartError` if the options do not go together."""
        if self.local and not is_loopback(self.host):
            raise StartError(f"--local means no tokens, so it cannot listen on {self.host}.",
                             "Leave --host out, or leave --local out and create a token with gouji token create.")


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
