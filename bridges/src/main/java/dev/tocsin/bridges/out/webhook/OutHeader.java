package dev.tocsin.bridges.out.webhook;

import dev.tocsin.bridges.description.HeaderName;
import dev.tocsin.bridges.description.MissingSecretException;
import dev.tocsin.bridges.description.SecretSource;
import dev.tocsin.bridges.description.Section;
import dev.tocsin.events.Via;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A header that an operator wants to be sent along.
///
/// @param name of it
/// @param text its value; `null` where it is a secret
/// @param secret where its value is; `null` where it is none
record OutHeader(String name, @Nullable String text, @Nullable SecretSource secret) {

  /// How many there may be.
  static final int MAX_HEADERS = 20;

  /// How long a value may be, in characters.
  static final int MAX_VALUE = 8 * 1024;

  private static final Pattern VALUE =
      Pattern.compile("[!-~](?:[ -~]{0," + (MAX_VALUE - 2) + "}[!-~])?");

  /// Those that the bridge writes itself.
  private static final Set<String> OWN =
      Set.of(
          "host",
          "content-length",
          "content-type",
          "transfer-encoding",
          "connection",
          "keep-alive",
          "expect",
          "te",
          "trailer",
          "upgrade",
          "user-agent",
          "accept-encoding",
          Via.HEADER);

  /// Those whose values are secrets.
  private static final Set<String> SECRET =
      Set.of("authorization", "proxy-authorization", "cookie", "x-api-key");

  /// Reads `headers`; what is wrong is told.
  static List<OutHeader> read(Section section) {
    List<OutHeader> headers = new ArrayList<>();
    if (!section.isThere() || !section.isObject("an object: names of headers and their values")) {
      return headers;
    }
    if (section.json().size() > MAX_HEADERS) {
      section.fault("there may be " + MAX_HEADERS + " headers at most");
      return headers;
    }
    Set<String> names = new HashSet<>();
    section
        .members()
        .forEach((name, member) -> {
          String lower = name.toLowerCase(Locale.ROOT);
          if (!HeaderName.isOne(name)) {
            member.fault("is no name of a header");
          } else if (OWN.contains(lower) || lower.startsWith("webhook-")) {
            member.fault("is a header that the bridge writes itself");
          } else if (!names.add(lower)) {
            member.fault("is there already, in other letters");
          } else {
            headers.add(header(name, member, SECRET.contains(lower)));
          }
        });
    return headers;
  }

  private static OutHeader header(String name, Section member, boolean isSecret) {
    if (!member.json().isString()) {
      return new OutHeader(name, null, SecretSource.read(member));
    }
    String value = member.json().stringValue();
    if (isSecret) {
      member.fault("must be " + SecretSource.FORM);
    } else if (value.length() > MAX_VALUE) {
      member.fault("is longer than " + MAX_VALUE + " characters");
    } else if (!VALUE.matcher(value).matches()) {
      member.fault("is no value of a header: visible ASCII, and blanks between it");
    }
    return new OutHeader(name, value, null);
  }

  /// The values of headers, with those that are secrets.
  static Map<String, String> values(List<OutHeader> headers, Map<String, String> environment)
      throws MissingSecretException {
    Map<String, String> values = new TreeMap<>();
    for (OutHeader header : headers) {
      String value = header.text();
      if (header.secret() != null) {
        value = header.secret().require("the header " + header.name(), environment).text();
        if (!VALUE.matcher(value).matches()) {
          throw new MissingSecretException(
              "what the header "
                  + header.name()
                  + " would hold is no value of a header: visible ASCII, and blanks between it");
        }
      }
      values.put(header.name(), value == null ? "" : value);
    }
    return values;
  }
}
