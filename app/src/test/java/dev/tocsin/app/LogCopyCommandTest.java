package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What `log copy` does not take, without any NATS.
@Timeout(60)
class LogCopyCommandTest {

  @TempDir Path folder;

  private final TestProcess process = new TestProcess();

  private int copy(String... options) {
    List<String> words = new ArrayList<>(List.of("log", "copy"));
    words.addAll(List.of(options));
    return process.run(words.toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --from sqlite:a                                          | --from and --to go together
          --to jetstream:nats://a:4222                             | --from and --to go together
          --from sqlite:a --to jetstream:nats://a:4222 FILE        | FILE is for a backup
          --from sqlite:a --to jetstream:nats://a:4222 --data a    | --data is for a backup
          --from a --to jetstream:nats://a:4222                    | --from is sqlite:DIR for a log on disk or jetstream:URL for one in NATS; was 'a'
          --from sqlite: --to jetstream:nats://a:4222              | --from is sqlite:DIR
          --from sqlite:a --to nats://me:hidden@a:4222             | --to is sqlite:DIR for a log on disk or jetstream:URL for one in NATS; was 'nats://a:4222'
          --from sqlite:a --to jetstream:nats://a:4222,,           | --to jetstream: is the address of a NATS server
          --from sqlite:a --to jetstream:http://me:hidden@a:4222   | a NATS server is named like nats://host:4222
          --from sqlite:a --to sqlite:b                            | a log is moved between sqlite: and jetstream:
          --from jetstream:nats://a:1 --to jetstream:nats://b:1    | a log is moved between sqlite: and jetstream:
          --from jetstream:nats://a:1 --to sqlite:b --retain 1d    | --retain says how a new stream is kept
          --from sqlite:a --to jetstream:nats://a:1 --retain-bytes 1k | a log needs
          --from sqlite:a --to jetstream:nats://a:1 --jetstream-replicas 2 | a stream has 1, 3 or 5 replicas
          --retain 1d FILE                                         | --retain is for a log that is moved
          --jetstream-prefix x FILE                                | --jetstream-prefix is for a log that is moved
          """)
  void wrongUseIsASentence(String options, String sentence) {
    assertThat(copy(options.split(" "))).isEqualTo(2);
    assertThat(process.err()).contains(sentence).doesNotContain("hidden");
  }

  @Test
  void whatTheEnvironmentHasForOtherCommandsDoesNoHarm() {
    process.with("TOCSIN_RETAIN", "1d").with("TOCSIN_JETSTREAM_PREFIX", "x");
    assertThat(copy("--data", folder.resolve("nowhere").toString(), "FILE")).isEqualTo(1);
    assertThat(process.err()).contains("there is no log in");
  }

  @Test
  void aLogThatIsNotThereIsAFailure() {
    assertThat(copy("--from", "sqlite:" + folder.resolve("none"), "--to", "jetstream:nats://a:1"))
        .isEqualTo(1);
    assertThat(process.err()).contains("there is no log in").doesNotContain("Exception");
  }
}
