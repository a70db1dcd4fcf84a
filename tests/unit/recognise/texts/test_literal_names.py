"""What the name before a text of a script or of JSON says about an address in it."""

from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.linear import assert_linear
from tieback.recognise.reasons import LINK
from tieback.recognise.texts.languages import METADATA
from tieback.recognise.texts.literal_names import ATLAS, BROWSER, PLUG_IN, SERVER, reason_of_name
from tieback.recognise.texts.places import TextPlaces
from tieback.recognise.texts.prose import COMMENT, MESSAGE, NAMESPACE, NOTIFIED, SHOWN


def reason(text: str, file: str = "a.js") -> str:
    data = text.replace("URL", "http://a.test/x").encode()
    return TextPlaces(file, data).reason(data.index(b"http://a.test"))


@each(
    ("text", "expected"),
    [
        ('x={"metadata":{"xmlNamespace":"URL"}}', NAMESPACE),
        ('x={"xmlNamespace": {\n "prefix": "p", "uri": "URL"}}', NAMESPACE),
        ('x={xmlNamespace:{uri:"URL"}}', NAMESPACE),
        ('x={"location": {"uri": "URL"}}', ""),
        ('x={"uri":"URL","xmlNamespace":{}}', ""),
        ("x={'xmlns:ooo':   \"URL\"}", NAMESPACE),
        ('$iq({to: "a", xmlns: "URL"})', NAMESPACE),
        ('x={myxmlns: "URL"}', ""),
        ('x={meta:{app:"URL",version:"1.0",image:"a.png"}}', ATLAS),
        ('x={"meta": {"scale": "1", "app": "URL ", "format": "RGBA8888"}}', ATLAS),
        ('x={meta:{app:"URL"}}', ""),
        ('x={meta:{api:"URL",version:"1.0"}}', ""),
        ('x={config:{app:"URL",version:"1.0"}}', ""),
        ('x={commentstring: "URL"}', COMMENT),
        ('x={"_comment": "URL"}', COMMENT),
        ('x={comment: "URL"}', ""),
        ('x={anyOf:[c,{$ref:"URL#"}]}', NAMESPACE),
        ('x={"$id": "URL"}', NAMESPACE),
        ('x={ref:"URL"}', ""),
        ("L.tileLayer(u,{attribution:'&copy; <a href=\"URL/copyright\">Maps</a>'})", LINK),
        ("L.tileLayer(u,{maxZoom:9, attributions: ['Maps URL']})", LINK),
        ("L.tileLayer('URL/{z}/{x}/{y}.png',{attribution:'a'})", ""),
        ("this.mapAttribution='&copy; <a href=\"URL\">Maps</a>'", LINK),
        ("this.mapAttributionServer='URL'", ""),
        ('s.encode(s.Encode.TEXT_TYPE, "URL", done)', SHOWN),
        ('s.encode("TEXT_TYPE", "URL")', SHOWN),
        ('s.encode("URL", done)', ""),
        ("namespaces['URL'] = {}", NAMESPACE),
        ("places['URL'] = {}", ""),
        ("const ATTRIBUTION_STRING = 'By <a href=\"URL\">Maps</a>'", LINK),
        ('x={swf:"URL/player.swf"}', PLUG_IN),
        ("x='<embed src=\"URL/player.swf?a=1\">'", PLUG_IN),
        ('x={lib:"URL/player.swf.js"}', ""),
        ('s={channel:"#a",text:t,icon_url:"URL/a.png"}', NOTIFIED),
        ('s={username:"a",avatar_url:"URL/a.png",content:t}', NOTIFIED),
        ('s={text:t,icon_url:"URL/a.png"}', ""),
        ('s={icon_url:"URL/a.png"};t={channel:1}', ""),
        ('fetch(u,{method:"POST",body:JSON.stringify({embedUrl:"URL"})})', NOTIFIED),
        ('fetch(u,{body:JSON.stringify({a:1,b:{c:[1],link:"URL"}})})', NOTIFIED),
        ('r.send(JSON.stringify({site:"URL"}))', NOTIFIED),
        ('$.ajax({url:"URL",data:JSON.stringify({a:1})})', ""),
        ('f(JSON.stringify({site:"URL"}))', ""),
        ('x={body:JSON.stringify({a:1}),url:"URL"}', ""),
        ('fetch(u,{body:JSON.stringify({a:load("URL")})})', ""),
        ('this.featureNS_="URL"', NAMESPACE),
        ('x={namespaceURI:"URL"}', NAMESPACE),
        ('kmlNS=["URL"]', NAMESPACE),
        ('x={DNS:"URL"}', ""),
        ('x={namespaces:{ol:"http://b.test/2005/gmd",gmd:"URL"},prefix:"ol"}', NAMESPACE),
        ('x={namespaces:{ol:"http://b.test/2005/gmd"},url:"URL"}', ""),
        ('x={logo:null,attributionUrl:"URL",size:1}', LINK),
        ('x={attributionUrl:"URL"};send(x)', ""),
        ('var ATTRIBUTION_URL="URL"', ""),
        ('x={maxZoom:9,attributionUrl:"URL"}', LINK),
        ('x={namespace:"URL"};io(x.namespace)', ""),
        ('x={namespaces:{chat:"URL"}};require("socket.io-client")(x)', ""),
        ('x={xmlNamespace:"URL"};io(x)', NAMESPACE),
        ('t.credentialType||"URL"', NAMESPACE),
        ("x={'grant_type': 'URL'}", NAMESPACE),
        ("x={type:'URL'}", ""),
        ('jsx("a",{href:u,children:"URL"})', SHOWN),
        ('jsxs("p",{children:["a",e,"→ URL"]})', SHOWN),
        ('jsx("script",{children:"load(\'URL\')"})', ""),
        ('jsx(A,{children:load("URL")})', ""),
        ('jsx(A,{children:[jsx("img",{src:"URL"})]})', ""),
        ('x={children:[{path:"URL"}]}', ""),
        ('jsx("meta",{property:"og:url",content:"URL"},0)', METADATA),
        ('e("link",{rel:"canonical",href:"URL"})', METADATA),
        ('e("link",{rel:"stylesheet",href:"URL"})', ""),
        ('e("input",{content:"URL"})', ""),
        ('e("meta",{content:a}),e(B,{content:"URL"})', ""),
        ('o=()=>"undefined"!=typeof window?window.location.origin:"URL"', SERVER),
        ("o=typeof window !== 'undefined' ? location.href : 'URL'", SERVER),
        ('o=typeof window<"u"?a.b:"URL"', SERVER),
        ('o=typeof window==="undefined"?"URL":"/api"', SERVER),
        ('o=typeof window!=="undefined"?"URL":"/api"', ""),
        ('o=typeof window==="undefined"?"URL":"/api";importScripts("a.js")', ""),
        ('o=typeof window==="undefined"?"URL":"/api";require("rn-bridge")', ""),
        ('o="undefined"==typeof window?"/api":"URL"', ""),
        ('o=typeof window.api!=="undefined"?a:"URL"', ""),
        ('if("undefined"!=typeof window?a:b){f("URL")}', ""),
        ('x=\'classid="c" codebase="URL" width=\'', PLUG_IN),
        ("x='<object codebase=\"URL\">'", PLUG_IN),
        ("x='?codebase=URL'", ""),
        ("x=['codebase=\"URL\"','id=\"a\"']", PLUG_IN),
        ('console.log("%c%s","color:red;font-weight:bold;","URL")', MESSAGE),
        ('console.log("a;"),console.log("%c","b;c","URL")', MESSAGE),
        ('console.log("color:red;");load(a,"URL")', ""),
        ("x='<embed src=\"URL\">'", ""),
        ('log(["\\n %c %c Lib "+v+" %c  URL  %c", "color: red"])', MESSAGE),
        ("x='http://b.test/%c URL'", ""),
        ('console.log("Lib " + v + " - " + t + " - URL")', MESSAGE),
        ('throw new Error("No " + a, "URL")', MESSAGE),
        ('console.log("Lib " + v),r.open("GET","URL")', ""),
        ('console.log("Lib " + load(a, "URL"))', ""),
        ('console.log(")", a), f("(", "URL")', ""),
        ('log("Lib " + v + " - ", "URL")', ""),
        ("throw new Error(\"'\" + p + \"' is not an attribute \" +\n '(URL/docs/a)')", MESSAGE),
        ("load('first part', '(URL)')", ""),
        ('throw Error(n+": 插件 已经 被弃用. 迁移指南:\\nURL")', MESSAGE),
    ],
)
def test_the_name_before_a_literal_decides(text: str, expected: str) -> None:
    assert reason(text) == expected


@each(
    ("key", "expected"),
    [
        ("pushServiceURL", BROWSER),
        ('"pushServiceURL"', BROWSER),
        ("pushServiceURLs", ""),
        ("PREVIEW_ROOT_URL", BROWSER),
    ],
)
def test_a_setting_for_desktop_browsers(key: str, expected: str) -> None:
    data = f'push.init({{android:{{}},browser:{{{key}: "http://a.test/x"}}}})'.encode()
    assert TextPlaces("a.js", data).reason(data.index(b"http")) == expected


@each(
    ("text", "expected"),
    [
        ('<object codebase="URL"></object>', PLUG_IN),
        ('<embed src="a.swf" pluginspage="URL">', PLUG_IN),
        ('<embed src="URL">', ""),
    ],
)
def test_attributes_of_plug_ins_are_never_contacted(text: str, expected: str) -> None:
    assert reason(f"<html><body>{text}", "a.html") == expected


@given(st.binary(max_size=200), st.integers(0, 200), st.integers(0, 200), st.integers(0, 200))
def test_any_bytes_never_raise(data: bytes, start: int, offset: int, end: int) -> None:
    assert isinstance(reason_of_name(data, start, offset, end), str)


@each("part", [b"xmlNamespace:{", b"{meta:{", b'"xmlns:', b" codebase="])
def test_the_cost_of_hostile_texts_is_linear(part: bytes) -> None:
    assert_linear(
        lambda size: part * size,
        lambda data: [reason_of_name(data, at, at + 1, at) for at in range(0, len(data), len(part))],
        4_000,
    )
