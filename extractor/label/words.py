"""Whether words can state the figure that they are taken for: a nought is denied, an applicant is named."""

from __future__ import annotations

import re

_STOP = re.compile("[。！？；;]")
_DENIES = re.compile("[未无無没沒零〇不]|从来没|暂缺")
_RESULTS = re.compile("不予公[开開]|不予[处處]理|不予受理|[无無]法提供|不掌握|不同意公[开開]|不再[处處]理|[无無]正[当當]理由")
"""Names of results that hold a denying character and deny nothing."""
_SHOULD_HAVE = re.compile("应当?(?:主动|依法|予以)*公开(?:的)?(?:而|却|但)?(?:未|不|没)")
"""Words for a fault that was not found (没有出现应公开而不公开的情形), not for a number of refusals."""
_NAMES = {
    "natural_person": re.compile("自然人|公民|个人|個人|居民|村民|群众|群眾"),
    "business": re.compile("企业|企業|公司"),
    "research": re.compile("科研"),
    "social": re.compile("公益"),
    "legal_service": re.compile("法律服务|法律服務|律师|律師"),
}
"""What must be said of whose requests all are."""


def bear_out(before: str, words: str, field: str, implied: bool) -> bool:
    """Whether `words`, the end of the text `before`, can state `field`: a nought, or (`implied`) an earlier number."""
    if implied:
        name = _NAMES.get(field.rpartition(".")[2]) if field.startswith("requests.") else None
        return name is None or bool(name.search(words))
    stops = [match.end() for match in _STOP.finditer(before[:len(before) - len(words)])]
    sentence = before[stops[-1]:] if stops else before
    sentence = _RESULTS.sub("", sentence) if field.startswith("requests.") else sentence
    return bool(_DENIES.search(sentence)) and not (field.startswith("requests.") and _SHOULD_HAVE.search(words))
