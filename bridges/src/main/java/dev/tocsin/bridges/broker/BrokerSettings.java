package dev.tocsin.bridges.broker;

import dev.tocsin.bridges.bridge.Claim;
import dev.tocsin.bridges.bridge.OtherSide;
import dev.tocsin.bridges.description.BridgeDescription;
import dev.tocsin.bridges.description.MissingSecretException;
import dev.tocsin.bridges.description.SecretSource;
import dev.tocsin.bridges.description.Section;
import dev.tocsin.mqtt.MqttAddress;
import dev.tocsin.mqtt.MqttReason;
import dev.tocsin.mqtt.MqttRefusedException;
import dev.tocsin.mqtt.MqttTls;
import dev.tocsin.mqtt.MqttVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// A broker of MQTT, and how a bridge talks to it, as the file says it.
///
/// @param version `null` for 5, and 3.1.1 where the broker does not know that
/// @param username where it is; `null` for none
/// @param password where it is; `null` for none
/// @param clientId `null` for one that the bridge makes up and keeps
/// @param keepAliveSeconds how often the broker hears of the bridge at least
public record BrokerSettings(
    MqttAddress address,
    @Nullable MqttVersion version,
    @Nullable Username username,
    @Nullable SecretSource password,
    @Nullable String clientId,
    MqttTls tls,
    int keepAliveSeconds) {

  static final int KEEP_ALIVE_SECONDS = 60;
  static final int LEAST_KEEP_ALIVE = 5;
  static final int MOST_KEEP_ALIVE = 3_600;

  /// The longest client id that is taken, in characters.
  static final int MAX_CLIENT_ID = 128;

  /// The members that it reads.
  public static final List<String> MEMBERS =
      List.of(
          "broker",
          "version",
          "username",
          "password",
          "client_id",
          "ca",
          "certificate",
          "key",
          "keep_alive");

  private static final String NUL = "holds a NUL character, which MQTT allows in no text";
  private static final String PEM = "the path of a file (PEM)";
  private static final MqttTls PLAIN = new MqttTls(null, null, null);
  private static final MqttAddress NOWHERE = new MqttAddress("localhost", 1883, false);

  /// A user's name, which need not be a secret.
  sealed interface Username {

    /// It stands in the file of bridges.
    record Told(String name) implements Username {}

    /// It is fetched as a secret is.
    record Kept(SecretSource source) implements Username {}
  }

  /// Who a bridge is to its broker.
  ///
  /// @param username `null` for none
  /// @param password `null` for none
  public record Login(@Nullable String username, @Nullable String password) {
    @Override
    public String toString() {
      return "…";
    }
  }

  /// Whether a broker that has refused 5 is to be asked with 3.1.1: nobody has said which it is to be.
  public boolean isForOlder(MqttRefusedException refusal, MqttVersion tried) {
    return refusal.code() == MqttReason.UNSUPPORTED_VERSION
        && version == null
        && tried == MqttVersion.V5;
  }

  /// Reads the members of a bridge that has a broker.
  public static BrokerSettings read(BridgeDescription bridge) {
    Section section = bridge.section();
    MqttAddress address = address(section.at("broker"));
    SecretSource password = secret(section.at("password"));
    Username username = username(section.at("username"));
    if (password != null && username == null) {
      section.at("password").fault("goes with a username");
    }
    Section id = section.at("client_id");
    String clientId = id.optionalText("the name by which the broker knows this bridge");
    if (clientId != null && clientId.length() > MAX_CLIENT_ID) {
      id.fault("may have " + MAX_CLIENT_ID + " characters at most");
    } else if (clientId != null && clientId.indexOf('\0') >= 0) {
      id.fault(NUL);
    }
    return new BrokerSettings(
        address,
        version(section.at("version")),
        username,
        password,
        clientId,
        tls(section, address),
        keepAlive(section.at("keep_alive")));
  }

  private static MqttAddress address(Section section) {
    String text = section.text("where the broker is, as mqtt://localhost:1883");
    if (text == null) {
      return NOWHERE;
    }
    try {
      return MqttAddress.of(text);
    } catch (IllegalArgumentException e) {
      section.fault(String.valueOf(e.getMessage()));
      return NOWHERE;
    }
  }

  private static @Nullable MqttVersion version(Section section) {
    if (!section.isThere()) {
      return null;
    }
    Set<String> known = new TreeSet<>();
    for (MqttVersion version : MqttVersion.values()) {
      // "5" and 5 are the same to people.
      if (section.json().isValueNode() && section.json().asString("").equals(version.toString())) {
        return version;
      }
      known.add(version.toString());
    }
    section.fault("must be one of " + String.join(", ", known));
    return null;
  }

  private static @Nullable SecretSource secret(Section section) {
    return section.isThere() ? SecretSource.read(section) : null;
  }

  private static @Nullable Username username(Section section) {
    if (!section.isThere()) {
      return null;
    }
    if (section.json().isString()) {
      String name = section.text("a user's name");
      if (name != null && name.indexOf('\0') >= 0) {
        section.fault(NUL);
      }
      return name == null ? null : new Username.Told(name);
    }
    SecretSource source = SecretSource.read(section);
    return source == null ? null : new Username.Kept(source);
  }

  private static MqttTls tls(Section section, MqttAddress address) {
    Path ca = section.at("ca").optionalPath(PEM);
    Path certificate = section.at("certificate").optionalPath(PEM);
    Path key = section.at("key").optionalPath(PEM);
    if ((certificate == null) != (key == null)) {
      section
          .at(certificate == null ? "certificate" : "key")
          .fault("is missing: a certificate and its key go together");
      return PLAIN;
    }
    if (!address.isEncrypted() && (ca != null || certificate != null)) {
      section.at(ca != null ? "ca" : "certificate").fault("is for mqtts://, which has TLS");
    }
    return new MqttTls(ca, certificate, key);
  }

  private static int keepAlive(Section section) {
    if (!section.isThere()) {
      return KEEP_ALIVE_SECONDS;
    }
    int seconds = section.json().isInt() ? section.json().intValue() : 0;
    if (seconds < LEAST_KEEP_ALIVE || seconds > MOST_KEEP_ALIVE) {
      section.fault(
          "must be a number of seconds from " + LEAST_KEEP_ALIVE + " to " + MOST_KEEP_ALIVE);
      return KEEP_ALIVE_SECONDS;
    }
    return seconds;
  }

  /// What a bridge has for itself: two clients with one id push each other out of the broker for ever.
  public List<Claim> claims() {
    return clientId == null ? List.of() : List.of(new Claim("client_id", address + " " + clientId));
  }

  /// Where a bridge connects to.
  public OtherSide otherSide(String bridge) {
    return new OtherSide(bridge, address.toString(), address.host(), address.port());
  }

  /// Fetches user name and password.
  ///
  /// @throws MissingSecretException when one is not to be had
  public Login login(Map<String, String> environment) throws MissingSecretException {
    String name =
        switch (username) {
          case null -> null;
          case Username.Told(String told) -> told;
          case Username.Kept(SecretSource source) ->
              source.require("its username", environment).text();
        };
    return new Login(
        name, password == null ? null : password.require("its password", environment).text());
  }

  /// Makes sure that all is to be had that a connection needs.
  public void require(Map<String, String> environment) throws MissingSecretException {
    Login login = login(environment);
    if (login.username() != null
        && login.username().getBytes(StandardCharsets.UTF_8).length > 0xFFFF) {
      throw new MissingSecretException("its username is longer than MQTT allows");
    }
    try {
      context();
    } catch (IOException e) {
      throw new MissingSecretException(String.valueOf(e.getMessage()));
    }
  }

  /// With what a connection is encrypted; `null` for nothing, and for the authorities of the Java platform.
  public @Nullable SSLContext context() throws IOException {
    return tls.equals(PLAIN) ? null : tls.context();
  }
}
