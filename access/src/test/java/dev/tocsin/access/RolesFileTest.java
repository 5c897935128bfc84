package dev.tocsin.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.hub.Grants;
import dev.tocsin.hub.Rights;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RolesFileTest {

  private static Roles read(String json) throws BrokenFileException {
    byte[] content = SignedTokens.json(json).getBytes(StandardCharsets.UTF_8);
    return RolesFile.read(content, "roles.json");
  }

  @Test
  void rolesAddUp() throws Exception {
    Roles roles =
        read(
            """
            {'roles':{
              'viewer':{'subscribe':[{'events':['alert.*']}]},
              'camera':{'subscribe':[{'events':['alert.*']},{'events':['camera.*']}],
                        'publish':[{'events':['camera.*'],'where':{'camera_id':['front']}}]},
              'operator':{'manage':['metrics','console']}},
             'members':{'front desk':['viewer','operator']}}
            """);

    Rights viewer = roles.of(List.of("viewer"));
    Rights all = roles.of(List.of("viewer", "camera", "operator", "no such role"));
    assertThat(viewer.subscribe().grants()).hasSize(1);
    assertThat(viewer.publish().grants()).isEmpty();
    assertThat(all.subscribe().grants()).as("each grant once").hasSize(2);
    assertThat(all.publish().grants()).hasSize(1);
    assertThat(all.manage()).isEqualTo(Set.of("metrics", "console"));
    assertThat(roles.of("front desk")).containsExactly("viewer", "operator");
    assertThat(roles.of("nobody")).isEmpty();
    assertThat(roles.of(List.of("no such role"))).isEqualTo(Roles.NOTHING);
  }

  @Test
  void everythingAndSomethingIsEverything() {
    Roles roles = new Roles(Map.of("admin", Rights.ALL, "none", Roles.NOTHING), Map.of());

    Rights all = roles.of(List.of("none", "admin"));

    assertThat(all).isEqualTo(Rights.ALL);
    assertThat(roles.of(List.of("none")).subscribe()).isEqualTo(new Grants(List.of()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{|Not valid JSON",
        "``|nothing but white space",
        "\uFEFF{'roles':{}}|byte order mark",
        "[]|must be an object",
        "{}|roles must be an object",
        "{'roles':[]}|roles must be an object",
        "{'role':{},'roles':{}}|no member \"role\"; did you mean \"roles\"?",
        "{'roles':{},'roles':{}}|roles",
        "{'roles':{'a b':{}}}|\"a b\" cannot be the name of a role",
        "{'roles':{'':{}}}|\"\" cannot be the name of a role",
        "{'roles':{'a\\n':{}}}|cannot be the name of a role",
        "{'roles':{'a':[]}}|roles.\"a\" must be an object",
        "{'roles':{'a':{'subscrbe':[]}}}|did you mean \"subscribe\"?",
        "{'roles':{'a':{'subscribe':[{'events':['[']}]}}}|roles.\"a\".subscribe[0].events",
        "{'roles':{'a':{'manage':['all']}}}|metrics",
        "{'roles':{'a':{'roles':['b']},'b':{'includes':['a']}}}|roles.\"a\" cannot include other"
            + " roles",
        "{'roles':{'a':{'roles':['b']},'b':{'includes':['a']}}}|roles.\"b\" cannot include other"
            + " roles",
        "{'roles':{},'members':[]}|members must be an object",
        "{'roles':{'viewer':{}},'members':{'x':['viewr']}}|members.\"x\": there is no role"
            + " \"viewr\"; did you mean \"viewer\"?",
        "{'roles':{'viewer':{}},'members':{'x':['y'],'y':['x']}}|there is no role \"y\"",
        "{'roles':{'viewer':{}},'members':{'x':'viewer'}}|must be an array",
        "{'roles':{'viewer':{}},'members':{'x':[1]}}|each as a text",
        "{'roles':{'viewer':{}},'members':{'x\\u0007':['viewer']}}|cannot be a name",
      })
  void saysWhatIsWrongWithIt(String json, String says) {
    assertThatThrownBy(() -> read(json))
        .isInstanceOf(BrokenFileException.class)
        .hasMessageStartingWith("roles.json: ")
        .hasMessageContaining(says);
  }

  @Test
  void tellsAllFaultsButNotEndlessly() {
    StringBuilder json = new StringBuilder("{'roles':{'a':{'x':1}},'members':{'m':['nothing']");
    for (int i = 0; i < 100; i++) {
      json.append(",'m").append(i).append("':['nothing']");
    }

    assertThatThrownBy(() -> read(json.append("}}").toString()))
        .hasMessageContaining("roles.\"a\" has no member \"x\"")
        .hasMessageContaining("members.\"m\": there is no role")
        .hasMessageEndingWith("and 82 more");
  }

  @Test
  void isBounded(@TempDir Path folder) {
    String deep = "{'roles':" + "{'a':".repeat(1_000) + "1" + "}".repeat(1_001);

    assertThatThrownBy(() -> read(deep)).hasMessageContaining("nested deeper than 64");
    assertThatThrownBy(() -> RolesFile.read(folder))
        .isInstanceOf(BrokenFileException.class)
        .hasMessageEndingWith("is not a regular file");
    assertThatThrownBy(() -> RolesFile.read(folder.resolve("none")))
        .isInstanceOf(BrokenFileException.class)
        .hasMessageEndingWith("does not exist");
  }
}
