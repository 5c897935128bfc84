// A client made from openapi.json: it publishes an event and reads it again.
import createClient from "openapi-fetch";
import type { paths } from "./api.js";

const hub = createClient<paths>({ baseUrl: process.argv[2] ?? "" });

const published = await hub.POST("/api/v1/events", {
  params: { header: { "Idempotency-Key": "client-1" } },
  body: { type: "alert.deleted", payload: { id: "a-17", reason: "made by a generated client" } },
});
const sequence = published.data !== undefined && "sequence" in published.data ? published.data.sequence : 0;

const refused = await hub.POST("/api/v1/events", {
  // @ts-expect-error an alert has no payload without an id
  body: { type: "alert.deleted", payload: {} },
});
const code: string | undefined = refused.error?.error;

const page = await hub.GET("/api/v1/events", {
  params: { query: { events: ["alert.*"], since: sequence - 1, limit: 1 } },
});
const events = typeof page.data === "object" && "events" in page.data ? page.data.events : [];
const first = events[0];
const reason = first !== undefined && "payload" in first && first.type === "alert.deleted" ? first.payload.reason : undefined;

const type = await hub.GET("/api/v1/catalog/{type}", { params: { path: { type: "alert.deleted" } } });

console.log(JSON.stringify({ sequence: sequence > 0, code, reason, required: type.data?.required }));
