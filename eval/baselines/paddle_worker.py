"""Runs PaddleOCR, and img2table if it is there, in an environment of their own: one JSON line in and out for each page.

    PYTHON eval/baselines/paddle_worker.py FOLDER THREADS

FOLDER holds the PP-OCRv6 weights as the product has them. The first line out says what there is: {"img2table": true}. A
request is {"image": PATH, "tables": false}; the answer has `lines` (text, score, box in pixels) and `tables`, each a list of
the boxes of its cells. Nothing of the product is imported, so that the environment needs paddleocr, onnxruntime and
PyYAML alone.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

FIND, READ = "PP-OCRv6_small_det", "PP-OCRv6_small_rec"
FIND_WEIGHTS, READ_WEIGHTS = "PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx"
NORMAL = {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225], "order": "hwc", "scale": "1./255."}


def reader(weights: Path, folder: Path, threads: int) -> Any:
    """PaddleOCR on ONNX Runtime with the product's weights; orientation and unwarping are left out."""
    import onnxruntime
    from paddleocr import PaddleOCR

    listed = onnxruntime.InferenceSession(weights / READ_WEIGHTS).get_modelmeta().custom_metadata_map
    find = _model(folder / FIND, weights / FIND_WEIGHTS, [
        {"DetLabelEncode": None}, {"DetResizeForTest": None}, {"NormalizeImage": NORMAL}, {"ToCHWImage": None},
        {"KeepKeys": {"keep_keys": ["image", "shape", "polys", "ignore_tags"]}}],
        {"name": "DBPostProcess", "thresh": 0.3, "box_thresh": 0.6, "max_candidates": 1000, "unclip_ratio": 1.5})
    read = _model(folder / READ, weights / READ_WEIGHTS, [
        {"MultiLabelEncode": {"gtc_encode": "NRTRLabelEncode"}}, {"RecResizeImg": {"image_shape": [3, 48, 320]}},
        {"KeepKeys": {"keep_keys": ["image", "label_ctc", "label_gtc", "length", "valid_ratio"]}}],
        {"name": "CTCLabelDecode", "character_dict": listed["character"].split("\n")})
    return PaddleOCR(text_detection_model_name=FIND, text_recognition_model_name=READ, text_detection_model_dir=find,
                     text_recognition_model_dir=read, use_doc_orientation_classify=False, use_doc_unwarping=False,
                     use_textline_orientation=False, engine="onnxruntime", device="cpu", cpu_threads=threads)


def _model(place: Path, weights: Path, stages: list[dict[str, Any]], post: dict[str, Any]) -> str:
    """A folder with a network as PaddleOCR wants to find it."""
    import yaml

    place.mkdir()
    (place / "inference.onnx").symlink_to(weights.resolve())
    steps = [{"DecodeImage": {"channel_first": False, "img_mode": "BGR"}}, *stages]
    (place / "inference.yml").write_text(yaml.safe_dump({"Global": {"model_name": place.name},
        "PreProcess": {"transform_ops": steps}, "PostProcess": post}, allow_unicode=True), "utf8")
    return str(place)


def lines_of(result: Any) -> Iterator[dict[str, Any]]:
    """The lines of a page that PaddleOCR found."""
    for text, score, box in zip(result["rec_texts"], result["rec_scores"], result["rec_boxes"], strict=True):
        yield {"text": text, "score": float(score), "box": [float(side) for side in box]}


def tables_of(image: str, lines: list[dict[str, Any]]) -> list[list[list[float]]]:
    """The cells of the tables that img2table finds with these lines, each once, as boxes in pixels."""
    from img2table.document import Image
    from img2table.ocr._types import OCRData

    words = [{"id": f"w{i}", "parent": f"l{i}", "value": line["text"], "confidence": round(100 * line["score"]),
              **dict(zip(("x1", "y1", "x2", "y2"), map(round, line["box"]), strict=True))} for i, line in enumerate(lines)]
    found = Image(image, ocr_data=OCRData({0: words})).extract_tables()
    return [[list(box) for box in dict.fromkeys(
        (cell.bbox.x1, cell.bbox.y1, cell.bbox.x2, cell.bbox.y2) for row in table.content.values() for cell in row)]
        for table in found]


def main() -> None:
    answers = sys.stdout
    sys.stdout = sys.stderr  # what the libraries print is no answer
    with tempfile.TemporaryDirectory() as folder:
        ocr = reader(Path(sys.argv[1]), Path(folder), int(sys.argv[2]))
        print(json.dumps({"img2table": find_spec("img2table") is not None}), file=answers, flush=True)
        for request in map(json.loads, sys.stdin):
            lines = [line for result in ocr.predict(request["image"]) for line in lines_of(result)]
            tables = tables_of(request["image"], lines) if request["tables"] else []
            print(json.dumps({"lines": lines, "tables": tables}, ensure_ascii=False), file=answers, flush=True)


if __name__ == "__main__":
    main()
