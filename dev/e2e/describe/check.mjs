// What the hub tells of itself, judged by those who wrote the standards: the AsyncAPI parser, an OpenAPI validator, tsc, a generated
// client, the CloudEvents SDK.
//   node check.mjs BUILT_IN_URL ODD_URL FOLDER    the second server has the catalog of describe/src/test/resources/catalog
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync, existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import assert from "node:assert/strict";

const [builtIn, odd, work] = process.argv.slice(2);
const here = dirname(fileURLToPath(import.meta.url));
const modules = join(work, "node_modules");
const require = createRequire(join(work, "x.js"));
const load = name => import(require.resolve(name));
let failures = 0;

async function check(name, test) {
  try {
    const told = await test();
    console.log(`ok   ${name}${told === undefined ? "" : `: ${told}`}`);
  } catch (e) {
    failures++;
    console.log(`FAIL ${name}: ${e.stdout ?? ""}${e.stack ?? e}`);
  }
}

const text = async (url, path, headers = {}) => (await fetch(url + path, { headers })).text();
const json = async (url, path) => JSON.parse(await text(url, path));

function folder(name) {
  const path = join(work, name);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, "package.json"), '{"type":"module"}');
  if (!existsSync(join(path, "node_modules"))) symlinkSync(modules, join(path, "node_modules"));
  return path;
}

function tsc(path, files, ...options) {
  const strict = ["--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess", "--target", "es2022", "--module", "nodenext"];
  execFileSync("node", [join(modules, "typescript/bin/tsc"), ...strict, ...options, ...files], { cwd: path, encoding: "utf8" });
}

for (const [name, url] of [["built-in types", builtIn], ["odd types", odd]]) {
  const path = folder(name.replace(" ", "-"));

  await check(`${name}: AsyncAPI's parser`, async () => {
    const { Parser } = await load("@asyncapi/parser");
    const { document, diagnostics } = await new Parser().parse(await text(url, "/api/v1/asyncapi.json"));
    const faults = diagnostics.filter(d => d.severity < 2).map(d => `${d.message} at ${d.path.join("/")}`);
    assert.deepEqual(faults, []);
    return `${document.allMessages().all().length} messages, ${document.allOperations().all().length} operations`;
  });

  await check(`${name}: OpenAPI 3.1`, async () => {
    const { Validator } = await load("@seriousme/openapi-schema-validator");
    const validator = new Validator();
    const result = await validator.validate(await json(url, "/api/v1/openapi.json"));
    assert.ok(result.valid, JSON.stringify(result.errors));
    assert.equal(validator.version, "3.1");
  });

  await check(`${name}: examples, by Ajv`, async () => {
    const { default: Ajv } = await load("ajv/dist/2020.js");
    const { default: addFormats } = await load("ajv-formats");
    const { default: Ajv7 } = await load("ajv");
    let count = 0;
    for (const [page, Judge] of [["openapi", Ajv], ["asyncapi", Ajv7]]) {
      const document = await json(url, `/api/v1/${page}.json`);
      const ajv = (addFormats.default ?? addFormats)(new (Judge.default ?? Judge)({ strict: false, validateFormats: true, discriminator: false, unicodeRegExp: true }));
      ajv.addSchema({ $id: "doc", components: document.components });
      const judge = (schema, value) => {
        const whole = JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"doc#/components'));
        const valid = ajv.compile(whole);
        assert.ok(valid(value), `${JSON.stringify(value)}: ${ajv.errorsText(valid.errors)}`);
        count++;
      };
      const walk = node => {
        if (node === null || typeof node !== "object") return;
        if (node.schema && node.examples && !Array.isArray(node.examples)) for (const e of Object.values(node.examples)) judge(node.schema, e.value);
        if (node.payload && Array.isArray(node.examples)) for (const e of node.examples) judge(node.payload, e.payload);
        if (node.properties && Array.isArray(node.examples)) for (const e of node.examples) judge(node, e);
        for (const inner of Object.values(node)) walk(inner);
      };
      walk(document.paths ?? document.channels);
      walk(document.components);
    }
    assert.ok(count > 150, `only ${count}`);
    return `${count} examples`;
  });

  await check(`${name}: catalog.d.ts, by tsc --strict`, async () => {
    writeFileSync(join(path, "catalog.d.ts"), await text(url, "/api/v1/catalog.d.ts"));
    copyFileSync(join(here, "types.ts"), join(path, "types.ts"));
    // Each example of a payload is of its type, and of no other than its own name.
    const { event_types: types } = await json(url, "/api/v1/catalog");
    let examples = 'import type { Events, ServerEvents, CatalogEvent } from "./catalog.js";\n';
    for (const [i, { type, payload }] of types.entries()) {
      examples += `export const type${i}: CatalogEvent["type"] = ${JSON.stringify(type)};\n`;
      if (payload === null) continue;
      const schema = await json(url, `/api/v1/catalog/${type}/schema`);
      const server = /^(connection\..*|error)$/.test(type) ? "ServerEvents" : "Events";
      for (const [k, example] of (schema.examples ?? []).entries()) {
        examples += `export const example${i}_${k}: ${server}[${JSON.stringify(type)}]["payload"] = ${JSON.stringify(example)};\n`;
      }
    }
    writeFileSync(join(path, "examples.ts"), examples);
    tsc(path, ["types.ts", "examples.ts", "catalog.d.ts"], "--noEmit");
    return `${types.length} types`;
  });
}

await check("all that stats say is described", async () => {
  const { components } = await json(builtIn, "/api/v1/openapi.json");
  const undescribed = (value, schema, path) => {
    if (Array.isArray(value)) return value.flatMap(item => undescribed(item, schema.items, `${path}[]`));
    if (value === null || typeof value !== "object" || !schema.properties) return [];
    return Object.entries(value).flatMap(([name, inner]) =>
      schema.properties[name] ? undescribed(inner, schema.properties[name], `${path}.${name}`) : [`${path}.${name}`]);
  };
  const stats = await json(builtIn, "/api/v1/stats");
  assert.deepEqual(undescribed(stats, components.schemas.stats, "stats"), []);
  assert.deepEqual(components.schemas.stats.properties.log.properties.kind.enum.includes(stats.log.kind), true);
});

await check("what the command prints is what the server tells", async () => {
  const printed = execFileSync("./tocsin", ["catalog", "types"], { encoding: "utf8", maxBuffer: 1 << 26 });
  assert.equal(printed, await text(builtIn, "/api/v1/catalog.d.ts"));
  for (const page of ["openapi", "asyncapi"]) {
    const document = execFileSync("./tocsin", ["catalog", page], { encoding: "utf8", maxBuffer: 1 << 26 });
    assert.deepEqual(JSON.parse(document), await json(builtIn, `/api/v1/${page}.json`));
  }
});

await check("a client that openapi-typescript made", async () => {
  const path = folder("client");
  writeFileSync(join(path, "openapi.json"), await text(builtIn, "/api/v1/openapi.json"));
  execFileSync("node", [join(modules, "openapi-typescript/bin/cli.js"), "openapi.json", "-o", "api.d.ts"], { cwd: path, stdio: "pipe" });
  copyFileSync(join(here, "client.ts"), join(path, "client.ts"));
  writeFileSync(join(path, "node.d.ts"), "declare const process: { argv: string[] };\n");
  tsc(path, ["client.ts", "api.d.ts", "node.d.ts"], "--lib", "es2022,dom,dom.iterable", "--skipLibCheck");
  const told = JSON.parse(execFileSync("node", ["client.js", builtIn], { cwd: path, encoding: "utf8" }));
  assert.deepEqual(told, { sequence: true, code: "invalid_payload", reason: "made by a generated client", required: ["id"] });
});

await check("all payloads through the CloudEvents SDK and back", async () => {
  const { CloudEvent, HTTP } = await load("cloudevents");
  const { event_types: types, catalog } = await json(odd, "/api/v1/catalog");
  const stats = await json(odd, "/api/v1/stats");
  assert.equal(stats.catalog, catalog);
  const source = "/cameras/front%20door?gr%C3%B6%C3%9Fe=1";
  const events = [];
  for (const { type, payload } of types) {
    const example = payload === null ? undefined : (await json(odd, `/api/v1/catalog/${type}/schema`)).examples?.[0];
    if (example === undefined || /^(connection\..*|error)$/.test(type)) continue;
    events.push(new CloudEvent({ type: `tocsin.${type}`, source, data: example, time: "2026-01-09T12:00:00.123Z", correlationid: "Euro € 100% \"quoted\"", channel: "one two" }));
  }
  // The SDK writes attributes into headers as they are; the binding wants them percent-encoded.
  const encoded = (headers) =>
    Object.fromEntries(Object.entries(headers).map(([name, value]) =>
      [name, name.toLowerCase().startsWith("ce-") ? value.replace(/[^!-~]|["%]/gu, encodeURIComponent) : value]));
  const post = async ({ headers: plain, body }) => {
    const headers = encoded(plain);
    const answer = await fetch(`${odd}/api/v1/events`, { method: "POST", headers, body });
    return { status: answer.status, ...(await answer.json()) };
  };
  let since = stats.newest_sequence;
  const modes = { structured: HTTP.structured, binary: HTTP.binary };
  for (const [mode, write] of Object.entries(modes)) {
    for (const event of events) {
      const told = await post(write(event.cloneWith({ id: `${mode}-${event.id}` })));
      assert.equal(told.status, 201, `${mode} ${event.type}: ${JSON.stringify(told)}`);
    }
  }
  const batch = await post({ headers: { "Content-Type": "application/cloudevents-batch+json" }, body: JSON.stringify(events) });
  assert.equal(batch.accepted, events.length, JSON.stringify(batch));
  // A repetition is the same event, in whatever form.
  const again = await post(HTTP.binary(events[0]));
  assert.deepEqual([again.status, again.sequence], [201, batch.first_sequence]);

  let count = 0;
  for (const [mode, accept] of [["structured", true], ["binary", false], ["batch", true]]) {
    const answer = await fetch(`${odd}/api/v1/events?since=${since}&limit=${events.length}${accept ? "" : "&format=cloudevents"}`, {
      headers: accept ? { accept: "application/cloudevents-batch+json" } : {},
    });
    const body = await answer.text();
    const read = accept
      ? HTTP.toEvent({ headers: Object.fromEntries(answer.headers), body })
      : JSON.parse(body).events.map(event => new CloudEvent(event));
    assert.equal(read.length, events.length);
    for (const [i, event] of read.entries()) {
      assert.deepEqual(event.data, JSON.parse(JSON.stringify(events[i].data)), mode);
      for (const name of ["type", "time", "correlationid", "channel"]) assert.deepEqual(event[name], events[i][name], `${mode} ${name}`);
      assert.equal(event.source, `/tocsin/${stats.epoch}`);
      assert.equal(event.id, `${stats.epoch}:${since + i + 1}`);
      assert.equal(event.sequence, String(since + i + 1));
      event.validate();
      count++;
    }
    since = accept ? Number(answer.headers.get("tocsin-next-since")) : JSON.parse(body).next_since;
  }
  const page = await json(odd, "/api/v1/events?format=cloudevents&events=alert.deleted&limit=1");
  assert.equal(page.events[0].subject, page.events[0].data.id);
  return `${events.length} payloads, ${count} events`;
});

process.exit(failures === 0 ? 0 : 1);
