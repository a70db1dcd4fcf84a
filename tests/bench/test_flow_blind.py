"""The blind sets of whole apps: their truths, the rules of scoring, and the archive with their packages."""

import lzma
import tarfile
import zipfile
from pathlib import Path

import pytest

from bench.flow_blind import ARCHIVE, LATER, LATER_SETS, SETS, BlindCase, found_in, outcome, package, plain, read_blind
from bench.flow_blind_build import sources
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch


def case(*wholes: str, host: str = "api.shop.test") -> BlindCase:
    return BlindCase("first", "a", "g", "java d8", wholes, host, ("docs.shop.test",), wrong=False)


def test_every_case_has_its_sources() -> None:
    cases = read_blind()
    assert {(one.part, one.name) for one in cases} == set(sources())
    assert [sum(one.part == part for one in cases) for part in SETS] == [112, 80, 64, 60, 60, 60, 60, 60, 60]
    assert sum(one.wrong for one in cases) == 9
    assert all(one.wholes and one.host and all(one.decoys) for one in cases)


@pytest.mark.parametrize(
    ("address", "compared"),
    [
        ("https://api.shop.test/list?page=1", "https://api.shop.test/list"),
        ("https://api.shop.test:443/", "https://api.shop.test"),
        ("http://api.shop.test:443", "http://api.shop.test:443"),
        ("jdbc:mysql://db.shop.test:3306/x", "mysql://db.shop.test:3306/x"),
        ("jdbc:jtds:sqlserver://db.shop.test:1433/x", "sqlserver://db.shop.test:1433/x"),
    ],
)
def test_addresses_are_compared_without_queries(address: str, compared: str) -> None:
    assert plain(address) == compared


@pytest.mark.parametrize(
    ("wholes", "values", "result"),
    [
        (("https://api.shop.test/v1",), ["https://api.shop.test/v1/"], "whole"),
        (("https://api.shop.test/v1",), ["https://api.shop.test"], "half"),
        (("https://api.shop.test/v1",), ["https://other.test/v1"], "nothing"),
        (("https://api.shop.test/a", "https://api.shop.test/b"), ["https://api.shop.test/a"], "half"),
        (("tcp://api.shop.test:1883",), ["api.shop.test:1883"], "whole"),
        (("https://api.shop.test:1883",), ["api.shop.test:1883"], "half"),
        (("api.shop.test:50051",), ["https://api.shop.test:50051"], "whole"),
    ],
)
def test_an_address_is_whole_half_or_not_found(wholes: tuple[str, ...], values: list[str], result: str) -> None:
    assert outcome(case(*wholes), values) == result


@pytest.mark.parametrize(
    ("value", "result"),
    [("azure-blob:shopscans", "whole"), ("azure-blob:others", "nothing"), ("https://shopscans.other.test", "nothing")],
)
def test_a_store_counts_by_its_name(value: str, result: str) -> None:
    one = case("https://shopscans.blob.core.windows.net", host="shopscans.blob.core.windows.net")
    assert outcome(one, [value]) == result


def test_the_archive_has_every_app_and_an_app_of_it_is_read(tmp_path: Path) -> None:
    with lzma.open(LATER) as packed, tarfile.open(fileobj=packed) as archive:
        folders = {tuple(name.split("/")[:2]) for name in archive.getnames()}
    assert {part for part, _ in folders} == set(LATER_SETS)
    with lzma.open(ARCHIVE) as packed, tarfile.open(fileobj=packed) as archive:
        folders |= {tuple(name.split("/")[:2]) for name in archive.getnames()}
        cases = read_blind()
        assert folders == {(one.part, one.name) for one in cases} | {
            ("libraries", f"{one}.dex") for one in ("kotlin", "okhttp")
        }
        chosen = next(one for one in cases if one.name == "visit-php-task")
        wanted = [one for one in archive.getmembers() if one.name.startswith((f"second/{chosen.name}/", "libraries/"))]
        archive.extractall(tmp_path, wanted, filter="data")
    path = tmp_path / "case.apk"
    package(chosen, tmp_path, path)
    with zipfile.ZipFile(path) as opened:
        assert {"AndroidManifest.xml", "classes.dex", "resources.arsc"} <= set(opened.namelist())
    rules = RuleFiles()
    assert outcome(chosen, [one.endpoint.value for one in found_in(path, AppSearch(rules), rules)]) == "whole"


def test_the_fourth_set_has_shapes_of_its_own() -> None:
    cases = [one for one in read_blind() if one.part == "fourth"]
    others = {one.host for one in read_blind() if one.part != "fourth"}
    assert not {one.host for one in cases} & others
    assert sum(one.tool.startswith(("java", "kt")) for one in cases) == 34
    assert sum(one.tool.startswith(("native", "smali")) for one in cases) == 6
    assert sum(one.tool.startswith("js") for one in cases) == 20


@pytest.mark.parametrize("part", ["fifth", "sixth", "seventh", "eighth", "ninth"])
def test_a_set_has_hosts_names_and_proofs_of_its_own(part: str) -> None:
    cases = [one for one in read_blind() if one.part == part]
    others = [one for one in read_blind() if one.part != part]
    shown = {host for one in others for host in one.decoys}
    assert not {one.host for one in cases} & {one.host for one in others}
    assert not {host for one in cases for host in one.decoys} & shown
    assert not {one.name for one in cases} & {one.name for one in others}
    assert sum(one.tool.startswith(("java", "kt")) for one in cases) == 36
    assert sum(one.tool.startswith("native") for one in cases) == 4
    assert sum(one.tool.startswith("js") for one in cases) == 20
    rows = (SETS[part] / "cases.tsv").read_text("utf-8").splitlines()
    assert all("contacts the whole" in row or "requests the whole" in row for row in rows if not row.startswith("#"))


def test_the_package_of_a_case_in_smali_has_its_code(tmp_path: Path) -> None:
    with lzma.open(ARCHIVE) as packed, tarfile.open(fileobj=packed) as archive:
        wanted = [one for one in archive.getmembers() if one.name.startswith("fourth/smali-states/")]
        archive.extractall(tmp_path, wanted, filter="data")
    code = (tmp_path / "fourth/smali-states/classes2.dex").read_bytes()
    assert code.startswith(b"dex\n")
    assert b"Lapp/field/smali_states/MainActivity;" in code
