"""What DNS says of the names of a run: asked once, under the grant, and kept as reasons."""

from collections.abc import Iterable, Iterator

from tieback.model.backend import Attribution, Backend, Candidate, Route
from tieback.scope.names import Names, Resolution

BY_DNS = 0.9
"""What a name server told us now."""
MAX_PARENTS = 64
"""Domains that are looked at for wildcards: one question each."""


class NameAnswers:
    """Asks for names and remembers what was said of each."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._told: dict[str, Resolution] = {}
        self._parents: dict[str, bool] = {}

    async def resolve(self, host: str) -> Resolution:
        """As ``Names.resolve``."""
        known = self._told.get(host)
        if known is not None:
            return known
        found = self._told[host] = await self._names.resolve(host)
        parent = host.partition(".")[2]
        if found.by == "dns" and found.addresses and parent not in self._parents and len(self._parents) < MAX_PARENTS:
            self._parents[parent] = False
            self._parents[parent] = await self._names.wildcard(host)
        return found

    def aliases(self, host: str) -> tuple[str, ...]:
        """Names that a host leads to by CNAME, as far as anybody was asked."""
        told = self._told.get(host)
        return told.aliases if told is not None else ()

    def said_of(self, host: str) -> Iterator[Attribution]:
        """What DNS said of a name beside its addresses."""
        told = self._told.get(host)
        if told is None or told.by != "dns":
            return
        chain = " → ".join((host, *told.aliases))
        if told.aliases:
            yield Attribution("alias", told.aliases[-1], f"CNAME {chain}", BY_DNS)
        if told.missing and told.aliases:
            reason = (
                f"CNAME {chain}, and that does not exist: whoever may make it answers for {host}; nothing was claimed"
            )
            yield Attribution("dns", "dangling", reason, BY_DNS)
        elif told.missing:
            yield Attribution("dns", "does not exist", told.reason, BY_DNS)
        elif not told.addresses:
            yield Attribution("dns", "no address", told.reason, BY_DNS)
        if self._parents.get(host.partition(".")[2]):
            yield Attribution("dns", "wildcard", f"a made-up name beside {host} has the same addresses", BY_DNS)
        if told.authentic:
            reason = "the resolver says that it checked the answer's signatures"
            yield Attribution("dnssec", "checked", reason, BY_DNS)

    async def servers(self, backends: Iterable[Backend]) -> list[Candidate]:
        """The servers of clusters that apps name by ``mongodb+srv://``, as far as they have an address."""
        found: list[Candidate] = []
        for backend in backends:
            endpoint = backend.endpoint
            if not endpoint.scheme.endswith("+srv") or not endpoint.host:
                continue
            for host, port in await self._names.servers(endpoint.host):
                if (await self.resolve(host)).addresses:
                    reason = f"the SRV record of {endpoint.host}, which the app names, leads to it"
                    found.append(Candidate(host, port, "mongodb", Route.NAMED, (endpoint.value,), reason, tls=True))
        return found
