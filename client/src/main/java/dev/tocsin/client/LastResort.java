package dev.tocsin.client;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.helpers.NOPLoggerFactory;

/// Where trouble goes that nobody takes: the application's log, or standard error where SLF4J has no
/// provider. Any thread may call it.
final class LastResort {

  private static final Logger LOG = LoggerFactory.getLogger("dev.tocsin.client");

  private LastResort() {}

  /// Tells what happened, with the stack trace where something was thrown.
  static void tell(String what, @Nullable Throwable thrown) {
    if (!(LoggerFactory.getILoggerFactory() instanceof NOPLoggerFactory)) {
      LOG.error(what, thrown);
      return;
    }
    synchronized (LastResort.class) {
      System.err.println("dev.tocsin.client: " + what);
      if (thrown != null) {
        thrown.printStackTrace();
      }
    }
  }
}
