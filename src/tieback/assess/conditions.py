"""Conditions of the store rules: one function per rule, which returns evidence if the rule applies."""

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib import resources

import msgspec

from tieback.assess.ransom import RANSOMED
from tieback.model.backend import Route
from tieback.model.exposure import AppRoute, Exposure
from tieback.model.probe import NOT_CHECKED, OFFERED, Ability, Access, Entry, Notice, Privileges, RansomVerdict

NOT_COUNTED = "not counted"
"""Start of the evidence of content that the figures of a store may lack."""

type Condition = Callable[[Exposure], tuple[str, ...]]

BUCKETS = frozenset(
    (
        *("s3", "minio", "seaweedfs", "ceph-rgw", "s3-compatible", "gcs", "azure-blob", "azurite"),
        *("firebase-storage", "supabase-storage"),
    )
)
"""Products that keep objects in buckets."""
ABILITY_RULES: Mapping[str, Ability] = {
    "open-code-runner": Ability.RUN_CODE,
    "open-model-server": Ability.GENERATE,
    "open-tool-server": Ability.CALL_TOOLS,
}
"""Rule that reports each ability."""
_ASKING = frozenset((Access.AUTH_REQUIRED, Access.LOCKED, Access.FIREWALLED, Access.NOT_FOUND))
"""Access states that show that authentication is configured, or that the store does not exist."""
_OLD_TLS = re.compile(r"SSL.*|TLSv1(?:\.[01])?")
_EXPIRED, _OTHER_NAME = re.compile(r"has expired"), re.compile(r"(?i)hostname mismatch|IP address mismatch")
"""In OpenSSL's words (``X509_verify_cert_error_string``)."""


class OldVersion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of ``old_versions.toml``."""

    before: str
    why: str
    source: str


@cache
def load_old_versions() -> Mapping[str, OldVersion]:
    """Return, by product, the first version that is protected by default.

    Raises:
        msgspec.ValidationError: the data file is damaged.
    """
    text = resources.files("tieback.assess").joinpath("old_versions.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, OldVersion])


def load_conditions() -> Mapping[str, Condition]:
    """Return the condition of each rule, in catalogue order."""
    return {
        "open-store": _open,
        **{rule: partial(_ability, ability) for rule, ability in ABILITY_RULES.items()},
        "privileged-without-password": _privileged,
        "default-credentials": _default_credentials,
        **{notice.value: partial(_notice, notice) for notice in Notice},
        "open-to-any-user": _any_user,
        "partly-open-store": _partial,
        "public-bucket-listing": _bucket,
        "open-store-empty": _open_empty,
        "store-ransomed": _ransomed,
        "store-wiped": _wiped,
        "store-intrusion": _intrusion,
        "cleartext-store": _cleartext,
        "schema-readable": _schema_only,
        "unauthenticated-behind-api": _open_behind_api,
        "no-authentication-by-default": partial(_old, load_old_versions()),
        "dangling-name": _gone,
        "tls-certificate-expired": partial(_certificate, _is_expired),
        "tls-certificate-name": partial(_certificate, _is_of_another_name),
        "tls-certificate-untrusted": partial(_certificate, _is_untrusted),
        "tls-version-old": _old_tls,
    }


def routes_behind_api(exposure: Exposure) -> tuple[AppRoute, ...]:
    """Return the routes of apps that name only a host in front of the store, never the store itself."""
    named = {way.app_sha256 for way in exposure.routes if way.candidate.route is Route.NAMED}
    return tuple(way for way in exposure.routes if way.candidate.route is Route.PIVOT and way.app_sha256 not in named)


def is_older(version: str, than: str) -> bool:
    """True if a version is lower than another by its numbers; False if it contains no number."""
    ours, theirs = (
        [int(part) for part in re.findall(r"\d{1,9}", re.split(r"[-+ ]", text, maxsplit=1)[0])[:4]]
        for text in (version[:64], than)
    )
    return bool(ours) and ours < theirs


def _proofs(exposure: Exposure) -> tuple[str, ...]:
    """What proves the access, and what of the content the figures may lack."""
    proofs = exposure.proofs or (f"{exposure.product} at {', '.join(exposure.addresses)}: {exposure.access}",)
    return (*proofs, *(f"{NOT_COUNTED}: {one}" for one in exposure.unlisted))


def _shows(exposure: Exposure, access: Access) -> tuple[str, ...]:
    fits = exposure.exposed and exposure.access is access and exposure.product not in BUCKETS
    return _proofs(exposure) if fits else ()


def _open(exposure: Exposure) -> tuple[str, ...]:
    # Of a server that only offers models or tools, another rule reports that anybody can use it.
    return _shows(exposure, Access.OPEN) if exposure.has_content or not exposure.abilities else ()


def _ability(ability: Ability, exposure: Exposure) -> tuple[str, ...]:
    if not exposure.exposed or ability not in exposure.abilities:
        return ()
    return (_BY_ABILITY[ability], _data_besides(exposure), *_proofs(exposure))


_BY_ABILITY = {
    Ability.GENERATE: "cost: every client can run models, and the owner pays or loses computing time "
    "(by the vendor's documentation; not tried)",
    Ability.RUN_CODE: "control: every client can run code, jobs, flows or containers on the server "
    "(by the vendor's documentation; not tried)",
    Ability.CALL_TOOLS: "control: every client can call the tools that the server connects to "
    "(by the vendor's documentation; not tried)",
}


def _data_besides(exposure: Exposure) -> str:
    """What is readable on a server besides what it offers."""
    if exposure.has_content:
        return "data: its content is readable too, see the other findings of this server"
    offered = Counter(container.kind for container in exposure.containers if container.kind in OFFERED)
    listed = " and ".join(f"{count:,} {kind}{'' if count == 1 else 's'}" for kind, count in sorted(offered.items()))
    return f"data: no other content was found; it lists {listed}" if offered else "data: none found"


def _any_user(exposure: Exposure) -> tuple[str, ...]:
    return _shows(exposure, Access.ANY_USER)


def _privileged(exposure: Exposure) -> tuple[str, ...]:
    if not exposure.exposed or exposure.privileges is not Privileges.ADMIN:
        return ()
    who = {
        Entry.ANY_USER: "any user name",
        Entry.NAMED_ACCOUNT: f"the account {exposure.account}" if exposure.account else "any existing account",
    }.get(exposure.entry, "a client without an account")
    return (f"{who} has access without a password, with administrator rights", *_proofs(exposure))


def _default_credentials(exposure: Exposure) -> tuple[str, ...]:
    text = exposure.default_credentials
    return (f"{text}; the credentials were not tried",) if text and not exposure.honeypot else ()


def _notice(notice: Notice, exposure: Exposure) -> tuple[str, ...]:
    return tuple(text for which, text in exposure.notices if which is notice and not exposure.honeypot)


def _partial(exposure: Exposure) -> tuple[str, ...]:
    return _shows(exposure, Access.PARTIAL)


def _bucket(exposure: Exposure) -> tuple[str, ...]:
    return _proofs(exposure) if exposure.exposed and exposure.product in BUCKETS else ()


def _open_empty(exposure: Exposure) -> tuple[str, ...]:
    return _proofs(exposure) if exposure.access is Access.OPEN_EMPTY and not exposure.honeypot else ()


def _ransomed(exposure: Exposure) -> tuple[str, ...]:
    verdict = exposure.ransom.verdict
    return exposure.ransom.reasons if verdict in RANSOMED and verdict is not RansomVerdict.WIPED else ()


def _intrusion(exposure: Exposure) -> tuple[str, ...]:
    return exposure.intrusion if not exposure.honeypot else ()


def _wiped(exposure: Exposure) -> tuple[str, ...]:
    return exposure.ransom.reasons if exposure.ransom.verdict is RansomVerdict.WIPED else ()


def _cleartext(exposure: Exposure) -> tuple[str, ...]:
    return tuple(f"{address} answered without TLS" for address in exposure.addresses) if exposure.cleartext else ()


def _schema_only(exposure: Exposure) -> tuple[str, ...]:
    return _proofs(exposure) if exposure.access is Access.SCHEMA_ONLY else ()


def _open_behind_api(exposure: Exposure) -> tuple[str, ...]:
    if not exposure.exposed:
        return ()
    return tuple(dict.fromkeys(f"{way.endpoint}: {way.candidate.reason}" for way in routes_behind_api(exposure)))


def _old(versions: Mapping[str, OldVersion], exposure: Exposure) -> tuple[str, ...]:
    old = versions.get(exposure.product)
    asks = exposure.access in _ASKING and not exposure.undecided
    if old is None or asks or exposure.honeypot or not is_older(exposure.version, old.before):
        return ()
    return (f"{exposure.product} {exposure.version}: {old.why} ({old.source})",)


def _gone(exposure: Exposure) -> tuple[str, ...]:
    missing = exposure.access is Access.NOT_FOUND and not exposure.undecided
    return _proofs(exposure) if missing and exposure.routes else ()


def _certificate(which: Callable[[str], bool], exposure: Exposure) -> tuple[str, ...]:
    return tuple(f"{where}: {tls.problem}" for where, tls in exposure.tls if tls.problem and which(tls.problem))


def _is_expired(problem: str) -> bool:
    return _EXPIRED.search(problem) is not None


def _is_of_another_name(problem: str) -> bool:
    return _OTHER_NAME.search(problem) is not None


def _is_untrusted(problem: str) -> bool:
    checked = not problem.startswith(NOT_CHECKED)
    return checked and not _is_expired(problem) and not _is_of_another_name(problem)


def _old_tls(exposure: Exposure) -> tuple[str, ...]:
    return tuple(f"{where}: {tls.version}" for where, tls in exposure.tls if _OLD_TLS.fullmatch(tls.version))
