package dev.tocsin.bridges.bridge;

import dev.tocsin.events.ErrorCode;
import java.util.Locale;

/// Why a message did not become an event, as it is counted: a fixed set, whatever comes from outside.
///
/// @param code a short form for programs
public record Reason(String code) {

  /// No mapping is for it.
  public static final Reason NO_MAPPING = new Reason("no_mapping");

  /// It says nothing new.
  public static final Reason UNCHANGED = new Reason("unchanged");

  /// It is about something that was taken for what it is not.
  public static final Reason FALSE_POSITIVE = new Reason("false_positive");

  /// It was there before.
  public static final Reason REPEATED = new Reason("repeated");

  /// It has come out of this very hub.
  public static final Reason LOOP = new Reason("loop");

  /// It is not from whom it should be.
  public static final Reason UNAUTHENTICATED = of(ErrorCode.UNAUTHENTICATED);

  /// It is not what such a sender sends.
  public static final Reason MALFORMED = new Reason("malformed");

  /// It says something that its mapping cannot convert.
  public static final Reason NOT_CONVERTIBLE = new Reason("not_convertible");

  /// The event would be larger than one may be.
  public static final Reason TOO_LARGE = of(ErrorCode.MESSAGE_TOO_LARGE);

  /// More comes than the bridge can take.
  public static final Reason BUSY = new Reason("busy");

  /// The other side does not want it.
  public static final Reason REFUSED_THERE = new Reason("refused_there");

  /// The hub has refused the event.
  public static Reason of(ErrorCode code) {
    return new Reason(code.name().toLowerCase(Locale.ROOT));
  }
}
