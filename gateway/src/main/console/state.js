// What is the case, made of the latest events: each thing by its key, with what was last said of it.

import { LEVELS, levelOf, levelOfWord } from "./level.js";

const MOST_OF_A_KIND = 1_000;

const AFTER_WORKER = {
  "worker.started": "running", "worker.stopped": "stopped", "worker.health_check_failed": "check failed",
  "worker.restarting": "restarting", "worker.recovered": "running", "worker.error": "error",
};
const AFTER_CAMERA = {
  "camera.online": "online", "camera.offline": "offline", "camera.error": "error", "camera.enabled": "enabled", "camera.disabled": "disabled",
};
const AFTER_JOB = {
  "job.started": "running", "job.progress": "running", "job.completed": "completed", "job.failed": "failed", "job.cancelled": "cancelled",
};
const ENDS_OF_ALERTS = new Set(["alert.resolved", "alert.dismissed", "alert.deleted"]);
// What says nothing of how a thing fares.
const ASIDE = new Set(["camera.config_updated", "detection.new"]);

const byLevel = (a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level) || (a.key < b.key ? -1 : 1);
const newest = (a, b) => b.event.sequence - a.event.sequence;

export class State {
  constructor() {
    this.kinds = { alert: new Map(), camera: new Map(), service: new Map(), worker: new Map(), job: new Map(), gpu: new Map() };
    this.seen = new Map();
    this.overall = undefined;
    this.changes = 0;
  }

  get isEmpty() {
    return this.overall === undefined && Object.values(this.kinds).every((kind) => kind.size === 0);
  }

  /** Takes the next event. Those that come first are the latest of each type, in their order. */
  take(event) {
    const { type, payload = {} } = event;
    this.changes++;
    if (type === "detection.new") {
      this.keep(this.seen, payload.camera_id, event);
      return;
    }
    const domain = type.split(".", 1)[0];
    if (domain === "system") {
      this.overall = payload.health ? event : this.overall;
      return;
    }
    const kind = this.kinds[domain];
    if (kind === undefined || ASIDE.has(type)) {
      return;
    }
    const key = keyOf(domain, payload);
    if (key === undefined) {
      return;
    }
    if (ENDS_OF_ALERTS.has(type)) {
      kind.delete(key);
      return;
    }
    const before = kind.get(key);
    const started = type === "job.started" || type === "alert.created";
    this.keep(kind, key, {
      key,
      event,
      payload: started ? payload : { ...before?.payload, ...payload },
      acknowledged: !started && (before?.acknowledged || type === "alert.acknowledged" || payload.status === "acknowledged"),
      ...wordAndLevel(domain, event),
    });
  }

  /** The one of which nothing was heard for longest goes, when there are too many. */
  keep(map, key, value) {
    map.delete(key);
    map.set(key, value);
    if (map.size > MOST_OF_A_KIND) {
      map.delete(map.keys().next().value);
    }
  }

  openAlerts() {
    const level = (item) => LEVELS.indexOf(levelOf({ type: "alert.created", payload: item.payload }));
    return [...this.kinds.alert.values()].sort((a, b) => level(a) - level(b) || newest(a, b));
  }

  cameras() {
    return [...this.kinds.camera.values()].map((item) => ({ ...item, seen: this.seen.get(item.key) })).sort(byLevel);
  }

  services() {
    return [...this.kinds.service.values()].sort(byLevel);
  }

  workers() {
    return [...this.kinds.worker.values()].sort(byLevel);
  }

  /** Those that run first, then those that have ended, the latest first. */
  jobs() {
    const rank = (item) => (item.word === "running" ? 0 : item.word === "failed" ? 1 : 2);
    return [...this.kinds.job.values()].sort((a, b) => rank(a) - rank(b) || newest(a, b));
  }

  gpus() {
    return [...this.kinds.gpu.values()];
  }

  health() {
    return this.overall;
  }
}

function keyOf(domain, payload) {
  const key = { alert: payload.id, camera: payload.camera_id, service: payload.service, worker: payload.worker_name, job: payload.job_id, gpu: "gpu" }[domain];
  return key === undefined || key === null ? undefined : String(key);
}

function wordAndLevel(domain, event) {
  const { type, payload } = event;
  const words = { camera: AFTER_CAMERA, worker: AFTER_WORKER, job: AFTER_JOB }[domain] ?? {};
  const word = words[type] ?? payload.status ?? payload.state ?? type.split(".")[1];
  const level = domain === "job" && word === "running" ? "info" : (levelOfWord(word) ?? levelOf(event));
  return { word: String(word), level };
}
