package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Event types that are never compressed, as an operator names them.
@Timeout(60)
class DeflateOptionsTest {

  private final TestProcess process = new TestProcess();

  @AfterEach
  void stop() throws Exception {
    assertThat(process.interrupt()).isZero();
  }

  private String started(String... more) throws InterruptedException {
    String[] all = new String[more.length + 4];
    System.arraycopy(new String[] {"serve", "--port", "0", "--memory"}, 0, all, 0, 4);
    System.arraycopy(more, 0, all, 4, more.length);
    process.start(all).url();
    return process.awaitErr(err -> err.contains("at most")).err();
  }

  @Test
  void tellsOfPatternsThatMatchNothing() throws Exception {
    started("--no-deflate-for", "alrt.*, job.*", "--no-deflate-for", "Camera.Enabled");

    process.awaitErr(err -> err.contains("warning"));
    assertThat(process.err().lines().filter(line -> line.startsWith("warning")))
        .containsExactly(
            "warning: --no-deflate-for alrt.* matches no event type of this server's catalog; did"
                + " you mean alert.*?");
  }

  @Test
  void takesThemFromTheEnvironment() throws Exception {
    process.with("TOCSIN_NO_DEFLATE_FOR", "job.*,nothing.at.all");
    started();

    assertThat(process.awaitErr(err -> err.contains("warning")).err())
        .contains("warning: --no-deflate-for nothing.at.all matches")
        .doesNotContain("job.*");
  }
}
