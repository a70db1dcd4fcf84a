"""Two packages of one app and version are distinguished by their files."""

from msgspec.structs import replace

from tests.unit.report.conftest import WORKHUB
from tieback.model.report.apps import AppSummary
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
