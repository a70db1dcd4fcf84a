"""Firebase configuration objects in scripts and JSON files."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tests.linear import assert_linear
from tieback.intake.apps.interface import Buffer, BufferKind
from tieback.recognise.settings.firebase_web import AROUND, MAX_OBJECTS, WebProjects

KEY = 'apiKey:"AIzaSyCK4tYnzNLeK6kjcbhgN7kwjSbbciSPOcS"'
SCRIPT = f'firebase.initializeApp({{{KEY},projectId:"acme-web",appId:"1:9:web:a"}});firebase.firestore()'


def found(text: str, file: str = "assets/web.js") -> list[str]:
    buffer = Buffer(file, BufferKind.TEXT, text.encode())
    return [one.endpoint.value for one in WebProjects().read(buffer)]


@each(
    ("text", "file"),
    [
        (SCRIPT, "assets/web.js"),
        (SCRIPT, "assets/index.android.bundle"),
        (f"const c={{projectId:'acme-web',{KEY}}};getFirestore(initializeApp(c))", "www/main.mjs"),
        (f"getFirestore(); x={{\n  projectId : `acme-web`,\n  {KEY.replace('apiKey', 'apiKey ')}\n}}", "a.js"),
        ('{"firebase":{"projectId":"acme-web","appId":"1:123456789012:web:abcdef0123456789"}}', "assets/fb.json"),
        ('{"projectId":"acme-web","authDomain":"acme-web.firebaseapp.com"}', "www/fb.json"),
        ('{"extra":{"projectId":"acme-web","storageBucket":"acme-web.appspot.com"}}', "assets/app.config"),
        (
            'const a="acme-web",b="AIzaSyCK4tYnzNLeK6kjcbhgN7kwjSbbciSPOcS",c={projectId:a,apiKey:b};getFirestore(c)',
            "a.js",
        ),
        ('getFirestore();var $a = `acme-web`, d="acme-web.firebaseapp.com", c={"projectId": $a }', "a.js"),
        ('{"apiKey": "AIzaSyCK4tYnzNLeK6kjcbhgN7kwjSbbciSPOcS", "projectId": "acme-web"}', "assets/fb.json"),
    ],
)
def test_project_of_a_configuration_object(text: str, file: str) -> None:
    assert found(text, file) == ["firestore:acme-web"]


@each(
    ("text", "file"),
    [
        (SCRIPT.replace("firestore", "database"), "assets/web.js"),
        ('{"projectId":"acme-web","appId":"com.acme.web"}', "assets/sentry.json"),
        (SCRIPT, "assets/notes.txt"),
        (SCRIPT.replace(KEY, 'apiKey:"your-key"').replace("1:9:web:a", "x"), "assets/web.js"),
        (SCRIPT.replace(KEY, KEY + "," + "x" * AROUND), "assets/web.js"),
        (SCRIPT.replace("acme-web", "YOUR_PROJECT"), "assets/web.js"),
        ('getFirestore();const a="acme-web",b="shop",c={projectId:a,apiKey:b}', "a.js"),
        ('getFirestore();const xa="acme-web",b="acme.firebaseapp.com",c={projectId:a}', "a.js"),
        ('getFirestore();const a="acme-web",b="acme.firebaseapp.com",c={projectId:a.b}', "a.js"),
        (SCRIPT.replace('"acme-web"', "project"), "assets/web.js"),
    ],
)
def test_other_texts_name_no_project(text: str, file: str) -> None:
    assert found(text, file) == []


LIBRARY = 'var a=class{constructor(){this.host="firestore.googleapis.com"}}'
ALONE = SCRIPT.replace(";firebase.firestore()", "")


@each(
    ("files", "every"),
    [
        ((LIBRARY, ALONE), ["firestore:acme-web"]),
        ((ALONE, "x", LIBRARY), ["firestore:acme-web"]),
        ((LIBRARY, LIBRARY, ALONE), ["firestore:acme-web"]),
        ((ALONE, LIBRARY, LIBRARY), ["firestore:acme-web"]),
        ((ALONE, "x"), []),
        ((ALONE, "f('https://firestore.googleapis.com/v1/projects/other')"), []),
    ],
)
def test_the_library_of_firestore_can_be_in_another_script(files: tuple[str, ...], every: list[str]) -> None:
    projects = WebProjects()
    buffers = [Buffer(f"{number}.js", BufferKind.TEXT, text.encode()) for number, text in enumerate(files)]
    assert [one.endpoint.value for buffer in buffers for one in projects.read(buffer)] == every


FUNCTIONS = (
    "class F{_url(e){let t=this.app.options.projectId;return`https://${this.region}-${t}.cloudfunctions.net/${e}`}}"
)
FUNCTIONS_5 = 'return"https://"+this.region_+"-"+e+".cloudfunctions.net/"+t},'
FUNCTIONS_ES5 = 'return "https://".concat(this.region, "-").concat(t, ".cloudfunctions.net/").concat(e)'
CENTRAL, EUROPE = "firebase-functions:us-central1-acme-web", "firebase-functions:europe-west1-acme-web"


@each(
    ("files", "every"),
    [
        ((FUNCTIONS + ALONE,), [CENTRAL]),
        ((FUNCTIONS_5, ALONE), [CENTRAL]),
        ((ALONE, FUNCTIONS_ES5, FUNCTIONS), [CENTRAL]),
        ((FUNCTIONS, ALONE + ';getFunctions(a,"us-central1")'), [CENTRAL]),
        ((FUNCTIONS, ALONE + ";getFunctions(a,'europe-west1')"), [EUROPE]),
        ((ALONE + ';a.functions("europe-west1")', FUNCTIONS_5), [EUROPE]),
        ((FUNCTIONS, ALONE + ';f("europe-west1","asia-east2")'), [CENTRAL]),
        ((ALONE,), []),
        ((FUNCTIONS,), []),
        ((ALONE, 'fetch("https://us-central1-other.cloudfunctions.net/api")'), []),
        ((ALONE, "// https://<region>-<project>.cloudfunctions.net/ is the server"), []),
    ],
)
def test_server_of_the_library_of_functions(files: tuple[str, ...], every: list[str]) -> None:
    projects = WebProjects()
    buffers = [Buffer(f"{number}.js", BufferKind.TEXT, text.encode()) for number, text in enumerate(files)]
    assert [one.endpoint.value for buffer in buffers for one in projects.read(buffer)] == every


def test_host_of_a_function() -> None:
    (one,) = WebProjects().read(Buffer("a.js", BufferKind.TEXT, (FUNCTIONS + ALONE).encode()))
    assert one.endpoint.host == "us-central1-acme-web.cloudfunctions.net"


OLD_LIBRARY = 'var Ye="auth.firebase.com";function f(){return g(Ye)}Y.setAuthenticationServer=f'


@each(
    ("text", "file", "every"),
    [
        (OLD_LIBRARY, "lib/firebase.js", ["https://auth.firebase.com"]),
        (OLD_LIBRARY.replace('="', " = '").replace('";', "',"), "lib/bundle.js", ["https://auth.firebase.com"]),
        (OLD_LIBRARY, "lib/firebase.md", []),
        (OLD_LIBRARY.partition("Y.set")[0], "a.js", []),
        (OLD_LIBRARY.replace('Ye="', 'Ye==="'), "a.js", []),
    ],
)
def test_the_old_library_has_a_server_for_logins(text: str, file: str, every: list[str]) -> None:
    assert found(text, file) == every


def test_projects_that_wait_are_bounded() -> None:
    projects = WebProjects()
    for number in range(3 * MAX_OBJECTS):
        assert list(projects.read(Buffer(f"{number}.js", BufferKind.TEXT, ALONE.encode()))) == []
    assert len(list(projects.read(Buffer("lib.js", BufferKind.TEXT, LIBRARY.encode())))) == MAX_OBJECTS


def test_offset_is_that_of_the_project() -> None:
    (one,) = WebProjects().read(Buffer("a.js", BufferKind.TEXT, SCRIPT.encode(), base=100))
    assert one.evidence.offset == 100 + SCRIPT.index("acme-web")


def test_objects_are_bounded() -> None:
    assert len(found("firestore" + f'{{{KEY},projectId:"acme-web"}}' * 200)) == MAX_OBJECTS


@settings(deadline=None, max_examples=examples(100))
@given(st.binary(max_size=400))
def test_any_bytes_never_raises(data: bytes) -> None:
    list(WebProjects().read(Buffer("a.js", BufferKind.TEXT, b"irestore AIza projectId:" + data)))


def test_the_cost_of_hostile_files_is_linear() -> None:
    assert_linear(
        lambda size: Buffer("a.js", BufferKind.TEXT, b"irestore AIza " + b'projectId:"aaaaaa' * size),
        lambda buffer: list(WebProjects().read(buffer)),
        20_000,
    )
    assert_linear(
        lambda size: Buffer("a.js", BufferKind.TEXT, b"irestore AIza " + b"a='aaaaaa',{projectId:a}" * size),
        lambda buffer: list(WebProjects().read(buffer)),
        20_000,
    )
