"""More services and back ends, written after the rules were settled for the others."""

from collections.abc import Mapping

from bench.recipients_made.calls import Call, Person, form_call, get_call, json_call


def archives(who: Person) -> Mapping[str, tuple[Call, ...]]:
    """The requests of each app, with the identifiers of a person."""
    bearer = (("Authorization", f"Bearer {who.token}"),)
    return {
        "kochava": (
            json_call(
                "control.kochava.com",
                "/track/json",
                {
                    "action": "install",
                    "kochava_device_id": "KA1714800000t5f1c7b9e2d444c0b9b5a7e21c8d0a6f3",
                    "data": {
                        "adid": who.gaid,
                        "android_id": who.android_id,
                        "device": "Pixel 8-google",
                        "volume": 0.4,
                        "ssid": "Home-5G",
                    },
                },
                "device_id",
            ),
        ),
        "airship": (
            json_call(
                "device-api.urbanairship.com",
                "/api/channels",
                {
                    "channel": {
                        "device_type": "android",
                        "opt_in": True,
                        "push_address": who.push,
                        "named_user_id": "user-88213",
                    },
                    "identity_hints": {"user_id": "0f8fad5b-d9cb-469f-a165-70867728950e"},
                },
                "person_id",
                unsure=("device_id", "secret_token"),
            ),
        ),
        "leanplum": (
            form_call(
                "api.leanplum.com",
                "/api",
                {
                    "action": "start",
                    "userId": who.mail,
                    "deviceId": "3C22FB7A019E3C22",
                    "appId": "app_abc",
                    "city": "Lagos",
                    "location": "6.524379,3.379206",
                    "locale": "en_NG",
                },
                "email",
                "device_id",
                "geo_location",
                unsure=("postal_address", "person_id"),
            ),
        ),
        "mapbox": (
            json_call(
                "events.mapbox.com",
                "/events/v2",
                [
                    {
                        "event": "location",
                        "lat": 51.507351,
                        "lng": -0.127758,
                        "horizontalAccuracy": 8,
                        "sessionId": "7a1c8d0a6f35f1c7b9e2d444c0b9b5a7e",
                    }
                ],
                "geo_location",
                unsure=("secret_token",),
            ),
        ),
        "zendesk": (
            json_call(
                "acme.zendesk.com",
                "/api/v2/requests.json",
                {
                    "request": {
                        "requester": {"name": who.name, "email": who.mail},
                        "subject": "Refund",
                        "comment": {"body": "Hello, my parcel never arrived, please help me with a refund."},
                    }
                },
                "person_name",
                "email",
                unsure=("message_content",),
            ),
        ),
        "auth-service": (
            json_call(
                "tenant.auth-service.test",
                "/oauth/token",
                {
                    "grant_type": "password",
                    "username": who.mail,
                    "password": "hunter2-Blue-Sky",
                    "client_id": "mobile",
                    "scope": "openid",
                },
                "email",
                "password",
                unsure=("username",),
            ),
            form_call(
                "tenant.auth-service.test",
                "/oauth/token",
                {
                    "grant_type": "refresh_token",
                    "refresh_token": "v1.MjAyNi0wNS0wNFQxMDowMDowMFo.k3Qm7vB2nR5tZ8wLc4dPf6h",
                    "client_id": "mobile",
                },
                "secret_token",
            ),
        ),
        "clinic": (
            json_call(
                "api.clinic-app.test",
                "/appointments",
                {
                    "patient": {"full_name": who.name, "insurance_number": "M123456785", "date_of_birth": "1991-07-14"},
                    "reason": "follow-up",
                    "blood_type": "A+",
                    "allergies": ["penicillin"],
                },
                "person_name",
                "birth",
                "health",
                unsure=("national_id",),
            ),
        ),
        "courier": (
            json_call(
                "track.courier-app.test",
                "/v1/positions",
                {
                    "points": [
                        {"lat": 40.712776, "lon": -74.005974, "t": 1714800000},
                        {"lat": 40.713, "lon": -74.0061, "t": 1714800005},
                    ],
                    "courier": "c-17",
                },
                "geo_location",
            ),
        ),
        "bank": (
            json_call(
                "api.neo-bank.test",
                "/transfer",
                {
                    "iban": "GB29NWBK60161331926819",
                    "recipient_name": "Kofi Mensah",
                    "amount": "120.00",
                    "reference": "rent may",
                },
                "bank_account",
                "person_name",
                headers=bearer,
                unsure=("secret_token", "financial"),
            ),
        ),
        "school": (
            form_call(
                "portal.school-app.test",
                "/enrol",
                {"student_name": "Tom Okafor", "guardian_email": who.mail, "guardian_phone": who.phone, "grade": "4"},
                "person_name",
                "email",
                "phone",
            ),
        ),
        "smart-tv": (
            json_call(
                "acr.tv-app.test",
                "/beat",
                {"tifa": who.gaid, "mac": "A4:CF:12:7B:00:91", "show": "Evening News", "channel": 7},
                "device_id",
            ),
        ),
        "keyboard": (
            json_call(
                "suggest.keyboard-app.test", "/v1", {"text_before": "see you", "lang": "en", "layout": "qwerty", "n": 3}
            ),
        ),
        "podcast": (
            get_call("feed.podcast-app.test", "/episodes", {"show": "1234", "since": "1714800000", "order": "desc"}),
            json_call(
                "log.podcast-app.test",
                "/dl",
                {"episode": "9f86d081", "bytes": 1048576, "status": "ok", "name": "episode-14"},
            ),
        ),
        "wallpaper": (
            get_call(
                "api.wall-app.test", "/list", {"q": "mountain", "w": 1080, "h": 2400, "page": 1, "client": "android"}
            ),
        ),
        "calculator": (
            json_call(
                "telemetry.calc-app.test",
                "/v1",
                {"version": "5.0.1", "os": "ios", "features": {"graph": True}, "count": 12},
            ),
        ),
        "chess": (
            json_call(
                "ws.chess-app.test",
                "/move",
                {"game": "b7f2c1", "from": "e2", "to": "e4", "clock": 291, "fen": "rnbqkbnr/pppppppp/8/8/4P3/8/8"},
            ),
        ),
        "train": (
            get_call(
                "api.train-app.test",
                "/routes",
                {"origin": "Berlin Hbf", "destination": "Hamburg Hbf", "date": "2026-05-04", "adults": 1},
                unsure=("travel", "postal_address"),
            ),
        ),
        "forum": (
            json_call(
                "api.forum-app.test",
                "/posts",
                {"thread": 8812, "author_id": 4921, "body": "I think the second edition is much better."},
                "person_id",
                unsure=("message_content",),
            ),
        ),
    }
