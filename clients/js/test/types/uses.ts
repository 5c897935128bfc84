// What a TypeScript application writes, and what it must not be able to write. Judged by tsc --strict; never run.
import { connect, TocsinError, type Hub, type StateEvent } from "../../tocsin.js";
import type { AlertCreatedEvent, AlertDeletedEvent, CameraStatusChangedEvent, Events, TocsinEvent } from "./catalog.js";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(_: Same<A, B>): void {}

const hub = connect<Events>("https://hub.example", {
  token: async () => (await fetch("/token")).text(),
  store: sessionStorage,
  shared: true,
});

async function use(): Promise<void> {
  for await (const event of hub.subscribe(["alert.*"], { where: { severity: ["high", "critical"] }, latest: true })) {
    same<typeof event, AlertCreatedEvent | AlertDeletedEvent>(true);
    if (event.type === "alert.created") same<typeof event.payload.severity, "low" | "medium" | "high" | "critical">(true);
    // @ts-expect-error nothing that the pattern matches has this
    event.payload.status;
  }
  for await (const event of hub.subscribe("*")) same<typeof event, TocsinEvent>(true);
  for await (const event of hub.subscribe(["alert.deleted", "camera.*"], { last: 50 })) {
    same<typeof event, AlertDeletedEvent | CameraStatusChangedEvent>(true);
  }
  for await (const event of hub.subscribe("[ac]*")) same<typeof event, TocsinEvent>(true);
  // @ts-expect-error no type begins so
  for await (const { payload } of hub.subscribe("alrt.*")) payload.id;
}

const off: () => void = hub.on("alert.created", ({ payload }) => same<typeof payload, AlertCreatedEvent["payload"]>(true), {
  where: { risk_score: { min: 70 }, acknowledged: false, camera_id: { not: ["yard"] }, $channel: "alerts" },
});
hub.on("ALERT.CREATED", (event) => same<typeof event, AlertCreatedEvent>(true));
// @ts-expect-error not a severity
hub.on("alert.created", () => {}, { where: { severity: "huge" } });
// @ts-expect-error not a field
hub.on("alert.created", () => {}, { where: { severty: "high" } });
// @ts-expect-error bounds are for numbers
hub.on("alert.created", () => {}, { where: { camera_id: { min: 1 } } });
// @ts-expect-error lists are no fields to compare
hub.on("alert.created", () => {}, { where: { tags: "a" } });

async function publish(): Promise<void> {
  try {
    const sequence: number = await hub.publish("camera.status_changed", { camera_id: "front", status: "online" }, { idempotencyKey: "k" });
    same<typeof sequence, number>(true);
  } catch (thrown) {
    if (thrown instanceof TocsinError) {
      const paths: string[] = thrown.faults.map(({ path, code, message }) => path + code + message);
      same<typeof thrown.retryable, boolean>(true);
      paths.sort();
    }
  }
  // @ts-expect-error not a type
  await hub.publish("camera.status_chnged", { camera_id: "front", status: "online" });
  // @ts-expect-error not a status
  await hub.publish("camera.status_changed", { camera_id: "front", status: "on" });
  // @ts-expect-error a field is missing
  await hub.publish("camera.status_changed", { camera_id: "front" });
}

hub.addEventListener("state", ({ state, reason, retryAt }: StateEvent) => {
  same<typeof state, "connecting" | "open" | "waiting" | "closed">(true);
  same<typeof retryAt, number | undefined>(true);
  reason.trim();
});
hub.addEventListener("gap", ({ from, to, subscription }) => [from, to, subscription?.position]);
// @ts-expect-error there is no such event
hub.addEventListener("open", () => {});

// Without a catalog anything may be named, and a field is not known before it was looked at.
const untyped: Hub = connect("http://localhost:8080");
untyped.on("alert.*", ({ type, payload }) => {
  same<typeof type, string>(true);
  same<typeof payload, { [field: string]: unknown }>(true);
});
untyped.on("alert.*", () => {}, { where: { severity: ["high"], risk_score: { min: 1 } } });
void untyped.publish("anything.at_all", { a: 1 });
void [use, publish, off];
