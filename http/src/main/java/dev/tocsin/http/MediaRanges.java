package dev.tocsin.http;

import java.util.List;
import java.util.Locale;

/// What a client says it takes, in its headers `Accept` (RFC 9110, 12.5.1).
public final class MediaRanges {

  private MediaRanges() {}

  /// Whether an answer of a media type is taken. The range that names it most exactly decides; without any header everything
  /// is.
  ///
  /// @param accept the values of the headers
  /// @param mediaType in lower case, without parameters
  public static boolean admit(List<String> accept, String mediaType) {
    String kind = mediaType.substring(0, mediaType.indexOf('/')) + "/*";
    int best = 0;
    boolean admitted = accept.stream().allMatch(String::isBlank);
    for (String range : String.join(",", accept).toLowerCase(Locale.ROOT).split(",", -1)) {
      String[] parts = range.split(";", -1);
      String name = parts[0].strip();
      int precision =
          name.equals(mediaType) ? 3 : name.equals(kind) ? 2 : name.equals("*/*") ? 1 : 0;
      if (precision > 0 && precision >= best) {
        boolean wanted = isWanted(parts);
        admitted = precision == best ? admitted || wanted : wanted;
        best = precision;
      }
    }
    return admitted;
  }

  /// Whether its weight is more than nothing. One that is no number says nothing.
  private static boolean isWanted(String[] parts) {
    for (int i = 1; i < parts.length; i++) {
      String parameter = parts[i].strip();
      if (parameter.startsWith("q=")) {
        try {
          return Double.parseDouble(parameter.substring(2).strip()) > 0;
        } catch (NumberFormatException e) {
          return true;
        }
      }
    }
    return true;
  }
}
