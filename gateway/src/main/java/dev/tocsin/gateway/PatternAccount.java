package dev.tocsin.gateway;

import dev.tocsin.events.CloseCode;
import dev.tocsin.http.MemoryBudget;
import org.jspecify.annotations.Nullable;

/// What the patterns of one connection weigh, among those of all. When all together weigh too much, the connection whose
/// patterns weigh the most is closed. Belongs to the event loop.
final class PatternAccount {

  private final Loop loop;
  private final LiveConnection connection;
  private MemoryBudget.@Nullable Account account;

  PatternAccount(Loop loop, LiveConnection connection) {
    this.loop = loop;
    this.connection = connection;
  }

  /// Counts what they weigh now; where that is too much, this connection may be the one that is closed.
  void note() {
    long bytes = loop.shard().patternBytes(connection);
    if (account == null && bytes > 0) {
      account = loop.patterns().open(this::giveUp);
    }
    if (account != null) {
      account.set(bytes);
    }
  }

  private void giveUp() {
    connection.close(
        CloseCode.TRY_AGAIN_LATER,
        "No memory is left for patterns, and this connection holds the most");
  }

  /// The connection wants nothing any more.
  void end() {
    if (account != null) {
      account.set(0);
    }
  }
}
