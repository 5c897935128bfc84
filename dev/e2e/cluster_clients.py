"""Who publishes and who follows while servers fail: producers that go from one gateway to another with what they want to have
settled, and clients that do so with their position."""
import bisect
import concurrent.futures
import random
import threading
import time

from cluster_setting import alert, job, name_of


class Producer(threading.Thread):
    """Publishes by requests, as fast as it is answered: with keys, which it repeats at whichever gateway until it is settled,
    or each event once and without a key."""

    def __init__(self, account, name, keyed=True, pause=0.01):
        super().__init__(daemon=True)
        self.account, self.name, self.keyed, self.pause = account, name, keyed, pause
        self.rng = random.Random(name)
        self.number = 0

    def run(self):
        while not self.account.stopped.is_set():
            name, event = self.next()
            (self.settle if self.keyed else self.try_once)(event, name)
            time.sleep(self.pause)

    def next(self):
        self.number += 1
        name = f"{self.name}-{self.number}"
        return name, self.event(name)

    def event(self, name):
        return alert(name, "x" * 200) if self.number % 3 else job(name, self.number % 100)

    def settle(self, event, name):
        while True:
            gateway = self.account.any_gateway(self.rng)
            status, answer = gateway.publish(event, name) or (0, {})
            if status == 201:
                return self.account.acknowledge(gateway, name, answer["sequence"])
            if status not in (0, 503):
                return self.account.fault(f"{name} with its key: {answer}")
            if answer.get("details", {}).get("uncertain"):
                self.account.repeated += 1
            time.sleep(0.05)

    def try_once(self, event, name):
        gateway = self.account.any_gateway(self.rng)
        status, answer = gateway.publish(event) or (0, {})
        if status == 201:
            self.account.acknowledge(gateway, name, answer["sequence"])
        else:
            self.account.not_acknowledged(name, status, answer)


class Pipeliner(Producer):
    """Publishes by a WebSocket without waiting for answers, so that hundreds are in flight when something fails. Half of its
    events have keys; those that are not settled are repeated by requests."""

    WINDOW = 400

    def __init__(self, account, name, burst=25):
        super().__init__(account, name)
        self.burst = burst

    def run(self):
        while not self.account.stopped.is_set():
            gateway = self.account.any_gateway(self.rng)
            try:
                socket = gateway.socket_at("?events=nothing.at_all")
            except (OSError, ValueError, IndexError):
                time.sleep(0.1)
                continue
            if socket.status == 101:
                self.publish_at(gateway, socket, time.monotonic() + self.rng.uniform(2, 6))
            else:
                time.sleep(0.1)

    def publish_at(self, gateway, socket, until):
        """Until then, or until the connection ends."""
        in_flight, taken, open_questions = {}, 0, []
        while not socket.over:
            over = self.account.stopped.is_set() or time.monotonic() > until
            if over and not in_flight:
                break
            if not over and len(in_flight) < self.WINDOW:
                for _ in range(self.burst):
                    name, event = self.next()
                    key = {"idempotency_key": name} if self.number % 2 else {}
                    in_flight[name] = event
                    socket.send({"action": "publish", "id": name, "event": event, **key})
            time.sleep(0.04)
            taken = self.take_answers(gateway, socket, taken, in_flight, open_questions)
        self.take_answers(gateway, socket, taken, in_flight, open_questions)
        socket.close()
        for name, event in in_flight.items():
            if self.has_key(name):
                open_questions.append((name, event))
            else:
                self.account.not_acknowledged(name, 0, {})
        # All at once: at a gateway that is cut off each waits for ten seconds.
        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            for settled in [pool.submit(self.settle, event, name) for name, event in open_questions]:
                settled.result()

    def take_answers(self, gateway, socket, taken, in_flight, open_questions):
        with socket.changed:
            fresh = socket.messages[taken:]
        for message in fresh:
            name = message.get("id")
            if name not in in_flight:
                continue
            event = in_flight.pop(name)
            if message.get("action") == "published":
                self.account.acknowledge(gateway, name, message["sequence"])
            elif self.has_key(name):
                open_questions.append((name, event))
            else:
                problem = message["payload"]
                self.account.not_acknowledged(name, 503 if problem["error"] == "unavailable" else 400,
                                              {**problem, "detail": problem["message"]})
        return taken + len(fresh)

    @staticmethod
    def has_key(name):
        return int(name.rsplit("-", 1)[1]) % 2 == 1


class Jumper(threading.Thread):
    """A client that goes from one gateway to another with its position, and may ask for something else at each."""

    def __init__(self, account, name, interests, key=lambda gateway: gateway.owner, stay=4):
        super().__init__(daemon=True)
        self.account, self.interests, self.key, self.stay = account, interests, key, stay
        self.rng = random.Random(name)
        self.position = account.start
        # What it got by one interest after the other: from which position on, and what.
        self.stretches = []
        self.jumps = 0

    @property
    def interest(self):
        """What it asked for last."""
        return self.stretches[-1][1]

    @property
    def count(self):
        return sum(len(got) for _, _, got in self.stretches)

    def run(self):
        self.ask_for(self.interests[0])
        while not self.account.over.is_set():
            gateway = self.account.any_gateway(self.rng)
            # In the end it waits for what is still to come.
            if len(self.interests) > 1 and self.rng.random() < 0.3 and not self.account.stopped.is_set():
                self.ask_for(self.rng.choice(self.interests))
            query = f"?{self.interest.query()}&since={self.position}&epoch={self.account.epoch}"
            try:
                socket = gateway.socket_at(query, self.key(gateway))
            except (OSError, ValueError, IndexError):
                time.sleep(0.1)
                continue
            if socket.status == 101:
                self.jumps += 1
                self.read(socket, time.monotonic() + self.rng.uniform(0.3, self.stay))
            else:
                self.expect(socket.status in (502, 503), f"{socket.status} to a client: {socket.refusal}")
                time.sleep(0.1)

    def ask_for(self, interest):
        self.stretches.append((self.position, interest, []))

    def read(self, socket, until):
        taken = 0
        while time.monotonic() < until and not self.account.over.is_set():
            with socket.changed:
                if len(socket.messages) == taken and not socket.over:
                    socket.changed.wait(0.2)
                fresh = socket.messages[taken:]
                ended = socket.over
            for message in fresh:
                self.take(message, taken)
                taken += 1
            if ended and not fresh:
                break
        socket.close()

    def take(self, message, index):
        if index == 0:
            self.expect(message["payload"]["epoch"] == self.account.epoch, f"another epoch: {message}")
        elif "previous" in message:
            self.expect(message["sequence"] > self.position >= message["previous"], f"after {self.position}: {message}")
            self.position = message["sequence"]
            self.stretches[-1][2].append((message["sequence"], name_of(message)))
        elif message.get("action") == "resumed":
            self.expect(message["complete"] and message["since"] == self.position, f"at {self.position}: {message}")
        elif message.get("action") == "gap" or message.get("type") == "error":
            self.account.fault(f"at {self.position}: {message}")

    def expect(self, good, words):
        if not good:
            self.account.fault(words)

    def differences(self, log):
        """Of each stretch that is not what the log has: its interest, what it got and what it should have."""
        ends = [begin for begin, _, _ in self.stretches[1:]] + [log[-1]["sequence"] if log else self.account.start]
        for (begin, interest, got), end in zip(self.stretches, ends):
            wanted = [(e["sequence"], name_of(e)) for e in between(log, begin, end) if interest.wants(e)]
            if got != wanted:
                yield interest, got, wanted


def between(log, begin, end):
    """The events after one sequence, up to another."""
    def sequence(event):
        return event["sequence"]
    return log[bisect.bisect_right(log, begin, key=sequence):bisect.bisect_right(log, end, key=sequence)]
