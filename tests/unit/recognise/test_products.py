"""Each product of ``products.tsv`` is recognised in its text, or the reference says why not."""

from pathlib import Path

from tests.each import each
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.sighting import Sighting
from tieback.recognise.extract import EndpointExtractor
from tieback.recognise.rules import RuleFiles

RULES = RuleFiles()
EXTRACTOR = EndpointExtractor(RULES)
LINES = Path(__file__).with_name("products.tsv").read_text(encoding="utf-8").splitlines()
PRODUCTS = [tuple(line.split("\t")) for line in LINES if line and not line.startswith("#")]
PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "products.md").read_text(encoding="utf-8")


def sightings(text: str) -> list[Sighting]:
    artifact = Artifact("f", (Buffer("f", BufferKind.TEXT, text.encode()),))
    return [find for find in EXTRACTOR.extract(artifact) if isinstance(find, Sighting)]


@each(("product", "text", "expected"), [one for one in PRODUCTS if one[1]])
def test_a_product_is_recognised_in_its_text(product: str, text: str, expected: str) -> None:
    found = sightings(text)
    what, _, name = expected.partition(":")
    if what == "owner":
        owners = {sdk.name for one in found if (sdk := RULES.third_parties.of(one.endpoint.host)) is not None}
        assert name in owners, product
    elif what == "service":
        assert name in {one.endpoint.service for one in found}, product
    else:
        assert expected in {one.endpoint.value for one in found}, product


@each(("product", "text", "expected"), PRODUCTS)
def test_the_reference_lists_each_product_and_what_it_is_called(product: str, text: str, expected: str) -> None:
    (line,) = (line for line in PAGE.splitlines() if line.startswith(f"| {product} |"))
    what, _, name = expected.partition(":")
    assert (expected if not text else name if what in {"owner", "service"} else f"`{what}`") in line


def test_the_reference_lists_no_other_product() -> None:
    table = PAGE.partition("| product |")[2].partition("\n\n")[0]
    assert table.count("\n| ") == len(PRODUCTS) == len({product for product, *_ in PRODUCTS})


def test_the_reference_lists_each_service_that_has_ended() -> None:
    table = PAGE.partition("## Services that have ended")[2]
    for kind, end in RULES.cloud.retired.items():
        assert f"| `{kind}` | {end.product} | {end.date} | <{end.source}> |" in table
    for host, end in RULES.cloud.ended.items():
        assert f"| `{host}` | {end.product} | {end.date} | <{end.source}> |" in table
