package dev.tocsin.describe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.Json;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class Draft7Test {

  private static JsonNode json(String text) {
    return ((Json.Value) Json.read(text)).tree();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "true                                                     | true",
        "{\"type\":\"string\",\"maxLength\":3}                    |"
            + " {\"type\":\"string\",\"maxLength\":3}",
        "{\"prefixItems\":[{\"type\":\"string\"}],\"items\":false} |"
            + " {\"items\":[{\"type\":\"string\"}],\"additionalItems\":false}",
        "{\"prefixItems\":[true]}                                 | {\"items\":[true]}",
        "{\"items\":{\"prefixItems\":[true]}}                     | {\"items\":{\"items\":[true]}}",
        "{\"unevaluatedProperties\":false,\"type\":\"object\"}    | {\"type\":\"object\"}",
        "{\"contains\":{\"const\":1},\"minContains\":0}           | {}",
        "{\"contains\":{\"const\":1},\"minContains\":2}           | {\"contains\":{\"const\":1}}",
        "{\"$ref\":\"#/a\"}                                       | {\"$ref\":\"#/a\"}",
        "{\"$ref\":\"#/a\",\"maxLength\":1}                       |"
            + " {\"maxLength\":1,\"allOf\":[{\"$ref\":\"#/a\"}]}",
        "{\"$ref\":\"#/a\",\"allOf\":[true]}                      |"
            + " {\"allOf\":[true,{\"$ref\":\"#/a\"}]}",
        "{\"dependentRequired\":{\"a\":[\"b\"]}}                  |"
            + " {\"dependencies\":{\"a\":[\"b\"]}}",
        "{\"dependentRequired\":{\"a\":[\"b\"]},\"dependentSchemas\":{\"a\":true}} |"
            + " {\"dependencies\":{\"a\":true}}",
        "{\"properties\":{\"__proto__\":true,\"a\":true}}         | {\"properties\":{\"a\":true}}"
      })
  void saysAsMuchOrLess(String schema, String draft7) {
    JsonNode before = json(schema);

    assertThat(Draft7.of(before)).isEqualTo(json(draft7));

    assertThat(before).isEqualTo(json(schema));
  }
}
