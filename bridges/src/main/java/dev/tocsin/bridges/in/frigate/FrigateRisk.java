package dev.tocsin.bridges.in.frigate;

/// How dangerous something is whose risk nobody has analysed: Frigate says only whether it is worth an alert.
///
/// @param score from 0 to 100
/// @param level the score in a word
record FrigateRisk(int score, String level) {

  private static final FrigateRisk ALERT = new FrigateRisk(50, "medium");
  private static final FrigateRisk DETECTION = new FrigateRisk(10, "low");
  private static final FrigateRisk NOTHING = new FrigateRisk(0, "low");

  /// That of one of Frigate's severities.
  static FrigateRisk of(String severity) {
    return switch (severity) {
      case "alert" -> ALERT;
      case "detection" -> DETECTION;
      default -> NOTHING;
    };
  }
}
