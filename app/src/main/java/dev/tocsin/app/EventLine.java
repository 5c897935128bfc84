package dev.tocsin.app;

import dev.tocsin.events.Timestamp;
import dev.tocsin.events.WebSocketEvent;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/// Shows an event as one line for a person: local time, type, how bad, what it is about, the gist.
final class EventLine {

  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");
  private static final int TIME_WIDTH = 8;
  private static final int TYPE_WIDTH = 22;
  private static final int LEVEL_WIDTH = 12;
  private static final int SUBJECT_WIDTH = 16;
  private static final int MAX_TEXT = 160;

  private final Colours colours;
  private final ZoneId zone;

  EventLine(Colours colours, ZoneId zone) {
    this.colours = colours;
    this.zone = zone;
  }

  String of(WebSocketEvent event) {
    Gist gist = Gist.of(event);
    String text = TerminalText.shortened(TerminalText.harmless(gist.text()), MAX_TEXT);
    return (colours.dim(column(time(event.timestamp()), TIME_WIDTH))
            + "  "
            + colours.cyan(column(event.type(), TYPE_WIDTH))
            + "  "
            + colours.of(gist.weight(), column(gist.level(), LEVEL_WIDTH))
            + "  "
            + colours.bold(column(gist.subject(), SUBJECT_WIDTH))
            + "  "
            + (gist.weight() == Gist.Weight.QUIET ? colours.dim(text) : text))
        .stripTrailing();
  }

  private String time(@Nullable String timestamp) {
    if (timestamp == null) {
      return "";
    }
    try {
      return TIME.format(new Timestamp(timestamp).toInstant().atZone(zone));
    } catch (IllegalArgumentException e) {
      return timestamp;
    }
  }

  private static String column(String text, int width) {
    String harmless = TerminalText.shortened(TerminalText.harmless(text), width);
    return harmless + " ".repeat(width - harmless.length());
  }
}
