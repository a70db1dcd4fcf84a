"""Settings and script of an Expo app in, endpoints out."""

from tests.each import each
from tieback.intake.apps.interface import Artifact, ArtifactBatch, Buffer, BufferKind, Piece
from tieback.intake.apps.small_files import read_small_file
from tieback.model.sighting import Sighting
from tieback.recognise.rules import RuleFiles
from tieback.recognise.scripts.expo_settings import MAX_FILE, ExpoSettings
from tieback.recognise.search import AppSearch

SEARCH = AppSearch(RuleFiles(), dataflow=False)
CONFIG = '{"name":"x","scheme":"shop","extra":{"api":{"host":"a.x.test","port":8443}}}'
CALL = 'e.f=function(){var c=t.default.expoConfig.extra;return fetch("https://"+c.api.host+":"+c.api.port+"/v1/feed")}'
BUNDLE = "assets/index.android.bundle"


def batch(text: str, file: str = "assets/app.config") -> ArtifactBatch:
    return ArtifactBatch((file,), (text.encode(),), read_small_file)


def values(config: str, call: str, *, file: str = "assets/app.config", bundle: str = BUNDLE) -> set[str]:
    script = f"__d(function(g,r,i,a,m,e,d){{var t=r(d[0]);{call}}},1,[2]);".encode()
    pieces: list[Piece] = [batch(config, file), Artifact(bundle, (Buffer(bundle, BufferKind.TEXT, script),))]
    found = (one for one in SEARCH.finds(pieces, hybrid=False) if isinstance(one, Sighting))
    return {one.endpoint.value for one in found if one.evidence.file == bundle}


@each(
    ("config", "call", "expected"),
    [
        (CONFIG, CALL, {"https://a.x.test:8443/v1/feed"}),
        (CONFIG, CALL.replace("c.api.host", "c.web.host"), set()),
        (CONFIG, CALL.replace(".extra;", ".other;"), set()),
        ("[]", CALL, set()),
        ('{"extra":[1]}', CALL, set()),
        ("{", CALL, set()),
        # Other settings of the file are common names of members, too.
        (
            '{"host":"a.x.test","extra":{"a":1}}',
            'e.f=function(c){return fetch("https://"+c.host+"/v1/feed"+c.extra)}',
            set(),
        ),
    ],
)
def test_members_of_the_extra_object(config: str, call: str, expected: set[str]) -> None:
    assert values(config, call) == expected


def test_only_the_files_of_expo_count() -> None:
    assert values(CONFIG, CALL, file="assets/data/x.json") == set()
    assert values(CONFIG, CALL, bundle="assets/other.js") == set()


def test_a_large_file_is_not_read() -> None:
    settings = ExpoSettings()
    assert len(list(settings.seen([batch(CONFIG)]))) == 1
    assert settings.extra == {"api": {"host": "a.x.test", "port": 8443}}
    list(settings.seen([batch(CONFIG + " " * MAX_FILE)]))
    assert settings.extra == {}
