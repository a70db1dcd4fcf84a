"""What captured answers name goes with their flow: hosts alone, never the answers."""

from collections.abc import Iterable, Iterator

import msgspec

from tieback.backends.hints import hints
from tieback.backends.pivot import Lead
from tieback.model.flow import Flow, Sample


def with_hints(flow: Flow, samples: Iterable[Sample]) -> Flow:
    """The flow with the hosts that its server's answers and certificate name."""
    answers = [sample.data for sample in samples if sample.direction == "in" and sample.kind == "http"]
    names = flow.tls.certificate_names if flow.tls is not None else ()
    host = flow.server.name or flow.server.ip
    if not host or not (answers or names):
        return flow
    found = hints(answers, host, flow.server.port, names)
    return msgspec.structs.replace(flow, hints=found) if found else flow


def leads_of(flows: Iterable[Flow], seen_in: str) -> Iterator[Lead]:
    """The hints of flows, each with the host whose answer it was."""
    for flow in flows:
        for hint in flow.hints:
            yield Lead(flow.server.name or flow.server.ip, hint, seen_in)
