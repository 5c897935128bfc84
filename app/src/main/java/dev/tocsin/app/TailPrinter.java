package dev.tocsin.app;

import dev.tocsin.client.ClientListener;
import dev.tocsin.client.Position;
import dev.tocsin.events.WebSocketEvent;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Prints what a client is told: events on stdout, everything else on stderr.
///
/// It asks the command to end when nobody reads its output any more, or when the connection is gone
/// for good.
final class TailPrinter implements ClientListener {

  private final Surroundings surroundings;
  private final boolean json;
  private final EventLine line;
  private volatile int exitCode;

  TailPrinter(Surroundings surroundings, boolean json) {
    this.surroundings = surroundings;
    this.json = json;
    this.line = new EventLine(new Colours(surroundings.colours()), surroundings.zones().get());
  }

  /// What the command ends with.
  int exitCode() {
    return exitCode;
  }

  @Override
  public void onEvent(WebSocketEvent event, String text) {
    surroundings.out().println(json ? oneLine(text) : line.of(event, surroundings.width()));
    if (surroundings.out().isGone()) {
      surroundings.interruption().ask(); // as in: tocsin tail | head
    }
  }

  /// Line breaks in JSON are white space between its tokens.
  private String oneLine(String text) {
    return surroundings.outIsTerminal()
        ? TerminalText.harmlessJson(text)
        : text.replace('\r', ' ').replace('\n', ' ');
  }

  @Override
  public void onConnected(Position position, @Nullable Position before) {
    if (before == null) {
      return;
    }
    surroundings.say(
        before.epoch().equals(position.epoch())
            ? "connected again; what was missed follows"
            : "connected again; the server has begun a new log, so what was missed is not known");
  }

  @Override
  public void onGap(long from, long to) {
    surroundings.say(
        from == to
            ? "event " + from + " may be missing here: the log no longer holds it"
            : "events among "
                + from
                + " to "
                + to
                + " may be missing here: the log no longer holds them");
  }

  @Override
  public void onDisconnected(int code, String reason, @Nullable Duration retryIn) {
    String why = reason.isEmpty() ? "code " + code : reason;
    if (retryIn != null) {
      surroundings.say(
          String.format(
              Locale.ROOT,
              "no connection (%s); trying again in %.1f s",
              why,
              retryIn.toMillis() / 1000.0));
    } else if (code != 1000) {
      surroundings.say("tocsin: the connection is closed for good: " + why);
      exitCode = Main.FAILURE;
      surroundings.interruption().ask();
    }
  }

  @Override
  public void onUnreadable(@Nullable Long sequence, String text, String fault) {
    surroundings.say(
        (sequence == null ? "something arrived that" : "event " + sequence + " arrived, but")
            + " cannot be read here: "
            + fault);
  }

  @Override
  public void onError(String code, String message) {
    surroundings.say(code + ": " + message);
  }
}
