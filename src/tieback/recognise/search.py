"""All extractors over all of an app."""

from collections.abc import Iterable, Iterator

from tieback.intake.apps.content import COMPILED
from tieback.intake.apps.interface import Artifact, Gathered, Piece
from tieback.recognise.config import ConfigExtractor
from tieback.recognise.dataflow.extract import DataflowExtractor
from tieback.recognise.extract import EndpointExtractor
from tieback.recognise.interface import Extractor, Find
from tieback.recognise.rules import Rules


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
        """Every find, each with count 1, in the order of the pieces."""
        for piece in pieces:
            if isinstance(piece, Gathered):
                yield from self._gathered(piece)
            else:
                yield from self._artifact(piece)
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
