"""Two principals on every way out of the hub, while events flow: each gets what is his, exactly, and not one byte of
the other's. And credentials renewed under load, with other grants each time."""
import bisect
import http.client
import itertools
import json
import re
import secrets
import threading
import time
import urllib.parse

from access_client import Hub, Socket, bearer, check, publish_lines, request, secret, until

STAMP = "2026-03-14T21:00:00Z"
# Whose an event is. Both principals may read what belongs to "both", and neither what belongs to "nobody".
OWNERS = ["front", "yard", "both", "nobody"]
MARKERS = {owner: secret(f"marker-{owner}-{secrets.token_hex(6)}") for owner in OWNERS}
OWNER_OF = {marker: owner for owner, marker in MARKERS.items()}
PRINCIPALS = {"front": {"front", "both"}, "yard": {"yard", "both"}}


def event(owner, n, padding=0):
    """An event of somebody's, whose marker stands in the payload and the envelope."""
    marker = MARKERS[owner]
    more = {"marker": marker, "padding": secrets.token_hex(padding // 2)}  # which cannot be compressed much
    if owner == "both":
        name, payload = "job.progress", {"job_id": "j", "job_type": marker, "progress": n % 101, "status": "running"}
    elif n % 5 == 0:
        name, payload = "alert.created", {"id": marker, "event_id": n, "severity": "LOW", "status": "pending",
                                          "dedup_key": owner, "created_at": STAMP, "updated_at": STAMP}
    elif n % 5 == 1:
        name, payload = "camera.status_changed", {"camera_id": owner, "camera_name": marker, "status": "Online", "timestamp": STAMP}
    elif n % 5 == 2:
        name, payload = "detection.batch", {"batch_id": marker, "detections": [], "frame_timestamp": STAMP, "camera_id": owner}
    else:
        name, payload = "detection.new", {"detection_id": marker, "label": "person", "confidence": n % 10 / 10,
                                          "camera_id": owner, "timestamp": STAMP}
    return {"type": name, "payload": {**payload, **more}, "correlation_id": marker, "channel": marker}


def disguised(each):
    """The same event, with names and values that decide over it written in other characters."""
    text = json.dumps(each)
    for plain, other in [('"camera_id"', '"camera\\u005fid"'), ('"dedup_key"', '"\\u0064edup_key"'), ('"front"', '"fron\\u0074"'),
                         ('"yard"', '"y\\u0061rd"'), ("detection.new", "detection\\u002enew"), ('"type"', '"t\\u0079pe"')]:
        text = text.replace(plain, other)
    return text


def grants(*owners):
    return [{"events": ["detection.*", "camera.*"], "where": {"camera_id": list(owners)}},
            {"events": ["alert.created"], "where": {"dedup_key": list(owners)}}, {"events": ["job.*"]}]


class Producer(threading.Thread):
    """Publishes events of everybody until it is stopped."""

    def __init__(self, hub, key, per_second, padding=0):
        super().__init__(daemon=True)
        self.hub, self.key, self.per_second, self.padding = hub, key, per_second, padding
        self.stopped = threading.Event()
        self.count = 0

    def run(self):
        begin = time.monotonic()
        while not self.stopped.wait(0.02):
            due = int((time.monotonic() - begin) * self.per_second) - self.count
            if due > 0:
                lines = [event(OWNERS[(self.count + i) * 7 % 11 % 4], self.count + i, self.padding) for i in range(due)]
                lines = [disguised(each) if i % 3 == 0 else each for i, each in enumerate(lines)]
                answer = publish_lines(self.hub.port, lines, bearer(self.key))
                check("everything is published", answer.status == 200 and answer.json["accepted"] == due, answer)
                self.count += due

    def stop(self):
        self.stopped.set()
        self.join()


def pages(hub, key, query="", order="asc"):
    """All pages of the history: the events, and the raw bytes."""
    events, raw, place = [], b"", 0
    while True:
        bound = f"since={place}" if order == "asc" else f"before={place}" if place else ""
        answer = request(hub.port, "GET", f"/api/v1/events?limit=1000&order={order}&{bound}&{query}", None, bearer(key))
        if not check("a page of history", answer.status == 200, answer):
            return events, raw
        raw += answer.body
        page = answer.json
        events += page["events"]
        following = page["next_since"] if order == "asc" else page["events"] and page["events"][-1]["sequence"]
        if not following or following == place:
            return events, raw
        place = following


class Truth:
    """What is in the log, by whose it is: the judge of all that was delivered."""

    def __init__(self, hub, root):
        events, _ = pages(hub, root)
        self.events = {each["sequence"]: each for each in events}
        self.newest = max(self.events, default=0)
        check("the log has no holes", sorted(self.events) == list(range(1, self.newest + 1)), self.newest)

    def owner(self, sequence):
        return OWNER_OF[self.events[sequence]["channel"]]

    def granted(self, owners, narrowed=lambda event: True):
        return [s for s in sorted(self.events) if self.owner(s) in owners and narrowed(self.events[s])]


def told_position(message):
    if message.get("type") == "connection.established":
        return message["payload"]["sequence"]
    if message.get("action") == "resumed":
        return message["since"]
    if message.get("action") in ("subscribed", "unsubscribed", "authenticated") or message.get("type") == "ping":
        return message.get("sequence")
    return None


def faults(messages, wanted):
    """What is wrong with a connection's messages, when exactly these events match: gaps, doubles, strangers, and each
    `previous` that is neither the last matching event's nor a position told after it."""
    found, position, told = [], None, []
    for message in messages:
        new = told_position(message)
        if new is not None:
            position, told = new, [*(p for p in told if p <= new), new]
        elif "previous" in message:
            sequence, previous = message["sequence"], message["previous"]
            if position is None:
                return [f"{sequence} came before any position was told"], None
            at = bisect.bisect_right(wanted, position)
            if at == len(wanted) or wanted[at] != sequence:
                found.append(f"after {position} came {sequence}, not {wanted[at:at + 1]}")
            before = bisect.bisect_left(wanted, sequence) - 1
            last = wanted[before] if before >= 0 else 0
            if previous > position or (previous != last and not any(p == previous and p >= last for p in told)):
                found.append(f"{sequence} has the previous {previous}: matching is {last}, told were {told[-5:]}")
            position, told = sequence, []
        elif message.get("action") == "gap" or message.get("type") == "error":
            found.append(f"unexpected: {message}")
    return found, position


# The ways out -----------------------------------------------------------------------------------------------------


def live(hub, key):
    return Socket(hub.port, headers=bearer(key))


def compressed(hub, key):
    return Socket(hub.port, headers=bearer(key), deflate=True)


def subscribed(hub, key):
    """With patterns and a filter of its own, which would let the other's events through."""
    where = urllib.parse.quote(json.dumps({"camera_id": ["front", "yard", "nobody"]}))
    return Socket(hub.port, f"?events=detection.*,camera.*&where={where}", bearer(key))


def resumed(hub, key):
    return Socket(hub.port, "?since=0", bearer(key))


def resumed_by_action(hub, key):
    connection = Socket(hub.port, headers=bearer(key))
    connection.send({"action": "resume", "since": 0})
    return connection


def by_ticket(hub, key):
    ticket = secret(request(hub.port, "POST", "/api/v1/tickets", "", bearer(key)).json["ticket"])
    return Socket(hub.port, f"?ticket={ticket}&since=0")


def by_message(hub, key):
    connection = Socket(hub.port, "?since=0")
    connection.send({"action": "authenticate", "token": key})
    return connection


def lagging(hub, key):
    """Reads nothing until much more waits for it than any buffer holds."""
    connection = Socket(hub.port, headers=bearer(key), buffer=65_536)
    connection.halt()
    return connection


def lagging_compressed(hub, key):
    connection = Socket(hub.port, headers=bearer(key), buffer=65_536, deflate=True)
    connection.halt()
    return connection


def narrowed(event):
    return event["type"].startswith(("detection.", "camera."))


SOCKETS = [live, compressed, subscribed, resumed, resumed_by_action, by_ticket, by_message, lagging, lagging_compressed]


def oldest_first(hub, key):
    return pages(hub, key)


def newest_first(hub, key):
    events, raw = pages(hub, key, order="desc")
    return events[::-1], raw


def of_a_time(hub, key):
    return pages(hub, key, "to=2100-01-01T00:00:00Z")


def with_filter(hub, key):
    where = urllib.parse.quote(json.dumps({"$channel": {"not": "none"}}))
    return pages(hub, key, f"events=*&where={where}")


def the_last(hub, key):
    """The newest, and then what came before them."""
    answer = request(hub.port, "GET", "/api/v1/events?last=1000", None, bearer(key))
    events, raw = answer.json["events"], answer.body
    before = answer.json.get("next_before")
    while before:
        answer = request(hub.port, "GET", f"/api/v1/events?order=desc&limit=1000&before={before}", None, bearer(key))
        events, raw = answer.json["events"][::-1] + events, raw + answer.body
        before = answer.json["events"] and answer.json["next_before"]
    return events, raw


def as_cloud_events(hub, key):
    events, raw = pages(hub, key, "format=cloudevents")
    return [{"sequence": int(each["sequence"])} for each in events], raw


def streamed(hub, key, path, accept):
    """What a stream that begins with the first event brings until it falls silent."""
    connection = http.client.HTTPConnection("127.0.0.1", hub.port, timeout=2)
    connection.request("GET", path, headers={**bearer(key), "Accept": accept})
    answer = connection.getresponse()
    check("a stream", answer.status == 200, answer.status)
    raw = b""
    try:
        while part := answer.read1(1 << 16):
            raw += part
    except TimeoutError:
        pass
    connection.close()
    return raw


def delivered(events):
    """Each of a stream's events says what came before it, and no more has come before it."""
    before = 0
    for each in events:
        check("a stream tells of nothing missing", each.pop("previous") <= before, each)
        before = each["sequence"]
    return events


def lines_followed(hub, key):
    raw = streamed(hub, key, "/api/v1/events?follow=true&since=0", "application/x-ndjson")
    return delivered([json.loads(line) for line in raw.split(b"\n") if line]), raw


def server_sent(hub, key):
    raw = streamed(hub, key, "/sse/events?since=0", "text/event-stream")
    blocks = [dict(line.split(b": ", 1) for line in block.split(b"\n") if b": " in line) for block in raw.split(b"\n\n")]
    return delivered([json.loads(block[b"data"]) for block in blocks if b"data" in block and b"event" not in block]), raw


HISTORIES = [oldest_first, newest_first, of_a_time, with_filter, the_last, as_cloud_events, lines_followed]
STREAMS = [server_sent]


def key_of(event):
    """What an event is about."""
    names = {"alert.created": "id", "job.progress": "job_id"}
    return event["type"], event["payload"][names.get(event["type"], "camera_id")]


def latest(hub, key):
    answer = request(hub.port, "GET", "/api/v1/latest", None, bearer(key))
    return answer.json["events"], answer.body

# Each path of the server and its methods: the ways on which events leave by it. What is not here fails the suite, and so
# does what is here and not there.
WAYS = {
    "/ws/events": {"GET": SOCKETS},
    "/sse/events": {"GET": STREAMS},
    "/api/v1/events": {"GET": HISTORIES, "POST": []},
    "/api/v1/latest": {"GET": [latest]},
    "/api/v1/catalog": {"GET": []},
    "/api/v1/catalog/{type}": {"GET": []},
    "/api/v1/catalog/{type}/schema": {"GET": []},
    "/api/v1/catalog/{type}/validate": {"POST": []},
    "/api/v1/catalog.d.ts": {"GET": []},
    "/api/v1/openapi.json": {"GET": []},
    "/api/v1/asyncapi.json": {"GET": []},
    "/api/v1/stats": {"GET": []},
    "/api/v1/connections": {"GET": []},
    "/api/v1/connections/{id}": {"DELETE": []},
    "/api/v1/bridges/{name}/retry": {"POST": []},
    "/api/v1/tickets": {"POST": []},
    "/metrics": {"GET": []},
    "/healthz": {"GET": []},
    "/readyz": {"GET": []},
    "/console/": {"GET": []},
}
OF_EVERY_PATH = {"HEAD", "OPTIONS"}


def routes(hub, key):
    """What the server serves is in the table, and the other way round."""
    detail = request(hub.plain_port, "GET", "/nothing-is-here", None, bearer(key)).json["detail"]
    paths = re.findall(r"/[^\s,]+", detail)
    check("the table of ways out has every path of the server, and no other", sorted(paths) == sorted(WAYS),
          sorted(set(paths) ^ set(WAYS)))
    for path in paths:
        allowed = request(hub.plain_port, "OPTIONS", path.replace("{type}", "detection.new"), None, bearer(key)).headers.get("allow", "")
        methods = set(re.findall(r"[A-Z]+", allowed)) - OF_EVERY_PATH
        check(f"{path}: the table of ways out has its methods", methods == set(WAYS.get(path, {})), allowed)
    return paths


def strangers(raw, name):
    """The markers of others that are among the bytes."""
    foreign = [MARKERS[owner] for owner in OWNERS if owner not in PRINCIPALS[name]]
    return [marker for marker in foreign if marker.encode() in bytes(raw)]


def two_principals(folder, seconds=4):
    hub = Hub(folder, "ways")
    root = hub.key("root")
    keys = {name: hub.key(name, grants(name)) for name in PRINCIPALS}
    hub.write_keys()
    hub.start()
    paths = routes(hub, root)
    live_messages, truth = attack(hub, root, {name: (name, hub, key) for name, key in keys.items()},
                                  WAYS["/ws/events"]["GET"], WAYS["/api/v1/events"]["GET"] + WAYS["/sse/events"]["GET"], seconds)
    for name, key in keys.items():
        judge_latest(hub, name, key, truth)
    judge_the_judge(live_messages, truth.granted(PRINCIPALS["front"]))
    quiet_paths(hub, paths, keys)
    hub.stop()


def attack(hub, root, entries, sockets, histories, seconds):
    """Takes every way out as every principal while events flow, and judges what came.

    entries: title → whose rights it has, the hub as it is reached, and what is shown there.
    Returns what the first has heard live, and what is true."""
    way_in = type("WayIn", (), {"port": hub.plain_port})
    publish_lines(way_in.port, [event(OWNERS[n % 4], n, 300) for n in range(2_000)], bearer(root))
    producer = Producer(way_in, root, 400, 1_500)
    producer.start()
    connections = {(title, way): way(reached, key) for way in sockets for title, (_, reached, key) in entries.items()}
    time.sleep(seconds)
    producer.stop()
    if lagging in sockets:
        fall_behind(way_in, root)
    pages_read = {(title, way): way(reached, key) for way in histories for title, (_, reached, key) in entries.items()}
    truth = Truth(way_in, root)
    for (title, way), connection in connections.items():
        judge(truth, title, entries[title][0], way, connection)
    for (title, way), (events, raw) in pages_read.items():
        name, title = entries[title][0], f"{title} {way.__name__}"
        wanted = truth.granted(PRINCIPALS[name])
        check(f"{title}: what is granted, in order, once", [each["sequence"] for each in events] == wanted, len(events))
        check(f"{title}: nothing foreign", not strangers(raw, name), strangers(raw, name))
        check(f"{title}: history has no previous", not any("previous" in each for each in events))
    return next(connection.messages for (_, way), connection in connections.items() if way is live), truth


def judge_latest(hub, name, key, truth):
    """Of each thing the newest event, where that may be read."""
    newest = {key_of(each): sequence for sequence, each in sorted(truth.events.items())}
    wanted = sorted(sequence for sequence in newest.values() if truth.owner(sequence) in PRINCIPALS[name])
    for way in WAYS["/api/v1/latest"]["GET"]:
        events, raw = way(hub, key)
        check(f"{name} {way.__name__}: the newest of each that is granted", [each["sequence"] for each in events] == wanted,
              ([each["sequence"] for each in events], wanted))
        check(f"{name} {way.__name__}: nothing foreign", not strangers(raw, name), strangers(raw, name))


def judge_the_judge(messages, wanted):
    """What would be wrong is seen: an event that is lost, doubled, of somebody else, or with another `previous`."""
    at = next(i for i in range(len(messages) // 2, len(messages)) if "previous" in messages[i])
    before, event, after = messages[:at], messages[at], messages[at + 1:]
    hidden = [s for s in wanted if s != event["sequence"]]
    for what, doctored, matching in [
        ("lost", before + after, wanted), ("doubled", [*before, event, event, *after], wanted),
        ("foreign", messages, hidden), ("withheld", before + after, wanted),
        ("of another previous", [*before, {**event, "previous": event["previous"] - 1}, *after], wanted),
    ]:
        check(f"an event that is {what} would be seen", faults(doctored, matching)[0])


def fall_behind(hub, root):
    """Publishes more for each than all buffers between a server and a client hold: 4 MiB in the kernel at the most."""
    for _ in range(10):
        publish_lines(hub.port, [event(OWNERS[n % 4], n, 6_000) for n in range(400)], bearer(root))


def judge(truth, title, name, way, connection):
    title = f"{title} {way.__name__}"
    wanted = truth.granted(PRINCIPALS[name], narrowed if way is subscribed else lambda event: True)
    if way in (lagging, lagging_compressed):
        early = len(connection.events())
        check(f"{title}: it had fallen behind", early < len(wanted) / 2, (early, len(wanted)))
        connection.reading.set()
    last = connection.await_message(lambda message: "previous" in message and message["sequence"] >= wanted[-1], 0, 60)
    found, position = faults(connection.messages, wanted)
    check(f"{title}: all came", last is not None, (position, wanted[-1], connection.code))
    check(f"{title}: no gaps, no doubles, previous exact", not found, found[:3])
    check(f"{title}: enough came to judge by", len(connection.events()) > 100, len(connection.events()))
    check(f"{title}: nothing foreign", not strangers(connection.raw, name), strangers(connection.raw, name))
    connection.close()


def quiet_paths(hub, paths, keys):
    """The paths on which no events leave."""
    for path, (name, key) in itertools.product(paths, keys.items()):
        for method in [method for method, ways in WAYS.get(path, {}).items() if not ways]:
            real = path.replace("{type}", "detection.new")
            answer = request(hub.port, method, real, "{}", {**bearer(key), "Content-Type": "application/json"})
            if path.endswith("tickets"):
                secret(answer.json["ticket"])
            check(f"{name} {method} {path}: nothing of any event", not any(m.encode() in answer.body for m in MARKERS.values()), answer)
            if path in ("/api/v1/stats", "/metrics") or path.startswith(("/api/v1/connections", "/api/v1/bridges")):
                check(f"{name} {path}: forbidden", answer.status == 403 and answer.json["error"] == "forbidden", answer)


# Renewals ---------------------------------------------------------------------------------------------------------


def renewals(folder, count=1_000, per_second=1_000):
    """One connection renews its credential again and again, with other grants each time, while events flow."""
    hub = Hub(folder, "renewals")
    root = hub.key("root")
    kinds = [{"front", "both"}, {"front", "yard", "both"}]
    keys = [hub.key("guard", grants("front")), hub.key("guard", grants("front", "yard"))]
    hub.write_keys()
    hub.start()
    producer = Producer(hub, root, per_second)
    producer.start()
    time.sleep(0.3)
    connection = Socket(hub.port, headers=bearer(keys[0]))
    begin = time.monotonic()
    for n in range(1, count + 1):
        answer = connection.authenticate(keys[n % 2])
        if not check("renewed", answer and answer.get("action") == "authenticated" and answer["name"] == "guard", answer):
            break
        time.sleep(max(0, begin + n * 0.005 - time.monotonic()))
    seconds = time.monotonic() - begin
    sent = producer.count
    producer.stop()
    truth = Truth(hub, root)
    renewed = [message for message in connection.messages if message.get("action") == "authenticated"]
    check(f"{count} renewals", len(renewed) == count, len(renewed))
    check("events flowed meanwhile", sent / seconds > per_second / 2, (sent, seconds))
    # From its answer's position on, and until the next one's, a credential counts.
    positions = [connection.messages[0]["payload"]["sequence"], *(message["sequence"] for message in renewed), truth.newest]
    kind = {s: kinds[n % 2] for n in range(len(positions) - 1) for s in range(positions[n] + 1, positions[n + 1] + 1)}
    wanted = [s for s in sorted(kind) if truth.owner(s) in kind[s]]
    until(lambda: connection.events() and connection.events()[-1]["sequence"] >= wanted[-1], 10)
    received = [each["sequence"] for each in connection.events()]
    check("renewals: nothing lost, doubled or wrongly withheld", received == wanted,
          (len(received), len(wanted), sorted(set(received) ^ set(wanted))[:5]))
    check("renewals: both kinds of grants counted", 0 < sum(truth.owner(s) == "yard" for s in received)
          < sum(truth.owner(s) == "yard" for s in kind))
    position = 0
    lost = []
    for message in connection.messages:
        if "previous" in message:
            lost += [message] if message["previous"] > position else []
            position = message["sequence"]
        elif told_position(message) is not None:
            position = told_position(message)
    check("renewals: previous never says that something is missing", not lost, lost[:3])
    check("renewals: nothing of nobody's", MARKERS["nobody"].encode() not in bytes(connection.raw))
    connection.close()
    hub.stop()
