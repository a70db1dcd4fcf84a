"""Apps: the endpoints that the analysis of an app finds."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.openback.schema import Case, Claim
from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.pipeline.analyse import Analyser


def claims(cases: Sequence[Case], folder: Path) -> Iterator[tuple[Case, Sequence[Claim]]]:
    """As ``tieback app``."""
    analyser = Analyser()
    for case in cases:
        found = [_claims(one.endpoint) for one in analyser.document(folder / case.input).sightings]
        yield case, tuple(dict.fromkeys(claim for its in found for claim in its))


def _claims(endpoint: Endpoint) -> list[Claim]:
    if endpoint.kind is EndpointKind.CLOUD:
        return [Claim("resource", endpoint.value)]
    return [Claim("endpoint", endpoint.value), *([Claim("host", endpoint.host)] if endpoint.host else [])]
