"""Transcripts that somebody else made or changed: a replay ends in reports, whatever they say."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.model.document import encode
from tieback.model.probe import Outcome
from tieback.pipeline.probing.targets import replay
from tieback.scope.transcript import ConnectionRecord, EventKind, Transcript, WireEvent, read_transcripts

RECORDED = Path(__file__).parents[1] / "unit" / "probes" / "recorded"
NAMES = sorted(path.stem for path in RECORDED.glob("*.jsonl"))

EVENTS = st.builds(
    WireEvent,
    at=st.integers(-(2**40), 2**40),
    what=st.sampled_from(EventKind),
    data=st.binary(max_size=40),
    text=st.text(max_size=10),
    outcome=st.none() | st.sampled_from(Outcome),
)


@st.composite
def changed(draw: st.DrawFn) -> Transcript:
    """A real transcript with events left out, doubled, swapped, cut or made up."""
    (known,) = read_transcripts(RECORDED / f"{draw(st.sampled_from(NAMES))}.jsonl")
    lines = []
    for line in known.lines:
        events = list(line.events)
        for _ in range(draw(st.integers(0, 4))):
            at = draw(st.integers(0, max(0, len(events) - 1)))
            match draw(st.integers(0, 3)):
                case 0:
                    del events[at : at + draw(st.integers(1, 3))]
                case 1:
                    events[at:at] = events[at : at + 1]
                case 2:
                    events.insert(at, draw(EVENTS))
                case _:
                    cut, here = draw(st.integers(0, 40)), slice(at, at + 1)
                    events[here] = [msgspec.structs.replace(one, data=one.data[:cut]) for one in events[here]]
        lines.append(ConnectionRecord(draw(st.sampled_from([line.address, "", "x"])), tuple(events)))
    keep = draw(st.integers(0, len(lines)))
    return msgspec.structs.replace(known, lines=tuple(lines[:keep]))


@given(transcript=changed())
@settings(max_examples=examples(100), deadline=None)
async def test_any_transcript_gives_exactly_one_report(
    tmp_path_factory: pytest.TempPathFactory, transcript: Transcript
) -> None:
    path = tmp_path_factory.getbasetemp() / "changed.jsonl"
    path.write_bytes(encode("transcript", transcript) + b"\n")
    (report,) = [one async for one in replay(path)]
    assert report.target == transcript.target.label
    assert report.replayed == transcript.day
    assert len(report.containers) <= 20_000


@pytest.mark.parametrize("name", NAMES)
async def test_a_whole_one_needs_nothing_else(name: str) -> None:
    (report,) = [one async for one in replay(RECORDED / f"{name}.jsonl")]
    assert report.outcome is Outcome.OK
    assert not any("not_recorded" in problem for problem in report.problems)
