package dev.tocsin.app;

import dev.tocsin.app.Finding.Verdict;
import dev.tocsin.events.Json;
import dev.tocsin.gateway.BuildVersion;
import dev.tocsin.http.Secrets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What `doctor` has found, in the order in which it looked. Of one thread. It says no secret, whatever a sentence quotes.
final class Findings {

  private static final String ARROW = "-> ";

  private final List<Finding> all = new ArrayList<>();

  void good(String subject, String text) {
    add(subject, Verdict.GOOD, text, null);
  }

  /// @param remedy what may be done; `null` for nothing
  void note(String subject, String text, @Nullable String remedy) {
    add(subject, Verdict.NOTE, text, remedy);
  }

  void mend(String subject, String text, String remedy) {
    add(subject, Verdict.MEND, text, remedy);
  }

  private void add(String subject, Verdict verdict, String text, @Nullable String remedy) {
    all.add(
        new Finding(
            subject,
            verdict,
            Secrets.masked(text),
            remedy == null ? null : Secrets.masked(remedy)));
  }

  List<Finding> all() {
    return List.copyOf(all);
  }

  /// How many things have to be mended.
  long toMend() {
    return all.stream().filter(finding -> finding.verdict() == Verdict.MEND).count();
  }

  /// For a person: a verdict, a subject and a sentence in each line, and below it what to do.
  List<String> lines(int width, Colours colours) {
    Table table = new Table();
    List<Verdict> verdicts = new ArrayList<>();
    for (Finding finding : all) {
      verdicts.add(finding.verdict());
      table.row(finding.verdict().word(), finding.subject(), finding.text());
      String remedy = finding.remedy();
      if (remedy != null) {
        table.row("", "", ARROW + remedy);
      }
    }
    List<String> lines = new ArrayList<>();
    int next = 0;
    for (String line : table.lines(width)) {
      boolean begins = !line.startsWith(" ");
      lines.add(begins ? painted(line, verdicts.get(next), colours) : line);
      next += begins ? 1 : 0;
    }
    lines.add("");
    lines.add(toMend() == 0 ? "nothing to mend" : toMend() + " to mend");
    return lines;
  }

  private static String painted(String line, Verdict verdict, Colours colours) {
    String word = verdict.word();
    return colours.of(verdict.weight(), word) + line.substring(word.length());
  }

  /// For a program.
  String json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("version", BuildVersion.number());
    json.put("to_mend", toMend());
    ArrayNode findings = json.putArray("findings");
    for (Finding finding : all) {
      ObjectNode one = findings.addObject();
      one.put("subject", finding.subject());
      one.put("verdict", finding.verdict().word());
      one.put("text", finding.text());
      String remedy = finding.remedy();
      if (remedy != null) {
        one.put("remedy", remedy);
      }
    }
    return Json.write(json);
  }
}
