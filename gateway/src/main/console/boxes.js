// Where in its frame a detection was: boxes, drawn to scale.

import { tags } from "./tags.js";
import { line } from "./text.js";

// Nobody says how large the frame is: the smallest usual size into which all boxes fit.
const FRAMES = [[640, 360], [1280, 720], [1920, 1080], [2560, 1440], [3840, 2160], [7680, 4320]];
const MOST = 100;

const isBox = (box) =>
  box !== null && typeof box === "object" && [box.x, box.y, box.width, box.height].every((side) => Number.isFinite(side));

/** The detections in an event that say where they are. */
export function boxesOf({ payload }) {
  const detections = Array.isArray(payload?.detections) ? payload.detections : [payload];
  return detections
    .filter((detection) => isBox(detection?.bbox))
    .slice(0, MOST)
    .map(({ bbox, label, confidence }) => ({ ...bbox, label, confidence }));
}

function frameOf(boxes) {
  const width = Math.max(...boxes.map((box) => box.x + box.width));
  const height = Math.max(...boxes.map((box) => box.y + box.height));
  return FRAMES.find(([w, h]) => width <= w && height <= h) ?? [Math.max(1, width), Math.max(1, height)];
}

/** Draws them; nothing where there are none. */
export function drawing(event) {
  const boxes = boxesOf(event);
  if (boxes.length === 0) {
    return null;
  }
  const { figcaption, figure, g, rect, svg, text } = tags;
  const [width, height] = frameOf(boxes);
  const size = Math.max(width / 28, 8);
  const words = boxes.map((box) => `${line(box.label ?? "something", 30)}${Number.isFinite(box.confidence) ? ` ${Math.round(box.confidence * 100)} %` : ""}`);
  return figure(
    { class: "boxes" },
    svg(
      { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `Where in the frame: ${words.join(", ")}` },
      rect({ class: "boxes-frame", width, height }),
      [1, 2].map((third) => g({ class: "boxes-grid" }, rect({ x: (width * third) / 3, y: 0, width: width / 800, height }), rect({ x: 0, y: (height * third) / 3, width, height: width / 800 }))),
      boxes.map((box, i) =>
        g(
          null,
          rect({ class: "boxes-box", x: box.x, y: box.y, width: Math.max(0, box.width), height: Math.max(0, box.height), "stroke-width": width / 240, rx: width / 320 }),
          text({ class: "boxes-text", x: box.x, y: Math.max(size, box.y - size / 3), "font-size": size }, words[i]),
        ),
      ),
    ),
    figcaption(null, `${boxes.length === 1 ? "One box" : `${boxes.length} boxes`} in a frame of ${width} × ${height}, as far as the boxes tell`),
  );
}
