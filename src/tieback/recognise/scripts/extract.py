"""Extractor of endpoints that scripts encode or put together.

Only the places around a mark of an encoding, of a call or of a scheme are looked at, because scripts are large and most
have none. The texts are judged like any other text of the app. What reads scripts is imported with the first script:
most apps have none.
"""

from collections.abc import Iterable, Iterator
from contextlib import closing
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

import msgspec

from tieback.intake.apps.interface import Artifact, Buffer, BufferKind, Bytes
from tieback.intake.apps.printable import printable
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import Credential, Evidence, NotBackend, Problem, Sighting, UnreadKind
from tieback.recognise.anchors import Anchor, AnchorKind, AnchorScanner, Atoms, literal_atoms
from tieback.recognise.calls import is_page, is_script
from tieback.recognise.context import match_context
from tieback.recognise.embedded import embedded_texts, language
from tieback.recognise.endpoints.url import COMPLETED
from tieback.recognise.interface import MAY_MISS, Extractor, ExtractorMeta, Find
from tieback.recognise.scripts.appended_addresses import without_base
from tieback.recognise.scripts.chunk_scripts import Chunk
from tieback.recognise.scripts.expo_settings import ExpoSettings
from tieback.recognise.scripts.folding import MADE, folded_texts, unquoted
from tieback.recognise.scripts.page_names import MAX_SHOWN, PageNames
from tieback.recognise.scripts.reader import Budget
from tieback.recognise.span import decode_text
from tieback.recognise.texts.dart_scripts import SUFFIX
from tieback.recognise.texts.prose import COMMENT
from tieback.recognise.texts.script import LastScript

if TYPE_CHECKING:
    from tieback.recognise.scripts.resolve import Resolution, Resolved

RULE = "script-string"
FLOW_RULE = "script-flow"
CONSTANT = "dex-string/"
"""Before the method, if the script is a constant of code."""
_ENCODED = (
    b"atob(", b"fromCharCode(", b"fromCharCode.apply", b".reverse().join", rb"\x68\x74\x74\x70", b"['shift']()",
    b"=function(){return _0x", b"unescape(", b"Buffer.from(",
)  # fmt: skip
_SELECTING = (
    b"fetch(", b"WebSocket(", b"EventSource(", b"XMLHttpRequest", b"axios", b".ajax(", b"baseURL", b"new URL(",
    b'"https:"', b"'https:'", b'"wss:"', b"'wss:'", b'"https"', b"'https'", b"sendBeacon(", b".Client(",
    b'"//"', b"'//'",
)  # fmt: skip
"""Texts that select a small file without any text of an endpoint."""
_BUNDLES = (".bundle", ".jsbundle")
MARKS = (*_ENCODED, *_SELECTING)
"""Texts that select a file for this extractor."""
MAX_SCRIPT = 8 * 1024 * 1024
"""Most bytes of a script whose string arrays are replaced."""
MAX_PIECES = 2_000
"""Most pieces of one script that are folded."""
MAX_HITS = 100_000
"""Most marks of one script."""
MAX_STEPS = 1_000_000
"""Most steps of all scripts of an app; about a second for each 200,000."""
_SCRIPT_STEPS = 500_000
MAX_APP_STEPS = 200_000
"""Most steps of the runs of all scripts of an app."""
ACROSS_STEPS = 60_000
"""Most steps for the scripts of a page together."""
_BEFORE, _AFTER = 400, 3_000
_STEP_WIDTH = 90
_MARK_REACH = 32
_MARK = lazy_pattern(
    rb"\batob\(|\bfromCharCode\b|\.reverse\(\)|(?:\\x[0-9a-fA-F]{2}|\\u00[0-9a-fA-F]{2}){4}|\bunescape\(|\bBuffer\.from\("
    rb"|\xee\x80\x80"
)
_REPLACED = b"\xee\x80\x80"
"""Begins a text that was in a string array (``folding.quoted``)."""
_REPLACED_LITERAL = lazy_pattern(rb"'" + _REPLACED + rb"(?:[^'\\\n]|\\[^\n]){0,4096}'")
_ARRAYED = lazy_pattern(rb"\[['\"]shift['\"]\]\(\)|=\s?function\(\)\s?\{\s?return _0x")
_WORTH = lazy_pattern(r"://|\.\w{2,}|^[\w-]{16,200}$")


_HEX: Atoms = (("[0-9A-Fa-f]", "{2}"),)
_X: Atoms = ((r"\\", ""), ("x", ""), *_HEX)
_U: Atoms = ((r"\\", ""), ("u", ""), ("0", "{2}"), *_HEX)
_ARRAYS = ("['shift']()", '["shift"]()', "return _0x")
_ARRAY_MARKS = range(len(_ARRAYS))
_PREFILTER: tuple[Atoms, ...] = (
    *map(literal_atoms, (*_ARRAYS, "atob(", "fromCharCode", ".reverse()", "unescape(", "Buffer.from(")),
    (*_X, *_X), (*_U, *_U), (*_X, *_U), (*_U, *_X), ((r"\xee", ""), (r"\x80", ""), (r"\x80", "")),
)  # fmt: skip
"""What a script with a mark of an encoding contains."""


class ScriptExtractor:
    """Finds endpoints and credentials that scripts encode or put together. For one thread at a time."""

    meta = ExtractorMeta(name=RULE, version="2", finds=(RULE, FLOW_RULE))

    def __init__(self, judge: Extractor, script: LastScript | None = None, expo: ExpoSettings | None = None) -> None:
        """Read scripts.

        Args:
            judge: judges texts.
            script: the literals of scripts for other readers, too.
            expo: the settings of the app that its script reads.
        """
        self._judge, self._last, self._expo = judge, script, expo or ExpoSettings()
        self.left = MAX_STEPS
        """Steps that may still be taken to put texts together."""
        self.run_steps = MAX_APP_STEPS
        """Steps that runs of scripts may still take."""
        self.names = PageNames()
        self._told: set[str] = set()
        """The endpoints that single scripts put together."""
        self._told_of: set[tuple[str, str]] = set()
        """The endpoints that several scripts put together, with the file of each."""

    def start(self) -> PageNames:
        """Begin an app; the names that its scripts share."""
        self.left, self.names = MAX_STEPS, PageNames()
        self.run_steps = MAX_APP_STEPS
        self._told.clear()
        self._told_of.clear()
        return self.names

    def shared(self) -> Iterator[Find]:
        """The endpoints whose host another script names, once the whole app is read."""
        places = set[tuple[str, int | None]]()
        for find in self._across():
            if isinstance(find, Sighting):
                places.add((find.evidence.file, find.evidence.offset))
            yield find
        for text, place in self.names.addresses():
            if (place.file, place.offset) not in places:  # which may have a port that is known now
                yield from self._located(text, place)
        yield from self._in_chunks()
        yield from self._together()

    def _across(self) -> Iterator[Find]:
        """What a script of a page puts together with names of another one."""
        whole = self.names.scripts.whole()
        if whole is None:
            return
        from tieback.recognise.scripts import resolve

        budget = Budget(min(self.left, ACROSS_STEPS))
        with closing(resolve.Resolution(whole.data, budget, settings=whole.settings)) as resolution:
            for found in resolution.of_calls(whole.calls):
                yield from self._of_several(resolution, found, *whole.place(found.at))

    def _together(self) -> Iterator[Find]:
        """What the scripts of a page request, if they are run together."""
        scripts, documents = self.names.scripts.parts(self.names.bundles.modules)
        if not scripts or self.run_steps <= 0:
            return
        from tieback.recognise.scripts.requested import requested_together, texts

        told = self._told | {value for _, value in self._told_of}
        outcome, locate = requested_together(scripts, documents, self.run_steps)
        self.run_steps -= outcome.steps
        for found in texts(outcome.requests):
            file, offset = locate(found.at)
            chain = tuple(printable(step, _STEP_WIDTH) for step in found.text.via)
            place = Evidence(file, offset, f"{FLOW_RULE}/{found.call or 'join'}", chain=chain)
            for one in self._located(found.text.text, place):
                if isinstance(one, Sighting) and _value(one) not in told:
                    told.add(_value(one))
                    yield one

    def _in_chunks(self) -> Iterator[Find]:
        """What a chunk of a bundle puts together with modules of another file."""
        bundles = self.names.bundles
        linked: Iterable[Chunk] = ()
        if len(bundles.modules) > 1:
            from tieback.recognise.scripts import es_modules

            linked = es_modules.linked(bundles.modules)
        for chunk in chain(bundles.chunks(), linked):
            from tieback.recognise.scripts import resolve

            hits, _ = self._scanner.scan(chunk.data, 0, len(chunk.data), MAX_HITS)
            marks = [(resolve.MARKS[index], end) for index, end in hits if index < len(resolve.MARKS)]
            budget = Budget(min(self.left, ACROSS_STEPS))
            before = budget.left
            with closing(resolve.Resolution(chunk.data, budget)) as resolution:
                for found in resolution.texts(marks):
                    yield from self._of_several(resolution, found, *chunk.place(found.at))
            self.left -= before - max(budget.left, 0)

    def _of_several(self, resolution: "Resolution", found: "Resolved", file: str, offset: int) -> Iterator[Find]:
        """The finds in a text of several scripts, without those that its parts or single scripts have."""
        if resolution.is_comment(found.at):
            return
        plain = {_value(one) for part in found.text.parts for one in self._judged(part)}
        chain = tuple(printable(step, _STEP_WIDTH) for step in found.text.via)
        place = Evidence(file, offset, f"{FLOW_RULE}/{found.call or 'join'}", chain=chain)
        for one in self._located(without_base(found.text.text, found.text.parts), place):
            if isinstance(one, Sighting) and _value(one) not in plain and (file, _value(one)) not in self._told_of:
                self._told_of.add((file, _value(one)))
                if _value(one) not in self._told:
                    yield one

    @cached_property
    def _scanner(self) -> AnchorScanner:
        from tieback.recognise.scripts import resolve

        atoms = (*map(literal_atoms, (mark.decode("ascii") for mark in resolve.MARKS)), *_PREFILTER)
        return AnchorScanner(tuple(Anchor(AnchorKind.MARK, one, caseless=False) for one in atoms))

    def extract(self, artifact: Artifact) -> Iterator[Find]:
        """Every endpoint and credential that a script encodes or puts together, each once per script."""
        for buffer in artifact.buffers:
            if is_script(buffer) and not buffer.utf16:
                yield from self._script(buffer)
            for start, text in embedded_texts(buffer):
                name = language(text)
                if name:
                    yield from self._embedded(buffer, start, text, name)

    def _embedded(self, buffer: Buffer, start: int, text: bytes, name: str) -> Iterator[Find]:
        """What a script in a constant puts together; its place is that of the constant."""
        for find in self._script(Buffer(name, BufferKind.TEXT, text, base=buffer.base + start)):
            if isinstance(find, (Sighting, Credential)):
                how = f"{CONSTANT}{find.evidence.how}"
                place = msgspec.structs.replace(find.evidence, file=buffer.file, how=how)
                yield msgspec.structs.replace(find, evidence=place)

    def _script(self, buffer: Buffer) -> Iterator[Find]:
        from tieback.recognise.scripts import resolve
        from tieback.recognise.scripts.eval_modules import without_evals
        from tieback.recognise.scripts.plain_members import with_plain_members
        from tieback.recognise.scripts.proxy_members import without_proxies
        from tieback.recognise.scripts.string_arrays import without_arrays

        data = without_evals(buffer.data)  # a script can be large, so that it is not copied if it has no such texts
        hits, _ = self._scanner.scan(data, 0, len(data), MAX_HITS)
        told: set[str] = set()
        shown = data
        if any(index >= len(resolve.MARKS) for index, _ in hits):
            marked = any(index - len(resolve.MARKS) in _ARRAY_MARKS for index, _ in hits)
            arrayed = marked and len(data) <= MAX_SCRIPT and _ARRAYED.search(data) is not None
            if arrayed:
                shown = without_arrays(decode_text(bytes(data), wide=False)).encode("utf-8", "replace")
                hits, _ = self._scanner.scan(shown, 0, len(shown), MAX_HITS)
            encoded = [end for index, end in hits if index >= len(resolve.MARKS)]
            finds = self._encoded(buffer, shown, encoded, told)
            if arrayed:
                plain = with_plain_members(bytes(shown).replace(_REPLACED, b""))
                plain = without_proxies(plain.decode("utf-8", "replace")).encode("utf-8", "replace")
                yield from self._as_in(plain, buffer.file, finds)
                shown = plain
                hits, _ = self._scanner.scan(shown, 0, len(shown), MAX_HITS)
            else:
                yield from finds
        marks = [(resolve.MARKS[index], end) for index, end in hits if index < len(resolve.MARKS)]
        if marks:
            if buffer.file.endswith(SUFFIX):
                yield from self._dart(buffer, shown, marks, told)
            yield from self._joined(buffer, shown, marks, told)

    def _as_in(self, script: bytes, file: str, finds: Iterator[Find]) -> Iterator[Find]:
        """Finds in single texts of a script; those that the whole script shows only to people are no back ends."""
        from tieback.recognise.texts.places import TextPlaces

        contacted: set[str] = set()
        reasons: dict[str, str] = {}
        places = TextPlaces(file, script)
        for one in self._judge.extract(Artifact(file, (Buffer(file, BufferKind.TEXT, script),))):
            if isinstance(one, Sighting) and one.evidence.offset is not None:
                if reason := places.reason(one.evidence.offset):
                    reasons[one.endpoint.value] = reason
                else:
                    contacted.add(one.endpoint.value)
        for find in finds:
            value = find.endpoint.value if isinstance(find, Sighting) else ""
            yield NotBackend(value, reasons[value]) if value in reasons and value not in contacted else find

    def _dart(self, buffer: Buffer, shown: Bytes, marks: list[tuple[bytes, int]], told: set[str]) -> Iterator[Find]:
        """The addresses that a compiled script of Dart makes of constants."""
        from tieback.recognise.scripts.dart_addresses import addresses

        for at, text in addresses(shown, marks):
            if text not in told:
                told.add(text)
                offset = None if shown is not buffer.data else buffer.base + at
                yield from self._located(text, Evidence(buffer.file, offset, f"{FLOW_RULE}/join"))

    def _joined(self, buffer: Buffer, shown: Bytes, marks: list[tuple[bytes, int]], told: set[str]) -> Iterator[Find]:
        """What the script puts together."""
        from tieback.recognise.scripts import resolve
        from tieback.recognise.scripts.host_lists import HostLists

        budget = Budget(min(self.left, _SCRIPT_STEPS))
        before = budget.left
        markup = is_page(buffer)
        host_lists = HostLists(shown)
        extra = self._expo.extra and buffer.file.endswith(_BUNDLES) and shown.find(b".extra") >= 0
        if extra:
            read = bytes(shown) + self._expo.script()
            resolved = resolve.Resolution(read, budget, settings=(read.index(b"{", len(shown)),))
        else:
            resolved = resolve.Resolution(shown, budget, markup=markup, script=self._last)
        with closing(resolved) as resolution:
            for found in chain(resolution.texts(marks), self._requested(shown, resolution, buffer.file)):
                if found.text.text in told:
                    continue
                told.add(found.text.text)
                plain = {_value(one) for part in found.text.parts for one in self._judged(part)}
                offset = found.at + (shown[found.at : found.at + 1] in (b"'", b'"', b"`"))
                place = Evidence(
                    buffer.file,
                    None if shown is not buffer.data else buffer.base + offset,
                    f"{FLOW_RULE}/{found.call or 'join'}",
                    chain=tuple(printable(step, _STEP_WIDTH) for step in found.text.via),
                )
                # Without an offset, the place cannot be judged later.
                in_comment = shown is not buffer.data and resolution.is_comment(found.at)
                is_template = shown[found.at : found.at + 1] == b"`"  # which is found as it is written
                for one in self._located(without_base(found.text.text, found.text.parts), place):
                    if isinstance(one, NotBackend):
                        if not (is_template or in_comment):
                            yield one
                    elif _value(one) not in plain:
                        self._told.add(_value(one))
                        yield (
                            NotBackend(one.endpoint.value, COMMENT) if isinstance(one, Sighting) and in_comment else one
                        )
                for text in host_lists.with_others(found.text) if not in_comment else ():
                    if text not in told:
                        told.add(text)
                        yield from self._located(text, place)
            for shared, names in resolution.shared:
                begins = None if shown is not buffer.data else buffer.base + shared.at
                how = f"{FLOW_RULE}/{shared.call or 'join'}"
                place = Evidence(buffer.file, begins, how, chain=names[:MAX_SHOWN])
                self.names.add(shared.text.text, names, place)
        self.left -= before - max(budget.left, 0)
        if resolution.stopped:
            yield Problem(
                f"this script was not followed to its end (limit on the work per app): {MAY_MISS}",
                buffer.file,
                UnreadKind.UNFOLLOWED,
            )

    def _requested(self, shown: Bytes, resolution: "Resolution", file: str) -> Iterator["Resolved"]:
        """What a run of the script requests."""
        from tieback.recognise.scripts.requested import requested, texts

        outcome = requested(shown, self.run_steps, self._is_endpoint, file)
        if outcome is not None:
            self.run_steps -= outcome.steps
            resolution.stopped |= outcome.is_cut
            yield from texts(outcome.requests)

    def _is_endpoint(self, text: str) -> bool:
        return any(isinstance(find, Sighting) for find in self._judged(text))

    def _encoded(self, buffer: Buffer, shown: Bytes, hits: list[int], told: set[str]) -> Iterator[Find]:
        """What the script encodes; ``hits``: ends of texts that can be marks."""
        end = pieces = 0
        for hit in hits:
            if replaced := _REPLACED_LITERAL.match(shown, hit - len(_REPLACED) - 1):
                # A window can end inside of it.
                yield from self._once(buffer, shown, unquoted(bytes(replaced[0]).decode("utf-8", "replace")), hit, told)
            mark = _MARK.search(shown, max(end, hit - _MARK_REACH), hit + _MARK_REACH) if hit > end else None
            if mark is None:
                continue
            pieces += 1
            if pieces > MAX_PIECES:
                yield Problem("too many encoded strings; the rest was not decoded", buffer.file, UnreadKind.UNFOLLOWED)
                return
            begin, end = max(end, mark.start() - _BEFORE), mark.start() + _AFTER
            # The cut can be inside a text. A replaced text begins with its mark, so it is read from there, too.
            starts = (begin, mark.start() - 1) if mark[0] == _REPLACED and mark.start() > begin else (begin,)
            texts = (folded_texts(bytes(shown[start:end]).decode("utf-8", "replace")) for start in starts)
            for text in dict.fromkeys(chain.from_iterable(texts)):
                yield from self._once(buffer, shown, text, mark.start(), told)

    def _once(self, buffer: Buffer, shown: Bytes, text: str, at: int, told: set[str]) -> Iterator[Find]:
        """The finds in a text that was not judged before."""
        text = text.replace(MADE, "")
        if text not in told and _WORTH.search(text):
            told.add(text)
            # After the replacement of an array, places are no longer those of the file.
            offset = None if shown is not buffer.data else buffer.base + at
            yield from self._located(text, Evidence(buffer.file, offset, RULE))

    def _judged(self, text: str) -> Iterator[Find]:
        return self._judge.extract(Artifact("", (Buffer("", BufferKind.TEXT, text.encode("utf-8", "replace")),)))

    def _located(self, text: str, place: Evidence) -> Iterator[Sighting | Credential | NotBackend]:
        """The finds in a text, at a place, and an address of whose host only the first part is not known."""
        for find in self._judged(text):
            if isinstance(find, NotBackend) and find.reason == COMPLETED:
                yield find
            elif isinstance(find, (Sighting, Credential)):
                # The context of a credential is masked already.
                shown = find.evidence.context if isinstance(find, Credential) else match_context("", text)[:160]
                yield msgspec.structs.replace(find, evidence=msgspec.structs.replace(place, context=shown))


def _value(find: Find) -> str:
    return find.endpoint.value + find.endpoint.path + "".join(find.addresses) if isinstance(find, Sighting) else ""
