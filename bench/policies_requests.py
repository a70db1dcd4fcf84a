"""Requests that the oracle tries for a random schema: rows that a requester inserts, changes, or writes first.

Only columns that the statements of the case mention get several values: no policy can depend on the others.
"""

import itertools
import random
import re
from collections.abc import Mapping, Sequence

from bench.policies_conditions import OTHERS, OWN
from bench.policies_made import COLUMNS, ROLES, Case

MAX_ROWS = 160
"""Most rows of one kind that are tried."""


def mentioned(case: Case) -> frozenset[str]:
    """Columns that a statement mentions outside of the definitions of columns."""
    text = re.sub(
        r"create table (\S+) \(.*?(?=, check |\)$)", r"create table \1", "\n".join(case.statements), flags=re.MULTILINE
    )
    return frozenset({*re.findall(r"[a-z_]+", text), "owner"}) & COLUMNS.keys()


def needs_writes(case: Case) -> bool:
    """True if an answer can depend on rows of the other tables."""
    other = re.compile(r"teams_members|profiles|is_member|has_role|is_admin|role_of|my_teams")
    own = re.compile(r"(create|alter) (policy \S+ on \S+\.notes|view|function public\.list_notes|materialized view)")
    return any(own.search(one) and other.search(one) for one in case.statements)


def needs_own_row(case: Case) -> bool:
    """True if a policy of ``notes`` reads ``notes``, so that a row of the requester may matter."""
    return any(re.search(r"policy \S+ on \S+\.notes .*(from|join) \S+\.notes\b", one) for one in case.statements)


def needs_metadata(case: Case) -> bool:
    """True if an answer can depend on metadata that users set, or on their second factor."""
    words = ("user_metadata", "raw_user_meta_data", "aal2")
    return any(word in one for one in case.statements for word in words)


def _rows(columns: Mapping[str, Sequence[str]], seed: int) -> list[dict[str, str]]:
    """Rows with each combination of values, at most ``MAX_ROWS``."""
    rows = [dict(zip(columns, values, strict=True)) for values in itertools.product(*columns.values())]
    if len(rows) > MAX_ROWS:
        rows = random.Random(seed).sample(rows, MAX_ROWS)
    return rows


def _values(case: Case, *, view: bool) -> dict[str, Sequence[str]]:
    """The values of each column of a new row."""
    known = mentioned(case)
    shown = [one for one in COLUMNS if not view or one in {"owner", "status"}]
    values: dict[str, Sequence[str]] = {one: COLUMNS[one] if one in known else COLUMNS[one][:1] for one in shown}
    if case.enum:
        values["status"] = [one for one in values["status"] if OWN not in one]
    return values


def inserts(case: Case, name: str, *, view: bool, signed_in: bool) -> tuple[list[list[str]], list[list[str]]]:
    """``INSERT`` statements without the requester's ID, and with it; each grouped by the columns that they name."""
    values = _values(case, view=view)
    without: dict[tuple[str, ...], list[str]] = {}
    own: dict[tuple[str, ...], list[str]] = {}
    for number, row in enumerate(_rows(values, case.seed), 1001):
        given = {"id": str(number), **{key: value for key, value in row.items() if value != "default"}}
        default = signed_in and row.get("owner") == "default" and "default auth.uid()" in case.text
        text = f"insert into {name} ({', '.join(given)}) values ({', '.join(given.values())})"
        target = own if default or any(OWN in value for value in row.values()) else without
        target.setdefault(tuple(given), []).append(text)
    return list(without.values()), list(own.values())


def updates(case: Case, name: str, *, view: bool) -> list[str]:
    """``UPDATE`` statements of all rows, and of those without a null."""
    values = {key: [one for one in each if one != "default"] for key, each in _values(case, view=view).items()}
    known = mentioned(case) & values.keys()
    changed = {key: each for key, each in values.items() if key in known} or {"status": values["status"]}
    found = [
        f"update {name} set {', '.join(f'{key} = {value}' for key, value in row.items())}"
        for row in _rows(changed, case.seed)
    ]
    single = [f"update {name} set {key} = {value}" for key, each in changed.items() for value in each]
    found += single if len(changed) > 1 else []
    # Without the rows with a null, which a check may refuse; this needs the privilege to read the rows.
    return [*found, *(f"{one} where id in (1, 2, 3)" for one in (single if view else [*single, *found[:24]]))]


def self_written(schema: str, *, signed_in: bool) -> list[list[str]]:
    """Rows that a requester writes into the other tables, or deletes there, before its request: several ways."""
    users = (OWN, OTHERS[0]) if signed_in else (OTHERS[0],)
    members = [
        f"insert into {schema}.teams_members values ('{user}', {team}, '{role}')"
        for user, team, role in itertools.product(users, (1, 2), ROLES)
    ]

    def profiles(role: str) -> list[str]:
        return [f"insert into {schema}.profiles values ('{user}', '{role}', false)" for user in users]

    changes = [
        f"update {schema}.profiles set role = 'admin' where id = '{OWN}'",
        f"update {schema}.profiles set role = 'admin'",
    ]
    if signed_in:
        changes += [
            f"update {schema}.teams_members set user_id = '{OWN}', role = 'admin'",
            f"update {schema}.teams_members set user_id = '{OWN}'",
        ]
    members_only = [f"update {schema}.profiles set role = 'member'"]
    return [
        [*members, *profiles("admin")],
        [*members, *profiles("member")],
        [*members, *profiles("admin"), *changes],
        [*profiles("member"), *members_only],
        profiles("admin"),
        [
            f"insert into {schema}.teams_members values ('{users[0]}', 99, 'admin')",
            f"insert into {schema}.profiles values ('{users[0]}', 'admin', true)",
        ],
        [f"delete from {schema}.profiles", f"delete from {schema}.teams_members"],
        [*members, f"delete from {schema}.profiles"],
        [*members, *profiles("other"), f"update {schema}.profiles set role = 'other'"],
        [*members, *profiles("member"), f"update {schema}.profiles set banned = true"],
    ]
