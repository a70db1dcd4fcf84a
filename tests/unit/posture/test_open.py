"""Every source is told by its content; every reader takes damaged and arbitrary files without an accident."""

import copy
import json
import random
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.unit.posture.conftest import Read
from tests.unit.posture.exports import EXPORTS
from tieback.model.errors import InputError
from tieback.posture.open import open_export, readers
from tieback.posture.source import PostureSource

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
_KEYS = sorted({key for _, text in EXPORTS.values() for key in re.findall(r'"(\w+)"\s*:', text)})


def one_line(error: InputError) -> None:
    """Whatever is wrong with a file is said in one line."""
    assert "\n" not in str(error)


@pytest.mark.parametrize("name", EXPORTS)
def test_each_source_is_detected_from_its_content(name: str, read: Read) -> None:
    wanted, text = EXPORTS[name]
    facts, source = read(text)
    assert facts
    assert {fact.source for fact in facts} == {wanted}
    assert not source.incomplete


@pytest.mark.parametrize("name", EXPORTS)
def test_a_name_and_gzip_do_not_matter(name: str, tmp_path: Path) -> None:
    import gzip

    path = tmp_path / "anything.bin"
    path.write_bytes(gzip.compress(EXPORTS[name][1].encode()))
    reader, source = open_export(path)
    assert list(reader.facts(source))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("\n \n", "empty"),
        ("hello", "unknown export format"),
        ('{"a": 1}', "unknown export format"),
        ("An error occurred (AccessDenied) when calling the DescribeDBInstances operation: no", "AccessDenied"),
        ("An error occurred (ExpiredToken) when calling the ListBuckets operation: late", "ExpiredToken"),
    ],
)
def test_file_that_is_not_an_export_is_one_error_line(text: str, said: str, read: Read) -> None:
    with pytest.raises(InputError) as error:
        read(text)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
@pytest.mark.parametrize("name", ["terraform-plan", "prowler-2-csv", "aws-cli"])
def test_an_export_in_utf_16_of_powershell_is_read(name: str, encoding: str, read: Read) -> None:
    text = EXPORTS[name][1]
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    assert read(mark + text.encode(encoding))[0] == read(text)[0]


def test_a_missing_file_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        open_export(tmp_path / "gone.json")


@pytest.mark.parametrize("name", EXPORTS)
def test_a_cut_export_keeps_what_came_before(name: str, read: Read) -> None:
    text = EXPORTS[name][1]
    whole = len(read(text)[0])
    for part in range(1, 12):
        try:
            facts, _ = read(text[: len(text) * part // 12])
        except InputError as error:
            one_line(error)
        else:
            assert len(facts) <= whole


@settings(max_examples=examples(60), deadline=None)
@given(seed=st.integers(), rounds=st.integers(1, 6), name=st.sampled_from(sorted(EXPORTS)), junk=_JSON)
def test_damaged_exports_are_read_or_refused(tmp_path: Path, seed: int, rounds: int, name: str, junk: Any) -> None:
    chance = random.Random(seed)
    text = EXPORTS[name][1]
    try:
        value = json.loads(text)
    except ValueError:
        at = chance.randrange(len(text))
        damaged = text[:at] + chance.choice(["{", "]", '"', "\x00", ";", "é"]) + text[at + chance.randrange(3) :]
    else:
        for _ in range(rounds):
            _hurt(value, chance, junk)
        damaged = json.dumps(value)
    path = tmp_path / "damaged"
    path.write_text(damaged, encoding="utf-8", errors="replace")
    try:
        reader, source = open_export(path)
        list(reader.facts(source))
    except InputError as error:
        one_line(error)


@settings(max_examples=examples(150), deadline=None)
@given(
    value=st.lists(st.dictionaries(st.sampled_from(_KEYS), _JSON, max_size=6), max_size=3)
    | st.dictionaries(
        st.sampled_from(_KEYS),
        st.lists(st.dictionaries(st.sampled_from(_KEYS), _JSON, max_size=6), max_size=3),
        max_size=3,
    ),
    number=st.integers(0, len(readers()) - 1),
)
def test_arbitrary_json_never_raises(tmp_path: Path, value: Any, number: int) -> None:
    path = tmp_path / "arbitrary"
    path.write_text(json.dumps(value))
    reader = readers()[number]
    source = PostureSource(path)
    try:
        list(reader.facts(source))
    except InputError as error:
        one_line(error)


@given(st.binary(max_size=400))
def test_recognising_any_head_never_raises(head: bytes) -> None:
    for reader in readers():
        reader.recognises(head)


def test_each_reader_names_its_format() -> None:
    for reader in readers():
        assert reader.meta.reference.startswith("https://")
        assert reader.meta.title


def _hurt(value: Any, chance: random.Random, junk: Any) -> None:
    """Replace something somewhere in a document."""
    while isinstance(value, dict | list) and value:
        key: Any = chance.choice(list(value)) if isinstance(value, dict) else chance.randrange(len(value))
        inner = value[key]
        if not isinstance(inner, dict | list) or not inner or chance.random() < 0.25:
            junk = copy.deepcopy(junk)
            value[key] = chance.choice([junk, None, [junk], {"a": junk}, str(junk), -1, "\ud800", 1 << 70])
            return
        value = inner
