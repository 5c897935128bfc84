package dev.tocsin.mqtt;

import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// How a connection is opened.
///
/// @param tls for an address with TLS; `null` for the certificate authorities of the Java platform
/// @param clientId by which the broker knows the session
/// @param username `null` for none
/// @param password `null` for none
/// @param keepAliveSeconds how often the broker hears of the client at least
/// @param isClean whether what the broker knows of this client id is forgotten
/// @param sessionExpirySeconds how long the broker keeps the session after a break (MQTT 5; in 3.1.1 it is the broker's matter)
/// @param receiveMaximum how many messages may be unacknowledged at a time (MQTT 5)
/// @param maxPayloadBytes a larger message is skipped, and told
/// @param will what the broker publishes when the connection breaks; `null` for nothing
public record MqttOptions(
    MqttAddress address,
    @Nullable SSLContext tls,
    MqttVersion version,
    String clientId,
    @Nullable String username,
    @Nullable String password,
    int keepAliveSeconds,
    boolean isClean,
    long sessionExpirySeconds,
    int receiveMaximum,
    int maxPayloadBytes,
    @Nullable MqttMessage will) {

  public MqttOptions {
    if (keepAliveSeconds < 1 || keepAliveSeconds > 65_535) {
      throw new IllegalArgumentException("keep alive of " + keepAliveSeconds + " s");
    }
    if (receiveMaximum < 1 || receiveMaximum > 65_535) {
      throw new IllegalArgumentException("receive maximum of " + receiveMaximum);
    }
    if (sessionExpirySeconds < 0 || sessionExpirySeconds > 0xFFFF_FFFFL) {
      throw new IllegalArgumentException("session expiry of " + sessionExpirySeconds + " s");
    }
  }

  @Override
  public String toString() {
    return address + " as " + clientId;
  }
}
