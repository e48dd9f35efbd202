"""Everything that can go wrong with a document, each with a stable exit code and a message that says what to do."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of the command `gouji`; they never change once published."""

    OK = 0
    VIOLATED = 1
    USAGE = 2
    UNREADABLE = 3
    ENCRYPTED = 4
    UNSUPPORTED_FORMAT = 5
    NOT_A_REPORT = 6
    UNSUPPORTED_TEMPLATE = 7
    LIMIT = 8
    FILE_ACCESS = 9
    INTERNAL = 10
    OUTPUT = 11
    INCOMPLETE = 12
    MODEL = 13
    INTERRUPTED = 130


class GoujiError(Exception):
    """Base of all documented errors: `message` says what happened and where, `advice` what to do about it."""

    code = ExitCode.INTERNAL
    category = "internal"

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.message} {self.advice}".strip()


class UnreadableDocument(GoujiError):
    """The bytes are empty, damaged or not a document at all."""

    code = ExitCode.UNREADABLE
    category = "unreadable"


class EncryptedDocument(GoujiError):
    """The document asks for a password that is not empty."""

    code = ExitCode.ENCRYPTED
    category = "encrypted"


class UnsupportedFormat(GoujiError):
    """A known format that is not read; the advice says how to convert it."""

    code = ExitCode.UNSUPPORTED_FORMAT
    category = "unsupported_format"


class NotAReport(GoujiError):
    """Readable, but no annual report on government-information disclosure."""

    code = ExitCode.NOT_A_REPORT
    category = "not_a_report"


class UnsupportedTemplate(GoujiError):
    """An annual report of a time before the statutory tables (2008 to 2018)."""

    code = ExitCode.UNSUPPORTED_TEMPLATE
    category = "unsupported_template"


class LimitExceeded(GoujiError):
    """A limit of `Settings` on size, pages, page area, memory or time was reached."""

    code = ExitCode.LIMIT
    category = "limit"


class FileAccessError(GoujiError):
    """The file is missing, a directory, or may not be read."""

    code = ExitCode.FILE_ACCESS
    category = "file_access"


class OutputError(GoujiError):
    """The result could not be written; nothing partial is left behind."""

    code = ExitCode.OUTPUT
    category = "output"


class ModelError(GoujiError):
    """A model file is missing or does not have the bytes that were released."""

    code = ExitCode.MODEL
    category = "model"
