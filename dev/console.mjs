// The console as it stands in the sources, in front of a server that runs: change a file, load the page again.
//
//   ./tocsin demo
//   node dev/console.mjs [http://127.0.0.1:8080] [PORT]
//
// Everything but the files of the console goes to the server, and its rules for pages (Content-Security-Policy) hold here too.

import { readFile } from "node:fs/promises";
import { createServer, request } from "node:http";
import { connect } from "node:net";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(fileURLToPath(import.meta.url), "../..");
const places = [join(root, "gateway/src/main/console"), join(root, "gateway/target/classes/dev/tocsin/gateway/console")];
const hub = new URL(process.argv[2] ?? "http://127.0.0.1:8080");
const port = Number(process.argv[3] ?? 8090);
const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml" };

const page = await fetch(new URL("/console/", hub)).catch(() => undefined);
if (!page?.ok) {
  console.error(`There is no console at ${hub}: start a server first, ./tocsin demo`);
  process.exit(1);
}
const rules = Object.fromEntries(["content-security-policy", "x-content-type-options"].map((name) => [name, page.headers.get(name)]));

/** A file of the console; undefined when there is none. */
async function file(path) {
  const name = normalize(path.slice("/console/".length) || "index.html");
  if (name.startsWith("..")) {
    return undefined;
  }
  for (const place of places) {
    try {
      return [await readFile(join(place, name)), extname(name)];
    } catch {
      // Perhaps in the next.
    }
  }
  return undefined;
}

/** The same request as the server's own page would make it. */
function headersOf(headers) {
  const own = { ...headers, host: hub.host };
  if (own.origin) {
    own.origin = hub.origin;
  }
  return own;
}

const server = createServer(async (asked, answer) => {
  const { pathname } = new URL(asked.url, hub);
  const found = pathname.startsWith("/console/") ? await file(pathname) : undefined;
  if (found) {
    answer.writeHead(200, { ...rules, "content-type": types[found[1]] ?? "text/plain; charset=utf-8", "cache-control": "no-store" });
    answer.end(found[0]);
    return;
  }
  const onward = request(new URL(asked.url, hub), { method: asked.method, headers: headersOf(asked.headers) }, (said) => {
    answer.writeHead(said.statusCode, said.headers);
    said.pipe(answer);
  });
  onward.on("error", () => answer.writeHead(502).end());
  asked.pipe(onward);
});

server.on("upgrade", (asked, socket, first) => {
  const onward = connect(Number(hub.port), hub.hostname, () => {
    const headers = Object.entries(headersOf(asked.headers)).map(([name, value]) => `${name}: ${value}\r\n`);
    onward.write(`${asked.method} ${asked.url} HTTP/1.1\r\n${headers.join("")}\r\n`);
    onward.write(first);
    onward.pipe(socket).pipe(onward);
  });
  onward.on("error", () => socket.destroy());
  socket.on("error", () => onward.destroy());
});

server.listen(port, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/console/`));
