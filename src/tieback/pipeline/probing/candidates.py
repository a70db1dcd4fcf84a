"""Whom a run asks: the candidates of its back ends, a host at a time, never all of them in memory.

An API is worth asking at every usual port of every store, so there are a hundred times as many candidates as hosts.
They are made anew whenever somebody walks over them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Protocol

from tieback.backends.brought import Brought, brought, read_containers
from tieback.backends.candidates import SharedFronts, candidates, joined
from tieback.backends.normalise import host_of
from tieback.model.backend import Backend, Candidate, Route
from tieback.model.public_key import PublicKey
from tieback.scope.conversation import Target


class Wanted:
    """The candidates of a run; hold one a run."""

    def __init__(self, backends: Iterable[Backend], store_ports: Mapping[str, tuple[int, ...]]) -> None:
        """Keep what they are made from.

        Args:
            backends: of the run; those without addresses lead nowhere.
            store_ports: usual ports by service.
        """
        reached = sorted((host_of(one.endpoint), one.endpoint.value, one) for one in backends if one.addresses)
        self._backends = {host: [one for *_, one in its] for host, its in groupby(reached, key=lambda item: item[0])}
        self._store_ports = store_ports
        self._numbers = frozenset(port for ports in store_ports.values() for port in ports)
        self._fronts = SharedFronts()
        self._more: dict[str, list[Candidate]] = {}

    def add(self, more: Iterable[Candidate]) -> None:
        """Take in candidates that something else than an endpoint on their host leads to."""
        for one in more:
            self._more.setdefault(one.host, []).append(one)

    def __iter__(self) -> Iterator[Candidate]:
        """All of them in the order of ``backends.candidates``: those that apps name first, then by host and port."""
        hosts = sorted({*self._backends, *self._more})
        for host in hosts:
            yield from (one for one in self._named_first(host) if one.route is Route.NAMED)
        for host in hosts:
            yield from (one for one in self.at(host) if one.route is not Route.NAMED)

    def at(self, host: str) -> list[Candidate]:
        """Those of one host."""
        direct = candidates(self._backends.get(host, ()), self._store_ports, self._fronts)
        more = self._more.get(host)
        return joined(direct, more) if more else direct

    def _named_first(self, host: str) -> list[Candidate]:
        """As ``at``, and where no usual port is named without those that nobody named."""
        named = self._backends.get(host, ())
        if host in self._more or any(one.endpoint.port in self._numbers for one in named):
            return self.at(host)
        return candidates(named, {}, self._fronts)

    def leading_to(self, targets: Iterable[str]) -> Iterator[Candidate]:
        """The candidates whose ``label_of`` is one of these."""
        wanted = frozenset(targets)
        for host in sorted({host_in(label) for label in wanted}):
            yield from (one for one in self.at(host) if label_of(one) in wanted)


class Along(dict[Candidate, Brought]):
    """What goes along with each candidate: looked up when it is taken, kept where it is something."""

    def __init__(
        self,
        backends: Sequence[Backend],
        names: Mapping[str, tuple[str, ...]],
        keys: Mapping[str, tuple[PublicKey, ...]],
    ) -> None:
        """Keep what is looked up.

        Args:
            backends: of the run.
            names: containers that apps name within an endpoint, by its value.
            keys: public keys by the value of each endpoint that they may be for.
        """
        super().__init__()
        self._backends = {one.endpoint.value: one for one in backends}
        self._names = names
        self._keys = keys
        self._rules = read_containers()

    def with_each(self, wanted: Iterable[Candidate]) -> Iterator[Candidate]:
        """The same candidates; what goes along with one is here as soon as it is given."""
        for one in wanted:
            leading = (self._backends[value] for value in one.endpoints if value in self._backends)
            self.update(brought((one,), leading, self._names, self._keys, self._rules))
            yield one


def label_of(candidate: Candidate) -> str:
    """The target as reports name it."""
    return Target(candidate.host, candidate.port, resource=candidate.resource).label


def host_in(label: str) -> str:
    """The host in a target's label."""
    return label.partition("/")[0].rpartition(":")[0].removeprefix("[").removesuffix("]")


class Targets(Protocol):
    """Some targets, by their labels."""

    def __contains__(self, target: str, /) -> bool: ...


def not_in(candidates: Iterable[Candidate], answered: Targets) -> Iterator[Candidate]:
    """Those candidates whose target is none of these, such as those that have a report."""
    return (one for one in candidates if label_of(one) not in answered)
