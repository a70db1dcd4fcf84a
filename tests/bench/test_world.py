"""The made-up world is the same each time, and what the pipeline says of it is what numpy counts."""

import json
from pathlib import Path
from xml.etree.ElementTree import fromstring

import numpy as np
import pytest

from bench import world, world_chart, world_made, world_truth

APPS = 1_000


@pytest.mark.more
def test_every_figure_of_the_report_is_the_truth(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert world.main(["--apps", str(APPS), "--results", str(tmp_path / "results.json")]) == 0
    (done,) = json.loads((tmp_path / "results.json").read_text())
    assert done["wrong"] == {}
    assert done["figures"] == len(done["truth"]) == 25
    assert done["truth"]["apps affected"] > 100
    assert "25 of 25" in capsys.readouterr().out


def test_a_figure_that_differs_is_named_and_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stage = {"wall": 1.0, "cpu": 1.0, "peak": 1.0, "steps": {"map": 1.0}}
    done = {
        "apps": APPS,
        "stages": {"scan": stage, "headline": stage},
        "disk": {"lake": 1, "ledger": 1},
        "figures": 2,
        "wrong": {"apps affected": (130, 131)},
        "truth": {},
    }
    monkeypatch.setattr(world, "measured", lambda *_: done)
    assert world.main(["--apps", str(APPS)]) == 1
    said = capsys.readouterr()
    assert "1 of 2" in said.out
    assert said.err == "1,000 apps: apps affected: the report says 130, the truth is 131\n"


def world_of(apps: int, cpu: float) -> dict[str, object]:
    return {"apps": apps, "stages": {"scan": {"cpu": cpu}, "headline": {"cpu": 0.0}}}


def test_the_exponent_leaves_out_the_start_up() -> None:
    # The figures of docs/benchmarks/scale.md.
    small, larger, largest = world_of(1_000, 3.6), world_of(10_000, 5.0), world_of(1_000_000, 205.0)
    start = world.start_up(small, larger)
    assert start == pytest.approx(3.4, abs=0.05)
    assert world.exponent(larger, largest) == pytest.approx(0.81, abs=0.005)
    assert world.exponent(larger, largest, start) == pytest.approx(1.06, abs=0.005)


def test_the_world_is_that_of_its_seed() -> None:
    first, again, other = world_made.made(APPS), world_made.made(APPS), world_made.made(APPS, seed=1)
    assert json.dumps(world_truth.truth(first)) == json.dumps(world_truth.truth(again))
    assert json.dumps(world_truth.truth(first)) != json.dumps(world_truth.truth(other))


@pytest.mark.parametrize("chunk", [(0, 1_000), (0, 400), (400, 1_000)])
def test_each_app_names_each_endpoint_once(chunk: tuple[int, int]) -> None:
    made = world_made.made(APPS)
    found = world_made.sightings(made, *chunk)
    pairs = np.stack([found.app, found.endpoint], axis=1)
    assert len(np.unique(pairs, axis=0)) == len(pairs) == (chunk[1] - chunk[0]) * world_made.SIGHTINGS_AN_APP
    assert (int(found.app.min()), int(found.app.max())) == (chunk[0], chunk[1] - 1)


def test_sizes_are_those_of_the_study() -> None:
    size = world_made.sizes(1_000_000)
    assert (size.sdk + size.own, size.exposed, size.installs) == (500_000, 20_000, 3_000_000)
    made = world_made.made(100_000)
    shown = made.bytes[: made.size.exposed].sum(axis=1)
    assert shown.sum() == pytest.approx(world_made.BYTES / 10, rel=0.01)
    # A tenth of the stores holds most of the bytes.
    assert np.sort(shown)[-len(shown) // 10 :].sum() > shown.sum() / 2


def test_chart_contains_its_figures_as_text() -> None:
    def stage(cpu: float, peak: float) -> dict[str, float]:
        return {"wall": 1.0, "cpu": cpu, "peak": peak}

    results = [
        {
            "apps": apps,
            "stages": {"scan": stage(apps / 1e4, apps / 1e3), "headline": stage(1, 200), "html": stage(1, 9)},
        }
        for apps in (1_000, 10_000, 1_000_000)
    ]
    drawn = world_chart.chart(results)
    root = fromstring(drawn)
    assert "101 at 1,000,000 apps" in drawn
    texts = [node.text for node in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"101", "1,000", "200", "bar: 2,048", "linear"} <= set(texts)
    places = [float(node.get("cx") or 0) for node in root.iter("{http://www.w3.org/2000/svg}circle")]
    assert places[:3] == sorted(places[:3])
    assert max(places) <= world_chart.WIDTH
