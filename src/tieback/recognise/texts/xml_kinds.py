"""Kinds of XML by their root, and which addresses in them are none that an app uses."""

import re
from functools import cached_property
from itertools import islice

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.texts import markup
from tieback.recognise.texts.spans import Span, SpanKind

FEED = "only in the entries of a news feed"
_SCHEMA = lazy_pattern(
    rb"<(?:\w+:)?schema\s[^>]{0,4000}?=\s?[\"']http://www\.w3\.org/(?:2001/XMLSchema|1999/XMLSchema)[\"']"
)
"""The root of a schema: https://www.w3.org/TR/xmlschema-1/#declare-schema"""
_FEED = lazy_pattern(
    rb"(?:\xef\xbb\xbf)?(?:\s++|<\?[^>]*+>|<!--(?:[^-]++|-(?!->))*+-->|<![A-Za-z][^>]*+>)*+"
    rb"<(?:rss|(?:atom:)?feed|rdf:RDF)[\s>]"
)
"""The root of a feed: https://www.rssboard.org/rss-specification, RFC 4287."""
_FEED_LOADS = frozenset(("enclosure", "content", "thumbnail", "player", "cloud", "image"))
"""Elements of a feed whose attributes are files or servers, with the names of Media RSS and of podcasts."""
_FEED_TEXTS = lazy_pattern(
    rb"<(?:(?:\w{1,20}:)?(?:logo|icon|new-feed-url)|image>\s{0,40}(?:<title>[^<]{0,200}</title>\s{0,40}|<link>[^<]{0,200}</link>\s{0,40}){0,2}<url)>\s{0,40}\Z"
)
"""Elements of a feed with its picture, or with the address to which it has moved, up to their text:
https://help.apple.com/itc/podcasts_connect/#/itcb54353390
"""
_PICTURE = lazy_pattern(rb"<img\s[^<>]{0,400}?src\s?=\s?[\"']?\Z", re.IGNORECASE)
"""A picture in the text of an entry, which an app shows with it."""
_REACH = 700
_POM = lazy_pattern(rb"<ti:app[\s>]|http://maven\.apache\.org/POM/|/nuspec\.xsd|http://apache\.org/cordova/ns/plugins")


class XmlKinds:
    """What a text in XML is; nothing for other texts."""

    def __init__(self, data: bytes, *, is_xml: bool) -> None:
        self._data, self._is_xml = data, is_xml

    @cached_property
    def is_picture(self) -> bool:
        """A picture in SVG."""
        return self._is_xml and re.search(rb"<(?:\w+:)?svg[\s>]", self._data[:4096]) is not None

    @cached_property
    def is_schema(self) -> bool:
        """A definition of documents."""
        return self._is_xml and _SCHEMA.search(self._data, 0, 8192) is not None

    @cached_property
    def is_feed(self) -> bool:
        """A feed of news."""
        return self._is_xml and _FEED.match(self._data, 0, 4096) is not None

    @cached_property
    def is_widget(self) -> bool:
        """The ``config.xml`` of a widget."""
        return self._is_xml and re.search(rb"<widget[\s>]", self._data[:4096]) is not None

    @cached_property
    def is_project(self) -> bool:
        """Metadata of a package, such as a ``pom.xml``."""
        return _POM.search(self._data, 0, 4096) is not None


def entry_reason(data: bytes, span: Span | None, offset: int) -> str:
    """The reason in a feed: its entries link to pages for people. Files and the feed's own address stay."""
    if span is None or span.kind is not SpanKind.TAG:
        before = data[max(0, offset - _REACH) : offset]
        return "" if _FEED_TEXTS.search(before) or _PICTURE.search(before) else FEED
    name = markup.tag_name(data, span).rpartition(":")[2]
    values = {one.name: one.value for one in islice(markup.attributes(data, span), markup.MAX_ATTRIBUTES)}
    own = name == "link" and values.get("rel", b"").strip().lower() in {b"self", b"hub", b"next", b"enclosure"}
    return "" if own or name in _FEED_LOADS else FEED
