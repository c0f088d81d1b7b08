package dev.vedette.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vedette.model.InvalidRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Forms in parts, as curl -F and browsers send them. */
class MultipartFormTest {
  private static final String TYPE = "multipart/form-data; boundary=----x1";

  @Test
  void fieldsComeInOrderWithoutFilesAndWhatHasNoName() {
    String body =
        """
        before the first
        ------x1
        Content-Disposition: form-data; name="query"
        Content-Type: text/plain

        sum(é
        --) + 1%2B1
        ------x1
        content-disposition: form-data; filename="f"; name="file"

        content
        ------x1
        Content-Disposition: form-data

        nothing
        ------x1
        Content-Disposition: form-data; name=match[]


        ------x1
        Content-Disposition: form-data; name="a\\"b"

        2
        ------x1--
        behind the last""";

    assertThat(fields(TYPE, body))
        .containsExactly("query=sum(é\r\n--) + 1%2B1", "match[]=", "a\"b=2");
    assertThat(fields("Multipart/Form-Data; charset=x; Boundary=\"----x1\"", body)).hasSize(3);
  }

  @Test
  void bytesOfUtf8EndNoLineOfAPartsHeaders() {
    // Of the bytes of U+0400 to U+07FF and of others, one is that of U+0085 in Latin-1.
    for (String text : List.of("\u00c5", "\u0405", "\u2028", "\u2029", "\u0085", "\ud83d\ude05")) {
      String body =
          """
          --b
          Content-Disposition: form-data; x="%1$s"; name="q\\%1$s%1$s"
          X-Other: %1$scontent-disposition: form-data; name="other"

          %1$s
          --b
          X-Other: %1$scontent-disposition: form-data; name="other"
          Content-Disposition: form-data; name=%1$s

          2
          --b--
          """
              .formatted(text);

      assertThat(fields("multipart/form-data; boundary=b", body))
          .containsExactly("q" + text + text + "=" + text, text + "=2");
    }
  }

  @Test
  void aNameIsReadBehindAnyCharacters() {
    Random random = new Random(Long.getLong("seed", 1));
    for (int i = 0; i < 2000; i++) {
      StringBuilder other = new StringBuilder();
      for (int left = random.nextInt(6); left >= 0; left--) {
        int character = random.nextBoolean() ? random.nextInt(0x800) : random.nextInt(0x11_0000);
        boolean isText = Character.isDefined(character) && !isSurrogate(character);
        other.appendCodePoint(isText && "\"\\\r\n".indexOf(character) < 0 ? character : 0x85);
      }
      String body =
          "--b\nContent-Disposition: form-data; x=\"%s\"; name=\"q\"\n\n%s\n--b--\n"
              .formatted(other, other);

      assertThat(fields("multipart/form-data; boundary=b", body)).containsExactly("q=" + other);
    }
  }

  private static boolean isSurrogate(int character) {
    return character >= Character.MIN_SURROGATE && character <= Character.MAX_SURROGATE;
  }

  @Test
  void whatIsDamagedIsRefusedOrReadButNeverAFault() {
    String whole = "--b\r\nContent-Disposition: form-data; name=\"q\"\r\n\r\n1\r\n--b--\r\n";
    Random random = new Random(Long.getLong("seed", 1));
    for (int i = 0; i < 2000; i++) {
      StringBuilder body = new StringBuilder(whole);
      for (int edits = random.nextInt(3); edits >= 0; edits--) {
        int at = random.nextInt(body.length());
        body.replace(
            at, Math.min(at + random.nextInt(4), body.length()), random.nextBoolean() ? "-" : "\r");
      }
      try {
        fields("multipart/form-data; boundary=b", body.toString());
      } catch (InvalidRequest e) {
        assertThat(e).hasMessageStartingWith("the body is no form in parts");
      }
    }
  }

  @Test
  void aBoundaryHasToBeThereAndOfReasonableLength() {
    for (String type :
        List.of(
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "multipart/form-data; boundary=\"\"",
            "multipart/form-data; boundary=" + "x".repeat(71))) {
      assertThatThrownBy(() -> fields(type, "--x--"))
          .as(type)
          .isInstanceOf(InvalidRequest.class)
          .hasMessageContaining("boundary");
    }
  }

  private static List<String> fields(String type, String body) {
    assertThat(MultipartForm.isType(type)).isTrue();
    List<String> found = new ArrayList<>();
    byte[] bytes = body.replaceAll("(?<!\r)\n", "\r\n").getBytes(StandardCharsets.UTF_8);
    MultipartForm.read(type, bytes, (name, value) -> found.add(name + "=" + value));
    return found;
  }
}
