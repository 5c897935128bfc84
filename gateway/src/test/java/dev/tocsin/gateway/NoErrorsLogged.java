package dev.tocsin.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Every test fails that made the server, or Netty, log an error or a warning. A test that expects
/// one takes it with [RecordedLogs#take].
public final class NoErrorsLogged implements BeforeEachCallback, AfterEachCallback {

  @Override
  public void beforeEach(ExtensionContext context) {}

  @Override
  public void afterEach(ExtensionContext context) {
    assertThat(RecordedLogs.take()).as("logged").isEmpty();
  }
}
