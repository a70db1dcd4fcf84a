"""View of the owner's cloud accounts on the page: figures, one chart, and the join."""

import msgspec

from tieback.model.report.document import Report
from tieback.report.formats.html.charts import Chart, posture_chart
from tieback.report.posture import JoinTable, NumberTable, join_tables, number_tables, summary_lines

MOST_JOINED = 200
"""Limit on the rows of one part of the join."""


class AccountsView(msgspec.Struct, frozen=True):
    """Data for the template."""

    lines: tuple[tuple[str, str], ...]
    chart: Chart | None
    tables: tuple[NumberTable, ...]
    joined: tuple[JoinTable, ...]
    figure_2017: int
    method: str


def accounts_view(report: Report) -> AccountsView | None:
    """Return the section; ``None`` if the report has no posture."""
    posture = report.posture
    if posture is None:
        return None
    return AccountsView(
        tuple(summary_lines(posture)),
        posture_chart(posture),
        tuple(number_tables(posture.numbers)),
        tuple(join_tables(posture, MOST_JOINED)),
        posture.figure_2017,
        posture.method,
    )
