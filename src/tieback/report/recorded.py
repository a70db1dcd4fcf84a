"""How the probes did against recorded servers, from ``recorded.tsv``: what the word "experimental" is to be read with.

``tools/write-verified`` writes the file from the recordings of the repository.
"""

from functools import cache
from importlib.resources import files

import msgspec

from tieback.model.count_text import count_text


class RecordedServers(msgspec.Struct, frozen=True):
    """Numbers of real servers whose recorded conversations the tests replay with the current probes."""

    servers: int
    right: int
    """Those with the right product, version, access, records and bytes at every recorded depth."""
    false_open: int
    """Closed servers that are called open."""
    false_closed: int
    """Servers that anyone can read and that are called closed."""


@cache
def recorded_servers() -> RecordedServers:
    """The figures of this release."""
    text = (files("tieback.report") / "recorded.tsv").read_text(encoding="utf-8")
    _, line = text.splitlines()
    return RecordedServers(*map(int, line.split("\t")))


def recorded_text() -> str:
    """The figures in one clause, such as ``checked with 137 recorded servers: 129 right``."""
    one = recorded_servers()
    wrong = [
        f"{count:,} falsely called {word}"
        for count, word in ((one.false_open, "open"), (one.false_closed, "closed"))
        if count
    ]
    said = ", ".join(wrong) or "none falsely open or closed"
    return f"checked with {count_text(one.servers, 'recorded server')}: {one.right:,} right, {said}"
