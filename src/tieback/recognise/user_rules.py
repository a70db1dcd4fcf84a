"""Extractor of what users' rules recognise: identifiers of providers, and forms of credentials.

It runs beside the built-in extractors with a scanner and limits of its own, so that a rule of a user adds finds and
cannot take one away: a URL with a resource of a user's rule is still reported as a URL. ``Evidence.how`` ends with
``rule:`` and the id of the rule; the id is also the kind of the resource or credential.
"""

import re
import sys
from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from typing import Any

import msgspec

from tieback.intake.apps.interface import Artifact, ArtifactBatch, Buffer, BufferKind, Piece
from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import USER_RULE, Credential, Problem, Sighting, UnreadKind
from tieback.recognise import credentials
from tieback.recognise.anchors import Anchor, AnchorKind, AnchorScanner, in_both_encodings, literal_atoms
from tieback.recognise.encodings import Encoding
from tieback.recognise.endpoints.hosts import PLACEHOLDER, EndpointHost, check_host
from tieback.recognise.endpoints.verdict import TextVerdict
from tieback.recognise.interface import ExtractorMeta, Find
from tieback.recognise.match_location import MatchLocation, finds_at
from tieback.recognise.patterns import CredentialRule
from tieback.recognise.placement import PlaceBudget, Placement
from tieback.recognise.rules import RuleFiles
from tieback.recognise.span import narrow_text, string_bounds
from tieback.userrules.expressions import ExpressionMatch, compile_expression
from tieback.userrules.model import CredentialFormRule, IdentifierRule, UserRules

MAX_HITS = 20_000
"""Most anchors of users' rules that are read in one buffer."""
MAX_TEXTS = 5_000
"""Most texts of one app that are judged."""
_MAX_VALUE = 200
_MAX_REST = 512
_HOST = lazy_pattern(r"[A-Za-z0-9._-]{1,253}\Z")
_HOST_GOES_ON = lazy_pattern(r"\.?[A-Za-z0-9_-]")
_SCHEME = lazy_pattern(r"(https?|wss?)://\Z", re.IGNORECASE)
_PORT = lazy_pattern(r":([0-9]{1,5})(?![0-9])")
_REST = lazy_pattern(r"[/?][^\x00-\x20\x7f-\xff\"'<>\\^`|]{0,511}")
_HOLE = "%{}$"
_JOINED = lazy_pattern(r"[A-Za-z0-9_+/-]")
"""Characters next to a text that show that it is a part of a longer one, such as base64."""
_ENCODINGS = frozenset(one.name.lower() for one in Encoding if one is not Encoding.PLAIN)
"""End of ``Evidence.how`` of a text that was decoded."""
_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}

type _Rule = IdentifierRule | CredentialFormRule


class UserRuleExtractor:
    """Finds what the rules of users recognise. For one thread at a time."""

    meta = ExtractorMeta(name="user-rules", version="1", finds=(USER_RULE,))

    def __init__(self, rules: UserRules, files: RuleFiles) -> None:
        """Use these rules; ``files`` decide which texts are hosts."""
        self._files = files
        self._rules: tuple[_Rule, ...] = (*rules.identifiers, *rules.credentials)
        self._ids = frozenset(rule.id for rule in self._rules)
        self.left = sys.maxsize
        """Number of texts that are still judged; ``AppSearch`` sets a limit per app."""

    @cached_property
    def _scanner(self) -> tuple[AnchorScanner, tuple[_Rule, ...]]:
        pairs = [
            (Anchor(AnchorKind.TOKEN, literal_atoms(text), caseless=rule.caseless or text in _suffixes(rule)), rule)
            for rule in self._rules
            for text in (*_suffixes(rule), *rule.anchors)
        ]
        owners = tuple(rule for _, rule in pairs)
        # Few literal texts: they compile in less time than the cache needs, and its files stay those of built-in rules.
        scanner = AnchorScanner(in_both_encodings(anchor for anchor, _ in pairs), cached=False)
        return scanner, (*owners, *owners)

    @property
    def anchors(self) -> tuple[Anchor, ...]:
        """The anchors of all rules."""
        return self._scanner[0].anchors

    def extract(self, artifact: Artifact) -> Iterator[Find]:
        """All finds of one artifact, each with count 1."""
        scanner, owners = self._scanner
        for buffer in artifact.buffers:
            begin, end = buffer.string_region()
            hits, stopped = scanner.scan(buffer.data, begin, end, MAX_HITS)
            judged = hits[: self.left]
            self.left -= len(judged)
            covered: dict[str, int] = {}
            bounds = string_bounds(buffer, [end - 1 for _, end in judged])
            for (index, end), (low, high) in zip(judged, bounds, strict=True):
                rule = owners[index]
                if end <= covered.get(rule.id, -1):
                    continue
                place = self._place(buffer, rule, end, (low, high), wide=scanner.anchors[index].wide)
                if place is not None and not place.verdict.rejected:
                    covered[rule.id] = place.covered
                    yield from finds_at(buffer, place)
            if stopped or len(judged) < len(hits):
                yield Problem(
                    "too many texts that look like those of your rules; the rest was not read",
                    buffer.file,
                    UnreadKind.LIMIT,
                )

    def sift(self, gathered: ArtifactBatch) -> set[int]:
        """The numbers of the files with possible finds."""
        joined, ends = gathered.concatenate()
        hits, stopped = self._scanner[0].scan(joined, 0, len(joined), MAX_HITS)
        found: set[int] = set()
        number = 0
        for _, end in hits:
            while end > ends[number]:
                number += 1
            found.add(number)
        return found | set(range(number, len(ends))) if stopped else found

    def marked(self, find: Find) -> Find:
        """The find with the rule in its evidence, if a rule of a user recognised it in a text that code assembles."""
        match find:
            case Sighting() if find.endpoint.kind is EndpointKind.CLOUD:
                kind = find.endpoint.value.partition(":")[0]
            case Credential():
                kind = find.kind
            case _:
                return find
        if kind not in self._ids or find.evidence.user_rule:
            return find
        return self._with_rule(find, kind)

    def of_encoded(self, find: Find) -> Iterator[Sighting]:
        """The resources at the host of a URL that another extractor decoded; the search in raw bytes misses them."""
        if not isinstance(find, Sighting) or find.evidence.how.rpartition(":")[2] not in _ENCODINGS:
            return
        place = find.endpoint
        for rule in self._rules:
            if isinstance(rule, IdentifierRule) and f".{place.host}".endswith(
                tuple(f".{one}" for one in rule.suffixes)
            ):
                endpoint = _resource_at(rule, place, place.path)
                if endpoint is not None:
                    yield self._with_rule(msgspec.structs.replace(find, endpoint=endpoint), rule.id)

    def _with_rule[T: Sighting | Credential](self, find: T, rule: str) -> T:
        how = f"{find.evidence.how.partition('/')[0]}/{USER_RULE}{rule}"
        return msgspec.structs.replace(find, evidence=msgspec.structs.replace(find.evidence, how=how))

    def _place(
        self, buffer: Buffer, rule: _Rule, end: int, string: tuple[int, int], *, wide: bool
    ) -> MatchLocation | None:
        """The match of a rule at the end of its anchor."""
        low, high = string
        by_host = isinstance(rule, IdentifierRule) and bool(rule.suffixes)
        back, ahead = (264, _MAX_REST + 8) if by_host else _reach(rule)
        first = max(low, end - ((back + 1) << wide))
        first += (end - first) & wide
        window = narrow_text(buffer.data[first : min(high, end + (ahead << wide))], wide=wide).decode("latin-1")
        at = (end - first) >> wide
        if isinstance(rule, IdentifierRule) and by_host:
            found = self._host(rule, window, at)
        else:
            found = self._text(rule, window, at)
        if found is None:
            return None
        start, stop, verdict, shown = found
        begin, covered = first + (start << wide), first + (stop << wide)
        return MatchLocation(verdict, begin, covered, covered, low, high, wide, shown=shown)

    def _host(self, rule: IdentifierRule, window: str, at: int) -> tuple[int, int, TextVerdict, str] | None:
        """The resource that the host before ``at`` names, with the range of the host."""
        name = _HOST.search(window[:at])
        before = window[: name.start()] if name is not None else ""
        if name is None or (before and before[-1] in _HOLE) or _HOST_GOES_ON.match(window, at):
            return None
        checked = check_host(name[0], self._files)
        if not isinstance(checked, EndpointHost):
            return None
        found, port = _SCHEME.search(before), _PORT.match(window, at)
        rest = _REST.match(window, port.end() if port else at)
        scheme = found[1].lower() if found else "https"
        place = Endpoint(EndpointKind.URL, "", scheme, checked.name, int(port[1]) if port else _PORTS[scheme])
        endpoint = _resource_at(rule, place, rest[0] if rest else "")
        if endpoint is None:
            return None
        return name.start(), at, TextVerdict(f"{USER_RULE}{rule.id}", len(name[0]), endpoints=(endpoint,)), ""

    def _text(self, rule: _Rule, window: str, at: int) -> tuple[int, int, TextVerdict, str] | None:
        """What the pattern around ``at`` matches, with its range and the masked text."""
        found = next(
            (
                one
                for one in compile_expression(rule.pattern).finditer(window)
                if one.start() < at <= one.end() and _is_whole(window, one, rule)
            ),
            None,
        )
        if found is None:
            return None
        if isinstance(rule, IdentifierRule):
            endpoint = _resource(rule, found.groupdict(""), "https", "", None)
            if endpoint is None:
                return None
            verdict, shown = TextVerdict(f"{USER_RULE}{rule.id}", len(found[0]), endpoints=(endpoint,)), ""
        else:
            known = self._files.credentials.known
            matched: Any = found  # the same methods as a match of ``re``
            verdict = credentials.credential_verdict(matched, _form(rule), window, known)
            verdict = msgspec.structs.replace(verdict, rule=f"{USER_RULE}{rule.id}")
            secret = _shown_group(rule)
            shown = f"{window[found.start() : found.start(secret)]}***{window[found.end(secret) : found.end()]}"
        return found.start(), found.end(), verdict, shown


class UserRuleSearch:
    """The extractor of users' rules, applied to a whole app. Its finds are kept until the app was read."""

    def __init__(self, rules: UserRules, files: RuleFiles) -> None:
        """Use these rules; ``files`` decide which texts are hosts."""
        self.extractor = UserRuleExtractor(rules, files)
        self.finds: list[Find] = []
        self._places = PlaceBudget()

    def start(self) -> None:
        """Begin an app."""
        self.extractor.left, self.finds, self._places = MAX_TEXTS, [], PlaceBudget()

    def read(self, piece: Piece) -> None:
        """Search an artifact, or the files of a batch."""
        if isinstance(piece, Artifact):
            self.finds += Placement(piece, self._places).finds((self.extractor,))
            return
        for number in sorted(self.extractor.sift(piece)):
            placement = Placement(piece.artifact(number), self._places, bytes(piece.contents[number]))
            self.finds += placement.finds((self.extractor,))

    def takes(self, find: Find) -> bool:
        """Keep a find of another extractor if a rule of a user recognised it in a text that code assembles.

        A URL that an app encodes stays with the other extractor; its resources are kept.
        """
        marked = self.extractor.marked(find)
        more = self.extractor.of_encoded(find) if marked is find else (marked,)
        self.finds += islice(more, max(0, MAX_TEXTS - len(self.finds)))
        return marked is not find


class BothExtractors:
    """An extractor, then that of users' rules: for texts that code assembles."""

    def __init__(self, first: Any, added: UserRuleExtractor) -> None:
        self.meta: ExtractorMeta = first.meta
        self._both = (first, added)

    def extract(self, artifact: Artifact) -> Iterator[Find]:
        """The finds of both."""
        for one in self._both:
            yield from one.extract(artifact)


def recognised_texts(rule: _Rule, text: str, files: RuleFiles) -> tuple[str, ...]:
    """What a rule recognises in a text: the values of resources, or the masked credentials.

    Args:
        rule: the rule.
        text: an example of the rule.
        files: decide which texts are hosts.
    """
    kind = {"identifiers": (rule,)} if isinstance(rule, IdentifierRule) else {"credentials": (rule,)}
    extractor = UserRuleExtractor(UserRules(files=(), sha256="", places={}, **kind), files)
    buffer = Buffer("", BufferKind.TEXT, text.encode("utf-8", "replace"))
    found = extractor.extract(Artifact("", (buffer,)))
    return tuple(
        one.endpoint.value if isinstance(one, Sighting) else one.masked
        for one in found
        if isinstance(one, Sighting | Credential)
    )


def _suffixes(rule: _Rule) -> tuple[str, ...]:
    return rule.suffixes if isinstance(rule, IdentifierRule) else ()


def _reach(rule: _Rule) -> tuple[int, int]:
    return (rule.back, rule.ahead) if isinstance(rule, CredentialFormRule) else (64, 256)


def _shown_group(rule: _Rule) -> int:
    """Number of the group that is the credential; 0, the whole match, for an identifier."""
    return compile_expression(rule.pattern).groupindex.get("secret", 0) if isinstance(rule, CredentialFormRule) else 0


def _is_whole(window: str, found: ExpressionMatch, rule: _Rule) -> bool:
    """True if the match is a text of its own, and not a part of a longer one."""
    group = _shown_group(rule)
    if not found[group]:
        return False
    before, after = window[max(0, found.start() - 1) : found.start()], window[found.end(group) : found.end(group) + 1]
    return not (_JOINED.match(before) or _JOINED.match(after))


def _resource_at(rule: IdentifierRule, place: Endpoint, rest: str) -> Endpoint | None:
    """The resource at a canonical host, if the rule matches; ``rest`` is the path and query."""
    matched = compile_expression(rule.host).fullmatch(place.host)
    if matched is None:
        return None
    groups = matched.groupdict("")
    if rule.rest:
        behind = compile_expression(rule.rest).match(rest)
        if behind is None or PLACEHOLDER.search(rest, 0, behind.end() + 1):
            return None
        groups |= behind.groupdict("")
    return _resource(rule, groups, place.scheme or "https", place.host, place.port)


def _resource(
    rule: IdentifierRule, groups: dict[str, str], scheme: str, host: str, port: int | None
) -> Endpoint | None:
    name = rule.value.format_map(groups)
    if not name or len(name) > _MAX_VALUE or not name.isascii() or not name.isprintable() or " " in name:
        return None
    return Endpoint(EndpointKind.CLOUD, f"{rule.id}:{name}", scheme, host, port, "", rule.service or None)


def _form(rule: CredentialFormRule) -> CredentialRule:
    return CredentialRule(
        kind=rule.id,
        anchors=rule.anchors,
        pattern=rule.pattern,
        source=rule.source,
        grade=rule.grade,
        match=(),
        reason=rule.names,
        entropy=rule.entropy,
        words=True,
        issued=True,
    )
