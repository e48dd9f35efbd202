"""Writes what a report says of requests: what came in, by whom and how, the results, what was carried over."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from training.corpus.prose.builder import Slot
from training.corpus.prose.context import ORGANISATIONS, ZERO, Context, Paragraph

GROUPS = {
    "refused": ("state_secret", "forbidden_by_law", "security_stability", "third_party_rights", "internal_affairs",
                "process_information", "enforcement_file", "administrative_query"),
    "unavailable": ("not_held", "needs_creation", "still_unclear"),
    "not_processed": ("petition", "duplicate", "publication", "excessive", "reconfirmation"),
    "other": ("not_corrected", "fee_unpaid", "other"),
}
RECEIVED, TO_HANDLE = "requests.received", "requests.to_handle"
_RESULTS = ("granted", "partially_granted", *GROUPS)


def _slots(context: Context) -> dict[str, Slot]:
    """The totals that intake and closing sentences may state."""
    slot = context.slot
    return {"r": slot("requests.received"), "ci": slot("requests.carried_in"), "t": slot("requests.to_handle"),
            "h": slot("requests.handled"), "co": slot("requests.carried_out")}


def write_requests(paragraph: Paragraph, brief: bool = False) -> None:
    """All that section 一 says of requests; `brief`: in one breath, without what stands between intake and results."""
    context = paragraph.context
    slots = _slots(context)
    if slots["t"].value == 0:
        _nothing(paragraph, slots)
        return
    whole = _intake(paragraph, slots)
    whole_stated = bool(whole)
    _applicants(paragraph, slots, whole)
    if context.chance(0.22):
        _channels(paragraph, slots)
    elif whole_stated and context.chance(0.08):
        _one_channel(paragraph, slots)
    if context.chance(0.2):
        _growth(paragraph, slots)
    if brief or context.chance(0.4):
        paragraph.turn()
        _closing(paragraph, slots, whole_stated, brief=True)
    else:
        paragraph.stop()
        _traps(paragraph, slots)
        if context.chance(0.25):
            paragraph.say("requests.talk")
            paragraph.stop()
        _closing(paragraph, slots, whole_stated)
    if context.chance(0.12):
        paragraph.say("requests.average")
        paragraph.stop()


def _nothing(paragraph: Paragraph, slots: dict[str, Slot]) -> None:
    context = paragraph.context
    trap = context.chance(0.04)
    paragraph.say("requests.none_trap" if trap else "requests.none", {"r": slots["r"]})
    if context.chance(0.1):
        paragraph.add("，")
        paragraph.say("requests.no_carry_in", {"ci": slots["ci"]})
    if context.chance(0.1):
        paragraph.add("，")
        paragraph.say("requests.no_carry_out", {"co": slots["co"]})
    noughts = {"h": slots["h"], "g": context.slot("requests.granted"), "pg": context.slot("requests.partially_granted"),
               "rf": context.slot("requests.refused"), "un": context.slot("requests.unavailable"),
               "npz": context.slot("requests.not_processed"), "ot": context.slot("requests.other")}
    if context.chance(0.12) and not any(slot.value for slot in noughts.values()):
        paragraph.add("，")
        paragraph.say("requests.nothing_came", noughts)
    paragraph.stop()
    if context.chance(0.06):
        online = replace(slots["r"], subset="online", tag="", field="requests.received.total")
        paragraph.say("requests.channel_alone", {"on": online})
        paragraph.stop()
    _traps(paragraph, slots)


def _intake(paragraph: Paragraph, slots: dict[str, Slot]) -> str:
    """What came in. Returns the row of the number that says how much is to be handled, so that words can refer to it."""
    context = paragraph.context
    if slots["r"].value == 0 and not context.stated:
        paragraph.say("requests.none", {"r": slots["r"]}, end="，")
        paragraph.say("requests.total_with_in", {"t": slots["t"], "ci": slots["ci"]}, end="，")
        return TO_HANDLE
    given = {k: slots[k] for k in ("r", "ci", "t")}
    if slots["ci"].value == 0:
        done = slots["h"].value == slots["r"].value and context.chance(0.12)
        paragraph.say("requests.received_and_done" if done else "requests.received", slots, end="，")
        if context.chance(0.12):
            paragraph.say("requests.no_carry_in", {"ci": slots["ci"]}, end="，")
        return RECEIVED
    rule = context.rng.choice(
        (
            "received",
            "received_and_in",
            "received_and_in",
            "received_in_total",
            "received_in_total",
            "total_with_in",
            "total_alone",
        )
    )
    paragraph.say(f"requests.{rule}", given, end="，")
    if rule == "received_in_total":
        return RECEIVED  # both are stated; what follows speaks of what came in
    return TO_HANDLE if rule in ("total_with_in", "total_alone") else ""


def _organisations(context: Context, row: str) -> Slot:
    value = sum((context.true(row, c) or ZERO for c in ORGANISATIONS), ZERO)
    return Slot("prose.organisation_requests", value, (context.unit,))


def _applicants(paragraph: Paragraph, slots: dict[str, Slot], whole: str) -> None:
    """Who asked: columns of the row whose number stands before, or of what was received."""
    context = paragraph.context
    if context.stated or context.chance(0.5):
        return
    row = whole or RECEIVED
    total = slots["t"] if row == TO_HANDLE else slots["r"]
    person = context.slot(row, "natural_person")
    everyone = context.slot(TO_HANDLE, "natural_person", value=slots["t"].value, tag="")
    if whole and total.value and context.value(TO_HANDLE, "natural_person") == slots["t"].value:
        only_new = replace(everyone, field=f"{RECEIVED}.natural_person")
        paragraph.say("requests.all_natural", {"np": everyone if slots["ci"].value else only_new}, end="，")
        return
    if not total.value or not person.value:
        return
    columns = {"bu": "business", "ls": "legal_service", "re": "research", "so": "social", "oo": "other_org"}
    parts = {k: context.slot(row, c) for k, c in columns.items()}
    parts = {k: s for k, s in parts.items() if s.value > 0}
    given = {"np": person} | parts
    if parts and context.chance(0.4) and paragraph.can("requests.applicants_columns", given):
        paragraph.say("requests.applicants_columns", given, end="，")
        return
    organisations = _organisations(context, row)
    if organisations.value == _organisations(context, RECEIVED).value:
        paragraph.say("requests.applicants", {"np": person, "org": organisations, "np_pct": context.share(person, total),
                                              "org_pct": context.share(organisations, total)}, end="，")


def _channels(paragraph: Paragraph, slots: dict[str, Slot]) -> None:
    """Channels split what was received, or received and carried in."""
    context = paragraph.context
    whole = slots["t"] if context.chance(0.3) else slots["r"]
    if whole.value <= 0 or context.stated:
        return
    rng, left = context.rng, int(whole.value)
    online = rng.randint(left // 2, left)
    letters = rng.randint(0, left - online)
    rest = left - online - letters
    made = {k: replace(whole, value=Decimal(v), subset=s, tag="")
            for k, v, s in (("on", online, "online"), ("le", letters, "letter"), ("ip", rest, "in_person"))}
    rule = "requests.channel_alone" if context.chance(0.2) else "requests.channels"
    given = made if rest or context.chance(0.3) else {k: made[k] for k in ("on", "le")}
    if "ip" in given and context.chance(0.3):
        given = given | {"fx": replace(whole, value=ZERO, subset="fax", tag="")}
    if not rest and rule == "requests.channels":
        given.pop("ip", None)
    paragraph.say(rule, given, end="，")


def _one_channel(paragraph: Paragraph, slots: dict[str, Slot]) -> None:
    """All of them came one way: words that stand for the number before."""
    context = paragraph.context
    if slots["t"].value and not context.stated:
        way, subset = context.rng.choice((("on", "online"), ("le", "letter"), ("ip", "in_person")))
        whole = slots["r"] if slots["ci"].value == 0 else slots["t"]
        paragraph.say(f"requests.all_{subset}", {way: replace(whole, subset=subset, tag="")}, end="，")


def _growth(paragraph: Paragraph, slots: dict[str, Slot]) -> None:
    context = paragraph.context
    if context.stated or context.chance(0.2):
        paragraph.say("requests.growth_words", end="，")
        return
    before = (
        context.true("requests.received", source=context.previous) if context.previous else context.number(1, 40.0, 1.0)
    )
    now = slots["r"].value
    if not before or not now or now == before:
        return
    change = change_slot(context, "requests.received.total", now, before)
    words = {"up": context.phrase("change.more" if change.value > 0 else "change.less")}
    last = Slot("requests.received.total", before, (context.unit,), period="last_year")
    if context.chance(0.2):
        amount = replace(last, value=abs(now - before), period="growth")
        paragraph.say("requests.growth_count", {"gc": amount}, words, end="，")
        return
    if now > before * 2 and context.chance(0.3):
        times = ((now - before) / before).quantize(Decimal("0.1"))
        paragraph.say(
            "requests.growth_times", {"tm": Slot(change.field, times, ("倍",), "amount", period="growth")}, end="，"
        )
        return
    rule = "requests.growth_from" if context.chance(0.4) else "requests.growth"
    paragraph.say(rule, {"gr": change, "ly": last}, words, end="，")


def change_slot(context: Context, field: str, now: Decimal, before: Decimal) -> Slot:
    """The change from last year, in percent, signed."""
    from training.corpus.prose.numbers import percentage

    value = percentage(context.rng, now - before, before)
    exact, places = (now - before) * 100 / before, 2
    while value == 0:  # too small a change for the decimals drawn
        value, places = exact.quantize(Decimal(1).scaleb(-places)), places + 1
    return Slot(field, value, ("%",), "percent", period="growth")


def _traps(paragraph: Paragraph, slots: dict[str, Slot]) -> None:
    """Numbers that look like requests and are not the report's own, this year's."""
    context = paragraph.context
    for rule, chance in (
        ("topics", 0.1),
        ("by_unit", 0.06),
        ("own_share", 0.05),
        ("last_year", 0.05),
        ("other_year", 0.05),
        ("openness", 0.06),
        ("consultation_trap", 0.08),
        ("process", 0.14),
        ("last_results", 0.07),
        ("of_others", 0.06),
        ("business", 0.12),
    ):
        if not context.chance(chance) or (slots["t"].value == 0 and rule in ("topics", "by_unit", "process")):
            continue
        paragraph.say(f"requests.{rule}", _trap_slots(context, slots) | lookalikes(context, slots))
        paragraph.stop()
    if context.chance(0.07):
        paragraph.say("openness.documents", lookalikes(context, slots))
        paragraph.stop()


def lookalikes(context: Context, slots: dict[str, Slot]) -> dict[str, Slot]:
    """Numbers of other business, of steps of handling, of documents, of last year and of other bodies."""
    total = max(3.0, float(slots["r"].value))
    received, handled = slots["r"], slots["h"]

    def other(kind: str, median: float) -> Slot:
        return Slot(None, context.number(1, median), (context.unit,), distractor=kind)

    def share() -> Slot:
        return Slot(None, context.number(1, 30.0), ("%",), "percent", distractor="share")

    made = {key: other("other_business", 90.0) for key in ("b1", "b2", "a1", "s1")}
    made |= {key: other("process", max(2.0, total / 4)) for key in ("p1", "p2")}
    made |= {key: other("openness", 30.0) for key in ("o1", "o2", "o3")}
    for key, slot in (("l1", handled), ("l2", context.slot("requests.granted")), ("l3", received)):
        made[key] = replace(slot, value=context.number(1, total), period="last_year", tag="")
    made |= {key: replace(received, value=context.number(1, total), scope="unit", tag="") for key in ("d1", "d2")}
    return made | {"r": received, "l2_pct": share(), "d2_pct": share()}


def _trap_slots(context: Context, slots: dict[str, Slot]) -> dict[str, Slot]:
    total = max(2, int(slots["r"].value))
    one = Slot(None, Decimal(context.rng.randint(1, max(1, total // 2))), (context.unit,))
    two = replace(one, value=Decimal(context.rng.randint(1, max(1, total // 3))))
    received = Slot("requests.received.total", context.number(2, 4.0 * total), (context.unit,))
    return {
        "t1": replace(one, subset="topic"),
        "t2": replace(two, subset="topic"),
        "t3": replace(two, subset="topic"),
        "own": replace(received, value=one.value, scope="office"),
        "u1": replace(received, value=two.value, scope="unit"),
        "u2": replace(received, value=one.value, scope="unit"),
        "reg": replace(received, scope="region"),
        "ly": replace(received, period="last_year"),
        "oy": replace(received, period="other_year"),
        "cum": replace(received, period="cumulative"),
        "oi": replace(one, distractor="openness"),
        "ni": replace(two, distractor="openness"),
        "ai": replace(one, distractor="openness"),
        "tr": replace(one, value=context.number(1, 200.0), distractor="other_business"),
    }


def _closing(paragraph: Paragraph, slots: dict[str, Slot], whole_stated: bool, brief: bool = False) -> None:
    """Results, then what was closed and carried over; or all in a word. `brief`: the sentence may go on in between."""
    context = paragraph.context
    shown = [g for g in _RESULTS if (context.value(f"requests.{g}") or 0) > 0]
    whole = slots["h"]
    mode = context.rng.random()
    if whole_stated and len(shown) == 1 and mode < 0.5 and slots["co"].value == 0 and not context.stated and whole.value:
        _one_result(paragraph, shown[0])
        paragraph.stop()
        return
    first = mode < 0.35
    if first:
        _balance(paragraph, slots, whole_stated)
        _pause(paragraph, brief)
    if whole.value > 0 and (not first or context.chance(0.7)):
        if not first and not context.stated and context.chance(0.12):
            paragraph.say("outcome.lead_total", {"h": whole})
        if context.chance(0.04) and not context.stated:
            _percent_only(paragraph, whole)
        else:
            write_outcomes(paragraph, shown, whole)
        _pause(paragraph, brief)
        _back_reference(paragraph, shown)
    if not first and context.chance(0.75):
        _balance(paragraph, slots, whole_stated)
    paragraph.stop()


def _pause(paragraph: Paragraph, brief: bool) -> None:
    """The end of a sentence, or, in a brief report, of a clause as often."""
    if brief and paragraph.context.chance(0.6):
        paragraph.turn()
    else:
        paragraph.stop()


def _percent_only(paragraph: Paragraph, whole: Slot) -> None:
    """Percentages without their counts."""
    context = paragraph.context
    both = (context.true("requests.granted") or ZERO) + (context.true("requests.partially_granted") or ZERO)
    granted = context.share(Slot("prose.granted_or_partial", both), whole)
    paragraph.say(
        "outcome.percent_only", {"g_pct": granted, "un_pct": context.share(context.slot("requests.unavailable"), whole)}
    )


def _back_reference(paragraph: Paragraph, shown: list[str]) -> None:
    """A later sentence that takes a result up again: 不予公开的4件中，…"""
    context = paragraph.context
    again = [g for g in shown if g in GROUPS]
    if again and context.chance(0.06):
        group = context.rng.choice(again)
        words = {"label": context.phrase(f"label.{group}"), "tail": context.phrase("back.tail")}
        paragraph.say("outcome.back", {"n": context.slot(f"requests.{group}")}, words)
        paragraph.stop()


def _one_result(paragraph: Paragraph, result: str) -> None:
    context = paragraph.context
    slot = replace(context.slot(f"requests.{result}"), tag="")
    if result == "granted" and context.chance(0.6):
        paragraph.say("requests.all_granted", {"g": slot})
        return
    paragraph.say("requests.one_result", {"x": slot}, {"label": context.phrase(f"label.{result}")})


def _balance(paragraph: Paragraph, slots: dict[str, Slot], whole_stated: bool) -> None:
    context = paragraph.context
    given = {"h": slots["h"], "co": slots["co"]}
    if slots["ci"].value > 0 and slots["h"].value > 0 and context.chance(0.25):
        paragraph.say("requests.handled_with_in", given | {"ci": slots["ci"]})
        if slots["co"].value > 0:
            paragraph.add("，")
            paragraph.say("requests.carried_out", given)
        return
    if slots["co"].value > 0:
        rule = context.rng.choice(("handled_and_out", "handled_and_out", "carried_out"))
        paragraph.say(f"requests.{rule}", given)
        return
    all_done = context.chance(0.6) and whole_stated and not context.stated and slots["h"].value > 0
    answered = replace(slots["h"], field="requests.handled.total", tag="") if all_done else slots["h"]
    paragraph.say("requests.all_done" if all_done else "requests.handled", {"h": answered})
    if context.chance(0.25):
        paragraph.add("，")
        paragraph.say("requests.no_carry_out", {"co": slots["co"]})


def write_outcomes(paragraph: Paragraph, shown: list[str], whole: Slot) -> None:
    """A list of results, by group or by reason, in one of several list styles."""
    context = paragraph.context
    style = context.rng.choices(("noun", "number", "share"), (70, 18, 12))[0]
    if style == "share" and context.stated:
        style = "noun"
    elif "stale_percentage" in context.faults:
        style = "share"
    mark = context.rng.choice("，，，、；")
    if context.chance(0.85):
        paragraph.say("outcome.lead")
    numbered = style != "share" and context.chance(0.07)
    zeros = context.chance(0.25)
    results = [g for g in _RESULTS if g in shown or (zeros and context.chance(0.6))]
    joint = ("granted" in results and "partially_granted" in results and context.chance(0.1) and not context.stated)
    if joint:
        results = results[2:]
        value = (context.true("requests.granted") or ZERO) + (context.true("requests.partially_granted") or ZERO)
        _item(paragraph, "granted_any", Slot("prose.granted_or_partial", value, (context.unit,)), style, whole)
        paragraph.add(mark)
    for index, group in enumerate(results, start=1):
        if numbered:
            _number(paragraph, index)
        _result(paragraph, group, style, whole, "；" if numbered else mark)
        paragraph.add("；" if numbered else mark)


def _number(paragraph: Paragraph, index: int) -> None:
    """The number before an item of a list: 1. （一） 一是."""
    spelt = "一二三四五六七八九十"[index - 1]
    before, number, after = paragraph.context.rng.choice(
        (("（", str(index), "）"), ("（", spelt, "）"), ("", spelt, "是"), ("", str(index), "、")))
    paragraph.add(before)
    paragraph.builder.distract(number, "enumerator")
    paragraph.add(after)


def _result(paragraph: Paragraph, group: str, style: str, whole: Slot, mark: str) -> None:
    context = paragraph.context
    slot = context.slot(f"requests.{group}")
    rows = [r for r in GROUPS.get(group, ()) if (context.true(f"requests.{group}.{r}") or 0) > 0]
    if slot.value == 0:
        _item(paragraph, group, slot, "zero", whole)
        return
    named = bool(rows) and not context.stated and context.chance(0.3)
    if named and context.chance(0.5):
        for index, row in enumerate(rows):
            paragraph.add(mark if index else "")
            _item(paragraph, f"{group}.{row}", context.slot(f"requests.{group}.{row}"), style, whole)
        return
    if group == "granted" and slot.value >= 2 and context.chance(0.04):
        _split_granted(paragraph, slot)
        return
    _item(paragraph, group, slot, style, whole)
    if named:
        paragraph.add(context.rng.choice(("（其中", "（", "（其中：")))
        for index, row in enumerate(rows):
            paragraph.add("，" if index else "")
            _item(paragraph, f"{group}.{row}", context.slot(f"requests.{group}.{row}"), "noun", whole)
        paragraph.add("）")


def _split_granted(paragraph: Paragraph, slot: Slot) -> None:
    context = paragraph.context
    first = Decimal(context.rng.randint(1, int(slot.value) - 1))
    part = replace(slot, field=None, part_of=slot.field, tag="", subset="already_public", value=first)
    given = {"g": slot, "s1": part, "s2": replace(part, value=slot.value - first, subset="on_request")}
    paragraph.say("outcome.bracket", given, {"label_g": context.phrase("label.granted")})


def _item(paragraph: Paragraph, label: str, slot: Slot, style: str, whole: Slot) -> None:
    context = paragraph.context
    given = {"n": slot}
    if style == "share":
        given["n_pct"] = context.share(slot, whole)
    paragraph.say(f"outcome.{style}", given, {"label": context.phrase(f"label.{label}")})
