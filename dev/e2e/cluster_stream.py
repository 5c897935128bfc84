"""The stream is another one than it was: emptied, made anew, restored; and its bucket."""
import shutil
import time

from access_client import check, until
from cluster_setting import Setting, alert, name_of


def other(folder, count, long):
    with Setting(folder, count) as setting:
        a, b = setting.gateways
        epoch = a.epoch
        emptied_bucket(setting, a, b, epoch)
        last = strangers(setting, a, b, epoch)
        made_anew(setting, a, b, epoch, last)
        restored(setting, a)


def emptied_bucket(setting, a, b, epoch):
    """Somebody empties the bucket."""
    a.published(alert("first"))
    with setting.client() as client:
        check("the bucket is emptied", client.api("STREAM.PURGE." + setting.bucket)["success"])
    b.published(alert("second"))
    with setting.client() as client:
        check("it is written anew", until(lambda: client.messages(setting.bucket) > 0, 30))
    time.sleep(1.5)
    check("the epoch goes on", a.epoch == b.epoch == epoch, (a.epoch, b.epoch, epoch))
    c = setting.add("late")
    check("for one that starts then as well", c.epoch == epoch, (c.epoch, epoch))


def strangers(setting, a, b, epoch):
    """Others write into the stream, and try to take from it. The sequence of the newest event."""
    with setting.client() as client:
        client.request("tocsin.e.alert.deleted", b"this is no event")
    last = a.published(alert("after a stranger"))
    resumed = b.socket_at(f"?events=alert.*&since=0&epoch={epoch}")
    check("a foreign message is a gap", resumed.await_message(lambda m: m.get("action") == "gap"
                                                              and m["from"] == m["to"] == last - 1), resumed.messages)
    check("and what follows comes", resumed.await_message(lambda m: m.get("sequence") == last and "previous" in m), resumed.messages)
    with setting.client() as client:
        client.request("tocsin.e.alert.deleted", {"timestamp": "2030-01-01T00:00:00Z", **alert("in a hand of his own")})
    check("an event that somebody else has written comes", b.reaches(last + 1), b.stats())
    time.sleep(2.5)  # it vouches for the epoch now
    c = setting.gateways[-1]
    c.stop()
    c.start()
    check("it says nothing of the epoch", c.epoch == a.epoch == epoch, (c.epoch, a.epoch, epoch))
    last += 1
    with setting.client() as client:
        stream = setting.stream
        refused = client.api("STREAM.PURGE." + stream)
        check("nobody can empty the stream by mistake", "error" in refused, refused)
        refused = client.api("STREAM.MSG.DELETE." + stream, {"seq": 1})
        check("nor delete an event", "error" in refused, refused)
    return last


def made_anew(setting, a, b, epoch, last):
    """The stream is removed, and there is a new one of the same name."""
    live = a.socket_at("?events=alert.*")
    live.await_message(lambda m: m["type"] == "connection.established")
    with setting.client() as client:
        stream = setting.stream
        config = client.api("STREAM.INFO." + stream)["config"]
        client.api("STREAM.DELETE." + stream)
        made = client.api("STREAM.CREATE." + stream, config)
        check("the stream is made anew", "error" not in made, made)
    check("clients are told of a new epoch", live.ended(30) == 4510, (live.code, live.messages[-2:]))
    epochs = until(lambda: len({g.epoch for g in setting.gateways} - {epoch}) == 1
                   and all(g.epoch != epoch for g in setting.gateways), 30)
    check("all agree on it", epochs, [g.epoch for g in setting.gateways])
    again = until(lambda: (b.publish(alert("in the new stream")) or (0, None))[0] == 201, 30)
    check("publishing goes on", again)
    check("history is the new stream's", until(lambda: [name_of(e) for e in a.events()] == ["in the new stream"], 30))
    late = a.socket_at(f"?events=alert.*&since={last}&epoch={epoch}")
    told = late.await_message(lambda m: m.get("action") == "resumed", seconds=30)
    check("the old positions mean nothing", told and told["reason"] == "epoch_changed", told)


def restored(setting, a):
    """An older copy of the store is put in its place."""
    nats = setting.nats.all[0]
    epoch = a.epoch
    kept = a.published(alert("kept"))
    nats.terminate()
    shutil.copytree(nats.folder / "store", nats.folder / "copy")
    setting.nats.start()
    check("it is ready again", a.is_ready(), a.ready())
    check("the epoch survives a stop", a.epoch == epoch)
    for i in range(5):
        a.published(alert(f"after the copy {i}"))
    nats.kill()
    shutil.rmtree(nats.folder / "store")
    (nats.folder / "copy").rename(nats.folder / "store")
    setting.nats.start()
    check("a restored copy is a new epoch", until(lambda: a.epoch != epoch, 30), a.epoch)
    check("for all", until(lambda: len({g.epoch for g in setting.gateways}) == 1, 30), [g.epoch for g in setting.gateways])
    check("its sequences go on from the copy", a.published(alert("again")) == kept + 1, kept)
