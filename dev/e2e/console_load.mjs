// What a stream of events costs the console's page, and an open page the server.
//
//   node dev/e2e/console_load.mjs MODULES [--rate 2000] [--minutes 10]     long tasks and memory of a page on Live
//   node dev/e2e/console_load.mjs MODULES --server [--pages 10]            CPU of the server for each open page at 200 events/s
//
// MODULES: where playwright-core is installed. Wants a machine to itself. Fails when the page's long tasks reach 100 ms (p99, those under
// 50 ms counted as 50) or its memory grows by more than a quarter after the first third, or a page costs 1 % of a core or more.

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("../..", import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rate: { type: "string" }, minutes: { type: "string" }, server: { type: "boolean" }, pages: { type: "string", default: "10" },
  },
});
const { chromium } = createRequire(`${resolve(positionals[0] ?? ".")}/package.json`)("playwright-core");
const pause = (millis) => new Promise((after) => setTimeout(after, millis));

const child = spawn("./tocsin", ["serve", "--memory", "--port", "0"], { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
const url = await new Promise((found) => {
  let said = "";
  child.stdout.on("data", (piece) => {
    said += piece;
    const address = /listening on (\S+)/.exec(said)?.[1];
    if (address) {
      found(address);
    }
  });
});

/** Publishes evenly, in requests of a tenth of a second each, until it is told to end. */
function stream(rate) {
  let going = true;
  const running = (async () => {
    const each = Math.max(1, Math.round(rate / 10));
    const begun = performance.now();
    for (let i = 0; going; i++) {
      const lines = [];
      for (let j = 0; j < each; j++) {
        const n = i * each + j;
        lines.push(n % 20 === 0
          ? { type: "alert.created", payload: { id: `a-${n}`, event_id: n, severity: ["low", "medium", "high", "critical"][n % 4], status: "pending", dedup_key: `k-${n}`, created_at: new Date().toISOString(), updated_at: new Date().toISOString() } }
          : { type: "detection.new", payload: { detection_id: `d-${n}`, label: ["person", "car", "cat"][n % 3], confidence: 0.9, camera_id: `cam-${n % 12}`, timestamp: new Date().toISOString(), bbox: { x: n % 500, y: 40, width: 90, height: 180 } } });
      }
      await fetch(`${url}/api/v1/events`, { method: "POST", headers: { "Content-Type": "application/x-ndjson" }, body: lines.map((line) => JSON.stringify(line)).join("\n") }).then((answer) => answer.text());
      await pause(Math.max(0, begun + (i + 1) * 100 - performance.now()));
    }
  })();
  return async () => {
    going = false;
    await running;
  };
}

const quantile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;

async function pageUnderLoad(browser, rate, minutes) {
  const page = await browser.newPage();
  await page.addInitScript(() => {
    window.longTasks = [];
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => window.longTasks.push(entry.duration))).observe({ entryTypes: ["longtask"] });
  });
  await page.goto(`${url}/console/#/live`);
  await page.getByText("Connected", { exact: true }).waitFor();
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Performance.enable");
  const end = stream(rate);
  const heap = [];
  for (let i = 0; i < minutes * 6; i++) {
    await pause(10_000);
    await devtools.send("HeapProfiler.collectGarbage");
    const { metrics } = await devtools.send("Performance.getMetrics");
    const of = (name) => metrics.find((metric) => metric.name === name).value;
    heap.push(of("JSHeapUsedSize") / 2 ** 20);
    console.log(`${(i + 1) * 10} s: heap ${heap.at(-1).toFixed(1)} MiB, nodes ${of("Nodes")}, long tasks so far ${await page.evaluate("window.longTasks.length")}, ${await page.locator(".bar-fact").first().innerText()}`);
  }
  await end();
  const tasks = (await page.evaluate("window.longTasks")).sort((a, b) => a - b);
  const third = heap.slice(Math.floor(heap.length / 3), Math.floor((2 * heap.length) / 3));
  const last = heap.slice(Math.floor((2 * heap.length) / 3));
  const mean = (list) => list.reduce((sum, one) => sum + one, 0) / Math.max(1, list.length);
  const p99 = quantile(tasks, 0.99);
  console.log(`${tasks.length} long tasks (50 ms or more) in ${minutes} min at ${rate}/s; p99 ${p99.toFixed(0)} ms, longest ${(tasks.at(-1) ?? 0).toFixed(0)} ms; heap ${mean(third).toFixed(1)} to ${mean(last).toFixed(1)} MiB`);
  return p99 < 100 && mean(last) < 1.25 * mean(third);
}

/** CPU seconds that the server has used: the JVM's own figure is the process's. */
function cpuSeconds() {
  const fields = readFileSync(`/proc/${child.pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function costOfPages(browser, pages) {
  const end = stream(200);
  await pause(15_000); // the JVM warms up
  const measure = async () => {
    const before = cpuSeconds();
    const begun = performance.now();
    await pause(30_000);
    return ((cpuSeconds() - before) * 1000) / (performance.now() - begun);
  };
  const without = await measure();
  for (let i = 0; i < pages; i++) {
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${url}/console/#/live`);
    await page.getByText("Connected", { exact: true }).waitFor();
  }
  await pause(5_000);
  const withThem = await measure();
  await end();
  const each = ((withThem - without) * 100) / pages;
  console.log(`server at 200/s: ${(without * 100).toFixed(2)} % of a core without pages, ${(withThem * 100).toFixed(2)} % with ${pages}: ${each.toFixed(3)} % for each`);
  return each < 1;
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
try {
  const good = values.server ? await costOfPages(browser, Number(values.pages)) : await pageUnderLoad(browser, Number(values.rate ?? 2_000), Number(values.minutes ?? 10));
  process.exitCode = good ? 0 : 1;
} finally {
  await browser.close();
  child.kill("SIGTERM");
}
