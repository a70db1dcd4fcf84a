"""Extractor of endpoints and credentials: anchors in raw bytes, a bounded text at each hit, a verdict per text.

One pass finds every kind of endpoint, because reading the bytes is the main cost. Verdicts are cached by text: nearly
all hits in an app are the same few XML namespaces.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice

import msgspec

from tieback.intake.apps.interface import Artifact, ArtifactBatch, Buffer, BufferKind, Bytes
from tieback.intake.apps.text_places import places_of
from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import NotBackend, Problem, UnreadKind
from tieback.recognise import credentials, encodings, keywords
from tieback.recognise.anchors import Anchor, AnchorKind, AnchorScanner, anchors, in_both_encodings, literal_atoms
from tieback.recognise.calls import is_script
from tieback.recognise.encodings import Encoding
from tieback.recognise.endpoints import address, cloud, connection, firebase, ice, url
from tieback.recognise.endpoints.map_servers import REACH, listed_servers, server_texts
from tieback.recognise.endpoints.named_endpoint import endpoint_of
from tieback.recognise.endpoints.verdict import MaskedSecret, TextVerdict
from tieback.recognise.interface import ExtractorMeta, Find
from tieback.recognise.match_location import MatchLocation, finds_at
from tieback.recognise.patterns import CloudToken, CredentialRule
from tieback.recognise.rules import RuleFiles
from tieback.recognise.services import BEFORE, SchemeRule
from tieback.recognise.settings.service_passwords import at_server
from tieback.recognise.span import MAX_TEXT, decode_text, narrow_text, string_bounds
from tieback.recognise.texts.requests import is_option_requested, is_requested, is_value_requested

MAX_HITS = 100_000
"""Most anchors that are read in one buffer; real buffers have hundreds."""
MAX_DISTINCT = 10_000
"""Most distinct endpoints of one file. A report lists half as many of an app, and as many texts that are none."""
LEAST_TEXTS = 2_000
"""Texts that each file gets as long as there are some left; of 60 large packages, no file has more than 1,600."""
_PARTS_OF_TEXTS = 2
"""A file gets one of so many parts of the texts that are still judged, and leaves the rest to the files behind it."""
_HOST_GOES_ON = lazy_pattern(rb"\.?[A-Za-z0-9_-]")
_KEEP = 4096
"""Most cached verdicts; the cache is then cleared."""
_REST = 256
"""Number of characters after a host without a scheme that can name a resource."""

_TEXT = lazy_pattern(rb"[^\x00-\x20\x7f\"'<>\\^`|\xc0]{1,2048}")
_ESCAPED = lazy_pattern(rb"(?:[^\x00-\x20\x7f\"'<>\\^`|\xc0]|\\/){1,2048}")
# A password can contain quotes and brackets. Only tried if the strict text failed and a user name begins it.
_LOOSE = lazy_pattern(rb"[A-Za-z0-9+]{2,16}://[A-Za-z0-9_.%~+-]{0,64}:[^\x00-\x20\x7f\"\xc0]{1,1900}")
_REQUEST = lazy_pattern(
    rb"(?:\bfetch|\baxios(?:\.\w{2,8})?|\$\.(?:get|getJSON|getScript|post|ajax)|\bgot|\bimportScripts|\bdownload\w{0,16}"
    rb"|\brequest(?:\.\w{2,8})?|\bhttps?\.\w{2,10}|\bnew Request)\s{0,4}\(\s{0,4}[\"'`]\Z"
    rb"|\.open\(\s{0,4}[\"'](?:GET|POST)[\"']\s{0,4},\s{0,4}[\"'`]\Z"
    rb"|(?:\.\s{0,4}src|\blocation(?:\s{0,4}\.\s{0,4}href)?)\s{0,4}=\s{0,4}[\"'`]\Z"
)
"""A call of a script that requests the address behind it, and a page or frame that goes there."""
_NAMED = lazy_pattern(rb"\b(?:var|let|const)\s{1,8}(?P<name>[A-Za-z_$][\w$]{1,40})\s{0,8}=\s{0,8}[\"'`]\Z")
_REQUEST_REACH = 64
_PICTURE = lazy_pattern(
    rb"https?://[\x21\x23-\x7e]{4,500}\.(?:png|jpe?g|gif|webp|bmp|heic)(?:\?[\x21\x23-\x7e]{0,200})?\0", re.IGNORECASE
)
_PICTURE_END = lazy_pattern(rb"\.(?:png|jpe?g|gif|webp|bmp|heic)(?:\?|\Z)", re.IGNORECASE)
_SEPARATORS = ("$", "#", "~", "@", ":", "^", "&")
_LIST_BEFORE = lazy_pattern(rb"[A-Za-z0-9.-]{4,253}:\d{2,5}(?:[$#~^]{1,3}|@@|:::|&&)\Z")
_LIST_NEXT = lazy_pattern(rb":\d{2,5}(?:[$#~^,]|@@|::|&&)")
_LIST_AFTER = lazy_pattern(rb"(:\d{2,5})(?:[$#~^,]{1,3}|@@|:::|&&)[A-Za-z0-9.-]{4,253}:\d{2}")
_LIST_REACH = 280
"""A host and port of a list with a separator that is part of other words, and the next one."""
_DULL = lazy_pattern(rb"[\x21\x23-\x26\x28-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7b\x7d\x7e]{1,256}(?=[\0-\x20])")
_DULL_WIDE = lazy_pattern(rb"(?:[\x21\x23-\x26\x28-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7b\x7d\x7e]\0){1,256}(?=\0\0)")
"""An ASCII text of the characters of ``_TEXT`` that ends with its string: at a NUL, or at the tag of a field."""
_SCHEME_BYTES = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+.-_"
_WEB = ("http", "https")
MAX_IN_ARRAYS = 64
"""Most addresses in arrays of bytes before the strings of a DEX file, and as many behind them."""
_AFTER_SCHEME = b"://"
_LONGEST_SCHEME = 16
_SWIFT_LETTERS, _SWIFT_FULL = 15, b"\xef"
_SEEN = TextVerdict("", 0, rejected="looked at already")


class EndpointExtractor:
    """Finds endpoints of every kind, cloud resources and credentials. For one thread at a time."""

    meta = ExtractorMeta(
        name="endpoints",
        version="2",
        finds=(
            url.RULE,
            connection.RULE,
            keywords.RULE,
            address.NAME_RULE,
            address.ADDRESS_RULE,
            firebase.RULE,
            ice.ICE.kind,
            cloud.RULE,
            cloud.TOKEN_RULE,
            credentials.RULE,
        ),
    )

    def __init__(self, rules: RuleFiles | None = None, marks: tuple[bytes, ...] = ()) -> None:
        """Use these rule files. ``marks``: texts of files for other extractors, which ``sift`` selects."""
        self.rules = rules if rules is not None else RuleFiles()
        self._marks = marks
        self.left = sys.maxsize
        """Number of texts that are still judged; ``AppSearch`` sets a limit per app."""
        self._kept = 0
        """Number of texts that the file which is read now leaves to the others."""
        self._verdicts: dict[bytes, TextVerdict] = {}
        self._dull: dict[bytes, TextVerdict] = {}

    @cached_property
    def _scanner(self) -> AnchorScanner:
        rules = self.rules
        tokens = (*rules.cloud.tokens, *rules.credentials.rules, address.EMULATOR, ice.ICE)
        marks = in_both_encodings(
            Anchor(AnchorKind.MARK, literal_atoms(mark.decode("ascii")), caseless=False) for mark in self._marks
        )
        return AnchorScanner((*anchors(rules.services.schemes.values(), rules.cloud.suffixes, tokens), *marks))

    def extract(self, artifact: Artifact) -> Iterator[Find]:
        """All finds of one artifact, each with count 1; a host that is not a back end only once."""
        told: set[str] = set()
        seen: set[tuple[int, str]] = set()
        values: set[str] = set()
        self._kept = max(0, self.left - max(self.left // _PARTS_OF_TEXTS, LEAST_TEXTS))
        for buffer in artifact.buffers:
            for place in self._places(buffer):
                if isinstance(place, Problem):
                    yield place
                    continue
                verdict = place.verdict
                for text in verdict.not_backends:
                    if text.value not in told:
                        told.add(text.value)
                        yield text
                requested = self._requested(buffer, place) if verdict.not_backends else None
                if requested is not None:
                    yield from finds_at(buffer, place._replace(verdict=requested))
                # Buffers of one binary can overlap: sections of wide strings are inside the others.
                at = (buffer.base + place.start, verdict.rule)
                if (verdict.endpoints or verdict.secrets) and at not in seen:
                    seen.add(at)
                    values.update(one.value for one in verdict.endpoints)
                    yield from finds_at(buffer, place)
                if len(values) > MAX_DISTINCT:
                    what = f"more than {MAX_DISTINCT:,} distinct endpoints in one file; the rest of it was not read"
                    yield Problem(what, artifact.file, UnreadKind.LIMIT)
                    return

    def _requested(self, buffer: Buffer, place: MatchLocation) -> TextVerdict | None:
        """The verdict on the address of a documentation or code host, if a script or program requests it."""
        if place.wide or not (_calls_for(buffer, place.start) or _is_picture(buffer, place.start)):
            return None
        found = _TEXT.match(buffer.data, place.start, place.stop)
        text = decode_text(found[0], wide=False) if found else ""
        scheme = self.rules.services.schemes.get(text.partition("://")[0].lower())
        verdict = url.verify(text, scheme, self.rules.requested) if scheme else None
        return verdict if verdict is not None and verdict.endpoints else None

    def sift(self, gathered: ArtifactBatch) -> Iterator[int | NotBackend]:
        """The numbers of the files with possible finds, and each host that is not a back end once.

        All files are searched in one pass: most layouts contain only the same namespace. A file with one of the marks
        is always selected.
        """
        joined, ends = gathered.concatenate()
        hits, stopped = self._scanner.scan(joined, 0, len(joined), MAX_HITS)
        known, dull = self._scanner.anchors, self._dull
        told: set[int] = set()
        number, last = 0, -1
        for index, end in hits:
            while end > ends[number]:
                number += 1
            if number == last:
                continue
            verdict = self._dull_at(known[index], joined, end) if dull else None
            if verdict is None:
                last = number
                yield number
            elif id(verdict) not in told:
                told.add(id(verdict))
                yield from verdict.not_backends
        if stopped:
            yield from range(last + 1, len(ends))

    def _places(self, buffer: Buffer) -> Iterator[MatchLocation | Problem]:
        begin, end = buffer.string_region()
        hits, stopped = self._scanner.scan(buffer.data, begin, end, MAX_HITS)
        if buffer.kind is BufferKind.DEX:
            hits = sorted(
                (*hits, *self._in_arrays(buffer.data, 0, begin), *self._in_arrays(buffer.data, end)), key=_end
            )
        if not hits:
            return
        known = self._scanner.anchors
        dull = (
            [self._dull_at(known[index], buffer.data, end) for index, end in hits] if self._dull else [None] * len(hits)
        )
        yield from (MatchLocation(verdict, 0, 0, 0, 0, 0) for verdict in dull if verdict is not None)
        for part in _in_turns(buffer, list(self._not_dull(buffer, hits, dull))):
            judged = part[: max(0, self.left - self._kept)]
            yield from self._judged(buffer, judged)
            stopped = stopped or len(judged) < len(part)
        if stopped:
            yield Problem(
                "too many texts that look like endpoints; the rest was not read", buffer.file, UnreadKind.LIMIT
            )

    def _not_dull(
        self, buffer: Buffer, hits: list[tuple[int, int]], dull: Sequence[TextVerdict | None]
    ) -> Iterator[tuple[int, int]]:
        """The hits that are still to be judged: none in a text with a cached verdict, except tokens, and no marks."""
        known, stop = self._scanner.anchors, -1
        for (index, end), verdict in zip(hits, dull, strict=True):
            anchor = known[index]
            if verdict is not None:
                text = (_DULL_WIDE if anchor.wide else _DULL).match(buffer.data, end - (anchor.length << anchor.wide))
                stop = text.end() if text is not None else stop
            elif anchor.shape is not AnchorKind.MARK and (end > stop or anchor.token is not None):
                yield index, end

    def _in_arrays(self, data: Bytes, begin: int, end: int = sys.maxsize) -> Iterator[tuple[int, int]]:
        """The hits of schemes where a DEX file has no strings: in arrays of bytes of its code."""
        last = begin
        for at in islice(places_of(data, _AFTER_SCHEME, begin, end), MAX_IN_ARRAYS):
            behind = at + len(_AFTER_SCHEME)
            hits, _ = self._scanner.scan(data, max(last, at - _LONGEST_SCHEME), behind, MAX_IN_ARRAYS)
            yield from (hit for hit in hits if hit[1] == behind and self._scanner.anchors[hit[0]].length)
            last = behind

    def _bounds(self, buffer: Buffer, hits: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """The bounds of the string of each hit; where an array of bytes begins is not known."""
        first, last = buffer.string_region()
        for (index, end), (low, high) in zip(hits, string_bounds(buffer, [end - 1 for _, end in hits]), strict=True):
            yield low if first < end <= last else end - self._scanner.anchors[index].length, high

    def _judged(self, buffer: Buffer, hits: list[tuple[int, int]]) -> Iterator[MatchLocation]:
        """The matches at the hits that are not rejected; each text once, even if it has several shapes."""
        known = self._scanner.anchors
        covered = looked = words = -1
        told: dict[str, int] = {}
        for (index, end), (low, high) in zip(hits, self._bounds(buffer, hits), strict=True):
            self.left -= 1
            anchor = known[index]
            place: MatchLocation | None
            if anchor.token is not None:
                # One identifier can contain its anchor several times.
                place = self._token(buffer, anchor, end, low, high) if end > told.get(anchor.token.kind, -1) else None
                if place is not None:
                    told[anchor.token.kind] = place.covered
                    yield place
                continue
            if anchor.shape is AnchorKind.KEYWORDS:
                if end <= max(covered, words):
                    continue
                start = end - (anchor.length << anchor.wide)
                place = self._keywords(buffer, anchor, start, low, high)
                words = min(place.covered, start + (keywords.BEFORE << anchor.wide))
                if place.verdict.rejected:  # other anchors in the text are judged on their own
                    continue
            elif anchor.length:
                start = end - (anchor.length << anchor.wide)
                if start < covered or start < low or _goes_back(buffer, anchor, start, low):
                    continue
                place = self._text(buffer, anchor, start, low, high)
            elif end <= looked:
                continue
            else:
                place = self._bare(buffer, anchor, end, low, high)
                if place is None or place.start < looked:
                    continue
            covered = max(covered, place.covered)
            looked = max(looked, place.looked)
            if not place.verdict.rejected:
                yield place

    def _dull_at(self, anchor: Anchor, data: Bytes, end: int) -> TextVerdict | None:
        """The cached verdict of a namespace, without the search for the bounds of its string.

        Nearly all hits in an app are the namespaces of its layouts. A control character ends those texts, so the ends
        of their strings are not needed.
        """
        if anchor.scheme is None or anchor.encoding is not Encoding.PLAIN:
            return None
        found = (_DULL_WIDE if anchor.wide else _DULL).match(data, end - (anchor.length << anchor.wide))
        return self._dull.get(found[0]) if found else None

    def _text(self, buffer: Buffer, anchor: Anchor, start: int, low: int, high: int) -> MatchLocation:
        """The match that begins with a scheme at ``start``."""
        if anchor.wide:
            last = min(high, start + 2 * MAX_TEXT)
            # Big-endian text of a binary plist is the same one byte later, except for its last character.
            big = buffer.starts is not None and (start - low) & 1 and not buffer.data[start - 1]
            text = buffer.data[start - 1 : last].decode("utf-16-be", "replace") if big else ""
            data: Bytes = (text or decode_text(buffer.data[start:last], wide=True)).encode("utf-8", "replace")
            at, stop = 0, len(data)
        else:
            data, at, stop = buffer.data, start, high
        if anchor.encoding is not Encoding.PLAIN and anchor.encoding is not Encoding.ESCAPED:
            return self._encoded(anchor, data, (at, stop), start, (low, high))
        found = (_ESCAPED if anchor.encoding is Encoding.ESCAPED else _TEXT).match(data, at, stop)
        raw = found[0] if found else b""
        verdict = self._verdicts.get(raw) or self._keep(raw, self._judge(anchor, raw))
        if verdict.rejected and anchor.shape is AnchorKind.CONNECTION:
            found = _LOOSE.match(data, at, stop)
            raw = found[0] if found else raw
            verdict = self._verdicts.get(raw) or self._keep(raw, self._judge(anchor, raw))
        if b"{s}" in raw and not anchor.wide and anchor.scheme is not None:
            behind = start + len(raw)
            verdict = self._with_servers(verdict, anchor.scheme, raw, bytes(buffer.data[behind : behind + REACH]))
        is_name = verdict.not_backends and not verdict.endpoints and not _PICTURE_END.search(raw)
        if is_name and anchor.encoding is Encoding.PLAIN:
            dull = (_DULL_WIDE if anchor.wide else _DULL).match(buffer.data, start, high)
            if dull and raw.count(b":") == 1 and len(raw) << anchor.wide == len(dull[0]) and len(self._dull) < _KEEP:
                self._dull[dull[0]] = verdict
        if anchor.shape is AnchorKind.URL and not anchor.wide and verdict.endpoints:
            verdict = self._with_context(verdict, buffer, start, low)
        # Of wide text, "raw" is UTF-8: a letter beyond ASCII has more bytes there than in the buffer.
        letters = len(raw) if raw.isascii() or not anchor.wide else len(raw.decode("utf-8", "replace"))
        covers = verdict.covers if raw.isascii() and anchor.encoding is Encoding.PLAIN else letters
        covered, looked = start + (covers << anchor.wide), start + (letters << anchor.wide)
        return MatchLocation(verdict, start, covered, looked, low, high, anchor.wide)

    def _with_servers(self, verdict: TextVerdict, scheme: SchemeRule, raw: bytes, behind: bytes) -> TextVerdict:
        """The verdict on the address of a map whose servers an option behind it lists."""
        listed = listed_servers(behind)
        text = decode_text(raw, wide=False)
        texts = server_texts(text, listed) if listed else []
        return url.of_servers(text, texts, scheme, self.rules) if texts else verdict

    def _with_context(self, verdict: TextVerdict, buffer: Buffer, start: int, low: int) -> TextVerdict:
        """The verdict on a URL with the product that the text before it implies, if the URL names none."""
        endpoint, *more = verdict.endpoints
        if endpoint.service is not None or endpoint.kind is not EndpointKind.URL:
            return verdict
        service = self.rules.services.of_context(bytes(buffer.data[max(low, start - BEFORE) : start]))
        if service is None:
            return verdict
        named = msgspec.structs.replace(endpoint, service=service)
        return msgspec.structs.replace(verdict, endpoints=(named, *more))

    def _keywords(self, buffer: Buffer, anchor: Anchor, start: int, low: int, high: int) -> MatchLocation:
        """The keyword string that contains the word at ``start``; other words can be before it."""
        wide = anchor.wide
        begin, raw = keywords.keyword_string(buffer.data, start, low, high, wide=wide)
        text = decode_text(raw, wide=False)
        verdict = self._verdicts.get(raw) or self._keep(raw, keywords.verify(text, self.rules))
        behind = begin + (len(raw) << wide)
        shown = ""
        if not verdict.rejected:
            first = keywords.first_word(text)
            begin += first << 1 if wide else len(text[:first].encode("utf-8", "surrogatepass"))
            shown = keywords.mask_passwords(text[first:])
        return MatchLocation(verdict, begin, behind, behind, low, high, wide, shown=shown)

    def _encoded(
        self, anchor: Anchor, data: Bytes, part: tuple[int, int], start: int, string: tuple[int, int]
    ) -> MatchLocation:
        """The match in another encoding; its scheme is at ``start`` of the buffer, which is ``part`` of ``data``."""
        (at, stop), (low, high) = part, string
        begin = start
        if anchor.encoding is Encoding.REVERSED:
            if anchor.wide:
                return MatchLocation(_SEEN, start, start, start, low, high)
            end = start + anchor.length
            raw = encodings.decode_reversed(data, low, end)
            begin, taken = end - len(raw), len(raw)
        elif anchor.encoding is Encoding.PERCENT:
            raw, taken = encodings.first_of_list(*encodings.decode_percent(data, at, stop), data, at)
        elif anchor.encoding is Encoding.UNICODE:
            raw, taken = encodings.first_of_list(*encodings.decode_unicode(data, at, stop), data, at)
        else:
            raw, taken = encodings.decode_base64(data, at, stop, anchor.shift)
            raw, taken = encodings.first_of_list(raw, taken, data, at, group=anchor.shift)
        found = _TEXT.match(raw)
        raw = found[0] if found else b""
        scheme = anchor.scheme
        if scheme is None or not raw.lower().startswith(f"{scheme.name}://".encode()):
            return MatchLocation(_SEEN, start, start, start, low, high)
        verdict = self._judge(anchor, raw)
        if anchor.encoding is Encoding.PERCENT and encodings.is_picture_of(data, at):
            verdict = _without_servers(verdict)
        behind = begin + (taken << anchor.wide)
        return MatchLocation(
            verdict, begin, behind, behind, low, high, anchor.wide, anchor.encoding, decode_text(raw, wide=False)
        )

    def _keep(self, raw: bytes, verdict: TextVerdict) -> TextVerdict:
        if len(self._verdicts) >= _KEEP:
            self._verdicts.clear()
        self._verdicts[raw] = verdict
        return verdict

    def _judge(self, anchor: Anchor, raw: bytes) -> TextVerdict:
        text = decode_text(raw, wide=False)
        if anchor.encoding is Encoding.ESCAPED:
            text = text.replace("\\/", "/")
        if anchor.shape is AnchorKind.JDBC:
            return connection.verify_jdbc(text, self.rules)
        assert anchor.scheme is not None
        if anchor.shape is AnchorKind.CONNECTION:
            return connection.verify(text, anchor.scheme, self.rules)
        if anchor.shape is AnchorKind.RELATIVE:
            return url.verify_relative(text, anchor.scheme, self.rules)
        return url.verify(text, anchor.scheme, self.rules)

    def _bare(self, buffer: Buffer, anchor: Anchor, end: int, low: int, high: int) -> MatchLocation | None:
        """The match without a scheme whose anchor ends at ``end``."""
        wide = anchor.wide
        head_end = end - ((0 if anchor.shape is AnchorKind.HOST else len(":80")) << wide)
        first = max(low, head_end - (260 << wide))
        first += (head_end - first) & wide
        window = narrow_text(buffer.data[first:head_end], wide=wide)
        host = _host_before(window, bracketed=anchor.shape is AnchorKind.BRACKET_PORT)
        if not host:
            return None
        before = _neighbours(window[: len(window) - len(host)])
        high = min(high, _swift_end(buffer, head_end - len(host), wide=wide))
        reach = _REST if anchor.shape is AnchorKind.HOST else 16
        after = narrow_text(buffer.data[head_end : min(high, head_end + (reach << wide))], wide=wide)
        if anchor.shape is not AnchorKind.HOST:
            if before[-1:] in _SEPARATORS and _LIST_BEFORE.search(window[: len(window) - len(host)]):
                before = ","
            if _LIST_NEXT.match(after):
                more = buffer.data[head_end : min(high, head_end + (_LIST_REACH << wide))]
                after = _in_list(narrow_text(more, wide=wide), after)
            verdict = address.verify(before, host.decode("ascii"), after[1:].decode("latin-1"), self.rules)
        elif _HOST_GOES_ON.match(after):
            verdict = TextVerdict(cloud.RULE, 0, rejected="host goes on")
        else:
            found = _TEXT.match(after)
            rest = found[0].decode("latin-1") if found and found[0].startswith((b"/", b"?")) else ""
            verdict = cloud.verify(host.decode("ascii"), rest, self.rules)
        start = head_end - (len(host) << wide)
        covered = start + (verdict.covers << wide)
        # The text before an @ is a credential, so the context begins with the host.
        return MatchLocation(verdict, start, covered, covered, start if before.endswith("@") else low, high, wide)

    def _token(self, buffer: Buffer, anchor: Anchor, end: int, low: int, high: int) -> MatchLocation | None:
        """The identifier or credential that contains the end of the anchor."""
        rule = anchor.token
        keyed = isinstance(rule, CredentialRule) and rule.keyed
        if rule is None or (keyed and buffer.kind is BufferKind.DEX and buffer.starts is None):
            return None  # the strings of a DEX file are sorted: the text next to a name's string is unrelated
        wide = anchor.wide
        first = max(low, end - ((rule.back + 1) << wide))
        first += (end - first) & wide
        window = narrow_text(buffer.data[first : min(high, end + (rule.ahead << wide))], wide=wide).decode("latin-1")
        at = ((end - first) >> wide) - 1
        found = rule.around(window, at)
        if found is None:
            return None
        start, covered = first + (found.start() << wide), first + (found.end() << wide)
        if isinstance(rule, CloudToken):
            return MatchLocation(cloud.token_verdict(found, rule), start, covered, covered, low, high, wide)
        if rule is address.EMULATOR:
            return MatchLocation(
                address.emulator_verdict(found[0], self.rules), start, covered, covered, low, high, wide
            )
        if rule is ice.ICE:
            return MatchLocation(ice.ice_verdict(found, self.rules), start, covered, covered, low, high, wide)
        assert isinstance(rule, CredentialRule)
        verdict = credentials.credential_verdict(found, rule, window, self.rules.credentials.known)
        if any(secret.address for secret in verdict.secrets):
            verdict = self._addressed(verdict, window)
        shown = _without(found) if verdict.secrets else ""
        return MatchLocation(verdict, start, covered, covered, low, high, wide, shown=shown)

    def _addressed(self, verdict: TextVerdict, window: str) -> TextVerdict:
        """The verdict with the endpoints of its credentials.

        An address that is only in the credential itself, such as the project of a token, is an endpoint of its own.
        Others are texts, which are found as such.
        """
        secrets: list[MaskedSecret] = []
        named: dict[str, Endpoint] = {}
        for secret in verdict.secrets:
            place = endpoint_of(secret.address, self.rules) if secret.address else None
            if place is None:
                secrets.append(secret)
                continue
            secrets.append(at_server(secret, place))
            if place.host not in window:
                named[place.value] = place
        return msgspec.structs.replace(verdict, secrets=tuple(secrets), endpoints=tuple(named.values()))


def _without(found: re.Match[str]) -> str:
    """The text of a match with stars in place of the credential."""
    begin, end = found.start("secret") - found.start(), found.end("secret") - found.start()
    return f"{found[0][:begin]}***{found[0][end:]}"


def _calls_for(buffer: Buffer, start: int) -> bool:
    """True if a script requests the address at this offset."""
    before = bytes(buffer.data[max(0, start - _REQUEST_REACH) : start])
    if not is_script(buffer):
        return False
    if _REQUEST.search(before) is not None:
        return True
    head = before[:-1].rstrip()
    if before[-1:] not in (b'"', b"'", b"`") or not head.endswith((b"=", b":")):
        return False
    if head.endswith(b":"):
        return b"ur" in head[-8:] and is_option_requested(buffer.data, start)
    named = _NAMED.search(before)
    return is_value_requested(buffer.data, start, start) or (
        named is not None and is_requested(buffer.data, named["name"])
    )


def _is_picture(buffer: Buffer, start: int) -> bool:
    """True for a constant of a native program that is the address of a picture: code shows it, a link leads to a page.

    What native code does with an address is not read, unlike that of DEX files and scripts.
    """
    is_native = buffer.kind is BufferKind.NATIVE and start > 0 and not buffer.data[start - 1]
    return is_native and _PICTURE.match(buffer.data, start) is not None


def _end(hit: tuple[int, int]) -> int:
    return hit[1]


def _without_servers(verdict: TextVerdict) -> TextVerdict:
    """The verdict about a picture that another server loads; a resource of a cloud provider stays."""
    own = tuple(one for one in verdict.endpoints if one.kind is not EndpointKind.URL)
    others = (NotBackend(one.value, encodings.OF_PICTURE) for one in verdict.endpoints if one.kind is EndpointKind.URL)
    return msgspec.structs.replace(verdict, endpoints=own, not_backends=(*verdict.not_backends, *others))


def _in_turns(buffer: Buffer, hits: list[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """The hits, in two parts if there are too many: first those that an app does not have in a list of thousands."""
    if len(hits) <= MAX_DISTINCT or buffer.kind is not BufferKind.DEX or buffer.starts is None:
        return [hits]
    from tieback.recognise.dataflow.dex.rare_loads import rarely_loaded  # no usual app has so many

    first = rarely_loaded(buffer.data, buffer.starts, [end - 1 for _, end in hits]).tolist()
    return [[hit for hit, is_first in zip(hits, first, strict=True) if is_first == turn] for turn in (True, False)]


def _goes_back(buffer: Buffer, anchor: Anchor, start: int, low: int) -> bool:
    """True if the scheme is the end of another one, as in ``sftp://``. Common schemes are read in any case."""
    if start <= low or (anchor.scheme is not None and anchor.scheme.name in _WEB):
        return False
    before = narrow_text(buffer.data[max(low, start - (1 << anchor.wide)) : start], wide=anchor.wide)
    return before[-1:] in _SCHEME_BYTES if before else False


def _swift_end(buffer: Buffer, start: int, *, wide: bool) -> int:
    """End of a text of 15 bytes in a constant of Swift, behind which its length is: see ``swift_texts``."""
    end = start + _SWIFT_LETTERS
    is_full = buffer.kind is BufferKind.NATIVE and not wide and buffer.data[end : end + 1] == _SWIFT_FULL
    return end if is_full else len(buffer.data)


def _in_list(more: bytes, after: bytes) -> bytes:
    """A port, without the separator behind it if that is followed by the next host and port of a list."""
    found = _LIST_AFTER.match(more)
    return found[1] if found is not None else after


def _host_before(window: bytes, *, bracketed: bool) -> bytes:
    """The host at the end of ``window``; empty if there is none or it is too long for a name."""
    if bracketed:
        inner = window[:-1]
        head = inner.rstrip(address.BRACKET_BYTES)
        return window[len(head) - 1 :] if head.endswith(b"[") else b""
    host = window[len(window.rstrip(address.HOST_BYTES)) :]
    return host if len(host) <= 253 else b""


def _neighbours(before: bytes) -> str:
    """Up to two characters before a host; empty at the beginning of a string or after another alphabet."""
    text = before[-2:].decode("latin-1")
    return "" if text and (text[-1] > "\x7e" or (text[-1] < " " and not text[-1].isspace())) else text
