package dev.tocsin.sqlite;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/// The index of the events by their types: where those are that a page may want.
final class TypeIndex {

  static final String SEQUENCES =
      """
      SELECT sequence FROM events INDEXED BY events_by_type
      WHERE type = ? AND sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?
      """;

  static final String SEQUENCES_BACK =
      """
      SELECT sequence FROM events INDEXED BY events_by_type
      WHERE type = ? AND sequence > ? AND sequence <= ? ORDER BY sequence DESC LIMIT ?
      """;

  private TypeIndex() {}

  /// The sequences that a page is to look at, in its order, `max` at the most.
  static long[] sequences(
      Connection connection, PageInMaking page, Collection<String> types, int max)
      throws SQLException {
    LongStream.Builder found = LongStream.builder();
    try (PreparedStatement ofType =
        connection.prepareStatement(page.isBack() ? SEQUENCES_BACK : SEQUENCES)) {
      for (String type : types) {
        ofType.setString(1, type);
        ofType.setLong(2, page.lowest() - 1);
        ofType.setLong(3, page.highest());
        ofType.setInt(4, max);
        try (ResultSet rows = ofType.executeQuery()) {
          while (rows.next()) {
            found.add(rows.getLong(1));
          }
        }
      }
    }
    // Of each type there are so many, unless it has no more.
    long[] sequences = found.build().sorted().toArray();
    return IntStream.range(0, Math.min(max, sequences.length))
        .mapToLong(i -> sequences[page.isBack() ? sequences.length - 1 - i : i])
        .toArray();
  }
}
