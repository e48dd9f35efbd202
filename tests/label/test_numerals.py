"""The number grammar: what is written, what it is worth, and what it may stand for."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.label.numerals import (
    Numeral,
    find_numerals,
    interval_of,
    parse_cell,
    parse_number,
    percentage_printing,
    to_arabic,
    to_chinese,
    trailing_zeros,
)
from extractor.label.numerals.render import LARGEST
from extractor.report import Qualifier

SIGNS = st.text("0123456789０１２３〇一二三十百千万亿两余多近约超不到足件条元%年月日号第，,.。：（）()-—～ "
                "\n《》“”至abN负增减无/", max_size=60)


def only(text: str) -> Numeral:
    numerals = find_numerals(text)
    assert len(numerals) == 1, numerals
    return numerals[0]


# ------------------------------------------------------------------------------------------------------- whole numbers


@given(st.integers(0, LARGEST), st.sampled_from(["", ",", " "]), st.booleans())
def test_arabic_numbers_survive_a_round_trip(number: int, mark: str, full_width: bool) -> None:
    assert parse_number(to_arabic(number, mark=mark, full_width=full_width)) == number


@given(st.integers(0, LARGEST), st.booleans())
def test_chinese_numbers_survive_a_round_trip(number: int, formal: bool) -> None:
    assert parse_number(to_chinese(number, formal=formal)) == number


@pytest.mark.parametrize(("text", "value"), [
    ("331", "331"), ("３３１", "331"), ("三百三十一", "331"), ("叁佰叁拾壹", "331"), ("1,234", "1234"),
    ("1，234", "1234"),
    ("1 234", "1234"), ("1.2万", "12000"), ("2.1亿", "210000000"), ("3千", "3000"), ("两", "2"), ("十二", "12"),
    ("一百零五", "105"), ("一千二百", "1200"), ("廿三", "23"), ("二〇二一", "2021"), ("一万二", "12000"),
    ("-3", "-3"),
    ("－3", "-3"), ("负三", "-3"), ("4068.208", "4068.208"), ("一亿零三百", "100000300"), ("萬", "10000"),
])
def test_a_number_however_written_has_one_value(text: str, value: str) -> None:
    assert parse_number(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", " ", "三件", "12 34", "1,23", "百百", "一一百", "零百", "十二三", "3条",
    "1.2.3", "五十百", "约3", "2021年"])
def test_what_is_not_one_number_has_no_value(text: str) -> None:
    assert parse_number(text) is None


def test_a_number_beyond_the_renderer_is_refused() -> None:
    with pytest.raises(ValueError, match="not between"):
        to_chinese(LARGEST + 1)


# ----------------------------------------------------------------------------------------------------------- intervals


@pytest.mark.parametrize(("text", "low", "high", "inside", "outside"), [
    ("160余条", "160", "170", ["161", "169"], ["160", "170"]),
    ("5500余件", "5500", "5600", ["5501", "5599"], ["5500", "5600", "6000"]),
    ("18万余条", "180000", "190000", ["180001", "189999"], ["180000", "190000"]),
    ("14万余件", "140000", "150000", ["143210"], ["139999", "150000"]),
    ("14余万件", "140000", "150000", ["143210"], ["150000"]),
    ("六十多人次", "60", "70", ["65"], ["60", "70"]),
    ("十几件", "10", "20", ["15"], ["10", "20"]),
    ("1.3万余条", "13000", "14000", ["13500"], ["13000", "14000"]),
    ("30299余条", "30299", "30300", ["30299"], ["30300"]),
    ("近300条", "270", "300", ["270", "299"], ["300", "269"]),
    ("约200人次", "190", "210", ["190", "210"], ["189", "211"]),
    ("200件左右", "190", "210", ["190", "210"], ["189", "211"]),
    ("超过50次", "50", "60", ["51", "60"], ["50", "61"]),
    ("逾50次", "50", "60", ["51"], ["50"]),
    ("50次以上", "50", "60", ["51"], ["50"]),
    ("不少于50次", "50", "60", ["50"], ["49"]),
    ("不到50件", "40", "50", ["40", "49"], ["50", "39"]),
    ("不足50件", "40", "50", ["49"], ["50"]),
    ("1.2万条", "11500", "12500", ["11500", "12345"], ["11499", "12501"]),
    ("770万", "7695000", "7705000", ["7701234"], ["7710000"]),
    ("12000条", "12000", "12000", ["12000"], ["12001", "11999"]),
    ("一千二百件", "1200", "1200", ["1200"], ["1199"]),
    ("3至5件", "3", "5", ["3", "4", "5"], ["2", "6"]),
    ("三五件", "3", "5", ["4"], ["35"]),
    ("近百件", "90", "100", ["95"], ["100"]),
    ("约20余次", "19", "30", ["20", "29"], ["30"]),
])
def test_a_qualified_number_stands_for_its_interval(text: str, low: str, high: str, inside: list[str],
                                                    outside: list[str]) -> None:
    numeral = only(text)
    assert (numeral.low, numeral.high) == (Decimal(low), Decimal(high))
    assert all(numeral.contains(Decimal(value)) for value in inside)
    assert not any(numeral.contains(Decimal(value)) for value in outside)


def test_only_over_and_under_have_a_soft_end() -> None:
    soft = {text: only(text).soft for text in ("160余条", "近30条", "约30条", "超30条", "不到30条", "30条")}
    assert soft == {"160余条": False, "近30条": False, "约30条": False, "超30条": True, "不到30条": True, "30条": False}


@given(st.integers(1, 10**9), st.sampled_from([q for q in Qualifier if q is not Qualifier.EXACT]))
def test_the_interval_of_the_opposite_is_the_mirror_image(number: int, qualifier: Qualifier) -> None:
    interval, mirror = interval_of(Decimal(number), qualifier), interval_of(Decimal(-number), qualifier)
    assert (mirror.low, mirror.high, mirror.low_open, mirror.high_open) == (
        -interval.high, -interval.low, interval.high_open, interval.low_open)


@given(st.integers(1, 10**12))
def test_every_interval_of_a_count_holds_a_whole_number_and_bounds_the_count(number: int) -> None:
    for qualifier in (Qualifier.ABOVE, Qualifier.ABOUT, Qualifier.EXACT):
        interval = interval_of(Decimal(number), qualifier)
        assert interval.low <= number <= interval.high
        assert interval.contains(Decimal(number)) or interval.contains(Decimal(number + 1))
    assert not interval_of(Decimal(number), Qualifier.NEAR).contains(Decimal(number))
    assert not interval_of(Decimal(number), Qualifier.UNDER).contains(Decimal(number))
    assert not interval_of(Decimal(number), Qualifier.OVER).contains(Decimal(number))


@pytest.mark.parametrize("qualifier", list(Qualifier))
def test_a_qualified_nought_is_a_nought(qualifier: Qualifier) -> None:
    assert interval_of(Decimal(0), qualifier).contains(Decimal(0))
    assert not interval_of(Decimal(0), qualifier).contains(Decimal(1))


def test_trailing_zeros_follow_the_last_digit_that_is_not_nought() -> None:
    assert [trailing_zeros(Decimal(text)) for text in ("160", "5500", "18", "1.2E+4", "12.5",
    "0")] == [1, 2, 0, 3, -1, 0]


# --------------------------------------------------------------------------------------------------------- percentages


def test_a_share_may_be_rounded_or_truncated() -> None:
    assert percentage_printing(Decimal("4.35"), 2, 35, 805) == "rounded"
    assert percentage_printing(Decimal("4.34"), 2, 35, 805) == "truncated"
    assert percentage_printing(Decimal("4.36"), 2, 35, 805) is None
    assert percentage_printing(Decimal("33.9"), 1, 275, 805) is None
    assert percentage_printing(Decimal("50"), 0, 0, 0) is None


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.integers(0, 4))
def test_a_printed_share_lies_within_the_interval_of_its_digits(part: int, whole: int, decimals: int) -> None:
    exact = Decimal(100 * part) / Decimal(whole)
    for stated in {round(exact, decimals), exact.quantize(Decimal(1).scaleb(-decimals), rounding="ROUND_DOWN")}:
        if percentage_printing(stated, decimals, part, whole) is not None:
            assert interval_of(stated, percent_decimals=decimals).contains(exact)


@pytest.mark.parametrize(("text", "value", "unit"), [
    ("占4.34%", "4.34", "%"), ("百分之三十", "30", "%"), ("千分之五", "5", "‰"), ("下降3.5％", "3.5", "%"),
    ("-3.5%", "-3.5", "%"),
    ("负2个百分点", "-2", "个百分点"), ("百分之百", "100", "%"),
])
def test_shares(text: str, value: str, unit: str) -> None:
    numeral = only(text)
    assert (numeral.value, numeral.unit) == (Decimal(value), unit)


# -------------------------------------------------------------------------------------------------------- running text


@pytest.mark.parametrize(("text", "phrase", "value", "unit"), [
    ("共受理331件申请", "331件", "331", "件"), ("3119 件", "3119 件", "3119", "件"),
    ("共31\n19件", "31\n19件", "3119", "件"),
    ("1 234 件", "1 234 件", "1234", "件"), ("3 1 1 9 件", "3 1 1 9 件", "3119", "件"), ("两件", "两件", "2", "件"),
    ("公开18万余条信息", "18万余条", "180000", "条"), ("金额26.8万元", "26.8万元", "26.8", "万元"),
    ("251000元", "251000元", "251000", "元"),
    ("3.5亿元", "3.5亿元", "3.5", "亿元"), ("三百万元", "三百万元", "300", "万元"),
    ("1亿2000万元", "1亿2000万元", "12000", "万元"),
    ("5千元", "5千元", "5000", "元"), ("4.5亿次", "4.5亿次", "450000000", "次"),
    ("173769万条", "173769万条", "1737690000", "条"),
    ("1万2345件", "1万2345件", "12345", "件"), ("2014条", "2014条", "2014", "条"), ("上百件", "上百件", "100", "件"),
    ("3.2万余人次", "3.2万余人次", "32000", "人次"),
])
def test_a_number_is_found_with_its_unit(text: str, phrase: str, value: str, unit: str) -> None:
    numeral = only(text)
    assert (numeral.text, numeral.value, numeral.unit, numeral.kind) == (phrase, Decimal(value), unit, "number")


@pytest.mark.parametrize(("text", "kind"), [
    ("2021年度", "year"), ("2019-2021年", "year"), ("（2025版）", "year"), ("2021年1月1日", "date"),
    ("二〇二一年一月五日", "date"),
    ("202311日", "date"), ("20241月1日", "date"), ("2020-01-31", "date"), ("1-9月", "date"), ("5·15", "date"),
    ("8:30", "time"),
    ("国办公开办函〔2021〕30号", "document"), ("国务院令第711号", "document"), ("第二十条", "clause"),
    ("第（一）项", "clause"),
    ("电话：0561-3198517", "phone"), ("12345政务服务便民热线", "phone"), ("“12345”热线", "phone"),
    ("邮 编 ： 223100", "postcode"),
    ("人民路208号", "address"), ("5楼", "address"), ("20个工作日", "duration"), ("3-5个工作日", "duration"),
    ("连续12个季度", "duration"),
    ("第三届", "ordinal"), ("前三名", "ordinal"), ("IPv6", "identifier"), ("hbzwgkb@126.com", "identifier"),
    ("“稳经济32条”", "name"),
    ("《八条措施》", "name"), ("1+3+N模式", "name"), ("（一）", "enumerator"), ("1.全面推进", "enumerator"),
    ("1是加强", "enumerator"),
])
def test_what_only_looks_like_a_quantity_is_told_apart(text: str, kind: str) -> None:
    assert only(text).kind == kind


@pytest.mark.parametrize("text", ["统一部署", "进一步", "十分重视", "一是加强", "三审三校", "五公开", "一站式",
    "千家万户", "下一年", "不予公开", "数百家"])
def test_words_with_a_numeral_in_them_are_no_numbers(text: str) -> None:
    assert find_numerals(text) == []


@pytest.mark.parametrize(("text", "value"), [("预约5次", "5"), ("节约3万元", "3"), ("附近3家", "3"),
    ("存在的不足3个", "3")])
def test_a_word_that_ends_like_a_qualifier_qualifies_nothing(text: str, value: str) -> None:
    numeral = only(text)
    assert (numeral.value, numeral.qualifier) == (Decimal(value), Qualifier.EXACT)


def test_a_fall_is_not_a_negative_number_and_a_dash_between_dates_is_no_sign() -> None:
    assert only("同比下降3件").value == 3
    assert [n.kind for n in find_numerals("2021年1月1日-2021年12月31日")] == ["date", "date"]


def test_an_endless_run_of_digits_is_an_identifier_and_costs_no_time() -> None:
    numeral = only("9" * 100_000)
    assert numeral.kind == "identifier"


@given(SIGNS | st.text(max_size=80))
def test_numerals_stand_where_they_say_in_order_and_apart(text: str) -> None:
    end = 0
    for numeral in find_numerals(text):
        assert end <= numeral.start < numeral.end <= len(text)
        assert text[numeral.start:numeral.end] == numeral.text
        assert numeral.low <= numeral.high
        end = numeral.end


@given(SIGNS)
def test_finding_is_stable_between_stops(text: str) -> None:
    alone = [(n.text, n.value, n.kind) for n in find_numerals(text)]
    again = [(n.text, n.value, n.kind) for n in find_numerals(text + "。")]
    assert alone == again or text.endswith((" ", "\n"))


@given(st.integers(1, 10**9), st.sampled_from(["件", "条", "场", "人次", "万元"]))
def test_a_rendered_count_is_found_again(number: int, unit: str) -> None:
    for written in (str(number), to_arabic(number, mark=","), to_arabic(number, full_width=True)):
        numeral = only(f"全年共{written}{unit}，其他")
        assert (numeral.value, numeral.unit, numeral.kind) == (Decimal(number), unit, "number")


# --------------------------------------------------------------------------------------------------------------- cells


@pytest.mark.parametrize(("cell", "value", "unit"), [
    ("0", "0", ""), ("331", "331", ""), ("０", "0", ""), ("1,234", "1234", ""), ("1，234", "1234", ""),
    ("1 234", "1234", ""),
    ("22（其中修订16件）", "22", ""), ("26.8万元", "26.8", "万元"), ("251000元", "251000", "元"),
    ("26.8（万元）", "26.8", "万元"),
    ("251\n000元", "251000", "元"), ("12\n34", "1234", ""), ("0.0", "0.0", ""), (".5", "0.5", ""),
    ("-3", "-3", ""), ("－3", "-3", ""),
    ("—3", "-3", ""), ("+3", "3", ""), ("增3", "3", ""), ("减3", "-3", ""), ("减少 3件", "-3", "件"),
    ("0件", "0", "件"), ("两件", "2", "件"),
    ("十二", "12", ""), ("4068.208", "4068.208", ""), ("22①", "22", ""), ("共3件", "3", "件"),
    ("21710000218", "21710000218", ""),
])
def test_a_cell_with_a_number(cell: str, value: str, unit: str) -> None:
    reading = parse_cell(cell)
    assert (reading.status, reading.value, reading.unit, reading.written) == ("number", Decimal(value), unit, cell)


@pytest.mark.parametrize("cell", ["", " ", "\n", "　", "\u200b"])
def test_a_blank_cell_is_not_a_nought(cell: str) -> None:
    reading = parse_cell(cell)
    assert (reading.status, reading.value) == ("blank", None)


@pytest.mark.parametrize("cell", ["/", "-", "—", "－", "―", "——", "无", " 无 ", "无。", "\\", "不涉及"])
def test_a_cell_that_does_not_apply_keeps_what_was_written(cell: str) -> None:
    reading = parse_cell(cell)
    assert (reading.status, reading.value, reading.written) == ("not_applicable", None, cell)


@pytest.mark.parametrize("cell", ["公开", "三、本年度办理结果", "3.其他", "1.", "（三）不予公开", "2021年", "3/5",
    "1、2", "12,34", "0 0 0", "自然人",
                                  "百", "第3", "(3)", "9" * 30, "3-5", "增/减"])
def test_what_is_not_clearly_one_number_is_unreadable(cell: str) -> None:
    reading = parse_cell(cell)
    assert (reading.status, reading.value) == ("unreadable", None)


@pytest.mark.parametrize("cell", ["O", "o", "〇", "Ｏ"])
def test_a_letter_o_alone_is_a_nought_and_says_so(cell: str) -> None:
    assert parse_cell(cell).value == 0
    assert parse_cell(cell).note == "letter_zero"
    assert parse_cell(f"{cell}x").status == "unreadable"


@pytest.mark.parametrize(("cell", "note"), [("1 2\n3", "joined"), ("12\n34", "line_break"),
    ("22（其中修订16件）", "remark"), ("22（其中修订\n16件", "remark"), ("约20", "qualified"),
                                            ("1.2万", "rounded"), ("十二", "chinese"), ("—3", "dash_minus"),
                                            ("12。", "punctuation"), ("1 234", "")])
def test_the_note_says_what_was_unusual(cell: str, note: str) -> None:
    assert parse_cell(cell).note == note


@given(SIGNS | st.text(max_size=40))
def test_no_cell_raises_and_only_numbers_have_values(cell: str) -> None:
    reading = parse_cell(cell)
    assert (reading.value is not None) == (reading.status == "number")
    assert reading.written == cell
    assert isinstance(parse_number(cell), Decimal | None)


@given(st.integers(-10**9, 10**12))
def test_a_cell_reads_back_what_was_printed(number: int) -> None:
    assert parse_cell(str(number)).value == number
    again = parse_cell(f"{number:,}")
    assert again.value == number
    assert parse_cell(str(again.value)).value == again.value
