package dev.tocsin.bridges.in.hook;

import dev.tocsin.bridges.description.Faults;
import dev.tocsin.bridges.description.HeaderName;
import dev.tocsin.bridges.description.SecretSource;
import dev.tocsin.bridges.description.Section;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// How a hook knows that a request is from whom it should be, as the file says it.
///
/// @param scheme how the sender shows it
/// @param secrets any of which will do, so that one can be replaced
/// @param header where a shared secret is, in lower case; `null` for schemes that have headers of their own
record Verification(Scheme scheme, List<SecretSource> secrets, @Nullable String header) {

  /// How a sender shows who he is.
  enum Scheme {
    /// `X-Hub-Signature-256`.
    GITHUB("github"),
    /// `webhook-id`, `webhook-timestamp` and `webhook-signature`.
    STANDARD_WEBHOOKS("standard-webhooks"),
    /// A header that holds the secret itself.
    SHARED_SECRET("shared-secret");

    private final String wireName;

    Scheme(String wireName) {
      this.wireName = wireName;
    }
  }

  Verification {
    secrets = List.copyOf(secrets);
  }

  /// Reads one; `null` when there is none, or its scheme is not known.
  static @Nullable Verification read(Section section) {
    if (!section.isThere() || !section.isObject("an object with scheme and secret")) {
      return null;
    }
    section.allow("scheme", "secret", "secrets", "header");
    Map<String, Scheme> schemes = new TreeMap<>();
    for (Scheme scheme : Scheme.values()) {
      schemes.put(scheme.wireName, scheme);
    }
    Section named = section.at("scheme");
    String name = named.text("one of " + String.join(", ", schemes.keySet()));
    Scheme scheme = name == null ? null : schemes.get(name);
    if (name != null && scheme == null) {
      named.unknown("there is no scheme " + Faults.quoted(name), name, schemes.keySet());
    }
    List<SecretSource> secrets = SecretSource.readAll(section);
    return scheme == null
        ? null
        : new Verification(scheme, secrets, header(section.at("header"), scheme));
  }

  private static @Nullable String header(Section section, Scheme scheme) {
    if (scheme != Scheme.SHARED_SECRET) {
      if (section.isThere()) {
        section.fault("is for shared-secret alone: " + scheme.wireName + " has its own");
      }
      return null;
    }
    String name = section.text("the name of the header that holds the secret");
    if (name != null && !HeaderName.isOne(name)) {
      section.fault("is no name of a header");
    }
    return name == null ? null : name.toLowerCase(Locale.ROOT);
  }
}
