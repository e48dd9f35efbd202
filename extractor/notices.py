"""The catalogue of warnings about a reading, in Chinese and English; codes are stable."""

from __future__ import annotations

from extractor.report import Text, Warning_

CATALOGUE: dict[str, tuple[str, str]] = {
    "page_no_text": ("第{page}页没有文字（扫描图像），需要OCR，本页未读取任何数值。",
                     "Page {page} has no text (a scan): it needs OCR, no value was read from it."),
    "page_outlined_text": ("第{page}页的文字是矢量轮廓，需要OCR，本页未读取任何数值。",
                           "The text of page {page} is drawn as outlines: it needs OCR, no value was read from it."),
    "page_unmapped_glyphs": ("第{page}页的文字编码缺失，无法还原，需要OCR，本页未读取任何数值。",
                             "The text of page {page} has no usable encoding: it needs OCR, no value was read from it."),
    "page_hidden_text_layer": ("第{page}页是扫描图像，附带不可见的文字层，不可信，需要OCR，本页未读取任何数值。",
                               "Page {page} is a scan with an invisible text layer that is not trusted: it needs OCR, "
                               "no value was read from it."),
    "page_image": ("第{page}页是图像，需要OCR，本页未读取任何数值。",
                   "Page {page} is an image: it needs OCR, no value was read from it."),
    "page_damaged": ("第{page}页已损坏，无法读取（{detail}）。", "Page {page} is damaged and cannot be read ({detail})."),
    "needs_ocr": ("文档只含图像，没有文字，需要OCR。", "The document holds images and no text: it needs OCR."),
}


def warning(code: str, page: int | None = None, detail: str = "") -> Warning_:
    """The warning of a code; unknown codes show their detail."""
    zh, en = CATALOGUE.get(code, ("{detail}", "{detail}"))
    fill = {"page": page if page is not None else "?", "detail": detail or code}
    return Warning_(code=code, page=page, message=Text(zh=zh.format(**fill), en=en.format(**fill)))
