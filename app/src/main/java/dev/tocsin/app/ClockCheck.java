package dev.tocsin.app;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/// The machine's clock: what the kernel says of it, and how it stands to others. Of one thread.
final class ClockCheck {

  private static final String SUBJECT = "clock";
  static final String REMEDY = "have it set: timedatectl set-ntp true, or a package such as chrony";

  /// How far clocks may be apart; a header `Date` has no fractions of a second.
  static final Duration MAX_SKEW = Duration.ofSeconds(2);

  private static final Duration MANY_HOURS = Duration.ofHours(3);
  private static final Duration MANY_DAYS = Duration.ofDays(2);

  /// No machine that runs this lives before it.
  private static final Instant EARLIEST = Instant.parse("2025-09-01T00:00:00Z");

  private final InstantSource clock;
  private final Findings findings;

  ClockCheck(InstantSource clock, Findings findings) {
    this.clock = clock;
    this.findings = findings;
  }

  void look() {
    Instant now = clock.instant();
    if (now.isBefore(EARLIEST)) {
      findings.mend(SUBJECT, "it says " + now.truncatedTo(ChronoUnit.SECONDS), REMEDY);
      return;
    }
    KernelClock kernel = KernelClock.ask();
    if (kernel == null) {
      findings.note(SUBJECT, "whether anything keeps it right cannot be found out here", null);
    } else if (kernel.isSynchronised()) {
      findings.good(
          SUBJECT, "it is kept right, to " + kernel.maxError().toMillis() + " ms at the most");
    } else {
      findings.note(
          SUBJECT,
          "the kernel knows of nothing that keeps it right; a virtual machine may have that from"
              + " its host",
          REMEDY);
    }
  }

  /// Compares it with the time at which the newest event was written here.
  void compareWithNewest(Instant written) {
    Duration ahead = Duration.between(clock.instant(), written);
    if (ahead.compareTo(MAX_SKEW) > 0) {
      findings.mend(
          SUBJECT,
          "the newest event is "
              + span(ahead)
              + " in the future: the clock was set back, or was wrong before",
          REMEDY);
    } else {
      findings.good(SUBJECT, "the newest event is of " + written.truncatedTo(ChronoUnit.SECONDS));
    }
  }

  /// Compares it with another machine's.
  ///
  /// @param whose for a person
  /// @param theirs just asked
  void compare(String whose, Instant theirs) {
    Duration ahead = Duration.between(theirs, clock.instant());
    if (ahead.abs().compareTo(MAX_SKEW) > 0) {
      findings.mend(
          SUBJECT,
          "it is "
              + span(ahead.abs())
              + (ahead.isNegative() ? " behind" : " ahead of")
              + " that of "
              + whose,
          REMEDY);
    } else {
      findings.good(SUBJECT, "it agrees with that of " + whose);
    }
  }

  private static String span(Duration time) {
    if (time.compareTo(MANY_DAYS) > 0) {
      return time.toDays() + " days";
    }
    return time.compareTo(MANY_HOURS) > 0 ? time.toHours() + " h" : time.toSeconds() + " s";
  }
}
