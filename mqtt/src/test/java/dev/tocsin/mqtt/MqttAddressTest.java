package dev.tocsin.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Addresses of brokers.
class MqttAddressTest {

  @ParameterizedTest
  @CsvSource({
    "mqtt://localhost,        mqtt://localhost:1883",
    "MQTTS://broker.lan/,     mqtts://broker.lan:8883",
    "mqtt://[::1]:1884,       mqtt://[::1]:1884",
    "mqtt://mosquitto_1,      mqtt://mosquitto_1:1883",
    "mqtt://my_net.hub_1:99/, mqtt://my_net.hub_1:99",
  })
  void addressHasAPort(String text, String whole) {
    assertThat(MqttAddress.of(text)).hasToString(whole);
  }

  @ParameterizedTest
  @CsvSource({
    "localhost:1883,           must begin with mqtt:// or mqtts://",
    "http://localhost,         must begin with mqtt:// or mqtts://",
    "mqtt://me:secret@host,    'holds a user or a password: they are \"username\" and"
        + " \"password\"'",
    "mqtt://host/topic,        'must be a host and a port, and nothing else'",
    "mqtt://a_b..c,            'must be a host and a port, and nothing else'",
    "mqtt://a_b:99999,         has no port of 1 to 65535",
    "mqtt://me:secret@a_b,     'holds a user or a password: they are \"username\" and"
        + " \"password\"'",
    "mqtts://a_b,              'has a host that Java checks no certificate for: with TLS a name"
        + " has letters, digits and inner hyphens only'",
    "mqtt://host:99999,        has no port of 1 to 65535",
    "mqtt://,                  is no address: mqtt://HOST:PORT or mqtts://HOST:PORT",
  })
  void whatIsNoneIsASentence(String text, String sentence) {
    assertThatThrownBy(() -> MqttAddress.of(text)).hasMessage(sentence);
  }
}
