package dev.tocsin.access;

import static dev.tocsin.access.SignedTokens.base64;
import static dev.tocsin.access.SignedTokens.claims;
import static dev.tocsin.access.SignedTokens.header;
import static dev.tocsin.access.SignedTokens.json;
import static dev.tocsin.access.SignedTokens.jwkFor;
import static dev.tocsin.access.SignedTokens.set;
import static dev.tocsin.access.SignedTokens.signed;
import static dev.tocsin.access.SignedTokens.token;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.RecordedLogs;
import dev.tocsin.hub.Access;
import dev.tocsin.hub.Authenticator.Outcome;
import dev.tocsin.hub.ManualClock;
import dev.tocsin.hub.Pass;
import dev.tocsin.hub.Rights;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JwtVerifierTest {

  @TempDir private Path folder;
  private final ManualClock clock = new ManualClock();
  private Roles roles = Roles.NONE;
  private JwtSettings settings = new JwtSettings("", null, null);
  private Executor executor = Runnable::run;

  private KeySetFile source(String content) throws Exception {
    Path file = folder.resolve("keys");
    Files.writeString(file, content);
    KeySetFile source = new KeySetFile(file, clock);
    source.look();
    return source;
  }

  private JwtVerifier verifier(KeySource source) {
    return new JwtVerifier(settings, source, () -> roles, executor, clock);
  }

  private Outcome judge(String keys, String token) throws Exception {
    return verifier(source(keys)).verify(token).toCompletableFuture().join();
  }

  private static Pass accepted(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Accepted.class);
    return ((Outcome.Accepted) outcome).pass();
  }

  private static String refused(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    return ((Outcome.Refused) outcome).reason();
  }

  private Outcome judgeClaims(String more) throws Exception {
    return judge(jwkFor("HS256", ""), token("HS256", header("HS256"), claims(now(), more)));
  }

  private Instant now() {
    return clock.instant();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA", "HS256", "HS384", "HS512"
      })
  void takesEachAlgorithmWithItsKey(String algorithm) throws Exception {
    String token = token(algorithm, now());
    String keys = set(jwkFor(algorithm, ""));

    Access access = accepted(judge(keys, token)).access().orElseThrow();
    assertThat(access.name()).isEqualTo("anna");
    assertThat(access.rights()).isEqualTo(Roles.NOTHING);
    assertThat(access.expires()).isEqualTo(Instant.ofEpochSecond(now().getEpochSecond() + 3_600));
    accepted(judge(jwkFor(algorithm, ",'alg':'" + algorithm + "','use':'sig'"), token));

    // Any other signature or text is refused.
    int dot = token.lastIndexOf('.');
    String text = token.substring(0, dot);
    String other = token(algorithm, header(algorithm), claims(now(), ",'jti':1"));
    String foreign = text + other.substring(other.lastIndexOf('.'));
    assertThat(refused(judge(keys, foreign))).contains("signature is of no key");
    assertThat(refused(judge(keys, text + "."))).contains("signature");
    assertThat(refused(judge(keys, text + "." + base64(new byte[64])))).contains("signature");
    assertThat(refused(judge(keys, text + "." + base64(new byte[256])))).contains("signature");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA", "HS256", "HS384", "HS512"
      })
  void takesNoAlgorithmWithAKeyThatIsMadeForAnother(String algorithm) throws Exception {
    String token = token(algorithm, now());
    for (SignatureAlgorithm one : SignatureAlgorithm.values()) {
      boolean isSame = one.name().equals(algorithm);
      String only = ",'alg':'" + one + "'";
      Outcome outcome = judge(set(jwkFor(one.name(), only)), token);
      assertThat(outcome instanceof Outcome.Accepted).as(one.name()).isEqualTo(isSame);
    }
  }

  @Test
  void aPublicKeyIsNoSecret() throws Exception {
    byte[] pem = SignedTokens.pem(SignedTokens.RSA).getBytes(StandardCharsets.US_ASCII);
    byte[] der = SignedTokens.RSA.getPublic().getEncoded();
    for (byte[] secret : List.of(pem, der)) {
      String token =
          signed("HS256", secret, base64(header("HS256")) + "." + base64(claims(now(), "")));
      assertThat(refused(judge(new String(pem, StandardCharsets.US_ASCII), token)))
          .contains("made for its alg");
      assertThat(refused(judge(set(jwkFor("RS256", "")), token))).contains("made for its alg");
    }
  }

  @Test
  void aSecretMustBeAsLongAsTheHash() throws Exception {
    byte[] secret = new byte[48];
    String text = base64(header("HS512")) + "." + base64(claims(now(), ""));
    String shorter = base64(header("HS384")) + "." + base64(claims(now(), ""));

    refused(judge(SignedTokens.secret(secret, ""), signed("HS512", secret, text)));
    accepted(judge(SignedTokens.secret(secret, ""), signed("HS384", secret, shorter)));
  }

  @Test
  void anUnsignedTokenIsRefused() throws Exception {
    for (String none : List.of("none", "None", "NONE")) {
      String text = base64(header(none)) + "." + base64(claims(now(), "")) + ".";
      assertThat(refused(judge(set(jwkFor("RS256", "")), text))).contains("not signed");
    }
  }

  @Test
  void aKeyThatTheTokenBringsAlongIsWorthNothing() throws Exception {
    String jwk = SignedTokens.rsa(SignedTokens.OTHER_RSA, "");
    String head =
        "{\"alg\":\"RS256\",\"jwk\":"
            + jwk
            + ",\"jku\":\"http://127.0.0.1:1/\",\"x5u\":\"http://127.0.0.1:1/\"}";
    String text = base64(head) + "." + base64(claims(now(), ""));

    String own = signed("RS256", SignedTokens.OTHER_RSA.getPrivate(), text);
    assertThat(refused(judge(set(jwkFor("RS256", "")), own))).contains("signature is of no key");
    accepted(judge(set(jwkFor("RS256", "")), token("RS256", head, claims(now(), ""))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'alg':'HS256','crit':['b64'],'b64':false}|crit",
        "{'alg':'HS256','crit':[]}|crit",
        "{'alg':'HS256','enc':'A256GCM'}|JWE",
        "{'alg':'HS256','typ':'logout+jwt'}|typ",
        "{'alg':'HS256','typ':1}|typ",
        "{'alg':'HS256','kid':1}|kid",
        "{'alg':'hs256'}|alg",
        "{'alg':'ES512'}|alg",
        "{'alg':256}|alg",
        "{}|alg",
        "[]|header must be an object",
        "{'alg':'HS256','alg':'none'}|JSON of the token's header",
        "{|JSON of the token's header",
      })
  void refusesHeaders(String head, String says) throws Exception {
    String token = token("HS256", json(head), claims(now(), ""));

    assertThat(refused(judge(jwkFor("HS256", ""), token))).contains(says);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'alg':'HS256'}",
        "{'typ':'at+JWT','alg':'HS256'}",
        "{'typ':'application/jwt','alg':'HS256','x':{}}"
      })
  void takesHeaders(String head) throws Exception {
    accepted(judge(jwkFor("HS256", ""), token("HS256", json(head), claims(now(), ""))));
  }

  @Test
  void refusesWhatIsNoToken() throws Exception {
    String keys = jwkFor("HS256", "");
    String good = token("HS256", now());

    assertThat(refused(judge(keys, "a.b.c.d.e"))).contains("JWE");
    assertThat(refused(judge(keys, "a.b"))).contains("three parts");
    assertThat(refused(judge(keys, ".."))).contains("header");
    assertThat(refused(judge(keys, good + "="))).contains("signature must be base64url");
    assertThat(refused(judge(keys, good.replace(".", "=.")))).contains("base64url");
    assertThat(refused(judge(keys, good + ".x"))).contains("three parts");
    assertThat(refused(judge(keys, "é.é.é"))).contains("base64url");
    assertThat(refused(judge(keys, good + "A".repeat(8 << 10)))).contains("longer than 8 KiB");
    assertThat(refused(judge(keys, ".".repeat(10_000)))).contains("longer than 8 KiB");
    String large =
        token("HS256", header("HS256"), claims(now(), ",'x':'" + "x".repeat(5_900) + "'"));
    assertThat(large.length()).isBetween(7_000, 8 << 10);
    accepted(judge(keys, large));
  }

  @Test
  void theTimesHaveALeewayOfAMinute() throws Exception {
    long now = now().getEpochSecond();
    String header = header("HS256");
    String keys = jwkFor("HS256", "");

    String ended = token("HS256", header, json("{'sub':'a','exp':" + (now - 59) + "}"));
    Pass pass = accepted(judge(keys, ended));
    assertThat(pass.access().orElseThrow().expires()).isEqualTo(Instant.ofEpochSecond(now - 59));
    clock.advance(Duration.ofMillis(999));
    assertThat(pass.access()).isPresent();
    clock.advance(Duration.ofMillis(1));
    assertThat(pass.access()).as("with the leeway").isEmpty();
    assertThat(refused(judge(keys, ended))).contains("expired");

    now = now().getEpochSecond();
    accepted(judgeClaims(",'nbf':" + (now + 60)));
    assertThat(refused(judgeClaims(",'nbf':" + (now + 61)))).contains("nbf");
    accepted(judgeClaims(",'nbf':" + (now + 59) + ".5,'iat':" + (now + 1_000)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'exp':9999999999}|sub",
        "{'sub':'','exp':9999999999}|sub",
        "{'sub':' ','exp':9999999999}|sub",
        "{'sub':1,'exp':9999999999}|sub",
        "{'sub':'a\\nb','exp':9999999999}|sub",
        "{'sub':'a\\u202eb','exp':9999999999}|sub",
        "{'sub':'a'}|no exp",
        "{'sub':'a','exp':null}|exp is not a time",
        "{'sub':'a','exp':'9999999999'}|exp is not a time",
        "{'sub':'a','exp':-1}|exp is not a time",
        "{'sub':'a','exp':1e400}|exp is not a time",
        "{'sub':'a','exp':1e999999999}|exp is not a time",
        "{'sub':'a','exp':99999999999999999999}|exp is not a time",
        "{'sub':'a','exp':1}|expired",
        "{'sub':'a','exp':9999999999,'nbf':'x'}|nbf is not a time",
        "{'sub':'a','exp':9999999999,'roles':{}}|roles",
        "{'sub':'a','exp':9999999999,'roles':[1]}|roles",
        "{'sub':'a','exp':9999999999,'roles':null}|roles",
        "{'sub':'a','exp':9999999999,'tocsin':null}|claim tocsin",
        "{'sub':'a','exp':9999999999,'tocsin':{'subscribe':[{'events':['secret-[']}]}}|see"
            + " tocsin.subscribe[0].events",
        "{'sub':'a','exp':9999999999,'tocsin':{'secret':1}}|see tocsin",
        "{'sub':'a','sub':'b','exp':9999999999}|JSON of the token's claims",
        "[]|claims must be an object",
        "a|JSON of the token's claims",
      })
  void refusesClaims(String claims, String says) throws Exception {
    String token = token("HS256", header("HS256"), json(claims));

    assertThat(refused(judge(jwkFor("HS256", ""), token))).contains(says).doesNotContain("secret");
  }

  @Test
  void aNameIsBounded() throws Exception {
    String keys = jwkFor("HS256", "");
    for (int length : List.of(256, 257)) {
      String claims = json("{'sub':'" + "a".repeat(length) + "','exp':9999999999}");
      Outcome outcome = judge(keys, token("HS256", header("HS256"), claims));
      assertThat(outcome instanceof Outcome.Accepted).isEqualTo(length == 256);
    }
  }

  @Test
  void theIssuerAndTheAudienceMustBeTheConfiguredOnes() throws Exception {
    accepted(judgeClaims(",'iss':'anyone','aud':'anything'"));

    settings = new JwtSettings("", "https://id.example", "tocsin");
    accepted(judgeClaims(",'iss':'https://id.example','aud':'tocsin'"));
    accepted(judgeClaims(",'iss':'https://id.example','aud':['other','tocsin']"));
    assertThat(refused(judgeClaims(",'aud':'tocsin'"))).contains("iss");
    assertThat(refused(judgeClaims(",'iss':'https://id.example/','aud':'tocsin'"))).contains("iss");
    assertThat(refused(judgeClaims(",'iss':['https://id.example'],'aud':'tocsin'")))
        .contains("iss");
    assertThat(refused(judgeClaims(",'iss':'https://id.example'"))).contains("aud");
    assertThat(refused(judgeClaims(",'iss':'https://id.example','aud':'Tocsin'"))).contains("aud");
    assertThat(refused(judgeClaims(",'iss':'https://id.example','aud':[['tocsin'],1]")))
        .contains("aud");
  }

  @Test
  void grantsComeFromTheClaimElseFromTheRoles() throws Exception {
    roles = new Roles(Map.of("admin", Rights.ALL), Map.of("anna", List.of("admin")));

    Rights own =
        rightsOf(judgeClaims(",'roles':['admin'],'tocsin':{'subscribe':[{'events':['alert.*']}]}"));
    assertThat(own.subscribe().grants()).hasSize(1);
    assertThat(own.manage()).isEmpty();
    assertThat(rightsOf(judgeClaims(",'roles':['admin','unknown']"))).isEqualTo(Rights.ALL);
    assertThat(rightsOf(judgeClaims(",'roles':'other  admin'"))).isEqualTo(Rights.ALL);
    assertThat(rightsOf(judgeClaims(",'roles':'other'"))).isEqualTo(Roles.NOTHING);
    assertThat(rightsOf(judgeClaims(",'tocsin':{}"))).isEqualTo(Roles.NOTHING);
    assertThat(rightsOf(judgeClaims(""))).as("members are not for tokens").isEqualTo(Roles.NOTHING);
    assertThat(refused(judgeClaims(",'roles':'" + "a ".repeat(65) + "'"))).contains("roles");
  }

  private static Rights rightsOf(Outcome outcome) {
    return accepted(outcome).access().orElseThrow().rights();
  }

  @Test
  void aPassFollowsTheRoles() throws Exception {
    Pass pass = accepted(judgeClaims(",'roles':['admin']"));
    Access first = pass.access().orElseThrow();
    assertThat(first.rights()).isEqualTo(Roles.NOTHING);

    roles = new Roles(Map.of("viewer", Rights.ALL), Map.of());
    assertThat(pass.access()).as("nothing has changed for her").containsSame(first);
    roles = new Roles(Map.of("admin", Rights.ALL), Map.of());
    Access second = pass.access().orElseThrow();
    assertThat(second.rights()).isEqualTo(Rights.ALL);
    assertThat(pass.access()).containsSame(second);
    roles = Roles.NONE;
    assertThat(pass.access().orElseThrow().rights()).isEqualTo(Roles.NOTHING);
  }

  @Test
  void aPassEndsWithItsKey() throws Exception {
    KeySetFile source = source(set(jwkFor("RS256", ",'kid':'a'"), jwkFor("ES256", "")));
    String token = token("RS256", json("{'alg':'RS256','kid':'a'}"), claims(now(), ""));
    Pass pass = accepted(verifier(source).verify(token).toCompletableFuture().join());

    Files.writeString(folder.resolve("keys"), "{");
    source.look();
    assertThat(pass.access()).as("a broken file changes nothing").isPresent();
    Files.writeString(folder.resolve("keys"), set(jwkFor("RS256", ",'kid':'renamed'")));
    source.look();
    assertThat(pass.access()).as("the same key").isPresent();
    Files.writeString(folder.resolve("keys"), set(jwkFor("ES256", "")));
    source.look();
    assertThat(pass.access()).isEmpty();
  }

  @Test
  void theKidPicksTheKey() throws Exception {
    String a = SignedTokens.rsa(SignedTokens.RSA, ",'kid':'a'");
    String b = SignedTokens.rsa(SignedTokens.OTHER_RSA, ",'kid':'b'");
    String nameless = SignedTokens.rsa(SignedTokens.RSA, "");
    String ofA = token("RS256", json("{'alg':'RS256','kid':'a'}"), claims(now(), ""));
    String ofB = token("RS256", json("{'alg':'RS256','kid':'b'}"), claims(now(), ""));
    String ofC = token("RS256", json("{'alg':'RS256','kid':'c'}"), claims(now(), ""));

    accepted(judge(set(b, a), ofA));
    accepted(judge(set(b, a), token("RS256", now())));
    assertThat(refused(judge(set(b, a), ofB))).as("signed by a").contains("no key");
    assertThat(refused(judge(set(b, a), ofC))).contains("kid is unknown");
    accepted(judge(set(b, nameless), ofC));
    accepted(judge(SignedTokens.pem(SignedTokens.RSA), ofC));
    accepted(
        judge(SignedTokens.pem(SignedTokens.OTHER_RSA) + SignedTokens.pem(SignedTokens.RSA), ofC));
    assertThat(refused(judge(set(nameless, b), ofB))).contains("no key");
  }

  @Test
  void withoutAKidOnlySoManyKeysAreTried() throws Exception {
    List<String> jwks = new ArrayList<>();
    for (int i = 0; i < KeySet.MAX_TRIED; i++) {
      byte[] secret = new byte[32];
      secret[0] = (byte) i;
      jwks.add(SignedTokens.secret(secret, ""));
    }
    jwks.add(jwkFor("HS256", ""));
    String token = token("HS256", now());

    refused(judge(set(jwks.toArray(String[]::new)), token));
    jwks.removeFirst();
    accepted(judge(set(jwks.toArray(String[]::new)), token));
  }

  @Test
  void itWorksOnTheExecutorAndWithinBounds() throws Exception {
    List<Runnable> tasks = new ArrayList<>();
    executor = tasks::add;
    JwtVerifier verifier = verifier(source(jwkFor("HS256", "")));
    String token = token("HS256", now());
    List<CompletionStage<Outcome>> waiting = new ArrayList<>();
    for (int i = 0; i < JwtVerifier.MAX_UNDER_WAY; i++) {
      waiting.add(verifier.verify(token));
    }

    assertThat(waiting).noneMatch(one -> one.toCompletableFuture().isDone());
    assertThat(verifier.verify(token).toCompletableFuture().join())
        .isInstanceOf(Outcome.Unavailable.class);
    List.copyOf(tasks).forEach(Runnable::run);
    waiting.forEach(one -> accepted(one.toCompletableFuture().join()));
    tasks.clear();
    assertThat(verifier.verify(token).toCompletableFuture()).isNotDone();
    assertThat(tasks).hasSize(1);
  }

  @Test
  void anExecutorThatIsFullMakesItUnavailable() throws Exception {
    executor =
        task -> {
          throw new RejectedExecutionException("full");
        };

    JwtVerifier verifier = verifier(source(jwkFor("HS256", "")));
    String token = token("HS256", now());

    for (int i = 0; i < 2 * JwtVerifier.MAX_UNDER_WAY; i++) {
      assertThat(verifier.verify(token).toCompletableFuture().join())
          .isEqualTo(new Outcome.Unavailable("too many tokens are being verified"));
    }
  }

  @Test
  void aFaultOfOursIsARefusal() throws Exception {
    assertIsARefusal(
        "IllegalStateException",
        () -> {
          throw new IllegalStateException("secret");
        });
    assertIsARefusal(
        "StackOverflowError",
        () -> {
          throw new StackOverflowError("secret");
        });
  }

  private void assertIsARefusal(String name, Supplier<Roles> roles) throws Exception {
    RecordedLogs.take();
    JwtVerifier broken =
        new JwtVerifier(settings, source(jwkFor("HS256", "")), roles, executor, clock);

    CompletableFuture<Outcome> outcome = broken.verify(token("HS256", now())).toCompletableFuture();

    assertThat(outcome).isCompleted();
    assertThat(refused(outcome.join())).isEqualTo("the token cannot be verified");
    assertThat(RecordedLogs.take())
        .singleElement()
        .asString()
        .contains(name)
        .doesNotContain("secret");
  }

  @Test
  void aKeyOnAnotherCurveIsNoneForTheAlgorithm() throws Exception {
    KeyPair other = SignedTokens.P384;
    String text = base64(header("ES256")) + "." + base64(claims(now(), ""));

    assertThat(refused(judge(SignedTokens.pem(other), signed("ES256", other.getPrivate(), text))))
        .contains("made for its alg");
  }
}
