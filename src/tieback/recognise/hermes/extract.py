"""Extractor of endpoints that Hermes bytecode puts together."""

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.intake.apps.printable import printable
from tieback.intake.apps.stringpool import MalformedPoolError
from tieback.model.endpoint import Party
from tieback.model.sighting import Credential, Evidence, Problem, Sighting, UnreadKind
from tieback.recognise.calls import RULE as CALL_RULE
from tieback.recognise.calls import CallRule, read_calls, unnamed_container
from tieback.recognise.context import match_context
from tieback.recognise.interface import MAY_MISS, Extractor, ExtractorMeta, Find
from tieback.recognise.makers.clues import ClueKind, MakerClue
from tieback.recognise.scripts.appended_addresses import without_base
from tieback.recognise.scripts.expo_settings import ExpoSettings
from tieback.recognise.scripts.reader import Budget

if TYPE_CHECKING:
    from tieback.recognise.hermes.bytecode import Bytecode
    from tieback.recognise.hermes.containers import Container
    from tieback.recognise.hermes.program import Program
    from tieback.recognise.hermes.record import Found
    from tieback.recognise.hermes.search import Search

RULE = "hermes-flow"
MAX_STEPS = 220_000
"""Most steps of all bytecode files of an app, about a second; files above ``LARGE`` bytes have more."""
LARGE = 6_000_000
STEPS_PER_MB = 40_000
MAX_MORE = 1_500_000
"""Most steps that the size of the files adds for one app."""
_STEP_WIDTH = 90
_REGISTERED = b"registerComponent"
"""The method with which a script registers an app: https://reactnative.dev/docs/appregistry"""


class HermesExtractor:
    """Finds endpoints that Hermes bytecode puts together. For one thread at a time."""

    meta = ExtractorMeta(name=RULE, version="1", finds=(RULE,))

    def __init__(self, judge: Extractor, configured: Extractor, expo: ExpoSettings | None = None) -> None:
        """Read bytecode.

        Args:
            judge: judges texts.
            configured: judges objects that configure a client.
            expo: the settings of the app that its script reads.
        """
        self._judge, self._configured, self._expo = judge, configured, expo or ExpoSettings()
        self._values: dict[str, frozenset[str]] = {}
        self._read: tuple[Bytecode, Search] | None = None
        self.start()

    def start(self) -> None:
        """Allow the steps of another app."""
        self.left = MAX_STEPS
        """Steps that may still be taken."""
        self.more = MAX_MORE
        """Steps that large files may still add."""

    def extract(self, artifact: Artifact) -> Iterator[Find]:
        """Every endpoint that the bytecode of an artifact puts together, each once."""
        self._read = None
        if not artifact.bytecode:
            return
        # Most apps have no bytecode.
        from tieback.recognise.hermes.bytecode import Bytecode, UnreadableError
        from tieback.recognise.hermes.containers import ContainerCalls
        from tieback.recognise.hermes.program import Program
        from tieback.recognise.hermes.secret_objects import secret_objects

        more = min(max(0, len(artifact.bytecode) - LARGE) * STEPS_PER_MB // 1_000_000, self.more)
        budget = Budget(self.left + more)
        try:
            program = Program(Bytecode(artifact.bytecode), budget)
            program.heap.extra = self._expo.extra
        except (UnreadableError, MalformedPoolError) as error:
            yield Problem(str(error), artifact.file, UnreadKind.UNREADABLE)
            return
        if artifact.bytecode.find(_REGISTERED) >= 0:
            yield MakerClue(ClueKind.NAME, "", artifact.file)  # an app, whose name is not read
        told: set[str] = set()
        self._values.clear()
        for found in program.texts():
            if found.text.text not in told:
                told.add(found.text.text)
                yield from self._finds(artifact.file, program, found)
        for at, text in secret_objects(program.search):
            yield from self._secrets(artifact.file, at, text)
        calls = ContainerCalls(program.code, program.search, self._calls)
        for one in calls:
            yield self._container(artifact.file, program, one)
        self.more -= more
        self._read = program.code, program.search
        self.left = min(self.left, max(budget.left, 0))
        if program.stopped or calls.stopped:
            yield Problem(
                f"this bytecode was not followed to its end (limit on the work per app): {MAY_MISS}",
                artifact.file,
                UnreadKind.UNFOLLOWED,
            )

    @cached_property
    def _calls(self) -> tuple[CallRule, ...]:
        return read_calls()

    def settled(self, artifact: Artifact, finds: list[Find]) -> list[Find]:
        """The finds in the strings of the artifact that was read last; some are in constants that no code contacts."""
        read, self._read = self._read, None
        if read is None or not artifact.bytecode:
            return finds
        from tieback.recognise.hermes.ends import ConstantEnds

        return ConstantEnds(*read).settled(finds)

    def _container(self, file: str, program: "Program", one: "Container") -> Sighting:
        chain = (printable(name, _STEP_WIDTH),) if (name := program.name(one.function)) else ()
        place = Evidence(file, one.at, f"{RULE}/{CALL_RULE}", match_context("", one.shown)[:160], chain=chain)
        return Sighting(unnamed_container(one.kind, one.name), 1, Party.UNKNOWN, place)

    def _secrets(self, file: str, at: int, text: str) -> Iterator[Find]:
        """The credentials in an object; its other texts are found without it."""
        for one in self._judged(text):
            if isinstance(one, Credential):
                place = Evidence(file, at, f"{RULE}/configuration", one.evidence.context)
                yield msgspec.structs.replace(one, evidence=place)

    def _finds(self, file: str, program: "Program", found: "Found") -> Iterator[Find]:
        configured = found.call == "configuration"
        text = without_base(found.text.text, found.text.parts)
        plain = set() if configured else {value for part in found.text.parts for value in self._parts(part)}
        names = (program.name(found.function), *found.text.via)
        place = Evidence(
            file,
            found.at,
            f"{RULE}/{found.call or 'join'}",
            match_context("", text)[:160],
            chain=tuple(printable(name, _STEP_WIDTH) for name in dict.fromkeys(names) if name),
        )
        for one in self._judged(text, configured=configured):
            if isinstance(one, (Sighting, Credential)) and _value(one) not in plain:
                shown = one.evidence.context if isinstance(one, Credential) else place.context
                yield msgspec.structs.replace(one, evidence=msgspec.structs.replace(place, context=shown))

    def _parts(self, part: str) -> frozenset[str]:
        """The endpoints in one of the literals; many texts have the same ones."""
        known = self._values.get(part)
        if known is None:
            known = self._values[part] = frozenset(map(_value, self._judged(part)))
        return known

    def _judged(self, text: str, *, configured: bool = False) -> Iterator[Find]:
        file = "bundle.js" if configured else ""
        artifact = Artifact(file, (Buffer(file, BufferKind.TEXT, text.encode("utf-8", "replace")),))
        yield from self._judge.extract(artifact)
        if configured:
            yield from self._configured.extract(artifact)


def _value(find: Find) -> str:
    return find.endpoint.value + find.endpoint.path + "".join(find.addresses) if isinstance(find, Sighting) else ""
