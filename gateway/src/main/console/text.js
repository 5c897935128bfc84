// What is shown of text that came from elsewhere.

// Controls (ANSI sequences begin with one), marks that turn the direction of writing, and what takes no room.
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;
const LONGEST_LINE = 300;

/** The same text with every character that cannot be seen, or that moves others, made visible. */
export function harmless(text) {
  return String(text).replace(UNSEEN, shown);
}

function shown(unseen) {
  const code = unseen.codePointAt(0);
  if (code < 0x20) {
    return String.fromCharCode(0x2400 + code);
  }
  return code === 0x7f ? "\u2421" : `\u27e8${code.toString(16).toUpperCase().padStart(4, "0")}\u27e9`;
}

/** One line of it, not too long. */
export function line(value, longest = LONGEST_LINE) {
  const text = typeof value === "string" ? value : JSON.stringify(value) ?? "";
  return harmless(text.length > longest ? `${text.slice(0, longest)}…` : text);
}

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const oneDigit = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

/** A number for people: 12,345 or 3.4. */
export function number(value) {
  return (Math.abs(value) < 100 ? oneDigit : whole).format(value);
}

/** An exact number, such as a sequence. */
export function exact(value) {
  return whole.format(value);
}

export function count(value, one, many = `${one}s`) {
  return `${exact(value)} ${value === 1 ? one : many}`;
}

/** Bytes for people. */
export function bytes(value) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let rest = value;
  let unit = 0;
  while (rest >= 1024 && unit < units.length - 1) {
    rest /= 1024;
    unit++;
  }
  return `${number(rest)} ${units[unit]}`;
}

/** A stretch of time for people. */
export function duration(seconds) {
  if (seconds < 1) {
    return `${number(seconds * 1000)} ms`;
  }
  const steps = [[86_400, "d"], [3_600, "h"], [60, "min"], [1, "s"]];
  const [size, name] = steps.find(([least]) => seconds >= least);
  const rest = seconds % size;
  const next = steps.find(([least]) => least < size);
  const tail = next && size > 1 && rest >= next[0] ? ` ${Math.floor(rest / next[0])} ${next[1]}` : "";
  return `${Math.floor(seconds / size)} ${name}${tail}`;
}
