package dev.tocsin.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArraySplitterTest {

  private static final int MAX = 40;

  private final List<String> items = new ArrayList<>();
  private final ArraySplitter splitter = new ArraySplitter(MAX);

  private void take(long number, byte[] text) {
    items.add(
        number + (text == null ? "-" : ":" + new String(text, StandardCharsets.UTF_8).strip()));
  }

  private String split(String text, int piece) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < bytes.length; i += piece) {
      ByteBuf buffer = Unpooled.wrappedBuffer(bytes, i, Math.min(piece, bytes.length - i));
      splitter.split(buffer, this::take, () -> true);
      assertThat(buffer.isReadable()).isFalse();
    }
    splitter.end(this::take);
    return String.join(" ", items) + (splitter.fault() == null ? "" : " fault");
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      quoteCharacter = '`',
      value = {
        "[]                          => ``",
        " [ ]                        => ``",
        "[{}]                        => 1:{}",
        "[{\"a\":[1,2]} , {\"b\":{}}] => 1:{\"a\":[1,2]} 2:{\"b\":{}}",
        "[\"a,]}{\\\"\",{\"x\":\"]\"}] => 1:\"a,]}{\\\"\" 2:{\"x\":\"]\"}",
        "[\"\\\\\",7]                 => 1:\"\\\\\" 2:7",
        "[1,null,true]               => 1:1 2:null 3:true",
        "[\"ü€\"]                     => 1:\"ü€\"",
        "``                          => ` fault`",
        "{}                          => ` fault`",
        "[{}                         => ` fault`",
        "[{},                        => 1:{} fault",
        "[{},]                       => 1:{} fault",
        "[,{}]                       => ` fault`",
        "[{}] x                      => 1:{} fault",
        "[{}][{}]                    => 1:{} fault",
        "[{} {}]                     => 1:{} {}",
        "[{}}]                       => 1:{} fault"
      })
  void findsTheItemsHoweverTheyCome(String text, String found) {
    for (int piece : new int[] {1, 2, 3, 1_000}) {
      ArraySplitterTest fresh = new ArraySplitterTest();
      assertThat(fresh.split(text, piece)).isEqualTo(found);
    }
  }

  @Test
  void itemsThatAreTooLongAreTold() {
    String fits = "\"" + "x".repeat(MAX - 2) + "\"";
    String over = "\"" + "x".repeat(MAX - 1) + "\"";

    assertThat(split("[" + fits + "," + over + ",1]", 7)).isEqualTo("1:" + fits + " 2- 3:1");
  }

  @Test
  void holdsNoMoreThanOneItem() {
    ByteBuf piece = Unpooled.copiedBuffer("[\"" + "x".repeat(10_000), StandardCharsets.UTF_8);

    splitter.split(piece, this::take, () -> true);

    assertThat(splitter.heldBytes()).isEqualTo(MAX);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void leavesTheRestWhenItIsToldTo(int most) {
    ByteBuf piece = Unpooled.copiedBuffer("[1,2,3]", StandardCharsets.UTF_8);

    splitter.split(piece, this::take, () -> items.size() < most);

    assertThat(items).hasSize(most);
    assertThat(piece.isReadable()).isTrue();
    splitter.split(piece, this::take, () -> true);
    assertThat(items).containsExactly("1:1", "2:2", "3:3");
  }
}
