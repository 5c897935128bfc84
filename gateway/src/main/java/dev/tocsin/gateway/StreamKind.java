package dev.tocsin.gateway;

import java.util.Locale;

/// What an answer without an end is made of.
enum StreamKind {

  /// Server-sent events.
  SSE("text/event-stream"),

  /// Newline-delimited JSON.
  NDJSON(HubRoutes.NDJSON);

  private final String mediaType;
  private final String label = name().toLowerCase(Locale.ROOT);

  StreamKind(String mediaType) {
    this.mediaType = mediaType;
  }

  String mediaType() {
    return mediaType;
  }

  /// Its name in figures.
  String label() {
    return label;
  }
}
