package dev.tocsin.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.RecordedLogs;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {

  private final MemoryBudget budget = new MemoryBudget("tests", 1_000);
  private final List<String> ended = new ArrayList<>();

  private MemoryBudget.Account open(String name) {
    MemoryBudget.Account[] account = new MemoryBudget.Account[1];
    account[0] =
        budget.open(() -> {
          ended.add(name);
          account[0].set(0);
        });
    return account[0];
  }

  @AfterEach
  void isToldSparsely() {
    assertThat(RecordedLogs.take())
        .hasSize(ended.isEmpty() ? 0 : 1)
        .allMatch(line -> line.contains("no memory is left for tests"));
  }

  @Test
  void whatFitsIsHeld() {
    open("a").set(600);
    open("b").set(400);

    assertThat(ended).isEmpty();
    assertThat(budget.heldBytes()).isEqualTo(1_000);
  }

  @Test
  void theLargestGivesUpFirstAndWhoHoldsLittleIsNotTouched() {
    MemoryBudget.Account small = open("small");
    small.set(10);
    open("large").set(500);
    open("larger").set(480);
    small.set(30);
    open("next").set(490);

    assertThat(ended).containsExactly("large");
    open("another").set(495);
    assertThat(ended).containsExactly("large", "another");
    assertThat(small.bytes()).isEqualTo(30);
  }

  @Test
  void whoAsksMayBeTheLargest() {
    open("a").set(300);
    open("b").set(900);

    assertThat(ended).containsExactly("b");
    assertThat(budget.heldBytes()).isEqualTo(300);
  }

  @Test
  void whatIsGivenBackIsFreeAgain() {
    MemoryBudget.Account account = open("a");
    for (int i = 0; i < 10; i++) {
      account.set(1_000);
      account.set(0);
    }

    assertThat(ended).isEmpty();
    assertThat(budget.heldBytes()).isZero();
  }

  @Test
  void oneThatCannotGiveUpIsCountedNoLonger() {
    budget
        .open(() -> {
          throw new IllegalStateException("a bug");
        })
        .set(2_000);

    assertThat(budget.heldBytes()).isZero();
    assertThat(RecordedLogs.take()).hasSize(2).anyMatch(line -> line.contains("a bug"));
  }
}
