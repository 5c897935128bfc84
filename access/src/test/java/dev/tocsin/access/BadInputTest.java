package dev.tocsin.access;

import static dev.tocsin.access.SignedTokens.base64;
import static dev.tocsin.access.SignedTokens.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.Json;
import dev.tocsin.hub.Authenticator.Outcome;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whatever is read from outside is read, or refused in words: never an exception of something below. With a fixed seed.
class BadInputTest {

  private static final int ROUNDS = 4_000;

  private static final String GRANTS =
      json(
          "{'subscribe':[{'events':['alert.*','{camera,gpu}.*'],'where':{'camera_id':['front'],'confidence':{'min':0.5}}}],"
              + "'publish':[{'events':['*']}],'manage':['metrics']}");
  private static final String KEYS =
      json("{'keys':[{'id':'abc','name':'n','sha256':'")
          + "0".repeat(64)
          + json("','grants':")
          + GRANTS
          + json(
              ",'limits':{'connections':5},'created':'2026-01-01T00:00:00Z','expires':'2027-01-01T00:00:00Z'}]}");
  private static final String ROLES =
      json("{'roles':{'viewer':") + GRANTS + json("},'members':{'front desk':['viewer']}}");

  /// Characters that mean something somewhere.
  private static final String SPECIAL = "{}[]\":,.\\-+eE0129_/=*? \n\t\0éAu'\uFEFF";

  private final Random random = new Random(42);

  @TempDir private Path folder;

  private byte[] mutated(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int times = 1 + random.nextInt(4);
    for (int i = 0; i < times && bytes.length > 0; i++) {
      int at = random.nextInt(bytes.length);
      bytes =
          switch (random.nextInt(5)) {
            case 0 -> spliced(bytes, at, at + 1, special());
            case 1 -> spliced(bytes, at, at, special());
            case 2 ->
                spliced(bytes, at, Math.min(bytes.length, at + random.nextInt(20)), new byte[0]);
            case 3 -> {
              int from = random.nextInt(bytes.length);
              int to = Math.min(bytes.length, from + random.nextInt(40));
              yield spliced(bytes, at, at, Arrays.copyOfRange(bytes, from, to));
            }
            default -> spliced(bytes, at, at + 1, new byte[] {(byte) random.nextInt(256)});
          };
    }
    return bytes;
  }

  private byte[] special() {
    int at = random.nextInt(SPECIAL.length());
    return SPECIAL.substring(at, at + 1).getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] spliced(byte[] bytes, int from, int to, byte[] by) {
    byte[] result = new byte[bytes.length - (to - from) + by.length];
    System.arraycopy(bytes, 0, result, 0, from);
    System.arraycopy(by, 0, result, from, by.length);
    System.arraycopy(bytes, to, result, from + by.length, bytes.length - to);
    return result;
  }

  private byte[] noise() {
    byte[] bytes = new byte[random.nextInt(200)];
    random.nextBytes(bytes);
    return bytes;
  }

  @Test
  void keys() throws Exception {
    KeysFile keys = new KeysFile(folder.resolve("keys.json"));
    assertThat(keys.read(KEYS.getBytes(StandardCharsets.UTF_8))).hasSize(1);
    for (int i = 0; i < ROUNDS; i++) {
      try {
        keys.read(i % 10 == 0 ? noise() : mutated(KEYS));
      } catch (BrokenFileException e) {
        ReadOrRefused.isASentence(e);
      }
    }
  }

  @Test
  void roles() throws Exception {
    RolesFile.read(ROLES.getBytes(StandardCharsets.UTF_8), "roles");
    for (int i = 0; i < ROUNDS; i++) {
      try {
        RolesFile.read(i % 10 == 0 ? noise() : mutated(ROLES), "roles");
      } catch (BrokenFileException e) {
        ReadOrRefused.isASentence(e);
      }
    }
  }

  @Test
  void grants() {
    for (int i = 0; i < ROUNDS; i++) {
      if (Json.read(mutated(GRANTS)) instanceof Json.Value(var tree)) {
        assertThat(RightsReader.read(tree, "grants")).isNotNull();
      }
    }
  }

  @Test
  void keySets() throws Exception {
    List<String> sources =
        List.of(
            SignedTokens.set(
                SignedTokens.rsa(SignedTokens.RSA, ",'kid':'a','use':'sig','key_ops':['verify']"),
                SignedTokens.ec(SignedTokens.P256, "P-256", ",'alg':'ES256'"),
                SignedTokens.edwards(""),
                SignedTokens.secret(SignedTokens.SECRET, "")),
            SignedTokens.ec(SignedTokens.P384, "P-384", ""),
            SignedTokens.edwards(""),
            SignedTokens.rsa(SignedTokens.RSA, ""),
            SignedTokens.pem(SignedTokens.RSA) + SignedTokens.pem(SignedTokens.ED25519),
            SignedTokens.pem(SignedTokens.P256),
            Certificates.text("dns"));
    for (int i = 0; i < ROUNDS; i++) {
      String source = sources.get(i % sources.size());
      try {
        KeySetReader.read(i % 10 == 0 ? noise() : mutated(source), "keys", ReadOrRefused.NOW);
      } catch (BrokenFileException e) {
        ReadOrRefused.isASentence(e);
      }
    }
  }

  @Test
  void tokens() throws Exception {
    String header = json("{'alg':'HS256','typ':'JWT','kid':'a'}");
    String claims =
        json("{'sub':'anna','exp':1.8e9,'nbf':1,'iss':'i','aud':['x'],'roles':'a b','tocsin':")
            + GRANTS
            + "}";
    try (Authority authority = ReadOrRefused.authority(folder, "i")) {
      int accepted = 0;
      for (int i = 0; i < ROUNDS; i++) {
        String head =
            base64(i % 3 == 0 ? mutated(header) : header.getBytes(StandardCharsets.UTF_8));
        String body =
            base64(i % 3 == 0 ? claims.getBytes(StandardCharsets.UTF_8) : mutated(claims));
        String token = SignedTokens.signed("HS256", SignedTokens.SECRET, head + "." + body);
        accepted += ReadOrRefused.judge(authority, token) instanceof Outcome.Accepted ? 1 : 0;
        ReadOrRefused.judge(authority, new String(mutated(token), StandardCharsets.UTF_8));
        ReadOrRefused.judge(
            authority, new String(mutated("tocsin_abc_" + "A".repeat(43)), StandardCharsets.UTF_8));
        String algorithm = i % 2 == 0 ? "ES256" : "EdDSA";
        String odd = base64(SignedTokens.header(algorithm)) + "." + body + "." + base64(noise());
        ReadOrRefused.judge(authority, odd);
      }
      assertThat(accepted).as("those that are whole by chance").isPositive();
    }
  }
}
