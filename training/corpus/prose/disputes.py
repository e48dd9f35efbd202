"""Writes what a report says of reconsideration and litigation."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from training.corpus.prose.builder import Slot
from training.corpus.prose.context import Context, Paragraph

_OUTCOMES = {"a": "upheld", "b": "corrected", "c": "other", "d": "pending"}
_ALL = {"a": "disputes.all_upheld", "c": "disputes.all_other", "d": "disputes.all_pending"}


def _traps(context: Context) -> dict[str, Slot]:
    return {"tr": Slot(None, context.number(1, 15.0), ("件",), distractor="other_business")}


def write_disputes(paragraph: Paragraph) -> None:
    """Reconsiderations and lawsuits with their results, or that there were none; sometimes a look-alike."""
    context = paragraph.context
    unit = (context.rng.choice(("件", "件", "件", "起", "宗")),)
    review = context.slot("review", units=unit)
    suits = context.slot("litigation", units=unit)
    given = {"rv": review, "lt": suits}
    if review.value == 0 and suits.value == 0:
        paragraph.say("disputes.none", given)
        if context.chance(0.1):
            paragraph.add("，")
            paragraph.say("disputes.trap", _traps(context) | {"lt": suits})
    elif context.chance(0.08) and not context.stated:
        total = Slot("prose.disputes", review.value + suits.value, unit)
        paragraph.say("disputes.sum", {"ds": total})
    elif context.chance(0.6):
        _separately(paragraph, review, suits, unit)
    else:
        paragraph.say("disputes.both", given)
        if (review.value > 0) != (suits.value > 0):  # both are named; the results are those of the one that is not 0
            _results(paragraph, "review" if review.value > 0 else "litigation", max(review, suits, key=_value), unit)
        else:
            _alike(paragraph, review, suits)
    paragraph.stop()
    if context.chance(0.05):
        paragraph.say("disputes.trap", {k: v for k, v in _traps(context).items()})
        paragraph.stop()
    if context.chance(0.12):
        write_business(paragraph)


def write_business(paragraph: Paragraph) -> None:
    """Reconsiderations and lawsuits that are not about disclosure."""
    context = paragraph.context
    numbers = {key: Slot(None, context.number(1, 25.0), ("件",), distractor="other_business") for key in ("b1", "b2")}
    paragraph.say("disputes.business", numbers)
    paragraph.stop()


def _value(slot: Slot) -> Decimal:
    return slot.value


def _alike(paragraph: Paragraph, review: Slot, suits: Slot) -> None:
    """复议7件，诉讼9件，均获维持: words that stand for two numbers, where both kinds ended alike."""
    context = paragraph.context
    if context.stated or review.value == 0:
        return
    for key, rule in _ALL.items():
        ends = [context.slot(group, _OUTCOMES[key], tag="") for group in ("review", "litigation")]
        if [end.value for end in ends] == [review.value, suits.value]:
            paragraph.add("，")
            paragraph.say(f"{rule}_both", dict(zip("ab", ends, strict=True)))
            return


def _separately(paragraph: Paragraph, review: Slot, suits: Slot, unit: tuple[str, ...]) -> None:
    context = paragraph.context
    if review.value > 0:
        paragraph.say("disputes.review", {"rv": review})
        _results(paragraph, "review", review, unit)
        paragraph.add(context.rng.choice("，；。") if suits.value > 0 else "")
    if suits.value > 0:
        direct, after = (context.slot(f"litigation.{g}", units=unit) for g in ("direct", "after_review"))
        paragraph.say("disputes.litigation", {"lt": suits, "ld": direct, "la": after})
        _results(paragraph, "litigation", suits, unit)


def _results(paragraph: Paragraph, group: str, whole: Slot, unit: tuple[str, ...]) -> None:
    context = paragraph.context
    if context.stated or context.chance(0.4):
        return
    slots = {k: context.slot(group, name, units=unit) for k, name in _OUTCOMES.items()}
    known = {k: s for k, s in slots.items() if s.value > 0}
    paragraph.add("，")
    for key, rule in _ALL.items():
        if key in known and known[key].value == whole.value and context.chance(0.8):
            paragraph.say(rule, {key: replace(known[key], tag="")})
            return
    if context.chance(0.5):
        _items(paragraph, known if context.chance(0.7) else slots)
    elif len(known) < len(slots) and paragraph.can("disputes.results", known) and context.chance(0.7):
        paragraph.say("disputes.results", known)
    else:
        paragraph.say("disputes.results", slots)


def _items(paragraph: Paragraph, results: dict[str, Slot]) -> None:
    """The results one by one, in the words of this report."""
    context = paragraph.context
    bracket = context.chance(0.15)
    if bracket:
        paragraph.trim()
        paragraph.add("（")
    elif context.chance(0.8):
        paragraph.say("disputes.lead")
    mark = context.rng.choice("，，，、；")
    order = list(results) if context.chance(0.8) else context.rng.sample(list(results), len(results))
    for index, key in enumerate(order):
        paragraph.add(mark if index else "")
        paragraph.say("disputes.item", {"n": results[key]}, {"label": context.phrase(f"disputes.label.{_OUTCOMES[key]}")})
    paragraph.add("）" if bracket else "")
