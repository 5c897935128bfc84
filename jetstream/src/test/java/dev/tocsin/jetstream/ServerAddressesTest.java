package dev.tocsin.jetstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/// What servers may be called that are connected by their addresses.
class ServerAddressesTest {

  private final ServerAddresses servers =
      new ServerAddresses(
          List.of("tls://localhost:4222", "tls://user:pass@10.0.0.1:4222", "tls://[::1]:4222"));

  @Test
  void anAddressThatANameLedToIsCalledByTheNameAlone() {
    List<String> found = servers.resolveHostToIps("localhost", false, false);

    assertThat(found).isNotEmpty();
    assertThat(found)
        .allSatisfy(address -> assertThat(servers.namesOf(address)).containsExactly("localhost"));
  }

  @Test
  void anAddressThatTheOperatorHasNamedIsCalledByItAlone() {
    assertThat(servers.namesOf("10.0.0.1")).containsExactly("10.0.0.1");
    assertThat(servers.namesOf("[::1]")).containsExactly("::1");
  }

  @Test
  void anAddressThatAServerHasToldMayBeCalledLikeTheOthers() {
    assertThat(servers.namesOf("10.0.0.2"))
        .containsExactlyInAnyOrder("10.0.0.2", "localhost", "10.0.0.1", "::1");
  }

  @Test
  void aNameIsCalledByItAlone() {
    assertThat(servers.namesOf("n1.example")).containsExactly("n1.example");
  }
}
