"""Flow documents of ours, read back: flows, leaks, and a run's blind spots as problems."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.unit.intake.traffic.conftest import Read
from tieback.intake.traffic.documents import MAX_LINE, opener
from tieback.model.capture import LiveRun
from tieback.model.document import encode
from tieback.model.flow import Flow, FlowEvidence, Leak, Peer, Server

FLOW = Flow(
    path="elsewhere",
    app=None,
    client=Peer("127.0.0.1", 40000),
    server=Server("127.0.0.9", 6379),
    transport="tcp",
    protocol="redis",
    evidence=FlowEvidence.PAYLOAD,
    confidence=0.95,
    encrypted=False,
    tls=None,
    bytes_out=20,
    bytes_in=30,
    packets_out=1,
    packets_in=1,
    start=1.0,
    end=2.0,
    leaks=(Leak("email", "redis:user:1", "in", "a…t (9)", 0.9),),
)
RUN = LiveRun("elsewhere", "socks5", "127.0.0.1:1080", "", 1.0, 2.0, 1, 20, 30, blind_spots=("UDP was not seen.",))
LINE, END = encode("flow", FLOW) + b"\n", encode("capture", RUN) + b"\n"


def test_what_was_written_is_read(read: Read) -> None:
    flows, problems = read(LINE + LINE + END)
    assert [(seen.flow.server, seen.flow.leaks) for seen in flows] == [(FLOW.server, FLOW.leaks)] * 2
    assert {seen.flow.path.rpartition("/")[2] for seen in flows} == {"given"}
    assert [problem.what for problem in problems] == ["UDP was not seen."]


def test_a_run_that_saw_nothing(read: Read) -> None:
    flows, problems = read(END)
    assert (flows, len(problems)) == ([], 1)


def test_damage_costs_a_line(read: Read) -> None:
    flows, problems = read(LINE + b'{"schema":"tieback/flow/1","path":7}\n\nnothing\n' + LINE + LINE[:40])
    assert len(flows) == 2
    assert [problem.where for problem in problems] == ["line 2", "line 4", "line 6"]


def test_a_line_without_end(read: Read) -> None:
    flows, problems = read(LINE + b" " * (MAX_LINE + 10) + b"\n" + LINE)
    assert len(flows) == 1
    assert "too long" in problems[0].what


@settings(max_examples=examples(60), deadline=None)
@given(st.binary(max_size=300))
def test_other_files_are_not_recognised(data: bytes) -> None:
    from pathlib import Path

    assert opener(Path("/dev/null"), data) is None
    assert opener(Path("/dev/null"), b'{"log":{"comment":"\\"schema\\":\\"tieback/flow/1\\""}}') is None
