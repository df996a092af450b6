"""A small directory that speaks OpenID Connect, asked over HTTP, and a browser that goes there and comes back."""

import base64
import hashlib
import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "openweek", "a secret of the client"
KEY = RSAKey.generate_key(2048, {"kid": "one", "alg": "RS256"}, auto_kid=False)


class Issuer(ThreadingHTTPServer):
    """claims: what the next token says beside the usual. key: what signs it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.claims: dict = {}
        self.key = KEY
        self.challenge = ""

    def id_token(self) -> str:
        now = int(time.time())
        usual = {"iss": self.url, "aud": CLIENT, "sub": "7", "iat": now, "exp": now + 300}
        return jwt.encode({"alg": "RS256", "kid": "one"}, usual | self.claims, self.key)


class _Handler(BaseHTTPRequestHandler):
    server: Issuer

    def log_message(self, *_args: object) -> None:
        pass

    def _answer(self, body: dict, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def do_GET(self) -> None:
        url = self.server.url
        if self.path == "/keys":
            self._answer({"keys": [KEY.as_dict(private=False)]})
            return
        self._answer(
            {
                "issuer": url,
                "authorization_endpoint": f"{url}/authorize",
                "token_endpoint": f"{url}/token",
                "jwks_uri": f"{url}/keys",
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        )

    def do_POST(self) -> None:
        sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        digest = hashlib.sha256(sent["code_verifier"][0].encode()).digest()
        client = base64.b64encode(f"{CLIENT}:{SECRET.replace(' ', '+')}".encode()).decode()
        plain = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        known = self.headers["Authorization"] in (f"Basic {client}", f"Basic {plain}")
        if not known or base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != self.server.challenge:
            self._answer({"error": "invalid_grant"}, 400)
            return
        token = {"access_token": "x", "token_type": "Bearer", "id_token": self.server.id_token()}
        self._answer(token)


def through(client, issuer, state=None, **claims):
    """Go to the directory and come back with what it says."""
    answer = client.get("/desk/sign-in/directory")
    assert answer.location.startswith(issuer.url + "/authorize?")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(answer.location).query).items()}
    assert (asked["client_id"], asked["redirect_uri"]) == (
        CLIENT,
        "http://openweek.test/desk/sign-in/directory/done",
    )
    issuer.challenge = asked["code_challenge"]
    issuer.claims = {"nonce": asked["nonce"]} | claims
    return client.get(f"/desk/sign-in/directory/done?code=c&state={state or asked['state']}")
