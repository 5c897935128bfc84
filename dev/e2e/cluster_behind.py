"""Gateways that have not come so far, that NATS has left, or that do not know what became of an event."""
import threading
import time

from access_client import check, together, until
from cluster_setting import Setting, alert, name_of
from nats_servers import Proxy


def ahead(folder, count, long):
    """A position that one gateway has told is resumed at another that has not come so far."""
    with Setting(folder, count, gateways=1) as setting, Proxy(setting.nats.all[0].port) as proxy:
        a = setting.gateways[0]
        b = setting.add("behind", proxy.url)
        at = a.published(alert("before"))
        b.reaches(at)
        staying = b.socket_at("?events=alert.*")
        check("it is connected", staying.await_message(lambda m: m["type"] == "connection.established"))
        proxy.hold()
        sequences = [a.published(alert(f"after-{i}")) for i in range(3)]
        check("the other has not come so far", b.stats()["newest_sequence"] == at, b.stats())
        resuming = b.socket_at(f"?events=alert.*&since={sequences[1]}&epoch={a.epoch}")
        check("it waits", resuming.await_message(lambda m: m.get("action") == "resumed", seconds=1.5) is None, resuming.messages)
        asked = {}

        def ask(what, path):
            asked[what] = b.ask(path).json

        asking = [threading.Thread(target=ask, args=each) for each in (
            ("history", f"/api/v1/events?since={sequences[1]}"), ("latest", f"/api/v1/latest?since={sequences[1]}"))]
        for one in asking:
            one.start()
        check("meanwhile it is not ready", until(lambda: b.ready()[0] == 503, 30), b.ready())
        check("and says why", len(b.ready()[1]["detail"]) > 20, b.ready())
        check("it lives", b.ask("/healthz").status == 200)
        proxy.release()
        for one in asking:
            one.join()
        check("who asks for what comes after waits as well", [e["sequence"] for e in asked["history"]["events"]] == sequences[2:]
              and asked["history"]["next_since"] == sequences[2], asked)
        check("also for the latest", [e["sequence"] for e in asked["latest"]["events"]] == sequences[2:], asked)
        resumed = resuming.await_message(lambda m: m.get("action") == "resumed", seconds=30)
        check("it goes on from there", resumed and resumed["complete"] and resumed["since"] == sequences[1], resumed)
        check("with what follows", resuming.await_message(lambda m: m.get("sequence") == sequences[2] and "previous" in m))
        check("and nothing else", [e["sequence"] for e in resuming.events()] == sequences[2:], resuming.events())
        check("who stayed gets all of it", staying.await_message(lambda m: m.get("sequence") == sequences[2] and "previous" in m)
              and [e["sequence"] for e in staying.events()] == sequences, staying.messages)
        check("it is ready again", b.is_ready(), b.ready())
        never = b.socket_at(f"?events=alert.*&since={sequences[2] + 1000}&epoch={a.epoch}")
        told = never.await_message(lambda m: m.get("action") == "resumed", seconds=30)
        check("a position that nobody was given is told as such", told and told.get("reason") == "ahead", told)
        for _ in range(3):
            proxy.cut()
            time.sleep(0.3)
        last = a.published(alert("after a cut"))
        check("connections that break are made again", b.reaches(last), b.stats())
        check("and counted", b.stats()["log"]["reconnects"] > 0, b.stats()["log"])


def away(folder, count, long):
    """NATS is gone: nobody is thrown out, publishing says so, and all goes on by itself."""
    with Setting(folder, count) as setting:
        a, b = setting.gateways
        sequences = [a.published(alert(f"n-{i}")) for i in range(10)]
        b.reaches(sequences[-1])
        live = b.socket_at("?events=alert.*")
        check("it is connected", live.await_message(lambda m: m["type"] == "connection.established"))
        setting.nats.kill()
        for gateway in (a, b):
            check("it is not ready", until(lambda: gateway.ready()[0] == 503, 30), gateway.ready())
            check("it says that it is NATS", "NATS" in gateway.ready()[1]["detail"], gateway.ready())
            check("it lives", gateway.ask("/healthz").status == 200)
        check("history still comes, from memory", [e["sequence"] for e in b.events()] == sequences)
        resumed = b.socket_at(f"?events=alert.*&since={sequences[4]}&epoch={a.epoch}")
        check("so does what is resumed", resumed.await_message(lambda m: m.get("sequence") == sequences[-1] and "previous" in m))
        begin = time.monotonic()
        status, answer = a.publish(alert("lost"), "while-away")
        took = time.monotonic() - begin
        check("publishing waits, and then says so", status == 503 and answer["error"] == "unavailable" and 8 < took < 25,
              (took, answer))
        if long:
            check("heartbeats go on", live.await_message(lambda m: m["type"] == "ping", len(live.messages), 40), live.messages)
        begin = time.monotonic()
        setting.nats.start()
        check("it is ready again", a.is_ready() and b.is_ready(), (a.ready(), b.ready()))
        print(f"     cluster: ready {time.monotonic() - begin:.1f} s after all of {count} NATS servers came back", flush=True)
        again = a.published(alert("lost"), "while-away")
        check("its repetition is settled", b.published(alert("lost"), "while-away") == again)
        check("who stayed gets what is new", live.await_message(lambda m: m.get("sequence") == again and "previous" in m), live.messages)
        check("each once", [name_of(e) for e in live.events()] == ["lost"], live.events())
        check("nobody was thrown out", live.code is None and not live.over)
        if count == 1:
            before_nats(setting, a)


def before_nats(setting, a):
    """A gateway that starts before NATS waits for it, as when a machine starts both."""
    setting.nats.kill()

    def nats():
        time.sleep(3)
        setting.nats.start()

    late = {}
    together(nats, lambda: late.update(gateway=setting.add("early")))
    early = late["gateway"]
    check("it is ready", early.is_ready() and a.is_ready(), early.ready())
    check("it publishes", a.reaches(early.published(alert("early"))))
    check("it lives", early.process.poll() is None and early.ask("/healthz").status == 200)
    check("it did not say that it was refused", "refused this gateway" not in early.said(), early.said())


def unknown(folder, count, long):
    """Nobody knows what became of an event: that is said, and a repetition with its key is settled for good."""
    with Setting(folder, count) as setting:
        a, b = setting.gateways
        nats = setting.nats.all[0]
        for round in range(3 if long else 1):
            before = a.published(alert(f"before-{round}"))
            b.reaches(before)
            told = {}
            nats.freeze()

            def without_key():
                told["without"] = a.publish(alert(f"without-{round}"))

            def with_key():
                told["with"] = a.publish(alert(f"with-{round}"), f"frozen-{round}")

            together(without_key, with_key)
            nats.thaw()
            status, answer = told["without"]
            check("the event may be there, which is said", status == 503 and answer["details"] == {"uncertain": True}, answer)
            check("in words", "key" in answer["detail"], answer)
            check("the one with a key is not acknowledged either", told["with"][0] == 503, told)
            check("it is counted", a.stats()["log"]["uncertain"] >= 1, a.stats()["log"])
            check("it is ready again", a.is_ready() and b.is_ready(), (a.ready(), b.ready()))
            settled = b.published(alert(f"with-{round}"), f"frozen-{round}")
            check("the repetition is settled, wherever", a.published(alert(f"with-{round}"), f"frozen-{round}") == settled)
            a.reaches(settled)
            b.reaches(settled)
            names = [name_of(e) for e in a.events(since=before)]
            check("each is there once at most", names.count(f"with-{round}") == 1 and names.count(f"without-{round}") <= 1, names)
            check("both tell the same", a.events() == b.events())
