package dev.tocsin.bridges.in.mqtt;

import dev.tocsin.bridges.bridge.Bridge;
import dev.tocsin.bridges.bridge.BridgeKind;
import dev.tocsin.bridges.bridge.BridgeSettings;
import dev.tocsin.bridges.bridge.Claim;
import dev.tocsin.bridges.bridge.Equipment;
import dev.tocsin.bridges.bridge.OtherSide;
import dev.tocsin.bridges.broker.BrokerSettings;
import dev.tocsin.bridges.description.BridgeDescription;
import dev.tocsin.bridges.description.MissingSecretException;
import dev.tocsin.bridges.mapping.Mapping;
import dev.tocsin.bridges.mapping.MappingReader;
import dev.tocsin.bridges.mapping.MessageSource;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// A bridge that hears what a broker of MQTT has.
///
/// @param handlers makes what becomes of its messages, for each bridge anew
public record MqttSettings(
    String name, String kind, BrokerSettings broker, Supplier<MessageHandler> handlers)
    implements BridgeSettings {

  /// The kind whose messages become what an operator's mappings say.
  public static final BridgeKind KIND = new BridgeKind("mqtt", MqttSettings::read);

  private static MqttSettings read(BridgeDescription bridge) {
    bridge.allow(BrokerSettings.MEMBERS, List.of("map"));
    BrokerSettings broker = BrokerSettings.read(bridge);
    List<Mapping> mappings =
        new MappingReader(bridge.catalog(), MessageSource.MQTT).readAll(bridge.at("map"));
    return new MqttSettings(bridge.name(), KIND.word(), broker, () -> new MappedTopics(mappings));
  }

  @Override
  public String place() {
    return broker.address().toString();
  }

  @Override
  public List<Claim> claims() {
    return broker.claims();
  }

  @Override
  public Optional<OtherSide> otherSide() {
    return Optional.of(broker.otherSide(name));
  }

  @Override
  public void requireSecrets(Map<String, String> environment) throws MissingSecretException {
    broker.require(environment);
  }

  @Override
  public Bridge make(Equipment equipment) {
    RandomGenerator random = new SecureRandom();
    return new MqttBridge(
        this,
        equipment.environment(),
        MqttMemory.of(equipment, name, random),
        random,
        equipment.clock());
  }
}
