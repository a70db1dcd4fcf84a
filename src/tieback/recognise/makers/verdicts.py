"""Judgements on the owner of an endpoint."""

import msgspec

from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.sighting import Evidence
from tieback.recognise.makers.evidence import OF_PARTNER

_SHARED_KINDS = "the name of the {kind} resource does not identify its owner"


class OwnershipVerdict(msgspec.Struct, frozen=True):
    """A judgement."""

    party: Party
    owner: str
    """Name of the SDK, platform or maker; empty if unknown."""
    reason: str
    """One clause."""


def unknown_verdict(endpoint: Endpoint, evidence: Evidence | None) -> OwnershipVerdict:
    """The judgement on an endpoint that nothing shows the owner of.

    Args:
        endpoint: any endpoint.
        evidence: its place.
    """
    if evidence is not None and evidence.how.startswith(OF_PARTNER):
        return OwnershipVerdict(Party.UNKNOWN, "", "the app claims its links in a component that is named after it")
    if endpoint.kind is EndpointKind.CLOUD:
        return OwnershipVerdict(Party.UNKNOWN, "", _SHARED_KINDS.format(kind=endpoint.value.partition(":")[0]))
    if not endpoint.host or ":" in endpoint.host or endpoint.host.rpartition(".")[2].isdigit():
        return OwnershipVerdict(Party.UNKNOWN, "", "an address does not identify its owner")
    return OwnershipVerdict(Party.UNKNOWN, "", "the host contains neither the maker's name nor that of a known SDK")
