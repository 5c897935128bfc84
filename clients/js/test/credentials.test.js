// The client in Node against a packaged server that asks for credentials.
import assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { TocsinError } from "../tocsin.js";
import { collect, hubOf, ids, isOpen, proxyTo, upTo } from "./hubs.js";
import { alerts, Server } from "./server.js";
import { until } from "./tools.js";

describe("credentials", () => {
  let server;
  let secret;
  let pool;
  let single;
  before(async () => {
    server = new Server();
    secret = randomBytes(32);
    const keys = join(server.data, "jwk.json");
    writeFileSync(keys, JSON.stringify({ kty: "oct", alg: "HS256", k: secret.toString("base64url") }), { mode: 0o600 });
    server.options = ["--jwt-keys", keys, "--keys", join(server.data, "keys.json")];
    pool = Array.from({ length: 7 }, () => server.run("key", "new", "page").trim());
    single = Array.from({ length: 2 }, () => server.run("key", "new", "single", "--connections", "1").trim());
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

  test("one that allows a single connection is enough for streams, of which one takes the other's place", async () => {
    const hub = hubOf(server.url, { token: single.pop(), WebSocket: undefined });
    const first = collect(hub.subscribe("alert.deleted"));
    const begins = (events) => until("one has come", async () => server.publish(alerts(1), token(300)).then(() => events.length), 10);
    await begins(first);
    const second = collect(hub.subscribe("alert.*"));
    await begins(second);
    assert.deepEqual(hub.states.map(({ reason }) => reason).filter(Boolean), []);
  });

  test("who has too many connections waits for a place; he does not take the WebSockets for blocked", async () => {
    const token = single.pop();
    const first = hubOf(server.url, { token });
    await isOpen(first);
    const second = hubOf(server.url, { token });
    await until("it was refused, again and again", () => second.states.filter(({ state }) => state === "waiting").length > 3);
    assert.equal(first.state, "open");
    first.close();
    await until("there is a WebSocket", () => second.transport === "websocket" && second.state === "open", 10);
  });

  test("one that is for publishing alone publishes, by whatever connection", async () => {
    const grants = { subscribe: [], publish: [{ events: ["alert.*"] }] };
    for (const options of [{}, { WebSocket: undefined }]) {
      const hub = hubOf(server.url, { token: token(300, grants), ...options });
      assert(Number.isInteger(await hub.publish("alert.deleted", { id: "1" })));
      await assert.rejects(hub.publish("job.cancelled", { job_id: "1" }), { code: "forbidden" });
      assert.equal(hub.state, "open");
    }
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
