package dev.vedette.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.InvalidRequest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Listen addresses as people type them. */
class ListenAddressTest {
  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:9090, 127.0.0.1, 9090",
    ":0, 0.0.0.0, 0",
    "[::1]:65535, ::1, 65535",
    "localhost:80, localhost, 80"
  })
  void readsHostAndPort(String text, String host, int port) {
    assertThat(ListenAddress.parse(text)).isEqualTo(new ListenAddress(host, port));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "9090", "localhost", "localhost:", "h:65536", "h:-1", "h:x", "::1:9"})
  void namesWhatIsNoAddress(String text) {
    assertThatThrownBy(() -> ListenAddress.parse(text))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("\"" + text + "\"");
  }
}
