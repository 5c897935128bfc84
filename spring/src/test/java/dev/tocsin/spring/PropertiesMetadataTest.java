package dev.tocsin.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// What editors tell of the properties.
class PropertiesMetadataTest {

  @Test
  void everyPropertyIsDescribed() throws Exception {
    Set<String> described = new HashSet<>();
    try (InputStream in =
        TocsinProperties.class.getResourceAsStream(
            "/META-INF/spring-configuration-metadata.json")) {
      JsonNode metadata = new ObjectMapper().readTree(in);
      for (JsonNode property : metadata.path("properties")) {
        assertThat(property.path("description").asString("")).as("%s", property).endsWith(".");
        described.add(property.path("name").asString(""));
      }
    }
    assertThat(described).isEqualTo(names());
  }

  private static Set<String> names() {
    Set<String> names = new HashSet<>();
    for (RecordComponent component : TocsinProperties.class.getRecordComponents()) {
      names.add("tocsin.client." + kebab(component.getName()));
    }
    for (RecordComponent component : TocsinServerProperties.class.getRecordComponents()) {
      names.add("tocsin.server." + kebab(component.getName()));
    }
    return names;
  }

  private static String kebab(String name) {
    return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }
}
