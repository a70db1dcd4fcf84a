"""Detect personal data and credentials in traffic that is readable. Samples are classified in memory and discarded.

Values with the same name and location are judged together, by name and content. Values without a name are judged by
content only. The credential rules also find tokens in plain-text bodies. What crossed the network in cleartext is a
leak, and so is everything in the list of what the app sent in it. That list also has what was encrypted on the wire:
the server received it.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from hashlib import blake2b
from secrets import token_bytes
from typing import TYPE_CHECKING

import msgspec

from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.intake.traffic.interface import SampledFlow
from tieback.leaks.finds import (
    IDENTIFIER,
    PASSWORD,
    SHORT,
    SURE,
    TOKEN,
    Find,
    columns_of,
    find_of,
    of_header,
    of_tracker,
)
from tieback.leaks.heads import DullHeads
from tieback.leaks.identifiers import (
    APP_LIST,
    identifier_kind,
    is_address,
    is_place,
    kind_of,
    list_class,
    plain_id_class,
)
from tieback.leaks.neighbours import class_by_neighbours, is_report_session, needs_neighbours
from tieback.leaks.plausible import beside, is_chat, is_plausible, plain_name
from tieback.leaks.trackers import RequestTrackers, Trackers
from tieback.leaks.value import SECRET, NamedValue
from tieback.leaks.values import MAX_TOKEN
from tieback.model.flow import CleartextSample, ContentState, Flow, Leak, SentData
from tieback.model.pii import Classification, Column
from tieback.model.sighting import Credential, CredentialGrade
from tieback.pii.names import NameDetector
from tieback.pii.taxonomy import NONE
from tieback.pii.values import ValueDetector, classify_columns, is_checked_name
from tieback.recognise.anchors import Anchor, AnchorKind, AnchorScanner, anchors
from tieback.recognise.endpoints.verdict import fingerprint
from tieback.recognise.extract import EndpointExtractor
from tieback.recognise.interface import Extractor
from tieback.recognise.patterns import CredentialRule
from tieback.recognise.rules import RuleFiles

if TYPE_CHECKING:
    from tieback.userrules.model import UserRules

MAX_LEAKS = 64
"""Maximum leaks per flow; one per class, location and direction."""
MAX_SENT = 64
"""Maximum classes that an app sent in one flow, by class, kind and location."""
LEAST_MARKED = 8
"""Characters of a credential that gets a mark."""
LEAST_PART = 16
"""Characters of a part of a credential that is the same one if the same text has the form of a credential."""
_BETWEEN_PARTS = re.compile(r"[\s;,=\"]+")
_ADDRESS, _PLACE = "ip_address", "geo_location"
_LIKELY = 0.85
"""Confidence of two neighbouring numbers without names that are coordinates."""
_ADDRESS_NAME = re.compile(r"(?i)^ip(?:v?[46])?(?:_?addr(?:ess)?)?$")
"""Names of an address, and of an object with one."""
_SERVER_NAME = re.compile(r"(?i)server|host|dns|proxy|gateway|upstream|^s_?ip$|^sip$")
"""Names of addresses of others than the device."""
_NEVER_SHORT = frozenset({
    "bank_account", "biometric_media", "email", "message_content", "national_id", "payment_card", "phone",
    "postal_address",
})  # fmt: skip
"""Classes that need more than a few characters, whatever the name: ``cc`` can be a country, ``add`` a switch."""
_CARD_CODE, _CARD_CODE_DIGITS = "card verification code", 3
_FEW = 2
_TELLING = re.compile(
    r"@|\+\d|\b00[1-9]|[A-Z]{2}\d{2} ?[A-Z0-9]{4}|(?:[0-9A-Fa-f]{2}[:-]){5}|(?:[0-9A-Fa-f]{4}\.){2}|<<|\$|"
    r"\d{12}[=^]|\bM[1-4][A-Z/ ]{20}|[a-z]:[0-9.+-]|\"type\"|POINT|LINESTRING|POLYGON|/9j/|iVBOR|UklGR|Rk1S|data:|"
    r"-?\d{1,2}\.\d{4,},\s?-?\d{1,3}\.\d{4}|ey[A-Za-z0-9_-]{10}|-----BEGIN|:APA91|[A-Za-z]{2,4}[_-][A-Za-z0-9_-]{10}|[A-Z]{4}[A-Z0-9]{12}|(?:idfa|aaid|gaid|idfv)=|"
    r"(?i:scrypt|pbkdf2|://|sha1|md5|crypt)"
)
"""What a value must look like if there are only a few values; with more values, their distribution decides."""
_SCHEME = re.compile(r"^(?:phone|tel|sms|email|mailto|mobile|msisdn):(?=\S{3})")
"""The kind of an address, before it."""
_PUSH_FORM = "Firebase messaging token"
"""Kind of a value that identifies an installation to the push service, whatever its name is."""
type _Near = tuple[set[str], set[str]]
"""Plain names of the fields beside a field, and beside the object that contains it."""
_READ_BY_NAME = frozenset((
    "http_basic", "http_bearer", "http_api_key", "http_auth_password", "elastic_api_key", "named_secret",
    "named_password",
))  # fmt: skip
"""Kinds of credentials that the name of a header or field shows; those are read as values of that name."""
_OF_HEAD = ("header:", "cookie:")
"""Beginnings of places in header sections."""
_USER_INFO = re.compile(rb"://[^\s/@\"'<>]{0,128}:[^\s/@\"'<>]{1,128}@")
_ASKED_ABOUT = frozenset({AnchorKind.TOKEN, AnchorKind.CONNECTION, AnchorKind.JDBC, AnchorKind.KEYWORDS})
"""Forms of text that may contain a credential."""
_PUBLIC = CredentialGrade.PUBLIC
_REMEMBERED = 4096
"""Number of cached verdicts: an app sends the same identifiers with every request."""


class LeakDetector:
    """Judges samples. Compiles its rules at the first sample; not thread-safe."""

    def __init__(self, added: "UserRules | None" = None, *, recipients: bool = True) -> None:
        """Set up; nothing is compiled yet.

        Args:
            added: the rules of users.
            recipients: also list what the app sent; without, encrypted flows are not read.
        """
        self._added = added
        self._recipients = recipients
        self._verdicts: dict[bytes, Classification] = {}
        self._telling_names: dict[tuple[str, str], bool] = {}
        self._secret = token_bytes(16)
        self._heads = DullHeads()
        self._beside = lru_cache(_REMEMBERED)(beside)
        self._plain = lru_cache(_REMEMBERED)(plain_name)
        self._public: dict[bytes, bool] = {}
        self._dull: set[bytes] = set()
        """Digests of columns that are nothing, whatever is beside them."""
        self._trackers = Trackers()

    def __call__(self, seen: SampledFlow) -> Flow:
        """The flow with the leaks found in its samples, and with what the app sent; an encrypted flow has no leaks."""
        flow = seen.flow
        if not flow.content.left_device:
            return flow
        encrypted = bool(flow.encrypted)
        samples = tuple(one for one in seen.samples if one.direction == "out") if encrypted else seen.samples
        state = content_state(seen)
        if not samples or (encrypted and not self._recipients):
            return msgspec.structs.replace(flow, content=state)
        leaks: dict[tuple[str, str, str], Leak] = {}
        sent: dict[tuple[str, str, str, str], SentData] = {}
        masks: set[str] = set()
        secrets: set[bytes] = set()
        for find in self._found(samples, flow.server.name):
            leak = find.leak
            # A named value is found both by name and by form; the name is more specific.
            if leak.where.startswith(("credential:", "text")) and leak.masked in masks:
                continue
            if find.text and find.text.startswith(tuple(secrets)):
                continue
            if find.secret:
                secrets.update(_parts_of(find.secret))
            # For a session cookie, the whole header was already reported.
            if leak.where.startswith("cookie:") and leak.pii_class in {PASSWORD, TOKEN}:
                continue
            masks.add(leak.masked)
            if not encrypted:
                leaks.setdefault((leak.pii_class, leak.where, leak.direction), leak)
            if self._recipients and leak.direction == "out" and len(sent) < MAX_SENT:
                self._add_sent(sent, find)
            if len(leaks) >= MAX_LEAKS or len(sent) >= MAX_SENT:
                break
        return msgspec.structs.replace(flow, leaks=tuple(leaks.values()), content=state, sent=tuple(sent.values()))

    def _add_sent(self, sent: dict[tuple[str, str, str, str], SentData], find: Find) -> None:
        leak = find.leak
        key = (leak.pii_class, find.kind, leak.where, find.channel)
        known = sent.get(key)
        if known is not None:
            sent[key] = msgspec.structs.replace(known, count=known.count + find.count)
            return
        mark = blake2b(find.secret.encode("utf-8", "replace"), digest_size=8, key=self._secret).hexdigest()
        sent[key] = SentData(
            pii_class=leak.pii_class,
            kind=find.kind,
            where=leak.where,
            channel=find.channel,
            confidence=leak.confidence,
            count=find.count,
            tracker=find.tracker,
            mark=mark if len(find.secret) >= LEAST_MARKED else "",
        )

    @cached_property
    def _names(self) -> NameDetector:
        return NameDetector(self._added.personal_data if self._added is not None else ())

    @cached_property
    def _values(self) -> ValueDetector:
        return ValueDetector()

    @cached_property
    def _credentials(self) -> tuple[Extractor, AnchorScanner]:
        """The extractor, and a fast scanner that runs first: the extractor is slow, as it also looks for endpoints."""
        rules = RuleFiles()
        every = anchors(rules.services.schemes.values(), (), rules.credentials.rules)
        asked = tuple(anchor for anchor in every if anchor.shape in _ASKED_ABOUT and not _read_by_name(anchor))
        # A rule of a user adds leaks. One of grade "public" would take away what a built-in rule finds.
        secret = [] if self._added is None else [one for one in self._added.credentials if one.grade != _PUBLIC]
        if not secret or self._added is None:
            return EndpointExtractor(rules), AnchorScanner(asked)
        from tieback.recognise.user_rules import BothExtractors, UserRuleExtractor

        added = UserRuleExtractor(
            msgspec.structs.replace(self._added, credentials=tuple(secret), identifiers=()), rules
        )
        return BothExtractors(EndpointExtractor(rules), added), AnchorScanner((*asked, *added.anchors))

    def _found(self, samples: tuple[CleartextSample, ...], host: str) -> Iterator[Find]:
        for direction in dict.fromkeys(sample.direction for sample in samples):
            own = [sample for sample in samples if sample.direction == direction]
            trackers = self._trackers.of(host, own if direction == "out" and self._recipients else ())
            # A field of a tracking service is one by its address; several samples are judged together.
            alone = not trackers and len(own) == 1 and own[0].kind == "http"
            heads = self._heads.of(direction) if alone else None
            columns = columns_of(own, heads)
            in_head = False
            around: dict[str, set[str]] = {}
            for _, where, name, _, _ in columns:
                around.setdefault(self._beside(where), set()).add(self._plain(name))
            for (channel, where, *_), places in columns.items():
                place = self._beside(where)
                near = (around[place], around.get(self._beside(place), around[place]))
                for find in self._of_column(places, direction, near, trackers):
                    in_head = in_head or find.leak.where.startswith(_OF_HEAD)
                    yield msgspec.structs.replace(find, channel=channel)
            if heads is not None and not in_head:
                heads.found_nothing()
            for sample in own:
                yield from self._of_forms(sample)

    def _of_column(
        self, column: list[NamedValue], direction: str, near: "_Near", trackers: RequestTrackers
    ) -> Iterator[Find]:
        first = column[0]
        field = trackers.field(first.where)
        if field is not None and first.form != SECRET:
            yield from of_tracker(field, column, direction)
            return
        if first.form == SECRET:
            if all(self._is_public(pair.value) for pair in column):
                return
            for leak in of_header(column, direction):
                secret = first.value if leak.pii_class in {TOKEN, PASSWORD} else ""
                yield Find(leak, "", "", len(column), secret=secret)
            return
        values = tuple(_SCHEME.sub("", pair.value) for pair in column)
        key = self._digest(direction, first.where, first.name, first.parent, first.form, *values)
        if key not in self._dull:
            yield from self._of_values(column, values, direction, near, key)

    def _of_values(
        self, column: list[NamedValue], values: tuple[str, ...], direction: str, near: "_Near", key: bytes
    ) -> Iterator[Find]:
        first, around = column[0], near[0]
        if direction == "out":
            sent = self._of_sent(column, values, near)
            if sent is not None:
                yield sent
                return
        kind = identifier_kind(first.name, values)
        if kind:
            yield find_of(IDENTIFIER, kind, column, direction, SURE)
            return
        if is_place(first.name, values):
            yield find_of(_PLACE, kind_of(_PLACE, column, ""), column, direction, SURE)
            return
        few = len(values) <= _FEW
        if few and not self._says_something(first.name, first.parent) and not any(map(_TELLING.search, values)):
            if not needs_neighbours(self._plain(first.name)):
                _add(self._dull, key)
            return
        verdict = self._verdict(Column(field=first.name, table=first.parent, values=values))
        pii_class = verdict.pii_class
        if pii_class == NONE and not needs_neighbours(self._plain(first.name)):
            _add(self._dull, key)
        if pii_class in _NEVER_SHORT and max(map(len, values)) < SHORT and not _is_card_code(verdict, values):
            return
        if pii_class == TOKEN and verdict.detail == _PUSH_FORM:
            yield find_of(IDENTIFIER, "push token", column, direction, verdict.confidence)
            return
        if pii_class in {TOKEN, PASSWORD} and self._opens_nothing(first, values, around):
            return
        if pii_class != NONE and is_plausible(pii_class, column, direction, around):
            kind = kind_of(pii_class, column, verdict.detail)
            yield find_of(pii_class, kind, column, direction, verdict.confidence)
            several = list_class(column, pii_class)
            if several:
                yield find_of(several, "", column, direction, verdict.confidence)

    def _of_sent(self, column: list[NamedValue], values: Sequence[str], near: "_Near") -> Find | None:
        """What is something only in what an app sends: its own address, lists, and fields by the fields beside them.

        A server that answers with the address of another one, or with ``{"user": {"id": 7}}``, tells nothing new.
        """
        first = column[0]
        pii_class = APP_LIST if list_class(column, "") == APP_LIST else plain_id_class(column)
        if not pii_class and is_address(values) and not _SERVER_NAME.search(first.name):
            named = next(iter(self._names.classify_names((Column(field=first.name, table=first.parent),))))
            own = named.pii_class == _ADDRESS or _ADDRESS_NAME.match(first.parent)
            pii_class = _ADDRESS if own else ""
        if not pii_class and first.form == "place" and first.where.startswith("protobuf:"):
            return find_of(_PLACE, kind_of(_PLACE, column, ""), column, "out", _LIKELY)
        kind = ""
        if not pii_class and is_chat(column, near[0]):
            pii_class = "message_content"
        if not pii_class:
            pii_class, kind = class_by_neighbours(column, *near)
        if not pii_class:
            return None
        return find_of(pii_class, kind, column, "out", SURE)

    def _opens_nothing(self, first: NamedValue, values: tuple[str, ...], around: set[str]) -> bool:
        return all(map(self._is_public, values)) or is_report_session(self._plain(first.name), values, around)

    def _is_public(self, value: str) -> bool:
        """True if a value, or what follows ``Bearer``, is a key that is public by design."""
        key = self._digest(value)
        known = self._public.get(key)
        if known is None:
            if len(self._public) >= _REMEMBERED:
                self._public.clear()
            known = self._public[key] = self._is_public_key(value)
        return known

    def _is_public_key(self, value: str) -> bool:
        scheme, space, rest = value.partition(" ")
        secret = rest if space and scheme.lower() in {"bearer", "token", "apikey"} else value
        text = secret.encode("utf-8", "replace")
        extractor, gate = self._credentials
        if not gate.scan(text, 0, len(text), 1)[0]:
            return False
        found = extractor.extract(Artifact("", (Buffer("", BufferKind.TEXT, text),)))
        whole = fingerprint(secret)
        grades = {find.grade for find in found if isinstance(find, Credential) and find.fingerprint == whole}
        return CredentialGrade.PUBLIC in grades

    def _verdict(self, column: Column) -> Classification:
        """Judge a column, or return the cached verdict; the cache keeps only a digest of the values."""
        key = self._digest(column.field, column.table, *column.values)
        verdict = self._verdicts.get(key)
        if verdict is None:
            if len(self._verdicts) >= _REMEMBERED:
                self._verdicts.clear()
            verdict = self._verdicts[key] = next(iter(classify_columns((column,), self._names, self._values)))
        return verdict

    def _digest(self, *texts: str) -> bytes:
        text = "\0".join(texts)
        if text.count("\0") >= len(texts):
            text = repr(texts)
        return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16, key=self._secret).digest()

    def _says_something(self, name: str, parent: str) -> bool:
        known = self._telling_names.get((name, parent))
        if known is None:
            if len(self._telling_names) >= _REMEMBERED:
                self._telling_names.clear()
            verdict = next(iter(self._names.classify_names((Column(field=name, table=parent),))))
            says = verdict.pii_class != NONE or is_checked_name(name)
            known = self._telling_names[name, parent] = bool(name) and says
        return known

    def _of_forms(self, sample: CleartextSample) -> Iterator[Find]:
        """Credentials recognised by their form, whatever their name; public credentials are not leaks."""
        extractor, gate = self._credentials
        data = sample.data
        if not gate.scan(data, 0, len(data), 1)[0] and _USER_INFO.search(data) is None:
            return
        found = list(extractor.extract(Artifact("", (Buffer("", BufferKind.TEXT, data),))))
        credentials = [find for find in found if isinstance(find, Credential)]
        public = {find.fingerprint for find in credentials if find.grade is CredentialGrade.PUBLIC}
        for find in credentials:
            if find.fingerprint not in public and find.kind not in _READ_BY_NAME:
                pii_class = PASSWORD if "password" in find.kind else TOKEN
                leak = Leak(pii_class, f"credential:{find.kind}", sample.direction, find.masked, SURE)
                at = find.evidence.offset
                yield Find(leak, "", sample.kind, text=b"" if at is None else data[at : at + MAX_TOKEN])


def _parts_of(secret: str) -> Iterator[bytes]:
    """The parts of a credential that can be tokens: a header has a scheme before it, or several cookies."""
    for part in _BETWEEN_PARTS.split(secret):
        if len(part) >= LEAST_PART:
            yield part.encode("utf-8", "surrogatepass")


def _is_card_code(verdict: Classification, values: Sequence[str]) -> bool:
    """True for the three digits that verify a card: ``cvc``."""
    return verdict.detail == _CARD_CODE and any(value.isdigit() and len(value) == _CARD_CODE_DIGITS for value in values)


def _read_by_name(anchor: Anchor) -> bool:
    return isinstance(anchor.token, CredentialRule) and anchor.token.kind in _READ_BY_NAME


def _add(known: set[bytes], key: bytes) -> None:
    if len(known) >= _REMEMBERED:
        known.clear()
    known.add(key)


def content_state(seen: SampledFlow) -> ContentState:
    """Whether the content that the app sent in a flow can be read; of a flow document, what it says itself."""
    if not seen.samples and seen.flow.content is not ContentState.UNKNOWN:
        return seen.flow.content
    if any(sample.direction == "out" and sample.data for sample in seen.samples):
        return ContentState.READ
    return ContentState.ENCRYPTED if seen.flow.encrypted else ContentState.NOT_READ
