package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What `doctor` says of the other sides of bridges.
@Timeout(120)
class BridgeReachTest {

  @TempDir Path folder;

  private final TestProcess process = new TestProcess();

  private List<String> bridgesOf(String file) throws Exception {
    Path path = Files.writeString(folder.resolve("bridges.json"), file);
    process.run("doctor", "--json", "--memory", "--port", "0", "--bridges", path.toString());
    JsonNode findings = JsonMapper.shared().readTree(process.out()).get("findings");
    return StreamSupport.stream(findings.spliterator(), false)
        .filter(finding -> finding.get("subject").asString().equals("bridges"))
        .map(finding -> finding.get("verdict").asString() + ": " + finding.get("text").asString())
        .toList();
  }

  private static ServerSocket listening() throws IOException {
    return new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"));
  }

  @Test
  void aBrokerThatAnswersAndOneThatDoesNotAreTold() throws Exception {
    int gone;
    try (ServerSocket socket = listening()) {
      gone = socket.getLocalPort();
    }
    try (ServerSocket broker = listening()) {
      List<String> told =
          bridgesOf(
              """
              {"bridges":[
                {"name":"nvr","kind":"frigate","broker":"mqtt://127.0.0.1:%d"},
                {"name":"house","kind":"mqtt-out","broker":"mqtt://127.0.0.1:%d","events":["alert.*"]},
                {"name":"archive","kind":"file-out","path":"events.ndjson","events":["*"]}]}
              """
                  .formatted(broker.getLocalPort(), gone));

      assertThat(told).hasSize(3);
      assertThat(told.getFirst()).startsWith("good: nvr (frigate");
      assertThat(told.get(1))
          .isEqualTo("good: nvr: somebody answers at mqtt://127.0.0.1:" + broker.getLocalPort());
      assertThat(told.get(2)).startsWith("mend: house: nobody answers at mqtt://127.0.0.1:" + gone);
    }
  }
}
