package dev.tocsin.app;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// Rows of text in aligned columns. The last column is not padded.
final class Table {

  private static final String BETWEEN = "  ";

  private final List<List<String>> rows = new ArrayList<>();

  Table row(String... cells) {
    rows.add(List.of(cells).stream().map(TerminalText::harmless).toList());
    return this;
  }

  List<String> lines() {
    if (rows.isEmpty()) {
      return List.of();
    }
    int columns = rows.getFirst().size();
    int[] widths =
        IntStream.range(0, columns)
            .map(column -> rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0))
            .toArray();
    return rows.stream()
        .map(row -> {
          StringBuilder line = new StringBuilder();
          for (int column = 0; column < columns; column++) {
            String cell = row.get(column);
            line.append(cell).append(" ".repeat(widths[column] - cell.length()));
            line.append(BETWEEN);
          }
          return line.toString().stripTrailing();
        })
        .toList();
  }
}
