"""Writes a report as the web page of a government site: navigation, article, tables, footer, an editor's mark-up."""

from __future__ import annotations

import random
from collections.abc import Sequence
from html import escape
from typing import Any, Literal

from training.corpus.pages.compose import blocks_of
from training.corpus.pages.grid import starting
from training.corpus.pages.layout import Layout
from training.corpus.pages.tables import TableCell, TableModel
from training.corpus.types import LabelledParagraph, SyntheticReport

Markup = Literal["clean", "editor", "word", "glyphs", "divisions"]
_NAVIGATION = ("首页", "政府信息公开", "政务服务", "互动交流", "新闻中心", "走进{place}", "政府公报",
               "法定主动公开内容", "信息公开指南", "信息公开制度", "信息公开年报", "依申请公开", "领导之窗",
               "数据开放", "专题专栏", "长者模式", "无障碍浏览", "繁体", "English")
_LINKS = ("中国政府网", "省人民政府", "市直部门网站", "县区网站", "网站地图", "联系我们", "关于我们", "隐私声明")
_CONTAINERS = ("article", "TRS_Editor", "zoom", "content", "UCAP-CONTENT", "j-fontContent newscontnet minh300",
               "xxgk_content")


def write_html(report: SyntheticReport, paragraphs: Sequence[LabelledParagraph], tables: Sequence[TableModel],
               layout: Layout) -> tuple[bytes, dict[str, Any]]:
    """The page's bytes (UTF-8 or GB18030), and what an evaluation slices by."""
    rng = random.Random(f"html {layout.seed}")
    markup: Markup = rng.choices(("clean", "editor", "word", "glyphs", "divisions"), (25, 30, 25, 8, 12))[0]
    encoding = rng.choices(("utf-8", "gb18030"), (85, 15))[0]
    writer = _Writer(rng, markup, layout)
    body = "\n".join(writer.block(block) for block in blocks_of(paragraphs, tables))
    title = next((p.text for p in paragraphs if p.heading and p.section == 0), report.body.name).replace("\n", "")
    page = _page(rng, report, title, body, encoding)
    remarks = {"slice": f"html-{markup}", "markup": markup, "encoding": encoding}
    return page.encode(encoding, "xmlcharrefreplace"), remarks


class _Writer:
    def __init__(self, rng: random.Random, markup: Markup, layout: Layout) -> None:
        self.rng, self.markup, self.layout = rng, markup, layout

    def block(self, block: tuple[int, LabelledParagraph] | TableModel) -> str:
        if isinstance(block, TableModel):
            caption = self.paragraph(block.caption, "center") if block.caption else ""
            return caption + self.table(block)
        paragraph = block[1]
        if paragraph.heading and paragraph.section == 0:
            return self.paragraph(paragraph.text, "center", heavy=True)
        return self.paragraph(paragraph.text, "", heavy=paragraph.heading)

    def paragraph(self, text: str, align: str, heavy: bool = False) -> str:
        inner = "<br>".join(self.inline(line) for line in text.split("\n"))
        inner = f"<strong>{inner}</strong>" if heavy else inner
        if self.markup == "divisions":
            return f"<div>{'' if align else '&emsp;&emsp;'}{inner}</div>"
        style = f"text-align:{align};" if align else "text-indent:2em;"
        if self.markup == "word":
            return (f'<p class="MsoNormal" style="{style}mso-char-indent-count:2.0000;line-height:28.0000pt;'
                    f'mso-line-height-rule:exactly">{inner}<span lang="EN-US"><o:p></o:p></span></p>')
        if self.markup == "clean":
            return f"<p>{inner}</p>" if not align else f'<p style="{style}">{inner}</p>'
        lead = "" if align else self.rng.choice(("", "　　", "&nbsp;&nbsp;&nbsp;&nbsp;"))
        font = "font-family:仿宋;font-size:16px;"
        return f'<p style="{style}line-height:2em;"><span style="{font}">{lead}{inner}</span></p>'

    def inline(self, text: str) -> str:
        """The text as its editor wraps it: whole, digits apart (as Word does), or every glyph in a span of its own."""
        if self.markup == "glyphs":
            return "".join(f"<span>{escape(char)}</span>" for char in text)
        if self.markup != "word":
            return escape(text)
        made, run = [], ""
        for char in text:
            if run and (char < "\u0080") != (run[-1] < "\u0080"):
                made.append(self._word_run(run))
                run = ""
            run += char
        return "".join(made) + (self._word_run(run) if run else "")

    def _word_run(self, run: str) -> str:
        if run[0] < "\u0080":
            return f'<span lang="EN-US" style="font-family:&quot;Times New Roman&quot;">{escape(run)}</span>'
        return f"<span style=\"font-family:仿宋_GB2312;mso-spacerun:'yes'\">{escape(run)}</span>"

    def table(self, table: TableModel) -> str:
        word = self.markup == "word"
        opening = ('<table class="MsoNormalTable" border="1" cellspacing="0" cellpadding="0" '
                   'style="border-collapse:collapse;mso-table-layout-alt:fixed">' if word
                   else '<table border="1" cellspacing="0" style="width:100%;border-collapse:collapse">')
        rows = []
        for line in starting(table):
            cells = "".join(self.cell(cell) for cell in line)
            rows.append(f'<tr style="height:20pt">{cells}</tr>' if word else f"<tr>{cells}</tr>")
        body = "\n".join(rows)
        return f"{opening}<tbody>\n{body}\n</tbody></table>"

    def cell(self, cell: TableCell) -> str:
        tag = "th" if cell.role in ("title", "header") and self.markup == "clean" and self.layout.bold_headers else "td"
        spans = (f' rowspan="{cell.rowspan}"' if cell.rowspan > 1 else "") + (
            f' colspan="{cell.colspan}"' if cell.colspan > 1 else "")
        if cell.vertical and self.layout.vertical == "stacked":
            inner = "<br>".join(self.inline(char) for char in cell.text)
        else:
            inner = "<br>".join(self.inline(line) for line in cell.text.split("\n"))
        if self.markup in ("word", "editor"):
            align = "center" if cell.role != "label" else "left"
            inner = f'<p style="text-align:{align}">{inner or "&nbsp;"}</p>'
        return f"<{tag}{spans}>{inner}</{tag}>"


def _page(rng: random.Random, report: SyntheticReport, title: str, body: str, encoding: str) -> str:
    place = report.body.place or report.body.name
    names = rng.sample(_NAVIGATION, rng.randint(5, 12))
    menu = "".join(f'<li><a href="/{n}/index.html">{name.format(place=place)}</a></li>' for n, name in enumerate(names))
    day = f"{report.year + 1}-01-{rng.randint(4, 31):02d}"
    facts = rng.sample((f"发布日期：{day}", f"来源：{report.body.name}", f"浏览次数：{rng.randint(20, 9000)}次",
                        f"索引号：{rng.randint(10**8, 10**9)}",
                        f"发文时间：{day} {rng.randint(8, 17)}:{rng.randint(10, 59)}",
                        "字体：大 中 小", "打印本页 关闭窗口"), rng.randint(2, 5))
    container = rng.choice(_CONTAINERS)
    links = "".join(f'<a href="#">{name}</a> | ' for name in rng.sample(_LINKS, 4))
    foot = (f"主办：{report.body.name}　网站标识码：{rng.randint(10**9, 10**10 - 1)}　"
            f"备案号：ICP备{rng.randint(10**7, 10**8)}号-1　联系电话：{rng.randint(1000000, 9999999)}")
    return f"""<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="{encoding}">
<title>{escape(title)}_{escape(place)}门户网站</title>
<meta name="ArticleTitle" content="{escape(title)}">
<meta name="PubDate" content="{day}">
<style>.{container.split()[0]} p {{ margin: 0 }} #nav li {{ display: inline }}</style>
<script>var page = {{ "id": {rng.randint(1000, 99999)}, "views": {rng.randint(10, 999)} }};</script>
</head>
<body>
<div id="nav"><ul>{menu}</ul></div>
<div class="position">当前位置：<a href="/">首页</a> &gt; <a href="/zwgk/">政府信息公开</a> &gt; 政府信息公开年报</div>
<h1>{escape(title)}</h1>
<div class="info"><span>{"</span><span>".join(facts)}</span></div>
<div class="{container}" id="{container.split()[0].lower()}">
{body}
</div>
<div class="share">分享到：微信 微博</div>
<div id="footer"><p>{links}</p><p>{foot}</p></div>
</body>
</html>
"""
