package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Each alert leads to a section that says what to do about it, and each section is about an alert that there is.
class OperationsDocsTest {

  private static final Pattern ALERT = Pattern.compile("^ +- alert: (\\w+)$", Pattern.MULTILINE);
  private static final Pattern SEVERITY = Pattern.compile("severity: (\\w+)");
  private static final Pattern RUNBOOK = Pattern.compile("runbook: \"([^\"#]+)#([^\"]+)\"");

  private static String read(String name) throws IOException {
    return Files.readString(Path.of("..", name));
  }

  /// The alerts with what is told of each, up to the next.
  private static Map<String, String> alerts() throws IOException {
    String rules = read("deploy/prometheus/tocsin.rules.yml");
    Map<String, String> alerts = new LinkedHashMap<>();
    Matcher matcher = ALERT.matcher(rules);
    List<Integer> begins = matcher.results().map(found -> found.start()).toList();
    for (int i = 0; i < begins.size(); i++) {
      int end = i + 1 < begins.size() ? begins.get(i + 1) : rules.length();
      String rule = rules.substring(begins.get(i), end);
      Matcher name = ALERT.matcher(rule);
      assertThat(name.find()).isTrue();
      alerts.put(name.group(1), rule);
    }
    return alerts;
  }

  /// The sections below "Alerts", by their headings.
  private static Map<String, String> sections() throws IOException {
    String page = read("docs/operations.md");
    String part = page.substring(page.indexOf("\n## Alerts\n"));
    Map<String, String> sections = new LinkedHashMap<>();
    for (String section : part.strip().split("\n### ", -1)) {
      int end = section.indexOf('\n');
      sections.put(section.substring(0, end), section.substring(end).strip());
    }
    sections.remove("## Alerts");
    return sections;
  }

  private static String group(Pattern pattern, int group, String text) {
    Matcher matcher = pattern.matcher(text);
    assertThat(matcher.find()).as(text).isTrue();
    return matcher.group(group);
  }

  @Test
  void everyAlertHasItsSectionAndEverySectionItsAlert() throws IOException {
    assertThat(alerts()).hasSizeGreaterThan(10);
    assertThat(sections().keySet()).containsExactlyElementsOf(alerts().keySet());
  }

  @Test
  void everyRunbookLeadsToTheSectionOfItsAlert() throws IOException {
    for (Map.Entry<String, String> alert : alerts().entrySet()) {
      assertThat(group(RUNBOOK, 1, alert.getValue())).isEqualTo("docs/operations.md");
      assertThat(group(RUNBOOK, 2, alert.getValue()))
          .as(alert.getKey())
          .isEqualTo(alert.getKey().toLowerCase(Locale.ROOT));
    }
  }

  @Test
  void everySectionBeginsWithTheSeverityOfItsAlert() throws IOException {
    for (Map.Entry<String, String> alert : alerts().entrySet()) {
      assertThat(sections().get(alert.getKey()))
          .startsWith(group(SEVERITY, 1, alert.getValue()) + ". ")
          .hasSizeGreaterThan(150);
    }
  }
}
