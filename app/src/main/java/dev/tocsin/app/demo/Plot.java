package dev.tocsin.app.demo;

import dev.tocsin.events.payload.event.RiskLevel;
import java.util.List;

/// A kind of visit: who comes, how dangerous that is, and what the analysis makes of it.
///
/// @param weight how often it happens, compared with the others
/// @param labels who or what is seen
/// @param speed how far they move from frame to frame, in pixels
/// @param summary what happened; `%s` is the place
/// @param rule the rule that raises an alert when the risk is at least medium
record Plot(
    int weight,
    List<String> labels,
    double speed,
    int minRisk,
    int maxRisk,
    String summary,
    String reasoning,
    String rule) {

  private static final String STRANGER = "rule-stranger-on-the-grounds";

  /// The one that shows most of what there is: detections, an event, an alert and its end.
  static final Plot LINGERER =
      new Plot(
          4,
          List.of("person"),
          35,
          48,
          78,
          "A stranger lingers (%s)",
          "Nobody known; walks up and down and avoids the light",
          STRANGER);

  static final List<Plot> ALL =
      List.of(
          new Plot(
              6,
              List.of("person", "parcel"),
              90,
              5,
              20,
              "A courier leaves a parcel (%s)",
              "Daylight, a uniform, a parcel; gone after 20 s",
              STRANGER),
          new Plot(
              6,
              List.of("cat"),
              140,
              0,
              4,
              "The neighbour's cat passes (%s)",
              "An animal of known size on its usual way",
              STRANGER),
          new Plot(
              5,
              List.of("person", "dog"),
              110,
              3,
              14,
              "Somebody walks a dog (%s)",
              "Moves on without a stop; seen on most days at this hour",
              STRANGER),
          new Plot(
              5,
              List.of("car"),
              180,
              4,
              28,
              "A car turns and leaves (%s)",
              "The number plate is not known; nobody gets out",
              STRANGER),
          new Plot(
              5,
              List.of("person"),
              100,
              0,
              8,
              "A resident comes home (%s)",
              "The face is known; the door is opened with a key",
              STRANGER),
          new Plot(
              3,
              List.of("person", "bicycle"),
              160,
              22,
              44,
              "A cyclist stops and looks around (%s)",
              "Stays for longer than a minute, but in plain view",
              STRANGER),
          LINGERER,
          new Plot(
              2,
              List.of("person", "person"),
              45,
              70,
              96,
              "Two people try the handle of a window (%s)",
              "Hoods, gloves, a tool; they have come back to the same place",
              "rule-forced-entry"));

  /// The words for a score.
  static RiskLevel level(int score) {
    return score >= 85
        ? RiskLevel.CRITICAL
        : score >= 60 ? RiskLevel.HIGH : score >= 30 ? RiskLevel.MEDIUM : RiskLevel.LOW;
  }
}
