package dev.tocsin.bridges.in.hook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.bridges.description.MissingSecretException;
import dev.tocsin.bridges.description.SecretSource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Who may post to a hook.
class VerifierTest {

  private static final byte[] HELLO = bytes("Hello, World!");

  /// The example of GitHub's documentation.
  private static final String GITHUB =
      "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

  private static final byte[] PING = bytes("{\"event_type\":\"ping\",\"data\":{\"success\":true}}");
  private static final String KEY = "whsec_plJ3nmyCDGBKInavdOK15jsl";
  private static final String SIGNATURE = "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=";
  private static final Instant THEN = Instant.ofEpochSecond(1_731_705_121);

  @TempDir private Path folder;

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Verifier verifier(
      Verification.Scheme scheme, @Nullable String header, String... secrets)
      throws MissingSecretException {
    Map<String, String> environment = new HashMap<>();
    List<SecretSource> sources = new ArrayList<>();
    for (int i = 0; i < secrets.length; i++) {
      environment.put("S" + i, secrets[i]);
      sources.add(new SecretSource.Env("S" + i));
    }
    return Verifier.of(new Verification(scheme, sources, header), environment);
  }

  private static Map<String, String> standard(String id, String timestamp, String signature) {
    return Map.of("webhook-id", id, "webhook-timestamp", timestamp, "webhook-signature", signature);
  }

  private static Map<String, String> standard(String signature) {
    return standard("msg_loFOjxBNrRLzqYUf", "1731705121", signature);
  }

  @Test
  void gitHubsOwnExampleIsGood() throws Exception {
    Verifier one =
        verifier(Verification.Scheme.GITHUB, null, "another", "It's a Secret to Everybody");

    assertThat(one.fault(Map.of("x-hub-signature-256", GITHUB), HELLO, THEN)).isNull();
    assertThat(one.fault(Map.of("x-hub-signature-256", GITHUB), bytes("Hello, World"), THEN))
        .contains("another secret or another body");
    assertThat(one.fault(Map.of(), HELLO, THEN)).contains("there is no X-Hub-Signature-256");
    assertThat(one.fault(Map.of("x-hub-signature-256", GITHUB.substring(7)), HELLO, THEN))
        .isNotNull();
    assertThat(
            verifier(Verification.Scheme.GITHUB, null, "It's a secret to everybody")
                .fault(Map.of("x-hub-signature-256", GITHUB), HELLO, THEN))
        .isNotNull();
  }

  @Test
  void signatureOfStandardWebhooksIsGoodAmongOthersAndWithEitherSecret() throws Exception {
    Verifier both = verifier(Verification.Scheme.STANDARD_WEBHOOKS, null, "whsec_AAAA", KEY);

    assertThat(both.fault(standard(SIGNATURE), PING, THEN)).isNull();
    assertThat(both.fault(standard("v1,AAAA v1a,xyz " + SIGNATURE), PING, THEN)).isNull();
    assertThat(
            verifier(Verification.Scheme.STANDARD_WEBHOOKS, null, "whsec_AAAA")
                .fault(standard(SIGNATURE), PING, THEN))
        .contains("no webhook-signature");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "v1", "v1,", "v2,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=", ",,, "})
  void otherSignaturesAreNot(String signature) throws Exception {
    Verifier one = verifier(Verification.Scheme.STANDARD_WEBHOOKS, null, KEY);

    assertThat(one.fault(standard(signature), PING, THEN)).isNotNull();
  }

  @Test
  void idAndTimestampAndBodyAreSigned() throws Exception {
    Verifier one = verifier(Verification.Scheme.STANDARD_WEBHOOKS, null, KEY);

    assertThat(one.fault(standard("msg_2", "1731705121", SIGNATURE), PING, THEN)).isNotNull();
    assertThat(one.fault(standard("msg_loFOjxBNrRLzqYUf", "1731705122", SIGNATURE), PING, THEN))
        .isNotNull();
    assertThat(one.fault(standard(SIGNATURE), bytes("{}"), THEN)).isNotNull();
    assertThat(one.fault(Map.of("webhook-signature", SIGNATURE), PING, THEN)).contains("missing");
  }

  @ParameterizedTest
  @CsvSource({"-301, false", "-300, true", "0, true", "300, true", "301, false"})
  void clocksMayBeOffByFiveMinutes(long seconds, boolean good) throws Exception {
    Verifier one = verifier(Verification.Scheme.STANDARD_WEBHOOKS, null, KEY);

    String fault = one.fault(standard(SIGNATURE), PING, THEN.plus(Duration.ofSeconds(seconds)));

    assertThat(fault == null).isEqualTo(good);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "now", "-1", "1.5", "99999999999999999999"})
  void timestampsThatAreNoneAreTold(String timestamp) throws Exception {
    assertThat(
            verifier(Verification.Scheme.STANDARD_WEBHOOKS, null, KEY)
                .fault(standard("a", timestamp, SIGNATURE), PING, THEN))
        .contains("is no number of seconds");
  }

  @Test
  void sharedSecretStandsInItsHeader() throws Exception {
    Verifier one = verifier(Verification.Scheme.SHARED_SECRET, "x-token", "old", "new");

    assertThat(one.fault(Map.of("x-token", "new"), PING, THEN)).isNull();
    assertThat(one.fault(Map.of("x-token", "old"), PING, THEN)).isNull();
    assertThat(one.fault(Map.of("x-token", "New"), PING, THEN)).isNotNull().doesNotContain("New");
    assertThat(one.fault(Map.of("x-other", "new"), PING, THEN)).contains("there is no header");
  }

  @Test
  void secretsAreFetchedFromFilesWithoutTheirLastLineBreak() throws Exception {
    Path file = Files.writeString(folder.resolve("secret"), "new\n");
    Verification verification =
        new Verification(
            Verification.Scheme.SHARED_SECRET, List.of(new SecretSource.InFile(file)), "x-token");

    Verifier one = Verifier.of(verification, Map.of());

    assertThat(one.fault(Map.of("x-token", "new"), PING, THEN)).isNull();
    assertThat(one.toString()).doesNotContain("new");
  }

  @Test
  void secretsThatAreNotToBeHadAreToldWithoutThem() throws Exception {
    assertThatThrownBy(() ->
            Verifier.of(
                new Verification(
                    Verification.Scheme.GITHUB, List.of(new SecretSource.Env("NONE")), null),
                Map.of()))
        .isInstanceOf(MissingSecretException.class)
        .hasMessageContaining("the variable NONE is not set");
    assertThatThrownBy(() ->
            Verifier.of(
                new Verification(
                    Verification.Scheme.GITHUB, List.of(new SecretSource.Env("EMPTY")), null),
                Map.of("EMPTY", "")))
        .isInstanceOf(MissingSecretException.class)
        .hasMessageContaining("the variable EMPTY is empty");
    assertThatThrownBy(() -> verifier(Verification.Scheme.STANDARD_WEBHOOKS, null, "secret?"))
        .isInstanceOf(MissingSecretException.class)
        .hasMessageContaining("whsec_")
        .hasMessageNotContaining("secret?");
  }
}
