// The client in a real Chromium: pages of another origin, frozen and closed tabs, reloads, workers.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, afterEach, before, describe, test } from "node:test";
import { Proxy } from "./proxy.js";
import { alerts, Server } from "./server.js";
import { client, launch, until } from "./tools.js";

const upTo = (count) => Array.from({ length: count }, (_, index) => index);
const ends = [];
let browser;
let web;
let server;
let context;

/** A web server of another origin than the hub's: an empty page, and the client. */
async function serveWeb() {
  const listener = createServer(({ url }, answer) => {
    const isClient = url === "/tocsin.js";
    answer.setHeader("Content-Type", isClient ? "text/javascript" : "text/html");
    answer.end(isClient ? readFileSync(client) : "<!doctype html><title>a page</title>");
  });
  await new Promise((resolve) => listener.listen(0, "127.0.0.1", resolve));
  return { origin: `http://localhost:${listener.address().port}`, close: () => listener.close() };
}

before(async () => {
  [web, browser] = await Promise.all([serveWeb(), launch()]);
  server = await Server.start("--allow-origin", web.origin);
});
after(async () => {
  await browser.close();
  await server.remove();
  web.close();
});
afterEach(async () => {
  await context?.close();
  context = undefined;
  for (const end of ends.splice(0)) end();
});

async function proxyTo(target) {
  const proxy = await Proxy.to(target);
  ends.push(() => proxy.close());
  return proxy;
}

/** A page with a hub, which collects what comes. */
async function open(url = server.url, options = {}, patterns = "alert.deleted", subscribing = {}) {
  context ??= await browser.newContext();
  const page = await context.newPage();
  page.said = [];
  page.on("console", (line) => page.said.push(line.text()));
  page.on("pageerror", (error) => page.said.push(String(error)));
  await page.goto(web.origin);
  await begin(page, url, options, patterns, subscribing);
  return page;
}

function begin(page, url, options, patterns, subscribing) {
  return page.evaluate(
    async ([address, settings, wanted, asked]) => {
      const { connect } = await import("/tocsin.js");
      const { store, ...rest } = settings;
      window.hub = connect(address, { firstDelayMs: 20, longestDelayMs: 200, ...rest, ...(store && { store: sessionStorage }) });
      window.events = [];
      window.gaps = [];
      window.states = [];
      hub.addEventListener("gap", ({ reason, from, to }) => gaps.push({ reason, from, to }));
      hub.addEventListener("state", ({ state, reason }) => states.push({ state, reason }));
      hub.on(wanted, ({ sequence, payload }) => void events.push([sequence, payload.id]), asked);
    },
    [url, options, patterns, subscribing],
  );
}

const got = (page) => page.evaluate(() => events.filter(([, id]) => id !== "-1"));
const isOpen = (page) => until("the hub is open", () => page.evaluate(() => hub.state === "open"));
const connections = async () => (await server.get("/api/v1/stats")).total_connections;

/** All pages have begun: each has got something. */
async function begun(...pages) {
  await until("all have begun", async () => {
    await server.publish([{ type: "alert.deleted", payload: { id: "-1" } }]);
    return (await Promise.all(pages.map((page) => page.evaluate(() => events.length)))).every(Boolean);
  });
}

/** Everything has come once, in order, and nothing was told to be missing. */
async function complete(page, count) {
  await until(`${count} events have come`, async () => (await got(page)).length >= count).catch(async () => {
    console.log(JSON.stringify(await page.evaluate(() => [states, events.length])));
  });
  const events = await got(page);
  assert.deepEqual(events.map(([, id]) => Number(id)), upTo(count));
  const order = events.map(([sequence]) => sequence);
  assert.deepEqual(order, [...order].sort((a, b) => a - b));
  assert.deepEqual(await page.evaluate(() => gaps), []);
}

/**
 * Stops a tab as a browser freezes it: no script of it runs, and nobody is told. (Page.setWebLifecycleState freezes no page that
 * is visible, which all pages without a window are.)
 * @returns what lets it run again
 */
async function freeze(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Debugger.enable");
  const paused = new Promise((resolve) => session.once("Debugger.paused", resolve));
  await session.send("Debugger.pause");
  page.evaluate(() => 1).catch(() => {});
  await paused;
  return async () => {
    await session.send("Debugger.resume");
    await session.detach();
  };
}

test("a page of another origin subscribes and publishes", async () => {
  const page = await open();
  await begun(page);
  const sequence = await page.evaluate(() => hub.publish("alert.deleted", { id: "0" }));
  await complete(page, 1);
  assert.equal((await got(page))[0][0], sequence);
  assert.equal(await page.evaluate(() => hub.transport), "websocket");
  assert.deepEqual(page.said, []);
});

test("an origin that the hub does not know is told what it needs", async () => {
  const other = await Server.start();
  ends.push(() => other.remove());
  const page = await open(other.url);
  const waits = () => page.evaluate(() => states.find(({ state }) => state === "waiting"));
  await until("it waits", waits);
  assert.match((await waits()).reason, new RegExp(`--allow-origin ${web.origin}`));
});

test("5,000 events as fast as they come, and a slow consumer", async () => {
  const page = await open();
  await page.evaluate(() => {
    window.slow = [];
    hub.on(
      "alert.deleted",
      async ({ sequence, payload }) => {
        slow.push(payload.id);
        if (sequence % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      },
      { buffer: 50 },
    );
  });
  await begun(page);
  await until("the slow one has begun too", async () => {
    await server.publish([{ type: "alert.deleted", payload: { id: "-1" } }]);
    return page.evaluate(() => slow.length);
  });
  await server.publish(alerts(5000));
  await complete(page, 5000);
  await until("the slow one has all", () => page.evaluate(() => slow.at(-1) === "4999"));
  assert.deepEqual(await page.evaluate(() => slow.map(Number).filter((id) => id >= 0)), upTo(5000));
});

test("kill -9 of the server", async () => {
  const page = await open();
  await begun(page);
  await server.publish(alerts(100));
  await server.kill();
  await until("the hub waits", () => page.evaluate(() => hub.state === "waiting"));
  await server.start();
  await server.publish(alerts(100, 100));
  await complete(page, 200);
});

for (const status of [502, 404]) {
  test(`a proxy that answers ${status}`, async () => {
    const proxy = await proxyTo(server);
    const page = await open(proxy.url);
    await begun(page);
    await server.publish(alerts(100));
    proxy.mode = status;
    proxy.cut();
    await until("it has tried", () => page.evaluate(() => states.filter(({ state }) => state === "waiting").length > 2));
    await server.publish(alerts(100, 100));
    proxy.mode = "pass";
    await complete(page, 200);
  });
}

test("WebSockets are blocked", async () => {
  const proxy = await proxyTo(server);
  proxy.mode = "no-upgrade";
  const page = await open(proxy.url);
  await begun(page);
  assert.equal(await page.evaluate(() => hub.transport), "sse");
  await page.evaluate(() => Promise.all([0, 1, 2].map((id) => hub.publish("alert.deleted", { id: String(id) }))));
  proxy.cut();
  await server.publish(alerts(100, 3));
  await complete(page, 103);
});

test("thirty seconds without a network, which says nothing: noticed, and gone on with as soon as the browser is online", async () => {
  const proxy = await proxyTo(server);
  const page = await open(proxy.url, { silenceMs: 4_000, firstDelayMs: 60_000, longestDelayMs: 60_000 });
  await begun(page);
  await server.publish(alerts(100));
  await complete(page, 100);
  proxy.hang();
  await until("the hub waits", () => page.evaluate(() => hub.state === "waiting"));
  await server.publish(alerts(100, 100));
  proxy.mode = "pass";
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await complete(page, 200);
});

test("a page that becomes visible again does not wait, nor trust a connection that is dead", async () => {
  const proxy = await proxyTo(server);
  const page = await open(proxy.url, { silenceMs: 6000 });
  await begun(page);
  proxy.hang();
  await server.publish(alerts(10));
  proxy.mode = "pass";
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await until("the dead one is given up", () => page.evaluate(() => states.some(({ reason }) => reason === "nothing was heard")), 3);
  await complete(page, 10);
});

test("a frozen tab gets what it has missed", async () => {
  const page = await open();
  await begun(page);
  await server.publish(alerts(100));
  const thaw = await freeze(page);
  await server.publish(alerts(2000, 100));
  await thaw();
  await complete(page, 2100);
});

test("a page that is loaded again goes on from where it was", async () => {
  const page = await open(server.url, { store: true });
  await begun(page);
  await server.publish(alerts(50));
  await complete(page, 50);
  // The last one is done with when the next is asked for.
  await until("it is kept", () => page.evaluate(() => Object.values(sessionStorage).some((text) => Number(text.split(":")[1]) >= events.at(-1)[0])));
  await page.reload();
  await server.publish(alerts(50, 50));
  await begin(page, server.url, { store: true }, "alert.deleted", {});
  await until("the rest has come", async () => (await got(page)).length >= 50);
  assert.deepEqual((await got(page)).map(([, id]) => Number(id)), upTo(100).slice(50));
});

test("in a worker", async () => {
  const page = await open();
  const transport = await page.evaluate(
    ([url, origin]) =>
      new Promise((resolve) => {
        const text = `
          import { connect } from "${origin}/tocsin.js";
          const hub = connect("${url}");
          const events = hub.subscribe("alert.deleted");
          const seen = setInterval(() => hub.publish("alert.deleted", { id: "-1" }), 100);
          const { value } = await events.next();
          clearInterval(seen);
          postMessage(hub.transport + " " + value.type);`;
        const worker = new Worker(URL.createObjectURL(new Blob([text], { type: "text/javascript" })), { type: "module" });
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = ({ message }) => resolve(message);
      }),
    [server.url, web.origin],
  );
  assert.equal(transport, "websocket alert.deleted");
});

describe("tabs that share a connection", () => {
  /** The page whose hub has the connection: it holds the lock. */
  async function holder(pages) {
    for (const page of pages) {
      const { held } = await page.evaluate(() => navigator.locks.query());
      const [client] = held.filter(({ name }) => name.endsWith(" true")).map(({ clientId }) => clientId);
      for (const one of pages) {
        const own = await one.evaluate(async () => {
          const name = `who ${Math.random()}`;
          return navigator.locks.request(name, async () => (await navigator.locks.query()).held.find((lock) => lock.name === name).clientId);
        });
        if (own === client) return one;
      }
    }
    throw new Error(`nobody has the connection: ${JSON.stringify(await pages[0].evaluate(() => navigator.locks.query()))}`);
  }

  test("ten tabs have one connection, and each gets everything", async () => {
    const pages = [];
    for (const _ of upTo(10)) pages.push(await open(server.url, { shared: true }));
    await begun(...pages);
    assert.equal(await connections(), 1);
    assert.equal(await pages[3].evaluate(() => hub.transport), "shared");
    await server.publish(alerts(500));
    for (const page of pages) await complete(page, 500);
    await pages[5].evaluate(() => Promise.all([500, 501].map((id) => hub.publish("alert.deleted", { id: String(id) }))));
    for (const page of pages) await complete(page, 502);
    assert.deepEqual(pages.flatMap((page) => page.said), []);
  });

  test("each gets what it asked for, also what another has not", async () => {
    const one = await open(server.url, { shared: true }, "alert.deleted");
    const other = await open(server.url, { shared: true }, "alert.*", { where: { id: ["1", "3"] } });
    await begun(one);
    await until("the other one has begun", async () => {
      await server.publish([{ type: "alert.deleted", payload: { id: "3" } }]);
      return (await got(other)).length;
    });
    const refused = await other.evaluate(() => hub.subscribe("[").next().catch(({ code }) => code));
    assert.equal(refused, "invalid_pattern");
    const from = (await server.history()).at(-1).sequence;
    await server.publish(alerts(5));
    await until("it has its own", async () => (await got(other)).filter(([sequence]) => sequence > from).length === 2);
    assert.deepEqual((await got(other)).filter(([sequence]) => sequence > from).map(([, id]) => id), ["1", "3"]);
  });

  test("no tab keeps the subscriptions that are over, its own or another's", async () => {
    context = await browser.newContext();
    await context.addInitScript(() => {
      window.made = [];
      const { add } = Set.prototype;
      Set.prototype.add = function (one) {
        if (one?.patterns) made.push(new WeakRef(one));
        return add.call(this, one);
      };
    });
    const pages = [await open(server.url, { shared: true }), await open(server.url, { shared: true })];
    await begun(...pages);
    for (const page of pages) {
      await page.evaluate(async () => {
        for (let id = 0; id < 10; id++) {
          const subscription = hub.subscribe("alert.*", { where: { id: `${id}` } });
          while (!subscription.position) await new Promise((resolve) => setTimeout(resolve, 5));
          subscription.close();
        }
      });
    }
    const kept = async (page) => {
      const session = await context.newCDPSession(page);
      await session.send("HeapProfiler.collectGarbage");
      await session.detach();
      return page.evaluate(() => made.filter((one) => one.deref()).length);
    };
    // One of each page; and where the connection is, one for each page and the one that passes on what comes.
    await until("five are left", async () => (await kept(pages[0])) + (await kept(pages[1])) === 5);
    assert.equal(await pages[0].evaluate(() => made.length) + (await pages[1].evaluate(() => made.length)), 45);
  });

  test("the tab that has the connection is closed", async () => {
    const pages = [];
    for (const _ of upTo(3)) pages.push(await open(server.url, { shared: true }));
    await begun(...pages);
    await server.publish(alerts(100));
    for (const page of pages) await complete(page, 100);
    const gone = await holder(pages);
    await Promise.all([gone.close(), server.publish(alerts(200, 100))]);
    await server.publish(alerts(100, 300));
    for (const page of pages.filter((one) => one !== gone)) await complete(page, 400);
    assert.equal(await connections(), 1);
  });

  test("the tab that has the connection is frozen: another takes over, and it gets what it has missed when it is back", async () => {
    const pages = [];
    for (const _ of upTo(3)) pages.push(await open(server.url, { shared: true }));
    await begun(...pages);
    await server.publish(alerts(100));
    for (const page of pages) await complete(page, 100);
    const frozen = await holder(pages);
    const thaw = await freeze(frozen);
    await server.publish(alerts(200, 100));
    // A debugger stops all pages of a process, and Chromium may have put several into one.
    const others = [];
    for (const page of pages.filter((one) => one !== frozen)) {
      const runs = page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 50, true)));
      runs.catch(() => {});
      if (await Promise.race([runs, new Promise((resolve) => setTimeout(resolve, 2000))])) others.push(page);
    }
    assert(others.length, "somebody is left");
    for (const page of others) await complete(page, 300);
    assert(others.includes(await holder(others)));
    await thaw();
    await server.publish(alerts(100, 300));
    for (const page of pages) await complete(page, 400);
    await until("there is one connection again", async () => (await connections()) === 1);
  });

  test("the server is killed: each tab sees it, and misses nothing", async () => {
    const pages = [];
    for (const _ of upTo(3)) pages.push(await open(server.url, { shared: true }));
    await begun(...pages);
    await server.publish(alerts(100));
    await server.kill();
    for (const page of pages) await until("it waits", () => page.evaluate(() => states.some(({ state }) => state === "waiting")));
    await server.start();
    await server.publish(alerts(100, 100));
    for (const page of pages) await complete(page, 200);
    await until("each is open again", async () => (await Promise.all(pages.map((page) => page.evaluate(() => hub.state)))).every((state) => state === "open"));
  });

  test("what came while the connection was away reaches each tab", async () => {
    const proxy = await proxyTo(server);
    const pages = [];
    for (const _ of upTo(3)) pages.push(await open(proxy.url, { shared: true }));
    await begun(...pages);
    proxy.mode = "refuse";
    proxy.cut();
    for (const page of pages) await until("it waits", () => page.evaluate(() => hub.state === "waiting"));
    await server.publish(alerts(100));
    proxy.mode = "pass";
    for (const page of pages) await complete(page, 100);
  });

  test("a slow tab reads the log and holds up nobody", async () => {
    const fast = await open(server.url, { shared: true });
    const slow = await open(server.url, { shared: true }, "alert.deleted", { buffer: 20 });
    await begun(fast, slow);
    await slow.evaluate(() => {
      const end = performance.now() + 2000;
      while (performance.now() < end);
    });
    await server.publish(alerts(3000));
    await complete(fast, 3000);
    await complete(slow, 3000);
  });
});
