"""Site policies hold for hosts that the user configured, too: what ``never.toml`` excludes is not connected to.

Each way out is tried against a listener that counts connections, with a control: without the policy it is contacted.
"""

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.examples import few
from tests.hostile.test_exclusions import connects, listener
from tieback.engine.certificates import make_certificates
from tieback.engine.dask import DaskEngine
from tieback.engine.interface import EngineError
from tieback.intake.capture.destinations import ANY, FORBIDDEN, Destinations, GuardedResolver
from tieback.model.errors import GrantError, InputError, TiebackError, WorkspaceError
from tieback.model.grant import ExcludeRule
from tieback.pipeline.disclosure.watch import Webhook, deliver_events
from tieback.pipeline.fleet.pull import pull_inventory
from tieback.pipeline.fleet.pull_client import ApiAccount
from tieback.scope.downloads import Downloads
from tieback.scope.guard import ExcludedServiceError, ServiceGuard
from tieback.scope.policy.exclude import SourcedRule
from tieback.scope.services import RequestOutcome, ServiceClient
from tieback.storage.ledger import postgres
from tieback.storage.ledger.deliveries import Delivery, DeliveryState
from tieback.storage.objects.bucket import Bucket
from tieback.storage.objects.location import parse_object_url
from tieback.user_state import configuration_folder

ADDRESS = "127.77.19.1"
REASON = "excluded by never.toml line 1: patient monitor"


def never(match: str, **more: Any) -> list[SourcedRule]:
    return [SourcedRule(ExcludeRule(match, reason="patient monitor", **more), "never.toml line 1")]


@pytest.fixture
def policy() -> Iterator[Callable[[str], Path]]:
    """Writes the ``never.toml`` of the user who runs the tests."""
    place = configuration_folder() / "never.toml"
    place.parent.mkdir(parents=True, exist_ok=True)

    def write(text: str) -> Path:
        place.write_text(text)
        return place

    yield write
    place.unlink(missing_ok=True)


@pytest.fixture
def closed() -> Iterator[socket.socket]:
    """A listener that never answers: a connection to it counts, whatever follows."""
    with listener(ADDRESS) as server:
        yield server


@pytest.mark.parametrize("match", [ADDRESS, "127.77.0.0/16", "::ffff:127.77.19.1"])
@pytest.mark.parametrize("host", [ADDRESS, "127.77.4865", "0x7f4d1301", "2135757569"])
def test_no_way_to_write_an_excluded_host_is_connected_to(closed: socket.socket, match: str, host: str) -> None:
    guard, port = ServiceGuard(never(match)), closed.getsockname()[1]
    with pytest.raises(ExcludedServiceError, match="patient monitor"):
        guard.connect(host, port, 1)
    assert connects(closed) == 0
    ServiceGuard().connect(host, port, 1).close()
    assert connects(closed) == 1


def test_a_name_is_refused_before_dns_is_queried_and_by_its_canonical_name(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def resolve(host: str, *_: object, **_more: object) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "monitor.ward.test", (ADDRESS, 443))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    guard = ServiceGuard(never("*.ward.test"))
    for host, queries in (("db.ward.test", []), ("DB.Ward.Test.", []), ("alias.test", ["alias.test"])):
        asked.clear()
        with pytest.raises(ExcludedServiceError):
            guard.addresses(host, 443)
        assert asked == queries
    assert ServiceGuard(never("other.test")).addresses("alias.test", 443)[0].ip == ADDRESS


def test_only_the_excluded_ports(closed: socket.socket) -> None:
    port = closed.getsockname()[1]
    ServiceGuard(never(ADDRESS, ports=(port % 65535 + 1,))).connect(ADDRESS, port, 1).close()
    assert connects(closed) == 1
    with pytest.raises(ExcludedServiceError):
        ServiceGuard(never(ADDRESS, ports=(port,))).connect(ADDRESS, port, 1)
    assert connects(closed) == 0


def test_an_address_that_is_not_excluded_is_used(monkeypatch: pytest.MonkeyPatch, closed: socket.socket) -> None:
    port = closed.getsockname()[1]
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in ("127.77.19.9", ADDRESS)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: found)
    assert [one.ip for one in ServiceGuard(never("127.77.19.9")).addresses("two.test", port)] == [ADDRESS]


def test_services_and_webhooks(closed: socket.socket, policy: Callable[[str], Path]) -> None:
    url = f"http://{ADDRESS}:{closed.getsockname()[1]}/hook"
    answer = ServiceClient([url], timeout=0.2).request("POST", url, {}, b"{}")
    assert answer.sent is RequestOutcome.UNSURE
    assert connects(closed) == 1
    policy(f'[[exclude]]\nmatch = "{ADDRESS}"\nreason = "patient monitor"\n')
    answer = ServiceClient([url], timeout=0.2).request("POST", url, {}, b"{}")
    assert answer.sent is RequestOutcome.EXCLUDED
    assert "patient monitor" in answer.problem
    assert connects(closed) == 0


def test_a_webhook_waits_and_is_not_tried_again_at_once(closed: socket.socket) -> None:
    states: list[DeliveryState] = []

    class Queue:
        def waiting(self) -> list[Delivery]:
            return [Delivery("event-1", "hook", DeliveryState.WAITING, 0, "{}")]

        def mark(self, _delivery: Delivery, state: DeliveryState, _problem: str = "") -> None:
            states.append(state)

    hook = Webhook("hook", f"http://{ADDRESS}:{closed.getsockname()[1]}/")
    pauses: list[float] = []
    done, unsure, failed, problems = deliver_events(
        Queue(),  # type: ignore[arg-type]
        [hook],
        pauses.append,
        guard=ServiceGuard(never(ADDRESS)),
    )
    assert (done, unsure, failed, pauses) == (0, 0, 1, [])
    assert problems == (f"hook: not sent ({REASON})",)
    assert states == [DeliveryState.SENDING, DeliveryState.WAITING]
    assert connects(closed) == 0


def test_a_pull_from_an_emm(tmp_path: Path, closed: socket.socket, policy: Callable[[str], Path]) -> None:
    policy('[[exclude]]\nmatch = "127.77.19.0/24"\nreason = "patient monitor"\n')
    account = ApiAccount("jamf", "client", "secret", url=f"http://{ADDRESS}:{closed.getsockname()[1]}")
    with pytest.raises(InputError, match="patient monitor"):
        pull_inventory(account, tmp_path)
    assert connects(closed) == 0


def test_an_input_by_url(tmp_path: Path, closed: socket.socket) -> None:
    url = f"http://{ADDRESS}:{closed.getsockname()[1]}/a.apk"
    pauses: list[float] = []
    with pytest.raises(InputError, match="patient monitor"):
        Downloads(pauses.append, never(ADDRESS)).stat(url)
    with pytest.raises(InputError, match="patient monitor"):
        list(Downloads(pauses.append, never(ADDRESS)).read(url))
    assert pauses == []
    file = tmp_path / "site.toml"
    file.write_text(f'[[exclude]]\nmatch = "{ADDRESS}"\nreason = "patient monitor"\n')
    words = [sys.executable, "-m", "tieback", "scan", url, "--never", str(file), "-w", str(tmp_path / "ws")]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 4
    assert "patient monitor" in done.stderr
    assert connects(closed) == 0


@pytest.mark.parametrize("url", ["s3://bucket/a.apk", "gs://bucket/a.apk"])
def test_an_object_store(closed: socket.socket, url: str) -> None:
    endpoint = f"http://{ADDRESS}:{closed.getsockname()[1]}"
    names = {"AWS_ENDPOINT_URL": endpoint, "AWS_SKIP_SIGNATURE": "true", "GOOGLE_BASE_URL": endpoint}
    with pytest.raises(InputError, match="patient monitor"):
        Bucket.open(parse_object_url(url), names, never(ADDRESS))
    assert connects(closed) == 0


@pytest.mark.parametrize(
    "form",
    few(
        ["postgresql://u@{0}:{1}/db", "postgresql:///db?host={0}&port={1}", "postgresql:///db?hostaddr={0}&port={1}"], 3
    ),
)
def test_the_ledgers_database(closed: socket.socket, policy: Callable[[str], Path], form: str) -> None:
    url = form.format(ADDRESS, closed.getsockname()[1])
    policy(f'[[exclude]]\nmatch = "{ADDRESS}"\nreason = "patient monitor"\n')
    with pytest.raises(WorkspaceError, match="patient monitor"):
        postgres.connect(url)
    assert connects(closed) == 0
    policy('[[exclude]]\nmatch = "127.77.19.2"\n')
    with pytest.raises(Exception, match="connection") as failure:
        postgres.connect(f"{url}{'&' if '?' in url else '?'}connect_timeout=2")
    assert not isinstance(failure.value, TiebackError)
    assert connects(closed) > 0


def test_a_service_file_of_postgresql_cannot_be_checked(
    closed: socket.socket, policy: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    policy(f'[[exclude]]\nmatch = "{ADDRESS}"\n')
    monkeypatch.setenv("PGSERVICE", "prod")
    with pytest.raises(WorkspaceError, match="service file"):
        postgres.connect("postgresql:///db")
    assert connects(closed) == 0


def test_the_scheduler_of_a_cluster(tmp_path: Path, closed: socket.socket, policy: Callable[[str], Path]) -> None:
    make_certificates(tmp_path / "certs")
    policy(f'[[exclude]]\nmatch = "{ADDRESS}"\nreason = "patient monitor"\n')
    engine = DaskEngine(f"dask://{ADDRESS}:{closed.getsockname()[1]}", tmp_path / "certs")
    with pytest.raises(EngineError, match="patient monitor"):
        engine._connected()
    assert connects(closed) == 0


async def test_the_capture_proxy() -> None:
    class Loop:
        async def getaddrinfo(self, _host: str, port: int, **_: object) -> list[Any]:
            answers = [("", "192.0.2.7"), ("monitor.ward.test", "192.0.2.8"), ("", "198.51.100.1")]
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, name, (ip, port)) for name, ip in answers]

    for networks in ((), ANY, ("192.0.2.0/24",)):
        proxy = Destinations(networks, never=[*never("192.0.2.7"), *never("*.ward.test")])
        assert proxy.place("192.0.2.7", 443) is None
        assert proxy.place("monitor.ward.test", 443) is None
        assert proxy.place("192.0.2.9", 443) == "192.0.2.9"
        with pytest.raises(OSError, match=FORBIDDEN):
            # One alias of the answer is excluded, and with it the name that was asked for.
            await GuardedResolver(Loop(), proxy).getaddrinfo("alias.test", 443)  # type: ignore[arg-type]
    open_proxy = GuardedResolver(Loop(), Destinations(never=never("192.0.2.7")))  # type: ignore[arg-type]
    assert [one[4][0] for one in await open_proxy.getaddrinfo("alias.test", 443)] == ["192.0.2.8", "198.51.100.1"]


def test_a_damaged_policy_stops_every_service(
    tmp_path: Path, closed: socket.socket, policy: Callable[[str], Path]
) -> None:
    policy("[[exclude]\n")
    url = f"http://{ADDRESS}:{closed.getsockname()[1]}/"
    for attempt in (
        lambda: ServiceClient([url]),
        lambda: Downloads().stat(url),
        lambda: postgres.connect(f"postgresql://u@{ADDRESS}:{closed.getsockname()[1]}/db"),
        lambda: Bucket.open(parse_object_url("s3://b/k"), {"AWS_ENDPOINT_URL": url, "AWS_SKIP_SIGNATURE": "true"}),
    ):
        with pytest.raises(GrantError, match=r"never\.toml"):
            attempt()
    assert connects(closed) == 0
