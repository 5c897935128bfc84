// Subscriptions in Node against the packaged server: what each gets, with which event it begins, and from where it goes on.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { collect, hubOf, ids, isOpen, upTo } from "./hubs.js";
import { alerts, Server } from "./server.js";
import { until } from "./tools.js";

describe("subscriptions", () => {
  let server;
  before(async () => (server = await Server.start()));
  after(() => server.remove());

  test("a client that goes on lets go of the subscriptions that are over", async () => {
    const hub = hubOf(server.url);
    await isOpen(hub);
    const over = [];
    for (const number of upTo(20)) {
      const subscription = hub.subscribe(number % 2 ? "alert.*" : "nothing[", { where: { id: `${number}` }, ...(number % 3 && { last: 1 }) });
      if (number % 2) await until("it has an answer", () => subscription.position !== undefined);
      subscription.close();
      over.push(new WeakRef(subscription));
    }
    setFlagsFromString("--expose-gc");
    const collectGarbage = runInNewContext("gc");
    await until("nobody holds them", async () => {
      await new Promise(setImmediate);
      collectGarbage();
      return over.every((one) => one.deref() === undefined);
    });
    assert.equal(hub.state, "open");
    hub.close();
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

  test("what was closed was received as far as its consumer had come, whatever else had", async () => {
    const hub = hubOf(server.url);
    const read = async (options) => {
      const subscription = hub.subscribe("alert.deleted", options);
      await until("it has begun", () => subscription.position || options.last);
      if (!options.last) await server.publish(alerts(10));
      for (const _ of upTo(6)) await subscription.next();
      await until("the others wait", () => !subscription.lagging);
      subscription.close();
      assert.deepEqual(await subscription.next(), { done: true, value: undefined }); // and the sixth is done with
      return subscription.position;
    };
    for (const options of [{}, { last: 10 }]) {
      const again = collect(hub.subscribe("alert.deleted", { since: await read(options) }));
      await until("the others come", () => again.length >= 4);
      assert.deepEqual(ids(again), upTo(10).slice(6), JSON.stringify(options));
    }
  });
});
