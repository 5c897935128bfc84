"""Client certificates and names that a proxy vouches for: who somebody is by them, what that opens on every way in and
out, how the bad ones are refused, and what the audit log says of it."""
import json
import ssl
import time

import access_ways
from access_client import Hub, Socket, bearer, check, publish, publish_lines, request, until
from access_tls import Authority, SecureHub, connect, healthy, openssl
from access_ways import OWNERS, OWNER_OF, event, grants

PROXY_OPTIONS = ["--trust-proxy", "127.0.0.1/32", "--proxy-user-header", "X-User"]
ROLES = {"roles": {owner: {"subscribe": grants(owner), "publish": [{"events": ["camera.*"], "where": {"camera_id": [owner]}}]}
                   for owner in ("front", "yard")},
         "members": {"front.example": ["front"], "spiffe://plant/yard": ["yard"], "ada": ["front"], "bert": ["yard"],
                     "ending.example": ["front"], "inner": ["front"]}}


def write_roles(hub, roles):
    fresh = hub.folder / "roles.new"
    fresh.write_text(json.dumps(roles))
    fresh.replace(hub.folder / "roles.json")


def certificates(folder):
    """Each principal by a certificate, and by a proxy's word, on every way out that needs no key; and on those in."""
    authority = Authority(folder, "server-authority")
    clients, others = Authority(folder, "client-authority"), Authority(folder, "another-authority")
    hub = SecureHub(folder, "certificates", authority, authority.issue("server"), "--tls-client-ca", str(clients.certificate),
                    "--roles", str(Hub.folder_of(folder, "certificates") / "roles.json"), *PROXY_OPTIONS)
    write_roles(hub, ROLES)
    root = hub.key("root")
    hub.write_keys()
    # The name in CN is the other's: it must not count where there is a DNS name or a URI.
    pairs = {"front": clients.issue("front", "/CN=spiffe:plant.yard", "email:ada@example.org,DNS:front.example,URI:spiffe://plant/yard"),
             "yard": clients.issue("yard", "/CN=front.example", "IP:127.0.0.1,URI:spiffe://plant/yard,DNS:front.example")}
    hub.start()
    entries = {f"certificate of {name}": (name, hub.reached(authority.context(pair)), {}) for name, pair in pairs.items()}
    entries |= {f"vouched for {name}": (name, hub.tunnel, {"X-User": user}) for name, user in [("front", "ada"), ("yard", "bert")]}
    ways = [access_ways.live, access_ways.compressed, access_ways.resumed, access_ways.by_ticket]
    access_ways.attack(hub, root, entries, ways, [access_ways.oldest_first, access_ways.newest_first], 1)
    for title, (name, reached, shown) in entries.items():
        ways_in(title, name, reached, shown)
    names(hub, authority, clients, root)
    refused(hub, authority, clients, others, root)
    members_change(hub, root, entries["certificate of front"][1])
    written(hub)
    ends(hub, authority, clients)
    hub.stop()


def ways_in(title, name, reached, shown):
    other = "yard" if name == "front" else "front"
    mine, foreign, unheard = event(name, 1), event(other, 1), event(name, 3)
    statuses = [publish(reached.port, each, shown).status for each in (mine, foreign, unheard)]
    check(f"{title}: publishes what is granted", statuses == [201, 403, 403], statuses)
    report = publish_lines(reached.port, [mine, foreign, mine], shown).json
    check(f"{title}: lines too", report["accepted"] == 2 and [each["error"] for each in report["rejected"]] == ["forbidden"], report)
    connection = Socket(reached.port, "?events=gpu.*", shown)
    said = [connection.ask({"action": "publish", "event": each}) for each in (mine, foreign)]
    check(f"{title}: and actions", [each.get("action") or each["payload"]["error"] for each in said] == ["published", "forbidden"], said)
    check(f"{title}: denied patterns are named", connection.messages[0]["payload"]["warnings"][0]["code"] == "denied", connection.messages[0])
    connection.close()
    for path in ("/api/v1/stats", "/metrics"):
        check(f"{title}: no {path}", request(reached.port, "GET", path, None, shown).status == 403)


def names(hub, authority, clients, root):
    """Whose a certificate is, as the connection is told of it when a key of the same name renews it; and who has no name."""
    inner = hub.reached(authority.context(clients.issue("inner", "/CN=outer/CN=inner", "email:front.example@example.org")))
    owners = {OWNER_OF[each["channel"]] for each in request(inner.port, "GET", "/api/v1/events?limit=100").json["events"]}
    check("without a DNS name or URI: the most specific CN", owners == {"front", "both"}, owners)
    nobody = hub.reached(authority.context(clients.issue("nobody", "/O=nobody", "email:front.example@example.org")))
    answer = request(nobody.port, "GET", "/api/v1/events")
    check("without a name: 401", answer.status == 401 and answer.headers.get("www-authenticate") == "Bearer", answer)
    answer = request(nobody.port, "GET", "/api/v1/events?limit=1", None, bearer(root))
    check("but a key counts before it", answer.status == 200, answer)
    unknown = hub.reached(authority.context(clients.issue("unknown", "/CN=unknown", "DNS:unknown.example")))
    answer = request(unknown.port, "GET", "/api/v1/events")
    check("a name without a role sees nothing", answer.status == 200 and answer.json["events"] == [], answer)
    check("and publishes nothing", publish(unknown.port, event("front", 1), {}).status == 403)
    check("and may not connect", Socket(unknown.port).status == 403)
    check("without a certificate and a key: 401", request(hub.plain_port, "GET", "/api/v1/events").status == 401)


def refused(hub, authority, clients, others, root):
    """Who shows a certificate that does not verify gets no further than the handshake."""
    handshakes = failed_handshakes(hub, root)
    bad = {"of another authority": others.issue("front", "/CN=x", "DNS:front.example"),
           "expired": clients.issue("expired", "/CN=x", "DNS:front.example", begin=-2_000, end=-1_000),
           "not valid yet": clients.issue("early", "/CN=x", "DNS:front.example", begin=80_000, end=90_000)}
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        for what, pair in bad.items():
            context = authority.context(pair)
            context.minimum_version = context.maximum_version = version
            try:
                with connect(hub.port, context) as connection:
                    answered = healthy(connection)
            except OSError:
                answered = False
            check(f"a certificate that is {what}: no answer with {version.name}", not answered)
    check("failed handshakes are counted", failed_handshakes(hub, root) >= handshakes + 6, (handshakes, failed_handshakes(hub, root)))


def failed_handshakes(hub, root):
    return request(hub.plain_port, "GET", "/api/v1/stats", None, bearer(root)).json["http"]["tls"]["failed_handshakes"]


def members_change(hub, root, reached):
    """Roles that change count on open connections and on history within two seconds."""
    connection = Socket(reached.port)
    write_roles(hub, {**ROLES, "members": {**ROLES["members"], "front.example": ["yard"]}})
    time.sleep(2.5)
    newest = hub.newest(root)
    publish_lines(hub.plain_port, [event(owner, 3) for owner in OWNERS] + [event("both", 4)], bearer(root))
    connection.await_message(lambda message: message.get("payload", {}).get("progress") == 4)
    owners = [OWNER_OF[each["channel"]] for each in connection.events() if each["sequence"] > newest]
    check("another role counts on an open connection", owners == ["yard", "both", "both"], owners)
    connection.close()


def ends(hub, authority, clients):
    """The access ends with the certificate, on connections that are open; new ones are refused in the handshake."""
    pair = clients.issue("ending", "/CN=x", "DNS:ending.example", end=6)
    end = ssl.cert_time_to_seconds(openssl_end(pair))
    reached = hub.reached(authority.context(pair))
    connection = Socket(reached.port)
    told = connection.await_message(lambda message: message.get("action") == "expiring", 0, max(1, end - time.time()))
    check("a certificate's end is told before", told and connection.code is None, connection.messages)
    code = connection.ended(max(1, end - time.time()) + 3)
    check("a certificate that expires ends its connection", code == 4410 and -0.1 < time.time() - end < 3.5, (code, time.time() - end))
    try:
        answer = request(reached.port, "GET", "/api/v1/events").status
    except OSError:
        answer = None
    check("and opens nothing any more", answer is None, answer)


def openssl_end(pair):
    return openssl("x509", "-in", str(pair[0]), "-noout", "-enddate").stdout.decode().strip().partition("=")[2]


def written(hub):
    """The audit log names who they were, and where."""
    expected = {("credential_accepted", name) for name in ("front.example", "spiffe://plant/yard", "ada", "bert", "inner", "unknown.example")}
    expected |= {("publish_denied", name) for name in ("front.example", "spiffe://plant/yard", "ada", "bert", "unknown.example")}
    expected |= {("subscription_denied", name) for name in ("front.example", "spiffe://plant/yard", "ada", "bert")}

    def seen():
        return {(line["event"], line.get("name")) for line in hub.audit()}
    check("the audit log names certificates and vouched names", until(lambda: expected <= seen(), 4), expected - seen())
    check("and who has no name", any(line["event"] == "credential_refused" and "name" in line.get("reason", "") for line in hub.audit()),
          [line for line in hub.audit() if line["event"] == "credential_refused"])
    forwarded = request(hub.plain_port, "GET", "/api/v1/catalog", None, {"X-User": "ada", "X-Forwarded-For": "203.0.113.9, 198.51.100.7"})
    check("a proxy's client gets in", forwarded.status == 200, forwarded)
    check("its address is the client's", until(lambda: any(
        line.get("name") == "ada" and line.get("address") == "198.51.100.7" for line in hub.audit()), 3), hub.audit()[-3:])
