package dev.tocsin.gateway;

import dev.tocsin.describe.Descriptions;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.http.AnswerPolicy;
import dev.tocsin.http.Exchange;
import dev.tocsin.http.Json;
import dev.tocsin.http.Request;
import dev.tocsin.http.StaticContent;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The catalog as the documents that other tools read. Any thread.
final class DescriptionPages {

  /// Whoever has a page asks whether it is still the one.
  static final AnswerPolicy POLICY = new AnswerPolicy("no-cache", AnswerPolicy.API.security());

  private final Page typeScript;
  private final Page openApi;
  private final Page asyncApi;

  DescriptionPages(EventCatalog catalog) {
    Supplier<Descriptions> descriptions = () -> new Descriptions(catalog, BuildVersion.number());
    this.typeScript =
        new Page(
            "text/typescript; charset=utf-8",
            descriptions,
            made -> made.typeScript().getBytes(StandardCharsets.UTF_8));
    this.openApi = new Page("application/json", descriptions, made -> Json.bytes(made.openApi()));
    this.asyncApi = new Page("application/json", descriptions, made -> Json.bytes(made.asyncApi()));
  }

  /// `GET /api/v1/catalog.d.ts`.
  Exchange typeScript(Request request) {
    return typeScript.answer(request);
  }

  /// `GET /api/v1/openapi.json`.
  Exchange openApi(Request request) {
    return openApi.answer(request);
  }

  /// `GET /api/v1/asyncapi.json`.
  Exchange asyncApi(Request request) {
    return asyncApi.answer(request);
  }

  /// A page that is made when it is first asked for: a start should not wait for it. Who comes at the same time makes an equal
  /// one.
  private static final class Page {

    private final String mediaType;
    private final Supplier<Descriptions> descriptions;
    private final Function<Descriptions, byte[]> text;
    private volatile @Nullable StaticContent made;

    Page(
        String mediaType,
        Supplier<Descriptions> descriptions,
        Function<Descriptions, byte[]> text) {
      this.mediaType = mediaType;
      this.descriptions = descriptions;
      this.text = text;
    }

    Exchange answer(Request request) {
      StaticContent page = made;
      if (page == null) {
        page = new StaticContent(mediaType, text.apply(descriptions.get()));
        made = page;
      }
      return page.answer(request);
    }
  }
}
