package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class ByteSizeTest {

  @ParameterizedTest
  @CsvSource({
    "1,        1,             1 bytes",
    "1000,     1000,          1000 bytes",
    "65536,    65536,         64 KiB",
    "64k,      65536,         64 KiB",
    "64m,      67108864,      64 MiB",
    "64MB,     67108864,      64 MiB",
    "64MiB,    67108864,      64 MiB",
    "2g,       2147483648,    2 GiB",
    "1536m,    1610612736,    1536 MiB",
    "3T,       3298534883328, 3 TiB"
  })
  void sizesAreReadAndShown(String text, long bytes, String shown) {
    assertThat(ByteSize.parse(text)).isEqualTo(new ByteSize(bytes)).hasToString(shown);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "m", "1.5g", "-1", "0", "64 m", "1x", "999999999999999t", "99999999999999999"})
  void whatIsNoSizeIsRefused(String text) {
    assertThatThrownBy(() -> ByteSize.parse(text)).isInstanceOf(TypeConversionException.class);
  }
}
