package dev.tocsin.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/// Netty's native halves as they lie on the class path: a jar for each transport and platform, which has to be of the version
/// of Netty's classes (ADR 98).
///
/// Versions are those that Maven has written into each jar. Where a jar was made of many and they got lost, nothing is known
/// here, and Netty alone is asked. Any thread.
final class NativeJars {

  private NativeJars() {}

  /// The jar of a transport.
  static String of(Transport transport) {
    return "netty-transport-native-" + transport;
  }

  /// Whether that jar surely is not there, for whatever platform: there is no note of it, but one of the classes that go with
  /// it.
  static boolean isAbsent(Transport transport) {
    return version(of(transport)) == null
        && version("netty-transport-classes-" + transport) != null;
  }

  /// Why that jar does not go with the rest of Netty; `null` when it does, is not there, or nobody can know.
  static @Nullable String misfit(Transport transport) {
    String found = version(of(transport));
    if (found == null) {
      return null;
    }
    for (String part : List.of("netty-transport-classes-" + transport, "netty-common")) {
      String wanted = version(part);
      if (wanted != null && !wanted.equals(found)) {
        return of(transport) + " is " + found + ", but " + part + " is " + wanted;
      }
    }
    return null;
  }

  private static @Nullable String version(String artifact) {
    String note = "/META-INF/maven/io.netty/" + artifact + "/pom.properties";
    URL found = NativeJars.class.getResource(note);
    if (found == null) {
      return null;
    }
    try {
      URLConnection connection = found.openConnection();
      connection.setUseCaches(false); // else the jar stays open a second time
      try (InputStream in = connection.getInputStream()) {
        Properties properties = new Properties();
        properties.load(in);
        return properties.getProperty("version");
      }
    } catch (IOException | IllegalArgumentException e) {
      return null; // a broken note is none
    }
  }
}
