"""Marks in the files of hybrid apps, found in one pass of hyperscan in place of one search for each text."""

from functools import cache
from typing import NamedTuple

from tieback.intake.apps.interface import Bytes
from tieback.recognise.anchors import Anchor, AnchorKind, AnchorScanner, Atoms

MAX_HITS = 200_000
"""Most marks of one file."""


class Marks(NamedTuple):
    """Texts that are looked for together."""

    texts: tuple[bytes, ...]
    caseless: tuple[bytes, ...] = ()


class Places(NamedTuple):
    """Where the texts are in a file."""

    by_text: dict[bytes, list[int]]
    complete: bool
    """False if the file has more than ``MAX_HITS`` of them."""

    def of(self, *texts: bytes) -> list[int]:
        """Where any of these texts begins, in ascending order."""
        found = [places for text in texts if (places := self.by_text.get(text))]
        return sorted(set().union(*found)) if len(found) > 1 else found[0] if found else []


def places_of_marks(marks: Marks, data: Bytes) -> Places:
    """The places of all texts in a file. Those of one text can overlap."""
    found: dict[bytes, list[int]] = {}
    hits, stopped = _scanner(marks).scan(data, 0, len(data), MAX_HITS)
    if hits:
        texts = marks.texts + marks.caseless
        for index, end in hits:
            found.setdefault(texts[index], []).append(end - len(texts[index]))
    return Places(found, complete=not stopped)


@cache
def _scanner(marks: Marks) -> AnchorScanner:
    exact = [Anchor(AnchorKind.MARK, _atoms(one), caseless=False) for one in marks.texts]
    return AnchorScanner((*exact, *(Anchor(AnchorKind.MARK, _atoms(one)) for one in marks.caseless)))


def _atoms(text: bytes) -> Atoms:
    return tuple((f"\\x{octet:02x}", "") for octet in text)
