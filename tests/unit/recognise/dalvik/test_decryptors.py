"""Decryption methods in the shapes of public string encryptors, and what is found in them."""

import csv
import random
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests import samples
from tests.each import each
from tieback.intake.apps.dex import read_dex
from tieback.intake.apps.interface import BufferKind
from tieback.intake.apps.open import open_app
from tieback.model.sighting import Credential, Sighting
from tieback.recognise.dalvik.decryptors import Decryption
from tieback.recognise.dalvik.machine import RUN_MEMORY
from tieback.recognise.dalvik.run import MIN_STEPS
from tieback.recognise.dataflow.dex.dex_tables import MalformedDexError, SectionKind
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.extract import DataflowExtractor
from tieback.recognise.extract import EndpointExtractor

ROOT = Path(__file__).parents[4]
FLOW = ROOT / "bench" / "flow"
DEX = ROOT / "tests" / "unit" / "recognise" / "dataflow" / "dex"
ROWS = list(csv.DictReader((FLOW / "encrypted.tsv").open(), delimiter="\t"))
EXTRACTOR = DataflowExtractor(EndpointExtractor())
REAL = samples.directory("apps")


def texts(data: bytes) -> list[str]:
    dex = DexFile(data)
    return [each.text for each in Decryption((dex,)).texts]


@each("row", ROWS, ids=[row["id"] for row in ROWS])
def test_an_encrypted_endpoint_is_found(row: dict[str, str]) -> None:
    data = (FLOW / row["file"]).read_bytes()
    expected = row["expected"]
    found = [find for find in EXTRACTOR.extract(read_dex("classes.dex", data)[0]) if isinstance(find, Sighting)]
    assert [find.endpoint.value for find in found] == ([expected] if expected else [])
    for find in found:
        assert find.evidence.how in ("dex-flow/decrypted", "dex-flow/text", "dex-flow/concat", "dex-flow/Socket")
        assert find.evidence.context.startswith("L")
        assert expected.encode() not in data


def test_the_evidence_names_the_caller_and_the_decryption_method() -> None:
    data = (FLOW / "encrypted" / "rc4_own.dex").read_bytes()
    (found,) = EXTRACTOR.extract(read_dex("classes.dex", data)[0])
    assert isinstance(found, Sighting)
    assert found.evidence.context == "Lr2/Api;->load: https://rc4own.shop.test/v1/feed"
    assert found.evidence.chain == ("Lr2/Api;->load", "Lr2/Dec;->a")


def test_a_decryption_method_of_another_dex_file_is_found() -> None:
    files = DEX / "otherfile.dex", FLOW / "encrypted" / "junk_replaced.dex"
    found = Decryption([DexFile(file.read_bytes()) for file in files])
    assert [(each.file, each.text, each.decryptor) for each in found.texts] == [
        (0, "https://other.shop.test/v1", "Lj1/Dec;->a"),
        (1, "https://junk.shop.test/v1/noise", "Lj1/Dec;->a"),
    ]


def test_a_decryption_method_in_a_class_of_resources_of_a_library_is_found() -> None:
    # R8 moves methods of any class there, and leaves other classes of the library as they are.
    data = (DEX / "movedmethods.dex").read_bytes()
    assert texts(data) == ["https://moved.shop.test/v1/"]
    assert texts(data.replace(b"Landroidx/core/R$dimen;", b"Landroidx/core/RRdimen;")) == []


def test_a_decrypted_credential_is_masked() -> None:
    data = (FLOW / "encrypted" / "credential.dex").read_bytes()
    (found,) = EXTRACTOR.extract(read_dex("classes.dex", data)[0])
    assert isinstance(found, Credential)
    assert (found.kind, found.evidence.how) == ("aws_access_key_id", "dex-flow/decrypted")
    assert "AKIA" + "Q3EGVI4ZBXTTLYRM" not in repr(found)


def test_a_text_without_an_endpoint_is_no_find() -> None:
    data = (FLOW / "encrypted" / "zkm_clinit.dex").read_bytes()
    assert texts(data) == ["GET", "https://zkm1.shop.test/v1/roster", "token"]


def test_a_limit_that_was_reached_is_reported() -> None:
    dex = DexFile((FLOW / "encrypted" / "rc4_own.dex").read_bytes())
    assert Decryption((dex,), 10).stopped
    assert not Decryption((dex,)).stopped


@samples.needs("apps")
def test_the_secret_of_a_public_crackme_is_decrypted() -> None:
    with open_app(REAL / "UnCrackable-Level1.apk") as app:
        buffers = [buffer for artifact in app.artifacts() for buffer in artifact.buffers]
    (code,) = (buffer.data for buffer in buffers if buffer.kind is BufferKind.DEX)
    assert texts(bytes(code)) == ["I want to believe"]


MUTATED = [
    (FLOW / "encrypted" / f"{name}.dex").read_bytes()
    for name in ("rc4_own", "paranoid_long", "zkm_lookup", "aes_gcm", "inline_unknown")
]


@given(st.sampled_from(MUTATED), st.integers(0, 1 << 32), st.integers(1, 12))
def test_damaged_code_never_leaves_the_limits(data: bytes, seed: int, count: int) -> None:
    section = DexFile(data).sections[SectionKind.CODE]
    changed, chance = bytearray(data), random.Random(seed)
    for _ in range(count):
        changed[chance.randrange(section.begin, section.end)] = chance.randrange(256)
    try:
        dex = DexFile(bytes(changed))
    except MalformedDexError:
        return
    assert Decryption((dex,)).runner.used <= MIN_STEPS + len(data) + (RUN_MEMORY >> 6)
