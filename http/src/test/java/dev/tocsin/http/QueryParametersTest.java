package dev.tocsin.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.http.QueryParameters.InvalidQueryException;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueryParametersTest {

  @ParameterizedTest
  @ValueSource(strings = {"%FF", "%C3%28", "%C3", "%ED%A0%BD", "%zz", "%4", "%", "\u00fc", "a b"})
  void whatIsNoUtf8IsRefusedInsteadOfBecomingAnotherText(String value) {
    QueryStringDecoder uri = new QueryStringDecoder("/?events=" + value);

    assertThatThrownBy(() -> QueryParameters.of(uri))
        .isInstanceOf(InvalidQueryException.class)
        .hasMessageContaining("percent-encoded");
  }

  @Test
  void utf8IsReadAsItIs() throws InvalidQueryException {
    QueryStringDecoder uri = new QueryStringDecoder("/?events=%C3%BC,%F0%9F%98%80,a+b");

    assertThat(QueryParameters.of(uri).list("events")).contains(List.of("ü", "😀", "a b"));
  }
}
