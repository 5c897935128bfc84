// Where there are no WebSockets: server-sent events and history keep the same promises.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { connect } from "../tocsin.js";
import { collect, hubOf, proxyTo, upTo } from "./hubs.js";
import { alerts, Server } from "./server.js";
import { until, WebSocket } from "./tools.js";

let server;
let proxy;

before(async () => (server = await Server.start()));
after(() => server.remove());

/** A hub behind a proxy that lets no WebSocket through. */
async function blockedHub(options) {
  proxy = await proxyTo(server);
  proxy.mode = "no-upgrade";
  return hubOf(proxy.url, options);
}

const numbers = (events) => events.map(({ payload }) => Number(payload.id)).filter((id) => id >= 0);

const isStream = (hub) => until("there is a stream", () => hub.transport === "sse" && hub.state === "open", 10);

async function begun(hub, ...lists) {
  await until("all have begun", async () => {
    await hub.publish("alert.deleted", { id: "-1" });
    return lists.every((events) => events.length);
  });
}

describe("WebSockets are blocked", () => {
  test("events come over a stream, and what is published goes by HTTP, in order", async () => {
    const hub = await blockedHub();
    const events = collect(hub.subscribe("alert.deleted"));
    await begun(hub, events);
    assert.equal(hub.transport, "sse");
    const answers = upTo(50).map((id) => hub.publish("alert.deleted", { id: String(id) }));
    const sequences = await Promise.all(answers);
    assert.deepEqual(sequences, [...sequences].sort((a, b) => a - b));
    await until("all have come", () => numbers(events).length === 50);
    assert.deepEqual(numbers(events), upTo(50));
    const refusal = await hub.publish("alert.deleted", { id: 7 }).catch((thrown) => thrown);
    assert.equal(refusal.code, "invalid_payload");
    assert.equal(refusal.faults[0].path, "/id");
  });

  test("what is published after a subscribe does not overtake it", async () => {
    for (const hub of [hubOf(server.url, { WebSocket: undefined }), await blockedHub()]) {
      for (const pattern of ["alert.deleted", "alert.d*"]) {
        const events = [];
        hub.on(pattern, (event) => events.push(event.sequence)); // at first before there is a connection
        const sequences = await Promise.all(upTo(3).map((id) => hub.publish("alert.deleted", { id: String(-20 - id) })));
        await until("all have come", () => events.length >= 3);
        assert.deepEqual(events, sequences);
      }
      hub.on("*", () => {})(); // nobody waits for the answer to a subscribe that is over
      await hub.publish("alert.deleted", { id: "-30" });
    }
  });

  test("an idempotency key is the same one as over a WebSocket, whatever its letters, and one that cannot be sent is refused", async () => {
    const hub = await blockedHub();
    await until("it is open", () => hub.state === "open");
    const direct = connect(server.url, { WebSocket });
    for (const [index, idempotencyKey] of ["plain", "é", "Ã©", "ключ", "鍵🔑", "a b"].entries()) {
      const payload = { id: String(-2 - index) };
      const first = await direct.publish("alert.deleted", payload, { idempotencyKey });
      assert.equal(await hub.publish("alert.deleted", payload, { idempotencyKey }), first, idempotencyKey);
    }
    for (const one of [hub, direct]) {
      for (const idempotencyKey of ["a\nb", "\r", "\0"]) {
        await assert.rejects(one.publish("alert.deleted", { id: "-9" }, { idempotencyKey }), { code: "invalid_message" });
      }
    }
    direct.close();
  });

  test("a subscription that comes later begins with what comes after it, and disturbs nobody", async () => {
    const hub = await blockedHub();
    const first = collect(hub.subscribe("alert.deleted"));
    await begun(hub, first);
    for (const round of upTo(5)) {
      await server.publish(alerts(100, round * 200));
      const before = (await server.history()).at(-1).sequence;
      const later = collect(hub.subscribe("alert.*", { where: { id: { not: "none" } } }));
      await server.publish(alerts(100, round * 200 + 100));
      await begun(hub, later);
      assert(later.every(({ sequence }) => sequence > before), "nothing from before");
    }
    await until("all have come", () => numbers(first).at(-1) === 999);
    assert.deepEqual(numbers(first), upTo(1000));
    assert.deepEqual(hub.gaps, []);
  });

  test("a refused subscription fails alone", async () => {
    const hub = await blockedHub();
    const good = collect(hub.subscribe("alert.deleted"));
    await begun(hub, good);
    await assert.rejects(hub.subscribe("[").next());
    await assert.rejects(hub.subscribe("alert.*", { where: { nme: 1 } }).next(), { code: "invalid_filter" });
    await hub.publish("alert.deleted", { id: "7" });
    await until("the good one goes on", () => good.at(-1).payload.id === "7");
  });

  for (const [name, breaks] of Object.entries({
    "the stream breaks": async () => proxy.cut(),
    "the server is killed": async () => {
      await server.kill();
      await server.start();
    },
    "the network is gone without a word": async (hub) => {
      proxy.hang();
      await until("the hub has noticed", () => hub.states.some(({ reason }) => reason === "nothing was heard"));
      proxy.mode = "no-upgrade";
    },
  })) {
    test(`${name}: every event once, in order`, async () => {
      const hub = await blockedHub({ silenceMs: name.includes("network") ? 3000 : 60_000 });
      const fast = collect(hub.subscribe("alert.deleted"));
      const slow = collect(hub.subscribe("alert.deleted", { buffer: 10 }), () => new Promise((resolve) => setTimeout(resolve, 1)));
      await begun(hub, fast, slow);
      const answers = [];
      for (const id of upTo(100)) {
        const answer = hub.publish("alert.deleted", { id: String(id) });
        answer.catch(() => {});
        answers.push(answer);
        if (id === 50) await breaks(hub);
      }
      await Promise.all(answers);
      for (const events of [fast, slow]) {
        await until("all have come", () => numbers(events).length >= 100);
        assert.deepEqual(numbers(events), upTo(100));
      }
      assert.deepEqual(hub.gaps, []);
    });
  }

  test("5,000 events as fast as they come, and a slow consumer", async () => {
    const hub = await blockedHub();
    const fast = collect(hub.subscribe("alert.deleted"));
    const slow = collect(hub.subscribe("alert.deleted", { buffer: 50 }), ({ sequence }) =>
      sequence % 10 ? undefined : new Promise((resolve) => setTimeout(resolve, 1)),
    );
    await begun(hub, fast, slow);
    await server.publish(alerts(5000));
    for (const events of [fast, slow]) {
      await until("all have come", () => numbers(events).at(-1) === 4999);
      assert.deepEqual(numbers(events), upTo(5000));
    }
    assert.deepEqual(hub.gaps, []);
  });

  for (const mode of ["refuse", 403, 502]) {
    test(`${mode}: what stands in between says of the WebSockets' path without an upgrade what it says with one`, async () => {
      const hub = await blockedHub();
      Object.assign(proxy, { mode, only: "/ws/" });
      const events = collect(hub.subscribe("alert.deleted"));
      await isStream(hub);
      await begun(hub, events);
      assert.deepEqual(hub.states.map(({ reason }) => reason).filter(Boolean), []);
    });
  }

  test("a class of WebSockets that throws is none", async () => {
    class Forbidden {
      constructor() {
        throw new Error("not here");
      }
    }
    const hub = await blockedHub({ WebSocket: Forbidden, silenceMs: 600, webSocketAgainMs: 10 });
    const events = collect(hub.subscribe("alert.deleted"));
    await isStream(hub);
    await begun(hub, events);
  });

  test("a WebSocket that fails once is no reason to stay with a stream", async () => {
    const hub = await blockedHub();
    Object.assign(proxy, { mode: "refuse", only: "/ws/" });
    await isStream(hub);
    proxy.mode = "pass";
    await until("there is a WebSocket", () => hub.transport === "websocket" && hub.state === "open", 10);
  });

  test("WebSockets are tried again, and taken when there are some", async () => {
    const hub = await blockedHub({ webSocketAgainMs: 200 });
    const events = collect(hub.subscribe("alert.deleted"));
    await begun(hub, events);
    assert.equal(hub.transport, "sse");
    await server.publish(alerts(10));
    proxy.mode = "pass";
    await until("there is one", () => hub.transport === "websocket");
    await server.publish(alerts(10, 10));
    await until("all have come", () => numbers(events).length === 20);
    assert.deepEqual(numbers(events), upTo(20));
  });
});

test("a Node without WebSockets uses streams at once", async () => {
  const own = globalThis.WebSocket;
  globalThis.WebSocket = undefined;
  try {
    const hub = await blockedHub({ WebSocket: undefined });
    const events = collect(hub.subscribe("alert.deleted"));
    await begun(hub, events);
    assert.equal(hub.transport, "sse");
    assert.deepEqual(hub.states.map(({ reason }) => reason).filter(Boolean), []);
  } finally {
    globalThis.WebSocket = own;
  }
});
