// The client in Node against the packaged server: every event once, in order, or a told gap.
import assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { connect, TocsinError } from "../tocsin.js";
import { Proxy } from "./proxy.js";
import { alerts, Server } from "./server.js";
import { until, WebSocket } from "./tools.js";

const quick = { WebSocket, firstDelayMs: 20, longestDelayMs: 200 };
const ends = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** A hub, and what it was told. */
function hubOf(url, options) {
  const hub = connect(url, { ...quick, ...options });
  ends.push(() => hub.close());
  hub.states = [];
  hub.gaps = [];
  hub.warnings = [];
  hub.addEventListener("state", ({ state, reason, retryAt }) => hub.states.push({ state, reason, retryAt }));
  hub.addEventListener("gap", (gap) => hub.gaps.push(gap));
  hub.addEventListener("warning", (event) => {
    event.preventDefault();
    hub.warnings.push(event);
  });
  return hub;
}

async function proxyTo(server) {
  const proxy = await Proxy.to(server);
  ends.push(() => proxy.close());
  return proxy;
}

/** Collects what a subscription gives. */
function collect(subscription, each = () => {}) {
  const events = [];
  const over = (async () => {
    for await (const event of subscription) {
      events.push(event);
      await each(event);
    }
  })();
  over.catch(() => {});
  return Object.assign(events, { over });
}

const isOpen = (hub) => until("the hub is open", () => hub.state === "open");
const ids = (events) => events.map(({ payload }) => Number(payload.id));
const upTo = (count) => Array.from({ length: count }, (_, index) => index);

describe("one server for all", () => {
  let server;
  before(async () => (server = await Server.start()));
  after(() => server.remove());

  test("what is published arrives at handlers and iterators, and its sequence at the publisher", async () => {
    const hub = hubOf(server.url);
    const handled = [];
    const off = hub.on("alert.deleted", (event) => handled.push(event));
    const iterated = collect(hub.subscribe(["alert.*"]));
    await until("both begin", () => iterated && hub.position && hub.state === "open");
    await hub.publish("job.started", { job_id: "j", job_type: "t" }).catch(() => {});
    const sequence = await hub.publish("alert.deleted", { id: "1" }, { correlationId: "c", channel: "mine" });
    await until("both have it", () => handled.length && iterated.length);
    assert.deepEqual(handled[0], iterated[0]);
    assert.equal(handled[0].sequence, sequence);
    assert.equal(handled[0].correlation_id, "c");
    assert.equal(handled[0].channel, "mine");
    off();
    await hub.publish("alert.deleted", { id: "2" });
    await until("the iterator has it", () => iterated.length === 2);
    assert.equal(handled.length, 1);
  });

  test("a refusal has a code, a sentence and every fault", async () => {
    const hub = hubOf(server.url);
    const error = await hub.publish("detection.new", { confidence: 7 }).catch((thrown) => thrown);
    assert(error instanceof TocsinError);
    assert.equal(error.code, "invalid_payload");
    assert.equal(error.retryable, false);
    assert(error.faults.length > 2, JSON.stringify(error.faults));
    assert(error.faults.some(({ path, code }) => path === "/confidence" && code === "maximum"));
    const unknown = await hub.publish("alert.delted", {}).catch((thrown) => thrown);
    assert.equal(unknown.code, "unknown_event_type");
    const large = await hub.publish("alert.deleted", { id: "x".repeat(70_000) }).catch((thrown) => thrown);
    assert.equal(large.code, "message_too_large");
  });

  test("the largest event that the client lets through is one that the hub takes", async () => {
    const hub = hubOf(server.url);
    await isOpen(hub);
    for (let length = (64 << 10) - 400, size = 256; size >= 1; size /= 2) {
      const code = await hub.publish("alert.deleted", { id: "1", reason: "x".repeat(length + size) }).then(() => "", (error) => error.code);
      if (!code) length += size;
      else assert.equal(code, "message_too_large");
    }
    assert.equal(hub.states.filter(({ state }) => state !== "open" && state !== "connecting").length, 0);
  });

  test("what the hub cannot even read is refused too, and holds up nobody", async () => {
    const hub = hubOf(server.url);
    const half = "\ud800";
    const deep = JSON.parse("[".repeat(70) + "]".repeat(70));
    await isOpen(hub);
    const codes = await Promise.all(
      [
        hub.publish("alert.deleted", { id: "1" }),
        hub.publish("alert.deleted", { id: half }),
        hub.publish("alert.deleted", { id: "2" }),
        hub.subscribe("alert.*", { where: { id: half } }).next(),
        hub.publish("alert.deleted", { id: "3", deep }),
        hub.subscribe(half).next(),
        hub.publish("alert.deleted", { id: "4" }, { idempotencyKey: half }),
        hub.publish("alert.deleted", { id: "5" }),
      ].map((one) => one.then(() => "", ({ code }) => code)),
    );
    assert.deepEqual(codes, ["", "invalid_json", "", "invalid_json", "invalid_json", "invalid_json", "invalid_json", ""]);
    assert.equal(hub.state, "open");
  });

  test("every option that the types name is one that the client reads", async () => {
    const types = readFileSync(new URL("../tocsin.d.ts", import.meta.url), "utf8");
    const names = (what) => [...types.split(`interface ${what}`)[1].split("\n}")[0].matchAll(/^  (\w+)\??:/gm)].map(([, name]) => name);
    const read = new Set();
    const watched = (options) => new globalThis.Proxy(options, { get: (target, name) => (read.add(name), target[name]) });
    const proxy = await proxyTo(server);
    proxy.mode = "no-upgrade"; // so that it comes to all of them
    const hub = connect(proxy.url, watched({ ...quick, catalog: "another" }));
    hub.addEventListener("warning", (event) => event.preventDefault());
    ends.push(() => hub.close());
    await isOpen(hub);
    const subscription = hub.subscribe("alert.*", watched({ last: 1, buffer: 5 }));
    await hub.publish("alert.deleted", { id: "1" }, watched({ channel: "mine" }));
    await subscription.next();
    const promised = ["Options", "SubscribeOptions", "PublishOptions"].map(names);
    assert.deepEqual(promised.map(({ length }) => length > 3), [true, true, true]);
    assert.deepEqual(promised.flat().filter((name) => !read.has(name)), []);
  });

  test("a repeated idempotency key is one event", async () => {
    const hub = hubOf(server.url);
    const [one, other] = await Promise.all([1, 2].map(() => hub.publish("alert.deleted", { id: "k" }, { idempotencyKey: "key" })));
    assert.equal(one, other);
    assert.equal(await hub.publish("alert.deleted", { id: "l" }, { idempotencyKey: "key" }).catch(({ code }) => code), "idempotency_conflict");
  });

  test("an outbox that is full says so, and goes out when there is a connection", async () => {
    const proxy = await proxyTo(server);
    proxy.mode = "refuse";
    const hub = hubOf(proxy.url);
    const answers = upTo(1024).map((id) => hub.publish("alert.deleted", { id: String(id) }));
    const full = await hub.publish("alert.deleted", { id: "one more" }).catch((thrown) => thrown);
    assert.deepEqual([full.code, full.retryable], ["outbox_full", true]);
    proxy.mode = "pass";
    const sequences = await Promise.all(answers);
    assert.deepEqual(sequences, [...sequences].sort((a, b) => a - b));
  });

  test("a closed hub ends its iterators and refuses what is published", async () => {
    const hub = hubOf(server.url);
    const events = collect(hub.subscribe("alert.*"));
    await isOpen(hub);
    hub.close();
    await events.over;
    assert.equal(hub.state, "closed");
    assert.equal(await hub.publish("alert.deleted", { id: "1" }).catch(({ code }) => code), "not_sent");
    await assert.rejects(hub.subscribe("alert.*").next(), { code: "closed" });
  });

  test("a subscription that is refused fails alone", async () => {
    const hub = hubOf(server.url);
    const good = collect(hub.subscribe("alert.deleted"));
    await assert.rejects(hub.subscribe("[").next(), { code: "invalid_pattern" });
    await assert.rejects(hub.subscribe("alert.*", { where: { nme: "x" } }).next(), { code: "invalid_filter" });
    // Beside one without a filter the server never sees it as one of the connection.
    await assert.rejects(hub.subscribe("alert.deleted", { where: { nme: "x" } }).next(), { code: "invalid_filter" });
    await hub.publish("alert.deleted", { id: "good" });
    await until("the good one goes on", () => good.length === 1);
  });

  test("a pattern of which nothing is known is a warning", async () => {
    const hub = hubOf(server.url);
    hub.subscribe("alrt.*");
    await until("there is a warning", () => hub.warnings.length);
    assert.match(hub.warnings[0].message, /alrt.*\(alert\.\*\?\)/);
  });

  test("another catalog than the client was made for is a warning", async () => {
    const proxy = await proxyTo(server);
    class Told extends WebSocket {
      set onmessage(listener) {
        super.onmessage = ({ data }) => {
          const message = JSON.parse(data);
          if (message.type === "connection.established") message.payload.catalog = "b";
          listener({ data: JSON.stringify(message) });
        };
      }
    }
    const same = hubOf(proxy.url, { WebSocket: Told, catalog: "b" });
    const other = hubOf(proxy.url, { WebSocket: Told, catalog: "a" });
    await isOpen(same);
    await isOpen(other);
    assert.deepEqual(same.warnings, []);
    assert.equal(other.warnings[0].code, "catalog");
  });

  test("subscriptions that share a connection each get what the server would give them alone", async () => {
    const hub = hubOf(server.url);
    await isOpen(hub);
    const since = (await server.history()).at(-1)?.sequence ?? 0;
    const wanted = [
      ["camera.*"],
      ["camera.status_changed"],
      ["CAMERA.STATUS_CHANGED", { camera_id: "a" }],
      ["camera.*", { camera_id: ["a", "b"] }],
      ["camera.status_changed", { camera_id: { not: "a" } }],
      ["camera.*", { status: "ONLINE" }],
      ["camera.*", { status: { not: ["Online", "error"] } }],
      ["camera.*", { camera_id: "B" }],
      ["*", { $correlation_id: "c1" }],
      ["gpu.*", { utilization: { min: 20, max: 60 } }],
      ["gpu.*", { utilization: { min: 20, not: 40 } }],
      ["[a-c]amera.s[!a]*ed"],
      ["?amera.*"],
      ["[z-a]amera.*"],
      ["[]c]amera.*"],
      ["job.*"],
    ];
    const now = new Date().toISOString();
    const got = wanted.map(([pattern, where]) => collect(hub.subscribe(pattern, { where })));
    const schema = await server.get("/api/v1/catalog/gpu.stats_updated/schema");
    const statuses = (await server.get("/api/v1/catalog/camera.status_changed/schema")).properties.status.enum ?? ["online", "offline", "error"];
    assert(schema.properties.utilization, "the test's field is there");
    await until("all are subscribed", async () => {
      await hub.publish("camera.status_changed", { camera_id: "warm", camera_name: "w", status: statuses[0], timestamp: now }).catch((e) => assert.fail(e.faults?.[0]?.path + e.message));
      return got[0].length > 0;
    });
    const from = (await server.history()).at(-1).sequence;
    const events = upTo(400).map((n) =>
      n % 3
        ? { type: "camera.status_changed", payload: { camera_id: "abB"[n % 3 === 1 ? n % 2 : 2], camera_name: "x", status: statuses[n % statuses.length], timestamp: now }, correlation_id: `c${n % 5}` }
        : { type: "gpu.stats_updated", payload: { utilization: n % 100, timestamp: now } },
    );
    await server.publish(events);
    for (const [index, [pattern, where]] of wanted.entries()) {
      const query = { events: pattern, ...(where && { where: JSON.stringify(where) }) };
      const expected = (await server.history(query)).filter(({ sequence }) => sequence > from).map(({ sequence }) => sequence);
      const all = () => got[index].filter(({ sequence }) => sequence > from).map(({ sequence }) => sequence);
      await until(`${pattern} ${JSON.stringify(where)} has ${expected.length}`, () => all().length >= expected.length).catch(() => {});
      assert.deepEqual(all(), expected, `${pattern} ${JSON.stringify(where)}`);
    }
    assert(since <= from);
    assert.deepEqual(hub.gaps, []);
  });

  test("a subscription begins after a position, and its own position takes the next one on from there", async () => {
    const hub = hubOf(server.url);
    await isOpen(hub);
    const begin = hub.position;
    await server.publish(alerts(50));
    const first = hub.subscribe("alert.deleted", { since: begin });
    for (const id of upTo(20)) assert.equal((await first.next()).value.payload.id, String(id));
    first.close();
    const second = hub.subscribe("alert.deleted", { since: first.position });
    // It never came back for the one after the twentieth, so the twentieth may not have been dealt with.
    assert.equal((await second.next()).value.payload.id, "19");
    await assert.rejects(hub.subscribe("alert.deleted", { since: "rubbish" }).next(), TypeError);
  });

  test("a subscription begins with what is the case, page by page, and goes on without a seam", async () => {
    const hub = hubOf(server.url);
    await isOpen(hub);
    const workers = (count, error) => upTo(count).map((n) => ({ type: "worker.error", payload: { worker_name: `w${n}`, error, worker_type: "detection", timestamp: now } }));
    const now = new Date().toISOString();
    await server.publish(workers(120, "old"));
    await server.publish(workers(100, "new"));
    const seen = collect(hub.subscribe("worker.error", { latest: true, buffer: 10 }));
    await server.publish(workers(50, "live"));
    await until("the last live one has come", () => seen.at(-1)?.payload.worker_name === "w49" && seen.at(-1).payload.error === "live");
    const state = new Map(seen.map(({ payload }) => [payload.worker_name, payload.error]));
    assert.deepEqual([state.size, state.get("w10"), state.get("w60"), state.get("w110")], [120, "live", "new", "old"]);
    const begun = seen.filter(({ initial }) => initial);
    const live = seen.filter(({ initial }) => !initial);
    assert(begun.length >= 120 - 50);
    assert.deepEqual(live.map(({ sequence }) => sequence), [...new Set(live.map(({ sequence }) => sequence))].sort((a, b) => a - b));
    assert(live.every(({ payload }) => payload.error === "live"), "nothing of the past comes as live");
    assert.equal(new Set(seen.map(({ sequence }) => sequence)).size, seen.length, "each once");
  });

  test("a subscription begins with the newest events", async () => {
    const hub = hubOf(server.url);
    await server.publish(alerts(80));
    const seen = collect(hub.subscribe("alert.deleted", { last: 50, where: { id: { not: "79" } } }));
    await until("the past has come", () => seen.length === 50);
    await server.publish(alerts(10, 80));
    await until("the present has come", () => seen.length === 60);
    assert.deepEqual(ids(seen), upTo(90).slice(29).filter((id) => id !== 79));
    assert.deepEqual(seen.map(({ initial }) => Boolean(initial)), upTo(60).map((n) => n < 50));
  });

  test("a store keeps positions, so that another life of the page misses nothing and gets nothing twice", async () => {
    const kept = new Map();
    const store = { getItem: async (name) => kept.get(name), setItem: (name, value) => void kept.set(name, value) };
    const hub = hubOf(server.url, { store });
    const first = hub.subscribe("alert.deleted");
    await until("it has begun", () => first.position);
    await server.publish(alerts(10));
    for (const _ of upTo(6)) await first.next(); // five are done with, and the sixth is not
    hub.close();
    await server.publish(alerts(10, 10));
    const again = collect(hubOf(server.url, { store }).subscribe("alert.deleted"));
    await until("it has the rest", () => again.length >= 15);
    assert.deepEqual(ids(again), upTo(20).slice(5));
  });
});

describe("breaks", () => {
  let server;
  before(async () => (server = await Server.start()));
  after(() => server.remove());

  /** Publishes and receives while something happens; everything comes once, in order. */
  async function through(hub, happens, count = 300) {
    const fast = collect(hub.subscribe("alert.deleted", { name: "fast" }));
    const slow = collect(hub.subscribe("alert.deleted", { buffer: 10 }), () => new Promise((resolve) => setTimeout(resolve, 1)));
    await until("they have begun", () => hub.state === "open" && hub.subscriptions.size === 2);
    await until("they are subscribed", async () => {
      await hub.publish("alert.deleted", { id: "-1" });
      return fast.length && slow.length;
    });
    const answers = [];
    for (const id of upTo(count)) {
      const answer = hub.publish("alert.deleted", { id: String(id) });
      answer.catch(() => {}); // it is awaited below
      answers.push(answer);
      if (id === Math.floor(count / 2)) await happens();
    }
    const sequences = await Promise.all(answers);
    assert.equal(new Set(sequences).size, count);
    for (const events of [fast, slow]) {
      const own = () => events.filter(({ payload }) => payload.id !== "-1");
      await until("all have come", () => own().length >= count).catch(() => {});
      const order = own().map(({ sequence }) => sequence);
      assert.deepEqual(order, [...order].sort((a, b) => a - b), "in order");
      assert.deepEqual(new Set(order), new Set(sequences), "what was acknowledged");
      assert.equal(own().length, count, "each once");
    }
    assert.deepEqual(hub.gaps, []);
  }

  test("kill -9 of the server", async () => {
    const hub = hubOf(server.url);
    await through(hub, async () => {
      await server.kill();
      await until("the hub waits", () => hub.state === "waiting");
      assert(hub.retryAt > 0 && hub.reason);
      await server.start();
    });
  });

  test("an orderly restart: the server says after how long to come back", async () => {
    const hub = hubOf(server.url);
    let waited;
    hub.addEventListener("state", ({ state, retryAt }) => state === "waiting" && (waited ??= retryAt - Date.now()));
    await through(hub, async () => {
      await server.stop();
      await until("the hub waits", () => waited !== undefined);
      await server.start();
    });
    assert(waited > 200, `it obeys the server, whose delays are longer than the client's own: ${waited}`);
  });

  for (const status of [502, 404]) {
    test(`a proxy that answers ${status} while the server is away`, async () => {
      const proxy = await proxyTo(server);
      const hub = hubOf(proxy.url);
      await through(hub, async () => {
        proxy.mode = status;
        proxy.cut();
        await until("it was answered several times", () => hub.states.filter(({ reason }) => reason.includes(status)).length > 2);
        proxy.mode = "pass";
      });
    });
  }

  test("a network that is gone without a word", async () => {
    const proxy = await proxyTo(server);
    const hub = hubOf(proxy.url, { silenceMs: 600 });
    await through(hub, async () => {
      proxy.hang();
      await until("the hub has noticed", () => hub.states.some(({ reason }) => reason === "nothing was heard"));
      await until("it has tried again", () => hub.states.some(({ reason }) => reason.startsWith("cannot reach")));
      proxy.mode = "pass";
    });
  });

  test("a quiet connection that is alive stays", async () => {
    const proxy = await proxyTo(server);
    // Half of that is what the machine may take for an answer.
    const hub = hubOf(proxy.url, { silenceMs: 1_000 });
    await isOpen(hub);
    const { connections } = proxy;
    await until("several silences have passed", () => Date.now() > Number(hub.states.since ??= Date.now()) + 5_000);
    assert.equal(hub.state, "open");
    assert.equal(proxy.connections, connections);
  });

  test("an answer that is lost: the event is in the log once", async () => {
    const proxy = await proxyTo(server);
    const hub = hubOf(proxy.url, { silenceMs: 600 });
    await isOpen(hub);
    let armed = true;
    const { send } = WebSocket.prototype;
    WebSocket.prototype.send = function (text) {
      send.call(this, text);
      if (armed && text.includes('"publish"')) {
        armed = false;
        proxy.hang();
        // What was written has to arrive; only the answer must not.
        server.history({ events: "alert.deleted" });
      }
    };
    try {
      const answer = hub.publish("alert.deleted", { id: "once" });
      await until("it was sent", () => !armed);
      proxy.mode = "pass";
      const sequence = await answer;
      const same = (await server.history({ events: "alert.deleted" })).filter(({ payload }) => payload.id === "once");
      assert.deepEqual(same.map((event) => event.sequence), [sequence]);
    } finally {
      WebSocket.prototype.send = send;
    }
  });

  test("5,000 events as fast as they come, and a slow consumer beside a fast one", async () => {
    const hub = hubOf(server.url);
    const fast = collect(hub.subscribe("alert.deleted"));
    let lagged = false;
    const slowly = hub.subscribe("alert.deleted", { buffer: 50 });
    const slow = collect(slowly, (event) => {
      lagged ||= slowly.lagging;
      return event.sequence % 10 ? undefined : new Promise((resolve) => setTimeout(resolve, 1));
    });
    await until("both have begun", async () => {
      await hub.publish("alert.deleted", { id: "-1" });
      return fast.length && slow.length;
    });
    await server.publish(alerts(5000));
    for (const events of [fast, slow]) {
      await until("all have come", () => events.at(-1)?.payload.id === "4999");
      assert.deepEqual(ids(events).filter((id) => id >= 0), upTo(5000));
    }
    assert(lagged, "the slow one lagged");
    assert.deepEqual(hub.gaps, []);
    await hub.publish("alert.deleted", { id: "5000" });
    await until("the slow one is live again", () => slow.at(-1).payload.id === "5000" && !slowly.lagging);
  });
});

test("what the log no longer has is a told gap", async () => {
  const server = await Server.start("--memory", "--retain-bytes", "1MiB");
  ends.push(() => server.remove());
  const hub = hubOf(server.url);
  const subscription = hub.subscribe("alert.deleted", { buffer: 10 });
  await until("it has begun", () => subscription.position);
  await server.publish(alerts(10_000));
  const events = collect(subscription);
  await until("it has come to the end", () => events.at(-1)?.payload.id === "9999");
  const told = new Set();
  for (const { from, to, reason } of hub.gaps) {
    assert.equal(reason, "deleted");
    for (let sequence = from; sequence <= to; sequence++) told.add(sequence);
  }
  const got = events.map(({ sequence }) => sequence);
  assert.deepEqual(got, [...new Set(got)].sort((a, b) => a - b));
  const newest = got.at(-1);
  assert(told.size > 0 && got.length > 10);
  for (let sequence = 1; sequence <= newest; sequence++) {
    assert.notEqual(told.has(sequence), got.includes(sequence) , `${sequence} is either there or told`);
  }
});

test("a new epoch is a gap whose size nobody knows", async () => {
  const server = await Server.start();
  ends.push(() => server.remove());
  const hub = hubOf(server.url);
  const events = collect(hub.subscribe("alert.deleted"));
  const lagging = hub.subscribe("alert.deleted", { buffer: 1 });
  await until("it has begun", async () => {
    await hub.publish("alert.deleted", { id: "1" });
    return events.length;
  });
  await server.publish(alerts(3));
  await until("the other lags", () => lagging.lagging);
  await server.stop();
  server.run("log", "new-epoch");
  await server.start();
  await until("it is told", () => hub.gaps.some(({ reason, subscription }) => reason === "epoch_changed" && !subscription));
  await hub.publish("alert.deleted", { id: "new" });
  await until("it goes on", () => events.at(-1).payload.id === "new");
  const rest = collect(lagging);
  await until("so does the one that lags", async () => {
    await hub.publish("alert.deleted", { id: "newer" });
    return rest.at(-1)?.payload.id === "newer";
  });
});

describe("credentials", () => {
  let server;
  let secret;
  let pool;
  before(async () => {
    server = new Server();
    secret = randomBytes(32);
    const keys = join(server.data, "jwk.json");
    writeFileSync(keys, JSON.stringify({ kty: "oct", alg: "HS256", k: secret.toString("base64url") }), { mode: 0o600 });
    server.options = ["--jwt-keys", keys, "--keys", join(server.data, "keys.json")];
    pool = Array.from({ length: 7 }, () => server.run("key", "new", "page").trim());
    await server.start();
  });
  after(() => server.remove());

  const key = () => pool.pop();
  const keyId = (text) => text.split("_")[1];
  function token(seconds, grants = { subscribe: [{ events: ["*"] }], publish: [{ events: ["*"] }] }) {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const text = `${part({ alg: "HS256" })}.${part({ sub: "page", exp: Math.floor(Date.now() / 1000) + seconds, tocsin: grants })}`;
    return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
  }

  test("without one, or with a bad one, the hub is closed for good, and says why once", async (t) => {
    const error = t.mock.method(console, "error", () => {});
    for (const options of [{}, { token: "tocsin_aaaaaaaaaa_bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb" }, { token: "no token" }]) {
      const hub = hubOf(server.url, options);
      const subscription = hub.subscribe("alert.*");
      const pending = hub.publish("alert.deleted", { id: "1" });
      await assert.rejects(subscription.next(), TocsinError);
      await assert.rejects(pending, { code: "not_sent" });
      assert.equal(hub.state, "closed");
      assert(hub.reason);
      assert(!error.mock.calls.some(({ arguments: [text] }) => options.token && text.includes(options.token)), "it is not repeated");
    }
    assert.equal(error.mock.callCount(), 3);
  });

  test("blanks around one, as files and services give it, are no part of it", async () => {
    const hub = hubOf(server.url, { token: async () => `${key()}\n` });
    await isOpen(hub);
    const other = hubOf(server.url, { token: ` ${token(300)}\r\n` });
    await isOpen(other);
  });

  test("one that is revoked: the next one is asked for, and nothing is missed", async () => {
    const first = key();
    const second = key();
    const given = [];
    const hub = hubOf(server.url, {
      token: async () => {
        const text = given.length && !hub.states.every(({ state }) => state !== "waiting") ? second : first;
        given.push(text);
        return text;
      },
    });
    const events = collect(hub.subscribe("alert.deleted"));
    await until("it has begun", async () => {
      await hub.publish("alert.deleted", { id: "-1" });
      return events.length;
    });
    server.run("key", "revoke", keyId(first));
    await server.publish(alerts(100), second);
    await until("the other one was asked for", () => given.includes(second));
    await server.publish(alerts(100, 100), second);
    await until("all have come", () => events.at(-1)?.payload.id === "199");
    assert.deepEqual(ids(events).filter((id) => id >= 0), upTo(200));
    assert.deepEqual(hub.gaps, []);
  });

  test("one that is revoked, and no other: closed for good", async (t) => {
    t.mock.method(console, "error", () => {});
    for (const how of [(text) => text, (text) => () => text]) {
      const only = key();
      const hub = hubOf(server.url, { token: how(only) });
      await isOpen(hub);
      server.run("key", "revoke", keyId(only));
      await until("it is closed", () => hub.state === "closed");
    }
  });

  test("one that ends soon is renewed on the open connection", async () => {
    let asked = 0;
    const proxy = await proxyTo(server);
    // Sixty seconds of leeway: the first is good for a few seconds.
    const hub = hubOf(proxy.url, { token: () => token(asked++ ? 600 : -54) });
    await isOpen(hub);
    const { connections } = proxy;
    await until("it was asked again", () => asked > 1);
    await until("the first one would have ended", () => Date.now() > Number(hub.states.since ??= Date.now()) + 6000);
    assert.equal(hub.state, "open");
    assert.equal(proxy.connections, connections);
    assert.deepEqual(hub.states.filter(({ state }) => state === "waiting"), []);
  });

  test("a `token` that fails is asked again", async () => {
    let asked = 0;
    const hub = hubOf(server.url, {
      token: async () => {
        if (asked++ < 3) throw new Error("tocsin_secret");
        return token(600);
      },
    });
    await isOpen(hub);
    assert(hub.states.filter(({ state }) => state === "waiting").length >= 3);
    assert(!JSON.stringify(hub.states).includes("secret"));
  });

  test("what may not be read or published is told", async () => {
    const hub = hubOf(server.url, { token: token(600, { subscribe: [{ events: ["alert.*"] }], publish: [] }) });
    hub.subscribe("camera.*");
    await until("there is a warning", () => hub.warnings.some(({ code }) => code === "denied"));
    await assert.rejects(hub.publish("alert.deleted", { id: "1" }), { code: "forbidden" });
  });

  test("a refusal of HTTP is final when it is the hub's own", async (t) => {
    t.mock.method(console, "error", () => {});
    const proxy = await proxyTo(server);
    proxy.rewrite = (head) => head.replace(/^host:.*$/im, "Host: elsewhere.example");
    const hub = hubOf(proxy.url, { token: key() });
    await until("it is closed", () => hub.state === "closed");
    assert.match(hub.reason, /--allow-host elsewhere\.example/);
  });
});

test("the file says what it is, and depends on nothing", () => {
  const text = readFileSync(new URL("../tocsin.js", import.meta.url), "utf8");
  assert.doesNotMatch(text.replace(/^\s*(\/\/|\/?\*).*$/gm, ""), /\bimport\b\s*[({"']|require\(/);
});
