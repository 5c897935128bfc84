package dev.tocsin.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

class CatalogFolderTest {

  private static final String DOOR =
      """
      {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://example.com/door.opened",
        "x-tocsin-type": "door.opened",
        "x-tocsin-channel": "doors",
        "title": "DoorOpened",
        "description": "A door was opened",
        "type": "object",
        "properties": {"door_id": {"type": "string"}},
        "required": ["door_id"]
      }
      """;

  @TempDir private Path folder;

  private static int builtInCount() {
    return EventCatalog.builtIn().allEventTypes().size();
  }

  @Test
  void fileBecomesAnEventType() throws IOException {
    write("door.schema.json", DOOR);
    write("README.md", "not a schema");
    write("other.json", "{not even JSON");

    CatalogFolder.Loaded loaded = loaded();

    EventType type = loaded.catalog().find("door.opened").orElseThrow();
    assertThat(loaded.added()).containsExactly(type);
    assertThat(loaded.catalog().allEventTypes()).hasSize(builtInCount() + 1);
    assertThat(type.channel()).isEqualTo("doors");
    assertThat(type.description()).isEqualTo("A door was opened");
    assertThat(type.reserved()).isFalse();
    assertThat(type.payload().name()).isEqualTo("DoorOpened");
    assertThat(loaded.catalog().requiredPayloadFields("door.opened")).containsExactly("door_id");
    assertThat(loaded.catalog().validatePayload("door.opened", "{\"door_id\":\"x\"}"))
        .isInstanceOf(PayloadValidation.Valid.class);
    assertThat(loaded.catalog().validatePayload("door.opened", "{}"))
        .isInstanceOf(PayloadValidation.Invalid.class);
  }

  @Test
  void channelDescriptionAndTitleHaveDefaults() throws IOException {
    write("a.schema.json", "{\"x-tocsin-type\":\"front_door.was_opened\",\"type\":\"object\"}");

    EventType type = loaded().added().getFirst();

    assertThat(type.channel()).isEqualTo("front_door");
    assertThat(type.payload().name()).isEqualTo("FrontDoorWasOpenedPayload");
    assertThat(type.description()).isEqualTo("FrontDoorWasOpenedPayload");
    assertThat(type.payload().requiredFields()).isEmpty();
  }

  @Test
  void whatTheCatalogPrintsOfItsOwnTypesIsPassedOver() throws IOException {
    for (EventType type : EventCatalog.builtIn().allEventTypes()) {
      ObjectNode schema = EventCatalog.builtIn().jsonSchema(type.name()).orElse(null);
      if (schema != null) {
        write(type + ".schema.json", Json.writePretty(schema));
      }
    }
    write("door.schema.json", DOOR);

    assertThat(loaded().added()).extracting(EventType::name).containsExactly("door.opened");
  }

  @Test
  void whatChangesATypeOfTheCatalogIsRefused() throws IOException {
    ObjectNode schema = EventCatalog.builtIn().jsonSchema("alert.deleted").orElseThrow();
    schema.remove("required");
    write("a.schema.json", Json.write(schema));

    assertThat(CatalogFolder.load(folder)).isInstanceOf(CatalogFolder.Refused.class);
  }

  @Test
  void whatIsPrintedOfAFoldersTypeMakesTheSameTypeAgain() throws IOException {
    write("door.schema.json", DOOR);
    ObjectNode printed = loaded().catalog().jsonSchema("door.opened").orElseThrow();
    write("door.schema.json", Json.writePretty(printed));

    assertThat(loaded().catalog().jsonSchema("door.opened")).contains(printed);
    assertThat(loaded().catalog().find("door.opened").orElseThrow().channel()).isEqualTo("doors");
  }

  @Test
  void emptyFolderAddsNothing() {
    assertThat(loaded().catalog().allEventTypes()).hasSize(builtInCount());
  }

  @Test
  void typesComeInTheOrderOfTheirFiles() throws IOException {
    write("b.schema.json", type("b.b"));
    write("a.schema.json", type("z.z"));
    write("c.schema.json", type("a.a"));

    assertThat(loaded().added()).extracting(EventType::name).containsExactly("z.z", "b.b", "a.a");
  }

  @Test
  void anotherCatalogCanBeExtended() throws IOException {
    EventCatalog base =
        EventCatalog.builtIn()
            .with(EventType.of("door.shut", "doors", "x", PayloadSchema.of(DoorOpened.class)));
    write("door.schema.json", DOOR);

    assertThat(CatalogFolder.load(folder, base))
        .isInstanceOfSatisfying(
            CatalogFolder.Loaded.class,
            loaded -> assertThat(loaded.catalog().allEventTypes()).hasSize(builtInCount() + 2));
  }

  @Test
  void publishedSchemaIsTheDocumentUnderOurId() throws IOException {
    write("door.schema.json", DOOR);

    ObjectNode schema = loaded().catalog().jsonSchema("door.opened").orElseThrow();

    assertThat(schema.get("$id").stringValue()).isEqualTo("urn:tocsin:payload:door.opened");
    assertThat(schema.get("title").stringValue()).isEqualTo("DoorOpened");
    assertThat(schema.at("/properties/door_id/type").stringValue()).isEqualTo("string");
    assertThat(schema.get("required")).hasToString("[\"door_id\"]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\1',
      value = {
        "{ | Not valid JSON: It ends too early (line 1, column 2)",
        "{} {} | Not valid JSON: There is more after the end of the JSON value (line 1, column 5)",
        "{\"type\":1,\"type\":2} | Not valid JSON: The name \"type\" is there twice"
            + " (line 1, column 17)",
        "[] | is no JSON object",
        "true | is no JSON object",
        "{\"type\":\"object\"} | x-tocsin-type is missing: the event type's name,"
            + " {domain}.{action}",
        "{\"type\":\"object\",\"x-tocsin-type\":7}"
            + " | x-tocsin-type is missing: the event type's name, {domain}.{action}",
        "{\"type\":\"object\",\"x-tocsin-type\":\"a.b\",\"x-tocsin-channel\":7}"
            + " | x-tocsin-channel must be a string",
        "{\"type\":\"object\",\"x-tocsin-type\":\"a.b\",\"x-tocsin-channel\":\"A B\"}"
            + " | \"A B\" is no channel name: lower-case letters, digits, - and _",
        "{\"type\":\"object\",\"x-tocsin-type\":\"Door.Opened\"} | \"Door.Opened\" is no event type"
            + " name: it has to be {domain}.{action} in lower case",
        "{\"type\":\"object\",\"x-tocsin-type\":\"opened\"}"
            + " | \"opened\" is no event type name: it has to be {domain}.{action} in lower case",
        "{\"type\":\"object\",\"x-tocsin-type\":\"connection.lost\"}"
            + " | \"connection.lost\" is reserved for the server itself",
        "{\"type\":\"object\",\"x-tocsin-type\":\"alert.created\"}"
            + " | there is an event type \"alert.created\" already: a built-in one",
        "{\"x-tocsin-type\":\"a.b\"}"
            + " | a payload is an object: the root must say \"type\": \"object\"",
        "{\"x-tocsin-type\":\"a.b\",\"type\":\"array\"}"
            + " | a payload is an object: the root must say \"type\": \"object\"",
        "{\"x-tocsin-type\":\"a.b\",\"type\":[\"object\"]}"
            + " | a payload is an object: the root must say \"type\": \"object\"",
        "{\"x-tocsin-type\":\"a.b\",\"type\":\"object\",\"required\":\"a\"}"
            + " | /required: must be an array; was \"a\"",
        "{\"x-tocsin-type\":\"a.b\",\"type\":\"object\",\"properties\":{\"a\":{\"minimum\":\"1\"}}}"
            + " | /properties/a/minimum: must be a number; was \"1\"",
        "{\"x-tocsin-type\":\"a.b\",\"type\":\"object\",\"maxProperties\":1.5}"
            + " | /maxProperties: must be an integer; was 1.5",
        "{\"x-tocsin-type\":\"a.b\",\"type\":\"object\",\"maxProperties\":-1e9}"
            + " | /maxProperties: must be at least 0; was -1000000000",
        "{\"x-tocsin-type\":\"a.b\",\"type\":\"object\",\"properties\":{\"a\":7}}"
            + " | /properties/a: must be an object or true or false; was 7",
        "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"x-tocsin-type\":\"a.b\","
            + "\"type\":\"object\"} | $schema is \"http://json-schema.org/draft-07/schema#\"; only"
            + " https://json-schema.org/draft/2020-12/schema is understood",
        "{\"x-tocsin-type\":\"a.b\",\"type\":\"object\",\"$defs\":{\"x\":{\"$id\":\"y\"}}} |"
            + " /$defs/x: a schema with an $id or $schema of its own inside another is not"
            + " supported",
        "{\"x-tocsin-type\":\"a.b\",\"type\":\"object\",\"properties\":{\"a\":{\"$dynamicRef\":\"#x\"}}}"
            + " | /properties/a: $dynamicRef is not supported",
        "{\"x-tocsin-type\":\"a.b\",\"type\":\"object\",\"$dynamicAnchor\":\"x\"}"
            + " | $dynamicAnchor is not supported",
      })
  void badFileIsRefusedWithItsReason(String json, String reason) throws IOException {
    write("bad.schema.json", json);

    assertThat(faults()).containsExactly("bad.schema.json: " + reason);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"pattern\":\"(?=a)\"}",
        "{\"pattern\":\"(a)\\\\1\"}",
        "{\"pattern\":\"(\"}",
        "{\"patternProperties\":{\"(?!x)\":true}}",
        "{\"items\":{\"anyOf\":[{\"not\":{\"pattern\":\"(?<=a)b\"}}]}}",
        "{\"additionalProperties\":{\"propertyNames\":{\"pattern\":\"a{5000}\"}}}",
        "{\"if\":{\"pattern\":\"[\"}}",
        "{\"dependentSchemas\":{\"x\":{\"pattern\":\"[\"}}}",
        "{\"prefixItems\":[{\"pattern\":\"[\"}]}",
        "{\"contains\":{\"pattern\":\"[\"}}",
        "{\"unevaluatedProperties\":{\"pattern\":\"[\"}}",
        "{\"$defs\":{\"unused\":{\"pattern\":\"[\"}}}",
      })
  void patternThatCouldBlowUpIsRefusedWhereverItStands(String schema) throws IOException {
    write(
        "bad.schema.json",
        "{\"x-tocsin-type\":\"a.b\",\"type\":\"object\",\"properties\":{\"p\":" + schema + "}}");

    assertThat(faults())
        .singleElement()
        .asString()
        .startsWith("bad.schema.json: /properties/p/")
        .contains("pattern");
  }

  @Test
  void wordsThatOnlyLookLikeKeywordsAreNoneWhereTheyAreDataOrNames() throws IOException {
    write(
        "a.schema.json",
        """
        {"x-tocsin-type": "a.b", "type": "object",
         "properties": {"$ref": {"type": "string"}, "pattern": {"type": "string"},
                        "$id": {"const": {"$ref": "https://example.com", "pattern": "("}}},
         "examples": [{"$ref": "nowhere"}],
         "default": {"pattern": "("}}
        """);

    EventCatalog catalog = loaded().catalog();

    assertThat(catalog.validatePayload("a.b", "{\"$ref\":\"x\",\"pattern\":\"(\"}"))
        .isInstanceOf(PayloadValidation.Valid.class);
    assertThat(catalog.validatePayload("a.b", "{\"$ref\":1}"))
        .isInstanceOf(PayloadValidation.Invalid.class);
  }

  @Test
  void allFaultsOfAllFilesAreToldAtOnce() throws IOException {
    write("a.schema.json", "{");
    write(
        "b.schema.json", "{\"properties\":{\"a\":{\"pattern\":\"(\"},\"b\":{\"pattern\":\"[\"}}}");
    write("c.schema.json", "{}");
    write("d.schema.json", DOOR);

    assertThat(faults())
        .hasSize(5)
        .anySatisfy(fault -> assertThat(fault).startsWith("a.schema.json: Not valid JSON"))
        .anySatisfy(fault -> assertThat(fault).startsWith("b.schema.json: /properties/a/pattern"))
        .anySatisfy(fault -> assertThat(fault).startsWith("b.schema.json: /properties/b/pattern"))
        .anySatisfy(fault -> assertThat(fault).startsWith("c.schema.json: x-tocsin-type"))
        .anySatisfy(fault -> assertThat(fault).startsWith("c.schema.json: a payload is an object"));
  }

  @Test
  void twoFilesCannotDefineOneType() throws IOException {
    write("a.schema.json", DOOR);
    write("b.schema.json", DOOR);

    assertThat(faults())
        .containsExactly(
            "b.schema.json: there is an event type \"door.opened\" already: a.schema.json");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"string\"}",
        "{\"type\":[\"integer\",\"null\"]}",
        "{\"enum\":[\"front\",\"back\",null]}",
        "{\"$ref\":\"#/$defs/id\"}"
      })
  void keyIsAStringOrAnInteger(String property) throws IOException {
    write("a.schema.json", keyed("\"door_id\"", property));

    PayloadSchema schema = loaded().added().getFirst().payload();
    assertThat(schema.keyField()).contains("door_id");
    assertThat(schema.jsonSchema("a.b", "x").get("x-tocsin-key").stringValue())
        .isEqualTo("door_id");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\1',
      value = {
        "7            | {`type`:`string`}    | x-tocsin-key must be a string: the name of a"
            + " property",
        "`dor_id`     | {`type`:`string`}    | x-tocsin-key names `dor_id`, which is no property of"
            + " the schema; did you mean `door_id`?",
        "`else`       | {`type`:`string`}    | x-tocsin-key names `else`, which is no property of"
            + " the schema",
        "`door_id`    | {`type`:`number`}    | x-tocsin-key names `door_id`, which has to be a"
            + " string or an integer",
        "`door_id`    | {`type`:`boolean`}   | x-tocsin-key names `door_id`, which has to be a"
            + " string or an integer",
        "`door_id`    | {`type`:`array`}     | x-tocsin-key names `door_id`, which has to be a"
            + " string or an integer",
        "`door_id`    | {}                   | x-tocsin-key names `door_id`, which has to be a"
            + " string or an integer",
        "`door_id`    | {`type`:[`string`,`integer`]} | x-tocsin-key names `door_id`, which has to"
            + " be a string or an integer"
      })
  void keyThatCannotBeOneIsAFaultOfItsFile(String key, String property, String fault)
      throws IOException {
    write("a.schema.json", keyed(quoted(key), quoted(property)));

    assertThat(faults()).containsExactly("a.schema.json: " + quoted(fault));
  }

  private static String quoted(String text) {
    return text.replace('`', '"');
  }

  private static String keyed(String key, String property) {
    return """
    {"x-tocsin-type":"door.opened","type":"object","x-tocsin-key":%s,
     "properties":{"door_id":%s},"$defs":{"id":{"type":"string"}}}
    """
        .formatted(key, property);
  }

  @Test
  void whatWasPrintedBeforeThereWereKeysIsPassedOver() throws IOException {
    ObjectNode schema = EventCatalog.builtIn().jsonSchema("camera.online").orElseThrow();
    schema.remove("x-tocsin-key");
    write("camera.schema.json", Json.writePretty(schema));

    assertThat(loaded().added()).isEmpty();
  }

  @Test
  @Timeout(30)
  void folderThatIsNoneIsRefused() throws Exception {
    Path file = Files.writeString(folder.resolve("x"), "");
    Path pipe = folder.resolve("pipe");
    assumeTrue(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0);

    for (Path none : List.of(folder.resolve("none"), file, pipe)) {
      assertThat(CatalogFolder.load(none))
          .isInstanceOfSatisfying(
              CatalogFolder.Refused.class,
              refused ->
                  assertThat(refused.faults())
                      .containsExactly(
                          new CatalogFolder.Fault(
                              none.toString(), "is no folder that can be read")));
    }
  }

  @Test
  void fileIsTakenUpToOneMebibyte() throws IOException {
    String padding = " ".repeat(CatalogFolder.MAX_FILE_BYTES - DOOR.length());
    write("a.schema.json", DOOR + padding);
    assertThat(loaded().added()).hasSize(1);

    write("a.schema.json", DOOR + padding + " ");
    assertThat(faults()).containsExactly("a.schema.json: is larger than 1048576 bytes");
  }

  @Test
  void thousandFilesAreTakenAndOneMoreIsNot() throws IOException {
    for (int i = 0; i < CatalogFolder.MAX_FILES; i++) {
      write("f" + i + ".schema.json", type("t" + i + ".x"));
    }
    assertThat(loaded().added()).hasSize(1_000);

    write("last.schema.json", type("last.x"));
    assertThat(faults()).containsExactly(folder + ": holds 1001 schemas; at most 1000 are read");
  }

  @Test
  void folderNamedLikeAFileIsRefused() throws IOException {
    Files.createDirectory(folder.resolve("a.schema.json"));

    assertThat(faults()).containsExactly("a.schema.json: is no regular file");
  }

  // References.

  @Test
  void referencesLeadToFilesOfTheFolder() throws IOException {
    write(
        "a.schema.json",
        """
        {"x-tocsin-type": "a.b", "type": "object",
         "properties": {
           "here": {"$ref": "#/$defs/short%20name~1%25"},
           "file": {"$ref": "common/shapes.json"},
           "part": {"$ref": "common/shapes.json#/$defs/side"},
           "anchor": {"$ref": "./common/../common/shapes.json#corner"},
           "self": {"$ref": "#"},
           "other": {"$ref": "b.schema.json#/properties/n"}},
         "$defs": {"short name/%": {"type": "string", "maxLength": 3}, "shapes.json": true}}
        """);
    write(
        "b.schema.json",
        """
        {"x-tocsin-type": "b.b", "type": "object",
         "properties": {"n": {"type": "integer"}, "a": {"$ref": "a.schema.json"}}}
        """);
    Files.createDirectory(folder.resolve("common"));
    write(
        "common/shapes.json",
        """
        {"$id": "https://example.com/shapes", "type": "object",
         "properties": {"sides": {"type": "array", "items": {"$ref": "#/$defs/side"}},
                        "root": {"$ref": "../a.schema.json#/$defs/short%20name~1%25"}},
         "$defs": {"side": {"type": "number", "exclusiveMinimum": 0},
                   "c": {"$anchor": "corner", "enum": ["round", "sharp"]}}}
        """);

    EventCatalog catalog = loaded().catalog();

    String fits =
        "{\"here\":\"abc\",\"file\":{\"sides\":[1,2],\"root\":\"x\"},\"part\":0.5,"
            + "\"anchor\":\"round\",\"self\":{\"part\":1},\"other\":7}";
    assertThat(catalog.validatePayload("a.b", fits)).isInstanceOf(PayloadValidation.Valid.class);
    assertThat(catalog.validatePayload("b.b", "{\"a\":" + fits + "}"))
        .isInstanceOf(PayloadValidation.Valid.class);
    String wrong =
        "{\"here\":\"abcd\",\"file\":{\"sides\":[1,0],\"root\":1},\"part\":0,"
            + "\"anchor\":\"blunt\",\"self\":{\"part\":-1},\"other\":\"7\"}";
    assertThat(errors(catalog.validatePayload("a.b", wrong)))
        .extracting(PayloadError::path)
        .containsExactlyInAnyOrder(
            "/here", "/file/sides/1", "/file/root", "/part", "/anchor", "/self/part", "/other");
  }

  @Test
  void publishedSchemaRefersToNothingOutsideItself() throws IOException {
    write(
        "a.schema.json",
        """
        {"x-tocsin-type": "a.b", "type": "object", "$anchor": "top",
         "properties": {"x": {"$ref": "shapes.json#side"}, "y": {"$ref": "#top"}},
         "$defs": {"shapes.json": {"const": 1}}}
        """);
    write(
        "shapes.json",
        """
        {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:x",
         "$defs": {"side": {"$anchor": "side", "type": "number"},
                   "back": {"$ref": "a.schema.json"}}}
        """);

    ObjectNode schema = loaded().catalog().jsonSchema("a.b").orElseThrow();

    assertThat(schema.findValuesAsString("$ref"))
        .containsExactlyInAnyOrder("#/$defs/shapes.json_/$defs/side", "#", "#");
    assertThat(schema.at("/$defs/shapes.json_/$defs/side/type").stringValue()).isEqualTo("number");
    assertThat(schema.at("/$defs/shapes.json/const").intValue()).isEqualTo(1);
    assertThat(schema.findValues("$anchor")).isEmpty();
    assertThat(schema.findValues("$id")).hasSize(1);
    assertThat(schema.findValues("$schema")).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "https://example.com/x.json | is no relative path to a file of this folder",
        "http://127.0.0.1:1/x.json | is no relative path to a file of this folder",
        "//example.com/x.json | is no relative path to a file of this folder",
        "file:///etc/passwd | is no relative path to a file of this folder",
        "/etc/passwd | is no relative path to a file of this folder",
        "urn:x:y | is no relative path to a file of this folder",
        "classpath:/draft/2020-12/schema | is no relative path to a file of this folder",
        "https://json-schema.org/draft/2020-12/schema | is no relative path to a file of this"
            + " folder",
        "ok.json?x=1 | is no relative path to a file of this folder",
        "../outside.json | leaves the folder",
        "sub/../../outside.json | leaves the folder",
        "%2e%2e/outside.json | leaves the folder",
        ".. | leaves the folder",
        "link.json | points into a file that is refused itself",
        "linked/outside.json | points into a file that is refused itself",
        "none.json | points to no file",
        "sub | points to no file",
        "broken.json | points into a file that is refused itself",
        "#/$defs/none | points to no schema",
        "#/properties | points to no schema",
        "#/x-data | points to no schema",
        "#none | points to no schema",
        "ok.json#/none | points to no schema",
      })
  void referenceThatLeadsNowhereOrOutsideIsRefused(String reference, String reason)
      throws IOException {
    Path outside = Files.createDirectory(folder.resolve("outside"));
    Path inside = Files.createDirectory(folder.resolve("inside"));
    Files.createDirectory(inside.resolve("sub"));
    Files.writeString(outside.resolve("outside.json"), "true");
    Files.writeString(folder.resolve("outside.json"), "{\"type\":\"string\"}");
    Files.createSymbolicLink(inside.resolve("link.json"), folder.resolve("outside.json"));
    Files.createSymbolicLink(inside.resolve("linked"), outside);
    Files.writeString(inside.resolve("broken.json"), "{");
    Files.writeString(inside.resolve("ok.json"), "{}");
    Files.writeString(
        inside.resolve("a.schema.json"),
        "{\"x-tocsin-type\":\"a.b\",\"type\":\"object\",\"x-data\":{},\"properties\":{\"p\":{\"$ref\":\""
            + reference
            + "\"}}}");

    assertThat(faults(CatalogFolder.load(inside)))
        .containsExactly("a.schema.json: $ref \"" + reference + "\" " + reason);
  }

  @Test
  void referenceOfAReferredFileIsFollowedToo() throws IOException {
    write("a.schema.json", "{\"x-tocsin-type\":\"a.b\",\"type\":\"object\",\"$ref\":\"b.json\"}");
    write("b.json", "{\"$ref\":\"../c.json\"}");

    assertThat(faults())
        .containsExactly("a.schema.json: in b.json: $ref \"../c.json\" leaves the folder");
  }

  @Test
  void schemaThatIsALinkOutOfTheFolderIsRefused() throws IOException {
    Path inside = Files.createDirectory(folder.resolve("inside"));
    write("outside.schema.json", DOOR);
    Files.createSymbolicLink(
        inside.resolve("a.schema.json"), folder.resolve("outside.schema.json"));

    assertThat(faults(CatalogFolder.load(inside)))
        .containsExactly("a.schema.json: is a link that leaves the folder");
  }

  @Test
  void linksInsideTheFolderAreFollowed() throws IOException {
    Files.createDirectory(folder.resolve("..data"));
    write("..data/a.schema.json", DOOR);
    Files.createSymbolicLink(folder.resolve("a.schema.json"), Path.of("..data/a.schema.json"));

    assertThat(loaded().added()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"$ref\":\"#\"",
        "\"allOf\":[{\"$ref\":\"#\"}]",
        "\"$ref\":\"#/$defs/x\",\"$defs\":{\"x\":{\"anyOf\":[{\"$ref\":\"#/$defs/y\"}]},"
            + "\"y\":{\"not\":{\"$ref\":\"#/$defs/x\"}}}",
        "\"$defs\":{\"unused\":{\"if\":{\"$ref\":\"#/$defs/unused\"}}}",
        "\"dependentSchemas\":{\"a\":{\"$ref\":\"b.json\"}}",
      })
  void schemaThatRefersToItselfWithoutEndIsRefused(String keywords) throws IOException {
    write("a.schema.json", "{\"x-tocsin-type\":\"a.b\",\"type\":\"object\"," + keywords + "}");
    write("b.json", "{\"oneOf\":[{\"$ref\":\"a.schema.json\"}]}");

    assertThat(faults())
        .isNotEmpty()
        .allSatisfy(fault -> assertThat(fault).endsWith("refers to itself without end"));
  }

  @Test
  void schemaThatRefersToItselfForAPartOfThePayloadIsFine() throws IOException {
    write(
        "a.schema.json",
        """
        {"x-tocsin-type": "a.b", "type": "object",
         "properties": {"child": {"$ref": "#"}, "name": {"type": "string"}}}
        """);

    EventCatalog catalog = loaded().catalog();

    assertThat(catalog.validatePayload("a.b", "{\"child\":{\"child\":{\"name\":\"x\"}}}"))
        .isInstanceOf(PayloadValidation.Valid.class);
    assertThat(errors(catalog.validatePayload("a.b", "{\"child\":{\"child\":{\"name\":1}}}")))
        .extracting(PayloadError::path)
        .containsExactly("/child/child/name");
  }

  private static String type(String name) {
    return "{\"x-tocsin-type\":\"" + name + "\",\"type\":\"object\"}";
  }

  private void write(String file, String text) throws IOException {
    Files.writeString(folder.resolve(file), text, StandardCharsets.UTF_8);
  }

  private CatalogFolder.Loaded loaded() {
    CatalogFolder.Loading loading = CatalogFolder.load(folder);
    assertThat(loading).isInstanceOf(CatalogFolder.Loaded.class);
    return (CatalogFolder.Loaded) loading;
  }

  private List<String> faults() {
    return faults(CatalogFolder.load(folder));
  }

  private static List<String> faults(CatalogFolder.Loading loading) {
    assertThat(loading).isInstanceOf(CatalogFolder.Refused.class);
    return ((CatalogFolder.Refused) loading)
        .faults().stream().map(CatalogFolder.Fault::toString).toList();
  }

  private static List<PayloadError> errors(PayloadValidation validation) {
    return ((PayloadValidation.Invalid) validation).errors();
  }
}
