package dev.tocsin.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import org.junit.jupiter.api.Test;

class PageHeadersTest {

  private static final PageHeaders HEADERS = new PageHeaders(List.of("Content-Type", "ce-*"));

  private static HttpRequest asking(String... values) {
    HttpRequest preflight = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.OPTIONS, "/");
    preflight.headers().add("Access-Control-Request-Headers", List.of(values));
    return preflight;
  }

  @Test
  void namesThoseThatBeginAsAllowedAndWereAskedFor() {
    assertThat(HEADERS.allowed(asking("ce-id,ce-source, content-type", "CE-Type, x-other")))
        .isEqualTo("Content-Type, ce-id, ce-source, ce-type");
  }

  @Test
  void namesThoseThatAreAlwaysAllowedWithoutBeingAsked() {
    assertThat(HEADERS.allowed(asking())).isEqualTo("Content-Type");
  }

  @Test
  void repeatsNothingThatIsNoNameOfAHeader() {
    assertThat(HEADERS.allowed(asking("ce-a b, ce-*, ce-\u00e9, , ce-<script>")))
        .isEqualTo("Content-Type");
  }
}
