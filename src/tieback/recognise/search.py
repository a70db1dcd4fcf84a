"""All extractors, applied to a whole app.

What only some apps have (programs of .NET, native code, pages in assets, scripts) is imported with the first such app.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from tieback.intake.apps.content import COMPILED
from tieback.intake.apps.free_memory import release_free
from tieback.intake.apps.interface import Artifact, ArtifactBatch, Buffer, BufferKind, Piece
from tieback.model.sighting import Problem, Sighting, UnreadKind
from tieback.recognise.dalvik.run import MAX_STEPS
from tieback.recognise.dataflow.constants import is_settled
from tieback.recognise.dataflow.dex.dexfile import KEEP_CODE
from tieback.recognise.dataflow.extract import DataflowExtractor
from tieback.recognise.dataflow.walk.settings import AppSettings
from tieback.recognise.extract import EndpointExtractor
from tieback.recognise.failures import failure, guarded
from tieback.recognise.hermes import extract as hermes
from tieback.recognise.interface import Extractor, Find
from tieback.recognise.other_code.python_files import PythonFiles
from tieback.recognise.placement import PlaceBudget, Placement
from tieback.recognise.rules import RuleFiles
from tieback.recognise.scripts import extract as scripts
from tieback.recognise.scripts import source_maps
from tieback.recognise.scripts.expo_settings import ExpoSettings
from tieback.recognise.scripts.page_names import PageNames
from tieback.recognise.settings import preferences
from tieback.recognise.settings.config import ConfigExtractor
from tieback.recognise.texts.script import LastScript

if TYPE_CHECKING:
    from tieback.recognise.pages.read_again import ReadAgain
    from tieback.recognise.pages.unloaded import UnloadedFiles

MAX_TEXTS = 24_000
"""Most texts of one app that are judged, so that a hostile app takes seconds. Hybrid apps with the sources of all their
libraries have up to 20,000."""
MAX_PAIRS = 40_000
"""Most key-value pairs of one app that are judged."""
MAX_FINDS = 50_000
"""Most finds of one app; a find in many places counts each time."""
MAX_CODE = 96 * 1024 * 1024
"""Most bytes of DEX files that are followed together; values do not cross to the files after them."""


_PRIVATE = tuple(map(str.encode, preferences.PRIVATE_MARKS))


class AppSearch:
    """A set of every extractor, for one thread at a time.

    Each extractor compiles its anchors at its first artifact, and rules are read when first used. Use one set per
    process.
    """

    def __init__(self, rules: RuleFiles, *, dataflow: bool = True) -> None:
        """Use these rule files. Without ``dataflow`` only constants are found, not strings that code assembles."""
        self._rules = rules
        self._places = PlaceBudget()
        self._config = ConfigExtractor(rules)
        marks = (*self._config.marks, preferences.MARK.encode(), *_PRIVATE, *scripts.MARKS, source_maps.MARK)
        self._endpoints = EndpointExtractor(rules, marks)
        judge: Extractor = self._endpoints
        self._added = None
        self._again: ReadAgain | None = None
        if rules.added is not None and (rules.added.identifiers or rules.added.credentials):
            from tieback.recognise.user_rules import BothExtractors, UserRuleSearch

            self._added = UserRuleSearch(rules.added, rules)
            judge = BothExtractors(self._endpoints, self._added.extractor)
        self._script = LastScript()
        self._expo = ExpoSettings()
        self._scripts = scripts.ScriptExtractor(judge, self._script, self._expo)
        maps = source_maps.SourceMapExtractor(judge)
        self._extractors: tuple[Extractor, ...] = (self._endpoints, self._config, self._scripts, maps)
        self._hermes = hermes.HermesExtractor(judge, self._config, self._expo)
        if dataflow:
            self._extractors += (self._hermes,)
        self._dataflow = DataflowExtractor(judge, rules) if dataflow else None

    def finds(self, pieces: Iterable[Piece], *, hybrid: bool = True, asset_pages: bool = False) -> Iterator[Find]:
        """All finds of one app, each with count 1, in the order of the pieces; a problem if there are too many.

        Args:
            pieces: the files of the app.
            hybrid: false if the app has no script of Cordova or Capacitor.
            asset_pages: true if it has pages in its assets.
        """
        self._endpoints.left, self._config.left, self._places = MAX_TEXTS, MAX_PAIRS, PlaceBudget()
        self._config.start()
        names = self._scripts.start()
        self._hermes.start()
        if self._dataflow is not None:
            self._dataflow.left = MAX_STEPS
        modules = PythonFiles()
        read = self._expo.seen(modules.seen(pieces))
        self._again = None
        if hybrid:
            from tieback.recognise.pages.read_again import ReadAgain
            from tieback.recognise.pages.unloaded import UnloadedFiles

            pages, self._again = UnloadedFiles(), ReadAgain()
            every = pages.settled(self._every(_seen(read, pages, self._again, names)))
        elif asset_pages:
            from tieback.recognise.pages.asset_pages import AssetPages

            assets = AssetPages()
            every = assets.settled(self._every(assets.seen(read)))
        else:
            every = self._every(read)
        every = modules.settled(every)
        if self._added is None:
            yield from _bounded(every)
            return
        # Last: what a rule of a user finds never takes the place of a find of a built-in rule.
        self._added.start()
        yield from _bounded(find for find in every if not self._added.takes(find))
        yield from self._added.finds

    @property
    def _note(self) -> Callable[[Sighting, frozenset[bytes]], None] | None:
        return self._again.note if self._again is not None else None

    def _every(self, pieces: Iterable[Piece]) -> Iterator[Find]:
        code: list[Buffer] = []
        held: list[Find] | None = [] if self._dataflow is not None else None
        settings = AppSettings()
        for piece in pieces:
            if isinstance(piece, ArtifactBatch):
                finds = guarded(self._gathered(piece), "")
            else:
                finds = guarded(self._artifact(piece), piece.file)
            for find in finds:
                # From the first constant on, so that the order stays.
                if held is None or not (held or is_settled(find)):
                    yield find
                    continue
                held.append(find)
                if len(held) > MAX_FINDS:
                    yield from held
                    held = None
            if self._added is not None:
                self._added.read(piece)
            if self._dataflow is not None:
                settings.see(piece)
                if isinstance(piece, Artifact):
                    code += [buffer for buffer in piece.buffers if buffer.kind is BufferKind.DEX]
                    if _size(code) > MAX_CODE:
                        yield from held or ()
                        held = None  # the files that follow can read a constant
                        yield from self._followed(self._dataflow, code, settings, None)
            del piece  # it can be large, and the next one is read before the name is bound again
        yield from guarded(self._shared(), "")
        if self._dataflow is not None and code:
            yield from self._followed(self._dataflow, code, settings, held)
        else:
            yield from held or ()

    def _shared(self) -> Iterator[Find]:
        """What scripts have together, and the addresses that they read from pages and JSON files."""
        yield from self._scripts.shared()
        yield from self._again.finds() if self._again is not None else ()

    def _followed(
        self, dataflow: DataflowExtractor, code: list[Buffer], settings: AppSettings, held: list[Find] | None
    ) -> Iterator[Find]:
        """The finds of the code, which is released, after the earlier ones. No error costs one of those."""
        given, is_large = 0, _size(code) > KEEP_CODE
        try:
            for find in dataflow.extract_app(code, settings, held):
                given += 1
                yield find
        except Exception as error:  # noqa: BLE001 - whatever the code of an app makes ours raise
            yield from (held or [])[given:]
            yield failure(error, code[0].file)
        code.clear()
        if is_large:
            release_free()

    def _artifact(self, artifact: Artifact) -> Iterator[Find]:
        finds = Placement(artifact, self._places, script=self._script, note=self._note).finds(self._extractors)
        if artifact.bytecode:
            held = list(finds)
            try:
                settled = self._hermes.settled(artifact, held)
            except Exception as error:  # noqa: BLE001 - whatever a bundle makes the code raise
                settled = [*held, failure(error, artifact.file)]
            yield from settled
        elif artifact.assembly:
            from tieback.recognise.other_code.assemblies import Assembly

            yield from Assembly(artifact.file, artifact.assembly, self._rules).settled(finds)
        elif any(buffer.kind is BufferKind.NATIVE for buffer in artifact.buffers):
            from tieback.recognise.other_code.native_hosts import native_hosts

            held = list(finds)
            yield from held
            yield from native_hosts(artifact.buffers, held, self._rules)
        else:
            yield from finds

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
            file, content = gathered.files[number], bytes(gathered.contents[number])
            placement = Placement(gathered.artifact(number), self._places, content, self._script, self._note)
            extractors = self._extractors if number in naming else (self._config,)
            yield from placement.finds(extractors)
            if number in naming and preferences.names_servers(content):
                yield from preferences.server_defaults(file, content, self._rules)


def _seen(pieces: Iterable[Piece], pages: "UnloadedFiles", again: "ReadAgain", names: PageNames) -> Iterator[Piece]:
    for piece in pieces:
        pages.see(piece)
        again.see(piece)
        names.see(piece)
        yield piece
        del piece  # it can be large


def _size(code: Iterable[Buffer]) -> int:
    """Bytes of these files."""
    return sum(len(buffer.data) for buffer in code)


def _bounded(finds: Iterable[Find]) -> Iterator[Find]:
    for count, find in enumerate(finds, start=1):
        yield find
        if count == MAX_FINDS:
            yield Problem(f"more than {MAX_FINDS:,} finds; the rest of the app was not searched", "", UnreadKind.LIMIT)
            return
