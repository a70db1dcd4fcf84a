"""The libraries for ads of Google load no ad without their activity in the manifest."""

from pathlib import Path

from tests.unit.recognise.dataflow.test_undeclared import package
from tieback.recognise.dataflow.ad_activities import NO_ADS
from tieback.recognise.dataflow.dexfile import DexFile
from tieback.recognise.dataflow.package_resources import PackageResources
from tieback.recognise.dataflow.undeclared import UndeclaredComponents
from tieback.recognise.dataflow.uses import ConstantUses

CODE = (Path(__file__).parent / "dex" / "adlibrary.dex").read_bytes()
ADS = "https://googleads.g.doubleclick.net/mads/sdk.html", "//pagead2.googlesyndication.com/pagead/gen_204"
OTHERS = (
    "https://www.google-analytics.com/collect",  # no ad
    "https://media.admob.com/shared.js",  # the app loads it, too
    "https://ad.doubleclick.net/own",
    "https://absent.doubleclick.net/",
)
DECLARED = b'<activity name="com.google.android.gms.ads.AdActivity"/>'


def without_ads(files: PackageResources | None) -> list[str]:
    code = UndeclaredComponents(ConstantUses([DexFile(CODE)]), files)
    return [text for text in ADS + OTHERS if code.reason(text.encode()) == NO_ADS]


def test_an_app_without_the_activity_contacts_no_server_for_ads() -> None:
    assert without_ads(package()) == list(ADS)


def test_an_app_with_the_activity_does_and_without_a_known_manifest_it_may() -> None:
    assert not without_ads(package(DECLARED))
    assert not without_ads(None)
    assert not without_ads(PackageResources())
