"""Runs the examples of declared probes: recorded answers of the rule's own file are replayed; nothing is contacted."""

from collections.abc import Iterator

import msgspec

from tieback.model.grant import Depth
from tieback.model.probe import Outcome, ProbeReport
from tieback.probes.declared import DeclaredProbe
from tieback.probes.playback import MemoryPeer, play
from tieback.probes.wire.http import Response
from tieback.scope.conversation import Target
from tieback.userrules.http_probe import HttpProbeExample, HttpProbeRule, RecordedAnswer

_NOT_THERE = RecordedAnswer(404, body="404 page not found")
_HTML = {"content-type": "text/html", "server": "nginx/1.27.0"}
_JSON = {"content-type": "application/json", "server": "nginx/1.27.0"}
GENERIC_ANSWERS = (
    Response(200, _HTML, b"<!DOCTYPE html><html><head><title>Welcome to nginx!</title></head><body></body></html>"),
    Response(
        200, _HTML, b'<!doctype html><html><body><form action="/login"><input type="password"></form></body></html>'
    ),
    Response(200, _JSON, b"{}"),
    Response(200, _JSON, b"[]"),
    Response(200, _JSON, b'{"status":"ok","success":true,"message":"Hello World","version":"1.0.0","data":[]}'),
    Response(404, _JSON, b'{"error":"Not Found","code":404}'),
    Response(401, {**_JSON, "www-authenticate": 'Basic realm="Restricted"'}, b'{"error":"Unauthorized"}'),
)
"""Answers of servers of any kind, which identify no product."""


class ProbeExampleResult(msgspec.Struct, frozen=True):
    """The result of one example of a declared probe."""

    example: str
    """``accept`` or ``reject`` and its number; ``any server`` for the answers that every rule must reject."""
    about: str
    expected: str
    found: str
    passed: bool


def example_results(rule: HttpProbeRule) -> Iterator[ProbeExampleResult]:
    """The result of each example of a rule, in order, and of answers that identify no product."""
    probe = DeclaredProbe(rule, "")
    known = any(probe.identify(answer) is not None for answer in GENERIC_ANSWERS)
    likely = any(probe.is_likely(answer) for answer in GENERIC_ANSWERS)
    found = "recognised by `identify`" if known else "accepted by `root`" if likely else "not recognised"
    yield ProbeExampleResult(
        "any server", "pages that servers of any kind have", "not recognised", found, not (known or likely)
    )
    for kind, examples in (("accept", rule.accept), ("reject", rule.reject)):
        for number, example in enumerate(examples, start=1):
            report = replay_example(probe, example)
            wrong = "; ".join(_differences(example, report))
            expected = "not recognised" if example.access is None else str(example.access)
            yield ProbeExampleResult(
                f"{kind} {number}", example.about[:80], expected, wrong or _summary(report), not wrong
            )


def _summary(report: ProbeReport) -> str:
    return str(report.access) if report.outcome is Outcome.OK else "not recognised"


def replay_example(probe: DeclaredProbe, example: HttpProbeExample) -> ProbeReport:
    """The report of the probe about the server of an example."""

    def answer(sent: bytes) -> bytes:
        path = sent.split(b" ", 2)[1].decode("ascii", "replace")
        return _wire(example.answers.get(path, _NOT_THERE))

    port = probe.meta.ports[0] if probe.meta.ports else 1
    target = Target("127.0.0.1", port, names=example.names, scans=True)
    return play(probe.run(target, Depth.DESCRIBE), MemoryPeer(answer), probe.meta.sends).result


def _wire(answer: RecordedAnswer) -> bytes:
    body = answer.body.encode()
    fields = {name: value for name, value in answer.headers.items() if name.lower() not in _FRAMING}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {answer.status} x\r\n{lines}Content-Length: {len(body)}\r\n\r\n".encode() + body


_FRAMING = ("content-length", "transfer-encoding", "connection", "content-encoding")


def _differences(example: HttpProbeExample, report: ProbeReport) -> Iterator[str]:
    recognised = report.outcome is Outcome.OK
    if example.access is None:
        if recognised:
            yield "the product is recognised"
        return
    if not recognised:
        why = report.problems[0] if report.problems else str(report.outcome)
        yield f"the product is not recognised ({why})"
        return
    if report.access is not example.access:
        because = f" ({'; '.join(report.problems[:3])})" if report.problems else ""
        yield f"the access is {report.access}, and not {example.access}{because}"
    total = sum(one.records.value for one in report.containers if one.records is not None)
    if example.records is not None and total != example.records:
        yield f"the records are {total}, and not {example.records}"
    if example.version is not None and report.version != example.version:
        yield f"the version is {report.version!r}, and not {example.version!r}"
