"""The methods through which code requests each host."""

from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.model.app import App, Platform
from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.model.sighting import Evidence
from tieback.recognise.makers.callers import MAX_HOSTS, MAX_METHODS, Callers
from tieback.recognise.makers.names import MakerNames
from tieback.recognise.rules import RuleFiles

NAMES = MakerNames(App(Platform.ANDROID, "de.acme.x", "0" * 64, "X"), RuleFiles())
FLOW = "dex-flow/retrofit"


def endpoint(host: str) -> Endpoint:
    return Endpoint(EndpointKind.URL, f"https://{host}/rest.php", "https", host, 443, "/rest.php")


@each(
    ("how", "context", "chain", "acts"),
    [
        (FLOW, "Lde/acme/x/Api;->deleteBooking: https://h.test", (), True),
        (FLOW, "Lde/acme/x/Api;->loginUser: https://h.test", (), True),
        # A caller counts too, and the class in which the method is does not.
        (FLOW, "Lde/other/Http;->get: https://h.test", ("Lde/acme/x/Shop;->saveOrder",), True),
        (FLOW, "Lde/acme/x/LoginApi;->open: https://h.test", (), False),
        (FLOW, "Lde/other/Api;->loginUser: https://h.test", (), False),
        (FLOW, "Lde/acme/x/Api;->open: https://h.test/loginUser", (), False),
        ("text/url", "Lde/acme/x/Api;->loginUser: https://h.test", (), False),
    ],
)
def test_what_methods_do(how: str, context: str, chain: tuple[str, ...], *, acts: bool) -> None:
    callers = Callers()
    callers.add(endpoint("h.test"), Evidence("classes.dex", 1, how, context, chain))
    assert callers.act("h.test", NAMES) is acts
    assert callers.act("other.test", NAMES) is False


def test_hosts_and_methods_are_bounded() -> None:
    callers = Callers()
    for number in range(MAX_HOSTS + 2):
        callers.add(endpoint(f"h{number}.test"), Evidence("classes.dex", 1, FLOW, "Lde/acme/x/Api;->login: x"))
    for number in range(MAX_METHODS + 2):
        callers.add(endpoint("h1.test"), Evidence("classes.dex", 1, FLOW, f"Lde/acme/x/A{number};->open: x"))
    callers.add(endpoint("h2.test"), Evidence("classes.dex", 1, FLOW, "Lde/acme/x/Api;->open: x"))
    assert callers.act(f"h{MAX_HOSTS - 1}.test", NAMES)
    assert not callers.act(f"h{MAX_HOSTS}.test", NAMES)


@given(st.text(max_size=60), st.lists(st.text(max_size=30), max_size=3))
def test_any_evidence_is_read(context: str, chain: list[str]) -> None:
    callers = Callers()
    callers.add(endpoint("h.test"), Evidence("classes.dex", 1, FLOW, context, tuple(chain)))
    assert callers.act("h.test", NAMES) in (True, False)
