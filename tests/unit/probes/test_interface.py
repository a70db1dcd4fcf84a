from collections.abc import Iterator

import pytest

from tieback.model.probe import Access, Outcome
from tieback.probes.interface import Draft, ProbeMeta, expected, patience, reported
from tieback.probes.wire.verdicts import Hostile, NotThisProtocol, TooLarge
from tieback.scope.conversation import Conversation, Fault, Target

META = ProbeMeta("store", ("store",), (1234,), ("store",), (), "CWE-306", (), ())
TARGET = Target("127.0.0.1", 9)

ENDS = [
    # exception, spoke before, outcome
    (NotThisProtocol("x"), False, Outcome.PROTOCOL_MISMATCH),
    (Hostile("x"), True, Outcome.HOSTILE),
    (TooLarge("x"), True, Outcome.OK),
    (Fault(Outcome.TIMEOUT, "x"), False, Outcome.TIMEOUT),
    (Fault(Outcome.TIMEOUT, "x"), True, Outcome.OK),
    (Fault(Outcome.HOSTILE, "x"), True, Outcome.HOSTILE),
]


@pytest.mark.parametrize(("error", "spoke", "outcome"), ENDS)
def test_every_end_is_a_report_that_keeps_what_was_found(error: Exception, spoke: bool, outcome: Outcome) -> None:
    def talk(draft: Draft) -> Conversation[None]:
        draft.spoke = spoke
        draft.version = "1"
        yield from ()
        raise error

    with pytest.raises(StopIteration) as end:
        next(reported(META, TARGET, talk))
    report = end.value.value
    assert (report.outcome, report.version, len(report.problems)) == (outcome, "1", 1)


def test_one_proof_is_partial() -> None:
    draft = Draft(META, TARGET)
    draft.access = Access.OPEN
    draft.prove("a", "x", Access.OPEN)
    draft.prove("a", "y", Access.OPEN)
    assert draft.report().access is Access.PARTIAL
    draft.prove("b", "x", Access.OPEN)
    assert draft.report().access is Access.OPEN


def test_identities() -> None:
    def keys(*parts: str) -> Iterator[str]:
        draft = Draft(META, TARGET)
        draft.fingerprint(parts)
        assert draft.identity is not None
        yield draft.identity.kind
        yield draft.identity.key

    assert list(keys()) == ["address", "store:address:127.0.0.1:9"]
    assert list(keys("a", "b")) == list(keys("b", "a", "a"))
    assert list(keys("a", "b")) != list(keys("a", "c"))


@pytest.mark.parametrize(
    ("target", "so"),
    [
        (TARGET, False),
        (Target("h", 1234), True),
        (Target("h", 1, "store"), True),
        (Target("h", 1, "http"), False),
    ],
)
def test_expected(target: Target, so: bool) -> None:
    meta = ProbeMeta("store", ("store",), (1234,), ("store", "http"), (), "CWE-306", (), ())
    assert expected(meta, target) is so


@pytest.mark.parametrize(
    ("target", "seconds"),
    [(TARGET, 1.0), (Target("h", 1234), None), (Target("h", 1, "store"), None), (Target("h", 1, "other"), 1.0)],
)
def test_patience(target: Target, seconds: float | None) -> None:
    assert patience(META, target) == seconds
