package dev.tocsin.events.payload.detection;

import dev.tocsin.events.Doc;

/// Where in a frame an object is: an upright rectangle, measured from the frame's upper left
/// corner.
public record BoundingBox(
    @Doc(
            value = "Distance of the left edge from the left of the frame, in pixels",
            example = "412.0")
        double x,
    @Doc(
            value = "Distance of the upper edge from the top of the frame, in pixels",
            example = "188.0")
        double y,
    @Doc(value = "Width of the rectangle, in pixels", example = "156.5") double width,
    @Doc(value = "Height of the rectangle, in pixels", example = "402.0") double height) {}
