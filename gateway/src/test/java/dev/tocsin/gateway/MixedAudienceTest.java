package dev.tocsin.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.hub.Batch;
import dev.tocsin.hub.Logs;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Members of one audience that take its batches in different forms.
class MixedAudienceTest {

  private static Forms forms(EmbeddedServer server) {
    return server.loop().forms();
  }

  private static Batch batch(EmbeddedServer server) {
    server.publish(TestServer.alert("a"));
    server.publish("{\"type\":\"alert.deleted\",\n\"payload\":{\"id\":\"b\"}}");
    return new Batch(Logs.readAll(server.hub.log(), 0), 0);
  }

  @Test
  void aBatchIsEncodedOnceForEachFormThatSomebodyTakes() {
    try (EmbeddedServer server = new EmbeddedServer()) {
      Batch batch = batch(server);
      List<Form> all =
          List.of(
              forms(server).webSocket(false, 0),
              forms(server).webSocket(true, 0),
              forms(server).serverSent(true, false, true),
              forms(server).lines(true, true),
              forms(server).serverSent(false, false, true),
              forms(server).serverSent(false, true, true),
              forms(server).serverSent(false, false, false),
              forms(server).lines(false, true),
              forms(server).lines(false, false));
      ScarceAllocator allocator = new ScarceAllocator(count -> false);
      try (EncodedBatch encoded = new EncodedBatch(batch, allocator)) {
        List<ByteBuf> first = new ArrayList<>();
        all.forEach(form -> first.add(encoded.in(form)));
        for (int i = 0; i < 100; i++) {
          for (int j = 0; j < all.size(); j++) {
            assertThat(encoded.in(all.get(j))).isSameAs(first.get(j));
          }
        }
        assertThat(allocator.allocations()).isEqualTo(all.size());
        assertThat(encoded.failure()).isNull();
      }
    }
  }

  @Test
  void allWhoTakeTheSameAreGivenTheSameObject() {
    try (EmbeddedServer server = new EmbeddedServer()) {
      for (boolean named : new boolean[] {false, true}) {
        for (boolean chunked : new boolean[] {false, true}) {
          assertThat(forms(server).serverSent(true, named, chunked))
              .isSameAs(forms(server).serverSent(true, named, chunked))
              .isNotSameAs(forms(server).serverSent(false, named, chunked));
          assertThat(forms(server).serverSent(false, named, chunked))
              .isSameAs(forms(server).serverSent(false, named, chunked));
          assertThat(forms(server).lines(false, chunked))
              .isSameAs(forms(server).lines(false, chunked));
        }
      }
    }
  }

  private static String text(Form.Streamed form, Batch batch) {
    ByteBuf encoded = form.encode(batch, new ScarceAllocator(count -> false));
    try {
      // It was made as large as it had to be.
      assertThat(encoded.capacity()).isEqualTo(encoded.readableBytes());
      return encoded.toString(StandardCharsets.UTF_8);
    } finally {
      encoded.release();
    }
  }

  private static String page(Form form, Batch batch) {
    FormPage page =
        new FormPage(form, new PlainTypes(List.of()), new ScarceAllocator(count -> false));
    batch.forEach(page::event);
    ByteBuf encoded = page.finish();
    try {
      return encoded.toString(StandardCharsets.UTF_8);
    } finally {
      encoded.release();
    }
  }

  /// Whoever lags and catches up sees no seam.
  @Test
  void aPageIsTheSameAsABatchToTheByte() {
    try (EmbeddedServer server = new EmbeddedServer()) {
      Batch batch = batch(server);
      for (Form.Streamed form :
          List.of(
              forms(server).serverSent(true, true, true),
              forms(server).lines(true, false),
              forms(server).serverSent(false, false, true),
              forms(server).serverSent(false, true, false),
              forms(server).lines(false, true),
              forms(server).lines(false, false))) {
        assertThat(page(form, batch)).isEqualTo(text(form, batch));
      }
      assertThat(text(forms(server).lines(false, false), batch).lines())
          .hasSize(2)
          .allMatch(line -> line.startsWith("{\"type\":\"alert.deleted\",") && line.endsWith("}"));
    }
  }

  @Test
  void theChunksAreTheTextInOnePiece() {
    try (EmbeddedServer server = new EmbeddedServer()) {
      Batch batch = batch(server);
      String whole = text(forms(server).lines(false, false), batch);
      String chunk = text(forms(server).lines(false, true), batch);

      assertThat(chunk).isEqualTo("%08x\r\n%s\r\n".formatted(whole.length(), whole));
    }
  }
}
