// How much an event matters, and what it says in one line.

import { tags } from "./tags.js";
import { line } from "./text.js";

/** From what matters most to what is good news and what is only news. */
export const LEVELS = ["critical", "high", "medium", "low", "ok", "info"];

const BY_WORD = {
  critical: "critical", high: "high", medium: "medium", low: "low",
  offline: "high", error: "high", failed: "high", restart_failed: "critical", unhealthy: "critical",
  degraded: "medium", restarting: "medium", stopping: "low", stopped: "low", cancelled: "low", unknown: "low",
  online: "ok", healthy: "ok", running: "ok", completed: "ok", ready: "ok",
};

const BY_ACTION = {
  error: "high", failed: "high", offline: "high", health_check_failed: "medium", restarting: "medium",
  disabled: "low", cancelled: "low", online: "ok", recovered: "ok", completed: "ok", resolved: "ok", enabled: "ok",
};

const WORDS = ["severity", "risk_level", "health", "status", "state"];

/** The level of a word such as `offline`; undefined where it says nothing. */
export const levelOfWord = (word) => (Object.hasOwn(BY_WORD, word) ? BY_WORD[word] : undefined);

/** The level of an event. */
export function levelOf({ type, payload }) {
  for (const field of WORDS) {
    const word = payload?.[field];
    if (typeof word === "string" && Object.hasOwn(BY_WORD, word) && isTelling(type, field)) {
      return BY_WORD[word];
    }
  }
  const action = String(type).slice(String(type).indexOf(".") + 1);
  return Object.hasOwn(BY_ACTION, action) ? BY_ACTION[action] : "info";
}

// The status of an alert or of a job that goes on says nothing of how bad it is.
function isTelling(type, field) {
  return field !== "status" || !/^(alert\.|job)/.test(type);
}

// A shape for each level, so that colour is not all that tells them apart.
const SHAPES = {
  critical: { d: "M8 1l7 7-7 7-7-7z" },
  high: { d: "M8 2l7 12H1z" },
  medium: { d: "M2.5 2.5h11v11h-11z" },
  low: { d: "M8 2.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11z" },
  ok: { d: "M2.5 8.5l3.7 3.7 7.3-8", open: true },
  info: { d: "M8 6.2a1.8 1.8 0 1 1 0 3.6 1.8 1.8 0 0 1 0-3.6z" },
};

/** The mark of a level. */
export function mark(level) {
  const { d, open } = SHAPES[level];
  return tags.svg(
    { class: `mark mark-${level}`, viewBox: "0 0 16 16", "aria-hidden": "true" },
    tags.path({ d, class: open ? "open" : null }),
  );
}

/** The mark of a level with its word. */
export function badge(level, word = level) {
  return tags.span({ class: `badge level-${level}` }, mark(level), line(word, 40));
}

const percent = (share) => (typeof share === "number" ? `${Math.round(share * 100)} %` : null);

const TELLING = ["summary", "message", "reason", "error", "error_message", "label", "status", "severity"];
const NAMES = ["camera_name", "camera_id", "service", "worker_name", "job_type", "job_id", "id", "batch_id"];

const GISTS = {
  "detection.new": (p) => [p.camera_id, `${line(p.label, 60)} ${percent(p.confidence) ?? ""}`],
  "detection.batch": (p) => [
    p.camera_id,
    Array.isArray(p.detections) ? p.detections.map((d) => line(d?.label ?? "?", 30)).slice(0, 12).join(", ") : null,
  ],
  "event.created": (p) => [p.camera_id, `risk ${line(p.risk_score, 12)}`, p.summary],
  "alert.created": (p) => [p.id, p.severity, p.dedup_key],
  "camera.status_changed": (p) => [p.camera_name ?? p.camera_id, change(p), p.reason],
  "service.status_changed": (p) => [p.service, change(p), p.message],
  "scene_change.detected": (p) => [p.camera_id, p.change_type, `${percent(p.similarity_score) ?? ""} alike`],
  "gpu.stats_updated": (p) => [
    p.utilization != null && `${line(p.utilization, 12)} % busy`,
    p.temperature != null && `${line(p.temperature, 12)} °C`,
    p.inference_fps != null && `${line(p.inference_fps, 12)} frames/s`,
  ],
  "system.status": (p) => [p.health, p.cameras && `${line(p.cameras.active ?? "?", 12)} of ${line(p.cameras.total ?? "?", 12)} cameras active`],
  "system.health_changed": (p) => [p.previous_health ? `${line(p.previous_health, 30)} → ${line(p.health, 30)}` : p.health],
  "job.progress": (p) => [p.job_type, `${line(p.progress, 12)} %`, p.message ?? p.status],
};

const change = (p) => (p.previous_status ? `${line(p.previous_status, 30)} → ${line(p.status, 30)}` : p.status);

/** What an event says, in one line. */
export function gist(event) {
  const payload = event.payload ?? {};
  const told = Object.hasOwn(GISTS, event.type) ? GISTS[event.type](payload) : usual(payload);
  const words = told.filter((word) => word !== null && word !== undefined && word !== false && word !== "");
  return words.length > 0 ? words.map((word) => line(word, 160)).join(" · ") : line(payload, 160);
}

function usual(payload) {
  const name = NAMES.find((field) => payload[field] !== undefined && payload[field] !== null);
  const telling = TELLING.filter((field) => payload[field] !== undefined && payload[field] !== null);
  return [name && payload[name], ...telling.slice(0, 2).map((field) => payload[field])];
}
