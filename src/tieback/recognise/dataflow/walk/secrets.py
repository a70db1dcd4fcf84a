"""Credentials that code has as constants: arguments of calls, and static fields with telling names.

The rules for texts decide what is a credential. Each is given a text that they know, with the name and the value.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import CredentialGrade
from tieback.recognise.credentials import is_placeholder
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.dex.encoded import StringId
from tieback.recognise.dataflow.dex.libraries import ALL
from tieback.recognise.dataflow.dex.type_index import Names
from tieback.recognise.dataflow.methods.values import HOLE
from tieback.recognise.endpoints.connection import PASSWORD, counts, verify_jdbc
from tieback.recognise.endpoints.verdict import MaskedSecret, mask_secret
from tieback.recognise.rules import RuleFiles
from tieback.recognise.settings.service_passwords import beside, names_password

FILE_SERVERS = ("ftp", "smb")
"""Services whose passwords are those of a server of files, not of a data store."""
_ANONYMOUS = frozenset(("anonymous", "ftp", "guest"))
"""Names for a sign-in without an account of one's own: RFC 1635, and the default of RabbitMQ."""
MAX_FIELDS = 2000
"""Most static fields of an app that are judged."""
_LENGTHS = range(6, 513)
_NAMED = lazy_pattern(rb"(?i)key|token|secret|pass|pwd|auth|cred|_pw\Z")
_AUTHORISING = lazy_pattern(r"(?i).*(?:authori[sz]ation|key|token|secret|password|credential|-auth)")
_TEXT = Names((b"Ljava/lang/String;",))


class NamedValue(NamedTuple):
    """A static field with a text as its initial value."""

    file: int
    """Number of the DEX file."""
    owner: str
    """Descriptor of the class."""
    name: str
    string: int
    """String index of the value."""
    text: str
    """Name and value as the rules know them."""


def is_authorising(header: str) -> bool:
    """True if the name of a header says that its value grants access."""
    return len(header) <= 64 and _AUTHORISING.match(header) is not None


def credential_text(parts: Mapping[str, str | int]) -> str:
    """The arguments of a call as a text that the rules know; empty if one is not a constant."""
    user, password, header, value = (str(parts.get(role, "")) for role in ("user", "password", "header", "value"))
    if any(HOLE in text or '"' in text for text in (user, password, header, value)):
        return ""
    if user and password:
        return f'auth: {{username: "{user}", password: "{password}"}}'
    return f'"{header}": "{value}"' if header and value else ""


def database_password(parts: Mapping[str, str | int], rules: RuleFiles) -> MaskedSecret | None:
    """The password that a call takes beside the JDBC address of its database.

    It names its endpoint if the address is a constant. ``None`` for a placeholder, a text that is not known as a whole,
    and the password of a database inside the app.
    """
    url, password = str(parts.get("url", "")), str(parts.get("password", ""))
    if not password or HOLE in password:
        return None
    driver = url.lower().removeprefix("jdbc:").partition(":")[0]
    if url and HOLE not in driver and driver not in rules.services.jdbc:
        return None
    verdict = verify_jdbc(url, rules)
    if verdict.endpoints or verdict.not_backends:
        known = counts(password, verdict)
    else:
        known = (not url or HOLE in url) and not is_placeholder(password)
    endpoint = verdict.endpoints[0].value if verdict.endpoints else ""
    return mask_secret(PASSWORD, password, CredentialGrade.SUPERUSER, endpoint=endpoint) if known else None


def service_password(parts: Mapping[str, str | int], endpoint: str, *, store: bool) -> MaskedSecret | None:
    """The password that a call takes for a server other than a web server, such as a broker or a server of files.

    ``None`` for a placeholder, a text that is not known as a whole, and a sign-in for everyone.

    Args:
        parts: the arguments of the call, by role.
        endpoint: the server, or empty if it is not known.
        store: True for a data store.
    """
    user, password = str(parts.get("user", "")), str(parts.get("password", ""))
    if len(password) < _LENGTHS.start or HOLE in password or is_placeholder(password):
        return None
    if user.lower() in _ANONYMOUS or password.lower() in _ANONYMOUS:
        return None
    return mask_secret("database_password" if store else "service_password", password, endpoint=endpoint)


def named_values(files: Sequence[DexFile]) -> Iterator[NamedValue]:
    """The static fields of the app's own classes whose names say that their values grant access."""
    left = MAX_FIELDS
    for number, dex in enumerate(files):
        owned = dex.field_owners(_TEXT, ALL)
        names = {name: _NAMED.search(dex.raw(name)) is not None for name in dict.fromkeys(name for _, name in owned)}
        owners = dict.fromkeys(owner for owner, name in owned if names[name])
        for owner in owners:
            for one in _of_class(number, dex, owner, names):
                if not left:
                    return
                left -= 1
                yield one


def _of_class(number: int, dex: DexFile, owner: int, names: Mapping[int, bool]) -> Iterator[NamedValue]:
    row = dex.class_row(owner)
    at = int(dex.classes[row]["values"]) if row >= 0 else 0
    if not at:
        return
    pairs = list(zip(dex.class_data(row).static_fields, dex.values.array(at)[0], strict=False))
    for index, value in pairs:
        member = dex.field(index)
        if member is None or not names.get(member.name) or not isinstance(value, StringId):
            continue
        name, text = dex.string(member.name), dex.string(value.string)
        if len(text) in _LENGTHS and '"' not in text:
            before = beside(name, _texts(dex, pairs)) if names_password(name) else ""
            yield NamedValue(number, dex.descriptor(owner), name, value.string, f'{before}"{name}": "{text}"')


def _texts(dex: DexFile, pairs: Sequence[tuple[int, object]]) -> Iterator[tuple[str, str]]:
    """Names and texts of static fields."""
    for index, value in pairs:
        member = dex.field(index)
        if member is not None and isinstance(value, StringId):
            yield dex.string(member.name), dex.string(value.string)
