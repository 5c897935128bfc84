package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Files of `deploy` that the docs show: a line with the link to one and nothing else, then the file.
class DeployDocsTest {

  private static final Pattern SHOWN =
      Pattern.compile(
          "^\\[`(deploy/[^`]+)`]\\(\\.\\./\\1\\):\n\n```[a-z]+\n(.*?)^```$",
          Pattern.MULTILINE | Pattern.DOTALL);

  @Test
  void whatTheClustersPageShowsIsWhatThereIs() throws IOException {
    String page = Files.readString(Path.of("..", "docs", "cluster.md"));

    Map<String, String> shown = new LinkedHashMap<>();
    Matcher matcher = SHOWN.matcher(page);
    while (matcher.find()) {
      shown.put(matcher.group(1), matcher.group(2));
    }

    assertThat(shown)
        .containsOnlyKeys(
            "deploy/systemd/cluster.conf",
            "deploy/nginx/cluster.conf",
            "deploy/kubernetes/tocsin.yaml");
    for (Map.Entry<String, String> file : shown.entrySet()) {
      assertThat(file.getValue())
          .as(file.getKey())
          .isEqualTo(Files.readString(Path.of("..", file.getKey())));
    }
  }
}
