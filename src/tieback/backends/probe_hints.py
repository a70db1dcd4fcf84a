"""Hints for the probe of a candidate: container names and public-by-design keys from the apps.

Some stores list nothing to anonymous clients; their probes request the containers that the app names. Projects that
answer only requests with their public-by-design key get that key. Each name and key belongs to a service, and the
pipeline passes a probe only those of its own ``meta.services``.

A new probe needs rules by its service. Rules for cloud hosts are in ``recognise/cloud.toml`` (``service``,
``container``, ``ask``), for other hosts in ``containers.toml`` in this package. Rules for its key are in
``recognise/credentials.toml`` or ``config.toml`` (``services``).
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache, cached_property
from importlib import resources
from urllib.parse import urlsplit

import msgspec

from tieback.backends.base_paths import suggest_bases
from tieback.backends.normalise import host_of
from tieback.model.backend import Backend, Candidate
from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.model.public_key import PublicKey

MAX_NAMES = 256
"""Most containers of one candidate."""
MAX_KEYS = 8
"""Most public keys of one candidate; many apps can share a host."""
WEB_SCHEMES = frozenset({"http", "https", "ws", "wss"})
"""Schemes of URLs whose path may name a container."""
_USUAL_PORTS = {"http": 80, "https": 443}


class ContainerRule(msgspec.Struct, forbid_unknown_fields=True, dict=True):
    """One ``[[container]]`` rule of containers.toml."""

    service: str
    name: str
    source: str
    match: tuple[tuple[str, str], ...]
    avoid: tuple[str, ...]
    host: str = ""
    path: str = ""
    scheme: str = ""
    """Scheme of connection strings whose database is the container; empty: the rule is about URLs."""

    @cached_property
    def patterns(self) -> tuple[re.Pattern[str], re.Pattern[str]]:
        """Compiled patterns: one for the whole host, one for the beginning of the path."""
        return re.compile(self.host or ".*"), re.compile(self.path)

    def container(self, host: str, path: str) -> str:
        """The container that a URL names; empty if it names none."""
        at_host, at_path = (pattern for pattern in self.patterns)
        by_host, by_path = at_host.fullmatch(host), at_path.match(path)
        if by_host is None or by_path is None:
            return ""
        return self.name.format_map(by_host.groupdict("") | by_path.groupdict(""))


class _File(msgspec.Struct, forbid_unknown_fields=True):
    container: tuple[ContainerRule, ...]


@cache
def read_container_rules() -> tuple[ContainerRule, ...]:
    """Rules of containers.toml. Raises ``msgspec.ValidationError`` if the file is malformed."""
    raw = resources.files("tieback.backends").joinpath("containers.toml").read_bytes()
    return msgspec.toml.decode(raw, type=_File).container


class ProbeHints(msgspec.Struct, frozen=True):
    """Hints for one candidate."""

    names: tuple[tuple[str, str], ...] = ()
    """Pairs of a service and a container that an app names there."""
    keys: tuple[PublicKey, ...] = ()

    def names_for(self, services: Iterable[str]) -> tuple[str, ...]:
        """Containers for a probe of these services."""
        wanted = frozenset(services)
        return tuple(dict.fromkeys(name for service, name in self.names if service in wanted))

    def keys_for(self, services: Iterable[str]) -> tuple[PublicKey, ...]:
        """Public keys for a probe of these services."""
        wanted = frozenset(services)
        return tuple(key for key in self.keys if not wanted.isdisjoint(key.services))


NO_PROBE_HINTS = ProbeHints()


def collect_probe_hints(
    candidates: Iterable[Candidate],
    backends: Iterable[Backend],
    names: Mapping[str, tuple[str, ...]],
    keys: Mapping[str, tuple[PublicKey, ...]],
    rules: Iterable[ContainerRule] | None = None,
    requests: Mapping[str, tuple[str, ...]] | None = None,
) -> dict[Candidate, ProbeHints]:
    """Hints for each candidate; candidates without hints are left out.

    Args:
        candidates: derived from the back ends.
        backends: back ends of the run.
        names: containers that apps name within an endpoint, by the value of the endpoint.
        keys: public keys of the apps with that endpoint, by the value of the endpoint.
        rules: rules of containers.toml, if the caller has already read them.
        requests: paths of requests in captures, by the value of the endpoint.
    """
    requests = requests if requests is not None else {}
    rules = tuple(rules) if rules is not None else read_container_rules()
    endpoints = {backend.endpoint.value: backend.endpoint for backend in backends}
    found: dict[Candidate, ProbeHints] = {}
    for candidate in candidates:
        every: dict[tuple[str, str], None] = {}
        public: dict[PublicKey, None] = {}
        for value in candidate.endpoints:
            endpoint = endpoints.get(value)
            if endpoint is None:
                continue
            every |= dict.fromkeys(_named(endpoint, names.get(value, ()), rules, candidate.path))
            for path in requests.get(value, ()) if endpoint.kind is not EndpointKind.CLOUD else ():
                request = msgspec.structs.replace(endpoint, scheme="http", path=path)
                every |= dict.fromkeys(_named(request, (), rules, candidate.path))
            public |= dict.fromkeys(keys.get(value, ()))
        if every or public:
            found[candidate] = ProbeHints(tuple(every)[:MAX_NAMES], tuple(public)[:MAX_KEYS])
    return found


def url_endpoint(text: str) -> Endpoint:
    """The endpoint of a URL of HTTP that a user wrote; no rule decides whether it can be a back end.

    Raises:
        ValueError: the text is not a URL with a host, or its port is not a number.
    """
    url = urlsplit(text)
    scheme, host = url.scheme.lower(), url.hostname or ""
    if scheme not in _USUAL_PORTS or not host or url.port == 0:
        raise ValueError(text)
    port = url.port or _USUAL_PORTS[scheme]
    path = url.path.rstrip("/") if url.path.isascii() and url.path.isprintable() else ""
    place = f"[{host}]" if ":" in host else host
    shown = "" if port == _USUAL_PORTS[scheme] else f":{port}"
    return Endpoint(EndpointKind.URL, f"{scheme}://{place}{shown}{path}", scheme, host, port, path)


def endpoint_hints(endpoint: Endpoint, base: str = "") -> ProbeHints:
    """The containers that a URL names, if the store is below the path ``base``."""
    return ProbeHints(tuple(dict.fromkeys(_named(endpoint, (), read_container_rules(), base)))[:MAX_NAMES])


def _named(
    endpoint: Endpoint, within: tuple[str, ...], rules: Iterable[ContainerRule], base: str = ""
) -> Iterable[tuple[str, str]]:
    if endpoint.kind is EndpointKind.CLOUD:
        return ((endpoint.service or "", name) for name in within)
    if endpoint.scheme not in WEB_SCHEMES:
        own = (rule for rule in rules if rule.scheme and rule.scheme == endpoint.scheme)
        databases = ((rule.service, rule.container(host_of(endpoint), endpoint.path)) for rule in own)
        return tuple((service, name) for service, name in databases if name)
    if base and not endpoint.path.startswith(f"{base}/"):
        return ()
    host, path = host_of(endpoint), endpoint.path.removeprefix(base)
    # What may be a path that a proxy removes is no container: below it, the whole store would be counted as one.
    removed = {one.path.removeprefix("/") for one in suggest_bases(path)}
    named = ((rule.service, rule.container(host, path)) for rule in rules if not rule.scheme)
    return ((service, name) for service, name in named if name and name not in removed)
