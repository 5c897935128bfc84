// JSON Schemas of payloads (2020-12), as far as a table and a form need them.

/** A schema without what it refers to elsewhere. */
export function resolve(schema, root) {
  let resolved = schema;
  for (let i = 0; i < 20 && typeof resolved?.$ref === "string"; i++) {
    const { $ref, ...beside } = resolved;
    const target = $ref.startsWith("#")
      ? $ref.slice(1).split("/").filter(Boolean).reduce((at, step) => at?.[decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~")], root)
      : undefined;
    resolved = { ...target, ...beside };
  }
  return typeof resolved === "object" && resolved !== null ? resolved : {};
}

/** What is meant when it is not null. */
export function plain(schema, root) {
  const resolved = resolve(schema, root);
  for (const word of ["anyOf", "oneOf"]) {
    if (Array.isArray(resolved[word])) {
      const rest = resolved[word].filter((one) => resolve(one, root).type !== "null");
      if (rest.length === 1) {
        const { [word]: _, ...beside } = resolved;
        return { ...plain(rest[0], root), ...beside };
      }
    }
  }
  if (Array.isArray(resolved.type)) {
    const rest = resolved.type.filter((type) => type !== "null");
    return { ...resolved, type: rest.length === 1 ? rest[0] : undefined, enum: resolved.enum?.filter((value) => value !== null) };
  }
  return resolved.enum ? { ...resolved, enum: resolved.enum.filter((value) => value !== null) } : resolved;
}

/** Whether a text is a time. The hub's own schemas say so by a pattern. */
export const isTime = (schema) => schema.format === "date-time" || (schema.type === "string" && /\[Tt\]/.test(schema.pattern ?? ""));

/** What kind of field a schema takes. */
export function kindOf(schema) {
  if (Array.isArray(schema.enum)) {
    return "choice";
  }
  if (schema.type === "object") {
    return schema.properties && Object.keys(schema.properties).length > 0 ? "object" : "json";
  }
  if (schema.type === "array") {
    return schema.items ? "array" : "json";
  }
  return { string: "text", integer: "number", number: "number", boolean: "boolean" }[schema.type] ?? "json";
}

/** A schema in a few words. */
export function inWords(schema, root) {
  const { type, items, minimum, maximum } = schema;
  const parts = [];
  if (schema.enum) {
    parts.push("one of ", schema.enum.map((value) => (typeof value === "string" ? value : JSON.stringify(value))).join(", "));
    return parts.join("");
  }
  if (type === "array") {
    return `list of ${items ? inWords(plain(items, root), root) : "anything"}`;
  }
  if (type === "object" && !schema.properties) {
    const values = typeof schema.additionalProperties === "object" ? plain(schema.additionalProperties, root).type : undefined;
    return values ? `object of ${values}s` : "any object";
  }
  parts.push(isTime(schema) ? "date-time" : (type ?? "anything"));
  if (minimum !== undefined && maximum !== undefined) {
    parts.push(`, ${minimum} to ${maximum}`);
  } else if (minimum !== undefined) {
    parts.push(`, ${minimum} or more`);
  } else if (maximum !== undefined) {
    parts.push(`, ${maximum} or less`);
  }
  return parts.join("");
}

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** What somebody has typed into a form, as JSON. Numbers keep every digit; what is none stays the text that it is. */
export function jsonOf(value, schema, root) {
  const meant = plain(schema, root);
  switch (kindOf(meant)) {
    case "object":
      return objectJson(value ?? {}, (name) => meant.properties[name], root);
    case "array":
      return `[${(value ?? []).map((item) => jsonOf(item, meant.items, root)).join(",")}]`;
    case "number":
      return NUMBER.test(String(value).trim()) ? String(value).trim() : JSON.stringify(value);
    case "json":
      return isJson(value) ? String(value) : JSON.stringify(value ?? null);
    default:
      return JSON.stringify(value ?? null);
  }
}

function objectJson(value, schemaOf, root) {
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${jsonOf(member, schemaOf(name) ?? {}, root)}`).join(",")}}`;
}

function isJson(text) {
  try {
    JSON.parse(text);
    return typeof text === "string";
  } catch {
    return false;
  }
}

/** The other way round: what a form shows of a value. */
export function formOf(value, schema, root) {
  const meant = plain(schema, root);
  if (value === null || value === undefined) {
    return undefined;
  }
  switch (kindOf(meant)) {
    case "object":
      return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, formOf(member, meant.properties[name] ?? {}, root)]));
    case "array":
      return Array.isArray(value) ? value.map((item) => formOf(item, meant.items, root)) : undefined;
    case "json":
      return JSON.stringify(value, null, 2);
    case "number":
      return String(value);
    default:
      return value;
  }
}

/** What a schema gives as an example; where it gives none, something that is believable. */
export function exampleOf(schema, root, name = "example") {
  const meant = plain(schema, root);
  const given = meant.examples?.[0] ?? meant.example;
  if (given !== undefined) {
    return given;
  }
  switch (kindOf(meant)) {
    case "choice":
      return meant.enum[0];
    case "object":
      return Object.fromEntries(
        Object.entries(meant.properties)
          .filter(([member, one]) => meant.required?.includes(member) || plain(one, root).examples)
          .map(([member, one]) => [member, exampleOf(one, root, member)]),
      );
    case "array":
      return [exampleOf(meant.items, root, name)];
    case "text":
      return isTime(meant) ? new Date().toISOString() : `${name.replace(/_id$/, "")}-1`;
    case "number":
      return meant.minimum ?? 1;
    case "boolean":
      return false;
    default:
      return {};
  }
}
