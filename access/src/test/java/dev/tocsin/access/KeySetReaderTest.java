package dev.tocsin.access;

import static dev.tocsin.access.SignedTokens.P256;
import static dev.tocsin.access.SignedTokens.P384;
import static dev.tocsin.access.SignedTokens.P521;
import static dev.tocsin.access.SignedTokens.RSA;
import static dev.tocsin.access.SignedTokens.SHORT_RSA;
import static dev.tocsin.access.SignedTokens.base64;
import static dev.tocsin.access.SignedTokens.edwards;
import static dev.tocsin.access.SignedTokens.json;
import static dev.tocsin.access.SignedTokens.pem;
import static dev.tocsin.access.SignedTokens.rsa;
import static dev.tocsin.access.SignedTokens.secret;
import static dev.tocsin.access.SignedTokens.set;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import org.junit.jupiter.api.Test;

class KeySetReaderTest {

  private static final Instant NOW = Instant.parse("2027-01-01T00:00:00Z");

  private static KeySet read(String content) throws BrokenFileException {
    return KeySetReader.read(content.getBytes(StandardCharsets.UTF_8), "keys", NOW);
  }

  private static void refuses(String content, String says) {
    assertThatThrownBy(() -> read(content))
        .isInstanceOf(BrokenFileException.class)
        .hasMessageStartingWith("keys")
        .hasMessageContaining(says);
  }

  private static void ignores(String jwk, String says) throws BrokenFileException {
    KeySet keys = read(set(jwk, edwards("")));
    assertThat(keys.keys()).hasSize(1);
    assertThat(keys.ignored()).singleElement().asString().startsWith("keys[0] ").contains(says);
    refuses(set(jwk), "has no key that can be used: keys[0] ");
    refuses(jwk, says);
  }

  @Test
  void readsPublicKeysAndCertificates() throws Exception {
    String certificate = Certificates.text("dns");

    assertThat(
            read(pem(RSA) + "\n# the next\n" + pem(P256) + pem(P384) + pem(SignedTokens.ED25519))
                .keys())
        .hasSize(4);
    KeySet ofCertificate = read(certificate);
    assertThat(ofCertificate.keys()).hasSize(1);
    assertThat(ofCertificate.keys().getFirst().fits(SignatureAlgorithm.ES256)).isTrue();
    Instant end = Certificates.of("dns").getNotAfter().toInstant();
    assertThat(ofCertificate.keys().getFirst().isCurrent(end.minusSeconds(1))).isTrue();
    assertThat(ofCertificate.keys().getFirst().isCurrent(end)).isFalse();
    assertThatThrownBy(() ->
            KeySetReader.read(
                certificate.getBytes(StandardCharsets.UTF_8), "keys", end.plus(Duration.ofDays(1))))
        .isInstanceOf(BrokenFileException.class)
        .hasMessage("keys has a PEM block 1: a certificate that ended at " + end);
  }

  @Test
  void refusesPrivateKeys() {
    String says = "holds a private key, which belongs to the issuer alone; give the public one";
    refuses(pem("PRIVATE KEY", RSA.getPrivate().getEncoded()), says);
    refuses(pem("EC PRIVATE KEY", new byte[3]), says);
    refuses(pem(RSA) + pem("ENCRYPTED PRIVATE KEY", new byte[3]), says);
    refuses(rsa(RSA, ",'d':'AQAB'"), says);
    refuses(set(edwards(""), rsa(RSA, ",'p':'AQAB'")), "keys: keys[1] " + says);
  }

  @Test
  void refusesBrokenPem() {
    refuses("-----BEGIN PUBLIC KEY-----\nAAAA", "has no line -----END PUBLIC KEY-----");
    refuses("-----BEGIN PUBLIC KEY-----\n!\n-----END PUBLIC KEY-----", "is not Base64");
    refuses(pem("PUBLIC KEY", new byte[40]), "has a PEM block 1 that is no PUBLIC KEY used here");
    refuses(pem("CERTIFICATE", new byte[40]), "has a PEM block 1 that is no CERTIFICATE used here");
    refuses(pem("RSA PUBLIC KEY", new byte[40]), "-RSAPublicKey_in");
    refuses(pem("X509 CRL", new byte[40]), "that is a X509 CRL, not a key");
    refuses("-----BEGIN nothing", "has no key that can be used");
    refuses(pem(P521), "has a PEM block 1 that is on a curve other than P-256 and P-384");
    refuses(pem(SHORT_RSA), "is an RSA key of 1024 bits; it must have 2048 to 8192");
    refuses(pem(P256).repeat(101), "has more than 100 keys");
  }

  @Test
  void refusesWhatIsNeither() {
    refuses("", "is neither a JWK set, a JWK nor PEM");
    refuses("\0\1\2", "is neither a JWK set, a JWK nor PEM");
    refuses("[]", "is neither a JWK set, a JWK nor PEM");
    refuses("\uFEFF" + set(edwards("")), "begins with a byte order mark");
    refuses("{", "is no JWK set: Not valid JSON");
    refuses("{}", "an array \"keys\"");
    refuses("{\"keys\":{}}", "an array \"keys\"");
    refuses("{\"keys\":[]}", "has no key that can be used");
    refuses("{\"keys\":[],\"keys\":[]}", "is no JWK set");
    refuses("{\"keys\":" + "[".repeat(1_000), "nested deeper than 64");
    refuses(" ".repeat((1 << 20) + 1), "is larger than 1 MiB");
    refuses(
        set(Collections.nCopies(101, edwards("")).toArray(String[]::new)),
        "has more than 100 keys");
  }

  @Test
  void passesOverKeysThatAreForSomethingElse() throws Exception {
    ignores(rsa(RSA, ",'use':'enc'"), "has a use other than sig");
    ignores(rsa(RSA, ",'key_ops':['sign']"), "has key_ops without verify");
    ignores(rsa(RSA, ",'key_ops':'verify'"), "has key_ops without verify");
    ignores(rsa(RSA, ",'alg':'RSA-OAEP'"), "has an alg that is not used here");
    ignores(rsa(RSA, ",'alg':'ES256'"), "says alg ES256, which such a key is not made for");
    ignores(SignedTokens.ec(P256, "P-256", ",'alg':'ES384'"), "says alg ES384");
    ignores(edwards(",'alg':'HS256'"), "says alg HS256");
    assertThat(read(rsa(RSA, ",'key_ops':['verify','sign'],'use':'sig'")).keys()).hasSize(1);
    assertThat(read(rsa(RSA, ",'alg':'RS384'")).keys().getFirst().algorithms())
        .containsExactly(SignatureAlgorithm.RS384);
  }

  @Test
  void passesOverKeysThatAreNoGood() throws Exception {
    ignores(rsa(SHORT_RSA, ""), "is an RSA key of 1024 bits");
    ignores(json("{'kty':'RSA','n':'AQAB'}"), "must have a e");
    ignores(json("{'kty':'RSA','n':'A B','e':'AQAB'}"), "must have n in base64url");
    ignores(json("{'kty':'RSA','n':'AQAB=','e':'AQAB'}"), "must have n in base64url");
    ignores(json("{'kty':'RSA','n':'A','e':'AQAB'}"), "must have n in base64url");
    ignores(rsa(RSA, "").replace("AQAB\"}", "AQ\"}"), "is no valid RSA key");
    ignores(rsa(RSA, "").replace("AQAB\"}", "AA\"}"), "RSA key");
    ignores(json("{'kty':'AKP'}"), "has a kty other than");
    ignores(json("{'kty':1}"), "must have kty as a text");
    ignores(SignedTokens.ec(P521, "P-521", ""), "is on a curve other than P-256 and P-384");
    ignores(SignedTokens.ec(P384, "P-256", ""), "must have an x and a y of 32 bytes");
    String off = base64(new byte[32]);
    ignores(
        json("{'kty':'EC','crv':'P-256','x':'" + off + "','y':'" + off + "'}"),
        "is not a point of its curve");
    ignores(json("{'kty':'OKP','crv':'X25519','x':'AA'}"), "is on a curve other than Ed25519");
    ignores(json("{'kty':'OKP','crv':'Ed25519','x':'AA'}"), "must have an x of 32 bytes");
    ignores(secret(new byte[31], ""), "is a secret of 31 bytes; it must have 32 at least");
    ignores(secret(new byte[32], ",'alg':'HS512'"), "it must have 64 at least");
    ignores(edwards(",'kid':'" + "x".repeat(257) + "'"), "has a kid of more than 256 characters");
    ignores(edwards(",'kid':7"), "must have kid as a text");
    assertThat(read(set("1", edwards(""))).ignored()).containsExactly("keys[0] must be an object");
  }

  @Test
  void aKidIsOfOneKeyForAnAlgorithm() throws Exception {
    String again = rsa(SignedTokens.OTHER_RSA, ",'kid':'a'");
    refuses(set(rsa(RSA, ",'kid':'a'"), again), "keys[1] has the kid of another key");

    assertThat(read(set(rsa(RSA, ",'kid':'a'"), rsa(RSA, ",'kid':'a'"))).keys()).hasSize(1);
    assertThat(read(set(rsa(RSA, ",'kid':'a'"), edwards(",'kid':'a'"))).keys()).hasSize(2);
  }

  @Test
  void aKeyMayHaveSeveralKids() throws Exception {
    KeySet keys = read(set(rsa(RSA, ",'kid':'a'"), rsa(RSA, ",'kid':'b'"), rsa(RSA, "")));

    assertThat(keys.keys()).extracting(VerificationKey::id).containsExactly("a", "b", null);
    assertThat(keys.candidates("b", SignatureAlgorithm.RS256, NOW)).hasSize(1);
    assertThat(keys.candidates("of nobody", SignatureAlgorithm.RS256, NOW)).hasSize(1);
  }

  @Test
  void aKeyShowsNothingOfItself() throws Exception {
    byte[] secret = new byte[32];
    Arrays.fill(secret, (byte) 'x');

    assertThat(read(secret(secret, "")).toString()).doesNotContain("xxx").doesNotContain("eHh4");
  }
}
