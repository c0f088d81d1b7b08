package dev.vedette.promql.lex;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;

/** String literals: which escapes they may have, and what they stand for. */
public final class Strings {
  private static final int RAW_BYTE = 0xDC00;
  private static final char REPLACEMENT = '\uFFFD';

  private Strings() {}

  /** What is wrong with the escape whose backslash is just before {@code at}; empty if nothing. */
  static String checkEscape(String text, int at, int quote) {
    if (at >= text.length()) {
      return "escape sequence not terminated";
    }
    int c = text.codePointAt(at);
    int digits = digits(c);
    if (digits == 0) {
      return c == quote || "abfnrtv\\".indexOf(c) >= 0
          ? ""
          : "unknown escape sequence " + Quoting.unicode(c);
    }
    int radix = radix(c);
    int from = radix == 8 ? at : at + 1;
    long value = 0;
    for (int i = from; i < from + digits; i++) {
      if (i >= text.length()) {
        return "escape sequence not terminated";
      }
      int digit = text.charAt(i) < 128 ? Character.digit(text.charAt(i), radix) : -1;
      if (digit < 0) {
        return "illegal character %s in escape sequence"
            .formatted(Quoting.unicode(text.codePointAt(i)));
      }
      value = value * radix + digit;
    }
    boolean isByte = radix == 8 || c == 'x';
    boolean valid = isByte ? value <= 255 : value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF);
    return valid ? "" : "escape sequence is an invalid Unicode code point";
  }

  /**
   * What a literal stands for, given with its quotes. Each byte that escapes put together and that
   * is no part of UTF-8 becomes a char of its own, U+DC80 to U+DCFF, which no text has otherwise.
   */
  public static String unquote(String literal) {
    String inner = literal.substring(1, literal.length() - 1);
    if (literal.charAt(0) == '`' || inner.indexOf('\\') < 0) {
      return inner;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(inner.length());
    int at = 0;
    while (at < inner.length()) {
      int c = inner.codePointAt(at);
      at += Character.charCount(c);
      if (c != '\\') {
        write(out, c);
        continue;
      }
      int escape = inner.charAt(at);
      int digits = digits(escape);
      if (digits == 0) {
        write(out, simple(escape));
        at++;
      } else {
        int radix = radix(escape);
        int from = radix == 8 ? at : at + 1;
        int value = Integer.parseInt(inner, from, from + digits, radix);
        if (radix == 8 || escape == 'x') {
          out.write(value);
        } else {
          write(out, value);
        }
        at = from + digits;
      }
    }
    return decode(out.toByteArray());
  }

  private static String decode(byte[] bytes) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    while (decoder.decode(in, out, true).isError()) {
      out.put((char) (RAW_BYTE | in.get() & 0xFF));
      decoder.reset();
    }
    return out.flip().toString();
  }

  /** Whether a char stands for a byte that is no part of UTF-8. */
  static boolean isRawByte(int c) {
    return c >= RAW_BYTE + 0x80 && c <= RAW_BYTE + 0xFF;
  }

  /** Whether a text can be written as UTF-8. */
  public static boolean isUtf8(String text) {
    return text.chars().allMatch(c -> c != REPLACEMENT) && clean(text).equals(text);
  }

  /** The text with U+FFFD for each byte that is no part of UTF-8. */
  public static String clean(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints().forEach(c -> out.appendCodePoint(isRawByte(c) ? REPLACEMENT : c));
    return out.toString();
  }

  private static void write(ByteArrayOutputStream out, int codePoint) {
    out.writeBytes(Character.toString(codePoint).getBytes(StandardCharsets.UTF_8));
  }

  private static int digits(int escape) {
    return switch (escape) {
      case '0', '1', '2', '3', '4', '5', '6', '7' -> 3;
      case 'x' -> 2;
      case 'u' -> 4;
      case 'U' -> 8;
      default -> 0;
    };
  }

  private static int radix(int escape) {
    return escape >= '0' && escape <= '7' ? 8 : 16;
  }

  private static int simple(int escape) {
    return switch (escape) {
      case 'a' -> 0x07;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'v' -> 0x0b;
      default -> escape;
    };
  }
}
