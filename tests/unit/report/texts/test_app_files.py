"""Two packages of one app and version are distinguished by their files."""

import io
from collections.abc import Callable

from msgspec.structs import replace

from tests.each import each
from tests.unit.report.conftest import WORKHUB
from tieback.model.report.apps import AppSummary
from tieback.model.report.document import Report
from tieback.report.formats.html.renderer import HtmlRenderer
from tieback.report.formats.markdown import MarkdownRenderer
from tieback.report.formats.terminal.renderer import TerminalRenderer
from tieback.report.interface import Renderer
from tieback.report.texts.app_files import file_names


def summary(key: str, path: str, version: str = "1.0") -> AppSummary:
    app = replace(WORKHUB, sha256=key * 64, version_name=version)
    return AppSummary(app, path, 1, (), has_api=False)


def test_only_apps_that_look_the_same_have_their_file() -> None:
    apps = [summary("a", "in/cut.apk"), summary("b", "in/bad.apk"), summary("c", "in/new.apk", "2.0")]
    assert file_names([*apps, apps[0]]) == {"a" * 64: "cut.apk", "b" * 64: "bad.apk"}
    assert file_names(apps[1:]) == {}


def test_files_of_one_name_have_their_whole_path() -> None:
    assert file_names([summary("a", "x/app.apk"), summary("b", "y/app.apk"), summary("c", "y/b\x1b.apk")]) == {
        "a" * 64: "x/app.apk", "b" * 64: "y/app.apk", "c" * 64: "b\ufffd.apk",
    }  # fmt: skip


@each("renderer", [HtmlRenderer(), MarkdownRenderer(), TerminalRenderer()])
def test_a_finding_names_the_file_if_another_app_of_the_report_looks_the_same(
    report: Report, tabled: Callable[..., Report], renderer: Renderer
) -> None:
    finding = report.findings.first(1)[0]
    apps = (summary("a", "in/one.apk"), summary("b", "in/two.apk"), summary("c", "in/new.apk", "2.0"))
    # The finding of the first app is the only one, so no other finding shows that a second app looks the same.
    only_first = replace(finding, apps=("a" * 64,), exposures=())
    newer = replace(finding, id="fnd-newer", apps=("c" * 64,), exposures=())
    out = io.BytesIO()
    renderer.render(tabled(report, exposures=(), apps=apps, findings=(only_first, newer)), out)
    text = out.getvalue().decode()
    assert "Workhub 1.0 (one.apk)" in text
    assert "Workhub 2.0" in text
    assert "new.apk" not in text
