package dev.tocsin.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;

/// Whatever a broker sends, it is read or refused in words.
class PacketReaderFuzzTest {

  @FuzzTest(maxDuration = "60s")
  void packets(byte[] sent) {
    for (MqttVersion version : MqttVersion.values()) {
      ByteArrayInputStream in = new ByteArrayInputStream(sent);
      try {
        while (true) {
          MqttIncoming said = new PacketReader(version, 100).read(PacketInput.next(in));
          if (said instanceof MqttIncoming.Message message) {
            assertThat(message.payload()).hasSizeLessThanOrEqualTo(100);
            assertThat(message.topic()).isNotEmpty().doesNotContain("+", "#", "\0");
          }
        }
      } catch (IOException e) {
        assertThat(e).isNotNull();
      }
    }
  }
}
