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

from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import CredentialGrade
from tieback.recognise.endpoints.verdict import MaskedSecret, TextVerdict, is_real_value, mask_secret
from tieback.recognise.patterns import CredentialRule
from tieback.recognise.settings.service_passwords import address_beside, is_service, is_store, place_of

RULE = "credential"

_CLAIMS = ("iss", "role", "aud", "exp", "iat", "ref", "azp", "scope", "project_id", "token_use")
"""Claims that show the purpose of a token. ``sub``, ``email`` and similar claims are personal data and are left out."""
_PLACEHOLDER = lazy_pattern(
    r"your[_-]?|my[_-]?(?:api|secret|key|token|password)|change[_-]?(?:me|it|here|this)|example|sample|dummy|placeholder|insert[_-]?|replace"
    r"|<[a-z]|x{4,}|\*{3,}|todo|fixme|foobar|lorem|redacted|undefined|abcdefg|1234567|0{8,}|test[_-]?key|secret[_-]?key"
    r"|api[_-]?key|access[_-]?token|password|enter[_-]|paste[_-]|none\b|null\b|deadbeef",
    re.IGNORECASE,
)
_REPEATED = lazy_pattern(r"x{6,}|\*{3,}|0{8,}|1234567|abcdefg|example", re.IGNORECASE)
"""Placeholders in a text that has the form of an issued credential; its fixed part can contain words."""
_SEQUENCES = ("abcdefghijklmnopqrstuvwxyz", "0123456789abcdef", "qwertyuiop")
_LINE_END = lazy_pattern(r"[\r\n]")
_AWS_SECRET = lazy_pattern(r"(?<![A-Za-z0-9/+_-])([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=_-])")
_TWILIO_TOKEN = lazy_pattern(
    r"[\"'`]\s{0,4},\s{0,24}(?:[\"']?auth_?[Tt]oken[\"']?\s{0,4}[:=]\s{0,4})?[\"'`]([0-9a-f]{32})[\"'`]"
)
_ELASTIC_KEY = lazy_pattern(r"[A-Za-z0-9_-]{20}:[A-Za-z0-9_-]{22}")
_UUID = lazy_pattern(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PUBLIC_ID = lazy_pattern(r"wx[0-9a-f]{16}")
"""An app of WeChat, whose parameter ``appid`` names it."""
_QUERY_SEPARATORS = "?&;"
_SHARED_FILE = lazy_pattern(r"alt=media&(?:amp;)?token=[0-9a-f-]{36}\Z")
"""A link to one file of Cloud Storage for Firebase, which its token makes public."""
_SEPARATORS = lazy_pattern(r"[^A-Za-z0-9]")
_PUBLIC_KEY_BESIDE = lazy_pattern(r"\s{1,8}PublicKey\s?=")
"""The next attribute of an element whose token is the hash of a public key: an assembly's strong name in .NET."""
_PATH_ON_SERVER = lazy_pattern(r"(?:/[A-Za-z0-9_.~-]{1,64}){1,8}/[a-z]{4,24}/?")
"""A path of two segments or more, of which the last is a word; text in base64 hardly ends so."""
_SHORTEST_RUN = 8
_CONVERSION = lazy_pattern(r"%[A-Za-z@]")
_LABEL = lazy_pattern(r"[^\W\d_]+[:*\u2026]+")
"""A word, and a sign behind the name of a field."""
_SHORTEST_STRUCTURE = 60
"""Least length of a public key in base64: that of Ed25519."""
_HEXADECIMAL = lazy_pattern(r"[0-9a-f]+|[0-9A-F]+")
_HEX_ENTROPY, _HEX_ENTROPY_SHORT, _LONG_HEX = 3.0, 2.5, 24
"""Least entropies of random hexadecimal digits, of which there are only 16, and the length from which the first holds:
of random texts, one in 200 is below them.
"""
_PLAIN_RUN = lazy_pattern(r"(?:[A-Z]?[a-z]{0,23}|[A-Z]{0,24})\d{0,4}")
"""A word in one case or with a capital, and a number after it: ``arrow``, ``Select``, ``SHA256``."""
_WORD = lazy_pattern(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_LONGEST_WORD = 24
_INNER_DIGIT = lazy_pattern(r"[A-Za-z]\d+[A-Za-z]")
_CAMEL = lazy_pattern(r"(?:[A-Z]{0,24}[a-z]{0,24}\d{0,4}(?=[A-Z]|\Z)){1,24}")
_TERM = lazy_pattern(
    r"(?i:i18n|l10n|a11y|k8s|e2e|b2b|b2c|p2p|oauth2|utf8|utf16|base64|sha\d{1,3}|md5|x509|p12|mp[34]|[23]fa|3des|aes\d{3}|rc4"
    r"|html5|http2|ipv[46]|\d{1,2}(?:st|nd|rd|th)(?![a-z]))"
)
"""Terms with a digit inside."""
_SHORT_WORD = 3.0
"""Mean length from which the parts of a text in camel case are words."""
_INNER_SIGN = lazy_pattern(r"[A-Za-z0-9][^A-Za-z0-9]{0,8}[!#%*+?@~^][^A-Za-z0-9]{0,8}[A-Za-z0-9]")
"""A sign that no name has; at the end of a text it can be that of a sentence or of a required field."""
_NO_PASSWORD = lazy_pattern(
    r"://|^[./@~#\\]|\\[uxdwsSWD]|[^\x20-\x7e\xa1-\uffff]|[A-Za-z0-9]-[A-Za-z0-9]\]|\w\(|\w=[^&]{0,64}&|\||\w/\w{0,64}[./!]"
    r"|^[^@\s]{1,64}@[\w-]{1,63}(?:\.[A-Za-z]{2,24})+$"
)
"""Paths, addresses, classes of characters, calls, queries and rules of a form."""
_BLOCKS = lazy_pattern(r"(?:[A-Za-z0-9+/]{4}){1,5}[A-Za-z0-9+/]{2,3}={1,2}")
"""A short text in base64: a password, or one or two blocks of a text that the app decrypts."""
_WORD_LENGTH = 4.5
"""Mean length of the words of a name in camel case; runs of letters of the same case in a random text are shorter."""
_AZURE_OWNER = lazy_pattern(
    r"(?i:AccountEndpoint=https://(?P<cosmosdb>[a-z0-9-]{3,44})\.documents\.|AccountName=(?P<azure_blob>[a-z0-9]{3,24});"
    r"|Endpoint=sb://(?P<azure_service_bus>[a-z0-9-]{6,50})\.servicebus\."
    r"|HostName=(?P<azure_iot_hub>[a-z0-9-]{3,50})\.azure-devices\.)"
)
"""The resource of a connection string; the names of the groups are kinds of cloud.toml."""
_AZURE_KINDS = {"cosmosdb": "azure_cosmos_key"}
"""Kinds of keys with the same name in the connection strings of several services, by the kind of the resource."""
_NAME = lazy_pattern(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}[a-z]{2,24}")
_ADDRESS = lazy_pattern(r"https?://[^\s\"'<>\\^`|\x00]{4,1024}\Z")
"""An address up to the beginning of a match in its query."""
_SAS_PART = lazy_pattern(r"(sv|sp|st|se|sr|ss|srt|spr|sip|sig)=([^&\s\"'<>]{0,400})")
_SERVICE_ACCOUNT = lazy_pattern(
    r"\"(project_id|client_email|private_key_id)\\{0,2}\"\s{0,4}:\s{0,4}\\{0,2}\"([^\"\s\\]{1,200})\\{0,2}\""
)
_ACCOUNT = lazy_pattern(r"@([a-z][a-z0-9-]{4,28}[a-z0-9])\.iam\.gserviceaccount\.com\Z")
_KEY_BODY = lazy_pattern(r"\"private_key\\{0,2}\"\s{0,4}:\s{0,4}\\{0,2}\"(-----BEGIN[^\"]{64,4096})")
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


def _without_conversions(text: str) -> str:
    """A password without what looks like the conversion of a format string, as ``%q`` in ``T7%qW2#mQ9z``."""
    rest = _CONVERSION.sub("", text)
    return rest if len(rest) >= _SHORTEST_RUN and any(map(str.isdigit, rest)) else text


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


def is_public_structure(text: str) -> bool:
    """True if the text is a public key or a certificate in DER, as base64 (RFC 7468).

    A structure of a private key begins with its version, which is 0 or 1 (RFC 5958, RFC 8017, RFC 5915).
    """
    if not text.startswith("M") or len(text) < _SHORTEST_STRUCTURE:
        return False
    try:
        data = base64.b64decode(text[: len(text) // 4 * 4], validate=True)
    except ValueError:
        return False
    length = data[1]
    head = 2 + (length & 0x7F if length & 0x80 else 0)
    declared = int.from_bytes(data[2:head]) if length & 0x80 else length
    # The last group of a text without padding is left out.
    whole = data[0] == 0x30 and head <= 4 and -3 <= head + declared - len(data) <= 3
    return whole and data[head : head + 2] != b"\x02\x01"


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
    chosen = rule.words or rule.judge == "password"
    plain = _without_conversions(secret) if chosen else secret
    if len(secret) > 4096 or (not fixed and is_placeholder(plain, issued=rule.issued)):
        return TextVerdict(RULE, len(found[0]), rejected="placeholder")
    if chosen and _LABEL.fullmatch(secret):
        return TextVerdict(RULE, len(found[0]), rejected="label")
    if rule.entropy and entropy(secret) < least_entropy(rule, secret):
        return TextVerdict(RULE, len(found[0]), rejected="too regular")
    if not rule.words and not rule.judge and is_worded(secret[rule.fixed :]):
        return TextVerdict(RULE, len(found[0]), rejected="words")
    if rule.keyed and is_public_structure(secret):
        return TextVerdict(RULE, len(found[0]), rejected="public key or certificate")
    secrets = (
        tuple(_JUDGES[rule.judge](found, rule, window))
        if rule.judge
        else (mask_secret(rule.kind, secret, rule.grade, services=rule.services),)
    )
    secrets = tuple(_placed(one, found, window) for one in secrets if one.fingerprint not in known)
    if secrets and rule.beside:
        address = address_beside(window, found.start())
        secrets = tuple(msgspec.structs.replace(one, address=one.address or address) for one in secrets)
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
    kind, grade, endpoint, address = rule.kind, rule.grade, "", ""
    role, ref = claims.get("role", ""), claims.get("ref", "")
    if "supabase" in claims.get("iss", "") or ref:
        kind = f"supabase_{role or 'key'}"
        grade = {"anon": CredentialGrade.PUBLIC, "service_role": CredentialGrade.SUPERUSER}.get(
            role, CredentialGrade.NORMAL
        )
        if re.fullmatch(r"[a-z]{20}", ref):
            endpoint, address = f"supabase:{ref}", f"https://{ref}.supabase.co"
    elif role in ("service_role", "admin", "superuser"):
        grade = CredentialGrade.SUPERUSER
    own = mask_secret(kind, found["secret"], grade, claims=head | claims, endpoint=endpoint, services=rule.services)
    yield msgspec.structs.replace(own, address=address)


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


def _named(found: re.Match[str], rule: CredentialRule, window: str) -> Iterator[MaskedSecret]:
    """A value without words: the name of a key also names the keys of caches, settings and translations."""
    secret = found["secret"]
    if _PATH_ON_SERVER.fullmatch(secret) or _PUBLIC_KEY_BESIDE.match(window, found.end()):
        return
    if _UUID.fullmatch(secret) or any(_is_random(run) for run in _SEPARATORS.split(secret)):
        yield mask_secret(rule.kind, secret, rule.grade)


def _password(found: re.Match[str], rule: CredentialRule, _window: str) -> Iterator[MaskedSecret]:
    """A value that people choose as a password; such a name also names fields, messages, rules and algorithms."""
    secret = found["secret"]
    if is_password(secret):
        yield mask_secret(rule.kind, secret, rule.grade)


def _service_password(found: re.Match[str], rule: CredentialRule, window: str) -> Iterator[MaskedSecret]:
    """A value under a short name of a password, beside the host of the same service."""
    stem, secret = found["stem"], found["secret"]
    if not (is_service(stem) or is_password(secret)) or secret.endswith("()"):
        return
    if place := place_of(stem, window, found.start()):
        kind = "database_password" if is_store(stem) else rule.kind
        yield mask_secret(kind, secret, rule.grade, address=place)


def is_password(text: str) -> bool:
    """True if a text under the name of a password is one, by its characters.

    It has a digit, and letters of both cases or a sign inside. A name in camel case has both cases too, so such a text
    must have a sign, a digit inside of a word, or the form of a random text.
    """
    if _NO_PASSWORD.search(text) or (_BLOCKS.fullmatch(text) and not _is_text(_decoded(text))):
        return False
    digits = sum(char.isdigit() for char in text)
    mixed = text != text.lower() and text != text.upper()
    if digits and _INNER_SIGN.search(text) and (mixed or digits > 1):
        return True
    if not digits or not mixed:
        return False
    runs = [_TERM.sub("Term", run) for run in _SEPARATORS.split(text) if run]
    return any(map(_is_random, runs)) or not _is_camel(runs)


def _is_text(text: str) -> bool:
    return text != "" and text.isprintable()


def _is_camel(runs: list[str]) -> bool:
    """True if the runs of letters and digits are words in camel case, with numbers after words: ``Step2Title``."""
    words = [word for run in runs for word in _WORD.findall(run)]
    return all(map(_CAMEL.fullmatch, runs)) and sum(map(len, words)) >= _SHORT_WORD * len(words)


_ADDRESS_BEFORE = re.compile(
    r"((?:https?|wss?)://(?:[A-Za-z0-9_-]{1,63}\.){1,10}[A-Za-z0-9-]{1,63}(?::\d{1,5})?)"
    r"""(?:[/?;][^\s"'`<>\\{}$\x00-\x1f]{0,512})?\Z"""
)
"""An address up to the name of a value in its query: scheme, host and port show which API the value is for."""


def _query(found: re.Match[str], rule: CredentialRule, window: str) -> Iterator[MaskedSecret]:
    """A value in a query without words, unless it is an identifier or part of a link to a file."""
    name, secret = found["name"].lower(), found["secret"]
    if not found.start() and found[0][0] not in _QUERY_SEPARATORS and window[found.end() :][:1] in ("\n", "\r"):
        return  # the first line of a file of keys and values
    if _UUID.fullmatch(secret.lower()):
        real = name.endswith("key")
    else:
        real = any(_is_random(run) for run in _SEPARATORS.split(secret))
    if real and not _PUBLIC_ID.fullmatch(secret) and not _SHARED_FILE.search(window, 0, found.end()):
        api = _ADDRESS_BEFORE.search(window, 0, found.start())
        yield mask_secret(rule.kind, secret, rule.grade, endpoint=api[1].lower() if api is not None else "")


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
    yield mask_secret(_AZURE_KINDS.get(kind, rule.kind), found["secret"], rule.grade, endpoint=endpoint)


def _place(found: re.Match[str], rule: CredentialRule, _window: str) -> Iterator[MaskedSecret]:
    """A key or password in a text that begins with the address of its service."""
    yield mask_secret(rule.kind, found["secret"], rule.grade, address=found["address"])


def _cloudinary(found: re.Match[str], rule: CredentialRule, _window: str) -> Iterator[MaskedSecret]:
    address = f"https://res.cloudinary.com/{found['cloud'].lower()}/image"
    yield mask_secret(rule.kind, found["secret"], rule.grade, address=address)


def _publishable(found: re.Match[str], rule: CredentialRule, _window: str) -> Iterator[MaskedSecret]:
    """A key of Stripe, unless it has the form of Clerk."""
    if not _clerk_host(found["secret"]):
        yield mask_secret(rule.kind, found["secret"], rule.grade, services=rule.services)


def _clerk(found: re.Match[str], rule: CredentialRule, _window: str) -> Iterator[MaskedSecret]:
    """A key of Clerk, which is the host of its interface and a dollar sign in base64."""
    host = _clerk_host(found["secret"])
    if host:
        yield mask_secret(rule.kind, found["secret"], rule.grade, address=f"https://{host}")


def _clerk_host(key: str) -> str:
    text = _decoded(key.split("_", 2)[2])
    return text[:-1] if text.endswith("$") and _NAME.fullmatch(text[:-1]) else ""


def _sas(found: re.Match[str], rule: CredentialRule, window: str) -> Iterator[MaskedSecret]:
    """A shared access signature; its grade is superuser if it allows write, create, delete or add."""
    parts = dict(_SAS_PART.findall(found["secret"]))
    if "sig" not in parts or len(parts["sig"]) < 20 or ("sv" not in parts and "se" not in parts):
        return
    permissions = parts.get("sp", "")
    grade = CredentialGrade.SUPERUSER if set(permissions) & set("wcdatu") else rule.grade
    claims = {name: _text(parts[name]) for name in ("sp", "se", "sr", "ss", "srt") if name in parts}
    yield mask_secret(rule.kind, parts["sig"], grade, claims=claims, address=_address_before(window, found.start()))


def _address_before(window: str, at: int) -> str:
    """The address with the query in which a match begins; empty if the match is in none."""
    begin = max(window.rfind("https://", 0, at), window.rfind("http://", 0, at))
    found = _ADDRESS.match(window[:at], begin) if begin >= 0 else None
    return f"{found[0].partition('?')[0]}?" if found is not None and "?" in found[0] else ""


def _service_account(found: re.Match[str], rule: CredentialRule, window: str) -> Iterator[MaskedSecret]:
    body = _KEY_BODY.search(window)
    if body is None or is_short_block(body[1]):
        return
    claims = {name: _text(value) for name, value in _SERVICE_ACCOUNT.findall(window) if name != "private_key_id"}
    named = _ACCOUNT.search(claims.get("client_email", ""))
    endpoint = f"gcp-project:{named[1]}" if named is not None else ""
    place = _range(body, 1, found)
    yield mask_secret(rule.kind, key_body(body[1]), rule.grade, claims=claims, place=place, endpoint=endpoint)


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
    "place": _place,
    "cloudinary": _cloudinary,
    "publishable": _publishable,
    "clerk": _clerk,
    "twilio": _twilio,
    "basic": _basic,
    "elastic": _elastic,
    "named": _named,
    "password": _password,
    "service_password": _service_password,
    "query": _query,
    "service_account": _service_account,
    "key_block": _key_block,
    "key_block_account": _service_account,
}
