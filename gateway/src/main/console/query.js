// What somebody types to see a part of the events: patterns, and conditions on fields.

/** The patterns of a text: separated by commas or spaces; everything where there is none. */
export function patternsOf(text) {
  const patterns = text.split(/[\s,]+/).filter((pattern) => pattern !== "");
  return patterns.length > 0 ? patterns : ["*"];
}

const PART = /\s*([$\w.-]+)\s*(!=|>=|<=|=)\s*((?:"(?:[^"\\]|\\.)*"|[^\s,"]+)(?:\s*,\s*(?:"(?:[^"\\]|\\.)*"|[^\s,"]+))*)/y;
const VALUE = /"(?:[^"\\]|\\.)*"|[^\s,"]+/g;

export class Misread extends Error {}

/**
 * The `where` of a text like `camera_id=front,yard confidence>=0.8 label!=cat`; undefined of an empty one.
 * @throws {Misread} with a sentence
 */
export function whereOf(text) {
  const where = {};
  PART.lastIndex = 0;
  let at = 0;
  while (text.slice(at).trim() !== "") {
    PART.lastIndex = at;
    const part = PART.exec(text);
    if (part === null) {
      throw new Misread(`“${text.slice(at).trim().slice(0, 30)}” is not understood. Write field=value, field!=value, field>=number or field<=number, with a space between.`);
    }
    add(where, part[1], part[2], part[3].match(VALUE).map(valueOf));
    at = PART.lastIndex;
  }
  return Object.keys(where).length > 0 ? where : undefined;
}

function valueOf(text) {
  if (text.startsWith('"')) {
    try {
      return JSON.parse(text);
    } catch {
      throw new Misread(`${text} is no text in quotes.`);
    }
  }
  return /^(true|false|-?\d+(\.\d+)?([eE][+-]?\d+)?)$/.test(text) ? JSON.parse(text) : text;
}

function add(where, field, sign, values) {
  const present = where[field];
  const more = present !== null && typeof present === "object" && !Array.isArray(present) ? present : {};
  if (present !== undefined && (sign === "=" || present !== more)) {
    throw new Misread(`${field} is asked for twice.`);
  }
  const one = values.length === 1 ? values[0] : values;
  if (sign === "=") {
    where[field] = one;
  } else if (sign === "!=") {
    where[field] = { ...more, not: one };
  } else if (typeof one === "number") {
    where[field] = { ...more, [sign === ">=" ? "min" : "max"]: one };
  } else {
    throw new Misread(`${field}${sign} takes one number.`);
  }
}

/** The text of a `where`: the other way round. */
export function textOf(where) {
  return Object.entries(where ?? {})
    .map(([field, condition]) => {
      if (condition === null || typeof condition !== "object" || Array.isArray(condition)) {
        return `${field}=${valuesText(condition)}`;
      }
      const parts = [];
      if ("not" in condition) {
        parts.push(`${field}!=${valuesText(condition.not)}`);
      }
      if ("min" in condition) {
        parts.push(`${field}>=${condition.min}`);
      }
      if ("max" in condition) {
        parts.push(`${field}<=${condition.max}`);
      }
      return parts.join(" ");
    })
    .join(" ");
}

const valuesText = (values) => [values].flat().map(valueText).join(",");

function valueText(value) {
  const plain = typeof value !== "string" || (/^[^\s,"]+$/.test(value) && typeof valueOf(value) === "string");
  return plain ? String(value) : JSON.stringify(value);
}
