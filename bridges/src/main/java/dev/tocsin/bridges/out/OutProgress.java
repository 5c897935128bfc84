package dev.tocsin.bridges.out;

import dev.tocsin.bridges.bridge.BridgeFigures;
import dev.tocsin.bridges.hub.HubCursor;
import dev.tocsin.bridges.hub.HubPosition;
import dev.tocsin.events.BridgeStanding;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How far a bridge that sends out has come, as its figures tell it, and what its log says of the way: that the hub is away,
/// that events are lost, that the log is another one. It changes nothing. The bridge's thread, and its starter before that; any
/// thread may [#tell].
final class OutProgress {

  private static final Logger LOG = LoggerFactory.getLogger(OutLoop.class);

  private final String bridge;
  private final OutState state;
  private final Sending sending;
  private final SetAside aside;
  private final BridgeFigures figures;
  private boolean isHubAway;

  // guarded by this
  private @Nullable HubCursor cursor;
  private long lost;

  OutProgress(
      String bridge, OutState state, Sending sending, SetAside aside, BridgeFigures figures) {
    this.bridge = bridge;
    this.state = state;
    this.sending = sending;
    this.aside = aside;
    this.figures = figures;
  }

  /// Whose log it is from now on; `null` while nothing is followed.
  synchronized void follows(@Nullable HubCursor now) {
    cursor = now;
  }

  /// Tells how far it is by now. Any thread.
  synchronized void tell() {
    HubPosition position = state.position();
    long at = position == null ? 0 : position.sequence();
    HubCursor followed = cursor;
    long newest = followed == null || position == null ? at : followed.newest();
    figures.noteOut(
        new BridgeStanding.Out(sending.sent(), aside.size(), lost, at, Math.max(0, newest - at)));
  }

  /// The hub is not to be had. It is told once.
  void noteHubAway(String sentence) {
    if (!isHubAway) {
      LOG.atWarn()
          .addKeyValue("bridge", bridge)
          .addKeyValue("reason", sentence)
          .log("a bridge cannot follow the hub; it goes on when it can");
    }
    isHubAway = true;
    figures.noteError("the hub: " + sentence);
  }

  void noteHubThere() {
    if (isHubAway) {
      LOG.atInfo().addKeyValue("bridge", bridge).log("a bridge follows the hub again");
    }
    isHubAway = false;
  }

  /// The log holds some events no more, and nobody has sent them.
  void noteLost(long from, long to) {
    synchronized (this) {
      lost += to - from + 1;
    }
    warn(
        "the log does not hold "
            + from
            + " to "
            + to
            + " any more: what was wanted of them has not gone out");
  }

  void noteAnotherLog() {
    warn("the log is another one now: what the old one held and has not gone out is not known");
  }

  private void warn(String sentence) {
    figures.noteError(sentence);
    LOG.atWarn().addKeyValue("bridge", bridge).log(sentence);
  }

  /// The position could not be read.
  void notePositionUnknown() {
    LOG.atWarn()
        .addKeyValue("bridge", bridge)
        .log("the position of a bridge is not known any more: it sends all that the log holds");
  }

  void noteEnd(String sentence) {
    figures.noteDown("it has ended: " + sentence);
  }

  void noteBeginning() {
    LOG.atInfo().addKeyValue("bridge", bridge).log("a bridge that has ended begins again");
  }
}
