"""Makes the picture of docs/evaluation.md: the page of a result, as a headless Chromium shows it.

    python docs/make_evaluation_pictures.py RESULT.html
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

PICTURE = Path(__file__).parent / "pictures" / "evaluation-page.jpg"
WIDTH, TALL = 1200, 8000
COLUMNS = ((0, 1575), (1575, 3150))
"""Rows of pixels that are set side by side."""


def main(page: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shot = Path(folder) / "page.png"
        subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--screenshot={shot}",
                        f"--window-size={WIDTH},{TALL}", page.resolve().as_uri()], check=True, capture_output=True, timeout=300)
        whole = Image.open(shot).convert("RGB")
    height = max(bottom - top for top, bottom in COLUMNS)
    picture = Image.new("RGB", (WIDTH * len(COLUMNS), height), "white")
    for at, (top, bottom) in enumerate(COLUMNS):
        picture.paste(whole.crop((0, top, WIDTH, bottom)), (at * WIDTH, 0))
    picture.resize((1440, round(1440 * height / picture.width)), Image.Resampling.LANCZOS).save(PICTURE, quality=80, optimize=True)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
