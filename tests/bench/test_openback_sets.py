"""The sets of openback: equal for one seed, others for another one, with their inputs, and no label shown to tools."""

import hashlib
import json
import random
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest

from bench import noise, registry
from bench.openback.make import LABELS, SecondLabels, cases_below, make_sets, merged, second_labels
from bench.openback.run import blinded
from bench.openback.schema import SCHEMA_FILE, Case, Claim, Split, Topic
from bench.openback.sets import brought
from bench.openback.sets.apk import renamed
from bench.openback.sets.apps import endpoint_claims
from bench.openback.sets.conversations import claims as conversation_claims
from bench.openback.sets.interface import split_of
from bench.openback.sets.pii import labelled
from bench.openback.sets.rules import access_claims
from bench.openback.sets.rules_made import made_rules
from bench.openback.sets.scripts_made import script
from bench.openback.sets.stores import changed
from bench.recordings import Truth
from tests.examples import few
from tieback.lab.stores import STORES

SEEDED = (Topic.STORE, Topic.APP, Topic.CAPTURE, Topic.RULES, Topic.CREDENTIAL)
FIXED = (Topic.FIELD_NAME, Topic.HOST)


def without_material(patch: pytest.MonkeyPatch) -> None:
    """Nothing of what some sets are made from is here."""
    patch.setenv("TIEBACK_SAMPLES", "/nonexistent")
    for name in ("TIEBACK_FRESH", "TIEBACK_BENCH_NOISE"):
        patch.delenv(name, raising=False)
    patch.setattr(registry, "CACHE", Path("/nonexistent"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two times the same seed, and another one; without samples that are not in the repository."""
    folders = {}
    with pytest.MonkeyPatch.context() as patch:
        without_material(patch)
        for name, seed in (("one", 1), ("again", 1), ("two", 2)):
            folders[name] = tmp_path_factory.mktemp(name)
            make_sets(seed, folders[name], (*SEEDED, *FIXED), lambda _: None)
    return folders


def digests(folder: Path, topic: Topic) -> dict[str, str]:
    place = folder / "cases" / topic
    return {
        str(path.relative_to(place)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(place.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("topic", few([*SEEDED, *FIXED], 3))
def test_a_seed_makes_the_same_files(made: dict[str, Path], topic: Topic) -> None:
    assert digests(made["one"], topic) == digests(made["again"], topic) != {}


@pytest.mark.parametrize("topic", SEEDED)
def test_another_seed_makes_other_inputs(made: dict[str, Path], topic: Topic) -> None:
    one, two = digests(made["one"], topic), digests(made["two"], topic)
    assert [name for name in one if one[name] != two.get(name)]


def test_ids_are_unique_and_inputs_are_there(made: dict[str, Path]) -> None:
    folder = made["one"] / "cases"
    every = [(name, case) for name, cases in cases_below(folder).items() for case in cases]
    assert len({case.id for _, case in every}) == len(every) > 5000
    for name, case in every:
        if case.topic in SEEDED and case.topic is not Topic.STORE:
            assert (folder / name.partition("/")[0] / case.input).exists(), case.id


def test_a_group_is_in_one_part(made: dict[str, Path]) -> None:
    parts: dict[str, set[Split]] = {}
    for cases in cases_below(made["one"] / "cases").values():
        for case in cases:
            parts.setdefault(case.group, set()).add(case.split)
    assert {group for group, its in parts.items() if len(its) > 1} == set()
    assert {split for its in parts.values() for split in its} == set(Split)


OF_SAMPLES = ("name-public-", "value-public-", "capture-real-", "capture-fresh-", "app-noise-")
"""Cases of sets that are only made where the samples, checkouts or packages are."""


def test_every_second_label_belongs_to_a_case(made: dict[str, Path]) -> None:
    known = {case.id: case for cases in cases_below(made["one"] / "cases").values() for case in cases}
    labels = [one for path in LABELS.glob("*.jsonl") for one in second_labels(Topic(path.stem)).values()]
    assert len([one for one in labels if one.names == ("class",)]) >= 100
    assert len([one for one in labels if one.names == ("provider",)]) >= 100
    absent = {one.case for one in labels} - set(known)
    assert all(one.startswith(OF_SAMPLES) for one in absent)
    assert all(known[one.case].labellers == ("a", "b") for one in labels if one.case in known)


def test_the_fields_of_made_files_are_those_of_the_schema(made: dict[str, Path]) -> None:
    import jsonschema

    checks = jsonschema.Draft202012Validator(json.loads(SCHEMA_FILE.read_bytes()))
    files = sorted((made["one"] / "cases").glob("*/*.jsonl"))
    wrong = [path for path in files if not checks.is_valid(json.loads(path.read_bytes().partition(b"\n")[0]))]
    assert (wrong, len(files)) == ([], 29)


def test_a_tool_sees_no_label() -> None:
    claim = Claim("host", "a.test")
    whole = Case(
        "c", Topic.APP, Split.TUNE, "s", "g", "i", (claim,), ("a",), ("p",), (claim,), (claim,), ("host",), "n"
    )
    assert blinded(whole) == Case("c", Topic.APP, Split.TUNE, "", "g", "i", (), (), ("p",))


@pytest.mark.parametrize(
    ("endpoint", "expected", "allowed"),
    [
        ("", set(), set()),
        (
            "https://a.test:8443/v1/x",
            {("endpoint", "https://a.test:8443/v1/x"), ("host", "a.test")},
            {"a.test", "a.test:8443", "https://a.test:8443", "https://a.test:8443/v1"},
        ),
        ("a.test:8883", {("endpoint", "a.test:8883"), ("host", "a.test")}, {"a.test"}),
        ("s3:bucket", {("resource", "s3:bucket")}, {"bucket.s3.amazonaws.com", "https://bucket.s3.amazonaws.com"}),
    ],
)
def test_claims_of_endpoints(endpoint: str, expected: set[tuple[str, str]], allowed: set[str]) -> None:
    found = endpoint_claims(endpoint)
    assert {(one.name, one.value) for one in found[0]} == expected
    assert {one.value for one in found[1]} == allowed


@pytest.mark.parametrize(
    ("labels", "expected", "allowed"),
    [
        (["none"], (), ()),
        (["email"], (Claim("class", "email"),), ()),
        (["email", "phone"], (Claim("class", ["email", "phone"]),), ()),
        (["none", "travel"], (), (Claim("class", "travel"),)),
    ],
)
def test_claims_of_several_labels(labels: list[str], expected: tuple[Claim, ...], allowed: tuple[Claim, ...]) -> None:
    assert labelled(labels) == (expected, allowed)


@pytest.mark.parametrize(
    ("anonymous", "user", "known"),
    [
        (
            "r-",
            "rw",
            {"anonymous_read": True, "anonymous_write": False, "user_read": True, "user_write": True, "open": True},
        ),
        ("--", "r?-", {"anonymous_read": False, "anonymous_write": False, "user_write": False, "open": False}),
        ("r?-", "r-", {"anonymous_write": False, "user_read": True, "user_write": False}),
        ("!", "!", dict.fromkeys(("anonymous_read", "anonymous_write", "user_read", "user_write", "open"), False)),
    ],
)
def test_claims_of_rules(anonymous: str, user: str, known: dict[str, bool]) -> None:
    expected, allowed = access_claims("/p", anonymous, user)
    assert {one.name: one.value for one in expected} == known
    assert {one.name for one in allowed}.isdisjoint(known)


def test_labels_of_made_rules_have_all_answers() -> None:
    every = list(made_rules(1, 300))
    for kind in ("firestore", "rtdb", "sql", "s3", "pg-hba", "redis"):
        its = [access for name, *_, access, _ in every if name == kind]
        assert len(set(its)) > 1, kind


TRUTH = Truth("redis-7.2.4-open-1", "redis", "7.2.4", "open", "500", "", "open", "")


def test_claims_of_a_recorded_server() -> None:
    expected, _ = conversation_claims(TRUTH, ())
    found = {one.name: one.value for one in expected}
    assert found == {"access": ["open", "any_user"], "product": ["redis", "valkey"], "version": "7.2.4", "records": 500}


def test_a_closed_server_need_not_show_its_version() -> None:
    closed = msgspec.structs.replace(TRUTH, access="closed", records="")
    expected, allowed = conversation_claims(closed, ())
    assert [(one.name, one.value) for one in expected] == [("access", "closed"), ("product", ["redis", "valkey"])]
    assert Claim("version", "7.2.4") in allowed


def test_texts_of_another_length_are_refused() -> None:
    with pytest.raises(ValueError, match="same length"):
        renamed(b"", b"a", b"bb")


def test_three_of_ten_groups_are_held_out() -> None:
    held = sum(split_of(f"group {number}") is Split.HELD_OUT for number in range(1000))
    assert 250 < held < 350


BASE = Case("c", Topic.FIELD_NAME, Split.TUNE, "", "g", "", (Claim("class", ["email", "phone"]),), ("a",))


@pytest.mark.parametrize(
    ("second", "disputed"),
    [
        ((Claim("class", "phone"),), ()),
        ((Claim("class", "birth"),), (Claim("class", "birth"),)),
        ((), (Claim("class", None),)),
    ],
)
def test_second_labels_are_merged(second: tuple[Claim, ...], disputed: tuple[Claim, ...]) -> None:
    case = merged(BASE, SecondLabels("c", "b", ("class",), second))
    assert (case.labellers, case.disputed, case.twice) == (("a", "b"), disputed, ("class",))


HOST = (Claim("recipient", "email", "a.test"), Claim("recipient", "phone", "a.test"))


@pytest.mark.parametrize(
    ("second", "disputed"),
    [
        (HOST[::-1], ()),
        (HOST[:1], HOST[:1]),
        ((*HOST, Claim("recipient", "birth", "a.test")), (*HOST, Claim("recipient", "birth", "a.test"))),
        ((*HOST, Claim("recipient", "birth", "b.test")), (Claim("recipient", "birth", "b.test"),)),
        ((), (Claim("recipient", None, "a.test"),)),
    ],
)
def test_all_claims_about_one_subject_are_compared(second: tuple[Claim, ...], disputed: tuple[Claim, ...]) -> None:
    base = msgspec.structs.replace(BASE, expected=HOST)
    assert merged(base, SecondLabels("c", "b", ("recipient",), second)).disputed == disputed


def test_each_host_of_an_app_is_compared_alone() -> None:
    hosts = tuple(Claim("host", name) for name in ("a.test", "b.test"))
    base = msgspec.structs.replace(BASE, topic=Topic.APP, expected=hosts, allowed=(Claim("host", "link.test"),))
    second = tuple(Claim("host", name) for name in ("b.test", "c.test", "link.test"))
    disputed = (Claim("host", None, "a.test"), Claim("host", "c.test", "c.test"))
    assert merged(base, SecondLabels("c", "b", ("host",), second)).disputed == disputed


def test_a_class_that_is_allowed_is_no_dispute() -> None:
    base = msgspec.structs.replace(BASE, expected=(), allowed=(Claim("class", "travel"),))
    assert merged(base, SecondLabels("c", "b", ("class",), (Claim("class", "travel"),))).disputed == ()
    assert merged(base, None) is base


def test_a_made_script_has_its_endpoints_and_is_another_one_with_every_seed() -> None:
    every = [script(random.Random(number)) for number in range(200)]
    assert len({one.text for one in every}) == 200
    assert all(urlsplit(end).hostname for one in every for end in one.endpoints)
    whole = sum(end in one.text for one in every for end in one.endpoints)
    assert whole < sum(len(one.endpoints) for one in every) / 4, "most endpoints are in pieces"


def test_the_lab_fills_a_store_by_the_labels_of_its_case(made: dict[str, Path]) -> None:
    cases = {case.input: case for case in cases_below(made["one"] / "cases")["store/lab"]}
    numbers = []
    for store in STORES:
        other = changed(store, cases)
        labels = (
            {one.subject: one.value for one in cases[store.name].expected if one.name == "records"}
            if store.is_store
            else {}
        )
        assert {"/".join(one.path): one.records for one in other.holdings if "/".join(one.path) in labels} == labels
        numbers += [one.records for one, old in zip(other.holdings, store.holdings, strict=True) if one != old]
    assert len(numbers) > 20
    assert min(numbers) > 0


def test_sets_without_their_material_have_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_material(monkeypatch)
    assert "TIEBACK_FRESH" in brought.recipients_fresh(tmp_path)
    assert "TIEBACK_FRESH" in brought.stores_fresh(1, tmp_path)
    assert "TIEBACK_BENCH_NOISE" in brought.apps_noise(tmp_path)
    lines: list[str] = []
    make_sets(1, tmp_path, [Topic.FIELD_NAME], lines.append)
    assert lines[-1] == "field_name/public: not made: the samples of tests/samples.py are not here"


def test_fresh_captures_have_the_protocols_of_their_truth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "projects"
    for name in ("arkime/tests/pcap/arkime_synthetic.pcap", "nDPI/other.pcap", "zeek/third.pcap", "elsewhere/x.pcap"):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(name)
    monkeypatch.setenv("TIEBACK_FRESH", str(place))
    cases = brought.stores_fresh(1, tmp_path)
    assert isinstance(cases, list)
    first, *others = cases
    assert {one.value for one in first.expected} == {"ldap", "mqtt", "mysql", "oracle", "postgresql"}
    assert {one.value for one in first.allowed} == {"mssql", "mysql", "postgresql"}
    assert [(one.input, one.expected) for one in others] == [
        ("fresh/nDPI__other.pcap", ()),
        ("fresh/zeek__third.pcap", ()),
    ]
    assert all((tmp_path / one.input).is_file() and one.ask == ("protocol",) for one in cases)


def test_hosts_of_a_package_are_expected_or_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hosts = {"api.a.test": "backend", "firebase-app:1:2": "backend", "www.a.test": "link", "w3.test": "noise"}
    package = noise.Package("a.apk", "held", "", "github:x/a@1: a.apk", hosts)
    (tmp_path / "a.apk").write_bytes(b"PK")
    monkeypatch.setattr(noise, "found", lambda _: iter([(package, tmp_path / "a.apk")]))
    cases = brought.apps_noise(tmp_path)
    assert isinstance(cases, list)
    (case,) = cases
    assert (case.expected, case.allowed) == ((Claim("host", "api.a.test"),), (Claim("host", "www.a.test"),))
    assert (case.split, case.group, case.ask) == (Split.HELD_OUT, "app-noise-github:x/a", ("host",))
    assert (tmp_path / case.input).read_bytes() == b"PK"
