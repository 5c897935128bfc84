package dev.tocsin.app;

import dev.tocsin.events.Timestamp;
import dev.tocsin.events.WebSocketEvent;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Shows an event as one line for a person: local time, type, how bad, what it is about, the gist.
final class EventLine {

  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");
  private static final int TIME_WIDTH = 8;
  private static final int TYPE_WIDTH = 22;
  private static final int LEVEL_WIDTH = 12;
  private static final int SUBJECT_WIDTH = 16;
  private static final int MAX_TEXT = 160;

  /// Where a line begins to tell more with its columns aligned than with the room for them.
  private static final int ALIGNED_WIDTH = 96;

  private final Colours colours;
  private final ZoneId zone;

  EventLine(Colours colours, ZoneId zone) {
    this.colours = colours;
    this.zone = zone;
  }

  /// The line of an event, no wider than `width` columns: what happened is cut first. On a narrow terminal
  /// nothing is aligned, so that more of it remains.
  String of(WebSocketEvent event, int width) {
    Gist gist = Gist.of(event);
    boolean aligned = width >= ALIGNED_WIDTH;
    Line line = new Line(aligned, width);
    line.add(time(event.timestamp()), TIME_WIDTH, colours::dim);
    line.add(event.type(), TYPE_WIDTH, colours::cyan);
    line.add(gist.level(), LEVEL_WIDTH, text -> colours.of(gist.weight(), text));
    line.add(gist.subject(), SUBJECT_WIDTH, colours::bold);
    line.addLast(
        TerminalText.shortened(TerminalText.harmless(gist.text()), MAX_TEXT),
        gist.weight() == Gist.Weight.QUIET ? colours::dim : UnaryOperator.identity());
    return line.text.toString().stripTrailing();
  }

  /// A line that grows from left to right, until it is full.
  private static final class Line {

    private static final String BETWEEN = "  ";

    private final StringBuilder text = new StringBuilder();
    private final boolean aligned;
    private int left;

    Line(boolean aligned, int width) {
      this.aligned = aligned;
      this.left = width;
    }

    /// A column, which takes no room when it is empty and nothing is aligned.
    void add(String content, int width, UnaryOperator<String> colour) {
      String shown = TerminalText.fitted(TerminalText.harmless(content), width);
      if (aligned) {
        shown += " ".repeat(width - TerminalText.width(shown));
      }
      addLast(shown, colour);
    }

    void addLast(String content, UnaryOperator<String> colour) {
      String before = text.isEmpty() ? "" : BETWEEN;
      int room = left - before.length();
      if (!content.isEmpty() && room > 0) {
        String shown = TerminalText.fitted(content, room);
        text.append(before).append(colour.apply(shown));
        left = room - TerminalText.width(shown);
      }
    }
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
}
