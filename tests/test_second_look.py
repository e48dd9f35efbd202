"""A second look says how sure a reading may be; it never changes one."""

from __future__ import annotations

import io
from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from extractor.document import Box, Source
from extractor.labelled import Labelled
from extractor.read.image import read_image
from extractor.read.ocr import LineReading, TextBox, engine
from extractor.read.render import PageImage
from extractor.read.scan.digits import SYMBOLS
from extractor.read.scan.second_look import Spot, images_of, look_again
from extractor.reconcile import reconcile
from extractor.report import Alternative, Cause, Evidence, FindingStatus, Period, Value, ValueStatus
from extractor.second_look import in_question, weighed
from extractor.settings import default_settings

BOX = (100.0, 100.0, 112.0, 110.0)
NUMBERS = st.integers(0, 12).map(Decimal)
LOOKS = st.lists(st.dictionaries(st.one_of(st.none(), NUMBERS), st.floats(0.01, 0.3), min_size=1, max_size=3), max_size=4)


def seen(field: str, number: int, confidence: float, box: tuple[float, float, float, float] = BOX,
         **alternatives: float) -> Value:
    """A value of a scan; `alternatives` are `n12=0.3`."""
    return Value(field=field, value=Decimal(number), read=Decimal(number), raw=str(number), confidence=confidence,
                 alternatives=tuple(Alternative(value=Decimal(name[1:]), probability=p) for name, p in alternatives.items()),
                 evidence=(Evidence(source=Source.OCR, box=box, text=str(number)),))


# ------------------------------------------------------------------------------------------------------------- weighing
def test_looks_that_agree_make_a_reading_surer() -> None:
    value = weighed(seen("review.total", 3, 0.8, n8=0.2), [{Decimal(3): 0.95, Decimal(8): 0.05}] * 4)
    assert value.confidence > 0.95 and value.status is ValueStatus.READ


def test_a_doubtful_reading_is_not_made_sure_by_its_own_crop() -> None:
    """The crop may be that of the cell next to it, which reads well."""
    value = weighed(seen("review.total", 3, 0.6, n8=0.4), [{Decimal(3): 1.0}] * 4)
    assert value.confidence == 0.6 and value.status is ValueStatus.DOUBTFUL


def test_looks_that_disagree_make_it_doubtful_and_name_the_other_number() -> None:
    value = weighed(seen("review.total", 3, 0.95, n8=0.05), [{Decimal(8): 0.99, Decimal(3): 0.01}] * 4)
    assert value.confidence < 0.5 and value.status is ValueStatus.DOUBTFUL
    assert (value.value, value.read) == (3, 3) and value.alternatives[0].value == 8


def test_doubt_for_another_reason_than_the_digits_stays() -> None:
    """0.15 are nobody's: dirt beside the number, or its place in the table."""
    value = weighed(seen("review.total", 3, 0.85), [{Decimal(3): 1.0}] * 4)
    assert value.confidence == pytest.approx(0.85)


def test_looks_that_see_a_mark_make_a_number_doubtful_and_a_blank_its_alternative() -> None:
    read = seen("review.total", 1, 0.95).model_copy(update={"alternatives": (Alternative(value=None, probability=0.05),)})
    value = weighed(read, [{None: 0.98, Decimal(1): 0.02}] * 4)
    assert value.status is ValueStatus.DOUBTFUL and value.alternatives[0].value is None


def test_what_little_was_left_to_other_numbers_goes() -> None:
    assert weighed(seen("review.total", 3, 0.98), [{Decimal(3): 1.0}] * 4).confidence > 0.999


@given(NUMBERS, st.floats(0.0, 0.7), LOOKS, st.randoms())
def test_number_order_and_sum(number: Decimal, confidence: float, looks: list[dict[Decimal | None, float]], rng: object) -> None:
    first = seen("review.total", int(number), confidence, n3=0.2)
    value = weighed(first, looks)
    shuffled = list(looks)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]
    again = weighed(first, shuffled)
    assert (value.value, value.read, value.raw, value.evidence) == (first.value, first.read, first.raw, first.evidence)
    assert again.confidence == pytest.approx(value.confidence, abs=2e-6)
    assert value.confidence + sum(other.probability for other in value.alternatives) <= 1.0 + 1e-5
    if not looks:
        assert value == first


# ------------------------------------------------------------------------------------------------------ what is looked at
def reviewed(total: Value, **others: Value) -> dict[str, Value]:
    parts = {f"review.{name}": seen(f"review.{name}", number, 0.99, (x, 100.0, x + 6.0, 110.0))
             for name, number, x in (("upheld", 2, 20.0), ("corrected", 0, 40.0), ("other", 1, 60.0), ("pending", 0, 80.0))}
    return parts | {"review.total": total} | {f"review.{name}": value for name, value in others.items()}


def solved(values: dict[str, Value]) -> tuple[str, ...]:
    return in_question(reconcile(Labelled(None, None, Period(), "2021", values)))


def test_only_contradictions_are_looked_at() -> None:
    assert solved(reviewed(seen("review.total", 3, 0.6))) == ()


def test_suspects_and_repaired_cells_are_looked_at() -> None:
    assert "review.total" in solved(reviewed(seen("review.total", 8, 0.99)))
    assert solved(reviewed(seen("review.total", 8, 0.5, n3=0.5))) == ("review.total",)


def test_a_place_that_several_values_share_is_none_of_a_cell() -> None:
    shared = seen("review.other", 1, 0.99)
    assert "review.total" not in solved(reviewed(seen("review.total", 8, 0.99), other=shared))


def test_born_digital_cells_are_not_looked_at() -> None:
    values = {name: value.model_copy(update={"evidence": (Evidence(source=Source.PDF, box=BOX),)})
              for name, value in reviewed(seen("review.total", 8, 1.0)).items()}
    assert solved(values) == ()


def test_a_second_look_settles_whose_error_it_is() -> None:
    """A doubtful 8 where the others make 3: sure after looking again it is the report's error; else it is mended."""
    doubtful = reviewed(seen("review.total", 8, 0.8, n3=0.2))
    looks: tuple[tuple[dict[Decimal | None, float], Cause | None], ...] = (
        ({Decimal(8): 1.0}, Cause.REPORT), ({Decimal(3): 0.9, Decimal(8): 0.1}, None))
    for look, cause in looks:
        values = doubtful | {"review.total": weighed(doubtful["review.total"], [look] * 4)}
        result = reconcile(Labelled(None, None, Period(), "2021", values))
        causes = [finding.cause for finding in result.findings if finding.status is FindingStatus.VIOLATED]
        assert causes == ([] if cause is None else [cause])
        assert result.values["review.total"].value == (8 if cause else 3)


# ------------------------------------------------------------------------------------------------------------- the crops
class Recorder:
    """An engine that remembers the crops and reads every one as 7."""

    def __init__(self) -> None:
        self.crops: list[NDArray[np.uint8]] = []

    def find_lines(self, grey: NDArray[np.uint8]) -> list[TextBox]:
        return []

    def read(self, crops: Sequence[NDArray[np.uint8]], asked: Sequence[str] = ()) -> list[LineReading]:
        self.crops += list(crops)
        chosen = np.full((2, 1 + len(SYMBOLS)), 1e-6, np.float32)
        chosen[0, 1 + SYMBOLS.index("7")] = chosen[1, 0] = 1.0
        return [LineReading("7", (1.0,), ((0.0, 1.0),), chosen) for _ in crops]


def page(number: str = "407", turned: int = 0) -> PageImage:
    """A page at 144 dpi with a number at 100, 100 in points, turned by quarters as a scanner may."""
    image = Image.new("RGB", (1190, 1684), "white")
    ImageDraw.Draw(image).text((200, 200), number, fill="black", font=ImageFont.load_default(28))
    pixels = np.ascontiguousarray(np.rot90(np.asarray(image), turned))
    return PageImage(1, pixels.shape[1] / 2, pixels.shape[0] / 2, pixels)


def test_a_crop_holds_the_number_in_four_forms() -> None:
    engine_ = Recorder()
    found = look_again([page()], {"a": Spot(1, Box(100, 102, 125, 116))}, engine_)
    assert [reading.text for reading in found["a"]] == ["7"] * 4
    assert all(crop.min() < 90 and np.percentile(crop, 90) > 200 for crop in engine_.crops)


def test_the_crop_of_a_turned_page_is_upright() -> None:
    """Turned by a quarter to the left: the point (x, y) of the read page stands at (y, 595 - x) of the page as given."""
    straight, turned = Recorder(), Recorder()
    look_again([page()], {"a": Spot(1, Box(100, 102, 125, 116))}, straight)
    spot = Spot(1, Box(102, 595 - 125, 116, 595 - 100), (0.0, 1.0, 0.0, -1.0, 0.0, 595.0, 0.0, 0.0, 1.0))
    look_again([page(turned=1)], {"a": spot}, turned)
    assert np.array_equal(straight.crops[0], turned.crops[0])


def test_places_outside_the_page_and_pages_without_pixels_have_no_readings() -> None:
    spots = {"outside": Spot(1, Box(700, 900, 720, 910)), "lost": Spot(2, Box(10, 10, 20, 20))}
    empty = PageImage(2, 595.0, 842.0, np.zeros((0, 0, 3), np.uint8), "image_damaged")
    assert look_again([page(), empty], spots, Recorder()) == {}


def test_a_printed_number_is_read_again_from_an_image_file() -> None:
    file = io.BytesIO()
    Image.fromarray(page().pixels).save(file, "PNG", dpi=(144, 144))
    settings = default_settings()
    given_ = read_image(file.getvalue(), settings)
    images = images_of(file.getvalue(), given_, [1], settings)
    found = look_again(images, {"a": Spot(1, Box(100, 102, 125, 116))}, engine())
    assert found["a"] and {reading.text for reading in found["a"]} == {"407"}
