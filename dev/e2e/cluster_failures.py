"""Servers that fail while everybody publishes and follows, with the account of each failure."""
import contextlib
import random
import time

from access_client import check
from cluster_account import Account, table
from cluster_setting import Gateway, Setting
from nats_servers import Proxy

# The lines of all failures, for the end.
rows = []


def account_of(setting, name, happen):
    """Something fails while everybody publishes and follows; then the account is drawn."""
    account = Account(setting.gateways)
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
            account_of(setting, name, happen)


def tell():
    for line in table(rows) if rows else []:
        print("     " + line, flush=True)


def gateway_ends(setting, end):
    """One ends in the middle of what it does, and comes back."""
    def happen(account):
        victim = random.choice(setting.gateways)
        end(victim)
        account.without(victim)
        victim.start()
        account.with_again(victim)
    return happen


def gateway_killed_in_flight(setting):
    """One is killed when hundreds of events are on their way to NATS, which takes them afterwards: nobody is told so."""
    def happen(account):
        for nats in setting.nats.all:
            nats.freeze()
        time.sleep(0.5)

        def kill(victim):
            victim.kill()
            for nats in setting.nats.all:
                nats.thaw()

        gateway_ends(setting, kill)(account)
    return happen


def one(folder, count, long):
    """Failures of a single NATS server, and of gateways."""
    with Setting(folder, count) as setting:
        nats = setting.nats.all[0]

        def killed(account):
            nats.kill()
            time.sleep(0.5)
            setting.nats.start()

        def stopped(account):
            nats.terminate()
            setting.nats.start()

        def frozen(account):
            nats.freeze()
            time.sleep(4)
            nats.thaw()

        happenings = [("the only NATS killed", killed), ("a gateway killed while it publishes, one NATS", gateway_killed_in_flight(setting))]
        if long:
            happenings += [("the only NATS stopped", stopped), ("the only NATS frozen for 4 s", frozen),
                           ("a gateway killed, one NATS", gateway_ends(setting, Gateway.kill)),
                           ("a gateway stopped, one NATS", gateway_ends(setting, Gateway.stop))]
        accounts_of(setting, happenings, 3 if long else 1)


def three(folder, count, long):
    """Failures in a cluster of three."""
    with Setting(folder, count) as setting:
        stream = setting.stream

        def leader_killed(account):
            setting.nats.leader(stream).kill()
            account.await_each(20)
            setting.nats.start()

        def leader_stopped(account):
            setting.nats.leader(stream).terminate()
            account.await_each(20)
            setting.nats.start()

        def leader_frozen(account):
            leader = setting.nats.leader(stream)
            leader.freeze()
            account.await_each(20)
            leader.thaw()
            setting.nats.await_work()

        def another_killed(account):
            leader = setting.nats.leader(stream)
            random.choice([each for each in setting.nats.all if each is not leader]).kill()
            account.await_each(50)
            setting.nats.start()

        def majority_killed(account):
            for each in random.sample(setting.nats.all, 2):
                each.kill()
            time.sleep(12)
            setting.nats.start()

        def all_killed(account):
            setting.nats.kill()
            setting.nats.start()

        happenings = [("the leader killed", leader_killed), ("all three killed", all_killed)]
        if long:
            happenings += [("the leader stopped", leader_stopped), ("the leader frozen", leader_frozen),
                           ("another of three killed", another_killed), ("two of three killed for 12 s", majority_killed),
                           ("a gateway killed", gateway_ends(setting, Gateway.kill)),
                           ("a gateway killed while it publishes", gateway_killed_in_flight(setting)),
                           ("a gateway stopped", gateway_ends(setting, Gateway.stop))]
        accounts_of(setting, happenings, 3 if long else 1)


def partition(folder, count, long):
    """NATS cannot be reached from one gateway, while the other goes on."""
    with Setting(folder, count, gateways=1, cluster="no_advertise: true") as setting, contextlib.ExitStack() as stack:
        proxies = [stack.enter_context(Proxy(nats.port)) for nats in setting.nats.all]
        a = setting.gateways[0]
        b = setting.add("behind", ",".join(proxy.url for proxy in proxies))

        def for_a_while(begin, seconds):
            def happen(account):
                for proxy in proxies:
                    begin(proxy)
                time.sleep(seconds)
                account.await_each(20, [a])
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
