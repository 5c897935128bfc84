package dev.tocsin.app;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// Rows of text in aligned columns.
final class Table {

  private static final String BETWEEN = "  ";

  /// Below it lines are broken by the terminal rather than here.
  private static final int MIN_LAST_WIDTH = 20;

  private final List<List<String>> rows = new ArrayList<>();

  Table row(String... cells) {
    rows.add(List.of(cells).stream().map(TerminalText::harmless).toList());
    return this;
  }

  /// The rows as they are.
  List<String> lines() {
    return lines(Integer.MAX_VALUE);
  }

  /// The rows, no wider than `width` columns where the last column can be broken into several lines.
  List<String> lines(int width) {
    if (rows.isEmpty()) {
      return List.of();
    }
    int columns = rows.getFirst().size();
    int[] widths =
        IntStream.range(0, columns)
            .map(column ->
                rows.stream().mapToInt(row -> TerminalText.width(row.get(column))).max().orElse(0))
            .toArray();
    int indent =
        IntStream.range(0, columns - 1).map(column -> widths[column] + BETWEEN.length()).sum();
    int room = Math.max(MIN_LAST_WIDTH, width - indent);
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < columns - 1; column++) {
        String cell = row.get(column);
        line.append(cell).append(" ".repeat(widths[column] - TerminalText.width(cell)));
        line.append(BETWEEN);
      }
      for (String part : TerminalText.wrapped(row.getLast(), room)) {
        lines.add(line.append(part).toString().stripTrailing());
        line.setLength(0);
        line.append(" ".repeat(indent));
      }
    }
    return lines;
  }
}
