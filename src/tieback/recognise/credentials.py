"""Credentials by their format: keys with a known prefix, named values, private keys, JSON Web Tokens.

The rules are data, in ``credentials.toml``: own patterns, written from the formats that the vendors document. A
credential is judged only by its text and never tried. Its value does not leave this module; results contain the masked
form.
"""

import base64
import math
import re
from collections import Counter
from collections.abc import Callable, Container, Iterator
from itertools import pairwise

import msgspec

from tieback.model.sighting import CredentialGrade
from tieback.recognise.patterns import CredentialRule
from tieback.recognise.verdict import MaskedSecret, TextVerdict, is_real_value, mask_secret

RULE = "credential"

_CLAIMS = ("iss", "role", "aud", "exp", "iat", "ref", "azp", "scope", "project_id", "token_use")
"""Claims that show the purpose of a token. ``sub``, ``email`` and similar claims are personal data and are left out."""
_PLACEHOLDER = re.compile(
    r"your[_-]?|my[_-]?(?:api|secret|key|token|password)|change[_-]?(?:me|it|here|this)|example|sample|dummy|placeholder|insert[_-]?|replace"
    r"|<[a-z]|x{4,}|\*{3,}|todo|fixme|foobar|lorem|redacted|undefined|abcdefg|1234567|0{8,}|test[_-]?key|secret[_-]?key"
    r"|api[_-]?key|access[_-]?token|password|enter[_-]|paste[_-]|none\b|null\b|deadbeef",
    re.IGNORECASE,
)
_REPEATED = re.compile(r"x{6,}|\*{3,}|0{8,}|1234567|abcdefg|example", re.IGNORECASE)
"""Placeholders in a text that has the form of an issued credential; its fixed part can contain words."""
_SEQUENCES = ("abcdefghijklmnopqrstuvwxyz", "0123456789abcdef", "qwertyuiop")
_LINE_END = re.compile(r"[\r\n]")
_AWS_SECRET = re.compile(r"(?<![A-Za-z0-9/+_-])([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=_-])")
_TWILIO_TOKEN = re.compile(
    r"[\"'`]\s{0,4},\s{0,24}(?:[\"']?auth_?[Tt]oken[\"']?\s{0,4}[:=]\s{0,4})?[\"'`]([0-9a-f]{32})[\"'`]"
)
_ELASTIC_KEY = re.compile(r"[A-Za-z0-9_-]{20}:[A-Za-z0-9_-]{22}")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PUBLIC_ID = re.compile(r"wx[0-9a-f]{16}")
"""An app of WeChat, whose parameter ``appid`` names it."""
_SHARED_FILE = re.compile(r"alt=media&(?:amp;)?token=[0-9a-f-]{36}\Z")
"""A link to one file of Cloud Storage for Firebase, which its token makes public."""
_SEPARATORS = re.compile(r"[^A-Za-z0-9]")
_SHORTEST_RUN = 8
_HEXADECIMAL = re.compile(r"[0-9a-f]+|[0-9A-F]+")
_HEX_ENTROPY, _HEX_ENTROPY_SHORT, _LONG_HEX = 3.0, 2.5, 24
"""Least entropies of random hexadecimal digits, of which there are only 16, and the length from which the first holds:
of random texts, one in 200 is below them.
"""
_PLAIN_RUN = re.compile(r"(?:[A-Z]?[a-z]{0,23}|[A-Z]{0,24})\d{0,4}")
"""A word in one case or with a capital, and a number after it: ``arrow``, ``Select``, ``SHA256``."""
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_LONGEST_WORD = 24
_INNER_DIGIT = re.compile(r"[A-Za-z]\d+[A-Za-z]")
_WORD_LENGTH = 4.5
"""Mean length of the words of a name in camel case; runs of letters of the same case in a random text are shorter."""
_AZURE_OWNER = re.compile(
    r"(?i:AccountEndpoint=https://(?P<cosmosdb>[a-z0-9-]{3,44})\.documents\.|AccountName=(?P<azure_blob>[a-z0-9]{3,24});"
    r"|Endpoint=sb://(?P<azure_service_bus>[a-z0-9-]{6,50})\.servicebus\."
    r"|HostName=(?P<azure_iot_hub>[a-z0-9-]{3,50})\.azure-devices\.)"
)
"""The resource of a connection string; the names of the groups are kinds of cloud.toml."""
_SAS_PART = re.compile(r"(sv|sp|st|se|sr|ss|srt|spr|sip|sig)=([^&\s\"'<>]{0,400})")
_SERVICE_ACCOUNT = re.compile(
    r"\"(project_id|client_email|private_key_id)\\{0,2}\"\s{0,4}:\s{0,4}\\{0,2}\"([^\"\s\\]{1,200})\\{0,2}\""
)
_KEY_BODY = re.compile(r"\"private_key\\{0,2}\"\s{0,4}:\s{0,4}\\{0,2}\"(-----BEGIN[^\"]{64,4096})")
"""Quotes with backslashes: the JSON is itself a text in JSON or in a script."""


def entropy(text: str) -> float:
    """Shannon entropy of the characters, in bits per character; 0 for an empty text."""
    size = len(text)
    return -sum(count / size * math.log2(count / size) for count in Counter(text).values()) if size else 0.0


def is_placeholder(secret: str, *, issued: bool = False) -> bool:
    """True if the text is a placeholder for a credential, or an example value.

    Args:
        secret: the text.
        issued: True if it has the form that a service issues, which no template language has.
    """
    low = secret.lower()
    words = _REPEATED if issued else _PLACEHOLDER
    return (
        (not issued and not is_real_value(secret))
        or words.search(secret) is not None
        or len(set(low)) < 4
        or any(low[:12] in sequence for sequence in _SEQUENCES if len(low) >= 8)
    )


def is_worded(text: str) -> bool:
    """True if the text consists of words, as names of style classes, icons and settings do.

    A random text is none: in one run of letters and digits its case changes, or a digit is between letters.
    """
    runs = [run for run in _SEPARATORS.split(text) if run]
    if all(_PLAIN_RUN.fullmatch(run) for run in runs):
        return True
    words = [word for run in runs for word in _WORD.findall(run)]
    if not words or max(map(len, words)) > _LONGEST_WORD or _INNER_DIGIT.search(text):
        return False
    return sum(map(len, words)) >= _WORD_LENGTH * len(words)


def least_entropy(rule: CredentialRule, secret: str) -> float:
    """The least entropy of a credential of this rule, in bits per character."""
    if not _HEXADECIMAL.fullmatch(secret):
        return rule.entropy
    return min(rule.entropy, _HEX_ENTROPY if len(secret) >= _LONG_HEX else _HEX_ENTROPY_SHORT)


def credential_verdict(
    found: re.Match[str], rule: CredentialRule, window: str, known: Container[str] = ()
) -> TextVerdict:
    """Judge a match of a rule's pattern.

    Args:
        found: the match, with the group ``secret``.
        rule: the rule of the match.
        window: the text around the match, for further checks.
        known: fingerprints of published values that protect nothing.
    """
    secret = found["secret"]
    fixed = rule.judge.startswith("key_block")
    if len(secret) > 4096 or (not fixed and is_placeholder(secret, issued=rule.issued)):
        return TextVerdict(RULE, len(found[0]), rejected="placeholder")
    if rule.entropy and entropy(secret) < least_entropy(rule, secret):
        return TextVerdict(RULE, len(found[0]), rejected="too regular")
    if not rule.words and not rule.judge and is_worded(secret[rule.fixed :]):
        return TextVerdict(RULE, len(found[0]), rejected="words")
    secrets = (
        tuple(_JUDGES[rule.judge](found, rule, window))
        if rule.judge
        else (mask_secret(rule.kind, secret, rule.grade, services=rule.services),)
    )
    secrets = tuple(_placed(one, found, window) for one in secrets if one.fingerprint not in known)
    rejected = "" if secrets else "not of the form that it begins with"
    return TextVerdict(f"{RULE}:{rule.kind}", len(found[0]), secrets=secrets, rejected=rejected)


def _placed(one: MaskedSecret, found: re.Match[str], window: str) -> MaskedSecret:
    """The credential with its place, if a line ends between its name and its value."""
    if one.place is not None:
        return one
    secret = found["secret"]
    begin = window.rfind(secret, found.start(), found.end())
    if begin < 0 or not _LINE_END.search(window, found.start(), begin):
        return one
    return msgspec.structs.replace(one, place=(begin - found.start(), begin - found.start() + len(secret)))


def decode_jwt(token: str) -> tuple[dict[str, str], dict[str, str]] | None:
    """Header and claims of a JSON Web Token (RFC 7519), values as text; ``None`` for other texts. Verifies nothing."""
    parts = token.split(".")
    if len(parts) < 2:
        return None
    try:
        head, body = (msgspec.json.decode(_base64url(part), type=dict[str, object]) for part in parts[:2])
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    if not isinstance(head.get("alg"), str):
        return None
    return {"alg": str(head["alg"])[:16]}, {name: _text(body[name]) for name in _CLAIMS if name in body}


def _base64url(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _text(value: object) -> str:
    if isinstance(value, list):
        return " ".join(str(item) for item in value[:8])[:200]
    return "".join(char for char in str(value)[:200] if char.isprintable())


def _jwt(found: re.Match[str], rule: CredentialRule, _window: str) -> Iterator[MaskedSecret]:
    decoded = decode_jwt(found["secret"])
    if decoded is None:
        return
    head, claims = decoded
    kind, grade, endpoint = rule.kind, rule.grade, ""
    role, ref = claims.get("role", ""), claims.get("ref", "")
    if "supabase" in claims.get("iss", "") or ref:
        kind = f"supabase_{role or 'key'}"
        grade = {"anon": CredentialGrade.PUBLIC, "service_role": CredentialGrade.SUPERUSER}.get(
            role, CredentialGrade.NORMAL
        )
        endpoint = f"supabase:{ref}" if re.fullmatch(r"[a-z]{20}", ref) else ""
    elif role in ("service_role", "admin", "superuser"):
        grade = CredentialGrade.SUPERUSER
    yield mask_secret(kind, found["secret"], grade, claims=head | claims, endpoint=endpoint, services=rule.services)


def _aws(found: re.Match[str], rule: CredentialRule, window: str) -> Iterator[MaskedSecret]:
    """An access key id, and the secret next to it."""
    near = min(
        _aws_secrets(window),
        key=lambda one: max(one.start() - found.end(), found.start() - one.end()),
        default=None,
    )
    yield mask_secret(rule.kind, found["secret"], rule.grade if near else CredentialGrade.LIMITED)
    if near:
        yield mask_secret("aws_secret_access_key", near[1], CredentialGrade.SUPERUSER, place=_range(near, 1, found))


def _aws_secrets(window: str) -> Iterator[re.Match[str]]:
    for near in _AWS_SECRET.finditer(window):
        if entropy(near[1]) >= 4.2 and not is_placeholder(near[1]):
            yield near


def _range(near: re.Match[str], group: int, found: re.Match[str]) -> tuple[int, int]:
    """The range of a group of another match, from the start of this one."""
    return near.start(group) - found.start(), near.end(group) - found.start()


def _twilio(found: re.Match[str], rule: CredentialRule, window: str) -> Iterator[MaskedSecret]:
    """An account, and its token as the next argument or field."""
    yield mask_secret(rule.kind, found["secret"], rule.grade)
    token = _TWILIO_TOKEN.match(window, found.end())
    if token is not None and entropy(token[1]) >= rule.entropy:
        yield mask_secret("twilio_auth_token", token[1], CredentialGrade.SUPERUSER, place=_range(token, 1, found))


def _basic(found: re.Match[str], rule: CredentialRule, _window: str) -> Iterator[MaskedSecret]:
    """User and password of the Basic scheme; an empty password is that of a key, whose access is unknown."""
    user, colon, password = _decoded(found["secret"]).partition(":")
    if not colon or not user or not (user + password).isprintable():
        return
    if is_placeholder(password) if password else is_placeholder(user):
        return
    yield mask_secret(rule.kind, found["secret"], rule.grade if password else CredentialGrade.UNKNOWN)


def _elastic(found: re.Match[str], rule: CredentialRule, _window: str) -> Iterator[MaskedSecret]:
    """Id and key of an API key of Elasticsearch."""
    if _ELASTIC_KEY.fullmatch(_decoded(found["secret"])):
        yield mask_secret(rule.kind, found["secret"], rule.grade)


def _named(found: re.Match[str], rule: CredentialRule, _window: str) -> Iterator[MaskedSecret]:
    """A value without words: the name of a key also names the keys of caches, settings and translations."""
    secret = found["secret"]
    if _UUID.fullmatch(secret) or any(_is_random(run) for run in _SEPARATORS.split(secret)):
        yield mask_secret(rule.kind, secret, rule.grade)


def _query(found: re.Match[str], rule: CredentialRule, window: str) -> Iterator[MaskedSecret]:
    """A value in a query without words, unless it is an identifier or part of a link to a file."""
    name, secret = found["name"].lower(), found["secret"]
    if _UUID.fullmatch(secret.lower()):
        real = name.endswith("key")
    else:
        real = any(_is_random(run) for run in _SEPARATORS.split(secret))
    if real and not _PUBLIC_ID.fullmatch(secret) and not _SHARED_FILE.search(window, 0, found.end()):
        yield mask_secret(rule.kind, secret, rule.grade)


def _is_random(run: str) -> bool:
    """True if the characters of a text without separators change their class more often than those of names."""
    classes = ["d" if char.isdigit() else "u" if char.isupper() else "l" for char in run]
    changes = sum(one != other for one, other in pairwise(classes))
    return len(run) >= _SHORTEST_RUN and (classes.count("d") >= 3 or changes >= 0.45 * len(run))


def _decoded(text: str) -> str:
    """The text in base64 (RFC 4648), with or without padding; empty if there is none."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True).decode()
    except ValueError:
        return ""


def _azure(found: re.Match[str], rule: CredentialRule, window: str) -> Iterator[MaskedSecret]:
    """The key in a connection string, with the account, name space or hub that the same string names."""
    before = re.split(r"[\x00-\x1f\"<>]", window[: found.start()])[-1]
    owner = next((one for one in _AZURE_OWNER.finditer(before)), None)
    kind = owner.lastgroup.replace("_", "-") if owner is not None and owner.lastgroup else ""
    endpoint = f"{kind}:{owner[owner.lastgroup].lower()}" if owner is not None and owner.lastgroup else ""
    yield mask_secret(rule.kind, found["secret"], rule.grade, endpoint=endpoint)


def _sas(found: re.Match[str], rule: CredentialRule, _window: str) -> Iterator[MaskedSecret]:
    """A shared access signature; its grade is superuser if it allows write, create, delete or add."""
    parts = dict(_SAS_PART.findall(found["secret"]))
    if "sig" not in parts or len(parts["sig"]) < 20 or ("sv" not in parts and "se" not in parts):
        return
    permissions = parts.get("sp", "")
    grade = CredentialGrade.SUPERUSER if set(permissions) & set("wcdatu") else rule.grade
    claims = {name: _text(parts[name]) for name in ("sp", "se", "sr", "ss", "srt") if name in parts}
    yield mask_secret(rule.kind, parts["sig"], grade, claims=claims)


def _service_account(found: re.Match[str], rule: CredentialRule, window: str) -> Iterator[MaskedSecret]:
    body = _KEY_BODY.search(window)
    if body is None or is_short_block(body[1]):
        return
    claims = {name: _text(value) for name, value in _SERVICE_ACCOUNT.findall(window) if name != "private_key_id"}
    yield mask_secret(rule.kind, key_body(body[1]), rule.grade, claims=claims, place=_range(body, 1, found))


def _key_block(found: re.Match[str], rule: CredentialRule, _window: str) -> Iterator[MaskedSecret]:
    if not is_short_block(found["secret"]):
        yield mask_secret(rule.kind, key_body(found["secret"]), rule.grade)


def key_body(text: str) -> str:
    """The text between the markers of a PEM block, without line breaks."""
    text = text.partition("-----END")[0]
    return re.sub(r"-----[A-Z ]{1,40}-----|\\[nr]|[\s\"'\\+,-]", "", text)


def is_short_block(text: str) -> bool:
    """True if the text of a PEM block is too short or too regular for a key: an example, or only the markers."""
    body = key_body(text)
    return len(body) < 64 or entropy(body[:256]) < 3.5


_JUDGES: dict[str, Callable[[re.Match[str], CredentialRule, str], Iterator[MaskedSecret]]] = {
    "jwt": _jwt,
    "aws": _aws,
    "sas": _sas,
    "azure": _azure,
    "twilio": _twilio,
    "basic": _basic,
    "elastic": _elastic,
    "named": _named,
    "query": _query,
    "service_account": _service_account,
    "key_block": _key_block,
    "key_block_account": _service_account,
}
