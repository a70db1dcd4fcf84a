"""Cloud resources that are the maker's by the set in which the app names them."""

from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.model.app import App, Platform
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.sighting import Evidence, Sighting
from tieback.recognise.makers.resources import own_resources, resource_name
from tieback.recognise.rules import RuleFiles
from tieback.recognise.whole_app.collect import merge_finds

RULES = RuleFiles()
SEVERAL = "a resource that the app names in several environments"
ACCOUNT = "several programs of one account"


def cloud(value: str) -> Sighting:
    endpoint = Endpoint(EndpointKind.CLOUD, value, "https", "h.test", 443)
    return Sighting(endpoint, 1, Party.UNKNOWN, Evidence("f", 1, "text/cloud-host"))


@each(
    ("values", "value", "reason"),
    [
        (["s3:shop-files-production", "s3:shop-files-staging"], "s3:shop-files-staging", SEVERAL),
        (["s3:shop-files", "s3:shop-files-staging"], "s3:shop-files", SEVERAL),
        (["gcs:dev.shop-files", "gcs:shop-files"], "gcs:shop-files", SEVERAL),
        (["s3:shop-files-qa", "s3:shop-files-uat2"], "s3:shop-files-uat2", SEVERAL),
        # Containers of an account of Azure have no separators.
        (["azure-blob:shopproductionall/a", "azure-blob:shopstagingall/b"], "azure-blob:shopstagingall/b", SEVERAL),
        # Resources of one project, of several kinds.
        (["firebase-hosting:shop-prod", "firebase-storage:shop-qa.appspot.com"], "firebase-hosting:shop-prod", SEVERAL),
        (["cloudflare-workers:login.shop", "cloudflare-workers:proxy.shop"], "cloudflare-workers:login.shop", ACCOUNT),
        # Two names without an environment for tests, of two services, or with nothing but the environment.
        (["s3:shop-files", "s3:shop-files-production"], "s3:shop-files", ""),
        (["s3:shop-files-production", "gcs:shop-files-staging"], "gcs:shop-files-staging", ""),
        (["s3:staging", "s3:production"], "s3:staging", ""),
        (["s3:shop-files", "s3:shop-latest"], "s3:shop-latest", ""),
        (["s3:shop-files-production"], "s3:shop-files-production", ""),
        (["s3:contest-files", "s3:con-files"], "s3:contest-files", ""),
        (["cloudflare-workers:login.shop", "cloudflare-workers:proxy.other"], "cloudflare-workers:proxy.other", ""),
        (["cloudflare-workers:login.shop"], "cloudflare-workers:login.shop", ""),
    ],
)  # fmt: skip
def test_sets_of_resources(values: list[str], value: str, reason: str) -> None:
    app = App(Platform.ANDROID, "io.cordova.hellocordova", "0" * 64, "")
    found = merge_finds(app, [cloud(one) for one in values], RULES).sightings
    owned = next(one for one in found if one.endpoint.value == value)
    assert (owned.party is Party.FIRST) is bool(reason), owned.party_reason
    assert reason in owned.party_reason


@given(st.lists(st.text(alphabet="ab-.dev:/stgin1", max_size=40), max_size=12))
def test_any_names_are_read(values: list[str]) -> None:
    names = [resource_name(cloud(value).endpoint) for value in values]
    assert {name for name, _ in own_resources(names)} <= set(names)
