// The console in a real browser (Debian's Chromium, without a window) against the packaged server: what each screen shows of
// known events, by keyboard, on a phone's width, in the dark, for a screen reader, and that nothing of an event is ever more
// than text. Whatever the browser complains of on the way is a failure.
//
//   node dev/e2e/console.mjs MODULES PICTURES [NAME…]     (MODULES: where playwright-core and axe-core are installed)

import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const [modules, pictures, ...chosen] = process.argv.slice(2);
const require = createRequire(`${resolve(modules)}/package.json`);
const { chromium } = require("playwright-core");
const WebSocket = require("ws");
const axe = readFileSync(require.resolve("axe-core"), "utf8");
const { exampleOf } = await import(join(root, "gateway/src/main/console/schema.js"));
mkdirSync(pictures, { recursive: true });

const RESERVED = /^(connection\..*|ping|pong|error)$/;
const SCREENS = ["live", "now", "history", "catalog", "catalog?type=detection.batch", "connections", "bridges", "health"];
const PATIENCE = 15_000;
const tests = [];
const test = (name, body) => tests.push([name, body]);
const servers = [];
let open;
let locked;

function assert(isSo, what) {
  if (!isSo) {
    throw new Error(what);
  }
}

// Servers.

/** See ports.py. */
function freePort() {
  return Number(execFileSync("python3", [`${root}dev/e2e/ports.py`]));
}

/** A server on a port. */
async function serve(port, ...options) {
  const child = spawn("./tocsin", ["serve", "--port", String(port), ...options], { cwd: root, stdio: ["ignore", "pipe", "ignore"] });
  servers.push(child);
  const url = await new Promise((found, failed) => {
    let said = "";
    child.stdout.on("data", (piece) => {
      said += piece;
      const address = /listening on (\S+)/.exec(said)?.[1];
      if (address) {
        found(address);
      }
    });
    child.on("exit", (code) => failed(new Error(`the server has ended with ${code}`)));
  });
  return { url, stop: () => child.kill("SIGTERM") };
}

async function ask(server, path, init = {}) {
  const headers = { ...(server.key && { Authorization: `Bearer ${server.key}` }), "Content-Type": "application/json", ...init.headers };
  return fetch(server.url + path, { ...init, headers });
}

async function publish(server, type, payload, envelope = {}) {
  const answer = await ask(server, "/api/v1/events", { method: "POST", body: JSON.stringify({ type, payload, ...envelope }) });
  const said = await answer.json();
  assert(answer.status === 201, `${type} is not published: ${JSON.stringify(said)}`);
  return said.sequence;
}

const now = () => new Date().toISOString();
const alert = (id, severity, dedup = id) => ({ id, event_id: 1, severity, status: "pending", dedup_key: dedup, created_at: now(), updated_at: now() });
const camera = (id, status, reason) => ({ camera_id: id, camera_name: id, status, timestamp: now(), reason });
const detection = (cameraId, label, bbox) => ({ detection_id: `d-${label}`, label, confidence: 0.87, bbox, camera_id: cameraId, timestamp: now() });

let data;

/** A key of the server that asks for one. */
function makeKey(...options) {
  return execFileSync("./tocsin", ["key", "new", ...options, "--data", data], { cwd: root, stdio: ["ignore", "pipe", "ignore"] }).toString().trim();
}

// Browser.

let browser;

/** A page that keeps in mind what the browser complains of; `address` is what follows the #. */
async function page(server, address, { width = 1280, height = 800, dark = false, key } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: dark ? "dark" : "light", reducedMotion: "reduce" });
  const opened = await context.newPage();
  opened.complaints = [];
  const complain = (text) => opened.complaints.push(text);
  opened.on("pageerror", (error) => complain(`error: ${error.message}`));
  opened.on("dialog", (dialog) => { complain(`a dialog: ${dialog.message()}`); dialog.dismiss(); });
  opened.on("console", (message) => {
    const expected = /status of (400|401|403|404|422|503)|ERR_CONNECTION_REFUSED|net::ERR_/.test(message.text());
    if (["error", "warning"].includes(message.type()) && !expected) {
      complain(`console: ${message.text()}`);
    }
  });
  opened.on("request", (request) => {
    if (!request.url().startsWith(server.url) && !request.url().startsWith(server.url.replace("http", "ws"))) {
      complain(`asks another host: ${request.url()}`);
    }
  });
  await context.addInitScript((stored) => {
    addEventListener("securitypolicyviolation", (violation) => console.error(`CSP: ${violation.violatedDirective} ${violation.blockedURI} ${violation.sourceFile}:${violation.lineNumber}`));
    if (stored) {
      sessionStorage.setItem("tocsin.key", stored);
    }
  }, key);
  await opened.goto(`${server.url}/console/#/${address}`);
  opened.setDefaultTimeout(PATIENCE);
  return opened;
}

async function done(opened) {
  assert(opened.complaints.length === 0, `the browser complains: ${opened.complaints.join("; ")}`);
  await opened.context().close();
}

const row = (opened, text) => opened.locator(".row", { hasText: text }).first();
const see = (opened, text) => opened.getByText(text, { exact: false }).first().waitFor();

// What each screen shows.

test("a browser that asks for the server is led to the console", async () => {
  const opened = await page(open, "");
  await opened.goto(`${open.url}/`);
  assert(opened.url().startsWith(`${open.url}/console/`), opened.url());
  await opened.getByText("Connected", { exact: true }).waitFor();
  await done(opened);
});

test("Live shows what comes, with its level, its words and its boxes", async () => {
  const opened = await page(open, "live");
  await opened.getByText("Connected", { exact: true }).waitFor();
  await publish(open, "alert.created", alert("alert-live", "critical"));
  await publish(open, "detection.new", detection("front", "person", { x: 100, y: 50, width: 80, height: 200 }));
  await row(opened, "alert-live").waitFor();
  assert((await row(opened, "alert-live").innerText()).includes("critical"), "the level is not said in words");
  await row(opened, "person 87 %").click();
  await see(opened, "One box in a frame of 640 × 360");
  const box = await opened.locator(".boxes-box").first().evaluate((rect) => ["x", "y", "width", "height"].map((side) => rect.getAttribute(side)).join());
  assert(box === "100,50,80,200", `the box is drawn at ${box}`);
  assert((await opened.locator(".json").innerText()).includes('"label": "person"'), "the JSON is not shown");
  await opened.screenshot({ path: join(pictures, "live.png") });
  await done(opened);
});

test("a filter by pattern and field shows only that, and its address reproduces the view", async () => {
  const opened = await page(open, "live");
  await opened.getByLabel("Types").fill("detection.*");
  await opened.getByLabel("Fields").fill("camera_id=yard confidence>=0.8");
  await opened.getByLabel("Fields").press("Enter");
  await publish(open, "detection.new", detection("yard", "fox"));
  await publish(open, "detection.new", detection("front", "cat-elsewhere"));
  await publish(open, "alert.created", alert("alert-elsewhere", "low"));
  await publish(open, "detection.new", detection("yard", "badger"));
  await row(opened, "badger").click();
  const shown = await opened.locator(".list-box").innerText();
  assert(shown.includes("fox") && !shown.includes("elsewhere"), `shows ${shown}`);
  const link = await opened.getByRole("link", { name: "Link to this view" }).getAttribute("href");
  const again = await page(open, link.slice(2));
  await see(again, "badger");
  assert((await again.getByLabel("Fields").inputValue()) === "camera_id=yard confidence>=0.8", "the filter is not that of the link");
  assert((await again.locator(".details").innerText()).includes("badger"), "the event is not that of the link");
  await done(opened);
  await done(again);
});

test("a filter that cannot be is told, with what may have been meant", async () => {
  const opened = await page(open, "live");
  await publish(open, "alert.created", alert("without-a-filter", "low"));
  await opened.getByLabel("Fields").fill("camera_ids=front");
  await opened.getByLabel("Fields").press("Enter");
  const told = opened.getByRole("alert");
  await told.waitFor();
  assert(/camera_id/.test(await told.innerText()), await told.innerText());
  await opened.getByLabel("Fields").fill("front");
  await opened.getByLabel("Fields").press("Enter");
  await see(opened, "is not understood");
  await opened.getByRole("button", { name: "Show all" }).click();
  await opened.locator(".row").first().waitFor();
  await done(opened);
});

test("a pattern that matches nothing is told, with what may have been meant", async () => {
  for (const screen of ["live", "history"]) {
    const opened = await page(open, `${screen}?events=alrt.*`);
    await see(opened, "“alrt.*” matches no event type of this server's catalog; did you mean “alert.*”?");
    await opened.getByLabel("Types").fill("alert.*");
    await opened.getByLabel("Types").press("Enter");
    await opened.getByText("did you mean").waitFor({ state: "detached" });
    await done(opened);
  }
});

test("a pause holds the view, and counts what comes meanwhile", async () => {
  const opened = await page(open, "live");
  await publish(open, "alert.created", alert("before-the-pause", "low"));
  await row(opened, "before-the-pause").waitFor();
  await opened.getByRole("button", { name: "Pause" }).click();
  for (let i = 0; i < 3; i++) {
    await publish(open, "alert.created", alert(`during-${i}`, "low"));
  }
  await see(opened, "3 newer");
  assert((await opened.locator(".row", { hasText: "during-2" }).count()) === 0, "the view moves while it is held");
  await opened.getByText("3 newer").click();
  await row(opened, "during-2").waitFor();
  await done(opened);
});

test("Now is what is the case, and follows it", async () => {
  await publish(open, "camera.status_changed", camera("porch", "offline", "The cable is cut"));
  await publish(open, "alert.created", alert("alert-open", "high", "porch:cut"));
  await publish(open, "job.progress", { job_id: "job-1", job_type: "clip_export", progress: 42, status: "running", message: "Half way" });
  await publish(open, "gpu.stats_updated", { utilization: 71.5, memory_used: 8192, memory_total: 16384, temperature: 63, timestamp: now() });
  await publish(open, "service.status_changed", { service: "detector", status: "unhealthy", timestamp: now() });
  const opened = await page(open, "now");
  const tile = (text) => opened.locator(".tile", { hasText: text });
  await tile("porch:cut").waitFor();
  assert((await tile("The cable is cut").innerText()).includes("offline"), "the camera is not offline");
  assert((await tile("clip_export").innerText()).includes("42 %"), "the job's progress is not shown");
  assert((await opened.getByRole("meter", { name: "Busy" }).getAttribute("aria-valuetext")) === "71.5 %", "the GPU's load is not shown");
  assert((await tile("detector").innerText()).includes("unhealthy"), "the service is not unhealthy");
  await opened.screenshot({ path: join(pictures, "now.png") });
  await publish(open, "alert.resolved", { id: "alert-open", event_id: 1, severity: "high", status: "acknowledged", dedup_key: "porch:cut", created_at: now(), updated_at: now() }).catch(async () =>
    publish(open, "alert.deleted", { id: "alert-open" }));
  await publish(open, "camera.online", { camera_id: "porch", camera_name: "porch", timestamp: now() });
  await tile("porch:cut").waitFor({ state: "detached" });
  await opened.locator(".tile", { hasText: /online[\s\S]*porch/ }).waitFor();
  await done(opened);
});

test("Now says soon that there is nothing, where there is nothing", async () => {
  const own = await serve(freePort(), "--memory");
  const opened = await page(own, "now");
  await see(opened, "Asking for the latest of everything");
  await opened.getByText("Connected", { exact: true }).waitFor();
  await opened.getByText("Nothing has been reported yet").waitFor({ timeout: 3_500 });
  await done(opened);
  own.stop();
});

test("Catalog shows a schema, and its form says as one types what is wrong, and publishes", async () => {
  const opened = await page(open, "catalog");
  await opened.getByLabel("Find a type").fill("progress");
  await opened.getByRole("link", { name: /^job\.progress/ }).click();
  await opened.locator("table.fields", { hasText: "job_id" }).waitFor();
  await opened.getByRole("button", { name: "Fill with an example" }).click();
  await see(opened, "Valid");
  await opened.getByLabel(/^progress/).fill("120");
  await see(opened, "must be at most 100");
  await opened.getByRole("button", { name: /^Publish/ }).click();
  await opened.waitForFunction(() => document.activeElement.id === "field-/progress").catch(() => {
    throw new Error("what is wrong is not where one is led");
  });
  await opened.getByLabel(/^progress/).fill("99");
  await see(opened, "Valid");
  await opened.screenshot({ path: join(pictures, "catalog.png"), fullPage: true });
  await opened.getByRole("button", { name: /^Publish/ }).click();
  await opened.getByRole("link", { name: "See it", exact: true }).click();
  await see(opened, '"progress": 99');
  await done(opened);
});

test("every type has a form whose example is valid", async () => {
  const { event_types: types } = await (await ask(open, "/api/v1/catalog")).json();
  for (const { type } of types.filter((entry) => entry.payload !== null && !RESERVED.test(entry.type))) {
    const opened = await page(open, `catalog?type=${type}`);
    await opened.getByRole("button", { name: "Fill with an example" }).click();
    await opened.getByText("Valid", { exact: true }).waitFor().catch(async () => {
      throw new Error(`${type}: ${await opened.locator(".publish").innerText()}`);
    });
    await done(opened);
  }
});

test("Connections shows who is there, and closes one", async () => {
  const socket = new WebSocket(`${open.url.replace("http", "ws")}/ws/events?events=worker.error`);
  const closed = new Promise((resolved) => socket.addEventListener("close", (event) => resolved(event.code)));
  const opened = await page(open, "connections");
  const one = opened.locator("tr", { hasText: "worker.error" });
  await one.waitFor();
  assert((await one.innerText()).includes("127.0.0.1"), "its address is not shown");
  await opened.screenshot({ path: join(pictures, "connections.png") });
  await one.getByRole("button", { name: /^Close/ }).click();
  await opened.getByRole("button", { name: "Close it" }).click();
  assert((await closed) === 4520, `closed with ${await closed}`);
  await one.waitFor({ state: "detached" });
  await done(opened);
});

test("Health tells rates, latencies, refusals by field, and types that nobody publishes or wants", async () => {
  await ask(open, "/api/v1/events", { method: "POST", body: '{"type":"job.started","payload":{"job_id":7}}' });
  await publish(open, "worker.stopped", exampleOf((await (await ask(open, "/api/v1/catalog/worker.stopped/schema")).json()), await (await ask(open, "/api/v1/catalog/worker.stopped/schema")).json()));
  const opened = await page(open, "health");
  await opened.getByText("ready", { exact: true }).waitFor();
  const refused = opened.locator("tr", { hasText: "job.started" });
  await refused.waitFor();
  const told = await refused.innerText();
  assert(/invalid_payload/.test(told) && /job_id type/.test(told) && /job_type required/.test(told), told);
  await opened.locator(".panel", { hasText: "nobody wants" }).getByText("worker.stopped").waitFor();
  assert((await opened.locator(".panel", { hasText: "Never published" }).innerText()).includes("system.error"), "what is never published is not told");
  await opened.locator(".rates canvas").waitFor();
  assert(/\d/.test(await opened.locator("tr", { hasText: "safe in the log" }).innerText()), "no latency is told");
  await opened.screenshot({ path: join(pictures, "health.png"), fullPage: true });
  await done(opened);
});

test("Bridges tells what came in, what became of it, and the last example of what was refused", async () => {
  const post = (body) => ask(open, "/hooks/garage", { method: "POST", body: JSON.stringify(body) });
  assert((await post({ state: "gone", id: "7" })).status === 200, "a post is not taken");
  await post({ state: "there" });
  assert((await post({ state: "gone", id: ["<b>x</b>\u202e"] })).status === 422, "what is no event is not refused");
  const opened = await page(open, "bridges");
  const garage = opened.locator(".bridge", { hasText: "garage" });
  await garage.waitFor();
  const told = await garage.innerText();
  assert(/waits to be called/.test(told) && /In\s+3/.test(told) && /Mapped\s+1/.test(told), told);
  assert(/no_mapping 1/.test(told) && /invalid_payload 1/.test(told) && told.includes("<b>x</b>⟨202E⟩"), told);
  await opened.screenshot({ path: join(pictures, "bridges.png") });
  await done(opened);
});

test("History counts, jumps to a sequence and to a time", async () => {
  const sequence = await publish(open, "alert.created", alert("in-history", "medium"));
  const opened = await page(open, "history");
  await opened.locator(".chart canvas").waitFor();
  await opened.getByLabel("or sequence").fill(String(sequence));
  await opened.getByLabel("or sequence").press("Enter");
  // It may have been below others before: the list begins there when the jump has come to its end.
  await opened.locator(".row").first().filter({ hasText: "in-history" }).waitFor();
  await row(opened, "in-history").click();
  await see(opened, '"severity": "medium"');
  await opened.screenshot({ path: join(pictures, "history.png") });
  await opened.getByRole("button", { name: "← Earlier" }).click();
  await opened.getByRole("button", { name: "Later →" }).click();
  await opened.getByRole("button", { name: "15 min" }).click();
  await opened.locator(".row").first().waitFor();
  await done(opened);
});

// Everybody.

test("everything can be reached and done by keyboard", async () => {
  await publish(open, "alert.created", alert("by-keyboard", "high"));
  const opened = await page(open, "live");
  await row(opened, "by-keyboard").waitFor();
  const focused = () => opened.evaluate(() => document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent);
  const seen = [];
  for (let i = 0; i < 30 && seen.at(-1) !== "Events, the newest first"; i++) {
    await opened.keyboard.press("Tab");
    seen.push(await focused());
    const outlined = await opened.evaluate(() => getComputedStyle(document.activeElement).outlineStyle !== "none");
    assert(outlined, `one does not see that ${seen.at(-1)} has the focus`);
  }
  for (const name of ["To the content", "Now", "Health", "Filter", "Pause", "Events, the newest first"]) {
    assert(seen.includes(name), `${name} is not reached: ${seen.join(" | ")}`);
  }
  await opened.keyboard.press("Home");
  await opened.keyboard.press("ArrowDown");
  await opened.keyboard.press("ArrowUp");
  await opened.keyboard.press("Enter");
  await opened.locator(".details").waitFor();
  assert((await opened.evaluate(() => document.activeElement.closest(".details") !== null)), "the focus is not in the details");
  await opened.keyboard.press("Escape");
  await opened.locator(".details").waitFor({ state: "detached" });
  assert((await focused()) === "Events, the newest first", `the focus is at ${await focused()}`);
  await opened.keyboard.press("p");
  await opened.getByRole("button", { name: "Pause" }).waitFor();
  await done(opened);
});

for (const dark of [false, true]) {
  test(`each screen is accessible ${dark ? "in the dark" : "in the light"} (axe: WCAG 2.2 AA)`, async () => {
    for (const screen of SCREENS) {
      for (const width of [1280, 360]) {
        const opened = await page(open, screen, { dark, width, height: 740 });
        await settled(opened, screen);
        await opened.screenshot({ path: join(pictures, `${screen.replace(/\W/g, "-")}-${width}-${dark ? "dark" : "light"}.png`) });
        const over = await opened.evaluate(() => document.scrollingElement.scrollWidth - innerWidth);
        assert(over <= 0, `${screen} is ${over} px too wide at ${width}`);
        const named = await opened.evaluate(() => {
          const { left, right } = document.querySelector("nav [aria-current]").getBoundingClientRect();
          return left >= 0 && right <= innerWidth;
        });
        assert(named, `one does not see at ${width} that this is ${screen}`);
        const complaints = [...opened.complaints];
        const { violations } = await opened.evaluate(`${axe}; axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"] })`);
        const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target} ${node.failureSummary.split("\n").at(-1).trim()}`).slice(0, 3).join(", ")}`);
        assert(told.length === 0, `${screen} at ${width}: ${told.join("; ")}`);
        opened.complaints = complaints; // what axe itself does is not the page's
        await done(opened);
      }
    }
  });
}

async function settled(opened, screen) {
  await opened.getByText("Connected", { exact: true }).waitFor();
  const sign = { live: ".row", now: ".tile", history: ".chart canvas", catalog: ".types a", connections: "table", bridges: ".bridge", health: ".facts" }[screen.split("?")[0]];
  await opened.locator(screen.includes("?") ? ".publish" : sign).first().waitFor();
}

// Nothing but text.

const HOSTILE = [
  "<img src=x onerror=\"window.broken=1\">",
  "<script>window.broken=1</script>",
  "</code></pre><svg onload=window.broken=1>",
  "javascript:window.broken=1",
  "\u001b[2J\u001b[31mANSI\u0007\u009b31m",
  "\u202eevil\u2066bidi\u2069",
  "&lt;b&gt;${7*7}{{7*7}}",
  "\u2028\u2029\u0000\ufeff",
  "__proto__", "constructor", "toString",
];

/** The same payload with every text that may be any text made hostile; ids stay apart. */
function hostile(value, schema, root, mark, isId = false) {
  if (Array.isArray(value)) {
    return value.map((item) => hostile(item, undefined, root, mark));
  }
  if (value !== null && typeof value === "object") {
    const named = Object.entries(value).map(([name, member]) => [name, hostile(member, undefined, root, mark, /timestamp|_at$/.test(name))]);
    return Object.fromEntries(named);
  }
  return typeof value === "string" && !isId ? `${value}${mark}` : value;
}

test("every field of every type is text, whatever it says", async () => {
  const { event_types: types } = await (await ask(open, "/api/v1/catalog")).json();
  const opened = await page(open, "live");
  await opened.getByText("Connected", { exact: true }).waitFor();
  const published = [];
  let turn = 0;
  for (const { type } of types.filter((entry) => entry.payload !== null && !RESERVED.test(entry.type))) {
    const schema = await (await ask(open, `/api/v1/catalog/${type}/schema`)).json();
    const example = exampleOf(schema, schema);
    for (let i = 0; i < 3; i++) {
      const text = HOSTILE[turn++ % HOSTILE.length];
      const payload = hostile(example, schema, schema, text);
      // A text that only some words may be stays what it was.
      for (let tries = 0; tries < 10; tries++) {
        const answer = await ask(open, `/api/v1/catalog/${type}/validate`, { method: "POST", body: JSON.stringify(payload) });
        if (answer.ok) {
          break;
        }
        for (const { path } of (await answer.json()).details.errors) {
          restore(payload, example, path);
        }
      }
      payload[text] = { [text]: text };
      published.push([type, await publish(open, type, payload, { correlation_id: text, channel: text }), text]);
    }
  }
  for (const [type, sequence] of published) {
    await opened.goto(`${open.url}/console/#/live?at=${sequence}`);
    await opened.locator(".details h2", { hasText: type }).waitFor();
    await opened.locator(".details dd", { hasText: sequence.toLocaleString("en") }).first().waitFor();
    const strange = await opened.evaluate(strangers);
    assert(strange === "", `${type} ${sequence}: ${strange}`);
  }
  for (const screen of ["now", "history", "live?where=%7B%22camera_id%22%3A%22%3Cb%3Ex%22%7D", "catalog?type=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E", "health", "connections", "bridges"]) {
    await opened.goto(`${open.url}/console/#/${screen}`);
    await opened.waitForTimeout(1_000);
    const strange = await opened.evaluate(strangers);
    assert(strange === "", `${screen}: ${strange}`);
  }
  await opened.goto(`${open.url}/console/#/live?at=${published.at(-1)[1]}`);
  await opened.locator(".details h2").waitFor();
  await opened.screenshot({ path: join(pictures, "hostile.png") });
  await done(opened);
});

function restore(payload, example, pointer) {
  const steps = pointer.split("/").slice(1).map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  const last = steps.pop();
  const within = (value) => steps.reduce((at, step) => at?.[step], value);
  if (within(payload) && within(example)) {
    within(payload)[last] = within(example)[last];
  }
}

/** Runs in the page: what there is that only markup of an event could have made, or could not be seen. */
function strangers() {
  const found = [];
  if (window.broken) {
    found.push("a script of an event has run");
  }
  for (const element of document.querySelectorAll("#console *")) {
    if (/^(script|iframe|object|embed|link|style|base|meta|video|audio)$/i.test(element.tagName) || (element.tagName === "IMG" && !element.src.endsWith("/console/icon.svg"))) {
      found.push(`an element ${element.tagName}`);
    }
    if ([...element.attributes].some(({ name, value }) => name.startsWith("on") || /^\s*javascript:/i.test(value) && /^(href|src|action)$/.test(name))) {
      found.push(`an attribute of ${element.tagName}`);
    }
  }
  const text = document.getElementById("console").innerText.replace(/[\n\t]/g, "");
  const unseen = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/.exec(text);
  if (unseen) {
    found.push(`a character that nobody sees: ${unseen[0].codePointAt(0).toString(16)}`);
  }
  return found.join(", ");
}

// Keys.

test("with authentication on it asks for a key, keeps it for the tab, and opens with it", async () => {
  const opened = await page(locked, "live");
  await see(opened, "This hub asks for a key");
  await opened.getByLabel("Key or token").fill("tocsin_wrong_0000000000000000000000000000000000000000000");
  await opened.getByLabel("Key or token").press("Enter");
  await opened.getByRole("alert").waitFor();
  await opened.screenshot({ path: join(pictures, "key.png") });
  await opened.getByLabel("Key or token").fill(locked.key);
  await opened.getByLabel("Key or token").press("Enter");
  await opened.getByText("Connected", { exact: true }).waitFor();
  await publish(locked, "alert.created", alert("behind-a-key", "low"));
  await row(opened, "behind-a-key").waitFor();
  const kept = await opened.evaluate(() => [sessionStorage.length, localStorage.length, document.cookie, location.href]);
  assert(kept[0] === 1 && kept[1] === 0 && kept[2] === "" && !kept[3].includes("tocsin_"), `kept: ${kept}`);
  await opened.reload();
  await opened.getByText("Connected", { exact: true }).waitFor();
  await opened.getByRole("button", { name: "Forget the key" }).click();
  await see(opened, "This hub asks for a key");
  await done(opened);
});

test("a key without a right is told which, and the rest works", async () => {
  const opened = await page(locked, "connections", { key: locked.small });
  await see(opened, "does not have the right “console”");
  await opened.getByRole("link", { name: "Health" }).click();
  await see(opened, "does not have the right “metrics”");
  await opened.getByRole("link", { name: "Live" }).click();
  await opened.getByText("Connected", { exact: true }).waitFor();
  await done(opened);
});

test("a key that is revoked is asked for anew, where one is", async () => {
  const key = makeKey("brief");
  const opened = await page(locked, "live", { key });
  await opened.getByText("Connected", { exact: true }).waitFor();
  execFileSync("./tocsin", ["key", "revoke", key.split("_")[1], "--data", data], { cwd: root, stdio: "ignore" });
  await see(opened, "This hub asks for a key");
  await opened.getByLabel("Key or token").fill(locked.key);
  await opened.getByLabel("Key or token").press("Enter");
  await opened.getByText("Connected", { exact: true }).waitFor();
  assert(opened.url().endsWith("#/live"), opened.url());
  const expected = opened.complaints.filter((complaint) => !/tocsin: `token` gives none/.test(complaint));
  assert(expected.length === 0, `the browser complains: ${expected.join("; ")}`);
  await opened.context().close();
});

test("a key that may read nothing opens what it has a right to", async () => {
  const key = makeKey("operator", "--manage", "metrics", "--manage", "console");
  const opened = await page(locked, "live", { key });
  await see(opened, "“*” matches nothing that may be read with this credential");
  await opened.getByRole("link", { name: "Health" }).click();
  await see(opened, "safe in the log");
  await opened.getByRole("link", { name: "Connections" }).click();
  await see(opened, "Nobody is connected.");
  await opened.context().close(); // its complaint is the client's: that it may not connect
});

test("when the server goes, the page says so, and when it comes back, it goes on", async () => {
  const own = await serve(freePort(), "--memory");
  const opened = await page(own, "live");
  await opened.getByText("Connected", { exact: true }).waitFor();
  own.stop();
  await see(opened, "Disconnected");
  await opened.screenshot({ path: join(pictures, "disconnected.png") });
  const again = await serve(new URL(own.url).port, "--memory");
  await opened.getByText("Connected", { exact: true }).waitFor();
  // The page subscribes once it is connected; what is published before that, in a log that is new, it does not ask for.
  while ((await (await ask(again, "/api/v1/stats")).json()).total_patterns === 0) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await publish(again, "alert.created", alert("after-the-restart", "low"));
  await row(opened, "after-the-restart").waitFor();
  again.stop();
  await done(opened);
});

// The run.

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
let failed = 0;
try {
  data = mkdtempSync(join(tmpdir(), "console-"));
  const bridges = join(data, "bridges.json");
  writeFileSync(bridges, JSON.stringify({ bridges: [
    { name: "garage", kind: "webhook", map: [{ event: "alert.deleted", where: { "payload.state": "gone" }, payload: { id: "{payload.id}" } }] },
    { name: "prod", kind: "alertmanager" },
  ] }));
  open = await serve(freePort(), "--memory", "--bridges", bridges);
  const key = makeKey("everything");
  const small = makeKey("wall", "--subscribe", "*");
  locked = { ...(await serve(freePort(), "--data", data)), key, small };
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--force-color-profile=srgb"] });
  for (const [name, body] of tests.filter(([name]) => chosen.length === 0 || chosen.some((word) => name.includes(word)))) {
    try {
      await body();
      console.log(`ok   ${name}`);
    } catch (failure) {
      failed++;
      console.log(`FAIL ${name}\n     ${String(failure.message).split("\n").slice(0, 6).join("\n     ")}`);
      for (const context of browser.contexts()) {
        const [shown] = context.pages();
        await shown?.screenshot({ path: join(pictures, `failed-${failed}.png`) }).catch(() => {});
        await context.close();
      }
    }
  }
} finally {
  await browser?.close();
  servers.forEach((server) => server.kill("SIGTERM"));
}
process.exitCode = failed > 0 ? 1 : 0;
