// A server of the packaged program, started, killed and started again by a test.
import { spawn, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { root } from "./tools.js";

const program = process.env.TOCSIN_PROGRAM ?? join(root, "tocsin");

export class Server {
  port = Number(execFileSync("python3", [join(root, "dev/e2e/ports.py")]));
  #process;

  /** @param {...string} options those of `tocsin serve` */
  constructor(...options) {
    this.data = mkdtempSync(join(tmpdir(), "tocsin-js-"));
    this.options = options;
  }

  static async start(...options) {
    const server = new Server(...options);
    await server.start();
    return server;
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  async start() {
    const kept = this.options.includes("--memory") ? [] : ["--data", this.data];
    const args = ["serve", "--port", String(this.port), ...kept, ...this.options];
    this.#process = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    this.#process.stderr.on("data", (text) => (said += text));
    for await (const line of createInterface({ input: this.#process.stdout })) {
      if (!line.startsWith("listening on ")) break;
      this.port = Number(line.split(":").at(-1));
      return;
    }
    throw new Error(`the server does not start: ${said}`);
  }

  #end(signal) {
    return new Promise((resolve) => {
      if (this.#process.exitCode !== null || this.#process.signalCode !== null) return resolve();
      this.#process.once("exit", resolve);
      this.#process.kill(signal);
    });
  }

  kill() {
    return this.#end("SIGKILL");
  }

  stop() {
    return this.#end("SIGTERM");
  }

  async remove() {
    await this.kill();
    rmSync(this.data, { recursive: true, force: true });
  }

  /** A command of the program on this server's files; what it prints. */
  run(...args) {
    return execFileSync(program, [...args, "--data", this.data], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  }

  async get(path, token) {
    const answer = await fetch(this.url + path, { headers: token ? { Authorization: `Bearer ${token}` } : {} });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  /** Publishes many events as fast as they are taken, a request for each thousand. */
  async publish(events, token) {
    for (let from = 0; from < events.length; from += 1000) {
      const answer = await fetch(`${this.url}/api/v1/events`, {
        method: "POST",
        headers: { "Content-Type": "application/x-ndjson", ...(token && { Authorization: `Bearer ${token}` }) },
        body: events.slice(from, from + 1000).map((event) => `${JSON.stringify(event)}\n`).join(""),
      });
      const { accepted } = await answer.json();
      if (accepted !== Math.min(1000, events.length - from)) throw new Error(`${answer.status}: ${accepted} accepted`);
    }
  }

  /** The whole log, or what a query finds in it. */
  async history(query = {}) {
    const all = [];
    for (let since = 0; ; ) {
      const { events, next_since: next } = await this.get(`/api/v1/events?${new URLSearchParams({ limit: 1000, ...query, since })}`);
      all.push(...events);
      if (next === since) return all;
      since = next;
    }
  }
}

/** `count` alerts that say which they are. */
export function alerts(count, from = 0) {
  return Array.from({ length: count }, (_, index) => ({ type: "alert.deleted", payload: { id: String(from + index) } }));
}
