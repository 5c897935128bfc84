// What stands between a client and its server, and does what proxies and networks do.
import { connect, createServer } from "node:net";

export class Proxy {
  /** `pass`, `hang` (nothing gets through, nobody is told), `refuse`, a status such as 502, or `no-upgrade`. */
  mode = "pass";
  /** Which requests the mode is for, by the address: the others pass. */
  only = "/";
  /** Is asked for each request's head, and may change it. @type {(head: string) => string} */
  rewrite = (head) => head;
  /** How many connections were made. */
  connections = 0;
  #sockets = new Set();

  /** @param {() => number} port of the server */
  constructor(port) {
    this.target = port;
  }

  static async to(server) {
    const proxy = new Proxy(() => server.port);
    proxy.listener = createServer((socket) => proxy.#take(socket));
    await new Promise((resolve) => proxy.listener.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get url() {
    return `http://127.0.0.1:${this.listener.address().port}`;
  }

  #take(client) {
    this.connections++;
    client.on("error", () => {});
    if (this.mode === "refuse" && this.only === "/") return client.destroy();
    if (this.mode === "hang") return this.#sockets.add(client);
    client.once("data", (data) => {
      let head = this.rewrite(data.toString("latin1"));
      const upgrades = /^upgrade:/im.test(head);
      const mode = head.split(" ")[1].startsWith(this.only) ? this.mode : "pass";
      if (mode === "refuse") return client.destroy();
      if (typeof mode === "number") {
        return client.end(`HTTP/1.1 ${mode} No\r\nContent-Type: text/html\r\nContent-Length: 3\r\nConnection: close\r\n\r\nno\n`);
      }
      if (upgrades && mode === "no-upgrade") head = head.replace(/^(upgrade|connection|sec-websocket-[^:]*):.*\r\n/gim, "");
      const server = connect(this.target(), "127.0.0.1");
      server.on("error", () => client.destroy());
      server.write(Buffer.from(head, "latin1"));
      const pair = { client, server, forward: true };
      this.#sockets.add(pair);
      client.on("data", (more) => pair.forward && server.write(more));
      server.on("data", (more) => pair.forward && client.write(more));
      client.on("close", () => server.destroy());
      server.on("close", () => pair.forward && client.destroy());
    });
  }

  /** The network is gone: what is open stays open, and silent. */
  hang() {
    this.mode = "hang";
    for (const pair of this.#sockets) pair.forward = false;
  }

  /** Cuts what is open. */
  cut() {
    for (const pair of this.#sockets) (pair.client ?? pair).destroy();
    this.#sockets.clear();
  }

  close() {
    this.cut();
    this.listener.close();
  }
}
