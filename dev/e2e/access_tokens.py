"""Signed tokens (JWT), made by hand with openssl; an issuer's keys by URL that come, rotate and go; reverse proxies and
roles."""
import base64
import hmac
import http.server
import json
import secrets
import subprocess
import threading
import time
from pathlib import Path

from access_client import Hub, Socket, basic, bearer, check, publish, publish_lines, request, secret, until
from access_ways import OWNERS, OWNER_OF, event, grants

ISSUER, AUDIENCE = "https://id.example.org", "tocsin"


def base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def openssl(*words, data=b""):
    return subprocess.run(["openssl", *words], input=data, capture_output=True, check=True, timeout=60).stdout


class Signer:
    """A key that signs, and its JWK."""

    def __init__(self, folder, kid, kind):
        self.kid, self.kind, self.file = kid, kind, str(Path(folder) / f"{kid}.pem")
        if kind == "HS256":
            self.shared = secrets.token_bytes(32)
            self.jwk = {"kty": "oct", "k": secret(base64url(self.shared)), "alg": "HS256", "kid": kid}
            return
        rsa = kind == "RS256"
        algorithm = ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"] if rsa else ["ed25519"]
        openssl("genpkey", "-quiet", "-algorithm", *algorithm, "-out", self.file)
        if rsa:
            modulus = openssl("rsa", "-in", self.file, "-modulus", "-noout").decode().strip().partition("=")[2]
            self.jwk = {"kty": "RSA", "n": base64url(bytes.fromhex(modulus)), "e": "AQAB", "alg": "RS256", "kid": kid}
        else:
            point = openssl("pkey", "-in", self.file, "-pubout", "-outform", "DER")[-32:]
            self.jwk = {"kty": "OKP", "crv": "Ed25519", "x": base64url(point), "kid": kid}

    def public_pem(self):
        return openssl("pkey", "-in", self.file, "-pubout")

    def sign(self, data):
        if self.kind == "HS256":
            return hmac.digest(self.shared, data, "sha256")
        if self.kind == "RS256":
            return openssl("dgst", "-sha256", "-sign", self.file, data=data)
        message = Path(self.file + ".message")
        message.write_bytes(data)
        return openssl("pkeyutl", "-sign", "-rawin", "-inkey", self.file, "-in", str(message))

    def token(self, head=None, sign=None, **claims):
        """A token that is good unless something else is asked for; a claim of None is left out."""
        now = int(time.time())
        body = {"sub": "anna", "iss": ISSUER, "aud": AUDIENCE, "exp": now + 600, "tocsin": {"subscribe": grants("front")}, **claims}
        body = {name: value for name, value in body.items() if value is not None}
        alg = "EdDSA" if self.kind == "EdDSA" else self.kind
        parts = [{"alg": alg, "kid": self.kid, "typ": "JWT", **(head or {})}, body]
        signed = ".".join(base64url(json.dumps(part).encode()) for part in parts)
        return secret(signed + "." + base64url((sign or self.sign)(signed.encode())))


def status(hub, token, source="127.0.0.1"):
    return request(hub.port, "GET", "/api/v1/events", None, bearer(token), source).status


def bad_tokens(shared, rsa, other):
    """What is wrong with it → the token."""
    now = int(time.time())
    good = rsa.token()
    head, body, signature = good.split(".")
    without = base64url(json.dumps({"alg": "none"}).encode()) + "." + body + "."
    changed = base64url(json.dumps({"sub": "root", "exp": now + 600, "iss": ISSUER, "aud": AUDIENCE}).encode())
    return {
        "alg none": secret(without),
        "alg None with a signature": rsa.token({"alg": "None"}),
        "no signature": secret(f"{head}.{body}."),
        "another body": secret(f"{head}.{changed}.{signature}"),
        "a public key taken for a shared one": rsa.token(
            {"alg": "HS256"}, lambda data: hmac.digest(rsa.public_pem(), data, "sha256")),
        "the algorithm of another key": rsa.token({"alg": "RS256", "kid": shared.kid}),
        "RS512 with a key for RS256": rsa.token({"alg": "RS512"}, lambda data: openssl("dgst", "-sha512", "-sign", rsa.file, data=data)),
        "a key that nobody knows": other.token(),
        "the kid of another's key": other.token({"kid": rsa.kid}),
        "its own key in the head": other.token({"jwk": other.jwk, "kid": None}),
        "a critical extension": rsa.token({"crit": ["b64"], "b64": False}),
        "expired": rsa.token(exp=now - 90),
        "no end": rsa.token(exp=None),
        "an end in words": rsa.token(exp=str(now + 600)),
        "not valid yet": rsa.token(nbf=now + 120),
        "another audience": rsa.token(aud="others"),
        "no audience": rsa.token(aud=None),
        "another issuer": rsa.token(iss="https://evil.example.org"),
        "no issuer": rsa.token(iss=None),
        "no name": rsa.token(sub=None),
        "a name with a control character": rsa.token(sub="an\nna"),
        "grants with a mistake": rsa.token(tocsin={"subscribe": [{"evnts": ["*"]}]}),
        "more than 8 KiB": rsa.token(padding="x" * 9_000),
    }


def tokens(folder):
    """Good ones of three kinds, bad ones of many, and what they open."""
    signers = {kind: Signer(folder, kind.lower(), kind) for kind in ("HS256", "RS256", "EdDSA")}
    shared, rsa, edwards = signers.values()
    other = Signer(folder, "other", "RS256")
    jwks, roles = Path(folder) / "jwks.json", Path(folder) / "roles.json"
    jwks.write_text(json.dumps({"keys": [signer.jwk for signer in signers.values()]}))
    jwks.chmod(0o600)
    roles.write_text(json.dumps({"roles": {"front": {"subscribe": grants("front")}, "yard": {"subscribe": grants("yard")},
                                           "producer": {"publish": [{"events": ["camera.*"]}]}}, "members": {"clara": ["yard"]}}))
    hub = Hub(folder, "tokens", "--jwt-keys", str(jwks), "--jwt-issuer", ISSUER, "--jwt-audience", AUDIENCE, "--roles", str(roles),
              "--trust-proxy", "127.0.0.77/32", "--proxy-user-header", "X-User", "--proxy-roles-header", "X-Roles")
    root = hub.key("root")
    hub.write_keys()
    hub.start()
    publish_lines(hub.port, [event(owner, 3) for owner in OWNERS], bearer(root))
    for kind, signer in signers.items():
        check(f"a good token, {kind}", owners_read(hub, bearer(signer.token())) == ["front", "both"])
    check("as a password", owners_read(hub, basic(rsa.token())) == ["front", "both"])
    check("an audience among several, a clock that is behind", status(hub, rsa.token(
        aud=["others", AUDIENCE], nbf=int(time.time()) + 30)) == 200)
    check("expired within the leeway", status(hub, rsa.token(exp=int(time.time()) - 20)) == 200)
    check("by its roles", owners_read(hub, bearer(rsa.token(tocsin=None, roles=["yard", "unknown"]))) == ["yard", "both"])
    check("with neither grants nor roles: nothing", owners_read(hub, bearer(rsa.token(tocsin=None))) == [])
    expected = request(hub.port, "GET", "/api/v1/events", None, bearer("letmein"), "127.0.10.250").body
    for n, (what, token) in enumerate(bad_tokens(shared, rsa, other).items()):
        answer = request(hub.port, "GET", "/api/v1/events", None, bearer(token), f"127.0.10.{n + 1}")
        check(f"refused: {what}", answer.status == 401 and answer.body == expected, answer)
    token_connections(hub, rsa)
    key_gone(hub, jwks, [shared, rsa], edwards)
    proxies(hub, roles, root)
    hub.stop()


def owners_read(hub, headers, source="127.0.0.1"):
    """Whose events may be read."""
    answer = request(hub.port, "GET", "/api/v1/events?events=*", None, headers, source)
    return [OWNER_OF[each["channel"]] for each in answer.json["events"]] if answer.status == 200 else answer


def token_connections(hub, rsa):
    connection = Socket(hub.port, "?since=0", bearer(rsa.token()))
    answer = connection.authenticate(rsa.token(tocsin={"subscribe": grants("yard")}))
    check("a token renews a token", answer.get("action") == "authenticated" and answer["name"] == "anna" and "expires_at" in answer, answer)
    answer = connection.authenticate(rsa.token(sub="berta"))
    check("not another's", answer["payload"]["error"] == "forbidden", answer)
    connection.close()
    short = Socket(hub.port, headers=bearer(rsa.token(exp=int(time.time()) - 57)))
    begin = time.monotonic()
    code = short.ended(8)
    check("a token ends on an open connection: 4410", code == 4410 and time.monotonic() - begin < 6, (code, short.messages))


def key_gone(hub, jwks, others, gone):
    """A key that is taken away takes along what its tokens opened."""
    token = gone.token()
    connection, other = Socket(hub.port, headers=bearer(token)), Socket(hub.port, headers=bearer(others[1].token()))
    jwks.write_text("{ broken")
    time.sleep(1.5)
    check("a broken file of keys is told, and the old ones stay", status(hub, token) == 200 and jwks.name in hub.said(), hub.said())
    jwks.write_text(json.dumps({"keys": [signer.jwk for signer in others]}))
    check("a key that is gone: 4410 within two seconds", connection.ended(3) == 4410, connection.code)
    check("and 401", status(hub, token, "127.0.10.200") == 401)
    check("others stay", other.code is None and status(hub, others[1].token()) == 200)
    other.close()


def proxies(hub, roles, root):
    """A proxy's word counts from its address, and from no other."""
    proxy, user = "127.0.0.77", {"X-User": "bert", "X-Roles": "front, producer"}
    check("vouched for by a trusted proxy", owners_read(hub, user, proxy) == ["front", "both"])
    check("by membership", owners_read(hub, {"X-User": "clara"}, proxy) == ["yard", "both"])
    check("without a role: nothing", owners_read(hub, {"X-User": "dora"}, proxy) == [])
    answer = request(hub.port, "GET", "/api/v1/events", None, user, "127.0.0.78")
    check("from elsewhere: ignored", answer.status == 401, answer)
    check("from the proxy without a name", request(hub.port, "GET", "/api/v1/events", None, {"X-Roles": "front"}, proxy).status == 401)
    forwarded = {"X-Forwarded-For": "203.0.113.9"}
    answers = [request(hub.port, "GET", "/api/v1/events", None, {**bearer("letmein"), **forwarded}, proxy).status for _ in range(12)]
    check("failures count for who is behind the proxy", answers == [401] * 10 + [429] * 2, answers)
    answer = request(hub.port, "GET", "/api/v1/events", None, bearer("letmein"), proxy)
    check("and not for the others behind it", answer.status == 401, answer)
    spoofed = [request(hub.port, "GET", "/api/v1/events", None, {**bearer("letmein"), "X-Forwarded-For": f"203.0.113.{n}"},
                       "127.0.0.79").status for n in range(12)]
    check("nobody else chooses his address", spoofed == [401] * 10 + [429] * 2, spoofed)
    connection = Socket(hub.port, "?since=0", user, source=proxy)
    text = json.loads(roles.read_text())
    text["roles"]["front"]["subscribe"] = [{"events": ["job.*"]}]
    roles.write_text(json.dumps(text))
    time.sleep(0.1)
    told = until(lambda: owners_read(hub, user, proxy) == ["both"], 3)
    check("roles that change count within two seconds", told)
    check("roles: publish as granted", publish(hub.port, event("front", 1), user, source=proxy).status == 201
          and publish(hub.port, event("front", 3), user, source=proxy).status == 403)
    time.sleep(1)
    newest = hub.newest(root)
    publish_lines(hub.port, [event(owner, 3) for owner in OWNERS] + [event("both", 4)], bearer(root))
    connection.await_message(lambda message: message.get("payload", {}).get("progress") == 4)
    later = [OWNER_OF[each["channel"]] for each in connection.events() if each["sequence"] > newest]
    check("on open connections too", later == ["both", "both"], later)
    connection.close()


# The issuer's keys by URL -----------------------------------------------------------------------------------------


class KeyServer(http.server.ThreadingHTTPServer):
    """Serves a set of keys; None is an outage."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), KeyHandler)
        self.set = None
        self.fetches = 0
        threading.Thread(target=self.serve_forever, daemon=True).start()


class KeyHandler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.fetches += 1
        if self.server.set is None:
            self.send_error(500)
            return
        body = json.dumps({"keys": self.server.set}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


def keys_by_url(folder):
    """Not there, there, rotated, gone."""
    first, second = Signer(folder, "first", "RS256"), Signer(folder, "second", "EdDSA")
    issuer = KeyServer()
    hub = Hub(folder, "jwks", "--jwt-keys", f"http://127.0.0.1:{issuer.server_port}/jwks")
    root = hub.key("root")
    hub.write_keys()
    hub.start()
    answer = request(hub.port, "GET", "/api/v1/events", None, bearer(first.token()))
    check("never fetched: 503", answer.status == 503 and answer.json["error"] == "unavailable", answer)
    check("no upgrade: 503", Socket(hub.port, headers=bearer(first.token())).status == 503)
    waiting = Socket(hub.port)
    said = waiting.authenticate(first.token())
    check("by message: unavailable, and it may try again", said and said["payload"]["error"] == "unavailable"
          and waiting.code is None, said)
    said = waiting.authenticate(root)
    check("which it does", said and said.get("action") == "authenticated", said)
    check("API keys work meanwhile", status(hub, root) == 200)
    check("the failing fetch is told", "jwks" in hub.said() or "keys" in hub.said(), hub.said())
    issuer.set = [first.jwk]
    check("they come by themselves", until(lambda: status(hub, first.token()) == 200, 25))
    connection = Socket(hub.port, headers=bearer(first.token()))
    issuer.set = [first.jwk, second.jwk]
    check("a new kid is fetched", until(lambda: status(hub, second.token(), f"127.0.11.{1 + int(time.time()) % 200}") == 200, 35))
    fetches = issuer.fetches
    unknown = Signer(folder, "unknown", "EdDSA")
    for n in range(5):
        check("an unknown kid: 401", status(hub, unknown.token({"kid": f"k{n}"}), f"127.0.12.{n + 1}") == 401)
    check("and no flood of fetches", issuer.fetches <= fetches + 1, issuer.fetches - fetches)
    issuer.set = None
    check("during an outage known keys go on", status(hub, second.token()) == 200 and connection.code is None)
    connection.close()
    hub.stop()
    issuer.shutdown()
