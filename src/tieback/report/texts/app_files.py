"""Names of the files of apps that look the same: two packages of one app and version, such as damaged copies."""

from collections import Counter
from collections.abc import Iterable
from itertools import chain

from tieback.model.report.apps import AppSummary
from tieback.model.report.document import Report
from tieback.report.texts.clean import clean

LONGEST = 100
"""Limit on the characters of a name."""
MOST_COMPARED = 2_000
"""Limit on the apps of a report that shown apps are compared with, besides each other."""


class AppFiles:
    """The files of apps that look like another app of a report, whether that one is shown or not.

    One object per rendered report: the apps to compare with are read once, and only if they are needed.
    """

    def __init__(self, report: Report) -> None:
        self._report = report
        self._compared: tuple[AppSummary, ...] | None = None

    def of(self, shown: Iterable[AppSummary]) -> dict[str, str]:
        """The files of the shown apps that look like another one, by SHA-256 of the package."""
        listed = {one.app.sha256: one for one in shown}
        if not listed or len(listed) >= self._report.apps.count:
            return file_names(listed.values())
        if self._compared is None:
            self._compared = self._report.apps.first(MOST_COMPARED)
        return file_names(chain(self._compared, listed.values()))


def name_with_file(name: str, file: str) -> str:
    """The name of an app, with its file if another app looks the same."""
    return f"{name} ({file})" if file else name


def file_names(apps: Iterable[AppSummary]) -> dict[str, str]:
    """The file of each app that has the name, version and platform of another one, by SHA-256 of the package.

    Where two files have one name, it is their whole path.
    """
    every = {one.app.sha256: one for one in apps}
    same = Counter(_look(one) for one in every.values())
    twins = [one for one in every.values() if same[_look(one)] > 1]
    names = Counter((_look(one), _last(one.path)) for one in twins)
    return {
        one.app.sha256: clean(_last(one.path) if names[_look(one), _last(one.path)] == 1 else one.path, LONGEST)
        for one in twins
    }


def _look(one: AppSummary) -> tuple[str, str, str]:
    return one.app.label, one.app.version_name, one.app.platform.value


def _last(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2] or path
