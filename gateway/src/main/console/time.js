// Times, in the viewer's zone; the same in UTC where one points at it.

import { tags } from "./tags.js";
import { duration, harmless } from "./text.js";

const short = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});
const full = new Intl.DateTimeFormat(undefined, {
  year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit",
  hourCycle: "h23", timeZoneName: "short",
});

/** The moment that an ISO 8601 text names; null when that is none. */
export function moment(text) {
  const millis = typeof text === "string" ? Date.parse(text.replace(",", ".")) : Number.NaN;
  return Number.isNaN(millis) ? null : new Date(millis);
}

function utc(date) {
  return date.toISOString().replace("T", " ").replace("Z", " UTC");
}

function time(text, write) {
  const date = moment(text);
  return date === null
    ? tags.span({ class: "time" }, harmless(text ?? ""))
    : tags.time({ class: "time", dateTime: date.toISOString(), title: utc(date) }, write(date));
}

/** The time of day, with its thousandths where there is room. */
export const timeOfDay = (text) =>
  time(text, (date) => [short.format(date), tags.span({ class: "millis" }, `.${String(date.getMilliseconds()).padStart(3, "0")}`)]);

/** Day and time. */
export const dayAndTime = (text) => time(text, (date) => full.format(date));

/** How long ago; the day and time where one points at it. */
export function ago(text, now = Date.now()) {
  return time(text, (date) => {
    const seconds = Math.max(0, (now - date.getTime()) / 1000);
    return seconds < 2 ? "now" : `${duration(Math.floor(seconds))} ago`;
  });
}

/** What goes into a field for day and time, in the viewer's zone. */
export function forField(date) {
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19);
}
