"""Google Cloud projects of the maker."""

from tests.each import each
from tieback.model.app import App, Platform
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.sighting import Evidence, Sighting
from tieback.recognise.rules import RuleFiles
from tieback.recognise.whole_app.collect import merge_finds

RULES = RuleFiles()
SIGN_IN = "firebase-hosting:some-shop"
DATABASE = "firebase-rtdb:some-shop"
BUCKET = "firebase-storage:some-shop.appspot.com"
LIBRARY = "Lcom/adjust/sdk/Net;->send: x"


def seen(value: str, how: str = "text/cloud-host", context: str = "") -> Sighting:
    endpoint = Endpoint(EndpointKind.CLOUD, value, "https", "h.test", 443)
    return Sighting(endpoint, 1, Party.UNKNOWN, Evidence("assets/www/main.js", 1, how, context))


def is_own(*finds: Sighting) -> bool:
    merged = merge_finds(App(Platform.ANDROID, "io.ionic.starter", "0" * 64, "X"), finds, RULES)
    return next(one for one in merged.sightings if one.endpoint.value == DATABASE).party is Party.FIRST


@each(
    ("finds", "own"),
    [
        ((seen(SIGN_IN), seen(DATABASE), seen(BUCKET)), True),
        # Two parts; the parts of another project; another project, which can be the own one.
        ((seen(SIGN_IN), seen(DATABASE)), False),
        ((seen("firebase-hosting:other-shop"), seen(DATABASE), seen(BUCKET)), False),
        ((seen(SIGN_IN), seen(DATABASE), seen(BUCKET), seen("firebase-rtdb:other-shop")), False),
        # The code of a library names one of them.
        ((seen(SIGN_IN, "dex-flow/concat", LIBRARY), seen(DATABASE), seen(BUCKET)), False),
    ],
)
def test_several_parts_of_one_project_are_a_configuration(finds: tuple[Sighting, ...], own: bool) -> None:
    assert is_own(*finds) is own
