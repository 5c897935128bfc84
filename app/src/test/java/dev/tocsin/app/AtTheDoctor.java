package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What tests of `doctor` share: a folder of a server, and how to ask what is found there. What is said of the machine under it
/// may be anything; what is said of a server's files and port is what the test has put there.
abstract class AtTheDoctor {

  @TempDir Path folder;

  String data() {
    return folder.resolve("data").toString();
  }

  /// What it has found, of a free port unless the options say otherwise.
  static List<JsonNode> doctor(String... options) {
    return doctor(new TestProcess(), options);
  }

  /// The same in a process of the test's.
  static List<JsonNode> doctor(TestProcess process, String... options) {
    List<String> words = new ArrayList<>(List.of("doctor", "--json"));
    words.addAll(List.of(options));
    if (!words.contains("--port")) {
      words.addAll(List.of("--port", "0"));
    }
    int code = process.run(words.toArray(String[]::new));
    assertThat(process.err()).isEmpty();
    JsonNode answer = JsonMapper.shared().readTree(process.out());
    List<JsonNode> findings = new ArrayList<>();
    answer.path("findings").forEach(findings::add);
    long toMend = findings.stream().filter(finding -> verdict(finding).equals("mend")).count();
    assertThat(answer.path("to_mend").asLong()).isEqualTo(toMend);
    assertThat(code).isEqualTo(toMend == 0 ? 0 : 1);
    assertThat(findings)
        .allSatisfy(finding -> {
          assertThat(finding.path("text").asString()).isNotBlank();
          assertThat(finding.has("remedy") || !verdict(finding).equals("mend")).isTrue();
        });
    return findings;
  }

  private static String verdict(JsonNode finding) {
    return finding.path("verdict").asString();
  }

  /// The findings about a subject, each as a line.
  static List<String> of(String subject, List<JsonNode> findings) {
    return findings.stream()
        .filter(finding -> finding.path("subject").asString().equals(subject))
        .map(finding ->
            verdict(finding)
                + ": "
                + finding.path("text").asString()
                + (finding.has("remedy") ? " -> " + finding.path("remedy").asString() : ""))
        .toList();
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
