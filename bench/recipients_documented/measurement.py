"""Services of measurement, attribution and customer data."""

import json
from collections.abc import Mapping

from bench.recipients_made.calls import Call, Person, base64_json, form_call, get_call, json_call, packed  # fmt: skip


def archives(who: Person) -> Mapping[str, tuple[Call, ...]]:
    """The requests of each app, with the identifiers of a person."""
    snowplow_contexts = base64_json(
        {
            "schema": "iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-1",
            "data": [
                {
                    "schema": "iglu:com.snowplowanalytics.snowplow/mobile_context/jsonschema/1-0-3",
                    "data": {"osType": "android", "deviceModel": "Pixel 8", "androidIdfa": who.gaid, "carrier": "O2"},
                },
                {
                    "schema": "iglu:com.snowplowanalytics.snowplow/geolocation_context/jsonschema/1-1-0",
                    "data": {"latitude": 50.941278, "longitude": 6.958281, "latitudeLongitudeAccuracy": 12.0},
                },
            ],
        }
    )
    return {
        # https://github.com/PostHog/posthog-android posthog/src/main/java/com/posthog/PostHog.kt
        "posthog": (
            packed(
                json_call(
                    "eu.i.posthog.com",
                    "/batch",
                    {
                        "api_key": "phc_9sQk3Vm7vB2nR5tZ8wLc4dPf6hJs1aGe0uKoYiTxA1b",
                        "batch": [
                            {
                                "event": "$identify",
                                "distinct_id": "member-77120",
                                "properties": {
                                    "$anon_distinct_id": "018f4a2c-9b1e-7c3a-8d20-4f6e1b7a9c55",
                                    "$device_id": "018f4a2c-9b1e-7c3a-8d20-4f6e1b7a9c55",
                                    "$session_id": "018f4a2d-0011-7aaa-9c10-4f6e1b7a9c56",
                                    "$device_manufacturer": "Google",
                                    "$screen_height": 915,
                                    "$set": {"email": who.mail, "name": who.name},
                                },
                                "timestamp": "2026-05-04T10:00:00.000Z",
                                "uuid": "018f4a2d-2222-7aaa-9c10-4f6e1b7a9c57",
                            }
                        ],
                        "sent_at": "2026-05-04T10:00:01.000Z",
                    },
                    "email",
                    "person_name",
                    "device_id",
                    unsure=("person_id", "secret_token"),
                ),
                "gzip",
            ),
            json_call(
                "eu-assets.i.posthog.com",
                "/flags/",
                {"api_key": "phc_9sQk3Vm7vB2nR5tZ8wLc4dPf6hJs1aGe0uKoYiTxA1b", "groups": {}},
                unsure=("secret_token",),
            ),
        ),
        # https://github.com/Countly/countly-sdk-android sdk/.../ConnectionQueue.java, ModuleUserProfile.java
        "countly": (
            form_call(
                "shop.count.ly",
                "/i",
                {
                    "app_key": "3cf1d0a7b5e24c6f8d9e0a1b2c3d4e5f6a7b8c9d",
                    "device_id": who.android_id,
                    "timestamp": 1777888800123,
                    "hour": 10,
                    "dow": 1,
                    "tz": 120,
                    "sdk_version": "24.7.4",
                    "begin_session": 1,
                    "location": "50.941278,6.958281",
                    "city": "Köln",
                    "metrics": json.dumps(
                        {"_device": "Pixel 8", "_os_version": "14", "_resolution": "1080x2400", "_carrier": "O2"}
                    ),
                },
                "device_id",
                "geo_location",
                unsure=("postal_address", "secret_token"),
            ),
            form_call(
                "shop.count.ly",
                "/i",
                {
                    "app_key": "3cf1d0a7b5e24c6f8d9e0a1b2c3d4e5f6a7b8c9d",
                    "device_id": who.android_id,
                    "user_details": json.dumps(
                        {
                            "name": who.name,
                            "username": "inesk",
                            "email": who.mail,
                            "phone": who.phone,
                            "gender": "F",
                            "byear": 1991,
                            "organization": "Northwind",
                        }
                    ),
                },
                "device_id",
                "person_name",
                "username",
                "email",
                "phone",
                "demographic",
                "birth",
                unsure=("employment", "secret_token"),
            ),
        ),
        # https://github.com/snowplow/snowplow-android-tracker .../constants/Parameters.kt
        "snowplow": (
            json_call(
                "collector.reader-app.test",
                "/com.snowplowanalytics.snowplow/tp2",
                {
                    "schema": "iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4",
                    "data": [
                        {
                            "e": "se",
                            "eid": "6b2f6c1e-9d0e-4f7e-9a35-0d8f6c5b4a39",
                            "tv": "andr-6.0.1",
                            "p": "mob",
                            "uid": "reader-55120",
                            "duid": "b1946ac9-2492-4d23-87e2-6ab5d5c5f9a1",
                            "res": "1080x2400",
                            "dtm": "1777888800123",
                            "cx": snowplow_contexts,
                        }
                    ],
                },
                "device_id",
                "geo_location",
                "person_id",
            ),
        ),
        # https://github.com/mParticle/mparticle-android-sdk .../identity/MParticleIdentityClientImpl.java
        "mparticle-identity": (
            json_call(
                "identity.mparticle.com",
                "/v1/identify",
                {
                    "client_sdk": {"platform": "android", "sdk_vendor": "mparticle", "sdk_version": "5.60.0"},
                    "environment": "production",
                    "request_id": "c0c7f2ad-4d6e-4e7e-8c65-1c8f0a4a7c11",
                    "request_timestamp_ms": 1777888800123,
                    "known_identities": {
                        "android_aaid": who.gaid,
                        "android_uuid": who.android_id,
                        "device_application_stamp": "8a5c0e2e-2f4b-4a4e-9a0f-3b6f1f9e7d10",
                        "push_token": who.push,
                        "email": who.mail,
                        "customerid": "C-441902",
                    },
                },
                "device_id",
                "email",
                "person_id",
                headers=(("x-mp-key", "us1-8f0a4a7c11c0c7f2ad4d6e4e7e8c65aa"), ("x-mp-signature", "5f" * 32)),
                unsure=("secret_token",),
            ),
        ),
        # https://github.com/mParticle/mparticle-android-sdk .../internal/Constants.kt
        "mparticle-events": (
            json_call(
                "nativesdks.mparticle.com",
                "/v2/us1-8f0a/events",
                {
                    "dt": "h",
                    "mpid": "-3917462087719450011",
                    "das": "8a5c0e2e-2f4b-4a4e-9a0f-3b6f1f9e7d10",
                    "di": {"gaid": who.gaid, "dmdl": "Pixel 8", "dll": "de", "tzn": "Europe/Berlin"},
                    "ui": [{"n": 7, "i": who.mail, "dfs": 1777000000000, "f": False}],
                    "msgs": [{"dt": "lc", "lc": {"lat": 50.9413, "lng": 6.9583, "acc": 14}}],
                },
                "device_id",
                "email",
                "geo_location",
                unsure=("person_id",),
            ),
        ),
        # https://github.com/rudderlabs/rudder-sdk-android core/.../RudderTraits.java, RudderDeviceInfo.java
        "rudderstack": (
            packed(
                json_call(
                    "hosted.rudderlabs.com",
                    "/v1/batch",
                    {
                        "sentAt": "2026-05-04T10:00:00.000Z",
                        "batch": [
                            {
                                "messageId": "1777888800123-7e4f2a10-8c1b-4f36-9a55-a1c0e5d2b3f4",
                                "channel": "mobile",
                                "type": "identify",
                                "anonymousId": "d7f1c2b3-4a5e-4f60-8171-92a3b4c5d6e7",
                                "userId": "cust_90125",
                                "context": {
                                    "traits": {
                                        "firstname": who.first,
                                        "lastname": who.last,
                                        "birthday": "1991-07-14T00:00:00.000Z",
                                        "gender": "female",
                                        "address": {
                                            "street": "Hafenstrasse 3",
                                            "postalcode": "20359",
                                            "city": "Hamburg",
                                        },
                                    },
                                    "device": {"id": who.android_id, "advertisingId": who.gaid, "model": "Pixel 8"},
                                    "screen": {"density": 420, "width": 1080, "height": 2400},
                                },
                            }
                        ],
                    },
                    "person_name",
                    "birth",
                    "demographic",
                    "postal_address",
                    "device_id",
                    "person_id",
                    unsure=("secret_token",),
                    headers=(
                        ("Authorization", "Basic MlFzWHdLcEZhYkNkRWZHaElqS2xNbk9wOg=="),
                        ("AnonymousId", "ZDdmMWMyYjMtNGE1ZS00ZjYwLTgxNzEtOTJhM2I0YzVkNmU3"),
                    ),
                ),
                "gzip",
            ),
        ),
        # https://github.com/GameAnalytics/GA-SDK-C-SHARP GA-SDK-MONO-SHARED/State/GAState.cs
        "gameanalytics": (
            json_call(
                "api.gameanalytics.com",
                "/v2/5c6bcb5402204249437fb5a7a80a4959/events",
                [
                    {
                        "category": "user",
                        "v": 2,
                        "user_id": who.gaid,
                        "session_id": "de305d54-75b4-431b-adb2-eb6b9e546014",
                        "session_num": 4,
                        "client_ts": 1777888800,
                        "os_version": "android 14",
                        "manufacturer": "google",
                        "device": "pixel 8",
                        "build": "1.0.22",
                    }
                ],
                headers=(("Authorization", "k2C0xE8m0u3b8Jm9bG2M0vQn3a8xUu0k9VxTq4r1l8U="),),
                unsure=("person_id", "device_id", "secret_token"),
            ),
        ),
        # https://github.com/matomo-org/matomo-sdk-android tracker/.../QueryParams.java
        "matomo": (
            get_call(
                "stats.city-app.test",
                "/matomo.php",
                {
                    "idsite": 3,
                    "rec": 1,
                    "_id": "8f2b6c0d9e4a1735",
                    "uid": who.mail,
                    "url": "https://city-app.test/bins/calendar",
                    "action_name": "Bin calendar",
                    "rand": 48211,
                    "h": 10,
                    "m": 4,
                    "s": 59,
                    "res": "1080x2400",
                    "new_visit": 1,
                },
                "device_id",
                "email",
            ),
        ),
        # https://github.com/Automattic/Automattic-Tracks-Android .../MessageBuilder.java
        "tracks": (
            json_call(
                "public-api.wordpress.com",
                "/rest/v1.1/tracks/record",
                {
                    "commonProps": {"_lg": "de_DE", "_rt": 1777888800123, "_via_ua": "wp-android/25.1"},
                    "events": [
                        {"_en": "wpandroid_app_opened", "_ts": 1777888800120, "_ul": "inesk42", "_ut": "wpcom:user_id"}
                    ],
                },
                "username",
            ),
        ),
        # https://github.com/TelemetryDeck/SwiftSDK Sources/TelemetryDeck/Signals/Signal.swift
        "telemetrydeck": (
            json_call(
                "nom.telemetrydeck.com",
                "/v2/",
                [
                    {
                        "receivedAt": "2026-05-04T10:00:00+0000",
                        "appID": "6E4D2B5A-8C1F-4F5E-9B27-5A0C1D2E3F40",
                        "clientUser": "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9",
                        "sessionID": "0B1C2D3E-4F50-4617-8293-A4B5C6D7E8F9",
                        "type": "appLaunched",
                        "payload": {"platform": "iOS", "modelName": "iPhone15,2", "isTestFlight": "false"},
                        "isTestMode": "false",
                    }
                ],
                unsure=("device_id", "person_id"),
            ),
        ),
        # https://github.com/mozilla/glean docs/user/user/pings/baseline.md
        "glean": (
            packed(
                json_call(
                    "incoming.telemetry.mozilla.org",
                    "/submit/org-mozilla-fenix/baseline/1/6d7e8f90-1a2b-4c3d-8e4f-5a6b7c8d9e0f",
                    {
                        "ping_info": {"seq": 12, "start_time": "2026-05-04T09:00+02:00", "reason": "inactive"},
                        "client_info": {
                            "client_id": "c55d5f7e-0a3b-4f62-9a30-7f0a5be1c9d4",
                            "session_id": "aa11bb22-cc33-4d44-8e55-ff6677889900",
                            "app_build": "2016012345",
                            "app_display_version": "126.0.1",
                            "architecture": "arm64-v8a",
                            "device_model": "Pixel 8",
                            "first_run_date": "2026-01-04+01:00",
                            "telemetry_sdk_build": "60.0.1",
                        },
                        "metrics": {"counter": {"browser.search.count": 3}},
                    },
                    "device_id",
                ),
                "gzip",
            ),
        ),
        # https://github.com/umami-software/umami src/app/api/send/route.ts
        "umami": (
            json_call(
                "stats.news-reader.test",
                "/api/send",
                {
                    "type": "event",
                    "payload": {
                        "website": "94db1cb1-74f4-4a40-ad6c-962362670409",
                        "hostname": "news-reader.test",
                        "screen": "1080x2400",
                        "language": "de-DE",
                        "title": "Front page",
                        "url": "/",
                        "referrer": "",
                    },
                },
            ),
        ),
    }
