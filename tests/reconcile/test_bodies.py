"""Names of bodies: what names the same one, and what must never be merged."""

from __future__ import annotations

import pytest

from extractor.reconcile.bodies import BodyName, body_name, groups, same_body


@pytest.mark.parametrize(("first", "other"), [
    ("淮安市洪泽区", "洪泽区人民政府"), ("淮安市洪泽区人民政府", "洪泽区"), ("江苏省淮安市洪泽区财政局", "洪泽区财政局"),
    ("太平街道办事处", "双流区太平街道"), ("洪泽区发展和改革委员会", "淮安市洪泽区发展改革委"), ("中华人民共和国财政部", "财政部"),
    ("洪泽区人民政府办公室（区外事办公室）", "淮安市洪泽区政府办"), ("荆州市沙市区", "沙市区人民政府"), ("景德镇市", "景德镇市人民政府"),
    ("河南省新乡市财政局", "新乡市财政局"), ("淮安市 洪泽区", "洪泽区人民政府本级")])
def test_names_of_one_body(first: str, other: str) -> None:
    assert same_body(first, other)


@pytest.mark.parametrize(("first", "other"), [
    ("洪泽区财政局", "洪泽区"), ("洪泽区财政局", "淮安市财政局"), ("南京市鼓楼区", "徐州市鼓楼区"), ("财政局", "洪泽区财政局"),
    ("上海市人民政府", "上海市人民政府办公厅"), ("洪泽区", "洪泽县"), ("洪泽区住房和城乡建设局", "洪泽区建设局"), ("海安市", "安市"),
    ("洪泽区城市管理局", "洪泽区管理局")])
def test_names_of_different_bodies(first: str, other: str) -> None:
    assert not same_body(first, other)


@pytest.mark.parametrize(("name", "divisions", "unit"), [
    ("淮安市住房和城乡建设局", ("淮安市",), "住房城乡建设局"), ("沭阳县市场监督管理局", ("沭阳县",), "市场监督管理局"),
    ("广西壮族自治区人民政府", ("广西壮族自治区",), ""), ("锡林郭勒盟锡林浩特市", ("锡林郭勒盟", "锡林浩特市"), ""),
    ("老城区商务和工业信息化局", ("老城区",), "商务工业信息化局"), ("济南市市中区", ("济南市", "市中区"), "")])
def test_a_name_is_taken_apart(name: str, divisions: tuple[str, ...], unit: str) -> None:
    assert body_name(name) == BodyName(divisions, unit)


def test_a_short_name_that_fits_several_bodies_stays_by_itself() -> None:
    found = groups(["鼓楼区", "南京市鼓楼区", "徐州市鼓楼区人民政府", "洪泽区", "淮安市洪泽区"])
    assert found["鼓楼区"] == "鼓楼区"
    assert found["洪泽区"] == found["淮安市洪泽区"] == "淮安市洪泽区"


def test_grouping_does_not_depend_on_the_order() -> None:
    names = ["洪泽区人民政府", "淮安市洪泽区", "洪泽区财政局", "江苏省淮安市洪泽区"]
    assert groups(names) == groups(reversed(names))
    assert len(set(groups(names).values())) == 2
