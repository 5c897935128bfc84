// The client in Node through breaks, of the network and of the log: every event once, in order, or a told gap.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { collect, ends, hubOf, ids, isOpen, proxyTo, upTo } from "./hubs.js";
import { alerts, Server } from "./server.js";
import { until, WebSocket } from "./tools.js";

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
      await until("it has tried again", () => hub.states.some(({ reason }) => reason.startsWith("no answer from")));
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
    const hub = hubOf(proxy.url, { silenceMs: 600, webSocketAgainMs: 100 });
    await until("it has a WebSocket", () => hub.transport === "websocket" && hub.state === "open");
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
