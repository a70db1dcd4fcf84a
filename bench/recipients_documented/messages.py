"""Chats, support, push messages and social networks."""

import base64
import json
from collections.abc import Mapping

from bench.recipients_made.calls import Call, Person, form_call, json_call


def archives(who: Person) -> Mapping[str, tuple[Call, ...]]:
    """The requests of each app, with the identifiers of a person."""
    plain = base64.b64encode(f"\0{who.first.lower()}\0s3cret-Pine-44".encode()).decode()
    return {
        # https://github.com/mattermost/mattermost-mobile app/client/rest/users.ts, app/client/websocket/index.ts
        "mattermost": (
            json_call(
                "chat.works-council.test",
                "/api/v4/users/login",
                {
                    "device_id": "android_rn-v2:" + who.push,
                    "login_id": who.mail,
                    "password": "Glacier-Road-81",
                    "token": "",
                },
                "device_id",
                "email",
                "password",
                unsure=("username",),
            ),
            Call(
                "ws.works-council.test",
                "/api/v4/websocket",
                frozenset({"secret_token"}),
                websocket=(
                    json.dumps(
                        {
                            "seq": 1,
                            "action": "authentication_challenge",
                            "data": {"token": "q1w2e3r4t5y6u7i8o9p0a1s2d3"},
                        }
                    ),
                    json.dumps(
                        {"seq": 2, "action": "user_typing", "data": {"channel_id": "4xp9fdt77pncbef59f4k1qe83o"}}
                    ),
                ),
            ),
        ),
        # https://github.com/RocketChat/Rocket.Chat.ReactNative app/lib/services/restApi.ts
        "rocketchat": (
            json_call(
                "talk.club-app.test",
                "/api/v1/login",
                {"user": who.mail, "password": "Otter-Lamp-12"},
                "email",
                "password",
                unsure=("username",),
            ),
            json_call(
                "push.club-app.test",
                "/api/v1/push.token",
                {"id": "b3c4d5e6f708192a", "type": "gcm", "value": who.push, "appName": "chat.rocket.android"},
                "device_id",
                "secret_token",
                "person_id",
                headers=(
                    ("X-Auth-Token", "9HqLlyZOugoStsXCUfD_0YdwnNnunAJF8V47U3QHXSq"),
                    ("X-User-Id", "aobEdbYhXfu5hkeqG"),
                ),
            ),
        ),
        # https://github.com/matrix-org/matrix-js-sdk src/@types/auth.ts, src/@types/PushRules.ts
        "matrix": (
            json_call(
                "matrix.family-app.test",
                "/_matrix/client/v3/login",
                {
                    "type": "m.login.password",
                    "identifier": {"type": "m.id.user", "user": "inesk"},
                    "password": "Walnut-Tree-77",
                    "initial_device_display_name": "Element Android",
                    "device_id": "GHTYAJCE",
                },
                "username",
                "password",
                "device_id",
            ),
            json_call(
                "hs.family-app.test",
                "/_matrix/client/v3/rooms/!636q39766251:family-app.test/send/m.room.message/m1777888800",
                {"msgtype": "m.text", "body": "Grandma is home from the clinic, she is doing well"},
                "message_content",
                "secret_token",
                headers=(("Authorization", "Bearer syt_aW5lc2s_kVbQxGhTnRzYpLmWcDaE_1Xy2Zz"),),
            ),
            json_call(
                "pushers.family-app.test",
                "/_matrix/client/v3/pushers/set",
                {
                    "kind": "http",
                    "app_id": "im.vector.app.android",
                    "app_display_name": "Element",
                    "device_display_name": "Pixel 8",
                    "profile_tag": "mobile_1",
                    "lang": "de",
                    "pushkey": who.push,
                    "data": {"url": "https://push.family-app.test/_matrix/push/v1/notify"},
                },
                "device_id",
            ),
        ),
        # https://github.com/discord/discord-api-docs developers/events/gateway-events.mdx
        "discord": (
            Call(
                "gateway.discord.gg",
                "/?v=10&encoding=json",
                frozenset({"secret_token"}),
                websocket=(
                    json.dumps({"op": 1, "d": 251}),
                    json.dumps(
                        {
                            "op": 2,
                            "d": {
                                "token": "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs",
                                "properties": {"os": "android", "browser": "Discord Android", "device": "Pixel 8"},
                                "intents": 513,
                            },
                        }
                    ),
                ),
            ),
        ),
        # https://github.com/xmppjs/xmpp.js packages/sasl (RFC 7395: XMPP over WebSocket)
        "xmpp": (
            Call(
                "xmpp.sport-club.test",
                "/ws",
                frozenset({"password", "message_content"}),
                websocket=(
                    '<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="sport-club.test" version="1.0"/>',
                    f'<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN">{plain}</auth>',
                    (
                        '<message type="chat" to="coach@sport-club.test" id="m7"><body>I cannot come on Thursday, '
                        "my knee hurts again</body></message>"
                    ),
                ),
                unsure=("username", "email"),
            ),
        ),
        # https://github.com/GetStream/stream-chat-go message.go, device.go
        "stream-chat": (
            json_call(
                "chat.stream-io-api.com",
                "/channels/messaging/travel/message",
                {
                    "message": {
                        "id": "inesk-5f1c7b9e",
                        "text": "Shall we take the early train to Hamburg?",
                        "attachments": [],
                    }
                },
                "message_content",
                "secret_token",
                query={
                    "user_id": "inesk",
                    "connection_id": "64d1d2c5-0a1b-4c2d-8e3f-405162738495",
                    "api_key": "k9q8w7e6r5t4",
                },
                headers=(("Authorization", who.token), ("stream-auth-type", "jwt")),
                unsure=("person_id", "username"),
            ),
            json_call(
                "chat-proxy.stream-io-api.com",
                "/devices",
                {"id": who.push, "push_provider": "firebase", "user_id": "inesk"},
                "device_id",
                unsure=("person_id", "username"),
            ),
        ),
        # https://github.com/pusher/pusher-js src/core/channels/members.ts (channel_data is JSON in a string)
        "pusher": (
            Call(
                "ws-eu.pusher.com",
                "/app/b0e1f2a3c4d5e6f70819?protocol=7&client=js&version=8.4.0",
                frozenset({"email", "person_name"}),
                websocket=(
                    json.dumps(
                        {
                            "event": "pusher:subscribe",
                            "data": {
                                "auth": "b0e1f2a3c4d5e6f70819:" + "9f" * 32,
                                "channel": "presence-room-7",
                                "channel_data": json.dumps(
                                    {"user_id": "8812", "user_info": {"name": who.name, "email": who.mail}}
                                ),
                            },
                        }
                    ),
                    json.dumps({"event": "pusher:ping", "data": {}}),
                ),
                unsure=("person_id", "secret_token"),
            ),
        ),
        # https://github.com/zulip/zulip-flutter lib/api/route/account.dart, messages.dart, notifications.dart
        "zulip": (
            form_call(
                "zulip.lab-app.test",
                "/api/v1/fetch_api_key",
                {"username": who.mail, "password": "Copper-Kettle-5"},
                "email",
                "password",
                unsure=("username",),
            ),
            form_call(
                "msg.lab-app.test",
                "/api/v1/messages",
                {
                    "type": "stream",
                    "to": "14",
                    "topic": "shifts",
                    "content": "I am ill today, could someone take my shift please?",
                    "queue_id": "fb67bf8a-c031-47cc-84cf-ed80accacda8",
                    "local_id": "100.01",
                },
                "message_content",
                "secret_token",
                headers=(
                    (
                        "Authorization",
                        "Basic " + base64.b64encode(f"{who.mail}:a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6".encode()).decode(),
                    ),
                ),
                unsure=("email", "password"),
            ),
            form_call(
                "tokens.lab-app.test",
                "/api/v1/users/me/android_gcm_reg_id",
                {"token": who.push},
                unsure=("device_id", "secret_token"),
            ),
        ),
        # https://github.com/bluesky-social/atproto lexicons/com/atproto/server/createSession.json, createAccount.json
        "bluesky": (
            json_call(
                "bsky.social",
                "/xrpc/com.atproto.server.createAccount",
                {
                    "email": who.mail,
                    "handle": "inesk.bsky.social",
                    "password": "Violet-Bridge-20",
                    "inviteCode": "bsky-social-ab12c-3de4f",
                    "verificationPhone": who.phone,
                },
                "email",
                "username",
                "password",
                "phone",
            ),
            json_call(
                "entryway.bsky.social",
                "/xrpc/com.atproto.server.createSession",
                {"identifier": "inesk.bsky.social", "password": "Violet-Bridge-20", "authFactorToken": ""},
                "password",
                unsure=("username",),
            ),
            json_call(
                "push.bsky.app",
                "/xrpc/app.bsky.notification.registerPush",
                {
                    "serviceDid": "did:web:api.bsky.app",
                    "token": who.push,
                    "platform": "android",
                    "appId": "xyz.blueskyweb.app",
                },
                unsure=("device_id", "secret_token"),
            ),
        ),
        # https://github.com/mastodon/documentation content/en/methods/accounts.md, statuses.md, push.md
        "mastodon": (
            form_call(
                "social.town-app.test",
                "/api/v1/accounts",
                {
                    "username": "inesk",
                    "email": who.mail,
                    "password": "Harbour-Light-3",
                    "agreement": "true",
                    "locale": "de",
                    "reason": "A neighbour told me about it.",
                },
                "username",
                "email",
                "password",
                unsure=("message_content", "secret_token"),
            ),
            form_call(
                "api.town-app.test",
                "/api/v1/statuses",
                {"status": "Our street is closed until Friday", "visibility": "public", "language": "en"},
                "secret_token",
                headers=(("Authorization", "Bearer ZA-Yj3aBD8U8Cm7lKUp-lm9O9BmDgdhHzDeqsY8tlL0"),),
                unsure=("message_content",),
            ),
            form_call(
                "webpush.town-app.test",
                "/api/v1/push/subscription",
                {
                    "subscription[endpoint]": "https://fcm.googleapis.com/fcm/send/" + who.push,
                    "subscription[keys][p256dh]": (
                        "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM"
                    ),
                    "subscription[keys][auth]": "tBHItJI5svbpez7KI4CCXg",
                },
                unsure=("device_id", "secret_token"),
            ),
        ),
        # https://github.com/subzeroid/instagrapi instagrapi/mixins/auth.py, private.py (JSON behind a prefix in a form)
        "instagram-login": (
            form_call(
                "i.instagram.com",
                "/api/v1/accounts/login/",
                {
                    "signed_body": "SIGNATURE."
                    + json.dumps(
                        {
                            "jazoest": "22413",
                            "country_codes": '[{"country_code":"49","source":["default"]}]',
                            "phone_id": "2f8a6b1c-3d4e-4f50-9617-28394a5b6c7d",
                            "enc_password": "#PWD_INSTAGRAM:4:1777888800:AZx1c2v3b4n5m6",
                            "username": "inesk42",
                            "adid": who.gaid,
                            "guid": "9a8b7c6d-5e4f-4301-8211-223344556677",
                            "device_id": "android-a3f19c84b27d60e5",
                            "login_attempt_count": "0",
                        }
                    )
                },
                "device_id",
                "username",
                headers=(
                    ("X-IG-Device-ID", "9a8b7c6d-5e4f-4301-8211-223344556677"),
                    ("X-IG-Android-ID", "android-a3f19c84b27d60e5"),
                    ("X-IG-App-Locale", "de_DE"),
                ),
                unsure=("password",),
            ),
            form_call(
                "i-contacts.instagram.com",
                "/api/v1/address_book/link/",
                {
                    "phone_id": "2f8a6b1c-3d4e-4f50-9617-28394a5b6c7d",
                    "contacts": json.dumps(
                        [
                            {
                                "phone_numbers": ["+491701112233"],
                                "email_addresses": ["jo.lang@mailbox.test"],
                                "first_name": "Jo",
                            },
                            {"phone_numbers": ["+491701112244"], "email_addresses": [], "first_name": "Mia"},
                            {"phone_numbers": ["+491701112255"], "email_addresses": [], "first_name": "Ben"},
                        ]
                    ),
                },
                "device_id",
                "contact_list",
                "phone",
                "email",
                "person_name",
            ),
        ),
        # https://core.telegram.org/bots/api#making-requests (the token is part of the path)
        "telegram-bot": (
            json_call(
                "api.telegram.org",
                "/bot5874120931:AAHk3Vm7vB2nR5tZ8wLc4dPf6hJs1aGe0uK/sendMessage",
                {"chat_id": 48120077, "text": "Door opened at the back entrance", "parse_mode": "HTML"},
                unsure=("message_content", "secret_token", "person_id"),
            ),
        ),
    }
