"""Scans: the whole report end to end against `PaddleOCR.predict` alone, on the same page images, weights and threads.

    python -m bench.scan_speed SCAN.pdf --paddle-python venv-paddle/bin/python

PaddleOCR 3.7 with its ONNX Runtime engine lives in an environment of its own, which needs paddleocr, onnxruntime and
PyYAML. Both sides run in fresh processes, one after the other, with the same number of threads; both read the file
once to warm up. The ratio is that of processor time, which other work on the machine does not touch; wall time is
printed beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from extractor.read.ocr import THREADS, model_folder
from extractor.read.pdf import read_pdf
from extractor.read.render import render_pdf
from extractor.settings import default_settings

BAR = 2.5
OURS = """
import json, resource, sys, time
from extractor.read.ocr import engine
from extractor.pipeline import run
from extractor.settings import Settings
start = time.perf_counter(); engine(); ready = time.perf_counter() - start
data = open(sys.argv[1], "rb").read()
run(data, "warm", Settings())
wall, used = time.perf_counter(), time.process_time()
report = run(data, "timed", Settings())
print(json.dumps({"ready": ready, "wall": time.perf_counter() - wall, "processor": time.process_time() - used,
                  "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                  "stages": report.timings}))
"""
PADDLE = """
import json, os, resource, sys, time
from pathlib import Path
import onnxruntime, yaml
weights, folder, threads = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
def model(name, file, stages, post):
    place = folder / name
    place.mkdir()
    (place / "inference.onnx").write_bytes((weights / file).read_bytes())
    steps = [{"DecodeImage": {"channel_first": False, "img_mode": "BGR"}}, *stages]
    (place / "inference.yml").write_text(yaml.safe_dump({"Global": {"model_name": name},
        "PreProcess": {"transform_ops": steps}, "PostProcess": post}, allow_unicode=True))
    return str(place)
normal = {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225], "order": "hwc", "scale": "1./255."}
find, read = "PP-OCRv6_small_det", "PP-OCRv6_small_rec"
listed = onnxruntime.InferenceSession(weights / "PP-OCRv6_rec_small.onnx").get_modelmeta().custom_metadata_map
start = time.perf_counter()
from paddleocr import PaddleOCR
ocr = PaddleOCR(
    text_detection_model_name=find, text_recognition_model_name=read,
    text_detection_model_dir=model(find, "PP-OCRv6_det_small.onnx", [
        {"DetLabelEncode": None}, {"DetResizeForTest": None}, {"NormalizeImage": normal}, {"ToCHWImage": None},
        {"KeepKeys": {"keep_keys": ["image", "shape", "polys", "ignore_tags"]}}],
        {"name": "DBPostProcess", "thresh": 0.3, "box_thresh": 0.6, "max_candidates": 1000, "unclip_ratio": 1.5}),
    text_recognition_model_dir=model(read, "PP-OCRv6_rec_small.onnx", [
        {"MultiLabelEncode": {"gtc_encode": "NRTRLabelEncode"}}, {"RecResizeImg": {"image_shape": [3, 48, 320]}},
        {"KeepKeys": {"keep_keys": ["image", "label_ctc", "label_gtc", "length", "valid_ratio"]}}],
        {"name": "CTCLabelDecode", "character_dict": listed["character"].split("\\n")}),
    use_doc_orientation_classify=False, use_doc_unwarping=False, use_textline_orientation=False,
    engine="onnxruntime", device="cpu", cpu_threads=threads)
ready = time.perf_counter() - start
for path in sys.argv[4:]: ocr.predict(path)
wall, used = time.perf_counter(), time.process_time()
for path in sys.argv[4:]: ocr.predict(path)
print(json.dumps({"ready": ready, "wall": time.perf_counter() - wall, "processor": time.process_time() - used,
                  "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))
"""


def ours(path: Path) -> dict[str, float]:
    """Seconds and megabytes of the whole way from file to report."""
    return _answer([sys.executable, "-c", OURS, str(path)])


def paddle(path: Path, python: str) -> dict[str, float]:
    """The same of `PaddleOCR.predict` on the pages of a PDF, rendered beforehand."""
    data = path.read_bytes()
    numbers = [page.number for page in read_pdf(data, default_settings()).pages]
    with tempfile.TemporaryDirectory() as folder:
        pages = []
        for image in render_pdf(data, numbers, default_settings()):
            pages.append(str(Path(folder) / f"{image.number}.png"))
            Image.fromarray(image.pixels).save(pages[-1], compress_level=1)
        models = Path(folder) / "models"
        models.mkdir()
        return _answer([python, "-c", PADDLE, str(model_folder()), str(models), str(THREADS), *pages])


def _answer(command: list[str]) -> dict[str, float]:
    """What a process prints as its last line, which is JSON."""
    environment = {**os.environ, "PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK": "True", "OMP_NUM_THREADS": str(THREADS)}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    answer: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pdf", type=Path)
    parser.add_argument("--paddle-python", help="interpreter of the environment that holds PaddleOCR")
    options = parser.parse_args()
    here = ours(options.pdf)
    print("this program:", json.dumps(here))
    if options.paddle_python:
        there = paddle(options.pdf, options.paddle_python)
        print("PaddleOCR:   ", json.dumps(there))
        ratio = there["processor"] / here["processor"]
        print(f"{ratio:.2f} times as fast by processor time, {there['wall'] / here['wall']:.2f} by wall time; "
              f"the bar is {BAR}: {'met' if ratio >= BAR else 'missed'}")


if __name__ == "__main__":
    main()
