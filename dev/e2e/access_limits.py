"""Tickets, secrets in queries, too many failures, and the limits of keys and addresses."""
import json
import threading
import time
import urllib.parse

from access_client import Hub, Socket, basic, bearer, check, publish, publish_lines, request, secret, together, until
from access_ways import MARKERS, OWNERS, event, grants


def ticket(hub, headers):
    answer = request(hub.port, "POST", "/api/v1/tickets", "", headers)
    check("a ticket", answer.status == 201 and answer.json["expires_in"] == 30, answer)
    return secret(answer.json["ticket"])


def tickets(folder):
    """Once, for 30 s, with the rights and the end of their maker."""
    hub = Hub(folder, "tickets")
    root, reader = hub.key("root"), hub.key("reader", grants("front"))
    hub.write_keys()
    hub.start()
    old, made = ticket(hub, bearer(reader)), time.monotonic()
    nearly_old = ticket(hub, basic(reader))
    publish_lines(hub.port, [event(owner, 3) for owner in OWNERS], bearer(root))
    one = ticket(hub, bearer(reader))
    answer = request(hub.port, "GET", f"/api/v1/events?ticket={one}", None, {})
    check("a ticket opens a request, with its maker's rights", answer.status == 200
          and [each["channel"] for each in answer.json["events"]] == [MARKERS["front"], MARKERS["both"]], answer)
    again = request(hub.port, "GET", f"/api/v1/events?ticket={one}", None, {}, "127.0.6.1")
    check("and only one", again.status == 401 and again.json["error"] == "unauthenticated", again)
    check("nor a connection after it", Socket(hub.port, f"?ticket={one}", source="127.0.6.1").ended(3) == 4401)
    raced = ticket(hub, bearer(reader))
    racers = []
    threads = [threading.Thread(target=lambda n=n: racers.append(
        request(hub.port, "GET", f"/api/v1/catalog?ticket={raced}", None, {}, f"127.0.6.{10 + n}").status)) for n in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    check("a race for a ticket has one winner", sorted(racers) == [200] + [401] * 7, racers)
    forbidden = request(hub.port, "GET", f"/api/v1/stats?ticket={ticket(hub, bearer(reader))}", None, {})
    check("a ticket opens no more than its maker may", forbidden.status == 403, forbidden)
    without = request(hub.port, "POST", "/api/v1/tickets", "", {}, "127.0.6.2")
    check("no ticket without a credential", without.status == 401, without)
    by_ticket = request(hub.port, "POST", f"/api/v1/tickets?ticket={ticket(hub, bearer(reader))}", "", {}, "127.0.6.2")
    if by_ticket.status == 201:
        secret(by_ticket.json["ticket"])
    leaks(hub, root, reader)
    failures(hub, reader)
    time.sleep(max(0, made + 27 - time.monotonic()))
    connection = Socket(hub.port, f"?ticket={nearly_old}")
    check("after 27 s a ticket is good", connection.await_message(lambda message: "payload" in message) is not None
          and connection.messages[0]["type"] == "connection.established", connection.messages)
    connection.close()
    time.sleep(max(0, made + 30.3 - time.monotonic()))
    late = request(hub.port, "GET", f"/api/v1/events?ticket={old}", None, {}, "127.0.6.3")
    check("after 30 s it is not", late.status == 401, late)
    hub.stop()


def leaks(hub, root, reader):
    """A key in a query: 400 whatever else is right, and its owner is told that it counts as leaked."""
    some_jwt = secret("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJsZWFrIn0.c2lnbmF0dXJl")
    for name, value in [("token", reader), ("access_token", some_jwt), ("key", reader), ("api_key", "whatever"),
                        ("events", reader), ("ticket", reader), ("since", some_jwt), ("TOKEN", reader), ("x", reader)]:
        for path in ["/api/v1/events", "/ws/events", "/api/v1/catalog"]:
            for headers in [{}, bearer(root)]:
                answer = request(hub.port, "GET", f"{path}?{urllib.parse.urlencode({name: value})}", None, headers)
                check(f"{name} in the query of {path}", answer.status == 400 and "leaked" in answer.json["detail"]
                      and value.encode() not in answer.body, answer)
    refused = Socket(hub.port, "?token=" + reader)
    check("nor an upgrade", refused.status == 400 and "leaked" in refused.refusal.json["detail"], refused.status)
    answer = request(hub.port, "GET", f"/nothing/{reader}", None, {})
    check("nor a path", answer.status == 400 and "leaked" in answer.json["detail"] and reader.encode() not in answer.body, answer)


def failures(hub, reader):
    """Ten bad ones a minute are answered as what they are; then it is 429 for more, and good ones still get in."""
    source = "127.0.6.50"
    statuses = [request(hub.port, "GET", "/api/v1/events", None, bearer("letmein"), source).status for _ in range(10)]
    check("ten failures", statuses == [401] * 10, statuses)
    answer = request(hub.port, "GET", "/api/v1/events", None, bearer("letmein"), source)
    check("the eleventh: 429", answer.status == 429 and answer.json["error"] == "rate_limited"
          and 1 <= int(answer.headers["retry-after"]) <= 60, answer)
    upgrade = Socket(hub.port, headers=bearer("letmein"), source=source)
    check("an upgrade: 429", upgrade.status == 429 and upgrade.refusal.headers.get("retry-after"), upgrade.status)
    message = Socket(hub.port, source=source)
    message.send({"action": "authenticate", "token": "letmein"})
    check("a message: told when to come back, and 4401", message.ended(3) == 4401
          and message.messages[0]["payload"]["error"] == "rate_limited"
          and 1 <= message.messages[0]["payload"]["details"]["retry_after_ms"] <= 60_001, (message.code, message.messages))
    good = request(hub.port, "GET", "/api/v1/events", None, bearer(reader), source)
    check("a good one gets in all the same", good.status == 200, good)
    connection = Socket(hub.port, headers=bearer(reader), source=source)
    check("by a WebSocket too", connection.status == 101, connection.status)
    connection.close()
    other = request(hub.port, "GET", "/api/v1/events", None, bearer("letmein"), "127.0.6.51")
    check("other addresses are not concerned", other.status == 401, other)


def limits(folder):
    """What a key may have a second, and how many connections; and an address."""
    hub = Hub(folder, "limits", "--max-connections-per-address", "5")
    root = hub.key("root")
    slow = {name: hub.key(name, None, [{"events": ["*"]}], limits={"publishes_per_second": 20}) for name in ("http", "socket", "lines")}
    thin = {name: hub.key("thin " + name, None, [{"events": ["*"]}], limits={"bytes_per_second": 4_000}) for name in ("http", "lines")}
    few = hub.key("few", grants("front"), limits={"connections": 2})
    hub.write_keys()
    hub.start()
    publishes(hub, slow, thin)
    connections(hub, few)
    addresses(hub, root)
    hub.stop()


def publishes(hub, slow, thin):
    for name, key, allowed in [("publishes", slow["http"], 20), ("bytes", thin["http"], 4_000 // len(json.dumps(event("front", 3, 300))))]:
        begin = time.monotonic()
        answers = []
        # Side by side, so that a slow machine too asks for more than is allowed; an address has five connections.
        together(*[lambda: answers.extend(publish(hub.port, event("front", 3, 300), bearer(key)) for _ in range(15))] * 4)
        seconds = time.monotonic() - begin
        good = sum(answer.status == 201 for answer in answers)
        most = allowed * (1 + seconds) + 3
        check(f"{name} a second: what is allowed gets in", allowed * 0.8 <= good <= most, (good, allowed, seconds))
        refused = [answer for answer in answers if answer.status != 201]
        check(f"{name} a second: 429 with Retry-After", refused and all(
            answer.status == 429 and answer.json["error"] == "rate_limited" and int(answer.headers["retry-after"]) >= 1
            for answer in refused), refused[:1])
        retry = max(1, int(refused[-1].headers["retry-after"]))
        time.sleep(retry)
        check(f"{name} a second: after Retry-After it is taken", publish(hub.port, event("front", 3), bearer(key)).status == 201)
    connection = Socket(hub.port, headers=bearer(slow["socket"]))
    for n in range(60):
        connection.send({"action": "publish", "id": n, "event": event("front", 3)})
    connection.await_message(lambda message: message.get("id") == 59)
    said = [message for message in connection.messages if "id" in message]
    refused = [message["payload"] for message in said if message.get("type") == "error"]
    check("actions: rate_limited, and after how long to come back", len(said) == 60 and 15 <= len(said) - len(refused) <= 35 and all(
        each["error"] == "rate_limited" and 0 < each["details"]["retry_after_ms"] <= 1_000 for each in refused), said[-1])
    time.sleep(refused[-1]["details"]["retry_after_ms"] / 1_000 + 0.1)
    check("actions: then it is taken", connection.ask({"action": "publish", "event": event("front", 3)}).get("action") == "published")
    connection.close()
    for name, key, lines in [("publishes", slow["lines"], 60), ("bytes", thin["lines"], 30)]:
        begin = time.monotonic()
        report = publish_lines(hub.port, [event("front", 3, 300)] * lines, bearer(key)).json
        seconds = time.monotonic() - begin
        check(f"lines, {name}: slowed and not refused", report["accepted"] == lines and not report["rejected"]
              and 1.2 < seconds < 6, (report, seconds))


def connections(hub, few):
    """Connections of a key: 429 before the upgrade, 4529 after it; HTTP is not counted."""
    open_ones = [Socket(hub.port, headers=bearer(few), source="127.0.7.1") for _ in range(2)]
    check("as many as may be", [each.status for each in open_ones] == [101, 101])
    refused = Socket(hub.port, headers=bearer(few), source="127.0.7.2")
    check("one more: 429", refused.status == 429 and refused.refusal.json["error"] == "rate_limited"
          and refused.refusal.headers.get("retry-after"), refused.status)
    by_message = Socket(hub.port, source="127.0.7.2")
    by_message.send({"action": "authenticate", "token": few})
    check("by message: 4529", by_message.ended(3) == 4529, by_message.code)
    check("requests are not connections of his", request(hub.port, "GET", "/api/v1/events", None, bearer(few), "127.0.7.3").status == 200)
    open_ones[0].close()
    again = until(lambda: Socket(hub.port, headers=bearer(few), source="127.0.7.3").status == 101, 3)
    check("when one has gone another may come", again)
    for each in open_ones:
        each.close()


def addresses(hub, root):
    """Connections of an address."""
    source = "127.0.8.1"
    open_ones = [Socket(hub.port, headers=bearer(root), source=source) for _ in range(5)]
    check("five of an address", [each.status for each in open_ones] == [101] * 5)
    try:
        sixth = Socket(hub.port, headers=bearer(root), source=source)
        refused = sixth.status == 429 and sixth.refusal.headers.get("retry-after") or sixth.status == 101 and sixth.ended(3) == 4529
    except (OSError, IndexError) as e:
        refused = f"no answer: {e}"
    check("the sixth: 429 or 4529", refused and not str(refused).startswith("no answer"), refused)
    check("another address is not concerned", Socket(hub.port, headers=bearer(root), source="127.0.8.2").status == 101)
    for each in open_ones:
        each.close()
