"""Servers that fail while everybody publishes and follows, with the account of each failure."""
import contextlib
import random
import threading
import time

from access_client import check, until
from cluster_account import Account, table
from cluster_setting import Gateway, Setting, alert
from nats_servers import Nats, Proxy

# The lines of all failures, for the end.
rows = []


def account_of(gateways, name, happen):
    """Something fails while everybody publishes and follows; then the account is drawn."""
    account = Account(gateways)
    account.await_each(50)
    begin = time.monotonic()
    happen(account)
    account.await_each(50)
    row = account.settle(name, begin)
    check(f"the account of: {name}", not account.faults, account.faults[:5])
    rows.append(row)
    print(f"     cluster: {name}: taken again after {row.silence:.1f} s ({row.slowest:.1f} s at one gateway), {row.acknowledged} "
          f"acknowledged, {row.lost} lost, {row.doubled} doubled, {row.renumbered} renumbered", flush=True)


def accounts_of(setting, happenings, rounds):
    for _ in range(rounds):
        for name, happen in happenings:
            account_of(setting.gateways, name, happen)


def tell():
    for line in table(rows) if rows else []:
        print("     " + line, flush=True)


class Failures:
    """What can happen to NATS servers and to gateways; each is a method that ends when all are there again."""

    def __init__(self, setting):
        self.setting, self.nats = setting, setting.nats
        self.stream = setting.stream

    def leader(self):
        return self.nats.leader(self.stream)

    def leader_killed(self, account):
        self.without(account, self.leader(), Nats.kill)

    def leader_stopped(self, account):
        self.without(account, self.leader(), Nats.terminate)

    def another_killed(self, account):
        leader = self.leader()
        self.without(account, random.choice([each for each in self.nats.all if each is not leader]), Nats.kill)

    def without(self, account, nats, end):
        """One ends, and is started again when all goes on without it."""
        end(nats)
        account.await_each(20)
        self.nats.start()

    def leader_frozen(self, account):
        leader = self.leader()
        leader.freeze()
        account.await_each(20)
        leader.thaw()
        self.nats.await_work()

    def majority_killed(self, account):
        begin = time.monotonic()
        for each in random.sample(self.nats.all, 2):
            each.kill()
        for gateway in self.setting.gateways:
            check("without a majority a gateway is not ready", until(lambda: gateway.ready()[0] == 503, 10), gateway.ready())
        time.sleep(max(0.0, begin + 12 - time.monotonic()))
        self.nats.start()

    def all_killed(self, account):
        self.nats.kill()
        time.sleep(0.5)
        self.nats.start()

    def all_stopped(self, account):
        for each in self.nats.all:
            each.terminate()
        self.nats.start()

    def all_frozen(self, account):
        for each in self.nats.all:
            each.freeze()
        time.sleep(4)
        for each in self.nats.all:
            each.thaw()

    def gateway_killed(self, account):
        self.gateway_ends(account, Gateway.kill)

    def gateway_stopped(self, account):
        self.gateway_ends(account, Gateway.stop)

    def gateway_killed_in_flight(self, account):
        """One is killed when hundreds of events are on their way to NATS, which takes them afterwards: nobody is told so."""
        for each in self.nats.all:
            each.freeze()
        time.sleep(0.5)

        def kill(victim):
            victim.kill()
            for each in self.nats.all:
                each.thaw()

        self.gateway_ends(account, kill)

    def gateway_ends(self, account, end):
        """One ends in the middle of what it does, and comes back."""
        victim = random.choice(self.setting.gateways)
        end(victim)
        account.without(victim)
        victim.start()
        account.with_again(victim)


def one(folder, count, long):
    """Failures of a single NATS server, and of gateways."""
    with Setting(folder, count) as setting:
        failures = Failures(setting)
        happenings = [("the only NATS killed", failures.all_killed),
                      ("a gateway killed while it publishes, one NATS", failures.gateway_killed_in_flight)]
        if long:
            happenings += [("the only NATS stopped", failures.all_stopped), ("the only NATS frozen for 4 s", failures.all_frozen),
                           ("a gateway killed, one NATS", failures.gateway_killed),
                           ("a gateway stopped, one NATS", failures.gateway_stopped)]
        accounts_of(setting, happenings, 3 if long else 1)
        told_at_the_end(setting)


def told_at_the_end(setting):
    """A gateway that ends while NATS is silent tells whoever publishes that nobody knows, and says farewell."""
    gateway = setting.gateways[0]
    socket = gateway.socket_at("?events=-")
    socket.await_message(lambda message: message.get("type") == "connection.established")
    for each in setting.nats.all:
        each.freeze()
    answers = []
    publishing = threading.Thread(target=lambda: answers.append(gateway.publish(alert("at the end"))))
    publishing.start()
    socket.send({"action": "publish", "id": "1", "event": alert("at the end too")})
    time.sleep(0.3)
    gateway.stop()  # which checks how it ends
    publishing.join()
    status, answer = answers[0] or (None, {})
    check("what is published when a gateway ends and NATS is silent is 503, uncertain",
          status == 503 and answer["details"] == {"uncertain": True}, answers)
    code = socket.ended(5)
    said = [message for message in socket.messages if message.get("id") == "1" or message.get("action") == "reconnect"]
    check("over a socket too, which is told to come back", code == 1001 and [
        message.get("payload", {}).get("details", message.get("action")) for message in said
    ] in ([{"uncertain": True}, "reconnect"], ["reconnect", {"uncertain": True}]), (code, said))
    for each in setting.nats.all:
        each.thaw()
    setting.nats.await_work()
    gateway.start()


def three(folder, count, long):
    """Failures in a cluster of three."""
    with Setting(folder, count) as setting:
        failures = Failures(setting)
        happenings = [("the leader killed", failures.leader_killed), ("all three killed", failures.all_killed)]
        if long:
            happenings += [("the leader stopped", failures.leader_stopped), ("the leader frozen", failures.leader_frozen),
                           ("another of three killed", failures.another_killed),
                           ("two of three killed for 12 s", failures.majority_killed),
                           ("a gateway killed", failures.gateway_killed),
                           ("a gateway killed while it publishes", failures.gateway_killed_in_flight),
                           ("a gateway stopped", failures.gateway_stopped)]
        accounts_of(setting, happenings, 3 if long else 1)


def partition(folder, count, long):
    """NATS cannot be reached from one gateway, while the other goes on."""
    with Setting(folder, count, gateways=1, cluster="no_advertise: true") as setting, contextlib.ExitStack() as stack:
        proxies = [stack.enter_context(Proxy(nats.port)) for nats in setting.nats.all]
        b = setting.add("behind", ",".join(proxy.url for proxy in proxies))

        def for_a_while(begin, seconds):
            def happen(account):
                for proxy in proxies:
                    begin(proxy)
                time.sleep(seconds)
                for proxy in proxies:
                    proxy.release()
            return happen

        def one_link(account):
            """The connection to the server at which the gateway is is cut off: it takes another."""
            held = [proxy for proxy in proxies if proxy.has_connections()]
            check("the gateway is at one server", len(held) == 1, held)
            for proxy in held:
                proxy.hold()
            account.await_each(20, [b])
            for proxy in held:
                proxy.release()

        happenings = [("one gateway cut off, silently, 14 s", for_a_while(Proxy.hold, 14)),
                      ("one gateway cut off, by resets, 14 s", for_a_while(Proxy.refuse, 14)),
                      ("what NATS says is held up, 14 s", for_a_while(Proxy.hold_answers, 14)),
                      ("silence for 3 s", for_a_while(Proxy.hold, 3))]
        if count > 1:
            happenings.append(("one link is silent", one_link))
        accounts_of(setting, happenings, 2 if long else 1)
