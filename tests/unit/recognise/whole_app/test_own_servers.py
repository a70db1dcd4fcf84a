"""Projects on servers that makers run themselves: the identifier and the server are one back end."""

from tests.each import each
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.app import App, Platform
from tieback.model.endpoint import Party
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch
from tieback.recognise.whole_app.collect import AppFinds, merge_finds

RULES = RuleFiles()
PARSE = 'Parse.initialize("kZ8rQ2mVx7Lw0pTn5Yb3");'
APPWRITE = '.setProject("64f1c0ffee5a");'


def finds(*files: str) -> AppFinds:
    named = ((f"{number}.js", text.encode()) for number, text in enumerate(files))
    artifacts = [Artifact(name, (Buffer(name, BufferKind.TEXT, text),)) for name, text in named]
    return merge_finds(App(Platform.ANDROID, "com.club.app", "0" * 64), AppSearch(RULES).finds(artifacts), RULES)


def values(*files: str) -> list[str]:
    return sorted(one.endpoint.value for one in finds(*files).sightings)


@each(
    ("text", "value", "service"),
    [
        (f'{PARSE}Parse.serverURL="https://p.shop.de/parse"', "https://p.shop.de/parse", "parse"),
        (f'{PARSE}Parse.serverURL = "https://p.shop.de/api"', "https://p.shop.de/api", "parse"),
        (f"{PARSE}parse_server_url='https://p.shop.de:1337/1'", "https://p.shop.de:1337/1", "parse"),
        (f'{PARSE}Parse.serverURL="https://shopapp.b4a.io"', "back4app:shopapp", "parse"),
        (f'new Client().setEndpoint("https://aw.shop.de/v1"){APPWRITE}', "https://aw.shop.de/v1", "appwrite"),
        (f'c{APPWRITE}appwriteEndpoint:"https://aw.shop.de/v1"', "https://aw.shop.de/v1", "appwrite"),
    ],
)
def test_the_identifier_counts_with_its_server(text: str, value: str, service: str) -> None:
    found = finds(text)
    (one,) = found.sightings
    assert (one.endpoint.value, one.endpoint.service, one.count, one.party) == (value, service, 2, Party.FIRST)
    assert [key.kind for key in found.keys] == ["parse" if service == "parse" else "appwrite-project"]


def test_a_server_in_another_file_is_that_of_the_identifier_if_it_is_the_only_one() -> None:
    server = 'u="https://p.shop.de/parse"'
    assert values(PARSE, server) == ["https://p.shop.de/parse"]
    assert values(f"{PARSE}{server}", 'u="https://q.shop.de/parse"') == [
        "https://p.shop.de/parse",
        "https://q.shop.de/parse",
    ]


@each(
    "files",
    [
        (PARSE, 'u="https://p.shop.de/parse";v="https://q.shop.de/parse"'),  # which of them?
        (PARSE, PARSE.replace("kZ8", "aZ8"), 'u="https://p.shop.de/parse"'),
        (PARSE, 'u="https://p.shop.de/api"'),
        (f'a.setEndpoint("https://aw.shop.de/v1");b{APPWRITE}c.setEndpoint("https://s3.shop.de/")',),
        (f'fetch("https://aw.shop.de/v1");b{APPWRITE}',),
    ],
)
def test_without_one_server_the_identifier_stays(files: tuple[str, ...]) -> None:
    found = values(*files)
    assert [one for one in found if one.startswith(("parse:", "appwrite-project:"))]
    assert [one for one in found if one.startswith("https://")]
