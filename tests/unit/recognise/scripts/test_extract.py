"""Scripts in, endpoints out: encodings and string arrays in the shapes of public obfuscators."""

import base64
import csv
import gc
import weakref
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.linear import assert_linear
from tieback.intake.apps.interface import Artifact, ArtifactBatch, Buffer, BufferKind
from tieback.intake.apps.small_files import read_small_file
from tieback.model.sighting import Credential, NotBackend, Problem, Sighting
from tieback.recognise.endpoints.url import COMPLETED
from tieback.recognise.extract import EndpointExtractor
from tieback.recognise.rules import RuleFiles
from tieback.recognise.scripts import extract, string_arrays
from tieback.recognise.scripts.extract import ScriptExtractor
from tieback.recognise.scripts.folding import folded_texts
from tieback.recognise.scripts.string_arrays import without_arrays
from tieback.recognise.scripts.wrappers import without_wrappers
from tieback.recognise.search import AppSearch
from tieback.recognise.texts.prose import MESSAGE

FLOW = Path(__file__).parents[4] / "bench" / "flow"
ROWS = [row for row in csv.DictReader((FLOW / "scripts.tsv").open(), delimiter="\t") if "/forms/" not in row["file"]]
"""All but the forms, some of which are missed: see ``tests/bench/test_flow.py``."""
SEARCH = AppSearch(RuleFiles(), dataflow=False)
EXTRACTOR = ScriptExtractor(EndpointExtractor())
EXTRACTOR.run_steps = 0  # only what the rules find


def finds(script: bytes) -> list[str]:
    buffer = Buffer("assets/app.js", BufferKind.TEXT, script)
    found = EXTRACTOR.extract(Artifact("assets/app.js", (buffer,)))
    return [find.endpoint.value for find in found if isinstance(find, Sighting)]


@each("row", ROWS, ids=[row["id"] for row in ROWS])
def test_an_encoded_endpoint_is_found(row: dict[str, str]) -> None:
    found = finds((FLOW / row["file"]).read_bytes())
    assert row["expected"] in found if row["expected"] else found == []
    assert all(".shop.test" in value or ".strarr.test" in value for value in found)


@each("row", [row for row in ROWS if row["expected"]], ids=lambda row: row["id"])
def test_a_small_script_of_a_package_is_selected(row: dict[str, str]) -> None:
    data = (FLOW / row["file"]).read_bytes()
    batch = ArtifactBatch(("assets/www/app.js", "assets/a.txt"), (data, b"nothing"), read_small_file)
    found = [find.endpoint.value for find in SEARCH.finds([batch]) if isinstance(find, Sighting)]
    assert row["expected"] in found


@each(
    ("script", "expected"),
    [
        (b"fetch('https://' + tenant() + '.shop.test/v1')", ["https://{}.shop.test/v1"]),
        (b"fetch('https://'.concat(tenant(), '.shop.test/v1'))", ["https://{}.shop.test/v1"]),
        (b"fetch(`https://${tenant()}.shop.test/v1`)", []),  # the text itself shows it
        (b"fetch('https://' + tenant() + '/v1')", []),
        (b"fetch('https://' + 'a' + '.shop.test/v1')", []),
    ],
)
def test_a_host_whose_first_part_is_not_known_is_not_decided(script: bytes, expected: list[str]) -> None:
    buffer = Buffer("assets/app.js", BufferKind.TEXT, script)
    found = EXTRACTOR.extract(Artifact("assets/app.js", (buffer,)))
    assert [one.value for one in found if isinstance(one, NotBackend) and one.reason == COMPLETED] == expected


class HeldScript(bytearray):
    """A script that tells when it is released."""


def test_a_script_is_released_before_the_next_one_is_read() -> None:
    script = HeldScript(b"const h = 'api.shop.test'; function f(p) { return fetch('https://' + h + p) } f('/v1')")
    released = weakref.ref(script)
    enabled = gc.isenabled()
    gc.disable()  # only what refers to itself would wait for it
    try:
        buffer = Buffer("assets/app.js", BufferKind.TEXT, script)
        extractor = ScriptExtractor(EndpointExtractor())  # which also runs the script
        assert len(list(extractor.extract(Artifact("assets/app.js", (buffer,))))) == 1
        del script, buffer
        assert released() is None
    finally:
        if enabled:
            gc.enable()


def test_the_evidence_names_the_place_of_the_expression() -> None:
    script = b"var x = 1;\nvar a = atob('aHR0cHM6Ly9wbGFjZS5zaG9wLnRlc3QvdjE=');"
    buffer = Buffer("assets/app.js", BufferKind.TEXT, script, base=100)
    (found,) = EXTRACTOR.extract(Artifact("assets/app.js", (buffer,)))
    assert isinstance(found, Sighting)
    assert (found.evidence.how, found.evidence.offset) == ("script-string", 100 + script.index(b"atob"))
    assert found.evidence.context == "https://place.shop.test/v1"


@each(
    ("script", "texts"),
    [
        ("atob('aGVsbG8gd29ybGQ=')", ["hello world"]),
        ("atob('not base64!')", []),
        ("atob('AAAAAAAA')", []),  # not printable
        ("'a' + 'b'", []),  # plain to see
        ("'a' + atob('Yi5j')", ["ab.c"]),
        ("'x'.concat(atob('Yi5j'))", ["xb.c"]),
        (r"'\x61\x62\x63\x64'", ["abcd"]),
        ("String.fromCharCode(1,2,3,4)", []),
        ("String.fromCharCode(99999999,2,3,4)", []),
        ("(atob('Yi5j')) + 'd'", ["b.cd"]),
    ],
)
def test_an_expression_is_folded(script: str, texts: list[str]) -> None:
    assert folded_texts(script) == texts


def test_an_array_without_its_rotation_is_left_as_it_is() -> None:
    script = (FLOW / "scripts" / "rotated.js").read_text().replace("0x6115c", "0x6115d")
    assert without_arrays(script) == string_arrays._VISIBLE.sub(" ", script)


@each("name", ["members", "encodings", "pieces"])
def test_a_message_of_an_obfuscated_script_is_left_out(name: str) -> None:
    script = (FLOW / "scripts" / f"{name}.js").read_bytes()
    found = list(EXTRACTOR.extract(Artifact("assets/app.js", (Buffer("assets/app.js", BufferKind.TEXT, script),))))
    told = {one.value for one in found if isinstance(one, NotBackend) and one.reason == MESSAGE}
    shown = {one.endpoint.value for one in found if isinstance(one, Sighting)}
    assert len(told) == 1
    assert told.isdisjoint(shown)
    assert any(value.endswith("/api/login") for value in shown)


_OUTER = "function _0xc(_0x1,_0x2){return _0xa(_0x1-0x1,_0x2);}"


@each(
    ("script", "direct"),
    [
        ("function _0xc(_0x1,_0x2){return _0xa(_0x2- -0x5,_0x1);}_0xc('k',0x12)", "_0xa(0x17,'k')"),
        ("var _0xc=function(_0x1,_0x2){return _0xa(_0x1-0x5,_0x2);};_0xc(0x17,0x9)", "_0xa(0x12)"),
        (f"{_OUTER}function _0xd(_0x1,_0x2,_0x3){{return _0xc(_0x3+0x2,_0x1-0x9);}}_0xd(0x1,0x2,0x13)", "_0xa(0x14)"),
        ("var _0xe={_0xf:0x13,_0xf1:'k'};_0xa(_0xe._0xf,_0xe._0xf1)", "_0xa(0x13,'k')"),
        # Left as they are: another function, a cycle, a number below zero, an argument that is not known.
        ("function _0xc(_0x1){return _0xz(_0x1);}_0xc(0x12)", "_0xc(0x12)"),
        ("function _0xc(_0x1){return _0xd(_0x1);}function _0xd(_0x1){return _0xc(_0x1);}_0xd(0x12)", "_0xd(0x12)"),
        ("function _0xc(_0x1){return _0xa(_0x1-0x99);}_0xc(0x12)", "_0xc(0x12)"),
        ("function _0xc(_0x1){return _0xa(_0x7);}_0xc(0x12)", "_0xc(0x12)"),
    ],
)
def test_calls_through_other_functions_are_made_direct(script: str, direct: str) -> None:
    assert without_wrappers(script, {"_0xa"}).endswith(direct)


@given(st.lists(st.sampled_from(["function ", "_0xa", "_0xb", "(", ")", "{return ", ",", "-0x1", ";}", "={", ":"])))
def test_any_script_of_wrappers_never_raises(parts: list[str]) -> None:
    assert without_wrappers("".join(parts), {"_0xa"}) or not parts


def test_calls_through_other_functions_cost_linear_time() -> None:
    def script(size: int) -> str:
        one = "function _0x{0:x}(_0x1,_0x2){{return _0x{1:x}(_0x1-0x1,_0x2);}}_0x{0:x}(0x99,0x1);"
        return "".join(one.format(number + 16, number + 15) for number in range(size))

    assert_linear(script, lambda text: without_wrappers(text, {"_0xf"}), 2_000)


def test_a_rotation_that_takes_too_long_is_not_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(string_arrays, "MAX_WORK", 10)
    assert "https://js-rc4.shop.test/v2" not in without_arrays((FLOW / "scripts" / "rc4.js").read_text())


def test_a_credential_that_a_script_encodes_is_masked() -> None:
    secret = "AKIA" + "Q3EGVI4ZBXTTLYRM"
    for script in (
        f"atob('{base64.b64encode(secret.encode()).decode()}')",
        f"'{secret[::-1]}'.split('').reverse().join('')",
    ):
        buffer = Buffer("assets/app.js", BufferKind.TEXT, script.encode())
        (found,) = EXTRACTOR.extract(Artifact("assets/app.js", (buffer,)))
        assert isinstance(found, Credential)
        assert found.kind == "aws_access_key_id"
        assert secret not in repr(found)


def test_too_many_pieces_are_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extract, "MAX_PIECES", 3)
    script = (b"atob('aHR0cHM6Ly9hLnNob3AudGVzdC8=');" + b" " * 4000) * 5
    found = list(EXTRACTOR.extract(Artifact("a.js", (Buffer("a.js", BufferKind.TEXT, script),))))
    assert isinstance(found[-1], Problem)


@given(st.sampled_from([(FLOW / row["file"]).read_text() for row in ROWS]), st.data())
def test_damaged_scripts_never_raises(script: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(script)))
    finds((script[:at] + data.draw(st.text(max_size=8)) + script[at + data.draw(st.integers(0, 9)) :]).encode())
