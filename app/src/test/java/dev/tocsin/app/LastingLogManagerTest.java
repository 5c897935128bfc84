package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class LastingLogManagerTest {

  private static final class NamedLogger extends Logger {
    NamedLogger() {
      super("last words", null);
    }
  }

  @Test
  void keepsItsHandlersWhenTheProcessIsAskedToEnd() {
    LastingLogManager manager = new LastingLogManager();
    Logger logger = new NamedLogger();
    Handler handler = new ConsoleHandler();
    manager.addLogger(logger);
    logger.addHandler(handler);
    manager.keep();

    manager.reset();
    assertThat(logger.getHandlers()).containsExactly(handler);

    manager.letGo();
    manager.reset();
    assertThat(logger.getHandlers()).isEmpty();
  }
}
