package dev.tocsin.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class CatalogPageTest {

  /// Surefire runs the tests in the module's folder.
  private static final Path PAGE = Path.of("..", "docs", "catalog.md");

  @Test
  void pageOfTheDocsIsCurrent() throws IOException {
    String page = CatalogPage.of(EventCatalog.builtIn());
    if (Boolean.getBoolean("tocsin.update")) {
      Files.createDirectories(PAGE.getParent());
      Files.writeString(PAGE, page);
    }

    assertThat(PAGE).as("to be written anew with -Dtocsin.update=true").exists().hasContent(page);
  }

  @Test
  void pageNamesEveryTypeAndEveryField() {
    String page = CatalogPage.of(EventCatalog.builtIn());

    for (EventType type : EventCatalog.builtIn().allEventTypes()) {
      assertThat(page).contains("`" + type.name() + "`").contains(type.description());
      if (type.payload() != null) {
        assertThat(page).contains("## " + type.name() + "\n");
        type.payload()
            .jsonSchema(type.name(), type.description())
            .path("properties")
            .propertyNames()
            .forEach(field -> assertThat(page).contains("\n| `" + field + "` | "));
      }
    }
  }

  @Test
  void everyLinkOfThePageLeadsToAHeading() {
    String page = CatalogPage.of(EventCatalog.builtIn());

    var headings =
        page.lines()
            .filter(line -> line.startsWith("## "))
            .map(line -> line.substring(3).toLowerCase(java.util.Locale.ROOT).replace(".", ""))
            .toList();
    var links =
        java.util.regex.Pattern.compile("\\]\\(#([^)]*)\\)")
            .matcher(page)
            .results()
            .map(r -> r.group(1));

    assertThat(links).isNotEmpty().isSubsetOf(headings);
  }
}
