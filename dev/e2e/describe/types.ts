// What a user of the types writes; compiled with tsc --strict, never run.
import type { AlertCreatedPayload, CatalogHash, Events, TocsinEvent, ServerEvent } from "./catalog.js";

export function show(event: TocsinEvent): string {
  switch (event.type) {
    case "alert.created": {
      const urgent: "low" | "medium" | "high" | "critical" = event.payload.severity;
      // @ts-expect-error there is no such severity
      const none: "none" = event.payload.severity;
      // @ts-expect-error there is no such field
      return urgent + none + event.payload.sevrity;
    }
    case "camera.status_changed":
      return event.payload.camera_id;
    // @ts-expect-error there is no such type
    case "camera.exploded":
      return "";
    default:
      return `${event.sequence} ${event.timestamp}`;
  }
}

export function on<K extends keyof Events>(type: K, handler: (payload: Events[K]["payload"]) => void): K {
  void handler;
  return type;
}
on("detection.new", payload => payload.bbox?.x.toFixed(1));

// Every type is told apart by its name alone.
type Named<K extends keyof Events> = Events[K]["type"] extends K ? (K extends Events[K]["type"] ? true : never) : never;
export const named: { [K in keyof Events]: Named<K> } = {} as { [K in keyof Events]: true };

export const established = (event: ServerEvent, mine: CatalogHash): boolean =>
  event.type === "connection.established" && event.payload.catalog === mine;

// @ts-expect-error severity is missing
export const incomplete: Pick<AlertCreatedPayload, "id" | "severity"> = { id: "a" };
