"""Texts without which a reader of text files has nothing to read, found in one pass of hyperscan.

A search for one text reads a file in 0.3 to 0.6 ns per byte, and this one needs 0.5 for all of them together.
"""

from collections.abc import Iterable
from functools import cached_property

from tieback.intake.apps.interface import Bytes
from tieback.recognise.anchors import Anchor, AnchorKind, AnchorScanner, literal_atoms, parse
from tieback.recognise.makers.clues import MARK as SUPPORT
from tieback.recognise.makers.clues import REGISTERED
from tieback.recognise.settings.aws_clients import MARKS as CLIENTS
from tieback.recognise.settings.certificates import MARK as CERTIFICATE
from tieback.recognise.settings.firebase_web import MARKS as PROJECTS
from tieback.recognise.settings.script_objects import BUCKET_MARKS as BUCKETS
from tieback.recognise.settings.script_objects import HOST_MARKS as HOSTS
from tieback.recognise.settings.server_lists import LIST_MARKS as LISTS

HOST = b"host:"
"""Stands for the key of a host, which has several forms."""
LIST = b"hosts:"
"""The same for the key or variable of a list of servers."""


class TextMarks:
    """The search. Its patterns are compiled at the first file."""

    def __init__(self, texts: Iterable[str]) -> None:
        """``texts``: those of rule files."""
        own = (CERTIFICATE, SUPPORT, REGISTERED, *PROJECTS, *BUCKETS, *CLIENTS)
        self._texts = tuple(dict.fromkeys((*(text.encode() for text in texts), *own)))

    @cached_property
    def _scanner(self) -> AnchorScanner:
        atoms = (*(literal_atoms(text.decode("ascii")) for text in self._texts), *map(parse, (*HOSTS, *LISTS)))
        return AnchorScanner(tuple(Anchor(AnchorKind.MARK, one, caseless=False) for one in atoms), once=True)

    def of(self, data: Bytes) -> frozenset[bytes]:
        """Those of the texts that are in a file, and ``HOST`` and ``LIST``."""
        names = (*self._texts, *[HOST] * len(HOSTS), *[LIST] * len(LISTS))
        hits, _ = self._scanner.scan(data, 0, len(data), len(names))
        return frozenset(names[index] for index, _ in hits)
