package dev.tocsin.http;

import java.util.Comparator;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// What the connections of an event loop may hold together of one kind of memory, however many they are.
///
/// A bound for each connection, times their number, is more than there is; and most hold nothing most of the
/// time. So each has an account, and when all of them together exceed the budget, the one who holds the most is
/// told to give it up, and then the next. Who holds little is not touched by others who hold much. Every loop has
/// its part of what the process has for the kind. Belongs to the event loop.
public final class MemoryBudget {

  private static final Logger LOG = LoggerFactory.getLogger(MemoryBudget.class);

  private final long limitBytes;
  private final SparseLog ended;

  /// The accounts of those who hold something, the largest last: under attack it is asked for thousands of times a second.
  private final NavigableSet<Account> holding =
      new TreeSet<>(
          Comparator.comparingLong(Account::bytes)
              .thenComparing(Comparator.comparingLong(Account::number).reversed()));

  private long opened;
  private long heldBytes;

  /// Somebody who can let go of what they hold.
  public interface Holder {

    /// Ends what the memory is held for, in words, and sets the account to what is left.
    void giveUp();
  }

  /// Nobody holds anything.
  ///
  /// @param kind what the memory is for, as in "no memory is left for unfinished messages"
  public MemoryBudget(String kind, long limitBytes) {
    this.limitBytes = limitBytes;
    this.ended = new SparseLog(LOG, Level.WARN, "no memory is left for " + kind);
  }

  /// Opens an account for somebody.
  public Account open(Holder holder) {
    return new Account(holder, opened++);
  }

  /// How much is held by all.
  public long heldBytes() {
    return heldBytes;
  }

  /// What one holds.
  public final class Account {

    private final Holder holder;
    private final long number;
    private long bytes;

    private Account(Holder holder, long number) {
      this.holder = holder;
      this.number = number;
    }

    /// From now on it is this much. Beyond the budget this has the largest holder give up, who may be this one.
    public void set(long newBytes) {
      long more = newBytes - bytes;
      if (more == 0) {
        return;
      }
      // Its place depends on what it holds.
      holding.remove(this);
      bytes = newBytes;
      heldBytes += more;
      if (newBytes > 0) {
        holding.add(this);
      }
      if (more > 0 && heldBytes > limitBytes) {
        shed();
      }
    }

    /// The earlier it was opened, the lower.
    private long number() {
      return number;
    }

    /// How much it is.
    public long bytes() {
      return bytes;
    }
  }

  private void shed() {
    while (heldBytes > limitBytes && !holding.isEmpty()) {
      Account largest = holding.last();
      ended.note("the connection that held the most was ended: " + largest.bytes + " bytes");
      Guard.run("a connection could not give its memory back", largest.holder::giveUp);
      // Whatever it still holds is on its way out.
      largest.set(0);
    }
  }
}
