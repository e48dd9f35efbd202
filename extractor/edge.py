"""The edge of the command line: every failure becomes a documented exit code and one line that says what to do."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import NoReturn

from extractor.errors import ExitCode, GoujiError, LimitExceeded, OutputError
from extractor.messages import Language, default_language, explain, say


@dataclass(slots=True)
class Session:
    """What the edge must know of a run: the language, whether to show tracebacks, and the file being read if any."""

    language: Language
    debug: bool = False
    file: str = ""

    @classmethod
    def default(cls) -> Session:
        return cls(default_language())


class SettingsError(GoujiError):
    """A `GOUJI_*` variable has a value that its setting does not allow."""

    code = ExitCode.USAGE
    category = "usage"


class InternalError(GoujiError):
    """A mistake in this program: any exception that is not documented."""


def documented(error: Exception) -> GoujiError:
    """The documented error that stands for `error`."""
    if isinstance(error, GoujiError):
        return error
    if isinstance(error, MemoryError | RecursionError):
        return LimitExceeded("The document is too large or nested too deeply for this machine.")
    if isinstance(error, OSError):
        return OutputError(f"{error.filename or 'Input or output'}: {error.strerror or error}.")
    detail = f"{type(error).__name__}: {error}".strip().partition("\n")[0]
    return InternalError(f"Internal error: {detail[:300]}.")


def report_failure(error: BaseException, session: Session) -> ExitCode:
    """Says on standard error what went wrong, and with which file; returns the exit code that stands for it."""
    if isinstance(error, BrokenPipeError):
        silence_stdout()
        return ExitCode.OUTPUT
    if isinstance(error, KeyboardInterrupt):
        complain(say_interrupted(session.language))
        return ExitCode.INTERRUPTED
    if not isinstance(error, Exception):
        raise error
    if session.debug:
        import traceback

        complain("".join(traceback.format_exception(error)).rstrip())
    known = documented(error)
    text = explain(known, session.language)
    named = session.file and not known.message.startswith(session.file)
    complain(f"gouji: {session.file}: {text}" if named else f"gouji: {text}")
    return known.code


def say_interrupted(language: Language) -> str:
    return f"gouji: {say('errors.interrupted', language)}"


def complain(text: str) -> None:
    """One line on standard error; nowhere, if that is closed."""
    if sys.stderr is None:
        return
    try:
        print(text, file=sys.stderr, flush=True)
    except UnicodeEncodeError:
        print(text.encode("ascii", "backslashreplace").decode("ascii"), file=sys.stderr, flush=True)
    except OSError:
        pass


def silence_stdout() -> None:
    """Lets the interpreter's last flush succeed after the reader of a pipe has gone."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, 1)
    os.close(devnull)


def stop_process(name: str, seconds: float, language: Language) -> NoReturn:
    """Ends the process at once, from any thread, when foreign code does not let go of a document."""
    error = LimitExceeded(f"{name}: The document took longer than {seconds:g} seconds and could not be interrupted.")
    complain(f"gouji: {explain(error, language)}")
    os._exit(ExitCode.LIMIT)
