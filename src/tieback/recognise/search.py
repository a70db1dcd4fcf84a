"""All extractors over all of an app."""

from collections.abc import Iterable, Iterator

from tieback.intake.apps.content import COMPILED
from tieback.intake.apps.interface import Artifact, Gathered, Piece
from tieback.model.sighting import Problem
from tieback.recognise.config import ConfigExtractor
from tieback.recognise.dataflow.extract import DataflowExtractor
from tieback.recognise.extract import EndpointExtractor
from tieback.recognise.interface import Extractor, Find
from tieback.recognise.rules import Rules

MAX_TEXTS = 10_000
"""Texts of one app that are judged, so that a hostile one takes seconds; of the real ones measured the most had 600."""
MAX_PAIRS = 40_000
"""Pairs of keys and values of one app that are judged."""
MAX_FINDS = 50_000
"""Finds of one app, the same one in many places counted each time."""


class Search:
    """A set of every extractor, for one thread at a time.

    Each compiles its anchors at its first artifact, and rules are read when first asked for: keep one set a process.
    """

    def __init__(self, rules: Rules, *, dataflow: bool = True) -> None:
        """Take the rule files; without ``dataflow`` constants are found, and what code makes of them is not."""
        self._config = ConfigExtractor(rules)
        self._endpoints = EndpointExtractor(rules, self._config.marks)
        self._extractors: tuple[Extractor, ...] = (self._endpoints, self._config)
        if dataflow:
            self._extractors += (DataflowExtractor(self._endpoints, rules),)

    def finds(self, pieces: Iterable[Piece]) -> Iterator[Find]:
        """Every find of one app, each with count 1, in the order of the pieces; a problem where there are too many."""
        self._endpoints.left, self._config.left = MAX_TEXTS, MAX_PAIRS
        left = MAX_FINDS
        for piece in pieces:
            for found in self._gathered(piece) if isinstance(piece, Gathered) else self._artifact(piece):
                yield found
                left -= 1
                if not left:
                    yield Problem(f"more than {MAX_FINDS:,} finds; the rest of the app was not searched", "")
                    return
            del piece  # it may be large, and the next one is read before the name is bound anew

    def _artifact(self, artifact: Artifact) -> Iterator[Find]:
        for extractor in self._extractors:
            yield from extractor.extract(artifact)

    def _gathered(self, gathered: Gathered) -> Iterator[Find]:
        """The finds of the files of which the search of all in one go, or their name, says that there may be some."""
        naming: set[int] = set()
        for found in self._endpoints.sift(gathered):
            if isinstance(found, int):
                naming.add(found)
            else:
                yield found
        called = {
            number
            for number, (file, content) in enumerate(zip(gathered.files, gathered.contents, strict=True))
            if not content.startswith(COMPILED) and self._config.is_called(file)
        }
        for number in sorted(naming | called):
            artifact = gathered.artifact(number)
            yield from self._artifact(artifact) if number in naming else self._config.extract(artifact)
