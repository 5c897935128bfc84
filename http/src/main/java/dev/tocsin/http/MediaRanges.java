package dev.tocsin.http;

import java.util.List;
import java.util.Map;

/// What a client says it takes, in its headers `Accept` (RFC 9110, 12.5.1).
public final class MediaRanges {

  private MediaRanges() {}

  /// Whether an answer of a media type is taken. The range that names it most exactly decides; without any header everything
  /// is.
  ///
  /// @param accept the values of the headers
  /// @param mediaType in lower case, without parameters
  public static boolean admit(List<String> accept, String mediaType) {
    if (accept.stream().allMatch(String::isBlank)) {
      return true;
    }
    Map<String, Double> weights = Weights.of(accept).names();
    String kind = mediaType.substring(0, mediaType.indexOf('/')) + "/*";
    double anything = weights.getOrDefault("*/*", 0.0);
    return weights.getOrDefault(mediaType, weights.getOrDefault(kind, anything)) > 0;
  }

  /// Whether a client names a media type itself, wants it, and would not rather have another that it names.
  ///
  /// @param accept the values of the headers
  /// @param mediaType in lower case, without parameters
  /// @param other the same
  public static boolean prefer(List<String> accept, String mediaType, String other) {
    Map<String, Double> weights = Weights.of(accept).names();
    double weight = weights.getOrDefault(mediaType, 0.0);
    return weight > 0 && weight >= weights.getOrDefault(other, 0.0);
  }
}
