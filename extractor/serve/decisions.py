"""What people say of findings: decisions are added, the newest of a fingerprint holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select

from extractor.serve.audit import record, utc
from extractor.serve.errors import Invalid
from extractor.serve.model import Decided, Decision, Reason
from extractor.store import Store
from extractor.store.rows import clean
from extractor.store.schema import decisions, findings
from extractor.store.store import SQL_PARAMETERS


def newest(fingerprints: Select[Any]) -> Select[Any]:
    """The newest decision about each of `fingerprints`, a question with one column."""
    last = (select(func.max(decisions.c.id)).where(decisions.c.fingerprint.in_(fingerprints))
            .group_by(decisions.c.fingerprint))
    return select(decisions).where(decisions.c.id.in_(last))


def of_document(connection: Connection, document: int) -> dict[str, Decided]:
    """The newest decisions about the findings of a document, by fingerprint."""
    own = select(findings.c.fingerprint).where(findings.c.document_id == document)
    return {row["fingerprint"]: decided(row) for row in connection.execute(newest(own)).mappings()}


def of(store: Store, fingerprints: Iterable[str]) -> dict[str, Decided]:
    """The newest decisions about these fingerprints."""
    wanted = sorted(set(fingerprints))
    found: dict[str, Decided] = {}
    with store.transaction() as connection:
        for start in range(0, len(wanted), SQL_PARAMETERS):
            found |= _of(connection, wanted[start:start + SQL_PARAMETERS])
    return found


def decide(store: Store, author: str, fingerprints: Sequence[str], decision: Decision, reason: Reason, comment: str,
           known: frozenset[str] = frozenset()) -> int:
    """Adds a decision about each finding that is not decided so already; how many were added.

    `known` are fingerprints of findings that the store has no row of: those between two years. Raises `Invalid` if there
    is no finding of one of the others; then none is decided.
    """
    if (decision is Decision.DISMISSED) != (reason is not Reason.NONE):
        raise Invalid("reason")
    wanted = list(dict.fromkeys(fingerprints))
    note = clean(comment.strip())
    with store.transaction(write=True) as connection:
        there = set(connection.execute(select(findings.c.fingerprint).where(findings.c.fingerprint.in_(wanted))).scalars())
        for fingerprint in wanted:
            if fingerprint not in there | known:
                raise Invalid("finding", fingerprint=fingerprint)
        before = _of(connection, wanted)
        now = datetime.now(UTC)
        changed = [each for each in wanted if _says(before.get(each)) != (decision, reason, note)]
        for each in changed:
            row = {"fingerprint": each, "decision": str(decision), "reason": str(reason), "note": note, "author": author,
                   "made": now}
            connection.execute(insert(decisions), row)
            record(connection, author, "decide", f"finding {each}", _entry(before.get(each)),
                   {"decision": str(decision), "reason": str(reason), "comment": note})
    return len(changed)


def decided(row: Mapping[Any, Any]) -> Decided:
    return Decided(fingerprint=row["fingerprint"], decision=_word(Decision, row["decision"], Decision.OPEN),
                   reason=_word(Reason, row["reason"], Reason.OTHER), comment=row["note"], author=row["author"],
                   made=utc(row["made"]))


def _of(connection: Connection, fingerprints: Sequence[str]) -> dict[str, Decided]:
    last = (select(func.max(decisions.c.id)).where(decisions.c.fingerprint.in_(fingerprints))
            .group_by(decisions.c.fingerprint))
    return {row["fingerprint"]: decided(row)
            for row in connection.execute(select(decisions).where(decisions.c.id.in_(last))).mappings()}


def _says(known: Decided | None) -> tuple[Decision, Reason, str]:
    return (Decision.OPEN, Reason.NONE, "") if known is None else (known.decision, known.reason, known.comment)


def _entry(known: Decided | None) -> dict[str, str] | None:
    return None if known is None else {"decision": str(known.decision), "reason": str(known.reason),
                                       "comment": known.comment, "author": known.author}


def _word(words: Any, given: str, otherwise: Any) -> Any:
    """A stored word; one that a later version wrote is not known here."""
    return words(given) if given in list(words) else otherwise
