"""Identity, OAuth and accounts."""

import base64
import json
from collections.abc import Mapping

from bench.recipients_made.calls import Call, Person, base64_json, form_call, json_call


def archives(who: Person) -> Mapping[str, tuple[Call, ...]]:
    """The requests of each app, with the identifiers of a person."""
    return {
        # https://github.com/bitwarden/android network/.../IdentityApi (form of /connect/token)
        "bitwarden": (
            form_call(
                "identity.vault-app.test",
                "/connect/token",
                {
                    "scope": "api offline_access",
                    "client_id": "mobile",
                    "username": who.mail,
                    "password": "r5CFRR+n9NQI8a525FY+0BPR0HGOjVJX0cR1KEMnIOo=",
                    "deviceType": "0",
                    "deviceIdentifier": "c7d8e9f0-a1b2-4c3d-8e4f-506172839405",
                    "deviceName": "google Pixel 8",
                    "grant_type": "password",
                    "twoFactorToken": "482913",
                    "twoFactorProvider": "0",
                },
                "email",
                "password",
                "device_id",
                "pin_otp",
                unsure=("username", "secret_token"),
            ),
        ),
        # https://github.com/aws-amplify/amplify-android aws-auth-cognito/.../AuthFlowTypeHelper.kt,
        "cognito": (
            json_call(
                "cognito-idp.eu-central-1.amazonaws.com",
                "/",
                {
                    "AuthFlow": "USER_PASSWORD_AUTH",
                    "ClientId": "5h1q8s0m3n2b4v6c7x9z0a1s2d",
                    "AuthParameters": {
                        "USERNAME": who.mail,
                        "PASSWORD": "Compass-Leaf-40",
                        "DEVICE_KEY": "eu-central-1_5e6f7a81-92b3-44c5-96d7-e8f90a1b2c3d",
                        "SECRET_HASH": "q8w7e6r5t4y3u2i1o0pAsDfGhJkLzXcVbNm1234567=",
                    },
                    "UserContextData": {"EncodedData": base64_json({"payload": "x", "version": "ANDROID20171114"})},
                },
                "email",
                "password",
                "device_id",
                headers=(("X-Amz-Target", "AWSCognitoIdentityProviderService.InitiateAuth"),),
                unsure=("username", "secret_token"),
            ),
            json_call(
                "cognito-idp.eu-west-1.amazonaws.com",
                "/",
                {
                    "AuthFlow": "REFRESH_TOKEN_AUTH",
                    "ClientId": "5h1q8s0m3n2b4v6c7x9z0a1s2d",
                    "AuthParameters": {
                        "REFRESH_TOKEN": (
                            "eyJjdHkiOiJKV1QiLCJlbmMiOiJBMjU2R0NNIn0.aGVsbG8td29ybGQtcmVmcmVzaC10b2tlbi1ieXRlcw"
                        )
                    },
                },
                "secret_token",
            ),
        ),
        # https://github.com/okta/okta-auth-js lib/authn (POST /api/v1/authn)
        "okta": (
            json_call(
                "login.okta-tenant.test",
                "/api/v1/authn",
                {
                    "username": who.mail,
                    "password": "Silver-Brook-12",
                    "options": {"warnBeforePasswordExpired": True},
                    "context": {"deviceToken": "26q43Ak9Eh04p7H6Nnx0m69JqYOrfVBY"},
                },
                "email",
                "password",
                headers=(("X-Device-Fingerprint", "U3Vwd8x7qWm2nR5tZ8wLc4dPf6hJs1aG"),),
                unsure=("device_id", "username", "secret_token"),
            ),
        ),
        # https://github.com/supabase-community/supabase-kt Auth/src/commonMain/.../providers
        "supabase": (
            json_call(
                "project.supabase.co",
                "/auth/v1/signup",
                {
                    "email": who.mail,
                    "password": "Pebble-Arch-7",
                    "data": {"full_name": who.name, "age": 34},
                    "code_challenge": "xU0aQ2n8cZ5vB7mK4jH1gF6dS9pL3oI0uY5tR2eW8qA",
                    "code_challenge_method": "s256",
                },
                "email",
                "password",
                "person_name",
                headers=(("apikey", who.token), ("X-Client-Info", "supabase-kt/3.1.0")),
                unsure=("birth", "demographic", "secret_token"),
            ),
        ),
        # https://github.com/parse-community/Parse-SDK-Android parse/.../ParseRESTCommand.java, ParseInstallation.java
        "parse": (
            json_call(
                "parse.recipe-club.test",
                "/parse/classes/_Installation",
                {
                    "installationId": "3d4e5f60-7182-493a-8b4c-5d6e7f809102",
                    "deviceType": "android",
                    "deviceToken": who.push,
                    "pushType": "gcm",
                    "timeZone": "Europe/Berlin",
                    "appIdentifier": "test.recipes",
                },
                "device_id",
                "secret_token",
                headers=(
                    ("X-Parse-Application-Id", "kP9vB2nR5tZ8wLc4dPf6"),
                    ("X-Parse-Installation-Id", "3d4e5f60-7182-493a-8b4c-5d6e7f809102"),
                    ("X-Parse-Session-Token", "r:7f0e1d2c3b4a59687786958493a2b1c0"),
                    ("X-Parse-App-Build-Version", "412"),
                ),
            ),
        ),
        # https://github.com/picklepete/pyicloud pyicloud/base.py
        "icloud": (
            json_call(
                "idmsa.apple.com",
                "/appleauth/auth/signin",
                {"accountName": who.mail, "password": "Thistle-Moon-18", "rememberMe": True, "trustTokens": []},
                "email",
                "password",
                headers=(
                    ("X-Apple-ID-Session-Id", "0A1B2C3D4E5F60718293A4B5C6D7E8F9"),
                    ("X-Apple-OAuth-Response-Type", "code"),
                ),
                unsure=("username", "secret_token"),
            ),
            json_call(
                "setup.icloud.com",
                "/setup/ws/1/accountLogin",
                {
                    "accountCountryCode": "DEU",
                    "dsWebAuthToken": "v3Kq8w7e6r5t4y3u2i1o0pAsDfGhJkLzXcVbNm1234567890qwertyuiop",
                    "extended_login": True,
                    "trustToken": "HSARMTnl6S90E" + "SRVX" * 8,
                },
                "secret_token",
            ),
        ),
        # https://openid.net/specs/openid-connect-core-1_0.html#IDToken (claims of a JWT in a form)
        "id-token": (
            form_call(
                "sts.travel-club.test",
                "/login/token",
                {
                    "provider": "oidc",
                    "id_token": "eyJhbGciOiJSUzI1NiJ9."
                    + base64.urlsafe_b64encode(
                        json.dumps(
                            {"sub": "110169484474386276334", "email": who.mail, "name": who.name, "aud": "app"}
                        ).encode()
                    )
                    .decode()
                    .rstrip("=")
                    + ".c2lnbmF0dXJlLW9mLXRoaXMtdG9rZW4tZm9yLXRlc3Rz",
                },
                "email",
                "person_name",
                "secret_token",
                unsure=("person_id",),
            ),
        ),
        # https://www.rfc-editor.org/rfc/rfc7636#section-4.5 (no person: a code, used once)
        "pkce": (
            form_call(
                "oauth.bike-share.test",
                "/token",
                {
                    "grant_type": "authorization_code",
                    "client_id": "bike-android",
                    "code": "SplxlOBeZQQYbYS6WxSbIA",
                    "code_verifier": "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
                    "redirect_uri": "test.bike:/cb",
                },
                unsure=("secret_token",),
            ),
        ),
        # https://github.com/twilio/twilio-oai spec/json/twilio_verify_v2.json
        "verify-code": (
            form_call(
                "verify.sms-gateway.test",
                "/v2/Services/VA0a1b2c3d4e5f60718293a4b5c6d7e8f9/VerificationCheck",
                {"To": who.phone, "Code": "774120"},
                "phone",
                "pin_otp",
                "secret_token",
                headers=(("Authorization", "Basic QUMwYTFiMmMzZDRlNWY2MDcxOjlmOGU3ZDZjNWI0YTM5Mjg="),),
                unsure=("username", "password"),
            ),
            form_call(
                "sms.sms-gateway.test",
                "/2010-04-01/Accounts/AC0a1b/Messages.json",
                {
                    "To": who.phone,
                    "From": "+15005550006",
                    "Body": "Your parcel waits at the shop, please bring your passport.",
                },
                "phone",
                unsure=("message_content",),
            ),
        ),
        # https://github.com/signalapp/libsignal-service-java .../api/account/AccountAttributes.java
        "signal": (
            json_call(
                "chat.messenger-app.test",
                "/v1/registration",
                {
                    "sessionId": "c2Vzc2lvbi1pZC1mb3ItdGVzdHM",
                    "accountAttributes": {
                        "registrationId": 11837,
                        "voice": True,
                        "fetchesMessages": False,
                        "unidentifiedAccessKey": "q8w7e6r5t4y3u2i1o0pAsA==",
                        "pin": "4471",
                    },
                    "skipDeviceTransfer": True,
                },
                "phone",
                "pin_otp",
                headers=(
                    (
                        "Authorization",
                        "Basic " + base64.b64encode(f"{who.phone}:kQ8w7e6r5t4y3u2i1o0pAs".encode()).decode(),
                    ),
                ),
                unsure=("secret_token", "password", "username"),
            ),
        ),
        # https://github.com/openfoodfacts/openfoodfacts-dart lib/src/model/user.dart (multipart with a login)
        "open-food-facts": (
            Call(
                "world.openfoodfacts.org",
                "/cgi/product_image_upload.pl",
                frozenset({"password"}),
                kind="multipart/form-data; boundary=dart-b",
                body=b"".join(
                    b'--dart-b\r\ncontent-disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name, value)
                    for name, value in (
                        (b"code", b"4006381333931"),
                        (b"imagefield", b"front_de"),
                        (b"user_id", b"inesk"),
                        (b"password", b"Orchard-Stone-8"),
                        (b"comment", b"new photo"),
                    )
                )
                + b'--dart-b\r\ncontent-disposition: form-data; name="imgupload_front"; filename="front@2x.jpg"\r\n'
                b"content-type: image/jpeg\r\n\r\n\xff\xd8\xff\xe0\0\x10JFIF\r\n--dart-b--\r\n",
                unsure=("username", "person_id", "biometric_media"),
            ),
        ),
    }
