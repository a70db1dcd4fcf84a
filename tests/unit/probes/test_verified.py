"""Verdicts that no recorded conversation confirms are marked as experimental, in every report."""

import importlib.machinery
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from bench import recordings
from tests.each import each
from tieback.model.probe import Access
from tieback.probes import PROBES
from tieback.probes.verified import is_experimental, verified_versions

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("write_verified", str(ROOT / "tools" / "write-verified"))
    spec = importlib.util.spec_from_loader("write_verified", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_the_list_and_the_page_are_those_of_the_recordings(tool: ModuleType) -> None:
    found = tool.rows()
    assert tool.DATA.read_text() == tool.data(found), "run tools/write-verified"
    assert tool.FIGURES.read_text() == tool.figures(), "run tools/write-verified"
    assert tool.section(found) in tool.PAGE.read_text(), "run tools/write-verified"


def test_each_verified_product_is_one_of_its_probe() -> None:
    products = {probe.meta.name: set(probe.meta.products) for probe in PROBES}
    assert all({one.product for one in found} <= products[probe] for probe, found in verified_versions().items())
    assert {probe.meta.name: probe.meta.verified for probe in PROBES if probe.meta.verified} == verified_versions()


@each(
    ("probe", "product", "access", "experimental"),
    [
        ("redis", "redis", Access.OPEN, False),
        ("redis", "redis", Access.AUTH_REQUIRED, False),
        ("redis", "dragonfly", Access.OPEN, True),
        ("cassandra", "cassandra", Access.AUTH_REQUIRED, False),
        ("cassandra", "scylladb", Access.OPEN, True),
        ("oracle", "oracle", Access.UNKNOWN, True),
    ],
)
def test_a_verdict_without_a_recorded_conversation_is_experimental(
    probe: str, product: str, access: Access, experimental: bool
) -> None:
    assert is_experimental(probe, product, access) is experimental


def test_reports_of_right_conversations_are_not_experimental() -> None:
    right = [one for one in recordings.replay_all() if one.truth.has_probe and one.report.product and not one.wrong]
    assert len(right) > 100
    assert [one.name for one in right if one.report.experimental] == []


def test_reports_of_unverified_products_are_experimental() -> None:
    reports = [one.report for one in recordings.replay_all() if one.report.product]
    assert len(reports) > 200
    assert all(one.experimental is is_experimental(one.probe, one.product, one.access) for one in reports)
