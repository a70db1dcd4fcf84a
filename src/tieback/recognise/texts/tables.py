"""Files that are a table or a text of a known shape, whatever their name: nothing in them is an address of the app.

Shapes: user agents (such as https://browscap.org), public suffixes (https://publicsuffix.org/list/), filter lists and
host files (https://adblockplus.org/filters), media types (RFC 6838), word lists, licences, pictures, fonts and shaders,
and lists with descriptions and web sites of many owners (https://pcsc-tools.apdu.fr/smartcard_list.txt).
Most lines must have the shape, in samples of the beginning, the middle and the end. The dictionary of Brotli, which
decoders contain as a constant, is one fixed text.
"""

import binascii
import re
from collections.abc import Callable

from tieback.intake.apps.content import COMPILED
from tieback.model.lazy_pattern import lazy_pattern

AGENTS = "only in a table of user agents"
SUFFIXES = "only in a list of public suffixes"
FILTERS = "only in a list of filters"
TYPES = "only in a table of media types"
WORDS = "only in a word list"
LICENCE = "only in a licence text"
PICTURE = "only in a picture, font or shader"
DOCUMENT = "only in a document for people"
NETWORKS = "only in a table of mobile networks"
REFERENCE = "only in a list that people look things up in"
DICTIONARY = "only in the dictionary of a compression format"

_SAMPLE = 16 * 1024
_LEAST_LINES = 20
_LONG = 2000
"""Average bytes of a line above which its entries are counted: a table without line ends."""
_AGENT = lazy_pattern(
    rb"Mozilla/\d|\(compatible;|AppleWebKit/|[A-Za-z](?:[Bb]ot|[Cc]rawler|[Ss]pider)\b[-\w .]{0,20}[\\/]{1,3}[\d\"'(.]"
    rb"|\(\+https?:"
)
_SENT_AGENT = lazy_pattern(
    rb"(?i)(?:#EXTVLCOPT:http-|[\"'|&#\s,{])user[-_]?agent[\"']?\s{0,4}[=:]\s{0,4}[\"']?[\w.-]{1,40}/"
)
"""The name of a header before an agent, as in playlists:
https://wiki.videolan.org/VLC_command-line_help/"""
_OWN_ADDRESS = lazy_pattern(rb"(?:\A|[\"'=|\s])(?:https?|rtmp|rtsp)://[^\s\"'<>|]{4,2000}")
_AGENT_SHARE = 0.08
"""A JSON table has other lines about each agent; no file of an app names twenty agents for another reason."""
_SUFFIX = lazy_pattern(rb"//.*|[!*]?\.?[a-z0-9\x80-\xff][a-z0-9\x80-\xff.-]*")
_SUFFIX_MARK = b"===BEGIN ICANN DOMAINS==="
_SUFFIX_NAMES = (b"com.ac", b"edu.ac", b"gov.ac")
"""The first entries of the list, in every form of it."""
_NAME = lazy_pattern(rb"(?<![\w./:@-])(?:[a-z0-9-]{1,63}\.){1,6}[a-z-]{2,24}(?![\w./:@-])")
_NAMES_AROUND = 300
_LEAST_NAMES = 8
_FILTER = lazy_pattern(
    rb"!.*|\[Adblock.*|@@.*|\|\|?\S+|\S*#[@?]?#\S.*|[&./?_-]\S*[*^=/.&_?-]\S*|\S+\$(?:third-party|script|domain|image)\S*"
    rb"|(?:0\.0\.0\.0|127\.0\.0\.1|::1?)[ \t]+\S+.*|\.\S+"
)
_FILTER_SIGN = lazy_pattern(
    rb"[*^|$]|#@?#|^(?:!|\[Adblock|0\.0\.0\.0|127\.|::1)|\.[\w-]+\.\w|\.(?:com|net|org|info|ru|cn|de)\b"
)
"""What a line of filters has; paths and selectors of an app begin with the same signs."""
_DIRECTIVE = lazy_pattern(rb"!\s{0,4}(?:Redirect:|Update-?URL:|#include)\s{1,4}", re.IGNORECASE)
_DIRECTIVE_REACH, _FIRST_LINE, _TOP_REACH = 80, 8, 32 * 1024
_OWN_HOST, _LEAST_SAME = lazy_pattern(rb"https?://[\w.-]{3,253}"), 10
_WHOLE_LINE = lazy_pattern(rb"(?:\xef\xbb\xbf)?(?:#\s{0,3})?https?://[^\s]{3,400}[ \t]{0,8}\r?\n")
_TYPE = lazy_pattern(
    rb"(?:application|audio|chemical|font|image|message|model|multipart|text|video|x-\w+)/[\w.+-]+(?:\W.*)?"
)
_WORD = lazy_pattern(rb"[A-Za-z'\x80-\xff-]{1,40}(?:/\w{1,16})?(?:\t.{0,40})?")
_TYPES_WITH_ADDRESS = 0.5
_LINES: tuple[tuple[re.Pattern[bytes], float, int, str], ...] = (
    (_FILTER, 0.8, 20, FILTERS),
    (_TYPE, 0.6, 20, TYPES),
    (_WORD, 0.95, 200, WORDS),
)
"""Shape of a line, least share of such lines, least number of lines, reason."""
_ADDRESS = lazy_pattern(rb"https?://(?:[\w-]{1,63}\.){0,8}?([\w-]{1,63}\.[A-Za-z]{2,24})(?![\w.-])")
_WORDS_IN_LINE = lazy_pattern(rb"[A-Za-z]{3,}[ ,]+[A-Za-z]{3,}")
_SETTING = lazy_pattern(rb"\s*(?!https?:)[\w.-]{1,80}\s{0,8}[=:]")
_WEB_SITE = lazy_pattern(
    rb"(?:official[_ -]?)?(?:web[_ -]?(?:site|page)|home[_ -]?page|site[_ -]?web|sitio[_ -]?web|wikipedia)"
    rb"(?:[_ -]?(?:url|link|address))?",
    re.IGNORECASE,
)
_QUOTED = lazy_pattern(rb"\"[^\"]{0,1000}\"")
_ENTRY = lazy_pattern(rb"[^:/]{2,200}[\s|,;:=-]https?://[^\s]{4,400}|https?://[^\s]{4,400}[\s|,;-][^:/]{2,200}")
_ENTRIES_SHARE = 0.6
_PLAYLIST = b"#EXT"
_REFERENCE_BYTES = 1024 * 1024
_LEAST_OWNERS = 20
_ADDRESS_SHARE = 0.2
"""Above it, the addresses are what the list is about, such as those of radio stations."""
_WORDS_SHARE = 0.25
_SETTINGS_SHARE = 0.2
_HEADING = lazy_pattern(
    rb"(?:\A|\n)[ \t]*(?P<text>[A-Za-z][^\r\n]{1,78})\r?\n[ \t]*(?P<line>={3,80}|-{3,80})[ \t]*(?=\r?\n)"
)
"""A line with a line of signs below it: https://docutils.sourceforge.io/docs/ref/rst/restructuredtext.html#sections"""
_SENTENCE = lazy_pattern(rb"[A-Za-z]{2,} [a-z]{2,}(?: \([\w.]{1,40}\))?[.!][ \t]*(?=[\r\n]|\Z)")
"""The end of a sentence at the end of a line."""
_LEAST_SENTENCES = 2
_HEADING_SLACK = 3
_LEAST_HEADINGS = 2
_MANUAL_BYTES = 64 * 1024
_MANUAL_SETTINGS = 0.1
_LICENCES = lazy_pattern(
    rb"GNU (?:LESSER |AFFERO |LIBRARY )?GENERAL PUBLIC LICENSE|Permission is hereby granted, free of charge"
    rb"|SIL OPEN FONT LICENSE|Creative Commons (?:Legal Code|Attribution)|Mozilla Public License(?:,)? [Vv]ersion"
    rb"|Redistribution and use in source and binary forms|TERMS AND CONDITIONS FOR USE, REPRODUCTION"
    rb"|Apache License, Version"
)
_LINE_REACH = 400
_VALUE_LINE = lazy_pattern(
    rb"\s{0,20}[\w.-]{1,60}\s{0,4}=\s{0,4}[\"']?|[^\"'<>]{0,200}[=(,]\s{0,4}[\"']|[^\"'<>]{1,200}\S[,;|\t]"
)
_DATA_LINE = lazy_pattern(
    rb"\s{0,20}https?://[^\s/]{1,253}/(?:[^\s]{0,300}\.(?:mp3|aac|m3u8?|pls|json|xml|csv)|(?:[\w-]{1,40}/)?api(?:/[^\s]{0,300})?)(?:\?[^\s]{0,300})?\s{0,8}",
    re.IGNORECASE,
)
_LEAST_NETWORKS = 20
_NETWORK = lazy_pattern(rb"<apn\s[^<>]{0,1000}\bmcc\s?=")
_NETWORK_NAMES = tuple(
    (bytes((len(name), len(name))) + name, len(name).to_bytes(2, "little") + name.decode().encode("utf-16-le"))
    for name in (b"apn", b"mcc", b"mnc", b"mmsc")
)
"""Names of elements and attributes in the pool of strings of compiled XML, in UTF-8 or UTF-16."""
_ELEMENT = b"\x02\x01\x10\0"
"""The beginning of an element in compiled XML (AOSP ``ResourceTypes.h``)."""
_BROTLI = lazy_pattern(
    rb"www\.(?:World War IItestimonials|years beforeThis was|in popular culturetype=|a large number of Telecomm"
    rb"|recent developmentBoard|interpretation ofrel=|text-decoration:underthe"
    rb"|style=\W{1,3}display:none;\W{1,3}alternate|css\W{1,3}rel=\W{1,3}stylesheet\W{1,4}</div"
    rb"|language=\W{1,3}javascript\W{2,4}option)"
)
"""Words behind ``www.`` in the dictionary, where no space is between two entries (RFC 7932, appendix A)."""
_BROTLI_REACH = 96
_PICTURES = (b"8BPS", b"II*\0", b"MM\0*", b"gimp xcf", b"\x80\x01")
_FONTS = (b"%!PS", b"StartFontMetrics", b"STARTFONT ")
_EOT_VERSIONS = (b"\0\0\1\0", b"\1\0\2\0", b"\2\0\2\0")
_SHADER = lazy_pattern(
    rb"^\s*#version \d|\bgl_(?:FragColor|Position|FragCoord)\b|\bprecision (?:high|medium|low)p float;|\bfloat4\s*\("
    rb"|^\s*Shader \"|#include <metal_stdlib>",
    re.MULTILINE,
)


def _samples(data: bytes) -> list[bytes]:
    """Whole lines from the beginning, the middle and the end, without blank ones."""
    if len(data) <= 3 * _SAMPLE:
        parts = [data]
    else:
        middle = len(data) // 2
        parts = [data[:_SAMPLE], data[middle : middle + _SAMPLE], data[-_SAMPLE:]]
        parts = [part.partition(b"\n")[2].rpartition(b"\n")[0] if n else part for n, part in enumerate(parts)]
    lines = [line for part in parts for line in (raw.strip() for raw in part.splitlines()) if line]
    long = sum(map(len, lines)) > _LONG * len(lines)
    return [entry for line in lines for entry in line.split(b",")] if long else lines


def is_network_table(data: bytes) -> bool:
    """True for XML, compiled or not, with the access points of many mobile networks, as ``apns.xml`` of Android.

    Source: https://android.googlesource.com/platform/packages/providers/TelephonyProvider/
    """
    if data.startswith(COMPILED):
        names = all(any(one in data for one in forms) for forms in _NETWORK_NAMES)
        return names and data.count(_ELEMENT) >= _LEAST_NETWORKS
    return len(_NETWORK.findall(data)) >= _LEAST_NETWORKS


def names_its_source(data: bytes, offset: int) -> bool:
    """True if the address at an offset is where an app gets the next version of a table.

    It is all of the first line, a direct value of the JSON object around the table, at the server of all entries, or
    behind a directive of a list of filters by which a client of this format requests it:
    https://help.adblockplus.org/hc/en-us/articles/360062733293
    """
    begin = data.rfind(b"\n", max(0, offset - _DIRECTIVE_REACH), offset) + 1
    if _DIRECTIVE.fullmatch(data, begin, offset) or (_WHOLE_LINE.match(data) and offset <= _FIRST_LINE):
        return True
    if data[offset - 1 : offset] == b'"' and (own := _OWN_HOST.match(data, offset)) is not None:
        count = data.count(own[0])
        if count >= _LEAST_SAME and count * 10 >= data.count(b"://") * 9:
            return True  # one server for all
    head = data[: min(offset, _TOP_REACH)]
    if offset > _TOP_REACH or not head.lstrip().startswith(b"{") or not head.rstrip(b'"').endswith((b":", b": ")):
        return False
    plain = _QUOTED.sub(b"", head)
    return plain.count(b"{") + plain.count(b"[") - plain.count(b"}") - plain.count(b"]") == 1


def table_reason(data: bytes) -> str:
    """Why nothing in this text is an address of the app, by the shape of its lines; empty if it is no such table."""
    if _SUFFIX_MARK in data[: 64 * 1024]:
        return SUFFIXES
    lines = _samples(data)
    if len(lines) < _LEAST_LINES:
        return ""
    agents = _share(lines, _AGENT.search)
    if agents >= _AGENT_SHARE and agents * len(lines) >= _LEAST_LINES and not _are_sent(lines):
        return AGENTS
    entries = [line for line in lines if not line.startswith((b"#", b"//"))]
    for shape, least, count, reason in _LINES:
        if len(entries) < count or _share(entries, shape.fullmatch) < least:
            continue
        if reason == FILTERS and not any(map(_FILTER_SIGN.search, entries)):
            continue
        if reason == TYPES and sum(b"://" in line for line in entries) > _TYPES_WITH_ADDRESS * len(entries):
            continue  # a server for each type
        return reason
    return SUFFIXES if len(entries) >= 500 and _share(entries, _SUFFIX.fullmatch) >= 0.98 else ""


def _are_sent(lines: list[bytes]) -> bool:
    """True if an app has to send most agents to the addresses in a list, as in a playlist of channels."""
    sent = sum(_SENT_AGENT.search(line) is not None for line in lines)
    agents = sum(_AGENT.search(line) is not None for line in lines)
    return 2 * sent >= agents and sum(_OWN_ADDRESS.search(line) is not None for line in lines) >= sent


def is_reference(data: bytes) -> bool:
    """True if a plain text describes many things in words, a few of them with the web site of their owner.

    Not so for a list of addresses, for settings, and for a playlist.
    """
    lines = [line for line in data[:_REFERENCE_BYTES].splitlines() if line.strip()]
    if data.startswith(_PLAYLIST) or len(lines) < _LEAST_OWNERS / _ADDRESS_SHARE:
        return False
    found = [line for line in lines if b"://" in line]
    if len(found) > _ADDRESS_SHARE * len(lines):
        return False
    return (
        has_many_owners(b"\n".join(found))
        and _share(lines, _WORDS_IN_LINE.search) >= _WORDS_SHARE
        and _share(found, _SETTING.match) <= _SETTINGS_SHARE
    )


def is_manual(data: bytes) -> bool:
    """True if a plain text has the headings of a document for people, as the file that comes with a font or a library.

    Not so for a text with settings, and for one that is about the addresses in it, without sentences.
    """
    text = data[:_MANUAL_BYTES]
    lines = [line for line in text.splitlines() if line.strip()]
    headings = sum(_is_underlined(one) for one in _HEADING.finditer(text))
    return (
        headings >= _LEAST_HEADINGS
        and _share(lines, _WORDS_IN_LINE.search) >= _WORDS_SHARE
        and _share(lines, _SETTING.match) <= _MANUAL_SETTINGS
        and (
            sum(b"://" in line for line in lines) <= _ADDRESS_SHARE * len(lines)
            or len(_SENTENCE.findall(text)) >= _LEAST_SENTENCES
        )
    )


def _is_underlined(heading: re.Match[bytes]) -> bool:
    """True if the line below a heading is about as long as it."""
    return abs(len(heading["text"].strip()) - len(heading["line"])) <= _HEADING_SLACK


def has_many_owners(data: bytes) -> bool:
    """True if the addresses in a text are those of many owners."""
    return len({one[1].lower() for one in _ADDRESS.finditer(data, 0, _REFERENCE_BYTES)}) >= _LEAST_OWNERS


def is_list_of_addresses(data: bytes) -> bool:
    """True if most lines of a text have a name and begin or end with an address, as a list of stations."""
    lines = [line.strip() for line in data[:_REFERENCE_BYTES].splitlines() if line.strip()]
    return len(lines) > 1 and _share(lines, _ENTRY.fullmatch) >= _ENTRIES_SHARE


def is_web_site(name: bytes) -> bool:
    """True for the name of a key or column with the web site of a thing that an entry describes."""
    return _WEB_SITE.fullmatch(name) is not None


def column_at(data: bytes, offset: int) -> bytes:
    """The name of the column of a table with separators in which an offset is; empty if there is none."""
    head = data[:4096].partition(b"\n")[0].strip(b"\xef\xbb\xbf\r ")
    separator = max(b",;\t|", key=lambda one: head.count(bytes((one,))))
    begin = data.rfind(b"\n", max(0, offset - 4096), offset) + 1
    if not begin:
        return b""  # in the first line, or too far behind the beginning of its line
    before = _QUOTED.sub(b"", data[begin:offset])
    names = head.split(bytes((separator,)))
    at = before.count(bytes((separator,)))
    return names[at].strip(b"\"' ") if len(names) > 1 and at < len(names) else b""


def has_suffixes(data: bytes) -> bool:
    """True if the text contains the list of public suffixes, in any form."""
    return all(name in data for name in _SUFFIX_NAMES)


def is_in_dictionary(text: bytes) -> bool:
    """True if a text that begins with an address, perhaps in base64, is in the dictionary of Brotli."""
    text = text[:_BROTLI_REACH]
    if _BROTLI.search(text):
        return True
    try:
        return _BROTLI.search(binascii.a2b_base64(text[: len(text) & ~3])) is not None
    except binascii.Error:
        return False


def is_in_names(data: bytes, at: int) -> bool:
    """True if the text around ``at`` is a list of names without schemes and paths."""
    around = data[max(0, at - _NAMES_AROUND) : at + _NAMES_AROUND]
    return b"://" not in around and sum(1 for _ in _NAME.finditer(around)) >= _LEAST_NAMES


def _share(lines: list[bytes], match: Callable[[bytes], object]) -> float:
    return sum(match(line) is not None for line in lines) / len(lines)


def is_value_behind_licence(data: bytes, offset: int) -> bool:
    """True if a line of a text that begins with a licence is a setting or an entry of data with an address.

    ``server = https://…``, ``get("https://…")``, ``One,https://…``, and a line that is the address of a file or an
    interface alone: licences and notices name web sites in words, behind a colon, or alone in a line.
    """
    begin = data.rfind(b"\n", max(0, offset - _LINE_REACH), offset) + 1
    line = data[begin : offset + _LINE_REACH].partition(b"\n")[0]
    return _VALUE_LINE.fullmatch(line[: offset - begin]) is not None or _DATA_LINE.fullmatch(line) is not None


def is_licence(data: bytes) -> bool:
    """True if the beginning of the text is a licence."""
    return _LICENCES.search(data, 0, 8192) is not None


def is_about_page(file: str, data: bytes) -> bool:
    """True for the page with the terms of a library of the Eclipse Foundation, ``about.html`` beside its classes."""
    return file.lower().rpartition("/")[2] == "about.html" and b"Eclipse Foundation makes available" in data[:4096]


def picture_reason(data: bytes, *, binary: bool) -> str:
    """Why nothing in this content is an address: it is a picture, a font, or a document to print; otherwise empty."""
    if data.startswith(b"%PDF-"):
        return DOCUMENT
    # https://www.w3.org/submissions/EOT/: the version is at offset 8, the magic number at 34.
    is_eot = data[34:36] == b"LP" and data[8:12] in _EOT_VERSIONS
    return PICTURE if data.startswith(_FONTS) or (binary and (data.startswith(_PICTURES) or is_eot)) else ""


def is_shader(data: bytes) -> bool:
    """True if the text is a program for a graphics processor."""
    return _SHADER.search(data, 0, 8192) is not None
