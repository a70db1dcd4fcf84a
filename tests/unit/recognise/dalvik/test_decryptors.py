"""Decryption methods in the shapes of public string encryptors, and what is found in them."""

import csv
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import samples
from tieback.intake.apps.dex import read_dex
from tieback.intake.apps.interface import BufferKind
from tieback.intake.apps.open import open_app
from tieback.model.sighting import Sighting
from tieback.recognise.dalvik.decryptors import decrypted_texts
from tieback.recognise.dalvik.run import MAX_STEPS, MIN_STEPS, Runner
from tieback.recognise.dataflow.dexfile import DexFile, MalformedDexError, SectionKind
from tieback.recognise.dataflow.extract import DataflowExtractor
from tieback.recognise.extract import EndpointExtractor

ROOT = Path(__file__).parents[4]
FLOW = ROOT / "bench" / "flow"
DEX = ROOT / "tests" / "unit" / "recognise" / "dataflow" / "dex"
ROWS = list(csv.DictReader((FLOW / "encrypted.tsv").open(), delimiter="\t"))
CALLER_ONLY = {"socket_host"}
"""Cases whose text is an endpoint only together with the call that gets it."""

EXTRACTOR = DataflowExtractor(EndpointExtractor())
REAL = samples.directory("apps")


def texts(data: bytes) -> list[str]:
    dex = DexFile(data)
    return [each.text for each in decrypted_texts((dex,), Runner((dex,))).texts]


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_an_encrypted_endpoint_is_found(row: dict[str, str]) -> None:
    data = (FLOW / row["file"]).read_bytes()
    expected = row["expected"]
    if row["id"] in CALLER_ONLY:
        assert expected.partition(":")[0] in texts(data)
        return
    found = [find for find in EXTRACTOR.extract(read_dex("classes.dex", data)[0]) if isinstance(find, Sighting)]
    assert [find.endpoint.value for find in found] == ([expected] if expected else [])
    for find in found:
        assert find.evidence.how == "dex-flow/decrypted"
        assert find.evidence.context.startswith("L")
        assert expected.encode() not in data


def test_a_text_without_an_endpoint_is_no_find() -> None:
    data = (FLOW / "encrypted" / "zkm_clinit.dex").read_bytes()
    assert texts(data) == ["GET", "https://zkm1.shop.test/v1/roster", "token"]


def test_a_limit_that_was_reached_is_a_problem() -> None:
    dex = DexFile((DEX / "limits.dex").read_bytes())
    it = Runner((dex,))
    it.machine.left = 10
    found = decrypted_texts((DexFile((FLOW / "encrypted" / "rc4_own.dex").read_bytes()),), it)
    assert found.texts == ()
    assert not found.stopped
    dex = DexFile((FLOW / "encrypted" / "rc4_own.dex").read_bytes())
    it = Runner((dex,))
    it.machine.left = 10
    assert decrypted_texts((dex,), it).stopped


@samples.needs("apps")
def test_the_secret_of_a_public_crackme_is_decrypted() -> None:
    with open_app(REAL / "UnCrackable-Level1.apk") as app:
        buffers = [buffer for artifact in app.artifacts() for buffer in artifact.buffers]
    (code,) = (buffer.data for buffer in buffers if buffer.kind is BufferKind.DEX)
    assert texts(bytes(code)) == ["I want to believe"]


MUTATED = [
    (FLOW / "encrypted" / f"{name}.dex").read_bytes() for name in ("rc4_own", "paranoid_long", "zkm_lookup", "aes_gcm")
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
    it = Runner((dex,))
    before = it.machine.left
    decrypted_texts((dex,), it)
    assert MIN_STEPS <= before <= MAX_STEPS
    assert before - it.machine.left <= before + (1 << 18)
