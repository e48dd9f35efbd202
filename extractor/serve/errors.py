"""What the service refuses, each with its HTTP status and words in both languages from `messages.toml`."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib import resources

from extractor.errors import ExitCode, GoujiError
from extractor.messages import Language


@lru_cache(maxsize=1)
def _catalogue() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads(resources.files(__package__).joinpath("messages.toml").read_text("utf8"))


def say(key: str, language: Language, **values: object) -> str:
    """The message `section.key`, its braces filled with `values`."""
    section, _, name = key.partition(".")
    return _catalogue()[section][name][language].format(**values)


class ServiceError(GoujiError):
    """A request that is refused: `key` names its words in `messages.toml`; `status` is that of HTTP."""

    status = 500

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(say(f"refused.{key}", "en", **values))
        self.category = key
        self._values = values

    def in_language(self, language: Language) -> str:
        return say(f"refused.{self.category}", language, **self._values)


class Malformed(ServiceError):
    """The request is not what its headers or the interface say that it is."""

    status = 400


class Unauthorised(ServiceError):
    """No token or session, or one that is forged, expired or revoked."""

    status = 401


class Forbidden(ServiceError):
    """Known, but not allowed."""

    status = 403


class NotFound(ServiceError):
    """Not there, or not for this user: both look the same."""

    status = 404


class TimedOut(ServiceError):
    """The client sends too slowly."""

    status = 408


class Conflict(ServiceError):
    """Not possible as things stand."""

    status = 409


class TooLarge(ServiceError):
    """More bytes or files than are taken at once."""

    status = 413


class WrongType(ServiceError):
    """A content type that is not taken here."""

    status = 415


class Invalid(ServiceError):
    """Understood, but without sense: an unknown field, a page that is not there."""

    status = 422


class TooMany(ServiceError):
    """More requests than are taken; `retry_after` in seconds."""

    status = 429

    def __init__(self, key: str, retry_after: int) -> None:
        super().__init__(key, seconds=retry_after)
        self.retry_after = retry_after


class Unavailable(ServiceError):
    """The service stops, or what it needs cannot be reached."""

    status = 503


class StartError(GoujiError):
    """The service cannot start as it was told to."""

    code = ExitCode.USAGE
    category = "usage"
