"""All extractors, applied to a whole app."""

from collections.abc import Iterable, Iterator

from tieback.intake.apps.content import COMPILED
from tieback.intake.apps.interface import Artifact, ArtifactBatch, Piece
from tieback.model.sighting import Problem
from tieback.recognise.config import ConfigExtractor
from tieback.recognise.dalvik.run import MAX_STEPS
from tieback.recognise.dataflow.extract import DataflowExtractor
from tieback.recognise.extract import EndpointExtractor
from tieback.recognise.interface import Extractor, Find
from tieback.recognise.rules import RuleFiles

MAX_TEXTS = 10_000
"""Most texts of one app that are judged, so that a hostile app takes seconds. The largest measured real app had 600."""
MAX_PAIRS = 40_000
"""Most key-value pairs of one app that are judged."""
MAX_FINDS = 50_000
"""Most finds of one app; a find in many places counts each time."""


class AppSearch:
    """A set of every extractor, for one thread at a time.

    Each extractor compiles its anchors at its first artifact, and rules are read when first used. Use one set per
    process.
    """

    def __init__(self, rules: RuleFiles, *, dataflow: bool = True) -> None:
        """Use these rule files. Without ``dataflow`` only constants are found, not strings that code assembles."""
        self._config = ConfigExtractor(rules)
        self._endpoints = EndpointExtractor(rules, self._config.marks)
        self._dataflow = DataflowExtractor(self._endpoints, rules)
        self._extractors: tuple[Extractor, ...] = (self._endpoints, self._config)
        if dataflow:
            self._extractors += (self._dataflow,)

    def finds(self, pieces: Iterable[Piece]) -> Iterator[Find]:
        """All finds of one app, each with count 1, in the order of the pieces; a problem if there are too many."""
        self._endpoints.left, self._config.left, self._dataflow.left = MAX_TEXTS, MAX_PAIRS, MAX_STEPS
        left = MAX_FINDS
        for piece in pieces:
            for found in self._gathered(piece) if isinstance(piece, ArtifactBatch) else self._artifact(piece):
                yield found
                left -= 1
                if not left:
                    yield Problem(f"more than {MAX_FINDS:,} finds; the rest of the app was not searched", "")
                    return
            del piece  # it can be large, and the next one is read before the name is bound again

    def _artifact(self, artifact: Artifact) -> Iterator[Find]:
        for extractor in self._extractors:
            yield from extractor.extract(artifact)

    def _gathered(self, gathered: ArtifactBatch) -> Iterator[Find]:
        """The finds of the files that the common search or their name selects."""
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
