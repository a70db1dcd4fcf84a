"""Rows of apps in the ledger that describe one app, and how queries count them as one.

An inventory may name an app once with and once without its publisher, or its platform in one export only. Two rows are
one app if exactly one other row has the missing fact: a row without a publisher, if one publisher has an app of that
name on that platform; a row without a platform, if one platform has that bundle identifier.
"""

from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy import RowMapping
from sqlalchemy.sql.selectable import CTE

from tieback.model.device import DevicePlatform


def same_apps(rows: Iterable[RowMapping]) -> dict[int, int]:
    """The row that stands for each row of another one, by ID; rows of their own are not included."""
    named: dict[tuple[str, str], set[int]] = {}
    placed: dict[str, set[int]] = {}
    without_publisher: list[tuple[int, tuple[str, str]]] = []
    without_platform: list[tuple[int, str]] = []
    for row in rows:
        number, bundle, platform = row["id"], row["bundle_id"].casefold(), row["platform"]
        if bundle:
            if platform == DevicePlatform.UNKNOWN:
                without_platform.append((number, bundle))
            else:
                placed.setdefault(bundle, set()).add(number)
        elif row["name"] and not row["store_id"]:
            key = (platform, row["name"].casefold())
            if row["publisher"]:
                named.setdefault(key, set()).add(number)
            else:
                without_publisher.append((number, key))
    found = {number: next(iter(whole)) for number, key in without_publisher if len(whole := named.get(key, set())) == 1}
    found |= {
        number: next(iter(whole)) for number, bundle in without_platform if len(whole := placed.get(bundle, set())) == 1
    }
    return found


def same_table(same: Mapping[int, int]) -> CTE | None:
    """The pairs as a table of a query, with the columns ``app`` and ``kept``; ``None`` if there are none."""
    if not same:
        return None
    columns = (sa.column("app", sa.Integer), sa.column("kept", sa.Integer))
    return sa.values(*columns, name="same", literal_binds=True).data(sorted(same.items())).cte("same")


def kept_app(table: sa.FromClause, same: CTE | None) -> tuple[sa.ColumnElement[int], sa.FromClause]:
    """The app that a row of ``table`` counts for, and the table to select it from."""
    if same is None:
        return table.c.app, table
    return sa.func.coalesce(same.c.kept, table.c.app), table.outerjoin(same, same.c.app == table.c.app)
