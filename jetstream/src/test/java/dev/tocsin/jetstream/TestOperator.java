package dev.tocsin.jetstream;

import dev.tocsin.fixtures.NatsConfig;
import io.nats.client.NKey;
import io.nats.client.support.JwtUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;

/// An operator of NATS with an account that may use JetStream, made for one test as `nsc` makes them.
final class TestOperator {

  private static final String LIMITS =
      "\"limits\":{\"subs\":-1,\"data\":-1,\"payload\":-1,\"imports\":-1,\"exports\":-1,"
          + "\"wildcards\":true,\"conn\":-1,\"leaf\":-1,\"mem_storage\":-1,\"disk_storage\":-1,"
          + "\"streams\":-1,\"consumer\":-1},";

  private final SecureRandom random = new SecureRandom();
  private final NKey operator = NKey.createOperator(random);
  private final NKey system = NKey.createAccount(random);
  private final NKey account = NKey.createAccount(random);

  TestOperator() throws GeneralSecurityException, IOException {}

  private static String name(NKey key) throws GeneralSecurityException, IOException {
    return new String(key.getPublicKey());
  }

  private String vouchFor(NKey key, String claims) throws GeneralSecurityException, IOException {
    long now = System.currentTimeMillis() / 1_000;
    return JwtUtils.issueJWT(
        operator, name(key), "test", Duration.ofDays(1), now, name(operator), () -> claims);
  }

  /// What servers have to be told.
  NatsConfig config() throws GeneralSecurityException, IOException {
    String accounts = "{" + LIMITS + "\"type\":\"account\",\"version\":2}";
    // The system's has no JetStream.
    String withoutStorage = "{\"type\":\"account\",\"version\":2}";
    return new NatsConfig(
        "",
        "operator: "
            + vouchFor(operator, "{\"type\":\"operator\",\"version\":2}")
            + "\nsystem_account: "
            + name(system)
            + "\nresolver: MEMORY\nresolver_preload: {\n  "
            + name(system)
            + ": "
            + vouchFor(system, withoutStorage)
            + "\n  "
            + name(account)
            + ": "
            + vouchFor(account, accounts)
            + "\n}");
  }

  /// Writes the credentials of a user of the account.
  ///
  /// @return the secret that they hold
  String write(Path file) throws GeneralSecurityException, IOException {
    return write(file, account);
  }

  /// Writes those of a user of an account that the operator does not know.
  void writeStranger(Path file) throws GeneralSecurityException, IOException {
    write(file, NKey.createAccount(random));
  }

  private String write(Path file, NKey issuer) throws GeneralSecurityException, IOException {
    NKey user = NKey.createUser(random);
    String seed = new String(user.getSeed());
    String token = JwtUtils.issueUserJWT(issuer, name(issuer), name(user), "gateway");
    Files.writeString(
        file,
        "-----BEGIN NATS USER JWT-----\n"
            + token
            + "\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n"
            + seed
            + "\n------END USER NKEY SEED------\n");
    return seed;
  }
}
