"""Extractor of endpoints that the code of a DEX file assembles.

The extractor of endpoints judges the texts from the walk like any other text of the app. An endpoint that is already in
one of the constants is left to that extractor.
"""

from collections.abc import Generator, Iterable, Iterator, Sequence

from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.count_text import count_text
from tieback.model.endpoint import EndpointKind
from tieback.model.sighting import NotBackend, Problem, Sighting, UnreadKind
from tieback.recognise.dalvik.decryptors import Decryption
from tieback.recognise.dalvik.run import MAX_STEPS
from tieback.recognise.dataflow.analysis import Analysis, analyse
from tieback.recognise.dataflow.constants import ConstantEnds, DexPart
from tieback.recognise.dataflow.dex.dex_tables import MalformedDexError
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.finds import RULE, Finds
from tieback.recognise.dataflow.made_texts import filled, made_addresses, made_contacts
from tieback.recognise.dataflow.methods.sinks import read_sinks
from tieback.recognise.dataflow.unset_parts import with_unset_parts
from tieback.recognise.dataflow.unused.unrunnable import NEEDS
from tieback.recognise.dataflow.walk.calls import KnownCalls
from tieback.recognise.dataflow.walk.settings import AppSettings
from tieback.recognise.interface import MAY_MISS, Extractor, ExtractorMeta, Find
from tieback.recognise.placement import CERTIFICATE, is_field_of_certificate
from tieback.recognise.reasons import UNUSED
from tieback.recognise.rules import RuleFiles
from tieback.recognise.texts.elements import PERMITTED

MAX_FILES = 64
"""Most DEX files in one container."""
_SAYS_NOTHING = UNUSED | {PERMITTED}
"""Reasons that are not evidence against another place of a host."""
_KEEP = 4096
"""Most cached texts; the cache is then cleared."""


def dex_parts(buffer: Buffer) -> Iterator[DexPart]:
    """The DEX files in a buffer: several in a container."""
    if buffer.kind is not BufferKind.DEX or buffer.base:
        return
    at = 0
    for _ in range(MAX_FILES):
        try:
            dex = DexFile(buffer.data, at)
        except MalformedDexError:
            return  # its reader has reported the problem
        yield DexPart(buffer, dex)
        if buffer.data[4:7] != b"041" or dex.size < 112:
            return
        at += dex.size


class DataflowExtractor:
    """Finds endpoints split over several constants of a method. For one thread at a time."""

    meta = ExtractorMeta(name=RULE, version="2", finds=(RULE,))

    def __init__(self, judge: Extractor, rules: RuleFiles | None = None) -> None:
        """Use this extractor to judge texts; it is shared, so that its patterns are compiled only once."""
        self._judge = judge
        self._rules = rules if rules is not None else RuleFiles()
        self.left = MAX_STEPS
        """Instructions that may still be run to decrypt strings; ``AppSearch`` sets it per app."""
        self._known: KnownCalls | None = None
        self._judged: dict[str, tuple[Find, ...]] = {}

    def extract(self, artifact: Artifact) -> Iterator[Find]:
        """Every endpoint that the methods of a DEX file assemble, each with count 1."""
        return self.extract_app(artifact.buffers)

    def extract_app(
        self,
        buffers: Iterable[Buffer],
        settings: AppSettings | None = None,
        held: Iterable[Find] | None = None,
    ) -> Iterator[Find]:
        """Every endpoint that the methods of all DEX files of an app assemble, each with count 1.

        Args:
            buffers: the DEX files.
            settings: what the code reads from files of the app.
            held: earlier finds, which are given back. Those in constants of these files that no code contacts become
                texts that are not back ends. ``None`` if there are more DEX files, which are not known.
        """
        buffers = tuple(buffers)
        parts = [part for buffer in buffers for part in dex_parts(buffer)][:MAX_FILES]
        whole = {id(part.buffer) for part in parts} == set(map(id, buffers)) and len(parts) < MAX_FILES
        package = settings.package if settings is not None else None
        libraries = self._rules.third_parties
        ends = ConstantEnds(parts, package, libraries) if held is not None and whole and parts else None
        try:
            yield from self._found(parts, settings, held, ends)
        finally:
            if ends is not None:
                ends.close()

    def _found(
        self,
        parts: Sequence[DexPart],
        settings: AppSettings | None,
        held: Iterable[Find] | None,
        ends: ConstantEnds | None,
    ) -> Iterator[Find]:
        """``extract_app`` for the files in the buffers."""
        shown, left_out = set[str](), set[str]()
        for find in held or ():
            settled = ends.settle(find) if ends is not None and isinstance(find, Sighting) else find
            if ends is not None and isinstance(settled, Sighting):
                settled = ends.with_class(settled, self._rules.third_parties)
            _note(settled, shown, left_out)
            yield settled
        if not parts:
            return
        if self._known is None:
            self._known = KnownCalls(read_sinks())
        files = [part.dex for part in parts]
        decryption = Decryption(files, self.left, settings)
        try:
            analysis = yield from self._followed(parts, settings, decryption, ends, (shown, left_out))
        finally:
            decryption.close()
        if analysis.unread:
            methods = count_text(analysis.unread, "method")
            what = f"the code of {methods} was not followed to its end (limit on the work per app): {MAY_MISS}"
            yield Problem(what, parts[0].buffer.file, UnreadKind.UNFOLLOWED)

    def _followed(
        self,
        parts: Sequence[DexPart],
        settings: AppSettings | None,
        decryption: Decryption,
        ends: ConstantEnds | None,
        hosts: tuple[set[str], set[str]],
    ) -> Generator[Find, None, Analysis]:
        """What the code puts together and decrypts; ``hosts`` are the shown ones, and those that are left out."""
        assert self._known is not None
        shown, left_out = hosts
        files = [part.dex for part in parts]
        analysis = analyse(files, self._known, self._rules, settings, decryption)
        self.left -= decryption.runner.used
        flows, unset = with_unset_parts(analysis.flows)
        made = [one for one in made_addresses(analysis.roots, decryption) if unset.opened(one.text) == one.text]
        flows = tuple(filled(flows, made))
        analysis = analysis._replace(flows=(*flows, *made_contacts(flows, made, decryption)))
        finds = Finds(self.judge_text, self._rules, parts, analysis, ends, decryption.runner.machine.services)
        for find in finds.all():
            settled = ends.settle(find) if ends is not None and isinstance(find, Sighting) else find
            _note(settled, shown, left_out)
            yield settled
        for find in finds.decrypted(decryption):
            _note(find, shown, left_out)
            yield find
        for find in finds.made(made, shown, left_out):
            _note(find, shown, left_out)
            yield find
        if not decryption.made_all or decryption.runner.machine.is_short or analysis.roots.is_cut:
            what = f"not every method that can put an address together was run (limit on the work per app): {MAY_MISS}"
            yield Problem(what, parts[0].buffer.file, UnreadKind.UNFOLLOWED)
        native = settings.native if settings is not None else None
        if native is not None and native.is_cut:
            what = f"not every native method was run (limit on the work per app): {MAY_MISS}"
            yield Problem(what, parts[0].buffer.file, UnreadKind.UNFOLLOWED)
        yield from finds.decrypted_hosts(decryption, shown)
        if ends is not None:
            yield from finds.viewed(ends.viewed_pages(self._rules))
            yield from finds.composed_hosts(shown, left_out)
            yield from finds.opened(ends.opened_links())
            yield from finds.bare(ends.bare_hosts(self._rules, shown, left_out, finds.domains()))
        return analysis

    def judge_text(self, text: str) -> tuple[Find, ...]:
        """Verdict of the other extractor on a text."""
        known = self._judged.get(text)
        if known is None:
            if len(self._judged) >= _KEEP:
                self._judged.clear()
            buffer = Buffer("", BufferKind.TEXT, text.encode("utf-8", "replace"))
            finds = self._judge.extract(Artifact("", (buffer,)))
            known = self._judged[text] = tuple(_without_certificate(buffer, find) for find in finds)
        return known

    @property
    def rules(self) -> RuleFiles:
        """The rule files."""
        return self._rules


def _without_certificate(buffer: Buffer, find: Find) -> Find:
    """A find in a text; the fields of a certificate become texts that are not back ends."""
    if isinstance(find, Sighting) and is_field_of_certificate(buffer, find):
        return NotBackend(find.endpoint.value, CERTIFICATE)
    return find


def _note(find: Find, shown: set[str], left_out: set[str]) -> None:
    """Note the host of a find; a constant that no code uses says nothing about another one with the same host.

    Nor does a list of addresses that the app permits: code can contact each of them.
    """
    if isinstance(find, Sighting) and find.endpoint.kind is not EndpointKind.CLOUD and find.endpoint.host:
        shown.add(find.endpoint.host)
    elif isinstance(find, NotBackend) and find.reason not in _SAYS_NOTHING and not find.reason.startswith(NEEDS):
        left_out.add(find.value.partition("://")[2].partition("/")[0].partition(":")[0])
