"""Pages of a PDF as text (pdftotext of poppler-utils), and what a reader would see as a mistake of its layout."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

FEWEST_LINES = 5
"""Of a page that is not blank, without its number."""
_HEADING = re.compile(r"<(h[1-4]|caption)\b[^>]*>(.*?)</\1>", re.DOTALL)


def pages(pdf: bytes) -> list[list[str]]:
    """Lines of text of each page, without empty ones and the page number."""
    program = shutil.which("pdftotext")
    if program is None:
        pytest.skip("pdftotext (Debian: poppler-utils) is not installed")
    text = subprocess.run([program, "-layout", "-", "-"], input=pdf, capture_output=True, check=True, timeout=60)
    found = text.stdout.decode().split("\f")
    assert found.pop() == ""
    lines = [[line.strip() for line in page.splitlines() if line.strip()] for page in found]
    return [[line for line in page if not re.fullmatch(r"\d+ / \d+", line)] for page in lines]


def mistakes(paper: list[list[str]], html: str) -> list[str]:
    """Blank pages, and pages that end with a heading of the same page as HTML."""
    heads = {re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", text)).strip() for _, text in _HEADING.findall(html)}
    found = [f"page {number} is blank" for number, page in enumerate(paper, 1) if len(page) < FEWEST_LINES]
    for number, page in enumerate(paper, 1):
        last = re.sub(r"\s+", " ", page[-1]) if page else ""
        if last and any(head == last or head.startswith(f"{last} ") for head in heads):
            found.append(f"page {number} ends with the heading {last!r}")
    return found


def picture_is_blank(pdf: Path, number: int, folder: Path) -> bool:
    """True if a page has no dark pixel (pdftoppm, 20 dots per inch, PGM)."""
    program = shutil.which("pdftoppm")
    if program is None:
        pytest.skip("pdftoppm (Debian: poppler-utils) is not installed")
    place = folder / "page"
    subprocess.run(
        [program, "-gray", "-r", "20", "-f", str(number), "-l", str(number), "-singlefile", pdf, place],
        check=True,
        timeout=60,
    )
    pixels = place.with_suffix(".pgm").read_bytes().split(b"\n", 3)[3]
    return min(pixels) > 200
