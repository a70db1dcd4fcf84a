"""Requests that send nothing personal, in forms that resemble it."""

import json
from collections.abc import Mapping

from bench.recipients_made.calls import Call, Person, form_call, get_call, grpc_message, json_call, text_field


def archives(_: Person) -> Mapping[str, tuple[Call, ...]]:
    """The requests of each app."""
    return {
        # https://developer.apple.com/library/archive/qa/qa1686/_index.html (names of pictures such as icon@2x.png)
        "asset-names": (
            json_call(
                "assets.quiz-app.test",
                "/manifest",
                {"files": ["icon@2x.png", "tab-bar@3x.webp", "splash@1.5x.jpg"], "theme": "dark@2026.css"},
            ),
            get_call("cdn.quiz-app.test", "/img", {"src": "avatar@2x.png", "w": 96, "fm": "webp"}),
        ),
        # https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/lang/Runtime.Version.html
        "version-like-ip": (
            json_call(
                "update.player-app.test",
                "/check",
                {
                    "version": "10.12.0.4",
                    "minVersion": "9.255.1.1",
                    "sdk": "4.3.2.1",
                    "chrome": "124.0.6367.82",
                    "build": 20260504,
                },
            ),
        ),
        # https://developer.android.com/reference/java/lang/System#currentTimeMillis()
        "phone-like-times": (
            json_call(
                "sync.todo-app.test",
                "/delta",
                {
                    "since": 1777888800,
                    "cursor": "4915112345678",
                    "lastSync": "1777888800123",
                    "seq": 491700000000,
                    "tasks": [{"id": 1777888800321, "done": True}],
                },
            ),
        ),
        # https://developer.android.com/reference/android/util/DisplayMetrics
        "screen-like-places": (
            json_call(
                "layout.draw-app.test",
                "/touch",
                {
                    "x": 52.520008,
                    "y": 13.404954,
                    "width": 412.0,
                    "height": 915.0,
                    "density": 2.625,
                    "points": [[12.5, 48.1], [13.1, 47.9]],
                },
            ),
        ),
        # https://www.w3.org/TR/trace-context/, https://developers.cloudflare.com/fundamentals/reference/http-headers/
        "infrastructure": (
            Call(
                "api.cook-book.test",
                "/v1/tags",
                headers=(
                    ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
                    ("X-Amzn-Trace-Id", "Root=1-67891233-abcdef012345678912345678"),
                    ("X-Request-ID", "f058ebd6-02f7-4d3f-942e-904344e8cde5"),
                    ("X-B3-TraceId", "80f198ee56343ba864fe8b2a57d3eff7"),
                    ("If-None-Match", 'W/"5f4dcc3b5aa765d61d8327deb882cf99"'),
                    ("X-Cloud-Trace-Context", "105445aa7843bc8bf206b12000100000/1;o=1"),
                    ("Via", "1.1 10.0.0.4 (proxy)"),
                ),
            ),
        ),
        # https://docs.unleash.run / https://openfeature.dev (flags, by platform only)
        "flags": (
            get_call(
                "flags.cook-book.test",
                "/api/frontend",
                {
                    "appName": "cook",
                    "environment": "production",
                    "sessionId": "4821990317",
                    "properties[os]": "android",
                },
            ),
        ),
        # https://developers.google.com/protocol-buffers/docs/encoding (fields without a person)
        "protobuf-plain": (
            Call(
                "grpc.news-feed.test",
                "/feed.v1.Feed/List",
                kind="application/grpc",
                body=grpc_message(
                    text_field(1, "top-stories") + text_field(2, "de-DE") + b"\x18\x14\x20\x80\xe0\xa5\xd0\x06"
                ),
            ),
        ),
        # https://github.com/mozilla/readability (articles with names of their authors)
        "articles": (
            json_call(
                "read.news-feed.test",
                "/progress",
                {
                    "article": {"title": "The sea and its names", "author": "Chinua Achebe", "name": "the-sea"},
                    "scroll": 0.42,
                    "position": 3,
                    "email_sharing": True,
                    "phone_layout": "compact",
                },
            ),
        ),
        # https://wiki.openstreetmap.org/wiki/Slippy_map_tilenames
        "tiles": (
            get_call("tile.hike-map.test", "/12/2200/1343.png", {"v": "20260504", "scale": "2", "style": "outdoor-v2"}),
        ),
        # https://datatracker.ietf.org/doc/html/rfc8288: pages of a shop's catalogue
        "catalogue": (
            json_call(
                "graph.shoe-shop.test",
                "/graphql",
                {
                    "operationName": "Products",
                    "query": (
                        "query Products($first: Int!, $after: String) { products(first: $"
                        "first, after: $after) { name price } }"
                    ),
                    "variables": {"first": 24, "after": "eyJsYXN0X2lkIjo4ODEyLCJsYXN0X3ZhbHVlIjoiODgxMiJ9"},
                },
            ),
            get_call(
                "img.shoe-shop.test",
                "/8812/front.webp",
                {"sku": "4006381333931", "gtin": "4006381333931", "token": "v2"},
            ),
        ),
        # https://lichess.org/api (moves)
        "games": (
            Call(
                "ws.board-game.test",
                "/play",
                websocket=(
                    json.dumps({"t": "move", "d": {"u": "e2e4", "b": 1, "l": 120}}),
                    json.dumps({"t": "ping", "d": {"n": 1777888800123}}),
                ),
            ),
        ),
        # https://developer.mozilla.org/en-US/docs/Web/HTTP/Cookies (settings that are the same for many people)
        "settings-cookie": (
            Call(
                "m.radio-hits.test",
                "/stations",
                headers=(
                    ("Cookie", "lang=de; theme=dark; consent=accepted; cookieconsent_status=dismiss; page_size=20"),
                ),
            ),
        ),
        # https://developer.android.com/reference/android/os/Build
        "builds": (
            form_call(
                "telemetry.photo-tool.test",
                "/v1",
                {
                    "fingerprint": "google/shiba/shiba:14/AP1A.240405.002/11480754:user/release-keys",
                    "hardware": "shiba",
                    "abi": "arm64-v8a",
                    "build_id": "AP1A.240405.002",
                    "installer": "com.android.vending",
                    "debug": "false",
                },
            ),
        ),
        # https://docs.mapbox.com/help/glossary/bounding-box/ is a place that is looked at; a box of pixels is not
        "boxes": (
            json_call(
                "ocr.scan-app.test",
                "/v2/regions",
                {"boxes": [{"left": 48.1, "top": 11.5, "right": 96.2, "bottom": 22.9, "label": "name", "score": 0.98}]},
            ),
        ),
        # https://www.rfc-editor.org/rfc/rfc9562 (random identifiers of requests and of objects)
        "random-ids": (
            json_call(
                "sync.note-pad.test",
                "/objects",
                {
                    "id": "018f4a2c-9b1e-7c3a-8d20-4f6e1b7a9c55",
                    "parent": "018f4a2c-9b1e-7c3a-8d20-4f6e1b7a9c56",
                    "etag": "9f86d081884c7d659a2feaa0c55ad015",
                    "nonce": "c0ffee1234567890",
                    "request_id": "01HX3E7K8Q2W9Z5V1B6N4M0PAS",
                    "hash": "a3f19c84b27d60e5",
                },
            ),
        ),
    }
