"""Templates of addresses that code fills: with a number as a text, by another class, or part by part."""

from pathlib import Path

from tests.each import each
from tieback.intake.apps.dex import read_dex
from tieback.model.sighting import Sighting
from tieback.recognise.dataflow.extract import DataflowExtractor
from tieback.recognise.extract import EndpointExtractor

JUDGE = EndpointExtractor()
DEX = Path(__file__).parent / "dex" / "digits.dex"


def found() -> dict[str, set[str]]:
    """The endpoints by method."""
    artifact = read_dex("classes.dex", DEX.read_bytes())[0]
    every: dict[str, set[str]] = {}
    for one in DataflowExtractor(JUDGE, JUDGE.rules).extract(artifact):
        if isinstance(one, Sighting):
            method = one.evidence.context.partition(": ")[0].rpartition("->")[2]
            every.setdefault(method, set()).add(one.endpoint.value)
    return every


FOUND = found()


@each(
    ("method", "endpoints"),
    [
        ("filled", {"sqlserver://filled.shop.test:1433/Stock"}),
        ("filledLong", {"https://long.shop.test:8443/api"}),
        ("unknown", set()),  # the constant shows its host
    ],
)
def test_a_number_as_a_text_fills_a_template(method: str, endpoints: set[str]) -> None:
    assert FOUND.get(method, set()) == endpoints
