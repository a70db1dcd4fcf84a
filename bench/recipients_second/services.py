"""Measurement, flags, messages, accounts and payments of further products."""

import base64
import json
from collections.abc import Mapping

from bench.recipients_made.calls import (
    Call,
    Person,
    base64_json,
    form_call,
    get_call,
    json_call,
    packed,
    text_field,
)  # fmt: skip


def archives(who: Person) -> Mapping[str, tuple[Call, ...]]:
    """The requests of each app, with the identifiers of a person."""
    return {
        # https://github.com/statsig-io/android-sdk StatsigUser.kt, StatsigMetadata.kt
        "statsig": (
            json_call(
                "featureassets.org",
                "/v1/initialize",
                {
                    "user": {
                        "userID": "buyer-40117",
                        "email": who.mail,
                        "ip": "198.51.100.90",
                        "country": "DE",
                        "custom": {"plan": "gold"},
                        "customIDs": {"companyID": "c-9"},
                    },
                    "statsigMetadata": {
                        "stableID": "5e6f7a81-92b3-44c5-96d7-e8f90a1b2c3d",
                        "appVersion": "4.2.0",
                        "deviceModel": "Pixel 8",
                        "deviceOS": "Android",
                        "sdkType": "android-client",
                    },
                },
                "person_id",
                "email",
                "ip_address",
                "device_id",
                headers=(("STATSIG-API-KEY", "client-8w7e6r5t4y3u2i1o0pAsDfGhJkLzXcVbNm"),),
                unsure=("secret_token",),
            ),
        ),
        # https://github.com/aptabase/aptabase-kotlin (no person, no device)
        "aptabase": (
            json_call(
                "eu.aptabase.com",
                "/api/v0/event",
                {
                    "timestamp": "2026-05-04T10:00:00Z",
                    "sessionId": "6f708192-a3b4-4c5d-8e6f-708192a3b4c5",
                    "eventName": "screen_view",
                    "systemProps": {
                        "locale": "de",
                        "osName": "Android",
                        "appVersion": "1.2.0",
                        "deviceModel": "Pixel 8",
                    },
                    "props": {"screen": "start"},
                },
                headers=(("App-Key", "A-EU-1234567890"),),
                unsure=("device_id", "secret_token"),
            ),
        ),
        # https://github.com/wonderpush/wonderpush-android-sdk (form with JSON)
        "wonderpush": (
            form_call(
                "api.wonderpush.com",
                "/v1/authentication/accessToken",
                {
                    "clientId": "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567",
                    "devicePlatform": "Android",
                    "deviceModel": "Pixel 8",
                    "deviceId": "7f809102-1324-4536-8758-69708192a3b4",
                    "userId": "reader-9981",
                },
                "device_id",
                "person_id",
            ),
            form_call(
                "events.wonderpush.com",
                "/v1/events",
                {
                    "accessToken": "kQ8w7e6r5t4y3u2i1o0pAsDfGhJkLzXcVbNmQwErTy",
                    "body": json.dumps({"type": "visit", "location": {"lat": 45.764043, "lon": 4.835659}}),
                },
                "geo_location",
                "secret_token",
            ),
        ),
        # https://github.com/trackier/android_sdk TrackierWorkRequest.kt
        "trackier": (
            json_call(
                "events.trackier.io",
                "/v1/session",
                {
                    "appKey": "659fb6f1-aa11-4c2d-9e3f-405162738495",
                    "gaid": who.gaid,
                    "installId": "8091a2b3-c4d5-4e6f-8071-82930a4b5c6d",
                    "cuid": "cust-1184",
                    "cmail": who.mail,
                    "cname": who.name,
                    "cphone": who.phone,
                    "dob": "1988-11-02",
                    "gender": "Female",
                    "device": {"manufacturer": "Google", "model": "Pixel 8", "osVersion": "14", "timezone": "+02:00"},
                    "sdkv": "1.6.70",
                    "isLAT": False,
                },
                "device_id",
                "email",
                "person_name",
                "phone",
                "birth",
                "demographic",
                unsure=("person_id", "secret_token"),
            ),
        ),
        # https://github.com/launchdarkly/android-client-sdk (a context in base64 in the path)
        "launchdarkly": (
            Call(
                "clientsdk.launchdarkly.com",
                "/msdk/evalx/contexts/"
                + base64_json({"kind": "user", "key": "user-key-7781", "email": who.mail, "name": who.name}).rstrip(
                    "="
                ),
                frozenset({"email"}),
                headers=(("Authorization", "api_key mob-8f7e6d5c-4b3a-4291-8071-6f5e4d3c2b1a"),),
                unsure=("secret_token", "person_name", "person_id"),
            ),
        ),
        # https://docs.developers.optimizely.com/feature-experimentation/reference/event-api (visitor_id)
        "optimizely": (
            json_call(
                "logx.optimizely.com",
                "/v1/events",
                {
                    "account_id": "5935064",
                    "anonymize_ip": True,
                    "client_name": "android-sdk",
                    "client_version": "4.0.0",
                    "visitors": [
                        {
                            "visitor_id": "91a2b3c4-d5e6-4f70-8192-a3b4c5d6e7f8",
                            "attributes": [
                                {"entity_id": "570360", "key": "plan", "type": "custom", "value": "diamond"}
                            ],
                            "snapshots": [{"events": [{"entity_id": "1", "timestamp": 1777888800123, "key": "buy"}]}],
                        }
                    ],
                },
                unsure=("device_id", "person_id"),
            ),
        ),
        # https://github.com/backtrace-labs/backtrace-android BacktraceAttributes.java
        "backtrace": (
            Call(
                "submit.backtrace.io",
                "/shop/0f1e2d3c4b5a/json",
                frozenset({"device_id"}),
                kind="multipart/form-data; boundary=bt",
                body=b'--bt\r\nContent-Disposition: form-data; name="upload_file"; filename="upload_file.json"\r\n'
                b"Content-Type: application/json\r\n\r\n"
                + json.dumps(
                    {
                        "uuid": "a2b3c4d5-e6f7-4081-92a3-b4c5d6e7f809",
                        "timestamp": 1777888800,
                        "agent": "backtrace-android",
                        "attributes": {
                            "guid": "b3c4d5e6-f708-4192-a3b4-c5d6e7f8091a",
                            "application.version": "4.2.0.1",
                            "device.model": "Pixel 8",
                            "device.os_version": "5.15.110",
                            "battery.level": "0.83",
                        },
                    }
                ).encode()
                + b"\r\n--bt--\r\n",
            ),
        ),
        # https://github.com/airbrake/airbrake-js packages/browser/src/notice.ts
        "airbrake": (
            packed(
                json_call(
                    "api.airbrake.io",
                    "/api/v3/projects/105138/notices",
                    {
                        "errors": [{"type": "TypeError", "message": "x is undefined"}],
                        "context": {
                            "userAgent": "Mozilla/5.0",
                            "user": {"id": "12345", "name": who.name, "email": who.mail},
                            "url": f"https://shop-web.test/reset?email={who.mail}",
                        },
                        "session": {"cart": 3},
                    },
                    "email",
                    "person_name",
                    "person_id",
                    headers=(("Authorization", "Bearer fd04e13d806a90f96614ad8e529b2822"),),
                    unsure=("secret_token",),
                ),
                "gzip",
            ),
        ),
        # https://www.chatwoot.com/developers/api/#tag/Contacts-API
        "chatwoot": (
            json_call(
                "app.chatwoot.com",
                "/public/api/v1/inboxes/zt6h7bT3xk/contacts",
                {
                    "identifier": "1234567890",
                    "identifier_hash": "e93275d4eba0e5679ad55f5360af00444e2a888df9b0afa3e8b691c3173725f9",
                    "email": who.mail,
                    "name": who.name,
                    "phone_number": who.phone,
                },
                "email",
                "person_name",
                "phone",
                unsure=("person_id", "secret_token"),
            ),
            json_call(
                "inbox.chatwoot.com",
                "/public/api/v1/inboxes/zt6h7bT3xk/contacts/c4d5/conversations/42/messages",
                {
                    "content": "My order has not arrived and I leave on Friday, can you help?",
                    "echo_id": "d5e6f708-192a-4b3c-8d4e-5f60718293a4",
                },
                unsure=("message_content",),
            ),
        ),
        # https://github.com/LemmyNet/lemmy-js-client src/types/Login.ts, Register.ts
        "lemmy": (
            json_call(
                "lemmy.river-town.test",
                "/api/v3/user/login",
                {"username_or_email": "ines_r", "password": "Kettle-Stone-6", "totp_2fa_token": "118204"},
                "username",
                "password",
                "pin_otp",
            ),
            json_call(
                "signup.river-town.test",
                "/api/v3/user/register",
                {
                    "username": "ines_r",
                    "password": "Kettle-Stone-6",
                    "password_verify": "Kettle-Stone-6",
                    "email": who.mail,
                    "captcha_uuid": "e6f70819-2a3b-4c4d-8e5f-60718293a4b5",
                    "captcha_answer": "k7pq",
                    "answer": "I live by the river.",
                },
                "username",
                "password",
                "email",
                unsure=("message_content",),
            ),
        ),
        # https://github.com/ente-io/ente mobile (header X-Auth-Token), server/ente/user.go
        "ente": (
            json_call(
                "api.photo-vault.test", "/users/verify-email", {"email": who.mail, "ott": "664210"}, "email", "pin_otp"
            ),
            json_call(
                "files.photo-vault.test",
                "/push/token",
                {"fcmToken": who.push, "apnsToken": ""},
                "device_id",
                "secret_token",
                headers=(("X-Auth-Token", "q8w7e6r5t4y3u2i1o0pAsDfGhJkLzXcVbNm12345="),),
            ),
        ),
        # https://github.com/gotify/android (header X-Gotify-Key)
        "gotify": (
            json_call(
                "push.own-server.test",
                "/client",
                {"name": "Pixel 8"},
                "password",
                headers=(("Authorization", "Basic " + base64.b64encode(b"ines:Pear-Wall-19").decode()),),
                unsure=("username",),
            ),
            get_call(
                "notes.own-server.test",
                "/message",
                {"limit": 100},
                "secret_token",
                headers=(("X-Gotify-Key", "CzV6.mP2s8Q.cC1"),),
            ),
        ),
        # https://github.com/KartikTalwar/Duolingo duolingo.py
        "duolingo": (
            json_call(
                "www.duolingo.com", "/login", {"login": "ines_r", "password": "Ladle-Crow-52"}, "username", "password"
            ),
        ),
        # https://github.com/checkout/frames-android .../tokenization request
        "checkout": (
            json_call(
                "api.checkout.com",
                "/tokens",
                {
                    "type": "card",
                    "number": "4659105569051157",
                    "expiry_month": 6,
                    "expiry_year": 2028,
                    "name": who.name,
                    "cvv": "257",
                    "billing_address": {
                        "address_line1": "Checkout.com",
                        "city": "London",
                        "zip": "W1W 8GW",
                        "country": "GB",
                    },
                    "phone": {"country_code": "+44", "number": "7700900123"},
                },
                "payment_card",
                "phone",
                headers=(("Authorization", "Bearer pk_8e7d6c5b4a39281706f5e4d3c2b1"),),
                unsure=("person_name", "postal_address", "secret_token"),
            ),
        ),
        # https://github.com/omise/omise-android sdk/.../CardParam
        "omise": (
            json_call(
                "vault.omise.co",
                "/tokens",
                {
                    "card": {
                        "name": who.name,
                        "number": "5555555555554444",
                        "expiration_month": 12,
                        "expiration_year": 2027,
                        "security_code": "123",
                        "city": "Bangkok",
                        "postal_code": "10320",
                    }
                },
                "payment_card",
                unsure=("person_name", "postal_address"),
            ),
        ),
        # https://github.com/fbessez/Tinder tinder_api.py
        "tinder": (
            json_call(
                "api.gotinder.com",
                "/user/ping",
                {"lat": 40.730610, "lon": -73.935242},
                "geo_location",
                "secret_token",
                headers=(("X-Auth-Token", "9f8e7d6c-5b4a-4392-8170-6f5e4d3c2b1b"), ("platform", "android")),
            ),
            json_call(
                "matches.gotinder.com",
                "/user/matches/5b4a39281706f5e4",
                {"message": "Hi! I love your dog, what is its name?"},
                unsure=("message_content",),
            ),
        ),
        # https://protobuf.dev/programming-guides/encoding/ (repeated messages: name, mail, telephone)
        "invite-proto": (
            Call(
                "invite.walkie-app.test",
                "/v1/invites",
                frozenset({"email", "phone"}),
                kind="application/x-protobuf",
                body=b"".join(
                    text_field(1, text_field(1, name) + text_field(2, mail) + text_field(3, phone))
                    for name, mail, phone in (
                        ("Jo Lang", "jo.lang@mailbox.test", "+491701112233"),
                        ("Mia Roth", "mia.roth@mailbox.test", "+491701112244"),
                    )
                ),
                unsure=("person_name", "contact_list"),
            ),
        ),
        # https://github.com/corona-warn-app/cwa-app-android submission_payload.proto (random keys, nobody's name)
        "exposure-keys": (
            Call(
                "submission.warn-app.test",
                "/version/v1/diagnosis-keys",
                kind="application/x-protobuf",
                body=text_field(1, text_field(1, bytes(range(16))) + b"\x10\x05\x18\xa0\xb6\xa2\x01\x20\x90\x01")
                + text_field(4, "de"),
                headers=(("CWA-Fake", "0"),),
            ),
        ),
        # https://github.com/duckduckgo/Android Pixel (no identifier)
        "pixel": (
            get_call(
                "improving.duckduckgo.com",
                "/t/m_nav_nt_p_android_phone",
                {"atb": "v420-1", "appVersion": "5.200.0", "test": "1"},
            ),
        ),
        # https://docs.crowdin.com (texts of an app, nobody in it)
        "texts": (
            json_call(
                "texts.ferry-app.test",
                "/v1/translations",
                {
                    "keys": ["title.home", "label.phone", "hint.email"],
                    "locale": "pt-BR",
                    "platform": "ios",
                    "rev": "8.0.12.3",
                },
            ),
        ),
    }
