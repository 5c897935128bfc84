package dev.tocsin.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.BindException;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the transports say of an address that is not to be had, and what a person reads.
class ListenFaultTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Address already in use | the address is in use; is a server running there already? |"
            + " --port",
        "bind(..) failed with error(-98): Address already in use | the address is in use; is a"
            + " server running there already? | --port",
        "Permission denied | this user may not; ports below 1024 often need a privilege | --port",
        "Operation not permitted | this user may not; ports below 1024 often need a privilege |"
            + " --port",
        "Invalid argument | that is no address of one network card of this machine | --host",
        "Cannot assign requested address | no interface of this machine has that address | --host",
      })
  void theSameWordsWhicheverTransportSaysSo(String said, String sentence, String option) {
    BindException cause = new BindException(said);

    ListenFault fault = ListenFault.of(cause);

    assertThat(fault.sentence()).isEqualTo(sentence);
    assertThat(fault.message()).isEqualTo(sentence + " (" + option + " picks another)");
    assertThat(fault.isTaken()).isEqualTo(said.contains("in use"));
    StartFailedException failure = new StartFailedException("127.0.0.1:80", fault, cause);
    assertThat(failure).hasMessage("cannot listen on 127.0.0.1:80: " + fault.message());
    assertThat(failure.sentence()).isEqualTo("cannot listen on 127.0.0.1:80: " + sentence);
  }

  @Test
  void whatNoOptionMendsNamesNone() {
    assertThat(ListenFault.of(new UnknownHostException("nowhere")).message())
        .isEqualTo("no such host");
    assertThat(ListenFault.of(new IOException("odd")).message()).isEqualTo("odd");
  }
}
