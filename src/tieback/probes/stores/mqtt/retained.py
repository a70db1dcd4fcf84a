"""A few of the messages that a broker retains, at depth ``sample``.

Sends ``SUBSCRIBE`` to ``#`` with a ``PINGREQ`` that ends the answer. The broker sends the messages that it retains and
that we may read; ``#`` does not match ``$SYS``. The subscription ends with our connection, and takes no message from
another client. Messages that pass meanwhile are dropped.
"""

import re
from typing import Any

from tieback.model.grant import Depth
from tieback.probes.interface import SAMPLED_CHARACTERS, SAMPLED_RECORDS, SampledColumn
from tieback.probes.sampling import document_columns
from tieback.probes.stores.mqtt import packets
from tieback.probes.stores.mqtt.packets import V3, V5
from tieback.probes.wire.jsontext import decode_json
from tieback.probes.wire.verdicts import TooLargeAnswer
from tieback.scope.conversation import Conversation, DeclaredSend, Send, SendCost

PATH = ("retained",)
_EVERYTHING = b"#"
_MAX_MESSAGE = 16 * 1024
_MAX_PACKETS = 200
_NAMES = {V3: "SUBSCRIBE #", V5: "SUBSCRIBE # (version 5)"}
SENDS = tuple(
    DeclaredSend(
        _NAMES[level],
        re.escape(packets.subscribe(level, _EVERYTHING)),
        f"at most {SAMPLED_RECORDS} retained messages: classified for personal data in memory, nothing is kept",
        Depth.SAMPLE,
        values=True,
        cost=SendCost.BOUNDED,
    )
    for level in (V3, V5)
)


def read_retained(level: int) -> Conversation[list[SampledColumn]]:
    """Subscribe, and read the first messages as columns. A text that is no JSON object has the name ``payload``."""
    documents: list[dict[str, Any]] = []
    yield Send(packets.subscribe(level, _EVERYTHING))
    for _ in range(_MAX_PACKETS):
        try:
            one = yield from packets.packet(most=_MAX_MESSAGE)
        except TooLargeAnswer:
            break
        if one.kind in (packets.PINGRESP, packets.DISCONNECT) or len(documents) == SAMPLED_RECORDS:
            break
        if one.kind == packets.PUBLISH and one.flags & packets.RETAIN:
            _, payload = packets.publication(level, one)
            document = decode_json(payload, dict[str, Any])
            text = payload[:SAMPLED_CHARACTERS].decode("utf-8", "replace")
            documents.append(document if document is not None else {"payload": text})
    return document_columns(PATH, documents)
