package dev.tocsin.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/// Which Tocsin this is, as its build has written it down.
public final class BuildVersion {

  private static final String NUMBER = read();

  private BuildVersion() {}

  /// The version, for instance `0.1.0`.
  public static String number() {
    return NUMBER;
  }

  private static String read() {
    Properties properties = new Properties();
    try (InputStream in = BuildVersion.class.getResourceAsStream("version.properties")) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version", "(version unknown)");
  }
}
