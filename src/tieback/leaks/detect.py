"""Detect personal data and credentials in cleartext traffic. Samples are classified in memory and discarded.

Values with the same name and location are judged together, by name and content. Values without a name are judged by
content only. The credential rules also find tokens in plain-text bodies.
"""

import re
from collections.abc import Iterator
from functools import cached_property
from hashlib import blake2b
from secrets import token_bytes
from typing import TYPE_CHECKING

import msgspec

from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.intake.traffic.interface import SampledFlow
from tieback.leaks.cookies import judge_cookies
from tieback.leaks.plausible import beside, is_plausible, plain_name
from tieback.leaks.value import SECRET, NamedValue
from tieback.leaks.values import read_values
from tieback.model.flow import CleartextSample, Flow, Leak
from tieback.model.pii import Classification, Column
from tieback.model.sighting import Credential, CredentialGrade
from tieback.pii.names import NameDetector
from tieback.pii.taxonomy import NONE
from tieback.pii.values import ValueDetector, classify_columns
from tieback.recognise.anchors import AnchorKind, AnchorScanner, anchors
from tieback.recognise.extract import EndpointExtractor
from tieback.recognise.interface import Extractor
from tieback.recognise.rules import RuleFiles
from tieback.recognise.verdict import fingerprint

if TYPE_CHECKING:
    from tieback.userrules.model import UserRules

MAX_LEAKS = 64
"""Maximum leaks per flow; one per class, location and direction."""
MAX_VALUES = 64
"""Maximum values examined per name."""

_PASSWORD, _TOKEN, _IDENTIFIER = "password", "secret_token", "device_id"
_SURE = 0.9
"""Confidence of a credential: its form is checked; it is never tried."""
_SHORT = 4
_NEVER_SHORT = frozenset({
    "bank_account", "biometric_media", "email", "message_content", "national_id", "payment_card", "phone",
    "postal_address",
})  # fmt: skip
"""Classes that need more than a few characters, whatever the name: ``cc`` can be a country, ``add`` a switch."""
_FEW = 2
_TELLING = re.compile(
    r"@|\+\d|\b00[1-9]|[A-Z]{2}\d{2} ?[A-Z0-9]{4}|(?:[0-9A-Fa-f]{2}[:-]){5}|(?:[0-9A-Fa-f]{4}\.){2}|<<|\$|"
    r"\d{12}[=^]|\bM[1-4][A-Z/ ]{20}|[a-z]:[0-9.+-]|\"type\"|POINT|LINESTRING|POLYGON|/9j/|iVBOR|UklGR|Rk1S|data:|"
    r"ey[A-Za-z0-9_-]{10}|-----BEGIN|[A-Za-z]{2,4}[_-][A-Za-z0-9_-]{10}|[A-Z]{4}[A-Z0-9]{12}|(?:idfa|aaid|gaid|idfv)=|"
    r"(?i:scrypt|pbkdf2|://|sha1|md5|crypt)"
)
"""What a value must look like if there are only a few values; with more values, their distribution decides."""
_READ_BY_NAME = frozenset((
    "http_basic", "http_bearer", "http_api_key", "http_auth_password", "elastic_api_key", "named_secret",
    "named_password",
))  # fmt: skip
"""Kinds of credentials that the name of a header or field shows; those are read as values of that name."""
_USER_INFO = re.compile(rb"://[^\s/@\"'<>]{0,128}:[^\s/@\"'<>]{1,128}@")
_ASKED_ABOUT = frozenset({AnchorKind.TOKEN, AnchorKind.CONNECTION, AnchorKind.JDBC, AnchorKind.KEYWORDS})
"""Forms of text that may contain a credential."""
_PUBLIC = CredentialGrade.PUBLIC
_REMEMBERED = 4096
"""Number of cached verdicts: an app sends the same identifiers with every request."""


class LeakDetector:
    """Judges samples. Compiles its rules at the first sample; not thread-safe."""

    def __init__(self, added: "UserRules | None" = None) -> None:
        """``added``: the rules of users."""
        self._added = added
        self._verdicts: dict[bytes, Classification] = {}
        self._telling_names: dict[tuple[str, str], bool] = {}
        self._secret = token_bytes(16)

    def __call__(self, seen: SampledFlow) -> Flow:
        """The flow with the leaks found in its samples; an encrypted flow has none."""
        if not seen.samples or seen.flow.encrypted:
            return seen.flow
        found: dict[tuple[str, str, str], Leak] = {}
        masks: set[str] = set()
        for leak in self._leaks(seen.samples):
            # A named value is found both by name and by form; the name is more specific.
            if leak.where.startswith(("credential:", "text")) and leak.masked in masks:
                continue
            # For a session cookie, the whole header was already reported.
            if leak.where.startswith("cookie:") and leak.pii_class in {_PASSWORD, _TOKEN}:
                continue
            masks.add(leak.masked)
            found.setdefault((leak.pii_class, leak.where, leak.direction), leak)
            if len(found) >= MAX_LEAKS:
                break
        return msgspec.structs.replace(seen.flow, leaks=tuple(found.values()))

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
        asked = tuple(anchor for anchor in every if anchor.shape in _ASKED_ABOUT)
        # A rule of a user adds leaks. One of grade "public" would take away what a built-in rule finds.
        secret = [] if self._added is None else [one for one in self._added.credentials if one.grade != _PUBLIC]
        if not secret or self._added is None:
            return EndpointExtractor(rules), AnchorScanner(asked)
        from tieback.recognise.user_rules import BothExtractors, UserRuleExtractor

        added = UserRuleExtractor(
            msgspec.structs.replace(self._added, credentials=tuple(secret), identifiers=()), rules
        )
        return BothExtractors(EndpointExtractor(rules), added), AnchorScanner((*asked, *added.anchors))

    def _leaks(self, samples: tuple[CleartextSample, ...]) -> Iterator[Leak]:
        for direction in dict.fromkeys(sample.direction for sample in samples):
            own = [sample for sample in samples if sample.direction == direction]
            columns = _columns(own)
            around: dict[str, set[str]] = {}
            for where, name, _, _ in columns:
                around.setdefault(beside(where), set()).add(plain_name(name))
            for places in columns.values():
                yield from self._of_column(places, direction, around[beside(places[0].where)])
            for sample in own:
                yield from self._of_forms(sample)

    def _of_column(self, column: list[NamedValue], direction: str, around: set[str]) -> Iterator[Leak]:
        first = column[0]
        if first.form == SECRET:
            if all(self._is_public(pair.value) for pair in column):
                return
            yield from _of_header(column, direction)
            return
        values = tuple(pair.value for pair in column)
        few = len(values) <= _FEW
        if few and not self._says_something(first.name, first.parent) and not any(map(_TELLING.search, values)):
            return
        verdict = self._verdict(Column(field=first.name, table=first.parent, values=values))
        if verdict.pii_class in _NEVER_SHORT and max(map(len, values)) < _SHORT:
            return
        if verdict.pii_class in {_TOKEN, _PASSWORD} and all(map(self._is_public, values)):
            return
        if verdict.pii_class != NONE and is_plausible(verdict.pii_class, column, direction, around):
            yield Leak(
                verdict.pii_class, first.where[:160], direction, mask_value(first.value), round(verdict.confidence, 3)
            )

    def _is_public(self, value: str) -> bool:
        """True if a value, or what follows ``Bearer``, is a key that is public by design."""
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
        text = "\0".join((column.field, column.table, *column.values))
        key = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16, key=self._secret).digest()
        verdict = self._verdicts.get(key)
        if verdict is None:
            if len(self._verdicts) >= _REMEMBERED:
                self._verdicts.clear()
            verdict = self._verdicts[key] = next(iter(classify_columns((column,), self._names, self._values)))
        return verdict

    def _says_something(self, name: str, parent: str) -> bool:
        known = self._telling_names.get((name, parent))
        if known is None:
            if len(self._telling_names) >= _REMEMBERED:
                self._telling_names.clear()
            verdict = next(iter(self._names.classify_names((Column(field=name, table=parent),))))
            known = self._telling_names[name, parent] = bool(name) and verdict.pii_class != NONE
        return known

    def _of_forms(self, sample: CleartextSample) -> Iterator[Leak]:
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
                pii_class = _PASSWORD if "password" in find.kind else _TOKEN
                yield Leak(pii_class, f"credential:{find.kind}", sample.direction, find.masked, _SURE)


def _columns(samples: list[CleartextSample]) -> dict[tuple[str, str, str, str], list[NamedValue]]:
    """The pairs by location, name, parent and form; empty values are ignored."""
    found: dict[tuple[str, str, str, str], list[NamedValue]] = {}
    for sample in samples:
        for pair in read_values(sample):
            if pair.value.strip():
                column = found.setdefault((pair.where, pair.name, pair.parent, pair.form), [])
                if len(column) < MAX_VALUES:
                    column.append(pair)
    return found


def _of_header(column: list[NamedValue], direction: str) -> Iterator[Leak]:
    pair = column[0]
    where = pair.where[:160]
    if "cookie" in pair.name:
        found = {judge_cookies(one.value, set_cookie=pair.name == "set-cookie"): one for one in reversed(column)}
        for pii_class in (_TOKEN, _IDENTIFIER):
            if pii_class in found:
                yield Leak(pii_class, where, direction, mask_value(found[pii_class].value), _SURE)
                return
        return
    scheme, _, rest = pair.value.partition(" ")
    basic = pair.name == "authorization" and scheme.lower() == "basic" and rest
    yield Leak(_PASSWORD if basic else _TOKEN, where, direction, mask_value(pair.value), 0.99 if basic else _SURE)


def mask_value(value: str) -> str:
    """First and last character and the length, such as ``a…e (12)``; only the length for short values."""
    text = "".join(char if char.isprintable() else "?" for char in value)
    return f"{text[0]}…{text[-1]} ({len(text)})" if len(text) >= 6 else f"… ({len(text)})"
