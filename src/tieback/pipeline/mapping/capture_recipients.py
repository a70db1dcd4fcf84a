"""Recipients of captures without a workspace: flows added up per file, with owner, provider and country."""

from collections.abc import Iterator, Sequence
from functools import cached_property

import msgspec

from tieback.backends.attribute import most_certain
from tieback.leaks.declared import Sent
from tieback.model.declaration import DeclaredItem, PrivacyDeclaration
from tieback.model.flow import Flow
from tieback.model.report.captures import Recipient
from tieback.pipeline.mapping.attribution import AttributionSources
from tieback.pipeline.mapping.declarations import AppTraffic, Declarations
from tieback.pipeline.mapping.flow_endpoints import endpoint_of
from tieback.pipeline.mapping.recipients import ContentCounts, RecipientTotals, third_parties_first
from tieback.recognise.rules import RuleFiles
from tieback.recognise.whole_app.collect import Maker

MAX_RECIPIENTS = 100_000
"""Maximum rows of one capture; what is new after that is left out."""
_MAX_ADDRESSES = 100_000


class CaptureRecipients:
    """The recipients of some captures. No app was read, so no host is the maker's by its own word."""

    def __init__(self, declarations: Sequence[PrivacyDeclaration] = ()) -> None:
        """Read nothing before the first flow. ``declarations``: of the app in the captures."""
        self._declarations = Declarations({"": declarations})
        self._traffic = AppTraffic(("", "", ""))
        self._rules = RuleFiles()
        self._files: dict[str, RecipientTotals] = {}
        self._addresses: dict[str, str] = {}
        self.left_out = 0
        """Flows with recipients that are not listed."""

    @cached_property
    def _maker(self) -> Maker:
        return Maker(None, self._rules)

    def add(self, flow: Flow) -> None:
        """Add one flow."""
        totals = self._files.setdefault(flow.path, RecipientTotals())
        self.left_out += not totals.add(flow, endpoint_of(flow, self._rules), room=len(totals) < MAX_RECIPIENTS)
        host = flow.server.name or flow.server.ip
        if host and len(self._traffic.hosts) < _MAX_ADDRESSES:
            self._traffic.hosts.add(host)
        if flow.sent and flow.server.name and flow.server.ip and len(self._addresses) < _MAX_ADDRESSES:
            self._addresses.setdefault(flow.server.name, flow.server.ip)

    def counts(self) -> Iterator[tuple[str, int, ContentCounts]]:
        """Each file with the number of its flows with servers, and how many of them were readable."""
        for path, totals in self._files.items():
            yield path, totals.counts.flows, totals.counts

    def recipients(self) -> list[Recipient]:
        """The recipients of all files, in report order.

        Raises:
            InputError: imported address data is damaged.
        """
        rows = [one for path, totals in self._files.items() for one in totals.recipients("", path, self._maker)]
        knowledge = AttributionSources()
        try:
            places = {host: self._place(host, knowledge) for host in {one.host for one in rows}}
        finally:
            knowledge.close()
        found = third_parties_first(
            msgspec.structs.replace(one, provider=places[one.host][0], country=places[one.host][1]) for one in rows
        )
        return list(self._declarations.marked(found))

    def declared(self) -> list[DeclaredItem]:
        """What the app declares, beside the traffic; empty without declarations."""
        for path, totals in self._files.items():
            found = totals.recipients("", path, self._maker)
            self._traffic.sent |= dict.fromkeys(Sent(one.pii_class, one.kind, one.host) for one in found)
            self._traffic.read = self._traffic.read or totals.counts.read > 0
        return list(self._declarations.items([self._traffic]))

    def _place(self, host: str, knowledge: AttributionSources) -> tuple[str, str]:
        address = self._addresses.get(host, "")
        found = knowledge.statements(host, addresses=(address,) if address else ())
        provider, country = (most_certain(found, claim) for claim in ("provider", "country"))
        return provider.value if provider else "", country.value if country else ""
