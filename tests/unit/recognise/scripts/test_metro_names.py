"""A bundle of Metro is a script, whatever the name of its file."""

import pytest

from tieback.intake.apps.interface import Artifact, ArtifactBatch, Buffer, BufferKind
from tieback.model.sighting import NotBackend, Sighting
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

METRO = b"var __BUNDLE_START_TIME__=this.nativePerformanceNow?nativePerformanceNow():Date.now(),__DEV__=false;"
MODULES = (
    b'__d(function(g,r,i,a,m,e,d){/* see https://comment.acme-docs.de */m.exports={host:"https://"+["api","acme-shop",'
    b'"de"].join("."),db:{host:"db.acme-shop.de",port:5433}}},1,[]);'
    b'__d(function(g,r,i,a,m,e,d){fetch(r(d[0]).host+"/v1");console.error("see https://error.acme-docs.de")},2,[1]);'
)
SEARCH = AppSearch(RuleFiles())


def hosts(file: str, data: bytes, *, small: bool) -> tuple[set[str], dict[str, str]]:
    """The hosts that the app contacts, and the texts that are no back ends with their reasons."""
    one = Artifact(file, (Buffer(file, BufferKind.TEXT, data),))
    pieces = ArtifactBatch((file,), (data,), lambda _file, _data: one) if small else one
    finds = list(SEARCH.finds([pieces]))
    found = {find.endpoint.value for find in finds if isinstance(find, Sighting)}
    return found, {find.value: find.reason for find in finds if isinstance(find, NotBackend)}


@pytest.mark.parametrize("small", [False, True])
@pytest.mark.parametrize("file", ["assets/core.txt", "assets/app.bin", "assets/data.json", "assets/bundle", "a/x.xml"])
def test_a_bundle_under_another_name_is_read_as_one(file: str, small: bool) -> None:
    found, left_out = hosts(file, METRO + MODULES, small=small)
    assert (found, left_out) == hosts("assets/index.android.bundle", METRO + MODULES, small=small)
    assert found >= {"https://api.acme-shop.de/v1", "db.acme-shop.de:5433"}
    assert left_out == {
        "https://comment.acme-docs.de": "only in a comment",
        "https://error.acme-docs.de": "only in a message for people",
    }


def test_a_text_that_mentions_the_variable_later_is_none() -> None:
    """Documentation of Metro is a text: its first bytes are not those of a bundle."""
    text = b"# Notes\n" + b"words " * 200 + METRO + MODULES
    assert "https://api.acme-shop.de/v1" not in hosts("assets/notes.txt", text, small=False)[0]
