package dev.tocsin.app;

import dev.tocsin.access.StoredKey;
import dev.tocsin.hub.EventPattern;
import dev.tocsin.hub.Grants;
import dev.tocsin.hub.Limits;
import dev.tocsin.hub.Rights;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a key opens and until when, for a person.
final class KeyText {

  private static final String EVERYTHING = "everything";

  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm", Locale.ROOT);

  private KeyText() {}

  /// What a key opens.
  static String rights(StoredKey key) {
    List<String> parts = new ArrayList<>();
    Rights rights = key.rights();
    String subscribe = grants(rights.subscribe());
    String publish = grants(rights.publish());
    if (subscribe.equals(EVERYTHING)
        && publish.equals(EVERYTHING)
        && rights.manage().equals(Rights.MANAGEABLE)) {
      parts.add(EVERYTHING);
    } else {
      add(parts, "subscribe ", subscribe);
      add(parts, "publish ", publish);
      add(parts, "manage ", rights.manage().stream().sorted().collect(Collectors.joining(", ")));
    }
    if (parts.isEmpty()) {
      parts.add("nothing");
    }
    Limits limits = key.limits();
    add(parts, "connections at most ", number(limits.connections()));
    add(parts, "publishes a second at most ", number(limits.publishesPerSecond()));
    add(parts, "bytes a second at most ", number(limits.bytesPerSecond()));
    return String.join("; ", parts);
  }

  private static void add(List<String> parts, String what, String text) {
    if (!text.isEmpty()) {
      parts.add(what + text);
    }
  }

  private static String number(@Nullable Long number) {
    return number == null ? "" : number.toString();
  }

  private static String grants(@Nullable Grants grants) {
    if (grants == null) {
      return EVERYTHING;
    }
    List<String> texts = new ArrayList<>();
    for (Grants.Grant grant : grants.grants()) {
      String patterns =
          grant.patterns().stream().map(EventPattern::text).collect(Collectors.joining(", "));
      if (grant.where() == null && patterns.equals("*")) {
        return EVERYTHING;
      }
      texts.add(patterns + (grant.where() == null ? "" : " where " + grant.where().json()));
    }
    return String.join(" and ", texts);
  }

  /// When a key ends.
  static String end(StoredKey key, Instant now, ZoneId zone) {
    Instant expires = key.expires();
    if (expires == null) {
      return "never";
    }
    return (now.isBefore(expires) ? "" : "expired ") + time(expires, zone);
  }

  /// A time.
  static String time(Instant time, ZoneId zone) {
    return MINUTE.format(time.atZone(zone));
  }
}
