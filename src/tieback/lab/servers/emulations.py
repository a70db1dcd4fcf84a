"""Emulations of HTTP servers that the lab does not install, from ``emulations.toml``: the lab's own table server.

Their answers follow recorded answers of the real servers. Ollama, LiteLLM (an API of OpenAI) without and with a key, an
MCP server, OpenBao (the API of Vault) before its initialisation, and a folder behind basic authentication. The last two
servers are no product: they give one answer with status 200 to every request, and must never be reported as open.
"""

import sys
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from tieback.lab import table_server
from tieback.lab.http_client import is_answering
from tieback.lab.interface import LabProduct, StartContext
from tieback.lab.process import RunningServer
from tieback.lab.serve import create_server_directory, serve
from tieback.lab.store import Holding, LabStore, ServerProgram, StoreState, lab_store
from tieback.model.probe import Access

MCP = "mcp"
"""Product of the store with which the lab's grant allows a session."""


class Emulation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One store of ``emulations.toml``."""

    source: str
    """The real server whose recorded answers it follows."""
    answers: table_server.Table
    version: str = ""
    """Version of the real server; empty if it is no product."""


@cache
def emulations() -> dict[str, Emulation]:
    """The emulations by store."""
    text = files("tieback.lab.servers").joinpath("emulations.toml").read_bytes()
    return msgspec.toml.decode(text, type=dict[str, Emulation])


def start(place: StartContext) -> RunningServer:
    """Start the table server with the answers of the store."""
    store, script, python = place.store, Path(table_server.__file__), Path(sys.executable)
    emulation = emulations()[store.name]
    home = create_server_directory(place, program=python)
    # Its user may not be able to read this installation.
    program, table = home.path / script.name, home.path / "table.json"
    program.write_bytes(script.read_bytes())
    table.write_bytes(msgspec.json.encode(emulation.answers))
    argv = (str(python), "-I", "-S", str(program), store.address, str(store.port), str(table))
    where = (store.address, store.port)
    return serve(place, home, argv, lambda: is_answering(where, "/"), version=emulation.version)


def count(_store: LabStore, _server: RunningServer, _holding: Holding) -> int:
    """None: models and tools have names, and no records."""
    return 0


def _names(*names: str) -> dict[str, Any]:
    return {"holdings": tuple(Holding((name,), "", 0) for name in names)}


_NO_STORE = {"product": "", "is_store": False}
_OPEN, _PROTECTED = StoreState.OPEN, StoreState.PROTECTED
KIND = LabProduct(
    server=ServerProgram.EMULATIONS,
    start=start,
    count=count,
    stores=tuple(
        lab_store(name, ServerProgram.EMULATIONS, place, port, state, access, emulation=True, **more)
        for name, place, port, state, access, more in (
            ("listing-protected", 32, 8080, _PROTECTED, Access.AUTH_REQUIRED, {"product": ""}),
            (
                *("ollama", 33, 11434, _OPEN, Access.OPEN),
                {"product": "ollama", **_names("workhub-support:v2", "workhub-minutes:latest")},
            ),
            (
                *("litellm-open", 34, 4000, _OPEN, Access.OPEN),
                {"product": "litellm", **_names("workhub-chat", "workhub-minutes")},
            ),
            ("litellm-protected", 35, 4000, _PROTECTED, Access.AUTH_REQUIRED, {"product": "litellm"}),
            (
                *("mcp", 36, 8000, _OPEN, Access.OPEN),
                {"product": MCP, **_names("query_visitors", "run_sql", "read_file")},
            ),
            ("openbao-uninitialised", 37, 8200, StoreState.UNINITIALISED, Access.LOCKED, {"product": "openbao"}),
            ("same-page", 38, 8080, StoreState.DECOY, Access.UNKNOWN, _NO_STORE),
            ("same-json", 39, 8080, StoreState.DECOY, Access.UNKNOWN, _NO_STORE),
        )
    ),
)
