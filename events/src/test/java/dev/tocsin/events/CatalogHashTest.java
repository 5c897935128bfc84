package dev.tocsin.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CatalogHashTest {

  private static final String DOOR =
      """
      {"x-tocsin-type": "door.opened", "type": "object", "description": "A door was opened",
       "required": ["id"], "properties": {"id": {"type": "string", "maxLength": 9}, "side": {"enum": ["in", "out"]}}}
      """;

  private static final String GATE = "{\"x-tocsin-type\": \"gate.opened\", \"type\": \"object\"}";

  @TempDir private Path folder;

  private String hash(String... schemas) throws IOException {
    Path own = Files.createTempDirectory(folder, "catalog");
    for (int i = 0; i < schemas.length; i++) {
      Files.writeString(own.resolve(i + ".schema.json"), schemas[i]);
    }
    CatalogFolder.Loaded loaded = (CatalogFolder.Loaded) CatalogFolder.load(own);
    return loaded.catalog().hash();
  }

  @Test
  void isTheSameForTheSameCatalog() throws IOException {
    assertThat(hash(DOOR)).isEqualTo(hash(DOOR)).matches("[0-9a-f]{32}");
    assertThat(hash()).isEqualTo(EventCatalog.builtIn().hash());
  }

  @Test
  void doesNotDependOnTheOrderOfTypesAndMembers() throws IOException {
    String turned =
        """
        {"properties": {"side": {"enum": ["in", "out"]}, "id": {"maxLength": 9, "type": "string"}},
         "required": ["id"], "description": "A door was opened", "type": "object", "x-tocsin-type": "door.opened"}
        """;

    assertThat(hash(GATE, turned)).isEqualTo(hash(DOOR, GATE));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"x-tocsin-type\": \"door.shut\", \"type\": \"object\"}",
        "{\"x-tocsin-type\": \"door.opened\", \"x-tocsin-channel\": \"x\", \"type\": \"object\"}",
        "{\"x-tocsin-type\": \"door.opened\", \"type\": \"object\", \"description\": \"x\"}",
        "{\"x-tocsin-type\": \"door.opened\", \"type\": \"object\", \"required\": [\"id\"]}"
      })
  void isAnotherForAnotherTypeOrSchema(String other) throws IOException {
    String plain = "{\"x-tocsin-type\": \"door.opened\", \"type\": \"object\"}";

    assertThat(hash(other)).isNotEqualTo(hash(plain)).isNotEqualTo(hash());
  }
}
