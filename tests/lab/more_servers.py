"""Servers that only tests marked `more` start, as in ``tests.lab.ai_servers``: large ones, and slow ones."""

import tempfile
from pathlib import Path

from tests.lab import ai_apps
from tests.lab.ai_servers import HOST, SECRET, TOKEN, Begin, Plan, Started, both, call, label_of, start
from tests.lab.ports import free_port, free_ports

FLOWS = 5
"""Of Langflow, in its first project."""


def streamlit(directory: Path) -> list[Started]:
    """An app of Streamlit."""
    port = free_port()
    app = directory / "app.py"
    app.write_text(ai_apps.STREAMLIT)
    words: tuple[str, ...] = (
        "run",
        str(app),
        "--server.address",
        HOST,
        "--server.port",
        str(port),
        "--server.headless",
        "true",
    )
    words += ("--browser.gatherUsageStats", "false", "--server.fileWatcherType", "none")
    return [start("streamlit", label_of("streamlit", protected=False), Plan("streamlit", words, "/"), port, directory)]


def ray(directory: Path, *, protected: bool) -> Started:
    """The head of a Ray cluster with its dashboard; protected by a token."""
    port, *inner = free_ports(7)
    names = (
        "--port",
        "--node-manager-port",
        "--object-manager-port",
        "--dashboard-agent-listen-port",
        "--metrics-export-port",
        "--ray-client-server-port",
    )
    words: tuple[str, ...] = (
        "start",
        "--head",
        "--block",
        "--node-ip-address",
        HOST,
        "--dashboard-host",
        HOST,
        "--include-dashboard=true",
    )
    words += (f"--dashboard-port={port}", "--disable-usage-stats", "--num-cpus=1", "--object-store-memory=80000000")
    # Workers listen on ports that the system chooses.
    words += ("--min-worker-port=0", "--max-worker-port=0")
    words += tuple(f"{name}={number}" for name, number in zip(names, inner, strict=True))
    # A short path, for its sockets; it is removed with the folder of the run.
    words += (f"--temp-dir={tempfile.mkdtemp(prefix='ray')}",)
    switches = {"RAY_USAGE_STATS_ENABLED": "0"}
    if protected:
        switches |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": TOKEN}
    return start("ray", label_of("ray", protected), Plan("ray", words, "/api/version", switches), port, directory)


def langflow(directory: Path, *, protected: bool) -> Started:
    """Langflow; open means automatic login without a key, the default before Langflow 1.5."""
    port = free_port()
    place = directory / label_of("langflow", protected)
    place.mkdir()
    switches = {
        "DO_NOT_TRACK": "true",
        "LANGFLOW_CONFIG_DIR": str(place),
        "LANGFLOW_AUTO_LOGIN": str(not protected).lower(),
        "LANGFLOW_SUPERUSER": "anna",
        "LANGFLOW_SUPERUSER_PASSWORD": SECRET,
        "LANGFLOW_OPEN_BROWSER": "false",
        "LANGFLOW_DATABASE_URL": f"sqlite:///{place}/langflow.db",
        "LANGFLOW_SECRET_KEY": TOKEN * 2,
        "LANGFLOW_STORE": "false",
        "LANGFLOW_SKIP_AUTH_AUTO_LOGIN": str(not protected).lower(),
    }
    words: tuple[str, ...] = ("run", "--host", HOST, "--port", str(port), "--no-open-browser")
    plan = Plan("langflow", words, "/api/v1/version", switches)
    started = start("langflow", label_of("langflow", protected), plan, port, directory)
    if not protected:
        for number in range(FLOWS):
            call(port, "POST", "/api/v1/flows/", {"name": f"Ward {number}", "data": {"nodes": [], "edges": []}})
    return started


def open_webui(directory: Path, *, protected: bool) -> Started:
    """Open WebUI without a model; open means that it requires no login."""
    port = free_port()
    place = directory / label_of("open-webui", protected)
    place.mkdir()
    switches = {
        "DATA_DIR": str(place),
        "WEBUI_SECRET_KEY": TOKEN,
        "WEBUI_AUTH": str(protected),
        "OFFLINE_MODE": "true",
        "ANONYMIZED_TELEMETRY": "false",
        "DO_NOT_TRACK": "true",
        "SCARF_NO_ANALYTICS": "true",
        "RAG_EMBEDDING_ENGINE": "openai",
        "ENABLE_OLLAMA_API": "false",
        "ENABLE_OPENAI_API": "false",
    }
    plan = Plan("open-webui", ("serve", "--host", HOST, "--port", str(port)), "/api/config", switches)
    started = start("open-webui", label_of("open-webui", protected), plan, port, directory)
    if protected:
        # Without an account, the first client would become the administrator.
        call(port, "POST", "/api/v1/auths/signup", {"name": "Anna", "email": "anna@example.com", "password": SECRET})
    return started


MORE: dict[str, tuple[Begin, ...]] = {
    "streamlit": (streamlit,),
    "ray": both(ray),
    "langflow": both(langflow),
    "open-webui": both(open_webui),
}
