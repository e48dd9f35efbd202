"""The units of reports: measure words of counts, money, shares, durations, and the words that only look like them."""

from __future__ import annotations

import re

# Each unit with the characters that, right after it, make it another word (3项 but 项目, 3起 but 起诉).
_COUNT = {
    "件次": "", "件": "", "条次": "", "条": "例款目", "份": "额", "篇次": "", "篇": "幅章", "场次": "",
    "场": "景地所合", "批次": "", "期次": "", "期": "间限待盼货", "人次": "",
    "人": "民员才大力社均文物身性数类", "名次": "", "名": "录单称义", "位": "列于置居", "项次": "", "项": "",
    "部": "门委分署队位长级", "册": "子", "本": "年级机单报市区县局部着次身人地", "张": "", "幅": "度员",
    "则": "", "批": "准复评示", "家次": "", "家": "庭长", "户次": "", "户": "籍外口",
    "处": "理罚于分置长级室所", "台": "账", "套": "", "笔": "", "种": "植子", "类": "似", "组": "织长成",
    "轮": "流训", "段": "", "块": "", "支": "持付撑部行队", "所": "有属以需在", "座": "谈", "间": "接隔",
    "辆": "", "字": "体", "页": "面岗", "款": "项", "节": "约省点目日", "课时": "", "门": "户类槛", "档": "案",
    "卷": "宗", "盒": "", "个次": "", "个": "人体性案别", "起次": "", "起": "诉草来到源始点步", "例次": "",
    "例": "如外行", "宗": "旨教", "次": "日年月序要生", "分": "别之类期级布为工析解享发层配公开", "遍": "",
    "棵": "", "栏": "目", "屏": "", "票": "", "点": "", "通": "知报过道用信常",
}
_MONEY = ("元", "美元", "欧元", "港元", "港币", "日元", "人民币")
_MEASURE = ("平方米", "平方公里", "公里", "千米", "米", "亩", "公顷", "吨", "公斤", "千克", "度", "倍")
_SHARE = ("%", "‰", "‱", "个百分点", "百分点", "成")
_DURATION = (
    "个工作日", "工作日", "个自然日", "个小时", "小时", "分钟", "秒钟", "秒", "个月", "个季度", "周年", "周岁",
    "岁", "年", "天", "日", "周", "个星期", "星期", "月", "季度", "学时", "刻钟",
)
_NOT_AFTER = {
    "成": "立效果员功熟为不就本绩长都品因份型分", "度": "过", "日": "常", "周": "边期", "元": "旦素",
}

COUNT_UNITS = frozenset(_COUNT)
MONEY_UNITS = frozenset(_MONEY) | {f"{large}{money}" for large in ("万", "亿") for money in _MONEY}
SHARE_UNITS = frozenset(_SHARE)
DURATION_UNITS = frozenset(_DURATION)


def _alternative(unit: str) -> str:
    forbidden = _COUNT.get(unit, _NOT_AFTER.get(unit, ""))
    return re.escape(unit) + (f"(?![{forbidden}])" if forbidden else "")


UNIT = re.compile("|".join(_alternative(unit) for unit in sorted(
    {*_COUNT, *_MONEY, *_MEASURE, *_SHARE, *_DURATION}, key=lambda unit: (-len(unit), unit))))
"""A unit at a position; the longest first."""
