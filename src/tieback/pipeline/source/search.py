"""Search of a checkout for the traces of findings: one pass over its files, whatever their number.

The rules that read the app read each file too, so an endpoint or a credential counts as found in the form that it has
in the source. Hosts, resource names and texts of a credential's length are searched beside them.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import PurePosixPath

import msgspec

from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.intake.source.checkout import Checkout, SourceFile
from tieback.intake.source.r8_mapping import OriginalMethod
from tieback.model.sighting import Credential, Sighting
from tieback.model.source import SourceMatch
from tieback.pipeline.source.traces import MANIFEST, Declaration, Setting, Trace
from tieback.recognise.endpoints.verdict import mask_text
from tieback.recognise.literals import MAX_LITERALS, LiteralScanner
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

MAX_LINES = 20
"""Most lines that are kept for one text."""
_LEAST_TOKEN = 12
"""Shorter credentials are masked so much that any word could be meant."""
_TOKENS = (re.compile(rb"[^\s\"'<>`]{12,4096}"), re.compile(rb"[A-Za-z0-9_+/.~-]{12,4096}=*"))
_INSIDE = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
_ASIDE = frozenset({
    "androidtest", "doc", "docs", "example", "examples", "fixtures", "sample", "samples", "spec", "specs", "test",
    "testfixtures", "tests", "__tests__",
})  # fmt: skip
"""Folders, in lower case, whose files are not in the app."""
_ASIDE_NAMES = (".adoc", ".md", ".rst", ".txt", "license", "changelog")
_SETTINGS = {
    Declaration.NETWORK_CONFIG: {
        Setting.CLEARTEXT: re.compile(rb"cleartextTrafficPermitted\s*=\s*[\"']true"),
        Setting.USER_CAS: re.compile(rb"<certificates\s[^>]{0,200}src\s*=\s*[\"']user"),
    },
    Declaration.MANIFEST: {
        Setting.CLEARTEXT: re.compile(rb"usesCleartextTraffic"),
        Setting.USER_CAS: re.compile(rb"targetSdkVersion"),
    },
    Declaration.PLIST: {
        Setting.CLEARTEXT: re.compile(rb"NSAllowsArbitraryLoads|NS\w{0,20}ExceptionAllowsInsecureHTTPLoads")
    },
    Declaration.TARGET_SDK: dict.fromkeys(Setting, re.compile(rb"\btargetSdk")),
}
"""What to look for in the source files that can have a setting."""
_CLASS_FILES = (".java", ".kt", ".smali", ".scala", ".groovy")


type Key = tuple[SourceMatch, str]


class Line(msgspec.Struct, frozen=True, order=True):
    """A line of a checkout."""

    aside: bool
    """True for tests and documents, which are not in the app."""
    file: str
    line: int


class SourceSearch:
    """The texts that lead to lines, and the lines."""

    def __init__(
        self,
        traces: Iterable[Trace],
        methods: Iterable[tuple[OriginalMethod, str]],
        recognisers: AppSearch | None = None,
    ) -> None:
        """Look for these traces, and for methods with the names of their source files.

        Args:
            traces: from findings.
            methods: each with the name of its source file, or an empty text.
            recognisers: the rules of apps, if the caller has already read them.
        """
        self._recognisers = recognisers if recognisers is not None else AppSearch(RuleFiles(), dataflow=False)
        self._lines: dict[Key, set[Line]] = {}
        self._settings: dict[Declaration, dict[Key, Trace]] = {}
        self._masks: set[str] = set()
        self._shapes: set[tuple[bytes, bytes, int]] = set()
        self._methods: dict[str, dict[str, OriginalMethod]] = {}
        literals: dict[bytes, Key] = {}
        for trace in traces:
            self._want(trace, literals)
        for method, file in methods:
            for name in _files_of(method, file):
                self._methods.setdefault(name.lower(), {}).setdefault(method.label, method)
        self._keys = list(islice(literals.values(), MAX_LITERALS))
        self._scanner = LiteralScanner(list(islice(literals, MAX_LITERALS)))
        self.left_out = max(len(literals) - MAX_LITERALS, 0)

    def _want(self, trace: Trace, literals: dict[bytes, Key]) -> None:
        if trace.endpoint:
            self._lines.setdefault((SourceMatch.ENDPOINT, trace.endpoint), set())
        for match, text in ((SourceMatch.HOST, trace.host), (SourceMatch.RESOURCE, trace.resource)):
            word = text.encode("utf-8", "replace").replace(b"\0", b"")
            if len(word) > 2:
                self._lines.setdefault((match, text), set())
                literals.setdefault(word, (match, text))
        if trace.masked:
            self._lines.setdefault((SourceMatch.CREDENTIAL, trace.masked), set())
            self._masks.add(trace.masked)
            if shape := _shape(trace.masked):
                self._shapes.add(shape)
        if trace.setting is not None:
            self._settings.setdefault(trace.declared, {}).setdefault(_setting_key(trace), trace)

    def run(self, checkout: Checkout) -> None:
        """Read the whole checkout."""
        for file in checkout.files():
            self.read(file)

    def read(self, file: SourceFile) -> None:
        """Read one file; never raises."""
        newlines: list[int] | None = None
        aside = _is_aside(file.name)
        for key, offset in self._hits(file):
            found = self._lines.setdefault(key, set())
            if len(found) < MAX_LINES:
                if newlines is None:
                    newlines = [end.start() for end in re.finditer(rb"\n", file.data)]
                found.add(Line(aside, file.name, bisect_right(newlines, offset - 1) + 1))

    def lines(self, trace: Trace, methods: Iterable[OriginalMethod]) -> Iterator[tuple[SourceMatch, Line]]:
        """The lines that explain a trace, of the most exact kind that was found.

        If only the host was found, code puts the rest together: the lines of its method are before those of the host.
        """
        exact: tuple[Key, ...] = (
            (SourceMatch.ENDPOINT, trace.endpoint),
            (SourceMatch.CREDENTIAL, trace.masked),
            (SourceMatch.RESOURCE, trace.resource),
            _setting_key(trace),
        )
        rough = [*((SourceMatch.METHOD, method.label) for method in methods), (SourceMatch.HOST, trace.host)]
        for of_app in (True, False):  # lines of tests and documents only if the app has none of any kind
            kinds = [key for key in (*exact, *rough) if key[1] and self._chosen(key, trace, of_app=of_app)]
            best = [key for key in kinds if key in exact][:1] or kinds
            for key in best:
                for line in self._chosen(key, trace, of_app=of_app):
                    yield key[0], line
            if best:
                return

    def _chosen(self, key: Key, trace: Trace, *, of_app: bool) -> list[Line]:
        """The lines of one kind, sorted; only those of files with the name of the entry, if there are any."""
        lines = sorted(line for line in self._lines.get(key, ()) if line.aside is not of_app)
        entry = PurePosixPath(trace.entry).name
        return [line for line in lines if PurePosixPath(line.file).name == entry] or lines

    def _hits(self, file: SourceFile) -> Iterator[tuple[Key, int]]:
        yield from self._literals(file.data)
        yield from self._recognised(file)
        if self._shapes:
            yield from self._tokens(file.data)
        yield from self._declared(file)
        for method in self._methods.get(PurePosixPath(file.name).name.lower(), {}).values():
            if (at := _method_offset(method, file)) is not None:
                yield (SourceMatch.METHOD, method.label), at

    def _literals(self, data: bytes) -> Iterator[tuple[Key, int]]:
        for index, start in self._scanner.scan(data):
            key, end = self._keys[index], start + len(self._scanner.literals[index])
            before, after = data[start - 1 : start], data[end : end + 1]
            if key[0] is SourceMatch.RESOURCE:
                if before in (b'"', b"'") and after == before:
                    yield key, start
            elif not _goes_on(before) and before != b"." and not _goes_on(data[end + (after == b".") :][:1]):
                yield key, start

    def _recognised(self, file: SourceFile) -> Iterator[tuple[Key, int]]:
        kind = BufferKind.MANIFEST if b"<plist" in file.data[:1024] else BufferKind.TEXT
        for find in self._recognisers.finds([Artifact(file.name, (Buffer(file.name, kind, file.data),))]):
            if isinstance(find, Sighting):
                key: Key = (SourceMatch.ENDPOINT, find.endpoint.value)
            elif isinstance(find, Credential) and find.masked in self._masks:
                key = (SourceMatch.CREDENTIAL, find.masked)
            else:
                continue
            if key in self._lines and find.evidence.offset is not None:
                yield key, find.evidence.offset

    def _tokens(self, data: bytes) -> Iterator[tuple[Key, int]]:
        for pattern in _TOKENS:
            for found in pattern.finditer(data):
                token = found[0]
                if (token[:2], token[-2:], len(token)) in self._shapes:
                    yield (SourceMatch.CREDENTIAL, mask_text(token.decode("utf-8", "replace"))), found.start()

    def _declared(self, file: SourceFile) -> Iterator[tuple[Key, int]]:
        kind = _declares(file) if self._settings else None
        if kind is None:
            return
        for key, trace in self._settings.get(kind, {}).items():
            assert trace.setting is not None
            pattern = _SETTINGS[kind].get(trace.setting)
            domain = file.data.find(trace.domain.encode("utf-8", "replace")) if trace.domain else -1
            if domain >= 0:
                yield key, domain
            elif found := pattern.search(file.data) if pattern else None:
                yield key, found.start()


def _shape(masked: str) -> tuple[bytes, bytes, int] | None:
    """First and last two characters and the length of a masked text; ``None`` if it shows less."""
    found = re.fullmatch(r"(..)\*\*\*(..) \((\d{1,6})\)", masked, re.DOTALL)
    if found is None or int(found[3]) < _LEAST_TOKEN:
        return None
    return found[1].encode("utf-8", "replace"), found[2].encode("utf-8", "replace"), int(found[3])


def _setting_key(trace: Trace) -> Key:
    return SourceMatch.SETTING, f"{trace.setting} {trace.declared} {trace.domain}" if trace.setting else ""


def _declares(file: SourceFile) -> Declaration | None:
    """Which settings a source file can have."""
    name = PurePosixPath(file.name).name
    if name == MANIFEST:
        return Declaration.MANIFEST
    if name.endswith(".xml"):
        return Declaration.NETWORK_CONFIG if b"<network-security-config" in file.data else None
    if name.endswith(".plist"):
        return Declaration.PLIST
    return Declaration.TARGET_SDK if name.endswith((".gradle", ".gradle.kts", ".toml", "apktool.yml")) else None


def _goes_on(char: bytes) -> bool:
    return bool(char) and char[0] in _INSIDE


def _is_aside(name: str) -> bool:
    *folders, last = name.lower().split("/")
    return not _ASIDE.isdisjoint(folders) or last.endswith(_ASIDE_NAMES)


def _files_of(method: OriginalMethod, file: str) -> tuple[str, ...]:
    """Names that the source file of a method can have."""
    if file:
        return (file,)
    top = method.owner.rpartition(".")[2].partition("$")[0]
    names = [top + suffix for suffix in _CLASS_FILES]
    return (*names, f"{top.removesuffix('Kt')}.kt") if top.endswith("Kt") else tuple(names)


def _method_offset(method: OriginalMethod, file: SourceFile) -> int | None:
    """Offset of the line where a method begins; ``None`` if the file is of another package."""
    package = method.owner.rpartition(".")[0]
    folder = package.replace(".", "/")
    declared = re.search(rb"(?m)^\s{0,8}package\s{1,8}([\w.]{1,500})", file.data)
    beside = f"/{file.name}".rpartition("/")[0].endswith(f"/{folder}") if folder else declared is None
    if not beside and (declared is None or declared[1].decode("utf-8", "replace") != package):
        return None
    if method.first:
        starts = islice(re.finditer(rb"(?m)^", file.data), method.first - 1, method.first)
        line = next(starts, None)
        if line is not None:
            return line.start()
    name = method.name.removeprefix("lambda$").partition("$")[0]
    if name.startswith("<"):
        name = method.owner.rpartition(".")[2].rpartition("$")[2]
    found = re.search(rb"(?<![\w$])" + re.escape(name.encode("utf-8", "replace")) + rb"(?![\w$])", file.data)
    return found.start() if found else 0
