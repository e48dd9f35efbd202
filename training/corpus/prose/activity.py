"""Writes narrative figures: what was disclosed and where, activities, staff, and table 2 as prose restates it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from training.corpus.prose import concepts
from training.corpus.prose.builder import Slot
from training.corpus.prose.context import ZERO, Context, Paragraph
from training.corpus.prose.requests import change_slot

DISCLOSURE = (
    "policy_documents",
    "interpretations",
    "press_conferences",
    "interviews",
    "consultations",
    "consultation_opinions",
    "responses",
    "proposals",
    "funds_items",
    "permits_published",
    "catalogue_permits",
    "media_reports",
    "briefings",
    "board_items",
)
MANAGEMENT = ("reviews", "catalogue_items", "errors_fixed", "generic", "policy_documents")
PLATFORM = (
    "website_items",
    "wechat_items",
    "weibo_items",
    "video_items",
    "new_media_items",
    "gazette_issues",
    "gazette_items",
    "gazette_copies",
    "page_views",
    "followers",
    "reads",
    "columns",
    "service_points",
    "accounts",
)
SUPERVISION = ("staff", "trainings", "trainees", "inspections", "notices", "meetings", "open_days")
INTERACTION = ("messages", "hotline", "responses", "interviews", "open_days", "consultations")


def write_disclosed(paragraph: Paragraph) -> None:
    """How much was disclosed, often with a list of kinds or channels."""
    context = paragraph.context
    total = context.concept("disclosed_items")
    sharp = context.chance(0.45) and total.value >= 12
    if sharp or "parts_exceed" in context.faults:
        total = replace(total, approximate=0.0, value=max(total.value, Decimal(30)))
        context.amounts["disclosed_items"] = total.value
    lead = context.chance(0.12) and sharp
    if lead:
        _list(paragraph, total, Decimal(0))
        paragraph.say("list.total_after", {"n": total})
    else:
        paragraph.say("c.disclosed_items", {"n": total})
        if sharp or "parts_exceed" in context.faults:
            _breakdown(paragraph, total)
    paragraph.stop()


def _breakdown(paragraph: Paragraph, total: Slot) -> None:
    context = paragraph.context
    lead = context.phrase("list.lead")
    paragraph.add(lead)
    over = Decimal(context.rng.randint(2, 40)) if "parts_exceed" in context.faults else ZERO
    context.faults.discard("parts_exceed")
    _list(paragraph, total, over)
    if "（" in lead:
        paragraph.trim()
        paragraph.add("）")


def _split(context: Context, total: int, count: int) -> list[int]:
    """`total` in `count` positive parts."""
    cuts = sorted(context.rng.sample(range(1, total), count - 1))
    return [b - a for a, b in zip([0, *cuts], [*cuts, total], strict=True)]


def _list(paragraph: Paragraph, total: Slot, over: Decimal, kind: str = "item") -> None:
    """Parts of a total: all of them, or only some (then below the whole); `over` makes them exceed it."""
    context = paragraph.context
    count = min(context.rng.choice((2, 3, 3, 4, 5, 6, 8, 12, 15)), int(total.value) // 2)
    if count < 2:
        return
    numbers = _split(context, int(total.value), count)
    if not over and context.chance(0.35) and count > 2:
        numbers = numbers[:-1]
    numbers[0] += int(over)
    names = _names(context, f"kind.{kind}", len(numbers))
    mark = context.rng.choice("，，，、；")
    units = total.units if context.chance(0.8) else ("件", "篇", "条")
    unit = (context.rng.choice(units),)
    shares = not over and context.chance(0.08) and not context.stated
    style = context.rng.choice(("list.item",) * 5 + ("list.quoted", "list.counted"))
    for name, number in zip(names, numbers, strict=True):
        part = Slot(None, Decimal(number), unit, part_of=total.field, tag="part" if over else "")
        given = {"n": part}
        if shares:
            given["n_pct"] = context.share(part, total)
        nested = style == "list.item" and number >= 3 and context.chance(0.05) and not over
        if nested:
            given["m"] = replace(part, value=Decimal(context.rng.randint(1, number - 1)), part_of=None, subset="inner")
        words = {"label": name, "inner": context.phrase(f"kind.{kind}")}
        paragraph.say("list.share" if shares else "list.nested" if nested else style, given, words, end=mark)


def _names(context: Context, rule: str, count: int) -> list[str]:
    names: list[str] = []
    while len(names) < count:
        name = context.phrase(rule)
        if name not in names or len(names) > 60:
            names.append(name)
    return names


def write_concepts(paragraph: Paragraph, pool: tuple[str, ...], limit: int) -> None:
    """A few concepts of a pool, chosen by how often reports mention them."""
    context = paragraph.context
    chosen = [n for n in pool if context.chance(_chance(n))]
    context.rng.shuffle(chosen)
    sentence = context.rng.choice((1, 1, 2, 3))
    for index, name in enumerate(chosen[:limit]):
        if context.chance(0.4):
            paragraph.say("lead", end="，")
        write_concept(paragraph, name)
        if context.chance(0.2):
            paragraph.follow("after")
        if (index + 1) % sentence == 0 or name == "proposals":
            paragraph.stop()
        else:
            paragraph.add(context.rng.choice("，，；"))
    paragraph.stop()


def _chance(name: str) -> float:
    return 0.6 if name == "generic" else concepts.load().by_name[name].chance


def write_concept(paragraph: Paragraph, name: str) -> None:
    """One narrative statement, sometimes with its parts."""
    context = paragraph.context
    if name == "generic":
        plain = Slot(
            None,
            context.number(1, 25.0, 1.2),
            ("条", "个", "件", "份", "篇", "项"),
            approximate=context.writer.style.approximate,
        )
        paragraph.say("c.generic", {"n": plain})
        return
    if name == "proposals":
        _proposals(paragraph)
        return
    slot = context.concept(name)
    paragraph.say(f"c.{name}", {"n": slot})
    if name == "interpretations" and slot.value >= 6 and context.chance(0.3):
        exact = replace(slot, approximate=0.0)
        paragraph.add("，其中")
        _list(paragraph, exact, ZERO, "interpretation")
        paragraph.trim()


def _proposals(paragraph: Paragraph) -> None:
    context = paragraph.context
    if context.chance(0.35):
        none = Slot("prose.proposals", ZERO, ("件",))
        paragraph.say("c.proposals_none", {"n": none})
        return
    a, b = context.concept("npc_proposals"), context.concept("cppcc_proposals")
    if context.chance(0.15):
        whole = Slot("prose.proposals", a.value + b.value, ("件",))
        parts = {k: Slot(None, s.value, ("件",), part_of=whole.field) for k, s in (("a", a), ("b", b))}
        paragraph.say("c.proposals_parts", {"n": whole} | parts)
        return
    if context.chance(0.5):
        rule = {"a": a, "b": b if context.chance(0.7) else replace(b, value=a.value)}
        same = rule["a"].value == rule["b"].value
        context.amounts["cppcc_proposals"] = rule["b"].value
        _paired(paragraph, "c.proposals_split", rule, same)
        return
    paragraph.say("c.proposals", {"n": context.concept("proposals", value=a.value + b.value)})


def _paired(paragraph: Paragraph, rule: str, slots: Mapping[str, Slot], same: bool) -> None:
    """Writes a rule whose `各` templates need equal numbers; draws again until one fits."""
    context = paragraph.context
    exact = {k: replace(s, approximate=0.0) for k, s in slots.items()}
    for _ in range(20):
        template = context.rng.choice(context.writer.templates(rule, exact))
        if same or "&" not in template.source:
            context.writer.write_template(paragraph.builder, template, exact)
            return
    raise ValueError(f"rule {rule!r} has no template for unequal numbers")


def write_pairs(paragraph: Paragraph) -> None:
    """各 and 分别: several things share a number, or take theirs in order."""
    context = paragraph.context
    if context.chance(0.3) and _named_pair(paragraph):
        return
    kind = context.rng.choice(("interpretation", "channel", "item"))
    a, b, c = _names(context, f"kind.{kind}", 3)
    unit = (context.rng.choice(("篇", "条", "件", "期", "个")),)
    limit = int(context.amount("interpretations")) // 3 if kind == "interpretation" else 0
    part = "prose.interpretations" if limit else None
    number = [Decimal(context.rng.randint(1, limit)) if limit else context.number(1, 20.0) for _ in range(3)]
    slots = {k: Slot(None, v, unit, part_of=part) for k, v in zip("abc", number, strict=True)}
    words = {"la": a, "lb": b, "lc": c}
    if context.chance(0.45):
        each = {k: replace(slots["a"]) for k in "abc"}
        paragraph.say("list.each", each, words)
    else:
        paragraph.say("list.split", slots, words)
    paragraph.stop()


def _named_pair(paragraph: Paragraph) -> bool:
    """Documents and their interpretations, or 微信 and 微博; False if that would contradict the text so far."""
    context = paragraph.context
    if context.chance(0.4):
        if {"policy_documents", "interpretations"} & context.amounts.keys():
            return False
        same = context.number(1, 9.0)
        context.amounts |= {"policy_documents": same, "interpretations": same}
        exact = {
            k: context.concept(n, approximate=0.0) for k, n in (("a", "policy_documents"), ("b", "interpretations"))
        }
        paragraph.say("c.policy_and_interpretation", exact)
    else:
        paragraph.say("c.wechat_and_weibo", {"a": context.concept("wechat_items"), "b": context.concept("weibo_items")})
    paragraph.stop()
    return True


def write_table2(paragraph: Paragraph) -> None:
    """Normative documents, permits, penalties and fees as the prose restates table 2, and what only looks like them."""
    context = paragraph.context
    for rule in ("permits.published", "documents.published"):
        if context.chance(0.12):
            write_business(paragraph, rule)
    for statement, chance in ((_normative, 0.45), (_permits, 0.3), (_fees, 0.08), (_procurement, 0.2)):
        if context.chance(chance):
            if context.chance(0.25):
                paragraph.say("lead", end="，")
            statement(paragraph)
            paragraph.stop()


def _normative(paragraph: Paragraph) -> None:
    context = paragraph.context
    row, rules = "disclosure.normative_documents", "disclosure.regulations"
    issued, repealed = context.cell(f"{row}.issued") or context.cell(f"{row}.created"), context.cell(f"{row}.repealed")
    stock = context.cell(f"{row}.in_force")
    if issued is None:
        return
    if issued.value == 0:
        given = {"a": issued} | ({"b": repealed} if repealed is not None and repealed.value == 0 else {})
        paragraph.say("t.normative_none", given)
    elif repealed is not None and stock is not None and context.chance(0.5):
        paragraph.say("t.normative_all", {"a": issued, "b": repealed, "c": stock})
    else:
        paragraph.say("t.normative_issued", {"n": issued})
    regulation = context.cell(f"{rules}.in_force")
    if stock is not None and stock.value > 0 and context.chance(0.3):
        paragraph.stop()
        if regulation is not None and regulation.value > 0:
            _in_force(paragraph, regulation, stock)
        else:
            paragraph.say("t.normative_in_force", {"n": stock})


def _in_force(paragraph: Paragraph, regulation: Slot, stock: Slot) -> None:
    """Only templates that speak of what is in force fit these numbers."""
    context = paragraph.context
    given = {"a": regulation, "b": stock}
    fitting = [t for t in context.writer.templates("t.rules_and_normative", given) if "现行有效" in t.source]
    if fitting:
        context.writer.write_template(paragraph.builder, context.rng.choice(fitting), given)


def _permits(paragraph: Paragraph) -> None:
    context = paragraph.context
    cells = {
        k: context.cell(f"disclosure.{n}.decisions")
        for k, n in (("a", "licences"), ("b", "penalties"), ("c", "coercions"))
    }
    known = {k: s for k, s in cells.items() if s is not None}
    if set(known) != {"a", "b", "c"}:
        return
    if known["a"].value == 0:
        given = {"n": known["a"]}
        if known["b"].value == 0 and known["c"].value == 0:
            given |= {"a": known["b"], "b": known["c"]}
        paragraph.say("t.permits_none", given)
        return
    choice = context.rng.choice(("licences", "joint", "two", "all"))
    if choice == "licences":
        paragraph.say("t.licences", {"n": known["a"]})
    elif choice == "all":
        for key, rule in (("a", "licences"), ("b", "penalties"), ("c", "coercions")):
            paragraph.say(f"t.{rule}", {"n": known[key]}, end="，")
    else:
        paragraph.say(f"t.permits_{choice}", known)


def _fees(paragraph: Paragraph) -> None:
    slot = paragraph.context.cell("disclosure.fees.amount", ("万元",))
    if slot is not None:
        paragraph.say("t.fees_none" if slot.value == 0 else "t.fees", {"n": slot})


def _procurement(paragraph: Paragraph) -> None:
    context = paragraph.context
    items, amount = (
        context.cell("disclosure.procurement.items"),
        context.cell("disclosure.procurement.amount", ("万元",)),
    )
    if items is not None and amount is not None and items.value > 0:
        paragraph.say("t.procurement", {"a": items, "b": amount})


def write_fee(paragraph: Paragraph) -> None:
    """The processing fee, mostly none; a second statement repeats the first."""
    context = paragraph.context
    if "processing_fee" not in context.amounts:
        sums = (10, 20, 40, 100, 120, 380, 600, 1280)
        context.amounts["processing_fee"] = Decimal(context.rng.choice(sums)) if context.chance(0.15) else ZERO
        context.amounts["fee_cases"] = Decimal(context.rng.randint(1, 6))
    fee = Slot("prose.processing_fee", context.amounts["processing_fee"], ("元",), "amount")
    if fee.value == 0:
        paragraph.say("c.processing_fee_none", {"n": fee})
    else:
        paragraph.say(
            "c.processing_fee", {"n": fee, "m": Slot("prose.fee_cases", context.amounts["fee_cases"], ("件",))}
        )
    paragraph.stop()


def write_rate(paragraph: Paragraph) -> None:
    """A rate of answers or satisfaction: a narrative percentage."""
    context = paragraph.context
    value = Decimal(context.rng.choice(("100", "100", "99.8", "98.5", "97", "95.62", "99.58", "90.2")))
    paragraph.say("rate.answer", {"n": Slot(None, value, ("%",), "percent")})
    paragraph.stop()


def write_business(paragraph: Paragraph, rule: str) -> None:
    """Numbers of a body's other business, in the words of its tables."""
    numbers = {key: Slot(None, paragraph.context.number(1, 60.0, 1.2), ("件", "条", "项"), distractor="other_business")
               for key in ("b1", "b2", "s1")}
    paragraph.say(rule, numbers)
    paragraph.stop()


def write_trap(paragraph: Paragraph) -> None:
    """A number of another time or scope, or one that is no figure."""
    context = paragraph.context
    if context.chance(0.3):
        rules = ("permits.published", "documents.published", "requests.business", "disputes.business", "money.other")
        write_business(paragraph, context.rng.choice(rules))
        return
    kind = context.rng.choices(
        ("figures", "cumulative", "planned", "last_year", "department", "region"), (8, 2, 2, 2, 2, 1)
    )[0]
    total = context.amount("disclosed_items")
    base = Slot(
        "prose.disclosed_items",
        context.number(2, float(total) * 1.5),
        ("条",),
        approximate=context.writer.style.approximate,
    )
    last = replace(base, approximate=0.0, period="last_year", value=context.number(2, float(total)))
    change = change_slot(
        context, "prose.disclosed_items", total, last.value if last.value != total else total + 1
    )
    pick = "change.more" if change.value > 0 else "change.less"
    slots = {
        "cum": replace(base, period="cumulative", value=total * 3 + base.value),
        "n": context.concept("disclosed_items"),
        "pl": replace(base, field=None, period="planned", value=context.number(2, 10.0)),
        "ly": last if last.value != total else replace(last, value=total + 1),
        "gr": change,
        "dep": replace(base, scope="department"),
        "dep2": replace(base, scope="department", value=context.number(1, 60.0)),
        "reg": replace(base, scope="region", value=total * 4 + base.value),
    }
    paragraph.say(f"traps.{kind}", slots, {"up": context.phrase(pick)})
    paragraph.stop()
