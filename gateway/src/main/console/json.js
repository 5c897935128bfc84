// JSON as people read it: indented and coloured, from the text itself, so that no digit is lost.

import { Component, tags } from "./tags.js";
import { exact, harmless } from "./text.js";

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[{}[\],:]/g;
const FIRST_LINES = 400;

/** Lines, each its indentation and its pieces [kind, text]. */
export function linesOf(json) {
  const lines = [];
  let depth = 0;
  let pieces = [];
  const tokens = json.match(TOKEN) ?? [];
  const end = () => {
    if (pieces.length > 0) {
      lines.push({ depth, pieces });
      pieces = [];
    }
  };
  tokens.forEach((token, i) => {
    const next = tokens[i + 1];
    if (token === "{" || token === "[") {
      pieces.push(["mark", token]);
      if (next !== "}" && next !== "]") {
        end();
        depth++;
      }
    } else if (token === "}" || token === "]") {
      const previous = tokens[i - 1];
      if (previous !== "{" && previous !== "[") {
        end();
        depth--;
      }
      pieces.push(["mark", token]);
    } else if (token === ",") {
      pieces.push(["mark", ","]);
      end();
    } else if (token === ":") {
      pieces.push(["mark", ": "]);
    } else {
      pieces.push([kind(token, next), harmless(token)]);
    }
  });
  end();
  return lines;
}

function kind(token, next) {
  if (token.startsWith('"')) {
    return next === ":" ? "name" : "text";
  }
  return token === "true" || token === "false" || token === "null" ? "word" : "number";
}

/** Shows JSON: the first lines of a long one, the rest on request. */
export class PrettyJson extends Component {
  constructor(props) {
    super(props);
    this.state = { all: false };
  }

  render({ json, label }, { all }) {
    const { button, code, div, pre, span } = tags;
    const lines = linesOf(json);
    const shown = all ? lines : lines.slice(0, FIRST_LINES);
    return div(
      { class: "json" },
      pre(
        { tabIndex: 0, "aria-label": label },
        code(
          null,
          shown.map(({ depth, pieces }) =>
            span({ class: "json-line" }, "  ".repeat(depth), pieces.map(([k, text]) => span({ class: `json-${k}` }, text)), "\n"),
          ),
        ),
      ),
      shown.length < lines.length &&
        button({ type: "button", onClick: () => this.setState({ all: true }) }, `Show all ${exact(lines.length)} lines`),
    );
  }
}
