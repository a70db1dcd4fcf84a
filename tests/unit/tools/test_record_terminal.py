"""Recordings of a terminal: a picture that plays once, needs no script, and ends with the last screen."""

import re
from pathlib import Path
from runpy import run_path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("pyte")

ROOT = Path(__file__).parents[3]
TOOL: dict[str, Any] = run_path(str(ROOT / "tools" / "record-terminal"))
PICTURES = ("docs/start/pictures/scan.svg", "docs/howto/pictures/app-maker.svg")
RUN = [
    (0.5, "\x1b[?25l"),
    (1.0, "\r\x1b[2Kreading \x1b[31m━━\x1b[0m 1/2"),
    (9.0, "\r\x1b[2Kreading \x1b[31m━━━━\x1b[0m 2/2"),
    (10.0, "\r\n\x1b[?25h\r\x1b[1A\x1b[2K"),
    (11.0, "\x1b[1;31m2 open stores\x1b[0m\r\n<script>alert(1)</script>\r\n"),
]


def texts(picture: str) -> list[str]:
    """The texts of a picture from top to bottom, without those that the window has."""
    root = ElementTree.fromstring(picture)
    found = [(float(text.get("y", 0)), "".join(text.itertext())) for text in root.iter() if text.tag.endswith("}text")]
    return [text.replace("\xa0", " ").strip() for y, text in sorted(found, key=lambda one: one[0]) if text.strip()]


def test_the_last_screen_is_the_output_without_the_progress() -> None:
    picture = TOOL["draw"]("scan app.apk", list(TOOL["frames"](RUN)))
    assert texts(picture)[-2:] == ["2 open stores", "<script>alert(1)</script>"]
    assert any("1/2" in text for text in texts(picture))


def test_a_recording_states_the_real_time() -> None:
    assert "tieback: 11 s, played in 5 s" in TOOL["draw"]("scan app.apk", list(TOOL["frames"](RUN))).replace(
        "&#160;", " "
    )


def test_a_long_output_ends_with_a_mark() -> None:
    long = [(1.0, "".join(f"line {number}\r\n" for number in range(100)))]
    picture = TOOL["draw"]("scan", list(TOOL["frames"](long)))
    assert texts(picture)[-1] == "…"


@pytest.mark.parametrize("name", PICTURES)
def test_committed_recordings_play_once_under_five_seconds_and_load_nothing(name: str) -> None:
    picture = (ROOT / name).read_text(encoding="utf-8")
    ElementTree.fromstring(picture)
    played = re.search(r"animation: play ([\d.]+)s steps\(1, end\) 1 both", picture)
    assert played is not None
    assert float(played[1]) < 5
    assert "prefers-reduced-motion: reduce" in picture
    assert not re.search(r"<script|<image|@import|url\((?!#)|href=", picture)
    assert len(picture) < 100_000


@given(st.lists(st.tuples(st.floats(0, 100), st.text(max_size=60)), max_size=8))
def test_any_output_becomes_a_well_formed_picture(chunks: list[tuple[float, str]]) -> None:
    ordered = sorted(chunks, key=lambda one: one[0])
    picture = TOOL["draw"]("scan", list(TOOL["frames"](ordered)))
    assert ElementTree.fromstring(picture).tag.endswith("svg")
