"""What adapters for rules files share: the claims of openback from what each client may do."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.openback.peers._answers import UnsupportedError, input_file
from bench.openback.peers._programs import ToolError
from bench.openback.schema import Case, Claim, Topic

TOPICS = frozenset({Topic.RULES})
CLAIMS = frozenset({"anonymous_read", "anonymous_write", "open", "user_read", "user_write"})
"""Names of the claims that these tools can make."""
MAX_FILE = 4 << 20
WHO = ("anonymous", "user")


def text_of(case: Case, folder: Path, *names: str) -> str:
    """The text of a rules file.

    Raises:
        UnsupportedError: its name is another one.
        ToolError: it is missing or too large.
    """
    if Path(case.input).name not in names:
        raise UnsupportedError(f"reads only {', '.join(names)}")
    place = input_file(case, folder)
    if place.stat().st_size > MAX_FILE:
        raise ToolError(f"larger than {MAX_FILE} bytes")
    return place.read_text(encoding="utf-8")


def access(path: str, may: Mapping[str, bool | None]) -> Iterator[Claim]:
    """The claims about a path; ``may`` has keys such as ``anonymous_read``, with ``None`` if the tool does not know."""
    for name, value in may.items():
        if value is not None:
            yield Claim(name, value, path)
    ways = (may.get("anonymous_read"), may.get("anonymous_write"))
    if True in ways:
        yield Claim("open", value=True, subject=path)
    elif None not in ways:
        yield Claim("open", value=False, subject=path)
