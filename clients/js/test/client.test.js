// The client in Node against the packaged server: what is published, refused, warned of and ended.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { connect, TocsinError } from "../tocsin.js";
import { collect, ends, hubOf, isOpen, proxyTo, quick, upTo } from "./hubs.js";
import { Server } from "./server.js";
import { until, WebSocket } from "./tools.js";

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
    await until("a WebSocket was looked for twice", () => read.has("webSocketAgainMs"));
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
});

test("the file says what it is, and depends on nothing", () => {
  const text = readFileSync(new URL("../tocsin.js", import.meta.url), "utf8");
  assert.doesNotMatch(text.replace(/^\s*(\/\/|\/?\*).*$/gm, ""), /\bimport\b\s*[({"']|require\(/);
});
