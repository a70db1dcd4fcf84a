"""Credentials in the source maps that scripts contain."""

import base64
import json
from functools import partial
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.linear import assert_linear
from tieback.intake.apps.interface import Artifact, ArtifactBatch, Buffer, BufferKind
from tieback.model.sighting import Credential
from tieback.recognise.endpoints.verdict import fingerprint
from tieback.recognise.extract import EndpointExtractor
from tieback.recognise.rules import RuleFiles
from tieback.recognise.scripts.source_maps import SourceMapExtractor
from tieback.recognise.search import AppSearch

RULES = RuleFiles()
EXTRACTOR = SourceMapExtractor(EndpointExtractor(RULES))
KEY = "ghp_mfVxRQcr6Iz4IebIMFD2TQc7YODkvOcZ1HtJ"
MAP = json.dumps({"version": 3, "sources": ["m.ts"], "sourcesContent": [f"// key for CI: {KEY}\nrun();\n"]})
PLAIN = base64.b64encode(MAP.encode()).decode()


def in_script(text: str, file: str = "assets/www/m.js") -> list[Credential]:
    buffer = Buffer(file, BufferKind.TEXT, text.encode(), base=7)
    return [find for find in EXTRACTOR.extract(Artifact(file, (buffer,))) if isinstance(find, Credential)]


@pytest.mark.parametrize(
    ("link", "how"),
    [
        (f"data:application/json;base64,{PLAIN}", "text/credential:github_token:base64"),
        (f"data:application/json;charset=utf-8;base64,{PLAIN}", "text/credential:github_token:base64"),
        (f"data:application/json,{quote(MAP)}", "text/credential:github_token:percent"),
    ],
)
def test_a_credential_in_the_map_of_a_script_is_found(link: str, how: str) -> None:
    script = f"run();\n//# sourceMappingURL={link}\n"
    (one,) = in_script(script)
    assert (one.kind, one.fingerprint, one.evidence.how) == ("github_token", fingerprint(KEY), how)
    assert one.evidence.offset is not None
    assert 7 + script.index(",") < one.evidence.offset < 7 + len(script)
    assert KEY not in str(one)


@pytest.mark.parametrize(
    ("text", "file"),
    [
        (f"//# sourceMappingURL=data:application/json;base64,{PLAIN}", "assets/readme.txt"),
        (f"//# sourceMappingURL=m.js.map\nx='{PLAIN}'", "assets/m.js"),
        ("//# sourceMappingURL=data:application/json;base64,", "assets/m.js"),
        ("//# sourceMappingURL=data:application/json;base64,A", "assets/m.js"),
    ],
)
def test_other_texts_have_no_map(text: str, file: str) -> None:
    assert in_script(text, file) == []


def test_a_small_script_with_nothing_else_is_selected() -> None:
    content = f"run()\n//# sourceMappingURL=data:application/json;base64,{PLAIN}".encode()
    batch = ArtifactBatch(
        ("assets/m.js", "assets/n.js"),
        (content, b"run()"),
        lambda file, data: Artifact(file, (Buffer(file, BufferKind.TEXT, data),)),
    )
    found = [one for one in AppSearch(RULES, dataflow=False).finds([batch]) if isinstance(one, Credential)]
    assert [one.kind for one in found] == ["github_token"]


@given(st.binary(max_size=300))
@settings(max_examples=examples(60), deadline=None)
def test_any_map_never_raises(data: bytes) -> None:
    text = b"//# sourceMappingURL=data:application/json;base64," + data
    list(EXTRACTOR.extract(Artifact("a.js", (Buffer("a.js", BufferKind.TEXT, text),))))


def test_the_cost_of_many_maps_is_linear() -> None:
    piece = f"//# sourceMappingURL=data:application/json;base64,{PLAIN}\n"
    assert_linear(partial(lambda size: piece * (size // len(piece))), in_script, 64_000)
