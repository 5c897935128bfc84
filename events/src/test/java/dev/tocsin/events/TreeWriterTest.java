package dev.tocsin.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

/// What is written without a mapper is what the mapper writes.
class TreeWriterTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "[[],{},[{}]]",
        "{\"a\":1,\"b\":[true,false,null],\"c\":{\"d\":\"e\"}}",
        "\"\\u0000\\u001f\\\"\\\\/\\u2028 ü €  \uD83D\uDE00\"",
        "[0,-1,2147483647,2147483648,-9223372036854775808,9223372036854775808]",
        "[1.0,1.10,-0.0,1e400,1E-400,0.1,123456789012345678901234567890.5]",
      })
  void aTreeIsWrittenAsTheMapperDoes(String json) {
    JsonNode tree = Json.literal(json);

    assertThat(TreeWriter.text(tree)).isEqualTo(Json.mapper().writeValueAsString(tree));
    assertThat(TreeWriter.utf8(tree)).isEqualTo(Json.mapper().writeValueAsBytes(tree));
    assertThat(Json.literal(TreeWriter.text(tree))).isEqualTo(tree);
  }

  @Test
  void whatAnApplicationPutsIntoATreeIsWrittenTheSameWay() {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    tree.put("short", (short) 3).put("float", 0.1f).put("double", 1e-7).put("nan", Double.NaN);
    tree.put("big", new BigDecimal("1.10")).put("integer", BigInteger.TEN.pow(30));
    tree.put("bytes", "abc".getBytes(StandardCharsets.UTF_8));
    tree.putPOJO("object", List.of(1, "two"));
    tree.putRawValue("raw", new RawValue("{\"x\": 1}"));

    assertThat(TreeWriter.text(tree)).isEqualTo(Json.mapper().writeValueAsString(tree));
  }
}
