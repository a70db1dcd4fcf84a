"""The candidates of a run: generated from its back ends host by host, never all in memory.

An API is probed at every usual port of every store, so there are about a hundred times as many candidates as hosts.
They are generated again for each iteration.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_address
from itertools import groupby
from typing import Protocol

import msgspec
from publicsuffixlist import PublicSuffixList

from tieback.backends.candidates import SharedHosting, build_candidates, merge_candidates
from tieback.backends.normalise import host_of
from tieback.backends.probe_hints import ProbeHints, collect_probe_hints, read_container_rules
from tieback.model.backend import Backend, Candidate, Route
from tieback.model.public_key import PublicKey
from tieback.scope.conversation import Target


@dataclass(frozen=True, slots=True)
class EndpointCandidate:
    """How one endpoint leads to a target, whatever leads there too."""

    candidate: Candidate
    """It has only this endpoint, and the route and reason of this endpoint."""
    app: str = ""
    """Content hash of the only app for which this holds; empty if it holds for every app with the endpoint."""


class Candidates:
    """The candidates of a run; use one per run.

    A target is probed once, so its candidate has the endpoints of all apps. ``leading_to`` has each endpoint apart.
    """

    def __init__(self, backends: Iterable[Backend], store_ports: Mapping[str, tuple[int, ...]]) -> None:
        """Set the data from which candidates are generated.

        Args:
            backends: back ends of the run; those without addresses give no candidates.
            store_ports: usual ports by service.
        """
        reached = sorted((host_of(one.endpoint), one.endpoint.value, one) for one in backends if one.addresses)
        self._backends = {host: [one for *_, one in its] for host, its in groupby(reached, key=lambda item: item[0])}
        self._store_ports = store_ports
        self._numbers = frozenset(port for ports in store_ports.values() for port in ports)
        self._fronts = SharedHosting()
        self._more: dict[str, list[tuple[Candidate, str]]] = {}
        """By host: candidates that do not come from an endpoint there, each with the app whose traffic shows it."""

    def add(self, more: Iterable[Candidate], app: str = "") -> None:
        """Add candidates that do not come from an endpoint on their host.

        Args:
            more: the candidates.
            app: content hash of the app whose traffic shows them; empty if they are no evidence about one app.
        """
        for one in more:
            self._more.setdefault(one.host, []).append((one, app))

    def __iter__(self) -> Iterator[Candidate]:
        """All candidates in the order of ``backends.candidates``: those named in apps first, then by host and port."""
        hosts = sorted({*self._backends, *self._more})
        for host in hosts:
            yield from (one for one in self._named_first(host) if one.route is Route.NAMED)
        for host in hosts:
            yield from (one for one in self.at(host) if one.route is not Route.NAMED)

    def at(self, host: str) -> list[Candidate]:
        """The candidates of one host."""
        direct = build_candidates(self._backends.get(host, ()), self._store_ports, self._fronts)
        more = self._more.get(host)
        return merge_candidates(direct, [one for one, _ in more]) if more else direct

    def _named_first(self, host: str) -> list[Candidate]:
        """As ``at``, but drops candidates that no app names if no usual port is named."""
        named = self._backends.get(host, ())
        if host in self._more or any(one.endpoint.port in self._numbers for one in named):
            return self.at(host)
        return build_candidates(named, {}, self._fronts)

    def leading_to(self, targets: Iterable[str]) -> Iterator[EndpointCandidate]:
        """How each endpoint leads to these targets (``target_label``), by itself.

        An endpoint may lead to a target in several ways.
        """
        wanted = frozenset(targets)
        places: dict[str, set[int]] = {}
        for label in wanted:
            places.setdefault(label_host(label), set()).add(label_port(label))
        for host, numbers in sorted(places.items()):
            some = {service: tuple(numbers.intersection(ports)) for service, ports in self._store_ports.items()}
            for backend in self._backends.get(host, ()):
                alone = build_candidates([backend], some, self._fronts)
                yield from (EndpointCandidate(one) for one in alone if target_label(one) in wanted)
            for one, app in self._more.get(host, ()):
                if target_label(one) in wanted:
                    for value in one.endpoints:
                        yield EndpointCandidate(msgspec.structs.replace(one, endpoints=(value,)), app)


class ProbeHintIndex(dict[Candidate, ProbeHints]):
    """Probe hints per candidate: looked up on demand, kept only if not empty."""

    def __init__(
        self,
        backends: Sequence[Backend],
        names: Mapping[str, tuple[str, ...]],
        keys: Mapping[str, tuple[PublicKey, ...]],
        requests: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        """Set the data for the look-up.

        Args:
            backends: back ends of the run.
            names: containers that apps name within an endpoint, by endpoint value.
            keys: public keys by the value of each endpoint that they may belong to.
            requests: paths of requests in captures, by endpoint value.
        """
        super().__init__()
        self._backends = {one.endpoint.value: one for one in backends}
        self._names = names
        self._keys = keys
        self._requests = requests
        self._rules = read_container_rules()

    def attach(self, wanted: Iterable[Candidate]) -> Iterator[Candidate]:
        """The same candidates; the hints of a candidate are available as soon as it is yielded."""
        for one in wanted:
            leading = (self._backends[value] for value in one.endpoints if value in self._backends)
            self.update(collect_probe_hints((one,), leading, self._names, self._keys, self._rules, self._requests))
            yield one


def target_label(candidate: Candidate) -> str:
    """The name of the target in reports."""
    return Target(candidate.host, candidate.port, resource=candidate.resource, path=candidate.path).label


def label_host(label: str) -> str:
    """The host in a target label."""
    return label.partition("/")[0].rpartition(":")[0].removeprefix("[").removesuffix("]")


def label_port(label: str) -> int:
    """The port in a target label."""
    return int(label.partition("/")[0].rpartition(":")[2])


class TargetLabels(Protocol):
    """A set of targets, by label."""

    def __contains__(self, target: str, /) -> bool: ...


def exclude_targets(candidates: Iterable[Candidate], answered: TargetLabels) -> Iterator[Candidate]:
    """The candidates whose target is not in ``answered``, for example those without a report."""
    return (one for one in candidates if target_label(one) not in answered)


class ProviderLookup:
    """Look-ups; the list is loaded at the first name."""

    @cached_property
    def _suffixes(self) -> PublicSuffixList:
        return PublicSuffixList(only_icann=True)

    def of(self, host: str) -> str:
        """The provider, such as ``amazonaws.com``; empty for an address."""
        try:
            ip_address(host)
        except ValueError:
            return str(self._suffixes.privatesuffix(host.rstrip(".").lower()) or "")
        return ""
