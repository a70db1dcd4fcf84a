"""The rules of users as structs. Every rule has an id, a source, and examples that ``tieback rules test`` runs."""

import hashlib
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from tieback.model.sighting import CredentialGrade
from tieback.userrules.http_probe import HttpProbeRule

type RuleId = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_.-]{2,63}$")]
type ShortText = Annotated[str, Meta(min_length=1, max_length=200)]
type SourceText = Annotated[
    str, Meta(min_length=3, max_length=500, description="Address or text: where this is known from.")
]
type ExampleText = Annotated[str, Meta(min_length=1, max_length=1000)]
type Pattern = Annotated[str, Meta(max_length=500, description="Regular expression of RE2.")]
type Suffix = Annotated[
    str, Meta(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$", max_length=253)
]
type Anchor = Annotated[str, Meta(pattern=r"^[\x21-\x7e]{4,64}$", description="Text that is always in the match.")]
type Accept = Annotated[tuple[ExampleText, ...], Meta(min_length=1, max_length=50)]
type Reject = Annotated[tuple[ExampleText, ...], Meta(min_length=1, max_length=50)]


class IdentifierRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[[identifier]]``: a resource of a provider, by its host or by the form of its identifier.

    Either ``suffixes`` and ``host``, or ``anchors`` and ``pattern``.
    """

    id: RuleId
    """Also the kind of the resource: ``acme-store`` in ``acme-store:tenant``."""
    product: ShortText
    source: SourceText
    value: ShortText
    """Text after the colon, from named groups: ``{tenant}``."""
    accept: Annotated[tuple[tuple[ExampleText, ExampleText], ...], Meta(min_length=1, max_length=50)]
    """Texts, each with the resource that it names."""
    reject: Reject
    suffixes: Annotated[tuple[Suffix, ...], Meta(max_length=50)] = ()
    """Domains of the hosts."""
    host: Pattern = ""
    """Matches the whole host, in lower case."""
    rest: Pattern = ""
    """Matches the beginning of the path and query; any if empty."""
    anchors: Annotated[tuple[Anchor, ...], Meta(max_length=20)] = ()
    pattern: Pattern = ""
    """Matches the identifier in a text."""
    caseless: bool = False
    """True if the anchors match both cases."""
    service: Annotated[str, Meta(pattern=r"^[a-z0-9_-]{0,40}$")] = ""
    """Service whose probe can examine the host."""


class CredentialFormRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[[credential]]``: the form of a key, token or password. It is found and masked, never tried."""

    id: RuleId
    """Also the kind of the credential."""
    names: ShortText
    """What a finding calls it."""
    source: SourceText
    anchors: Annotated[tuple[Anchor, ...], Meta(min_length=1, max_length=20)]
    pattern: Pattern
    """Its group ``secret`` is the credential."""
    accept: Accept
    reject: Reject
    grade: CredentialGrade = CredentialGrade.NORMAL
    entropy: Annotated[float, Meta(ge=0, le=6)] = 3.0
    """Least bits per character."""
    caseless: bool = False
    back: Annotated[int, Meta(ge=0, le=512)] = 64
    """Most characters before the end of the anchor."""
    ahead: Annotated[int, Meta(ge=0, le=1024)] = 256
    """Most characters after the end of the anchor."""


class SdkHostRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[[sdk_host]]``: hosts of a third party's library."""

    id: RuleId
    name: ShortText
    """Name of the third party, shown as the owner."""
    source: SourceText
    suffixes: Annotated[tuple[Suffix, ...], Meta(min_length=1, max_length=200)]
    accept: Accept
    reject: Reject


class FieldWordsRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[[personal_data]]``: names of fields that contain personal data of a class."""

    id: RuleId
    pii_class: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{1,40}$")] = msgspec.field(name="class")
    """A class of the taxonomy."""
    words: Annotated[tuple[ShortText, ...], Meta(min_length=1, max_length=500)]
    """Names, or sequences of words in names: ``customer no``."""
    source: SourceText
    accept: Accept
    reject: Reject


class RansomNameRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[[ransom]]``: names that attackers give to the databases and collections that they leave."""

    id: RuleId
    names: Annotated[tuple[ShortText, ...], Meta(max_length=200)] = ()
    pattern: Pattern = ""
    """Matches the whole name, in lower case."""
    weak: bool = False
    """True if legitimate data uses the name too: then the container must look like a note."""
    source: SourceText
    accept: Accept
    reject: Reject


class RuleFile(msgspec.Struct, frozen=True):
    """A file with rules that was read."""

    path: str
    origin: Literal["option", "user", "workspace"]
    """Which folder it is in: of ``--rules``, of the user's configuration, or of the workspace."""
    sha256: str
    rules: int


class UserRules(msgspec.Struct, frozen=True, kw_only=True):
    """All active rules of users. Ids are unique."""

    files: tuple[RuleFile, ...]
    sha256: str
    """Hash of the content of all files: part of the version of an analysis."""
    places: dict[str, str]
    """File and line of each rule, by its id."""
    identifiers: tuple[IdentifierRule, ...] = ()
    credentials: tuple[CredentialFormRule, ...] = ()
    sdk_hosts: tuple[SdkHostRule, ...] = ()
    personal_data: tuple[FieldWordsRule, ...] = ()
    ransom: tuple[RansomNameRule, ...] = ()
    probes: tuple[HttpProbeRule, ...] = ()

    @property
    def analysis(self) -> str:
        """End of the version of an analysis of apps and captures; empty if no rule has to do with them.

        Only the rules count, not comments, names of files, or rules for later stages.
        """
        rules = (self.identifiers, self.credentials, self.sdk_hosts, self.personal_data)
        return f"+rules.{hashlib.sha256(msgspec.json.encode(rules)).hexdigest()[:12]}" if any(rules) else ""
