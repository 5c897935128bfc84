package dev.tocsin.websocket;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// How a client and the server compress messages for each other (RFC 7692), as agreed in the handshake.
///
/// Neither side keeps its context from one message to the next: so one compressed message serves a whole
/// audience, and no connection needs a window of its own. The client is told so; RFC 7692, section
/// 7.1.1.2, has it obey. Its own window may be of any size.
///
/// @param windowBits the size of the window for what the server sends, as a power of two: 8 to 15
/// @param isWindowTold whether the client asked for that size, and is to be told
public record PerMessageDeflate(int windowBits, boolean isWindowTold) {

  /// An offer that cannot be read.
  static final class MalformedOfferException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedOfferException() {
      super("Sec-WebSocket-Extensions is not a list of extensions with parameters");
    }
  }

  private static final String NAME = "permessage-deflate";
  private static final int MAX_BITS = 15;

  private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
  private static final Pattern EXTENSION = Pattern.compile("[ \\t,]*+(" + TOKEN + ")[ \\t]*+");
  private static final Pattern PARAMETER =
      Pattern.compile(
          ";[ \\t]*+("
              + TOKEN
              + ")[ \\t]*+(?:=[ \\t]*+(?:("
              + TOKEN
              + ")|\"("
              + TOKEN
              + ")\")[ \\t]*+)?+");
  private static final Pattern BITS = Pattern.compile("8|9|1[0-5]");

  /// What the server makes of a client's offers: it takes the first that it understands whole.
  ///
  /// @param headers the values of `Sec-WebSocket-Extensions`, in order
  /// @return `null` when nothing is agreed
  static @Nullable PerMessageDeflate agreed(List<String> headers) throws MalformedOfferException {
    PerMessageDeflate agreed = null;
    for (String header : headers) {
      Matcher at = EXTENSION.matcher(header);
      while (at.lookingAt()) {
        Offer offer = new Offer();
        boolean ours = at.group(1).equals(NAME);
        at.region(at.end(), header.length()).usePattern(PARAMETER);
        while (at.lookingAt()) {
          offer.add(at.group(1), at.group(2) == null ? at.group(3) : at.group(2));
          at.region(at.end(), header.length());
        }
        if (agreed == null && ours && offer.understood) {
          agreed = new PerMessageDeflate(offer.windowBits, offer.windowTold);
        }
        if (at.regionStart() < header.length() && header.charAt(at.regionStart()) != ',') {
          throw new MalformedOfferException();
        }
        at.usePattern(EXTENSION);
      }
      if (!header.substring(at.regionStart()).matches("[ \\t,]*")) {
        throw new MalformedOfferException();
      }
    }
    return agreed;
  }

  /// The answer for `Sec-WebSocket-Extensions`.
  String answer() {
    return NAME
        + "; server_no_context_takeover; client_no_context_takeover"
        + (isWindowTold ? "; server_max_window_bits=" + windowBits : "");
  }

  /// One offer while it is read.
  private static final class Offer {

    private final Set<String> names = new HashSet<>();
    private boolean understood = true;
    private boolean windowTold;
    private int windowBits = MAX_BITS;

    void add(String name, @Nullable String value) {
      understood &= names.add(name) && understands(name, value);
    }

    private boolean understands(String name, @Nullable String value) {
      return switch (name) {
        case "server_no_context_takeover", "client_no_context_takeover" -> value == null;
        case "client_max_window_bits" -> value == null || BITS.matcher(value).matches();
        case "server_max_window_bits" -> {
          if (value == null || !BITS.matcher(value).matches()) {
            yield false;
          }
          windowTold = true;
          windowBits = Integer.parseInt(value);
          yield true;
        }
        default -> false;
      };
    }
  }
}
