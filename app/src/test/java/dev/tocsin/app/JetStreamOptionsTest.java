package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What `serve` does not take for a log on JetStream, without any NATS.
@Timeout(60)
class JetStreamOptionsTest {

  private final TestProcess process = new TestProcess();

  private int serve(String options) {
    List<String> words = new ArrayList<>(List.of("serve", "--port", "0"));
    words.addAll(List.of(options.split(" ")));
    return process.run(words.toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --jetstream nats://a:4222 --memory                | --memory and --jetstream are two places for one log
          --jetstream-prefix other                          | --jetstream-prefix says how the log is kept on NATS JetStream
          --jetstream-create=false                          | --jetstream-create says how
          --jetstream-synced                                | --jetstream-synced says how
          --jetstream nats://a:4222,,nats://b:4222          | --jetstream is the address of a NATS server
          --jetstream http://a:4222                         | a NATS server is named like nats://host:4222
          --jetstream nats://a:4222 --jetstream-replicas 2  | a stream has 1, 3 or 5 replicas; was 2
          --jetstream nats://a:4222 --jetstream-prefix a*b  | a prefix has up to
          --jetstream nats://a:4222 --jetstream-tls-cert c  | --jetstream-tls-cert and --jetstream-tls-key go together
          --jetstream nats://a:4222 --jetstream-synced      | --jetstream-synced is your word for --durability power
          --jetstream nats://a:4222 --retain-bytes 1k       | a log needs
          """)
  void wrongUseIsASentence(String options, String sentence) {
    assertThat(serve(options)).isEqualTo(2);
    assertThat(process.err()).contains(sentence);
  }

  @Test
  void aPasswordInAnAddressIsNotShown() {
    assertThat(serve("--jetstream http://somebody:hidden@a:4222")).isEqualTo(2);
    assertThat(process.err()).contains("http://a:4222").doesNotContain("hidden");
  }

  @Test
  void aPasswordBesideAnAddressThatIsMissingIsNotShown() {
    assertThat(serve("--jetstream nats://somebody:hidden@a:4222,")).isEqualTo(2);
    assertThat(process.err()).contains("one of them is empty").doesNotContain("hidden");
    assertThat(
            process.run(
                "log", "copy", "--from", "jetstream:nats://somebody:hidden@a,", "--to", "sqlite:d"))
        .isEqualTo(2);
    assertThat(process.err()).doesNotContain("hidden");
  }
}
