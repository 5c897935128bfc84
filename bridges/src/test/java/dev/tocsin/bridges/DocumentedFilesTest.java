package dev.tocsin.bridges;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.EventCatalog;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The files of bridges that the documentation shows.
class DocumentedFilesTest {

  private static final Pattern JSON =
      Pattern.compile("```json\n(\\{\"bridges\":.*?)\n```", Pattern.DOTALL);
  private static final Path DOCS = Path.of("../docs");

  private static Set<String> kinds(String page) throws Exception {
    Matcher files = JSON.matcher(Files.readString(DOCS.resolve(page)));
    Set<String> kinds = new TreeSet<>();
    while (files.find()) {
      BridgeFile.Reading reading =
          BridgeFile.read(files.group(1).getBytes(StandardCharsets.UTF_8), EventCatalog.builtIn());
      assertThat(reading).isInstanceOf(BridgeFile.Reading.Read.class);
      ((BridgeFile.Reading.Read) reading)
          .plan()
          .bridges()
          .forEach(bridge -> kinds.add(bridge.kind()));
    }
    return kinds;
  }

  @Test
  void pageOfBridgesHasASoundFileOfEachKind() throws Exception {
    assertThat(kinds("bridges.md"))
        .containsExactly(
            "alertmanager", "file-out", "frigate", "mqtt", "mqtt-out", "webhook", "webhook-out");
  }

  @Test
  void pageOfFrigateAndHomeAssistantHasASoundFile() throws Exception {
    assertThat(kinds("frigate-home-assistant.md")).containsExactly("frigate", "mqtt-out");
  }
}
