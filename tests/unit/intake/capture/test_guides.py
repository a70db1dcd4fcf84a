"""The guides to live capture and the certificate page of the proxy: the same steps, in the same words."""

import html
import re
from pathlib import Path

import pytest

from tieback.intake.capture import authority_page

ROOT = Path(__file__).parents[4]
PAGE = Path(authority_page.__file__).with_suffix(".html").read_text(encoding="utf-8")
LISTS = ("android install", "android remove", "iphone install", "iphone remove")
PICTURES = ("capture-start.png", "capture-page.png", "capture-live.png")
MOST_BYTES = 150_000


def guide(name: str) -> str:
    return (ROOT / "docs" / "howto" / f"capture-{name.split(maxsplit=1)[0]}.md").read_text(encoding="utf-8")


def on_the_page(name: str) -> list[str]:
    """The steps of a list on the page, as plain text."""
    (found,) = re.findall(rf'<ol data-steps="{name}">(.*?)</ol>', PAGE, re.DOTALL)
    return [
        plain(html.unescape(re.sub(r"<[^>]+>", "", step))) for step in re.findall(r"<li>(.*?)</li>", found, re.DOTALL)
    ]


def in_the_guide(name: str) -> list[str]:
    """The numbered list after the mark of the same name."""
    text = guide(name).partition(f"<!-- steps: {name} -->\n")[2].partition("\n\n")[0]
    return [plain(step) for step in re.split(r"(?m)^\d+\. ", text)[1:]]


def plain(text: str) -> str:
    return " ".join(text.replace("`", "").split())


@pytest.mark.parametrize("name", LISTS)
def test_guide_and_page_have_the_same_steps(name: str) -> None:
    assert on_the_page(name)
    assert in_the_guide(name) == on_the_page(name)


def test_the_page_has_no_list_without_a_guide() -> None:
    assert tuple(re.findall(r'<ol data-steps="([^"]+)">', PAGE)) == LISTS
    assert PAGE.count("<ol") == len(LISTS)


@pytest.mark.parametrize("name", ["android", "iphone"])
def test_guides_show_what_is_not_verified_and_are_named_on_the_page(name: str) -> None:
    assert "**not verified on a device**" in guide(name)
    assert f"docs/howto/capture-{name}.md" in PAGE
    assert "not verified on a device" in plain(PAGE)


@pytest.mark.parametrize("picture", PICTURES)
def test_pictures_of_the_guides_are_small(picture: str) -> None:
    data = (ROOT / "docs" / "howto" / picture).read_bytes()
    assert data.startswith(b"\x89PNG")
    assert len(data) < MOST_BYTES
    assert all(f"({picture})" in guide(name) for name in ("android", "iphone"))


def test_the_files_on_the_page_are_those_of_the_guide() -> None:
    assert "/tieback-authority.crt" in PAGE
    assert "`tieback-authority.crt`" in guide("android")
