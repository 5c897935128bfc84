// The files of docs/web.md, as they stand there, in a real Chromium.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterEach, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { alerts, Server } from "./server.js";
import { client, launch, root, until } from "./tools.js";

const example = (name) => readFileSync(fileURLToPath(new URL(`../examples/${name}`, import.meta.url)), "utf8");
const ends = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A web server that has one page, whose text may be set when the hub's address is known. */
async function webServer() {
  const web = createServer((_, answer) => answer.setHeader("Content-Type", "text/html").end(web.text));
  await new Promise((resolve) => web.listen(0, "127.0.0.1", resolve));
  ends.push(() => web.close());
  return Object.assign(web, { port: web.address().port });
}

async function hub(...options) {
  const server = new Server(...options);
  ends.push(() => server.remove());
  return server;
}

async function page(...options) {
  const browser = await launch(...options);
  ends.push(() => browser.close());
  return browser.newPage();
}

const lines = (one) => one.locator("#alerts li").allTextContents();

test("the client that the hub serves is the file that npm has", async () => {
  const server = await hub();
  await server.start();
  for (const name of ["tocsin.js", "tocsin.d.ts"]) {
    const answer = await fetch(`${server.url}/client/${name}`);
    assert.equal(await answer.text(), readFileSync(join(client, "..", name), "utf8"));
  }
});

test("a page of another origin, on a port of its own", async () => {
  const web = await webServer();
  const origin = `http://localhost:${web.port}`;
  const server = await hub("--allow-origin", origin);
  await server.start();
  await server.publish(alerts(1));
  web.text = example("page.html").replaceAll("http://localhost:8080", server.url);
  const one = await page();
  await one.goto(origin);
  await until("it shows what is the case", async () => (await lines(one)).includes("alert.deleted 0"));
  await server.publish(alerts(1, 1));
  await until("it shows what comes", async () => (await lines(one))[0] === "alert.deleted 1");
});

test("without the option the page cannot even load the client, and the refusal names the option", async () => {
  const server = await hub();
  await server.start();
  const answer = await fetch(`${server.url}/client/tocsin.js`, { headers: { Origin: "http://localhost:5173" } });
  assert.equal(answer.status, 403);
  assert.match((await answer.json()).detail, /--allow-origin http:\/\/localhost:5173/);
});

test("a page without an origin is refused whatever is allowed; an app's own origin is not", async () => {
  const apps = ["capacitor://localhost", "https://localhost", "tauri://localhost", "app://.", "https://appassets.androidplatform.net"];
  const server = await hub(...apps.flatMap((origin) => ["--allow-origin", origin]));
  await server.start();
  for (const origin of apps) {
    const answer = await fetch(`${server.url}/client/tocsin.js`, { headers: { Origin: origin } });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("access-control-allow-origin"), origin);
  }
  const refused = await fetch(`${server.url}/client/tocsin.js`, { headers: { Origin: "null" } });
  assert.equal(refused.status, 403);
  // What a webview does that opens a file: the client beside it loads, and the hub hears of no origin.
  const one = await page("--allow-file-access-from-files");
  const file = join(server.data, "page.html");
  writeFileSync(file, example("page.html").replace("http://localhost:8080/client/tocsin.js", pathToFileURL(client).href).replaceAll("http://localhost:8080", server.url));
  await one.goto(pathToFileURL(file).href);
  await until("it says that it waits", async () => /waiting/.test(await one.locator("#state").textContent()));
  assert.deepEqual(await lines(one), []);
});

test("a LAN name, with a key", async () => {
  const web = await webServer();
  const server = await hub("--allow-host", "tocsin.lan", "--allow-origin", `http://tocsin.lan:${web.port}`);
  const key = server.run("key", "new", "wall", "--subscribe", "alert.*").trim();
  const writer = server.run("key", "new", "writer").trim();
  await server.start();
  web.text = example("lan.html").replaceAll("http://tocsin.lan:8080", `http://tocsin.lan:${server.port}`);
  const one = await page("--host-resolver-rules=MAP tocsin.lan 127.0.0.1");
  await one.goto(`http://tocsin.lan:${web.port}`);
  const open = async (text) => {
    await one.locator("#key").fill(text);
    await Promise.all([one.waitForNavigation(), one.getByRole("button").click()]);
  };
  await open("tocsin_aaaaaaaaaa_bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb");
  await until("it says that the key is no good, and asks again", async () => /closed/.test(await one.locator("#state").textContent()) && one.locator("#key").isVisible());
  await open(key);
  await until("it is open", async () => /open/.test(await one.locator("#state").textContent()));
  await server.publish(alerts(1), writer);
  await until("it shows what comes", async () => (await lines(one))[0] === "alert.deleted 0");
  assert(!(await one.locator("#key").isVisible()));
});

test("docs/web.md shows these files as they are", () => {
  const text = readFileSync(join(root, "docs", "web.md"), "utf8");
  for (const name of ["page.html", "lan.html"]) assert(text.includes(example(name).trim()), name);
});
