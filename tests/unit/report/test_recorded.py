"""What reports say about the recorded servers."""

import io
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from bench import recordings
from tieback.model.report.document import Report
from tieback.report import recorded
from tieback.report.formats.markdown import MarkdownRenderer
from tieback.report.formats.terminal.renderer import TerminalRenderer
from tieback.report.recorded import RecordedServers, recorded_servers, recorded_text
from tieback.report.texts import about
from tieback.report.texts.about import about_lines


def test_the_figures_are_those_of_the_recordings() -> None:
    assert RecordedServers(**recordings.by_server()) == recorded_servers(), "run tools/write-verified"


@pytest.mark.parametrize(
    ("figures", "text"),
    [
        ((137, 129, 0, 0), "checked with 137 recorded servers: 129 right, none falsely open or closed"),
        ((1200, 1100, 2, 0), "checked with 1,200 recorded servers: 1,100 right, 2 falsely called open"),
        ((9, 5, 1, 3), "checked with 9 recorded servers: 5 right, 1 falsely called open, 3 falsely called closed"),
    ],
)
def test_wrong_verdicts_are_not_left_out(
    figures: tuple[int, int, int, int], text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorded, "recorded_servers", lambda: RecordedServers(*figures))
    assert recorded_text() == text


@pytest.mark.parametrize("renderer", [TerminalRenderer(), MarkdownRenderer()], ids=lambda one: one.meta.name)
def test_a_report_explains_the_word_experimental_with_the_figures(
    renderer: TerminalRenderer | MarkdownRenderer, report: Report, tabled: Callable[..., Report]
) -> None:
    report = tabled(report, exposures=[replace(store, experimental=True) for store in report.exposures()])
    assert dict(about_lines(report))["Probes"].startswith(recorded_text())
    out = io.BytesIO()
    renderer.render(report, out)
    text = " ".join(out.getvalue().decode().split())
    assert recorded_text() in text
    assert "experimental: no recorded conversation" in text


@pytest.mark.parametrize("renderer", [TerminalRenderer(), MarkdownRenderer()], ids=lambda one: one.meta.name)
def test_a_word_that_marks_nothing_is_not_explained(
    renderer: TerminalRenderer | MarkdownRenderer, report: Report
) -> None:
    out = io.BytesIO()
    renderer.render(report, out)
    assert "experimental" not in out.getvalue().decode()
    assert dict(about_lines(report))["Probes"] == recorded_text()


def test_of_very_many_stores_the_word_is_explained_in_any_case(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(about, "MOST_SEARCHED", 3)
    assert "experimental" in dict(about_lines(report))["Probes"]
