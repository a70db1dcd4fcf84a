"""Input specifications of a user: a path, a URL, or a manifest."""

from pathlib import Path

import msgspec

from tieback.intake.places.content import is_url, strip_query


class Manifest(msgspec.Struct, frozen=True):
    """A file that lists a corpus, file by file."""

    path: Path


type InputSpec = Path | str | Manifest
"""A path, a URL as text, or a manifest."""


def parse_input(text: str) -> Path | str:
    """Parse a command-line argument: a URL if it has a URL scheme, otherwise a path."""
    return text if is_url(text) else Path(text)


def is_remote(one: InputSpec) -> bool:
    """True if the contents of the input are known only after listing it."""
    return not isinstance(one, Path)


def display_name(one: InputSpec) -> str:
    """Display name of an input, as stored in runs: absolute paths, and URLs without a possible signature."""
    if isinstance(one, Manifest):
        return f"manifest:{one.path.absolute()}"
    return strip_query(one) if isinstance(one, str) else str(one.absolute())
