package dev.tocsin.http;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/// Finds what looks like a credential in a text that a client has sent: an API key, or a signed token (JWT). Clients put them
/// where they do not belong, and what repeats a text, an answer or a log, must not repeat those. Safe for any thread.
public final class Secrets {

  /// How an API key begins.
  private static final String KEY = "tocsin_";

  /// How a signed token begins: `{"` in Base64.
  private static final String TOKEN = "eyJ";

  /// An API key, or the beginning of a signed token.
  private static final Pattern WHOLE =
      Pattern.compile("tocsin_[a-z0-9]+_[A-Za-z0-9_-]{16}|eyJ[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.");

  /// The same where the end may be missing: sentences cut short what they repeat. Less of a secret than this is of no use to
  /// anybody, and may be the name of a container, `tocsin_server_1`.
  private static final Pattern PARTS =
      Pattern.compile(
          "tocsin_[a-z0-9]+_[A-Za-z0-9_-]{12,}"
              + "|(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{8,}(?:\\.[A-Za-z0-9_-]*)*");

  private Secrets() {}

  /// Whether a text holds a credential.
  public static boolean areIn(String text) {
    return mayBeIn(text) && WHOLE.matcher(text).find();
  }

  /// A text, with `…` for what is secret in it. Costs next to nothing where there is nothing.
  public static String masked(String text) {
    return mayBeIn(text)
        ? PARTS
            .matcher(text)
            .replaceAll(found -> found.group().startsWith(KEY) ? KEY + '…' : TOKEN + '…')
        : text;
  }

  /// The same for JSON in UTF-8, which is JSON afterwards as well.
  public static byte[] masked(byte[] json) {
    String text = new String(json, StandardCharsets.UTF_8);
    return mayBeIn(text) ? masked(text).getBytes(StandardCharsets.UTF_8) : json;
  }

  private static boolean mayBeIn(String text) {
    return text.contains(KEY) || text.contains(TOKEN);
  }
}
