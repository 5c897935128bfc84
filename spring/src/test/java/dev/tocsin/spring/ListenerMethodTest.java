package dev.tocsin.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.events.Doc;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.WebSocketEvent;
import dev.tocsin.events.payload.alert.AlertCreatedPayload;
import dev.tocsin.events.payload.alert.AlertDeletedPayload;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a method with the annotation may be, and what it takes.
class ListenerMethodTest {

  private static final WebSocketEvent DELETED =
      EventCatalog.builtIn().createEvent(new AlertDeletedPayload("a-1", null));

  private static final WebSocketEvent DISMISSED =
      WebSocketEvent.fromJson("{\"type\":\"alert.dismissed\",\"payload\":{\"id\":\"a-1\"}}");

  /// A record that is no payload.
  record NoPayload(String any) {}

  /// A payload that no event type has.
  record UnknownPayload(@Doc(value = "Any word", example = "word") String any) {}

  /// Methods of all sorts.
  @SuppressWarnings("unused") // called by reflection
  static final class Bean {
    private Object got;

    void payload(AlertDeletedPayload alert) {
      got = alert.id();
    }

    void envelope(WebSocketEvent event) {
      got = event.type();
    }

    void both(WebSocketEvent event, AlertDeletedPayload alert) {
      got = event.type() + alert.id();
    }

    void nothing() {}

    void text(String text) {}

    void two(AlertDeletedPayload one, AlertCreatedPayload other) {}

    void twice(WebSocketEvent one, WebSocketEvent other) {}

    void foreign(NoPayload other) {}

    void unknown(UnknownPayload other) {}

    void throwing(WebSocketEvent event) {
      throw new IllegalStateException("broken");
    }
  }

  private final Bean bean = new Bean();

  private ListenerMethod method(String name, String... patterns) {
    Method method =
        Arrays.stream(Bean.class.getDeclaredMethods())
            .filter(some -> some.getName().equals(name))
            .findFirst()
            .orElseThrow();
    return ListenerMethod.of(bean, method, patterns, EventCatalog.builtIn());
  }

  @ParameterizedTest
  @CsvSource({"payload,a-1", "envelope,alert.deleted", "both,alert.deleteda-1"})
  void itGetsWhatItsParametersSay(String name, String got) throws Throwable {
    ListenerMethod method = method(name, "alert.*");

    assertThat(method.takes(DELETED)).isTrue();
    method.call(DELETED);
    assertThat(bean.got).isEqualTo(got);
  }

  @Test
  void aPayloadNarrowsWhatThePatternsMatch() {
    assertThat(method("payload", "alert.*").subscription()).containsExactly("alert.deleted");
    assertThat(method("payload").subscription()).containsExactly("alert.deleted");
    assertThat(method("envelope", "alert.*", "camera.*").subscription())
        .containsExactly("alert.*", "camera.*");
    assertThat(method("envelope").subscription()).containsExactly("*");
    assertThat(method("envelope", "camera.*").takes(DELETED)).isFalse();
    assertThat(method("payload", "alert.*").takes(DISMISSED)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "nothing,  alert.*,   takes one payload record",
    "text,     alert.*,   takes one payload record",
    "two,      alert.*,   takes one payload record",
    "twice,    alert.*,   takes one payload record",
    "foreign,  alert.*,   NoPayload",
    "unknown,  alert.*,   no event type of the catalog has the payload UnknownPayload",
    "payload,  camera.*,  AlertDeletedPayload is the payload of alert.deleted",
    "payload,  alert.[a,  unclosed"
  })
  void oneThatCanNeverBeCalledIsRefusedInWords(String name, String pattern, String why) {
    assertThatThrownBy(() -> method(name, pattern))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("@TocsinListener on ")
        .hasMessageContaining(why);
  }

  @Test
  void whatItThrowsIsItsOwn() {
    assertThatThrownBy(() -> method("throwing").call(DELETED))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("broken");
    assertThat(List.of(method("throwing").toString())).containsExactly("Bean.throwing");
  }
}
