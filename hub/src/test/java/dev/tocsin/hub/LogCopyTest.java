package dev.tocsin.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogCopyTest {

  private final CopyableLog source = new CopyableLog(2);
  private final CopyableLog target = new CopyableLog(3);
  private final List<String> told = new ArrayList<>();

  private LogCopy.Result copy() throws Exception {
    return new LogCopy(
            source,
            target,
            (phase, first, position, newest) ->
                told.add(phase + " " + first + " " + position + " " + newest))
        .run();
  }

  private void refuses(String sentence) {
    assertThatThrownBy(this::copy)
        .isInstanceOf(LogCopyException.class)
        .hasMessageContaining(sentence);
    assertThat(target.isFinished()).isFalse();
  }

  @Test
  void everyEventKeepsItsSequence() throws Exception {
    source.trim(40).add(41, "a.a").add(0, "b.b").add(3, "c.c").add(0, "d.d").holesAtTheEnd(2);

    LogCopy.Result result = copy();

    assertThat(target.events()).isEqualTo(source.events());
    assertThat(result.first()).isEqualTo(42);
    assertThat(result.newest()).isEqualTo(50);
    assertThat(result.events()).isEqualTo(4);
    assertThat(result.holes()).isEqualTo(5);
    assertThat(result.epoch()).isEqualTo("new");
    assertThat(told).containsExactly("COPYING 42 43 50", "COPYING 42 50 50");
    assertThat(target.isFinished()).isTrue();
  }

  @Test
  void anEmptyLogIsCopied() throws Exception {
    assertThat(copy()).isEqualTo(new LogCopy.Result("new", 1, 0, 0, 0, 0));
  }

  @Test
  void aLogWithoutEventsKeepsItsHead() throws Exception {
    source.holesAtTheEnd(7);
    assertThat(copy()).isEqualTo(new LogCopy.Result("new", 8, 7, 0, 0, 0));
  }

  @Test
  void anotherRunGoesOnWhereTheFirstEnded() throws Exception {
    source.add(0, "a.a").add(1, "b.b").add(0, "c.c");
    target.put(source.events().getFirst());

    assertThat(copy().events()).isEqualTo(3);
    assertThat(target.events()).isEqualTo(source.events());
    assertThat(told).containsExactly("COPYING 2 4 4");
  }

  @Test
  void aChangedEventIsNoticed() {
    source.add(0, "a.a").add(0, "b.b");
    target.put(new CopiedEvent(1, SampleEvents.event("a.a", "other"), CopyableLog.time(1), null));
    refuses("says something else in sequence 1");
  }

  @Test
  void anotherTimeIsNoticed() {
    source.add(0, "a.a");
    target.put(new CopiedEvent(1, SampleEvents.event("a.a", "n-1"), 5, null));
    refuses("says something else in sequence 1");
  }

  @Test
  void aMissingEventIsNoticed() {
    source.add(0, "a.a").add(0, "b.b").add(0, "c.c");
    target.put(source.events().get(1));
    refuses("lacks the event of sequence 1");
  }

  @Test
  void aMissingLastEventIsNoticed() {
    source.add(0, "a.a").add(0, "b.b");
    target.beforePage(() -> target.remove(2));
    refuses("lacks the event of sequence 2");
  }

  @Test
  void anEventTooManyIsNoticed() {
    source.add(0, "a.a").add(1, "b.b");
    target.put(source.events().getFirst());
    target.put(new CopiedEvent(2, SampleEvents.event("a.a", "other"), 5, null));
    refuses("an event of sequence 2, which the log does not have");
  }

  @Test
  void aLogThatGoesOnMeanwhileIsNotFinished() {
    source.add(0, "a.a").add(0, "b.b");
    target.beforePage(() -> source.add(0, "c.c"));
    refuses("is in use");
  }

  @Test
  void whatRetentionTakesMeanwhileMayStay() throws Exception {
    source.add(0, "a.a").add(0, "b.b").add(0, "c.c");
    target.beforePage(() -> source.trim(3));

    assertThat(copy().events()).isEqualTo(3);
  }
}
