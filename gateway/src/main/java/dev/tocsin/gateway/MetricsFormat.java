package dev.tocsin.gateway;

import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;

/// A text format in which figures are told.
enum MetricsFormat {

  /// What Prometheus has always read.
  TEXT("text/plain"),

  /// What has become of it. Who asks for the draft is given the standard, which only says more.
  OPEN_METRICS("application/openmetrics-text");

  private final String mediaType;

  MetricsFormat(String mediaType) {
    this.mediaType = mediaType;
  }

  private boolean isVersion(String version) {
    return switch (this) {
      case TEXT -> version.equals("0.0.4");
      case OPEN_METRICS -> version.equals("1.0.0") || version.equals("0.0.1");
    };
  }

  private ExpositionFormatWriter writer() {
    return switch (this) {
      case TEXT -> PrometheusTextFormatWriter.create();
      case OPEN_METRICS -> OpenMetricsTextFormatWriter.create();
    };
  }

  /// How much somebody wants something.
  ///
  /// @param precision how exactly it was named: 0 not at all, 1 as anything, 2 by the kind, 3 by its name
  private record Wish(int precision, double quality) {

    static final Wish NONE = new Wish(0, 0);

    /// The more precise of two, and of two as precise the stronger one.
    Wish or(int otherPrecision, double otherQuality) {
      boolean isBetter =
          otherPrecision > precision
              || (precision > 0 && otherPrecision == precision && otherQuality > quality);
      return isBetter ? new Wish(otherPrecision, otherQuality) : this;
    }
  }

  /// The format that suits a client best: plain text unless it wants the other more, or as much and by its name only
  /// that one. Plain text also for those who want neither.
  ///
  /// @param accept the values of its `Accept` headers
  static MetricsFormat of(List<String> accept) {
    Wish text = Wish.NONE;
    Wish open = Wish.NONE;
    for (String range : String.join(",", accept).toLowerCase(Locale.ROOT).split(",", -1)) {
      String[] parts = range.split(";", -1);
      String type = parts[0].strip();
      String version = parameter(parts, "version", "");
      double quality = quality(parameter(parts, "q", "1"));
      text = text.or(TEXT.precision(type, version), quality);
      open = open.or(OPEN_METRICS.precision(type, version), quality);
    }
    boolean wantsOpen =
        open.quality > text.quality
            || (open.quality == text.quality && open.precision > text.precision);
    return wantsOpen && open.precision > 0 && open.quality > 0 ? OPEN_METRICS : TEXT;
  }

  private static String parameter(String[] parts, String name, String otherwise) {
    for (int i = 1; i < parts.length; i++) {
      String[] pair = parts[i].split("=", 2);
      if (pair.length == 2 && pair[0].strip().equals(name)) {
        return pair[1].strip().replace("\"", "");
      }
    }
    return otherwise;
  }

  private static double quality(String text) {
    try {
      return Math.clamp(Double.parseDouble(text), 0.0, 1.0);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private int precision(String type, String version) {
    if (type.equals(mediaType)) {
      return version.isEmpty() || isVersion(version) ? 3 : 0;
    }
    if (type.equals(mediaType.substring(0, mediaType.indexOf('/')) + "/*")) {
      return 2;
    }
    return type.equals("*/*") ? 1 : 0;
  }

  /// What an answer in this format says it is.
  String contentType() {
    return writer().getContentType();
  }

  /// Figures in this format.
  byte[] render(MetricSnapshots figures) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(32 * 1024);
    try {
      writer().write(bytes, figures);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
