"""Attach the host names in captured responses to their flow: only host names, never the responses."""

from collections.abc import Iterable, Iterator

import msgspec

from tieback.backends.hints import extract_hints
from tieback.backends.pivot import Lead
from tieback.model.flow import CleartextSample, Flow


def add_hints(flow: Flow, samples: Iterable[CleartextSample]) -> Flow:
    """The flow with the host names found in its server responses and certificates."""
    answers = [sample.data for sample in samples if sample.direction == "in" and sample.kind == "http"]
    names = flow.tls.certificate_names if flow.tls is not None else ()
    host = flow.server.name or flow.server.ip
    if not host or not (answers or names):
        return flow
    found = extract_hints(answers, host, flow.server.port, names)
    return msgspec.structs.replace(flow, hints=found) if found else flow


def leads_of(flows: Iterable[Flow], seen_in: str) -> Iterator[Lead]:
    """The hints of flows as leads, each with the host that responded."""
    for flow in flows:
        for hint in flow.hints:
            yield Lead(flow.server.name or flow.server.ip, hint, seen_in)
