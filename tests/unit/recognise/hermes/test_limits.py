"""Limits of Hermes bytecode: what they leave out has a problem line."""

from types import ModuleType

import pytest

from bench.hostile_made import KINDS
from tests.unit.recognise.hermes.assemble import Line, assemble
from tieback.intake.apps.interface import Artifact
from tieback.model.sighting import Problem, Sighting
from tieback.recognise.extract import EndpointExtractor
from tieback.recognise.hermes import bytecode, marks, record
from tieback.recognise.hermes.extract import MAX_STEPS, HermesExtractor

JUDGE = EndpointExtractor()
STRINGS = ("https://", "/v1", *(f"h{number}.shop.test" for number in range(4)))


def functions() -> bytes:
    """Functions that each put an address together."""
    bodies: list[list[Line] | bytes] = [
        [("LoadConstString", 0, 0), ("LoadConstString", 1, 2 + number), ("Add", 0, 0, 1), ("Ret", 0)]
        for number in range(4)
    ]
    return assemble(bodies, STRINGS)


def hosts_and_problems(data: bytes) -> tuple[int, bool]:
    extractor = HermesExtractor(JUDGE, JUDGE)
    extractor.left = MAX_STEPS
    finds = list(extractor.extract(Artifact("a.hbc", (), bytecode=data)))
    problems = [one.what for one in finds if isinstance(one, Problem)]
    assert all("not followed to its end" in one for one in problems)
    return sum(isinstance(one, Sighting) for one in finds), bool(problems)


@pytest.mark.parametrize(
    ("module", "limit", "below", "above"),
    [(marks, "MAX_STARTS", 4, 3), (record, "MAX_FOUND", 4, 3), (bytecode, "MAX_BODY", 1_000, 4)],
)
def test_a_limit_leaves_nothing_out_silently(
    module: ModuleType, limit: str, below: int, above: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert hosts_and_problems(functions()) == (4, False)
    monkeypatch.setattr(module, limit, below)
    assert hosts_and_problems(functions()) == (4, False)
    monkeypatch.setattr(module, limit, above)
    found, told = hosts_and_problems(functions())
    assert found < 4
    assert told


def test_the_usual_limits_are_far_from_the_small_packages() -> None:
    ((_, data),) = KINDS["hermes-functions"].make(60)
    assert not hosts_and_problems(data)[1]
