package dev.tocsin.bridges.broker;

import dev.tocsin.bridges.bridge.BridgeFigures;
import dev.tocsin.bridges.bridge.BridgeSettings;
import dev.tocsin.bridges.description.Faults;
import dev.tocsin.mqtt.MqttReason;
import dev.tocsin.mqtt.MqttRefusedException;
import dev.tocsin.mqtt.MqttVersion;
import java.io.EOFException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What is told of the connection of a bridge to its broker, in its figures and in the log: once, and not each time. Any
/// thread.
public record BrokerLink(BridgeSettings bridge, BridgeFigures figures) {

  private static final Logger LOG = LoggerFactory.getLogger(BrokerLink.class);

  /// The connection is there.
  public void up(MqttVersion version) {
    if (figures.noteUp()) {
      LOG.atInfo()
          .addKeyValue("bridge", bridge.name())
          .addKeyValue("broker", bridge.place())
          .addKeyValue("version", version)
          .log("a bridge is connected");
    }
  }

  /// It is not.
  public void down(String sentence) {
    if (figures.noteDown(sentence)) {
      LOG.atWarn()
          .addKeyValue("bridge", bridge.name())
          .addKeyValue("broker", bridge.place())
          .addKeyValue("reason", sentence)
          .log("a bridge has no connection; it tries again for ever");
    }
  }

  /// Something is wrong with the bridge itself.
  public void brokeDown(Throwable fault) {
    try {
      if (figures.noteDown("the bridge met a fault of its own: " + fault)) {
        LOG.atError()
            .setCause(fault)
            .addKeyValue("bridge", bridge.name())
            .log("a bridge broke down");
      }
    } catch (RuntimeException | Error again) {
      // Without memory, for instance, not even that can be said; it tries again.
    }
  }

  /// Why there is no connection.
  public static String sentence(Exception e, String clientId) {
    String said = e.getMessage() == null ? e.toString() : e.getMessage();
    return switch (e) {
      case MqttRefusedException no when no.code() == MqttReason.SESSION_TAKEN_OVER ->
          said + ": " + Faults.quoted(clientId);
      // In 3.1.1 that is all that a broker can say, and all that some say in 5.
      case EOFException end ->
          said
              + "; if it does so again and again, another client may have the client id "
              + Faults.quoted(clientId);
      default -> said;
    };
  }
}
