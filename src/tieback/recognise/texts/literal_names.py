"""What the name before a text of a script or of JSON says about an address in it.

``xmlNamespace: {uri: "http://…/doc/2006-03-01/"}`` in the descriptions of services that the AWS SDK for JavaScript
contains, ``"xmlns:ooo": "http://…"``, ``meta: {app: "https://…", version: "1.0", image: "a.png"}`` of a sheet of
sprites, and ``codebase="http://…swflash.cab"`` of a plug-in. No code contacts such an address. Sources:
https://www.w3.org/TR/xml-names/, https://github.com/aws/aws-sdk-js/tree/master/apis,
https://www.codeandweb.com/texturepacker/documentation, https://html.spec.whatwg.org/multipage/obsolete.html
"""

import re

from tieback.intake.apps.interface import Bytes
from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.reasons import LINK
from tieback.recognise.texts.prose import COMMENT, NAMESPACE, NOTIFIED
from tieback.recognise.texts.signs import sign_before

ATLAS = "only the program that has made a sheet of sprites"
PLUG_IN = "only for a plug-in of a desktop browser"
PLUG_IN_ATTRIBUTES = ("codebase", "pluginspage")
"""Attributes of ``object``, ``applet`` and ``embed``: where a browser gets a plug-in. Web views of phones have none."""
SERVER = "only in a value for scripts that run without a browser"
BROWSER = "only for the app as a page of a desktop browser"
_WITHOUT_WINDOW = lazy_pattern(
    rb"(?:(?:[\"'](?:undefined|u)[\"']\s{0,4}(?:!==?|>)\s{0,4}typeof window|typeof window\s{0,4}(?:!==?|<)\s{0,4}"
    rb"[\"'](?:undefined|u)[\"'])\s{0,20}\?[^:;{}?]{1,120}:|(?:[\"']undefined[\"']\s{0,4}===?\s{0,4}typeof window|"
    rb"typeof window\s{0,4}===?\s{0,4}[\"']undefined[\"'])\s{0,20}\?)\s{0,20}\Z"
)
"""A condition on the browser's ``window`` before the value without it: a page that is made on a server."""
_WITHOUT_PAGES = (
    b"importScripts(",
    b"WorkerGlobalScope",
    b"rn-bridge",
    b"rn_bridge",
    b'"cordova-bridge"',
    b"'cordova-bridge'",
    b"self.onmessage",
    b"self.addEventListener",
    b"@nativescript/",
)
"""What a script for a worker has, and one of an app that runs Node.js or NativeScript: they have no ``window``.

https://developer.mozilla.org/docs/Web/API/WorkerGlobalScope, https://github.com/nodejs-mobile/nodejs-mobile-react-native
"""
_NAMESPACE = lazy_pattern(
    rb"(?:[{,\[(\s][\"']?(?:xmlNamespace|xmlns|targetNamespace)[\"']?|[{,\s][\"']?\$(?:ref|id)[\"']?|[{,\s][\"']xmlns:[\w.-]{1,40}[\"']|"
    rb"[{,\s][\"']?xmlNamespace[\"']?\s{0,8}:\s{0,8}\{[^{}]{0,200}?[\"']?uri[\"']?)\s{0,8}:\s{0,40}\Z"
    rb"|(?<![\w$])namespaces?\[\s{0,8}\Z"
)
_RESOLVES = (b"loadSchema", b"compileAsync(", b"RefParser", b".dereference(")
"""Code that requests what a schema refers to: https://ajv.js.org/guide/managing-schemas.html#asynchronous-schema-loading"""
_SPACES = lazy_pattern(rb"[{,]\s{0,40}[\"']?namespaces[\"']?\s{0,8}:\s{0,8}\{[^{}]{0,1000}\Z")
"""An object of namespaces, by prefix: ``namespaces: {gmd: "http://…"}`` of OpenLayers."""
_HEAD = lazy_pattern(
    rb"\(\s{0,20}[\"'](?:meta[\"']\s{0,8},\s{0,8}\{[^{}]{0,200}?\bcontent|link[\"']\s{0,8},\s{0,8}\{[^{}]{0,200}?\brel[\"']?"
    rb"\s{0,4}:\s{0,4}[\"'](?:canonical|alternate|author|license|me)[\"'][^{}]{0,200}?\bhref)[\"']?\s{0,4}:\s{0,4}\Z"
)
"""An element with a fact about a page in the code of React: ``jsx("meta", {property: "og:url", content: "https://…"})``."""
_NAMED_SPACE = lazy_pattern(
    rb"(?<![A-Za-z0-9_$])(?:[\w$.]{0,60}[a-z])?(?:NS|[nN]ame[sS]pace(?:URI|Uri)?)_?[\"']?\s{0,8}[:=]\s{0,8}\[?\s{0,8}\Z"
)
"""A member whose name says that its value is a namespace: ``this.featureNS_ = "http://…"`` of OpenLayers."""
_CHANNEL = lazy_pattern(rb"(?<![\w$])[nN]ame[sS]pace[\"']?\s{0,8}[:=]\s{0,8}\Z")
_CHANNELS = (b"socket.io", b"io(", b"io.connect(")
"""A channel of Socket.IO is a namespace too, and its address has a server: https://socket.io/docs/v4/namespaces/"""
_KIND = lazy_pattern(
    rb"(?:grant|credential|assertion|subject_?token|requested_?token)_?type[\"']?\s{0,8}(?:[:=]|\|\|)\s{0,8}\Z",
    re.IGNORECASE,
)
"""A kind of grant, which is named by an address: RFC 6749, section 4.5; RFC 8693, section 2.1."""
_CHILDREN = lazy_pattern(rb"[{,]\s{0,20}children\s{0,4}:\s{0,8}(?:\[(?:[^\[\]{}()]{0,300},)?\s{0,8})?\Z")
"""The content of an element of React, as compilers write it: https://react.dev/reference/react/createElement"""
_OPTION = lazy_pattern(rb"[\"']option[\"']\s{0,4},\s{0,8}\{?[^{}]{0,200}\Z")
"""An element whose text is the value of a selection, too."""
_CREDIT = lazy_pattern(
    rb"(?:[{,]\s{0,40}[\"']?attribution(?:s|U(?:rl|RL)|Link)?[\"']?\s{0,8}:\s{0,8}\[?|(?<![\w$])(?:[\w$.]{0,60}A|a)ttributions?\s{0,8}="
    rb"|(?<![\w$])(?:[A-Z0-9]{1,30}_)?ATTRIBUTION(?:_[A-Z]{1,30})?\s{0,8}=)\s{0,8}\Z"
)
"""The credit of a map, with links for people: https://leafletjs.com/reference.html#layer-attribution"""
_CREDIT_URL = lazy_pattern(rb"ttribution(?:U(?:rl|RL)|Link)|ATTRIBUTION_(?:URL|LINK|ENDPOINT|API)")
_LAYER = lazy_pattern(
    rb"(?i)attribution[\"']?\s{0,4}:|maxzoom|tile|copyright|licen[cs]e|layer|author|credit|logo|photo|image"
)
"""Words around the credit of a map or a picture; what reports how an app was installed is an attribution, too."""
_SRC = lazy_pattern(rb"\bsrc\s?=\s?\\?[\"']?\Z")
_FLASH = lazy_pattern(rb"[^\s\"'`<>\\]{0,400}?\.swf(?=[?#&\"'`\\\s]|\Z)", re.IGNORECASE)
"""A file of Flash Player, which no web view of a phone has: https://www.adobe.com/products/flashplayer/end-of-life.html"""
_RUFFLE = (b"ruffle", b"RufflePlayer")
"""A player that needs no plug-in: https://github.com/ruffle-rs/ruffle/tree/master/web/packages/selfhosted"""
_DESKTOP = lazy_pattern(rb"[{,\s][\"']?(?:pushServiceURL|PREVIEW_ROOT_URL)[\"']?\s{0,8}:\s{0,8}\Z")
"""https://github.com/phonegap/phonegap-plugin-push/blob/master/docs/API.md (``browser.pushServiceURL``), and the server
of a preview in ``static_app_props.js`` of IBM MobileFirst."""
_BARCODE = lazy_pattern(rb"\bencode\s{0,4}\([^()\"'`;]{0,120}[\"']?TEXT_TYPE[\"']?\s{0,8},\s{0,40}\Z")
"""https://github.com/phonegap/phonegap-plugin-barcodescanner#encoding-a-barcode"""
_ICON = lazy_pattern(rb"[{,]\s{0,40}[\"']?(?:icon|avatar)_url[\"']?\s{0,8}:\s{0,8}\Z")
_OF_CHAT = lazy_pattern(rb"[{,]\s{0,40}[\"']?(?:channel|content|embeds|attachments)[\"']?\s{0,8}:")
"""A picture in a message to a chat, whose server loads it: https://api.slack.com/methods/chat.postMessage,
https://discord.com/developers/docs/resources/webhook
"""
_VALUE = lazy_pattern(rb"[{,]\s{0,40}[\"']?[\w$-]{1,60}[\"']?\s{0,8}:\s{0,8}(?:\[\s{0,20})?\Z")
_BODY = lazy_pattern(
    rb"(?:[{,]\s{0,40}[\"']?(?:body|data)[\"']?\s{0,8}:\s{0,8}|\.\s{0,4}send\s{0,4}\(\s{0,20})JSON\s{0,4}\.\s{0,4}stringify\s{0,4}\(\s{0,40}\Z"
)
"""The body of a request up to its object; a server that gets an address may contact it, and the app does not."""
_INSIDE = lazy_pattern(
    rb"(?i:(?:channel|web_?view|worker|port|bridge|frame|nodejs)(?:\(\))?\s{0,4}\.|(?:writeFile|appendFile|postMessage)\s{0,4}\(\s{0,4}\{(?:[^{}]{0,200},)?)\Z"
)
"""What gives the text to other code of the app, or to a file that code reads again."""
_BRACKET = lazy_pattern(rb"[(){}\[\]]|\"[^\"\n]{0,400}\"|'[^'\n]{0,400}'")
_BODY_REACH = 1_200
_NO_CODE = lazy_pattern(rb"[^\"'`(){}=@<>;]{0,200}")
_NOTE = lazy_pattern(rb"[{,\s][\"']?(?:[_$]comment|commentstring|//)[\"']?\s{0,8}:\s{0,8}\Z", re.IGNORECASE)
_PROGRAM = lazy_pattern(rb"[{,]\s{0,40}[\"']?app[\"']?\s{0,8}:\s{0,8}\Z")
_META = lazy_pattern(rb"[\"']?meta[\"']?\s{0,8}:\s{0,8}\{[^{}]{0,200}\Z")
_SHEET = lazy_pattern(rb"\s{0,40},[^{}]{0,300}?[\"']?(?:image|format|version)[\"']?\s{0,8}:")
_ATTRIBUTE = lazy_pattern(rb"[\s\"'`](?:codebase|pluginspage)=\\?[\"']?\Z", re.IGNORECASE)
_SCHEMES = (b"", b"http://", b"https://", b"//")
_REACH, _HEAD_REACH, _SPACES_REACH = 300, 480, 1_000
_BEHIND_NAMES = frozenset((b":", b"=", b"[", b"|"))
"""The last sign before a literal that is the value of a name."""
_CREDITS, _DESKTOPS = (b"ttribution", b"ATTRIBUTION"), (b"pushServiceURL", b"PREVIEW_ROOT_URL")
_NAMESPACES, _NAMED_SPACES = (b"amespace", b"xmlns", b"$ref", b"$id"), (b"NS", b"amespace", b"ameSpace")
"""Texts without which the patterns for these names do not match, which takes a hundred times as long to see."""
_KIND_REACH = 32
"""At least as many bytes as are behind the beginning of ``type`` in such a name."""


def reason_of_name(data: Bytes, start: int, offset: int, end: int) -> str:
    """Why the address that a literal begins with is never contacted, by the name before it; empty if it may be.

    Args:
        data: the text.
        start: offset of the literal, with its quotes.
        offset: that of the address, or of its host.
        end: the end of the literal.
    """
    before, sign = bytes(data[max(0, start - _REACH) : start]), sign_before(data, start)
    is_named = sign in _BEHIND_NAMES
    if is_named and any(word in before for word in _CREDITS) and (credit := _CREDIT.search(before)):
        around = before[: credit.start()][-_REACH:] + bytes(data[end : end + _REACH])
        if _SRC.search(data, max(start, offset - 12), offset):
            return ""
        return LINK if _LAYER.search(around) or not _CREDIT_URL.search(credit[0]) else ""
    if _FLASH.match(data, offset, min(len(data), end)):
        return "" if any(data.find(mark) >= 0 for mark in _RUFFLE) else PLUG_IN
    if bytes(data[start + 1 : min(offset, start + 12)]) not in _SCHEMES:
        return _plug_in(data, start, offset)
    if (is_named and _is_namespace(data, before)) or _is_in_namespaces(data, start):
        return NAMESPACE
    if not is_named:
        return ""
    if (b"//" in before or b"comment" in before.lower()) and _NOTE.search(before):
        return COMMENT
    if any(word in before for word in _DESKTOPS) and _DESKTOP.search(before):
        return BROWSER
    if _is_sent(data, start, end):
        return NOTIFIED
    program = _PROGRAM.search(before) if b"meta" in before else None
    if program and _META.search(before, 0, program.start() + 1) and _SHEET.match(data, end, end + 400):
        return ATLAS
    return ""


def _is_namespace(data: Bytes, before: bytes) -> bool:
    """True if a name that says that its value is a namespace, or a kind of grant, ends a text."""
    if any(word in before for word in _NAMESPACES) and (found := _NAMESPACE.search(before)):
        return not (b"$ref" in found[0] and any(data.find(mark) >= 0 for mark in _RESOLVES))
    if any(word in before for word in _NAMED_SPACES) and _NAMED_SPACE.search(before):
        return _CHANNEL.search(before) is None or not any(data.find(mark) >= 0 for mark in _CHANNELS)
    return b"type" in before[-_KIND_REACH:].lower() and _KIND.search(before) is not None


def _is_in_namespaces(data: Bytes, start: int) -> bool:
    """True if a literal is in an object of namespaces."""
    first = max(0, start - _SPACES_REACH)
    if data.find(b"namespaces", first, start) < 0 or _SPACES.search(data, first, start) is None:
        return False
    return not any(data.find(mark) >= 0 for mark in _CHANNELS)


def _is_sent(data: Bytes, start: int, end: int) -> bool:
    """True if a literal is a value in the body of a request, or a picture in a message to a chat."""
    before = bytes(data[max(0, start - _BODY_REACH) : start])
    if b"_url" in before and _ICON.search(before):
        around = before[before.rfind(b"{") :] + b"," + bytes(data[end : end + _REACH]).partition(b"}")[0]
        return _OF_CHAT.search(around) is not None
    if b"stringify" not in before or _VALUE.search(before) is None:
        return False
    depth = 0
    for found in reversed(list(_BRACKET.finditer(before))):
        if found[0] in (b"}", b"]", b")"):
            depth += 1
        elif depth:
            depth -= found[0] in (b"{", b"[", b"(")
        elif found[0] == b"(":
            return False  # the argument of another call
        elif found[0] == b"{" and (body := _BODY.search(before, 0, found.start())):
            return _INSIDE.search(before, 0, body.start() + 1) is None
    return False


def is_barcode(data: Bytes, start: int) -> bool:
    """True if a literal is the text of a barcode that the app shows."""
    return sign_before(data, start) == b"," and _BARCODE.search(data, max(0, start - _REACH), start) is not None


def is_of_server(data: Bytes, start: int) -> bool:
    """True if a literal is the value without a ``window``, as in ``typeof window !== "undefined" ? a : "…"``."""
    before = data[max(0, start - _REACH) : start]
    if b"typeof window" not in before or _WITHOUT_WINDOW.search(before) is None:
        return False
    return not any(data.find(mark) >= 0 for mark in _WITHOUT_PAGES)


def is_of_head(data: Bytes, start: int) -> bool:
    """True if a literal is a fact about a page that code puts into its head."""
    return sign_before(data, start) == b":" and _HEAD.search(data, max(0, start - _HEAD_REACH), start) is not None


def is_content(data: Bytes, start: int, offset: int) -> bool:
    """True if a literal is text that an element of React shows, with an address at an offset."""
    first = max(0, start - _REACH - 40)
    if data.find(b"children", first, start) < 0 or _NO_CODE.fullmatch(data, start + 1, offset) is None:
        return False
    found = _CHILDREN.search(data, first, start)
    return found is not None and _OPTION.search(data, first, found.start()) is None


def _plug_in(data: Bytes, start: int, offset: int) -> str:
    """The reason if an address in a part of markup is the value of an attribute that names a plug-in."""
    return PLUG_IN if _ATTRIBUTE.search(data, max(start, offset - 40), offset) else ""
