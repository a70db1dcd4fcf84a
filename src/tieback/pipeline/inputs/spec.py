"""What a user may give as an input: a path, a URL, or a manifest."""

from pathlib import Path

import msgspec

from tieback.intake.places.reach import is_url, without_query


class Manifest(msgspec.Struct, frozen=True):
    """A file that tells a corpus, file by file."""

    path: Path


type Given = Path | str | Manifest
"""A path; a URL as text; a manifest."""


def given(text: str) -> Path | str:
    """An argument of the command line: a URL where it begins like one, else a path."""
    return text if is_url(text) else Path(text)


def is_elsewhere(one: Given) -> bool:
    """Whether an input names what it consists of only when it is looked at."""
    return not isinstance(one, Path)


def told(one: Given) -> str:
    """An input as runs remember it: whole paths, and URLs without what may be a signature."""
    if isinstance(one, Manifest):
        return f"manifest:{one.path.absolute()}"
    return without_query(one) if isinstance(one, str) else str(one.absolute())
