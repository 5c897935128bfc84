"""What several gateways tell is the same: events, filters, rights, history, positions, figures, and what a key of idempotency
stands for."""
import functools
import json
import subprocess
import threading
import time
import urllib.parse

from access_client import check, together, until
from cluster_setting import Setting, alert, job, name_of
from server import ROOT

FIGURES = ["lag_events", "lag_seconds", "publish_seconds_count", "in_flight", "reconnects_total", "uncertain_total", "healthy"]


def same(folder, count, long):
    """What two gateways tell is the same."""
    with Setting(folder, count) as setting:
        a, b = setting.gateways
        check("both have the epoch", a.epoch == b.epoch, (a.epoch, b.epoch))
        check("each has a name of its own", a.stats()["gateway"] != b.stats()["gateway"])
        live = b.socket_at("?events=alert.*")
        narrow = b.socket_at("?" + urllib.parse.urlencode({"events": "job.*", "where": json.dumps({"job_id": "j-3"})}))
        rightless = b.socket_at("?events=*", b.alerts)
        sequences = [a.published(alert(f"a-{i}")) for i in range(5)] + [a.published(job(f"j-{i}")) for i in range(5)]
        check("sequences ascend", sequences == sorted(set(sequences)), sequences)
        check("an event of one comes at the other",
              live.await_message(lambda m: m.get("sequence") == sequences[4] and "previous" in m), live.messages)
        check("a filter is the same there", narrow.await_message(lambda m: "previous" in m), narrow.messages)
        last = b.published(alert("last"))
        check("with rights too", rightless.await_message(lambda m: m.get("sequence") == last and "previous" in m))
        check("nothing but what is granted comes",
              [name_of(e) for e in rightless.events()] == [f"a-{i}" for i in range(5)] + ["last"], rightless.events())
        check("nothing but what fulfils the filter comes", [name_of(e) for e in narrow.events()] == ["j-3"], narrow.events())
        a.reaches(last)
        for path in ["/api/v1/events?since=0", "/api/v1/events?order=desc&limit=3&events=alert.*",
                     f"/api/v1/events?since={sequences[3]}&limit=4", "/api/v1/latest?events=*",
                     "/api/v1/events?last=2&events=job.*"]:
            check(f"{path} is the same", a.ask(path).json == b.ask(path).json, (a.ask(path), b.ask(path)))
        check("rights are the same for history",
              a.ask("/api/v1/events?since=0", a.alerts).json == b.ask("/api/v1/events?since=0", b.alerts).json)
        resumed = a.socket_at(f"?events=*&since={sequences[2]}&epoch={b.epoch}")
        check("what one has told is resumed at the other", resumed.await_message(lambda m: m.get("sequence") == last
                                                                                 and "previous" in m), resumed.messages)
        check("each once and in order", [e["sequence"] for e in resumed.events()] == sequences[3:] + [last], resumed.events())
        reads_with_other_tools(setting, a, sequences[0])
        figures(setting, a)
        c = setting.add("g3")
        check("one that starts later tells the same", c.events() == a.events() and c.epoch == a.epoch)


def reads_with_other_tools(setting, gateway, sequence):
    with setting.client() as client:
        subject, body, _ = client.message(setting.stream, seq=sequence)
    told = next(e for e in gateway.events() if e["sequence"] == sequence)
    check("the subject is the type's", subject == f"tocsin.e.{told['type']}", subject)
    plain = {name: value for name, value in told.items() if name not in ("sequence", "previous")}
    check("the body is the envelope without its sequence", json.loads(body) == plain, (body, told))


def figures(setting, gateway):
    stats = gateway.stats()
    log = stats["log"]
    check("stats name the log", log["kind"] == "jetstream" and log["replicas"] == setting.count
          and log["durability"] == "process" and log["healthy"], log)
    described = gateway.ask("/api/v1/openapi.json").json["components"]["schemas"]["stats"]["properties"]
    check("the description knows all of it", set(stats) <= set(described) and set(log) <= set(described["log"]["properties"])
          and log["kind"] in described["log"]["properties"]["kind"]["enum"], (stats, described))
    names = [each.name for each in setting.nats.all]
    check("stats name the leader", until(lambda: gateway.stats()["log"].get("leader") in names, 10), log)
    lines = gateway.ask("/metrics").body.decode()
    for family in FIGURES:
        check(f"there is tocsin_jetstream_{family}", f"\ntocsin_jetstream_{family} " in lines, lines[-2000:])
    told = subprocess.run([str(ROOT / "tocsin"), "stats", "--url", gateway.url, "--once"], capture_output=True, text=True,
                          env={"PATH": "/usr/bin:/bin", "TOCSIN_KEY": gateway.owner})
    check("tocsin stats shows it", "jetstream" in told.stdout and stats["gateway"] in told.stdout, told.stdout + told.stderr)


def keys(folder, count, long):
    """Idempotency keys mean the same at both."""
    rounds = 20 if long else 5
    with Setting(folder, count) as setting:
        a, b = setting.gateways
        first = a.published(alert("once"), "key-1")
        check("a repetition at the other has the first sequence", b.published(alert("once"), "key-1") == first)
        status, answer = b.publish(alert("something else"), "key-1")
        check("another body is a conflict", (status, answer["error"]) == (409, "idempotency_conflict"), answer)
        for round in range(rounds):
            answers = race(setting, f"race-{round}", lambda i: "racer")
            check("all who race with one event have one sequence",
                  {status for _, (status, _) in answers} == {201} and len({a["sequence"] for _, (_, a) in answers}) == 1, answers)
            answers = race(setting, f"fight-{round}", lambda i: f"fighter-{i // 4}")
            won = {name for name, (status, _) in answers if status == 201}
            lost = {name for name, (status, _) in answers if status == 409}
            check("of two events that race with one key one wins", len(won) == len(lost) == 1 and won != lost, answers)
        newest = b.published(alert("end"))
        a.reaches(newest)
        names = [name_of(e) for e in a.events()]
        check("each is there once", names.count("once") == 1 and names.count("racer") == rounds
              and names.count("fighter-0") + names.count("fighter-1") == rounds, names)


def race(setting, key, name_for):
    """Eight publish at once under one key, at both gateways: each one's event and what he was answered."""
    answers = []
    barrier = threading.Barrier(8)

    def racer(i):
        gateway = setting.gateways[i % 2]
        barrier.wait()
        for _ in range(200):
            answer = gateway.publish(alert(name_for(i)), key)
            if answer and answer[0] != 503:
                break
            time.sleep(0.05)
        answers.append((name_for(i), answer))

    together(*(functools.partial(racer, i) for i in range(8)))
    return answers
