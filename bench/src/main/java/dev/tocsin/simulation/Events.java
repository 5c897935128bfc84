package dev.tocsin.simulation;

import dev.tocsin.events.EncodedEvent;
import dev.tocsin.events.Slice;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/// Makes the events that are published, each with a number of its own, and says of an event what its maker knows of it. No part
/// of the hub is asked.
final class Events {

  /// How many types there are.
  static final int TYPES = 2;

  /// Every so many events there is an alert.
  private static final int ALERT_EVERY = 100;

  private static final String ALERT_ID = "{\"type\":\"alert.deleted\",\"payload\":{\"id\":\"n-";
  private static final String DETECTION_ID =
      "{\"type\":\"detection.new\",\"payload\":{\"detection_id\":\"n-";
  private static final String SITE = "\"camera_id\":\"site-";

  private final int sites;
  private final String padding;
  private final SplittableRandom random;
  private int made;

  Events(Scale scale, SplittableRandom random) {
    this.sites = scale.sites();
    // The other parts come to about 200 bytes.
    this.padding = "x".repeat(scale.eventBytes() - 200);
    this.random = random;
  }

  /// How many were made. Their numbers go from 0 to one below.
  int made() {
    return made;
  }

  /// The bytes of the next one.
  Slice next() {
    int number = made++;
    if (number % ALERT_EVERY == 0) {
      return Slice.of(ALERT_ID + number + "\",\"reason\":\"" + padding + "\"}}");
    }
    int site = 1 + random.nextInt(sites);
    return Slice.of(
        DETECTION_ID
            + number
            + "\",\"label\":\""
            + padding
            + "\",\"confidence\":0.87,"
            + SITE
            + site
            + "\",\"timestamp\":\"2026-01-01T00:00:00Z\"}}");
  }

  /// The number of an event.
  static int numberOf(EncodedEvent event) {
    return after(event, "\"n-");
  }

  /// The [Wish#number] of who wants it.
  static int wishOf(EncodedEvent event) {
    return event.type().startsWith("alert.") ? 0 : after(event, SITE);
  }

  private static int after(EncodedEvent event, String mark) {
    String json = new String(event.json(), StandardCharsets.ISO_8859_1);
    int begin = json.indexOf(mark) + mark.length();
    return Integer.parseInt(json.substring(begin, json.indexOf('"', begin)));
  }
}
