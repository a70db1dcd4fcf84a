"""Hosts that serve cloud resources of many customers, and whose resources there a target of a grant covers.

A grant names hosts. At a shared host that is not enough: whoever may permit probes of one project there may not permit
probes of another. A target that covers resources of several customers therefore covers only those in its
``resources``. The dialer checks this before each connect, and for each request that names a resource. The hosts are
data (``shared_hosts.toml``).
"""

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from functools import cache, cached_property, lru_cache
from importlib import resources
from urllib.parse import unquote_to_bytes

import msgspec

from tieback.model.grant import Depth, Grant, TargetRule
from tieback.scope.rules import CompiledRule, compile_rule

_REQUEST = re.compile(rb"[A-Z]{1,16} ([^ \r\n]*)")
"""The path and query of an HTTP request."""
_DOTS = re.compile(r"\A[^?#]*?[/\\]\.{1,2}(?:[/\\?#]|\Z)")
"""A path with a segment that servers remove (RFC 3986, section 5.2.4)."""
UNLISTED = "`resources` of the grant does not list it:"
"""Start of the reason why a resource at a shared host is not covered; reports count it."""
_SHOWN = 4
"""Number of resources that a sentence names."""


class SharedService(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """A service with resources of many customers."""

    product: str
    resource: str
    """What one customer has there, such as ``bucket``."""
    source: str
    """Documentation of the vendor."""
    hosts: tuple[str, ...] = ()
    """Hosts of all customers; ``*`` stands for one label, or a part of one."""
    paths: tuple[str, ...] = ()
    """Beginnings of request paths at ``hosts`` that name a resource."""
    keys: bool = False
    """True if public keys in requests name the resource."""
    domains: tuple[str, ...] = ()
    """Domains with one host per resource; ``*`` as above."""
    below: bool = False
    """True if a resource is the label before the domain, and hosts below it belong to it."""

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(pattern) for pattern in self.paths)

    def named_by(self, path: str) -> str:
        """The resource in the decoded path of an HTTP request; empty if it names none."""
        found = next(filter(None, (pattern.match(path) for pattern in self._patterns)), None)
        return found["resource"] if found is not None else ""


class Tenancy(msgspec.Struct, frozen=True):
    """How one host serves resources of several customers, or of one."""

    service: SharedService
    owned: tuple[str, ...] = ()
    """Names of the only resource of this host; empty if all customers share the host."""


@cache
def shared_services() -> tuple[SharedService, ...]:
    """All services of the data file."""
    text = resources.files("tieback.scope").joinpath("shared_hosts.toml").read_text(encoding="utf-8")
    return tuple(msgspec.toml.decode(text, type=dict[str, tuple[SharedService, ...]])["service"])


@cache
def _labels() -> tuple[tuple[SharedService, bool, tuple[str, ...]], ...]:
    """Each pattern with its service, and whether it is a host of all customers; the longest first."""
    found = [
        (service, whole, tuple(name.split(".")))
        for service in shared_services()
        for whole, names in ((True, service.hosts), (False, service.domains))
        for name in names
    ]
    return tuple(sorted(found, key=lambda one: (-len(one[2]), "*" in one[2], not one[1])))


@lru_cache(maxsize=4096)
def tenancy(host: str) -> Tenancy | None:
    """How a host (lower case) serves resources of several customers; ``None`` if none of the data file's services.

    The longest pattern decides, so that a bucket's own host is not one of the region's.
    """
    labels = host.split(".")
    for service, whole, pattern in _labels():
        if whole and _is_same(labels, pattern):
            return Tenancy(service)
        if not whole and len(labels) > len(pattern) and _is_same(labels[-len(pattern) :], pattern):
            before = labels[: -len(pattern)]
            owned = [".".join(before), *([before[-1]] if service.below else []), host]
            return Tenancy(service, tuple(dict.fromkeys(owned)))
    return None


def shortfall(rule: CompiledRule, host: str, resource: str = "") -> str:
    """Why a target does not cover a resource at a host that it matches; empty if it does.

    Args:
        rule: the target.
        host: the requested name, in lower case; empty for an address.
        resource: what is to be probed there; empty if the host does not need one, or none is known yet.
    """
    found = tenancy(host) if host else None
    if found is None:
        return ""
    service, permitted = found.service, rule.rule.resources
    if not found.owned:
        if not permitted:
            return _missing(rule, service, host, resource or service.resource.upper().replace(" ", "-"))
        return _unlisted(rule, service, resource) if resource and resource not in permitted else ""
    # A target that names the customer's own host, or what is below it, covers one customer.
    if not _covers_domain(rule, host, found):
        return ""
    if any(name.lower() in found.owned for name in permitted):
        return ""
    own = found.owned[-2] if service.below and len(found.owned) > 2 else found.owned[0]
    return _unlisted(rule, service, own) if permitted else _missing(rule, service, host, own)


def uncovered_request(host: str, permitted: Iterable[str], data: bytes, keys: Iterable[str]) -> str:
    """Why a request may not be sent to a host of all customers, or empty.

    Args:
        host: of the target, in lower case.
        permitted: the ``resources`` of the target of the grant.
        data: the request.
        keys: public keys of the app in it.
    """
    found = tenancy(host)
    if found is None or found.owned:
        return ""
    service, listed = found.service, frozenset(permitted)
    path = _path(data)
    if _DOTS.search(path):
        return f"a path with `.` or `..` can name the {service.resource} of another customer of {service.product}"
    named = {service.named_by(path), *(keys if service.keys else ())} - {""}
    other = next(iter(sorted(named - listed)), "")
    if not other:
        return ""
    return f"{UNLISTED} the {service.resource} {other!r:.80} of {service.product}"


def _path(data: bytes) -> str:
    """The decoded path and query of an HTTP request; empty for other bytes."""
    request = _REQUEST.match(data)
    # Twice encoded characters are never sent (``scope.conversation``), so the server decodes once as well.
    return unquote_to_bytes(request[1]).decode("utf-8", "replace") if request is not None else ""


def shared_sentences(grant: Grant) -> Iterator[str]:
    """One sentence for each target that covers resources of many customers: whose resources it permits to probe."""
    for rule in map(compile_rule, grant.target):
        found = [one for one in shared_services() if covers_service(rule, one)]
        if not found:
            continue
        products = _listed([one.product for one in found])
        kinds = " or ".join(dict.fromkeys(one.resource for one in found))
        if rule.rule.resources:
            named = ", ".join(rule.rule.resources)
            yield f"{rule.rule.match} serves all customers of {products}. Of these, only {named} may be probed."
        else:
            yield (
                f"{rule.rule.match} serves all customers of {products}, and `resources` of this target is missing: no "
                f"{kinds} there is probed. Earlier versions probed each that an app named. Add those whose owners "
                'permit it: resources = ["NAME"].'
            )


def covers_service(rule: CompiledRule, service: SharedService) -> bool:
    """True if a target with a host or suffix covers resources of several customers of a service."""
    if rule.host:
        return any(_is_same(rule.host.split("."), host.split(".")) for host in service.hosts)
    if not rule.suffix:
        return False
    # The suffix is the domain itself, or a parent of the domain or of a shared host.
    return any(_ends(name.split("."), rule.suffix.split(".")) for name in (*service.domains, *service.hosts))


def is_shared(match: str) -> bool:
    """True if a target with this ``match`` needs ``resources``; false for a malformed one."""
    try:
        rule = compile_rule(TargetRule(match, "any", Depth.IDENTIFY))
    except ValueError:
        return False
    return any(covers_service(rule, one) for one in shared_services())


def check_resources(rule: CompiledRule) -> None:
    """Check the ``resources`` of a target.

    Raises:
        ValueError: a name is malformed, or the target covers no host where they could be checked.
    """
    for name in rule.rule.resources:
        if "*" in name:
            what = (
                f"{name!r:.80}: write each resource by its whole name. Only its owner can permit probes of it, so no "
                "grant covers all customers"
            )
            raise ValueError(what)
        if not name or len(name) > 256 or not name.isprintable() or name != name.strip():
            raise ValueError(f"{name!r:.80} is not the name of a resource")
    if rule.rule.resources and rule.network is None and not any(covers_service(rule, one) for one in shared_services()):
        what = (
            f"{rule.rule.match!r:.80} is not known as a host of several customers, so the list would restrict nothing. "
            "Remove it"
        )
        raise ValueError(what)


def _covers_domain(rule: CompiledRule, host: str, found: Tenancy) -> bool:
    """True if the target also matches hosts of other customers of the same domain."""
    if rule.host:
        return False
    if rule.network is not None:
        return True
    domain = host.removeprefix(found.owned[0] + ".")
    return domain == rule.suffix or domain.endswith("." + rule.suffix)


def _missing(rule: CompiledRule, service: SharedService, host: str, resource: str) -> str:
    return (
        f"{UNLISTED} {host} serves all customers of {service.product}. Add "
        f'resources = ["{resource:.100}"] to the target `{rule.rule.match}` if the owner of this {service.resource} '
        "permits probes"
    )


def _unlisted(rule: CompiledRule, service: SharedService, resource: str) -> str:
    return (
        f"{UNLISTED} the {service.resource} {resource!r:.100} of {service.product}, in the target `{rule.rule.match}`"
    )


def _listed(products: list[str]) -> str:
    more = len(products) - _SHOWN
    return ", ".join(products[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _ends(name: list[str], suffix: list[str]) -> bool:
    if len(suffix) > len(name):
        return False
    # A pattern of the data file covers each label; the suffix has none.
    return _is_same(suffix, name[-len(suffix) :])


def _is_same(labels: Iterable[str], pattern: Iterable[str]) -> bool:
    """True if the labels are those of the pattern; ``*`` of the pattern is any label, or a part of one."""
    given, wanted = list(labels), list(pattern)
    return len(given) == len(wanted) and all(
        want == label or ("*" in want and fnmatchcase(label, want)) for label, want in zip(given, wanted, strict=True)
    )
