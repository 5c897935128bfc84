package dev.tocsin.describe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the page says; that the compiler takes it, and what it makes of it, `dev/e2e/describe.py` shows.
class TypeScriptPageTest {

  private static final Pattern DECLARATION =
      Pattern.compile("^export (?:interface|type) (\\S+)", Pattern.MULTILINE);

  @TempDir private Path folder;

  private static String page(EventCatalog catalog) {
    return new Descriptions(catalog, "1").typeScript();
  }

  private String pageOf(String schema) throws IOException {
    return page(TestCatalogs.of(folder, schema));
  }

  /// The type of the property `x` of a payload.
  private String typeOf(String schema) throws IOException {
    String page =
        pageOf(
            "{\"x-tocsin-type\":\"a.b\",\"type\":\"object\",\"required\":[\"x\"],\"properties\":{\"x\":"
                + schema
                + "}}");
    Matcher type =
        Pattern.compile("interface ABPayload \\{\n(?: +/?\\*.*\n)* +x: (.*?);\n}", Pattern.DOTALL)
            .matcher(page);
    assertThat(type.find()).as(page).isTrue();
    return type.group(1).replaceAll("\\s+", " ");
  }

  @Test
  void hasEachTypeOfTheCatalogAndItsHash() {
    EventCatalog catalog = TestCatalogs.ODD;

    String page = page(catalog);

    for (EventType type : catalog.allEventTypes()) {
      assertThat(page)
          .contains("  type: \"" + type.name() + "\";")
          .contains("  \"" + type.name() + "\": ");
    }
    assertThat(page).contains("export type CatalogHash = \"" + catalog.hash() + "\";");
    String events =
        page.substring(
            page.indexOf("interface Events {"), page.indexOf("interface ServerEvents {"));
    assertThat(events).contains("\"alert.created\"").doesNotContain("\"ping\"", "\"error\"");
  }

  @Test
  void namesAreUniqueIdentifiers() {
    List<String> names =
        DECLARATION.matcher(page(TestCatalogs.ODD)).results().map(found -> found.group(1)).toList();

    assertThat(names)
        .doesNotHaveDuplicates()
        .allMatch(name -> name.matches("[A-Z_][A-Za-z0-9_]*"))
        .contains("ABCEvent", "ABCEvent2", "TocsinEvent", "TocsinEvent2", "String2", "_3dPoint");
  }

  @Test
  void builtInTypesKeepTheirNamesWhateverElseThereIs() {
    List<String> odd =
        DECLARATION.matcher(page(TestCatalogs.ODD)).results().map(found -> found.group(1)).toList();

    assertThat(odd)
        .containsAll(
            DECLARATION
                .matcher(page(EventCatalog.builtIn()))
                .results()
                .map(found -> found.group(1))
                .toList());
    assertThat(page(TestCatalogs.ODD))
        .containsPattern("\"a_b.c\";\n  payload: AlertCreatedPayload2;");
  }

  @Test
  void enumsAreUnionsOfLiteralsAndDocumentationIsComments() {
    assertThat(page(EventCatalog.builtIn()))
        .contains(
            """
              /** How urgent the alert is, as its rule says */
              severity: "low" | "medium" | "high" | "critical";
            """
                .indent(-2)
                .indent(2));
  }

  @Test
  void equalPartsOfSeveralPayloadsAreOne() {
    assertThat(page(EventCatalog.builtIn()))
        .containsOnlyOnce("export interface BoundingBox ")
        .containsOnlyOnce("export interface DetectionNewPayload ")
        .doesNotContain("DetectionNewPayload2");
  }

  @Test
  void nothingThatASchemaSaysEndsItsComment() {
    String page = page(TestCatalogs.ODD);

    String code = page.replaceAll("(?s)/\\*\\*.*?\\*/", "");
    assertThat(code)
        .doesNotContain("broken", "ends *", "*/")
        .contains("\"quoted \\\"name\\\"\": string;");
    assertThat(page.chars().filter(c -> c != '\n' && Character.isISOControl(c))).isEmpty();
    assertThat(page.chars().filter(c -> Character.getType(c) == Character.FORMAT)).isEmpty();
    assertThat(page).doesNotContainPattern("\\* @ts-ignore");
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      quoteCharacter = '`',
      value = {
        "true => unknown",
        "{} => unknown",
        "false => never",
        "{\"type\":\"integer\"} => number",
        "{\"type\":[\"string\",\"null\"]} => string | null",
        "{\"enum\":[\"a\",1,null,true]} => \"a\" | 1 | null | true",
        "{\"enum\":[]} => never",
        "{\"enum\":[\"a\",1],\"type\":\"string\"} => \"a\"",
        "{\"const\":{\"a\":[1]}} => { a: [1] }",
        "{\"const\":1.0} => 1",
        "{\"const\":-0} => 0",
        "{\"const\":1e999} => number",
        "{\"type\":\"array\"} => unknown[]",
        "{\"type\":\"array\",\"items\":{\"type\":[\"string\",\"null\"]}} => (string | null)[]",
        "{\"type\":\"array\",\"items\":false} => []",
        "{\"type\":\"array\",\"prefixItems\":[{\"type\":\"string\"}]} => [string?, ...unknown[]]",
        "{\"type\":\"array\",\"prefixItems\":[{\"type\":\"string\"}],\"items\":false,\"minItems\":1}"
            + " => [string]",
        "{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"minItems\":2} => [string, string,"
            + " ...string[]]",
        "{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"minItems\":100000} => string[]",
        "{\"type\":\"object\"} => { [field: string]: unknown }",
        "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"number\"}} => { [field: string]:"
            + " number }",
        "{\"type\":\"object\",\"additionalProperties\":false} => { [field: string]: never }",
        "{\"type\":\"object\",\"required\":[\"a\"]} => { a: unknown; }",
        "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"}},\"additionalProperties\":{\"type\":\"number\"}}"
            + " => { a?: string; [field: string]: number | string | undefined; }",
        "{\"type\":\"object\",\"properties\":{\"a\":true},\"patternProperties\":{\"x\":false},\"additionalProperties\":false}"
            + " => { a?: unknown; }",
        "{\"properties\":{\"a\":true}} => { a?: unknown; } | unknown[] | string | number | boolean"
            + " | null",
        "{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]} => string | null",
        "{\"oneOf\":[{\"type\":\"string\"},true]} => unknown",
        "{\"allOf\":[{\"type\":\"string\"},{\"enum\":[\"a\"]}]} => string & \"a\"",
        "{\"allOf\":[{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]},{\"const\":\"a\"}]} =>"
            + " (string | null) & \"a\"",
        "{\"not\":{\"type\":\"string\"}} => unknown",
        "{\"if\":{\"type\":\"string\"},\"then\":{\"const\":\"a\"}} => unknown",
        "{\"if\":{\"type\":\"string\"},\"then\":{\"const\":\"a\"},\"else\":{\"type\":\"number\"}}"
            + " => string & \"a\" | number",
        "{\"if\":{\"type\":\"string\"},\"else\":{\"type\":\"number\"}} => string | number",
        "{\"type\":\"object\",\"properties\":{\"toString\":{\"type\":\"string\"}}} => { toString?:"
            + " string | Function; }"
      })
  void saysWhatASchemaLetsThrough(String schema, String type) throws IOException {
    assertThat(typeOf(schema)).isEqualTo(type);
  }

  /// Of what nests, each level would repeat all that is inside it.
  @ParameterizedTest
  @CsvSource({"78, true", "79, false"})
  void anIndexSignatureRepeatsShortTypesAlone(int characters, boolean repeated) throws IOException {
    String text = "\"" + "x".repeat(characters) + "\"";

    String type =
        typeOf(
            "{\"type\":\"object\",\"required\":[\"a\"],\"properties\":{\"a\":{\"const\":"
                + text
                + "}},\"additionalProperties\":{\"type\":\"number\"}}");

    assertThat(type)
        .isEqualTo(
            "{ a: "
                + text
                + "; [field: string]: "
                + (repeated ? "number | " + text : "unknown")
                + "; }");
  }

  @Test
  void whatIsTooLongIsToldAsAnyObject() throws IOException {
    String names =
        IntStream.range(0, 30_000)
            .mapToObj(i -> "\"field_" + i + "\":true")
            .collect(Collectors.joining(","));

    String page =
        pageOf("{\"x-tocsin-type\":\"a.b\",\"type\":\"object\",\"properties\":{" + names + "}}");

    assertThat(page)
        .contains("GET /api/v1/catalog/a.b/schema has it")
        .contains("export interface ABPayload { [field: string]: unknown }")
        .doesNotContain("field_7");
  }

  @Test
  void deepNestingCostsNoMoreThanItsLength() throws IOException {
    String deep = "{\"type\":\"string\"}";
    for (int i = 0; i < 14; i++) {
      deep =
          "{\"type\":\"object\",\"properties\":{\"a\":"
              + deep
              + "},\"additionalProperties\":"
              + deep.replace("string", "number")
              + "}";
      if (deep.length() > 100_000) {
        break;
      }
    }

    String page =
        pageOf(
            "{\"x-tocsin-type\":\"a.b\",\"type\":\"object\",\"properties\":{\"x\":" + deep + "}}");

    assertThat(page.length()).isLessThan(60_000 + 20 * deep.length());
  }

  @Test
  void longListsAndManyReferencesAreTold() throws IOException {
    String definitions =
        IntStream.range(0, 2_000)
            .mapToObj(i ->
                "\"d"
                    + i
                    + "\":{\"type\":\"object\",\"properties\":{\"next\":{\"$ref\":\"#/$defs/d"
                    + (i + 1) % 2_000
                    + "\"}}}")
            .collect(Collectors.joining(","));

    String page =
        pageOf("{\"x-tocsin-type\":\"a.b\",\"type\":\"object\",\"$defs\":{" + definitions + "}}");

    assertThat(
            Collections.max(
                DECLARATION
                    .matcher(page)
                    .results()
                    .map(found -> found.group(1))
                    .filter(name -> name.startsWith("D1"))
                    .toList()))
        .isEqualTo("D1999");
    assertThat(page).contains("next?: D1999;");
  }
}
