package dev.tocsin.access;

import static dev.tocsin.access.SignedTokens.claims;
import static dev.tocsin.access.SignedTokens.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.hub.Access;
import dev.tocsin.hub.Authenticator.Outcome;
import dev.tocsin.hub.Credential;
import dev.tocsin.hub.Limits;
import dev.tocsin.hub.ManualClock;
import dev.tocsin.hub.Pass;
import dev.tocsin.hub.Rights;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuthorityTest {

  private static final String ROLES =
      json("{'roles':{'viewer':{'subscribe':[{'events':['alert.*']}]},'all':{'manage':['keys']}}");

  @TempDir private Path folder;
  private final ManualClock clock = new ManualClock();
  private Path roles;
  private KeysFile keys;
  private Authority authority;

  @BeforeEach
  void begin() throws Exception {
    keys = new KeysFile(folder.resolve("keys.json"));
    roles = folder.resolve("roles.json");
    Files.writeString(roles, ROLES + "}");
    Path jwt = Files.writeString(folder.resolve("jwt.json"), SignedTokens.jwkFor("HS256", ""));
    authority =
        new Authority(
            new AuthoritySettings(keys, new JwtSettings(jwt.toString(), null, null), roles),
            Runnable::run,
            clock);
    authority.look();
  }

  @AfterEach
  void end() {
    authority.close();
  }

  private Outcome judge(Credential credential) {
    return authority.authenticate(credential).toCompletableFuture().join();
  }

  private Outcome judge(String token) {
    return judge(new Credential.Token(token));
  }

  private static Access access(Outcome outcome) {
    return pass(outcome).access().orElseThrow();
  }

  private static Pass pass(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Accepted.class);
    return ((Outcome.Accepted) outcome).pass();
  }

  private static String refused(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    return ((Outcome.Refused) outcome).reason();
  }

  private ApiKey add(String name, Instant expires) throws Exception {
    ApiKey key = ApiKey.generate(new SecureRandom());
    keys.add(
        new StoredKey(
            key.id(), name, key.digest(), Rights.ALL, Limits.NONE, clock.instant(), expires));
    authority.look();
    return key;
  }

  private void members(String members) throws Exception {
    Files.writeString(roles, ROLES + ",\"members\":" + json(members) + "}");
    authority.look();
  }

  @Test
  void tellsKeysFromTokens() throws Exception {
    ApiKey key = add("front desk", null);
    assertThat(authority.hasAny()).isTrue();
    assertThat(access(judge(key.text())).name()).isEqualTo("front desk");
    assertThat(access(judge(SignedTokens.token("HS256", clock.instant()))).name())
        .isEqualTo("anna");
    assertThat(refused(judge(""))).contains("neither an API key nor signed");
    assertThat(refused(judge("secret"))).contains("neither an API key nor signed");
    assertThat(refused(judge("a.b.c.d.e"))).contains("JWE");
    assertThat(refused(judge("a.b"))).contains("three parts");
  }

  @Test
  void saysWhyAKeyIsRefusedWithoutShowingIt() throws Exception {
    ApiKey key = add("front desk", clock.instant().plusSeconds(60));
    String wrong = "tocsin_" + key.id() + "_" + "A".repeat(43);
    ApiKey unknown = ApiKey.generate(new SecureRandom());

    assertThat(refused(judge(wrong)))
        .isEqualTo("the secret is not that of the key " + key.id() + " of front desk");
    assertThat(refused(judge(unknown.text()))).isEqualTo("the API key is unknown or revoked");
    assertThat(refused(judge("tocsin_secret"))).isEqualTo("it begins like an API key, but is none");
    clock.advance(Duration.ofSeconds(60));
    assertThat(refused(judge(key.text())))
        .isEqualTo("the key " + key.id() + " of front desk has expired");
    assertThat(refused(judge(wrong))).contains("the secret is not that of");
  }

  @Test
  void takesOnlyWhatIsConfigured() throws Exception {
    try (Authority none =
        new Authority(new AuthoritySettings(null, null, null), Runnable::run, clock)) {
      none.start();
      for (String token : List.of("tocsin_x", "a.b.c", "")) {
        Outcome outcome =
            none.authenticate(new Credential.Token(token)).toCompletableFuture().join();
        assertThat(outcome).isInstanceOf(Outcome.Refused.class);
      }
      assertThat(none.hasAny()).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "dns, camera-7.example.org",
    "uri, spiffe://example.org/camera/7",
    "cn, 'front \"desk\", 1'",
    "mail-only, front desk"
  })
  void aCertificateIsOfTheNameInIt(String file, String name) throws Exception {
    X509Certificate certificate = Certificates.of(file);
    Instant begin = certificate.getNotBefore().toInstant();
    Instant end = certificate.getNotAfter().toInstant();
    clock.advance(Duration.between(clock.instant(), begin));
    members("{'" + name.replace("\"", "\\'") + "':['viewer']}");

    Access access = access(judge(new Credential.Certificate(certificate)));

    assertThat(access.name()).isEqualTo(name);
    assertThat(access.rights().subscribe().grants()).hasSize(1);
    assertThat(access.expires()).isEqualTo(end);
  }

  @Test
  void aCertificateCountsWhileItIsValid() throws Exception {
    X509Certificate certificate = Certificates.of("dns");
    Credential credential = new Credential.Certificate(certificate);
    Instant begin = certificate.getNotBefore().toInstant();
    clock.advance(Duration.between(clock.instant(), begin).minusMillis(1));
    assertThat(refused(judge(credential))).contains("not valid before");
    clock.advance(Duration.ofMillis(1));
    Pass pass = pass(judge(credential));
    assertThat(pass.access()).isPresent();
    clock.advance(Duration.between(begin, certificate.getNotAfter().toInstant()));
    assertThat(pass.access()).isEmpty();
    assertThat(refused(judge(credential))).contains("ended at");
  }

  @ParameterizedTest
  @ValueSource(strings = {"nameless", "control"})
  void aCertificateWithoutANameIsRefused(String file) throws Exception {
    X509Certificate certificate = Certificates.of(file);
    clock.advance(Duration.between(clock.instant(), certificate.getNotBefore().toInstant()));

    assertThat(refused(judge(new Credential.Certificate(certificate))))
        .isEqualTo("the certificate has no DNS name, URI or CN that can be a name");
  }

  @Test
  void aVouchedNameHasItsOwnRolesAndThoseOfTheProxy() throws Exception {
    members("{'anna':['viewer']}");

    Rights both = access(judge(new Credential.Vouched("anna", List.of("all", "no")))).rights();
    assertThat(both.subscribe().grants()).hasSize(1);
    assertThat(both.manage()).containsExactly("keys");
    Access nobody = access(judge(new Credential.Vouched("bert", List.of())));
    assertThat(nobody.name()).isEqualTo("bert");
    assertThat(nobody.rights()).as("known, and may nothing").isEqualTo(Roles.NOTHING);
    assertThat(nobody.expires()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  ", "a\nb", "a\u0000", "a\u202eb", "\ud800"})
  void aVouchedNameMustBeOne(String name) {
    assertThat(refused(judge(new Credential.Vouched(name, List.of())))).contains("cannot be one");
  }

  @Test
  void whatAProxyVouchesForIsBounded() {
    refused(judge(new Credential.Vouched("a".repeat(257), List.of())));
    refused(judge(new Credential.Vouched("a", Collections.nCopies(65, "viewer"))));
    access(judge(new Credential.Vouched("a".repeat(256), Collections.nCopies(64, "viewer"))));
  }

  @Test
  void aCharacterOfANameCountsOnceHoweverManyBytesItHas() {
    access(judge(new Credential.Vouched("😀".repeat(256), List.of())));
    refused(judge(new Credential.Vouched("😀".repeat(257), List.of())));
  }

  @Test
  void passesFollowTheRolesFile() throws Exception {
    Pass pass = pass(judge(new Credential.Vouched("anna", List.of())));
    Optional<Access> first = pass.access();
    members("{'anna':['viewer']}");
    Optional<Access> second = pass.access();
    assertThat(second).isNotEqualTo(first);
    members("{'anna':['viewer'],'bert':['all']}");
    assertThat(pass.access()).containsSame(second.orElseThrow());

    Files.writeString(roles, "{}");
    authority.look();
    assertThat(pass.access())
        .as("a broken file changes nothing")
        .containsSame(second.orElseThrow());
    members("{'anna':[]}");
    assertThat(pass.access()).isEqualTo(first);
  }

  @Test
  @Timeout(20)
  void followsByItselfOnceStarted() throws Exception {
    Pass pass = pass(judge(new Credential.Vouched("anna", List.of())));
    authority.start();
    Files.writeString(roles, ROLES + json(",'members':{'anna':['viewer']}}"));
    long began = System.nanoTime();

    while (pass.access().orElseThrow().rights().equals(Roles.NOTHING)) {
      Thread.sleep(10);
    }

    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
  }

  @Test
  void doesNotStartWithABrokenFile() throws Exception {
    Files.writeString(roles, "{");
    assertThatThrownBy(() -> authority.start())
        .isInstanceOf(BrokenFileException.class)
        .hasMessageStartingWith(roles.toString());
    Files.writeString(roles, ROLES + "}");
    Files.writeString(keys.path(), "[]");
    assertThatThrownBy(() -> authority.start()).hasMessageStartingWith(keys.path().toString());
    Files.delete(keys.path());
    Files.delete(folder.resolve("jwt.json"));
    assertThatThrownBy(() -> authority.start()).hasMessageEndingWith("jwt.json does not exist");
  }

  @Test
  void noReasonShowsAPartOfAToken() throws Exception {
    String secret = "verysecretpart";
    for (String head :
        List.of("{'alg':'HS256','kid':'verysecretpart'}", "{'alg':'verysecretpart'}")) {
      for (String more :
          List.of(
              ",'nbf':'verysecretpart'",
              ",'roles':{'verysecretpart':1}",
              ",'tocsin':{'verysecretpart':[]}",
              ",'tocsin':{'subscribe':[{'events':['[verysecretpart']}]}",
              ",'tocsin':{'subscribe':[{'events':['*'],'where':{'verysecretpart':{'is':1}}}]}")) {
        String token = SignedTokens.token("HS256", json(head), claims(clock.instant(), more));
        assertThat(refused(judge(token))).doesNotContain(secret);
      }
    }
  }
}
