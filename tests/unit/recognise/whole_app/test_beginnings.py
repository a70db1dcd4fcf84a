"""A constant that code goes on in the middle of a name is no address; one that can be whole stays."""

from tests.each import each
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.sighting import Credential, Evidence, NotBackend, Sighting
from tieback.recognise.whole_app.beginnings import BEGINNING, settle_beginnings
from tieback.recognise.whole_app.collect import AppFinds

CONSTANT, FLOW = "dex-string/url", "dex-flow/concat"
IMAGE = "https://a.shop.test/img_"


def sighting(value: str, how: str, context: str = "", offset: int = 7, count: int = 1) -> Sighting:
    host, slash, path = value.removeprefix("https://").partition("/")
    endpoint = Endpoint(EndpointKind.URL, value, "https", host, 443, f"{slash}{path}")
    return Sighting(endpoint, count, Party.UNKNOWN, Evidence("classes.dex", offset, how, context or value))


def joined(text: str, offset: int = 7) -> Sighting:
    """What code puts together, of which the server is known."""
    return sighting("https://a.shop.test", FLOW, f"La/B;->c: {text}", offset)


@each(
    ("constant", "other", "gone"),
    [
        (sighting(IMAGE, CONSTANT), joined(f"{IMAGE}{{}}.png"), True),
        (sighting(IMAGE, "text/url"), joined(f"{IMAGE}{{}}-small"), True),
        # The unknown text can be a query, or is a name of its own.
        (sighting(IMAGE, CONSTANT), joined(f"{IMAGE}{{}}"), False),
        (sighting(IMAGE, CONSTANT), joined(f"{IMAGE}{{}}/a.png"), False),
        (sighting(IMAGE, CONSTANT), joined(f"{IMAGE}?n={{}}.png"), False),
        (sighting("https://a.shop.test/img", CONSTANT), joined("https://a.shop.test/img/{}.png"), False),
        (sighting("https://a.shop.test", CONSTANT), joined("https://a.shop.test{}.png"), False),
        # Another constant, another place of it, a request of it.
        (sighting(IMAGE, CONSTANT), joined(f"{IMAGE}{{}}.png", 8), False),
        (sighting(IMAGE, CONSTANT, count=2), joined(f"{IMAGE}{{}}.png"), False),
        (sighting(IMAGE, FLOW, f"La/B;->c: {IMAGE}"), joined(f"{IMAGE}{{}}.png"), False),
        (sighting(IMAGE, "resource:string/image/url"), joined(f"{IMAGE}{{}}.png"), False),
    ],
)
def test_only_a_beginning_that_goes_on_is_left_out(constant: Sighting, other: Sighting, gone: bool) -> None:
    found = settle_beginnings(AppFinds((constant, other), (), (), ()))
    assert found.sightings == ((other,) if gone else (constant, other))
    assert found.not_backends == ((NotBackend(constant.endpoint.value, BEGINNING),) if gone else ())


def test_what_a_credential_names_stays() -> None:
    constant, other = sighting(IMAGE, CONSTANT), joined(f"{IMAGE}{{}}.png")
    key = Credential("http_bearer", "a***", IMAGE, constant.evidence)
    assert settle_beginnings(AppFinds((constant, other), (key,), (), ())).sightings == (constant, other)
