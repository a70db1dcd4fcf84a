"""Planted credentials: the goal, and the makers of values."""

import random
import re
from collections import Counter
from pathlib import Path

import pytest

from bench.secrets import TIMES, Score, ours
from bench.secrets_made import Item, filled_form, items, shapes, write_apps
from tieback.recognise.patterns import CredentialRules
from tieback.recognise.rules import RuleFiles

SEED = 7
"""Not the seed of the published figures."""


@pytest.fixture(scope="module")
def made() -> list[Item]:
    return items(SEED, 2)


@pytest.fixture(scope="module")
def folder(made: list[Item], tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("apps")
    write_apps(made, place)
    return place


def test_the_goal(made: list[Item], folder: Path) -> None:
    score = ours(made, folder)
    assert score.false_severe == ()
    assert score.precision >= 0.97, score.false_values
    assert score.recall >= 0.95, score.missed


def test_the_table_is_large_enough_and_has_no_values() -> None:
    every = shapes()
    assert len({shape.name for shape in every}) == len(every)
    assert sum(shape.role == "secret" for shape in every) * TIMES >= 500
    assert sum(shape.role == "public" for shape in every) * TIMES >= 200
    rules: CredentialRules = RuleFiles().credentials
    lines = [f"{shape.key} {shape.form}" for shape in every if shape.role == "secret"]
    issued = [rule for rule in rules.rules if rule.issued]
    assert [line for line in lines for rule in issued if rule.compiled.search(line)] == []


def test_the_same_seed_makes_the_same_values() -> None:
    assert items(SEED, 1) == items(SEED, 1)
    assert items(SEED, 1) != items(SEED + 1, 1)


@pytest.mark.parametrize(
    ("form", "text", "value"),
    [
        ("ghp_<A:36>", r"ghp_[A-Za-z0-9]{36}", r"ghp_[A-Za-z0-9]{36}"),
        ("a:<<<h:8>>>@b", r"a:[0-9a-f]{8}@b", r"[0-9a-f]{8}"),
        ("/<<T<U:8>/<A:4>>>", r"/T[A-Z0-9]{8}/[A-Za-z0-9]{4}", r"T[A-Z0-9]{8}/[A-Za-z0-9]{4}"),
    ],
)
def test_a_form_is_filled(form: str, text: str, value: str) -> None:

    whole, part = filled_form(form, random.Random(1))
    assert re.fullmatch(text, whole)
    assert re.fullmatch(value, part)
    assert part in whole


def test_a_score_without_reports_is_precise() -> None:

    assert Score(2, 0, 0, 0, Counter(), ()).precision == 1.0
