"""Code of hybrid apps that needs a plugin which is not in the package."""

from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.linear import assert_linear
from tests.unit.recognise.pages.test_unloaded import INDEX, WWW, piece, sighting
from tieback.model.sighting import Evidence, NotBackend, Sighting
from tieback.recognise.pages.missing_plugins import MAX_LIST, NO_PLUGIN, MissingPlugins
from tieback.recognise.pages.unloaded import UnloadedFiles

PAGE = "w.open('https://a.test/sign-in')"
OLD = "var m = cordova.require('cordova/plugin_list').metadata; if (m.hasOwnProperty('org.apache.cordova.inappbrowser')"
NEW = "/* plugin_list */ if ($util.isInAppBrowserInstalled(m)"
DEVICE, BROWSER = "'cordova-plugin-device': '1.0'", "'cordova-plugin-inappbrowser': '1.0'"


def stays(code: str, plugins: str | None) -> bool:
    """True if the address in a script stays a back end."""
    pages = UnloadedFiles()
    pages.see(piece(f"{WWW}index.html", INDEX))
    pages.see(piece(f"{WWW}cordova.js", ""))
    pages.see(piece(f"{WWW}js/app.js", code))
    if plugins is not None:
        pages.see(piece(f"{WWW}cordova_plugins.js", f"module.exports.metadata = {{ {plugins} }}"))
    one = sighting(f"{WWW}js/app.js")
    evidence = Evidence(one.evidence.file, code.find("https://"), one.evidence.how, "")
    (find,) = pages.settled([Sighting(one.endpoint, 1, one.party, evidence)])
    assert isinstance(find, Sighting) or find == NotBackend("https://a.test", NO_PLUGIN)
    return isinstance(find, Sighting)


@each(
    ("code", "plugins", "expected"),
    [
        (f"{OLD} === true) {{ {PAGE} }}", DEVICE, False),
        (f"{OLD}===!0){{{PAGE}}}", DEVICE, False),
        (f"{OLD} === true)\n                    {{ {PAGE} }}", DEVICE, False),
        (f"{OLD}) {{ {PAGE} }}", "", False),
        (f"{OLD}) {{ {PAGE} }}", "x" * MAX_LIST, True),
        (f"{NEW}) {{ if (a) {{ b('}}') }} {PAGE} }}", DEVICE, False),
        (f"{NEW})if('undefined'!=typeof j){{{PAGE}}}", DEVICE, False),
        (f"{NEW})if(a)if(b){{{PAGE}}}", DEVICE, False),
        (f"{NEW})if(a)if(b){{{PAGE}}}", BROWSER, True),
        (f"{NEW})if(a)f();else{{{PAGE}}}", DEVICE, True),
        (f"{NEW})f();if(a){{{PAGE}}}", DEVICE, True),
        # The plugin is there, also by another of its names; or the list of plugins is not.
        (f"{OLD} === true) {{ {PAGE} }}", f"{DEVICE}, {BROWSER}", True),
        (f"{NEW}) {{ {PAGE} }}", BROWSER, True),
        (f"{OLD} === true) {{ {PAGE} }}", None, True),
        # Code that does not need it.
        (f"{OLD} === true) {{ f() }} else {{ {PAGE} }}", DEVICE, True),
        (f"{PAGE}; {OLD} === true) {{ f() }}", DEVICE, True),
        (f"{OLD} === false) {{ {PAGE} }}", DEVICE, True),
        (f"{OLD.replace('if (', 'if (!')}) {{ {PAGE} }}", DEVICE, True),
        (f"{OLD} === true || a) {{ {PAGE} }}", DEVICE, True),
        (f"if (m.hasOwnProperty('token')) {{ {PAGE} }}; plugin_list", DEVICE, True),
        (f"{OLD} === true) {{ {PAGE}", DEVICE, True),
    ],
)
def test_code_that_needs_a_plugin(code: str, plugins: str | None, expected: bool) -> None:
    assert stays(code, plugins) is expected


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_reading_any_bytes_never_raises(script: bytes, listed: bytes) -> None:
    plugins = MissingPlugins()
    plugins.see("a.js", b"plugin_list" + script + OLD.encode() + b"){" + script)
    plugins.see_list(listed)
    plugins.applies("a.js", 20)


def test_the_time_is_linear() -> None:
    assert_linear(lambda n: f"{OLD}){{".encode() * n, lambda data: MissingPlugins().see("a.js", data), 200)
