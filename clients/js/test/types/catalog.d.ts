// A piece of what GET /api/v1/catalog.d.ts says: the shape that `connect<Events>()` takes. The whole is made by the program.

export interface Envelope<Type extends string, Payload> {
  type: Type;
  payload: Payload;
  timestamp: string;
  sequence: number;
  previous?: number;
  channel?: string;
  correlation_id?: string;
  initial?: true;
}

export type AlertSeverity = "low" | "medium" | "high" | "critical";

export interface AlertCreatedPayload {
  id: string;
  severity: AlertSeverity;
  risk_score?: number | null;
  camera_id: string;
  acknowledged: boolean;
  tags: string[];
}

export interface AlertDeletedPayload {
  id: string;
}

export interface CameraStatusChangedPayload {
  camera_id: string;
  status: "online" | "offline";
}

export interface AlertCreatedEvent extends Envelope<"alert.created", AlertCreatedPayload> {}
export interface AlertDeletedEvent extends Envelope<"alert.deleted", AlertDeletedPayload> {}
export interface CameraStatusChangedEvent extends Envelope<"camera.status_changed", CameraStatusChangedPayload> {}

/** Any event of the catalog: a union on `type`. */
export type TocsinEvent = AlertCreatedEvent | AlertDeletedEvent | CameraStatusChangedEvent;

/** The events by type: what `connect<Events>()` takes. */
export interface Events {
  "alert.created": AlertCreatedEvent;
  "alert.deleted": AlertDeletedEvent;
  "camera.status_changed": CameraStatusChangedEvent;
}
