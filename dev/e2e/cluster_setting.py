"""Gateways that share a log on JetStream, the NATS servers below them, and what the parts of the test publish."""
import http.client
import json

from access_client import Hub, Socket, bearer, check, request, until
from nats_servers import Client, NatsServers

# All that were started, for the end of a test that breaks off.
started = []


def alert(name, more="x"):
    return {"type": "alert.deleted", "payload": {"id": name, "reason": more}}


def job(name, progress=1):
    return {"type": "job.progress", "payload": {"job_id": name, "job_type": "t", "progress": progress, "status": "running"}}


def name_of(event):
    """What tells it from all others."""
    payload = event["payload"]
    return payload.get("id") or payload.get("job_id") or payload.get("detection_id")


class Gateway(Hub):
    """One of the servers; all have the same keys."""

    def __init__(self, folder, name, urls, replicas, *options, like=None):
        super().__init__(folder, name, "--jetstream", urls, "--jetstream-replicas", str(replicas), *options)
        self.name = name
        if like:
            # One object for all: a key that is made later is everywhere once the files are written.
            self.keys, self.owner, self.alerts = like.keys, like.owner, like.alerts
        else:
            self.owner = self.key("root")
            self.alerts = self.key("alerts", subscribe=[{"events": ["alert.*"]}])
        self.write_keys()

    def ask(self, path, key=None):
        return request(self.port, "GET", path, None, bearer(key or self.owner))

    def publish(self, event, key=None, timeout=30):
        """Status and answer; None when the connection broke, so that nobody knows."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            headers = {"Content-Type": "application/json", **bearer(self.owner)}
            connection.request("POST", "/api/v1/events", json.dumps(event),
                               {**headers, "Idempotency-Key": key} if key else headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError):
            return None
        finally:
            connection.close()

    def published(self, event, key=None):
        """Its sequence, once it is acknowledged."""
        status, answer = self.publish(event, key) or (None, None)
        check("an event is acknowledged", status == 201, answer)
        return answer["sequence"] if status == 201 else 0

    def events(self, query="", key=None, since=0):
        """The whole history, oldest first."""
        return list(self.pages(query, key, since))

    def pages(self, query="", key=None, since=0):
        """The same, as it comes."""
        while True:
            answer = self.ask(f"/api/v1/events?since={since}&limit=1000{query}", key)
            page = answer.json
            assert answer.status == 200 and not page.get("gaps"), page
            yield from page["events"]
            if page["next_since"] == since:
                return
            since = page["next_since"]

    def stats(self):
        return self.ask("/api/v1/stats").json

    @property
    def epoch(self):
        return self.stats()["epoch"]

    def ready(self):
        answer = self.ask("/readyz")
        return answer.status, answer.json

    def is_ready(self, seconds=30):
        return until(lambda: self.ready()[0] == 200, seconds)

    def reaches(self, sequence, seconds=30):
        return until(lambda: self.stats()["newest_sequence"] >= sequence, seconds)

    def socket_at(self, query, key=None):
        return Socket(self.port, query, bearer(key or self.owner))


class Setting:
    """NATS servers, and gateways on them; in a `with`, at whose end all are stopped."""

    def __init__(self, folder, count=1, gateways=2, *options, **servers):
        """`options` are of the gateways, `servers` of the NATS servers."""
        folder.mkdir(parents=True)
        self.folder, self.count, self.options = folder, count, options
        self.nats = NatsServers(count, folder, **servers)
        started.append(self.nats)
        self.nats.start()
        self.gateways = []
        for i in range(gateways):
            self.add(f"g{i + 1}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for gateway in self.gateways:
            if gateway.process and gateway.process.poll() is None:
                gateway.stop()
        self.nats.kill()

    def add(self, name, urls=None, *options):
        gateway = Gateway(self.folder, name, urls or self.nats.urls, self.count, *self.options, *options,
                          like=self.gateways[0] if self.gateways else None)
        self.gateways.append(gateway)
        gateway.start()
        return gateway

    def client(self):
        """An operator's, at a NATS server that runs."""
        return Client(next(each for each in self.nats.all if each.runs()).port)

    @property
    def stream(self):
        """The name of the stream of events."""
        return self.only_stream(lambda name: not name.startswith("KV_"))

    @property
    def bucket(self):
        """The name of the stream that the bucket is."""
        return self.only_stream(lambda name: name.startswith("KV_"))

    def only_stream(self, wanted):
        with self.client() as client:
            names = [name for name in client.streams() if wanted(name)]
        assert len(names) == 1, names
        return names[0]
