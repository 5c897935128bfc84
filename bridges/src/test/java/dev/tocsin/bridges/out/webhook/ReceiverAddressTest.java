package dev.tocsin.bridges.out.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.bridges.description.Faults;
import dev.tocsin.bridges.description.Section;
import dev.tocsin.bridges.mapping.TestMessages;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReceiverAddressTest {

  private static ReceiverAddress read(String bridge, Faults faults) {
    return ReceiverAddress.read(new Section(TestMessages.json(bridge), "", faults));
  }

  private static ReceiverAddress sound(String bridge) {
    Faults faults = new Faults(new byte[0]);
    ReceiverAddress address = read(bridge, faults);
    assertThat(faults.told()).isEmpty();
    return address;
  }

  @ParameterizedTest
  @CsvSource({
    "https://Example.com, true, example.com, 443, /, example.com",
    "http://example.com:8080/a/b?c=d, false, example.com, 8080, /a/b?c=d, example.com:8080",
    "https://[2606:4700::1111]:8443/x, true, 2606:4700::1111, 8443, /x, [2606:4700::1111]:8443",
    "http://tocsin_server:8080/in, false, tocsin_server, 8080, /in, tocsin_server:8080",
    "http://My_Stack_hub_1, false, my_stack_hub_1, 80, /, my_stack_hub_1",
    "HTTPS://1.1.1.1:443/%C3%A4, true, 1.1.1.1, 443, /%C3%A4, 1.1.1.1",
  })
  void addressIsTakenApart(
      String url, boolean isTls, String host, int port, String path, String header) {
    ReceiverAddress address = sound("{\"url\":\"" + url + "\"}");

    assertThat(address).isEqualTo(new ReceiverAddress(isTls, host, port, path, false));
    assertThat(address.hostHeader()).isEqualTo(header);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ftp://example.com/ | must be an address",
        "example.com/hooks | must be an address",
        "https:///x | has no host",
        "https://exa mple.com/ | must be an address",
        "https://bücher.example/ | has no host",
        "http://a_b..c/ | has no host",
        "http://a_b:0/ | has no port of 1 to 65535",
        "http://a_b:70000/ | has no port of 1 to 65535",
        "http://a_b.localhost/ | loopback",
        "http://127.1/ | loopback",
        "https://tocsin_server/ | Java checks no certificate for",
        "http://me:secret@tocsin_server/ | belongs into \"headers\"",
        "https://me:secret@example.com/ | belongs into \"headers\"",
        "https://example.com/#top | has a fragment",
        "https://example.com:0/ | has no port of 1 to 65535",
        "https://example.com:70000/ | has no port of 1 to 65535",
        "http://127.0.0.1:9/ | loopback: \"allow_private\":true",
        "http://localhost/ | loopback",
        "http://a.localhost./ | loopback",
        "http://2130706433/ | loopback",
        "http://[::1]/ | loopback",
        "http://[::ffff:10.0.0.1]/ | private",
        "http://[64:ff9b::7f00:1]/ | loopback",
        "http://192.168.0.1/ | private",
        "http://169.254.169.254/latest | link-local",
        "http://[fd00::1]/ | unique-local",
      })
  void addressThatIsWrongOrPrivateIsTold(String url, String fault) {
    Faults faults = new Faults(new byte[0]);
    read("{\"url\":\"" + url + "\"}", faults);

    assertThat(faults.told()).singleElement().asString().contains("/url").contains(fault);
  }

  @Test
  void passwordInAnAddressIsNotRepeated() {
    Faults faults = new Faults(new byte[0]);
    read("{\"url\":\"https://me:secret@example.com/\"}", faults);

    assertThat(faults.told()).noneMatch(fault -> fault.message().contains("secret"));
    assertThat(sound("{\"url\":\"https://example.com/x?token=secret\"}").shown())
        .isEqualTo("https://example.com/x?…");
  }

  @Test
  void oneAddressThatIsPrivateIsEnoughToRefuseAName() throws Exception {
    ReceiverAddress address = sound("{\"url\":\"https://example.com/\"}");
    InetAddress open = InetAddress.getByName("1.1.1.1");
    InetAddress inner = InetAddress.getByName("10.0.0.1");

    assertThat(address.find(host -> new InetAddress[] {open})).isEqualTo(List.of(open));
    assertThatThrownBy(() -> address.find(host -> new InetAddress[] {open, inner}))
        .isInstanceOf(UnknownHostException.class)
        .hasMessageContaining("10.0.0.1, which is private");
    assertThat(
            sound("{\"url\":\"https://example.com/\",\"allow_private\":true}")
                .find(host -> new InetAddress[] {inner}))
        .isEqualTo(List.of(inner));
  }
}
