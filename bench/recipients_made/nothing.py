"""Requests that send nothing personal."""

from collections.abc import Mapping

from bench.recipients_made.calls import Call, Person, get_call, json_call


def archives(_: Person) -> Mapping[str, tuple[Call, ...]]:
    """The requests of each app, with the identifiers of a person."""
    return {
        "flags": (
            json_call(
                "flags.tool-app.test",
                "/eval",
                {"context": {"platform": "android", "version": "3.1", "locale": "en"}, "keys": ["a", "b"]},
            ),
        ),
        "game": (
            json_call(
                "play.puzzle-app.test",
                "/score",
                {"level": 14, "score": 22310, "moves": 18, "origin": "daily", "result": "ok"},
            ),
            json_call(
                "play.puzzle-app.test",
                "/sync",
                {"version": "1.2.3", "hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
            ),
        ),
        "radio": (
            get_call("api.radio-app.test", "/search", {"artist": "Nina Simone", "title": "Sinnerman", "limit": 20}),
            json_call(
                "log.radio-app.test",
                "/play",
                {"track": {"artist": "Nina Simone", "album": "Pastel Blues"}, "position": 31, "msg": "success"},
            ),
        ),
        "currency": (get_call("rates.money-app.test", "/latest", {"base": "EUR", "symbols": "USD,GBP"}),),
        "cdn": (
            Call(
                "cdn.video-app.test",
                "/seg/0001.ts",
                headers=(
                    ("X-Request-Id", "550e8400-e29b-41d4-a716-446655440000"),
                    ("Range", "bytes=0-1023"),
                    ("X-Backend-Rtt", "0.0008"),
                    ("CF-Ray", "7d1a2b3c4d5e6f70-FRA"),
                ),
            ),
        ),
        "update": (
            json_call(
                "update.editor-app.test",
                "/check",
                {
                    "build": "20260401.2",
                    "channel": "stable",
                    "sha": "4d5e6f7081929394a5b6c7d8e9f00112233445566",
                    "name": "Editor Pro",
                    "title": "Spring release",
                    "message": "error: none",
                },
            ),
        ),
        "consent": (
            json_call(
                "cmp.consent-app.test",
                "/v2/config",
                {"cmpId": 28, "vendors": [1, 2, 755], "purposes": {"1": True}, "lang": "de"},
            ),
        ),
        "pages": (
            get_call(
                "docs.help-app.test",
                "/article",
                {"id": "1408", "ref": "home", "from": "menu", "to": "faq", "name": "getting-started"},
            ),
        ),
        "stock": (
            json_call(
                "quote.trade-app.test",
                "/watch",
                {"symbols": ["AAPL", "SAP.DE"], "interval": "1m", "position": 3, "account_type": "demo"},
            ),
        ),
        "library": (
            json_call(
                "api.book-app.test",
                "/search",
                {"author": "Chinua Achebe", "isbn": "9780385474542", "publisher": "Anchor"},
            ),
        ),
        "recipes": (
            json_call(
                "api.cook-app.test",
                "/list",
                {"diet": "any", "servings": 4, "ingredients": ["leek", "rice"], "user_agent": "cook/1.0"},
            ),
        ),
    }
