"""The benchmark of recipients: its labels are whole, its parts do not share sources, and its bars hold."""

from pathlib import Path
from types import ModuleType

import pytest

from bench import recipients, recipients_documented, recipients_made, recipients_second
from tests import samples
from tieback.leaks.identifiers import APP_LIST, CONTACT_LIST
from tieback.pii.taxonomy import load_taxonomy

CLASSES = {*load_taxonomy(), CONTACT_LIST, APP_LIST}


def test_there_are_enough_archives_and_each_label_is_a_class(tmp_path: Path) -> None:
    made = list(recipients.made_sources(recipients_made.write_archives(tmp_path)))
    assert len(made) >= 60
    assert {one.pii_class for source in made for one in source.labels} <= CLASSES
    assert any(recipients.is_held_out(one.name) for one in made)
    assert sum(not source.labels for source in made) >= 10


def test_the_bars_hold_for_the_archives(tmp_path: Path) -> None:
    score, lines = recipients.errors(recipients.made_sources(recipients_made.write_archives(tmp_path)))
    assert score.precision >= recipients.PRECISION, lines
    assert score.recall >= recipients.RECALL, lines


@pytest.mark.parametrize(("shapes", "least"), [(recipients_documented, 100), (recipients_second, 45)])
def test_the_bars_hold_for_documented_shapes(tmp_path: Path, shapes: ModuleType, least: int) -> None:
    sources = list(recipients.made_sources(shapes.write_archives(tmp_path)))
    assert len({one.name for one in sources}) == len(sources) >= least
    assert {one.pii_class for source in sources for one in source.labels} <= CLASSES
    score, lines = recipients.errors(sources)
    assert score.precision >= recipients.PRECISION, lines
    assert score.recall >= recipients.RECALL, lines


@samples.needs("captures")
def test_each_labelled_capture_is_here_and_each_label_is_a_class() -> None:
    real = list(recipients.real_sources())
    assert len(real) >= 60
    assert {one.pii_class for source in real for one in source.labels} <= CLASSES


@samples.needs("captures")
@pytest.mark.more
def test_the_bars_hold_for_the_smaller_part() -> None:
    scores = {name: score for name, score, _ in recipients.scores()}
    assert scores["smaller part"].precision >= recipients.PRECISION
    assert scores["smaller part"].recall >= recipients.RECALL
