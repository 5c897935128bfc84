package dev.tocsin.mqtt;

import static dev.tocsin.mqtt.ScriptedBroker.ACCEPTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Connections to brokers that do what they should, and what they should not.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MqttConnectionTest {

  @Test
  void messageIsAcknowledgedByItsOwnerAlone() throws Exception {
    try (ScriptedBroker broker =
            new ScriptedBroker(false, ACCEPTED, "3208" + "0003612f62" + "0007" + "78");
        MqttConnection connection = broker.connect()) {
      assertThat(connection.receive())
          .isInstanceOfSatisfying(
              MqttIncoming.Message.class,
              message -> {
                assertThat(message.topic()).isEqualTo("a/b");
                assertThat(message.packetId()).isEqualTo(7);
                assertThat(message.isRepeated()).isFalse();
                assertThat(new String(message.payload(), StandardCharsets.UTF_8)).isEqualTo("x");
              });
      connection.acknowledge(7);
      broker.awaitHeard("40020007");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "3204 0000 0007,               its topic is empty",
    "3206 0002 612b 0007,          its topic has a wildcard in it",
    "3206 0002 2300 0007,          its topic has a wildcard in it",
    "3206 0002 6100 0007,          its topic holds a NUL character",
    "3206 0002 61ff 0007,          its topic is no UTF-8",
  })
  void messageWithARubbishTopicIsToldAndTheNextIsRead(String packet, String sentence)
      throws Exception {
    try (ScriptedBroker broker =
            new ScriptedBroker(false, ACCEPTED, packet.replace(" ", ""), "30030001" + "61");
        MqttConnection connection = broker.connect()) {
      assertThat(connection.receive())
          .isInstanceOfSatisfying(
              MqttIncoming.Unreadable.class,
              message -> {
                assertThat(message.sentence()).isEqualTo(sentence);
                assertThat(message.packetId()).isEqualTo(7);
              });
      assertThat(connection.receive()).isInstanceOf(MqttIncoming.Message.class);
    }
  }

  @Test
  void messageThatIsTooLargeIsPassedOver() throws Exception {
    try (ScriptedBroker broker =
            new ScriptedBroker(
                false, ACCEPTED, "326a" + "000161" + "0009" + "78".repeat(101), "30030001" + "61");
        MqttConnection connection = broker.connect()) {
      assertThat(connection.receive())
          .isEqualTo(
              new MqttIncoming.Unreadable(
                  9, "a", true, "it has 101 bytes; 100 are read at the most"));
      assertThat(connection.receive()).isInstanceOf(MqttIncoming.Message.class);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "3603000161,       a message of QoS 3 where QoS 1 was asked for",
    "320500016100 00,  a message without a packet identifier",
    "3003000961,       a packet is shorter than what is in it",
    "30ffffffff01,     the length of a packet is longer than four bytes",
    "1000,             a broker sends no packet of kind 1",
  })
  void whatIsNoMqttEndsTheConnection(String packet, String sentence) throws Exception {
    try (ScriptedBroker broker = new ScriptedBroker(false, ACCEPTED, packet.replace(" ", ""));
        MqttConnection connection = broker.connect()) {
      assertThatThrownBy(connection::receive)
          .isInstanceOf(IOException.class)
          .hasMessage("this is no MQTT: " + sentence);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "9003000201,     a subscription is answered that was not asked for",
    "90020001,       a subscription to 1 filters is answered for 0",
    "900400010101,   a subscription to 1 filters is answered for 2",
  })
  void subscriptionThatIsAnsweredOtherwiseThanAskedEndsTheConnection(String packet, String sentence)
      throws Exception {
    try (ScriptedBroker broker = new ScriptedBroker(false, ACCEPTED, packet);
        MqttConnection connection = broker.connect()) {
      assertThat(connection.subscribe(List.of("a"))).isEqualTo(1);
      assertThatThrownBy(connection::receive).hasMessage("this is no MQTT: " + sentence);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "V3_1_1, 20020001,     84, the broker does not know this version of MQTT",
    "V3_1_1, 20020005,     87, not authorized",
    "V5,     20020001,     84, the broker does not know this version of MQTT",
    "V5,     2003008700,   87, not authorized",
    "V5,     20080087051f00026e6f, 87, not authorized (no)",
  })
  void brokerThatSaysNoIsUnderstood(
      MqttVersion version, String packet, String code, String sentence) throws Exception {
    try (ScriptedBroker broker = new ScriptedBroker(false, packet)) {
      assertThatThrownBy(() -> MqttConnection.open(broker.options(version, 60)).close())
          .isInstanceOfSatisfying(
              MqttRefusedException.class,
              no -> assertThat(no.code()).isEqualTo(Integer.parseInt(code, 16)))
          .hasMessage(sentence);
    }
  }

  @Test
  void reasonOfAnEndIsTold() throws Exception {
    try (ScriptedBroker broker = new ScriptedBroker(true, "2003000000", "e0018e");
        MqttConnection connection = MqttConnection.open(broker.options(MqttVersion.V5, 60))) {
      assertThatThrownBy(connection::receive)
          .isInstanceOfSatisfying(
              MqttRefusedException.class,
              end -> assertThat(end.code()).isEqualTo(MqttReason.SESSION_TAKEN_OVER));
    }
  }

  @Test
  void brokerThatClosesIsToldFromOneThatIsSilent() throws Exception {
    try (ScriptedBroker broker = new ScriptedBroker(true, ACCEPTED);
        MqttConnection connection = broker.connect()) {
      assertThatThrownBy(connection::receive)
          .isInstanceOf(EOFException.class)
          .hasMessage("the broker has closed the connection");
    }
    String beginningOfALargeMessage = "32ff7f" + "0001610005" + "00".repeat(9);
    try (ScriptedBroker broker = new ScriptedBroker(true, ACCEPTED, beginningOfALargeMessage);
        MqttConnection connection = broker.connect()) {
      assertThatThrownBy(connection::receive)
          .isInstanceOf(EOFException.class)
          .hasMessage("the broker has closed the connection");
    }
    try (ScriptedBroker broker = new ScriptedBroker(false, ACCEPTED);
        MqttConnection connection = MqttConnection.open(broker.options(MqttVersion.V3_1_1, 1))) {
      assertThatThrownBy(connection::receive).hasMessage("the broker has said nothing for 2 s");
      broker.awaitHeard("c000");
    }
  }

  @Test
  void closingEndsAWaitAndSaysGoodbye() throws Exception {
    try (ScriptedBroker broker = new ScriptedBroker(false, ACCEPTED);
        MqttConnection connection = broker.connect()) {
      Thread closer = Thread.ofVirtual().start(connection::close);
      assertThatThrownBy(connection::receive).isInstanceOf(IOException.class);
      closer.join();
      broker.awaitHeard("e000");
    }
  }

  @Test
  void whatIsSentIsWhatTheStandardSays() {
    MqttOptions options =
        new MqttOptions(
            new MqttAddress("h", 1, false),
            null,
            MqttVersion.V5,
            "me",
            "u",
            "p",
            60,
            false,
            0xFFFF_FFFFL,
            32,
            100,
            new MqttMessage("w", new byte[] {'x'}, true, List.of()));
    assertThat(Packets.connect(options))
        .asHexString()
        .isEqualToIgnoringCase(
            "1024"
                + "00044d515454"
                + "05"
                + "ec"
                + "003c"
                + "08"
                + "11ffffffff"
                + "210020"
                + "00026d65"
                + "00"
                + "000177"
                + "000178"
                + "000175"
                + "000170");
    assertThat(Packets.subscribe(MqttVersion.V3_1_1, 2, List.of("a/#", "b")))
        .asHexString()
        .isEqualToIgnoringCase("820c0002" + "0003612f2301" + "00016201");
    assertThat(
            Packets.publish(
                MqttVersion.V5,
                3,
                new MqttMessage("t", new byte[] {1}, true, List.of(new MqttProperty("k", "v")))))
        .asHexString()
        .isEqualToIgnoringCase("330e" + "000174" + "0003" + "07" + "2600016b000176" + "01");
  }

  @Test
  void packetIdentifiersBeginAnewAndNoneIsZero() throws Exception {
    try (AnsweringBroker broker = new AnsweringBroker("2003000000", (id, number) -> "");
        MqttConnection connection = broker.connect()) {
      MqttMessage message = new MqttMessage("t", new byte[0], false, List.of());
      int first = connection.publish(message);
      for (int id = 2; id <= 0xFFFF; id++) {
        assertThat(connection.publish(message)).isEqualTo(id);
      }

      assertThat(first).isEqualTo(1);
      assertThat(connection.publish(message)).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @CsvSource({"0, false", "16, false", "127, false", "128, true", "151, true"})
  void halfOfTheCodesAreRefusals(int code, boolean isRefused) {
    MqttIncoming.Acknowledged answer = new MqttIncoming.Acknowledged(1, code, "");

    assertThat(answer.isRefused()).isEqualTo(isRefused);
    assertThat(answer.words()).isEqualTo(MqttReason.words(code));
  }
}
