"""Documents carry a schema version and come back as they went out."""

import json

import pytest

from tests.each import each
from tieback.model.document import decode, encode
from tieback.model.errors import DocumentError
from tieback.model.figure import exact
from tieback.model.probe import Access, Container, Outcome, ProbeReport, Proof

REPORT = ProbeReport(
    target="es.fieldhand.test:9200",
    outcome=Outcome.OK,
    access=Access.OPEN,
    proofs=(Proof("GET /_cat/indices", "200, 2 indices", Access.OPEN),),
    product="opensearch",
    containers=(Container(("machines",), "index", records=exact(1200, "_count")),),
)


def test_round_trip() -> None:
    assert decode(encode("probe", REPORT), "probe", ProbeReport) == REPORT


def test_contract_keys_of_a_probe_line() -> None:
    line = json.loads(encode("probe", REPORT))
    assert line["schema"] == "tieback/probe/1"
    assert {
        "target", "outcome", "access", "proofs", "product", "version", "tls", "identity", "containers", "ransom",
        "bytes_sent", "bytes_read", "seconds",
    } <= line.keys()  # fmt: skip
    assert line["containers"][0]["records"] == {"value": 1200, "quality": "exact", "method": "_count"}


@each(
    ("text", "says"),
    [
        ("not json", "not a JSON document"),
        ("[]", "found None"),
        ('{"schema":"tieback/probe/2","target":"x","outcome":"ok"}', "tieback/probe/2"),
        ('{"schema":"tieback/app/1"}', "tieback/app/1"),
        ('{"schema":"tieback/probe/1","target":"x","outcome":"fine"}', "fine"),
        ('{"schema":"tieback/probe/1"}', "missing required field"),
    ],
)
def test_bad_documents_are_one_clear_error(text: str, says: str) -> None:
    with pytest.raises(DocumentError, match=says):
        decode(text, "probe", ProbeReport)


def test_added_keys_are_ignored() -> None:
    line = json.loads(encode("probe", REPORT)) | {"later": 1}
    assert decode(json.dumps(line), "probe", ProbeReport) == REPORT


def test_only_structs_and_mappings_are_documents() -> None:
    with pytest.raises(TypeError):
        encode("probe", [1])
