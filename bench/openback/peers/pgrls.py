"""pgrls: row-level security of PostgreSQL, by ``pgrls matrix`` (who may do what to which table) and ``pgrls
verify``.

It reads a live database. A throw-away PostgreSQL of the lab is started on loopback; each schema gets a database
with the roles, functions and default grants of a Supabase project (``inside/pgrls.py``). The time of that server is
not part of the figures. ``OPEN`` is true and ``DENIED`` false. For ``COND`` (some rows) and ``UNDECIDED`` the
prover decides: a leak to an anonymous client, to another user, or a write by another user is true, and isolated is
false. Otherwise there is no claim. Reading is ``SELECT``, writing is any of ``INSERT``, ``UPDATE`` and ``DELETE``.
An asked view or function, which the matrix does not list, is undecided.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.openback.peers import _rules
from bench.openback.peers._answers import results
from bench.openback.peers._programs import ToolError, Worker, inside, package_version
from bench.openback.schema import Case, Claim, Result

TOPICS = _rules.TOPICS
CLAIMS = _rules.CLAIMS
_WRITES = ("INSERT", "UPDATE", "DELETE")
_VERDICTS = {"open": True, "denied": False}
_MODES = {"anonymous_read": "anon", "user_read": "cross-tenant", "user_write": "write"}
"""The mode of the prover for each claim."""
_PROOFS = {"leak": True, "isolated": False}
_ROLES = {"anonymous": "anon", "user": "authenticated"}


def version() -> str | None:
    """Version of the program; ``None`` if it is not installed."""
    return package_version("pgrls", "pgrls")


def claims(asked: Iterable[str], said: object) -> list[Claim] | None:
    """The claims of a matrix about tables of the schema ``public``; ``None`` if it has none of them.

    Raises:
        ToolError: it is no matrix.
    """
    rows = said.get("rows") if isinstance(said, dict) else None
    if not isinstance(rows, list):
        raise ToolError("answered without rows")
    found: list[Claim] = []
    for path in asked:
        table = path if "." in path else f"public.{path}"
        own = {
            str(row.get("command")): row.get("access")
            for row in rows
            if isinstance(row, dict) and row.get("table") == table
        }
        if own:
            may = _may(own)
            for name, mode in _MODES.items():
                if may[name] is None:
                    may[name] = _proven(said, mode, table)
            found += _rules.access(path, may)
    return found or None


def _proven(said: object, mode: str, table: str) -> bool | None:
    """What the prover shows about a table; ``None`` if it shows nothing."""
    proofs = said.get("proofs") if isinstance(said, dict) else None
    proof = proofs.get(mode) if isinstance(proofs, dict) else None
    tables = proof.get("tables") if isinstance(proof, dict) else None
    for one in tables if isinstance(tables, list) else ():
        if isinstance(one, dict) and one.get("table") == table:
            return _PROOFS.get(str(one.get("verdict")))
    return None


def _may(own: Mapping[str, object]) -> dict[str, bool | None]:
    may: dict[str, bool | None] = {}
    for who, role in _ROLES.items():
        writes = [_verdict(own.get(word), role) for word in _WRITES]
        may[f"{who}_read"] = _verdict(own.get("SELECT"), role)
        may[f"{who}_write"] = True if True in writes else None if None in writes else False
    return may


def _verdict(access: object, role: str) -> bool | None:
    cell = access.get(role) if isinstance(access, dict) else None
    return _VERDICTS.get(str(cell.get("verdict"))) if isinstance(cell, dict) else None


def answer(cases: Sequence[Case], folder: Path) -> Iterator[Result]:
    """A result per case."""
    from tests.lab.ports import free_port
    from tieback.lab.postgres import start_postgres
    from tieback.lab.process import stop

    with TemporaryDirectory(prefix="openback-") as home:
        if not any(Path(case.input).name == "schema.sql" for case in cases):
            yield from results(
                "pgrls", version(), cases, lambda case: [Claim("", _rules.text_of(case, folder, "schema.sql"))]
            )
            return
        server = start_postgres(Path(home) / "server", "127.0.0.1", free_port())
        address = f"postgresql://postgres@127.0.0.1:{server.port}"
        try:
            with Worker(inside("pgrls", "pgrls", address), Path(home), network=True) as worker:

                def decide(case: Case) -> Iterable[Claim] | None:
                    return claims(case.ask, worker.ask({"sql": _rules.text_of(case, folder, "schema.sql")}))

                yield from results("pgrls", version(), cases, decide)
        finally:
            stop(server)
