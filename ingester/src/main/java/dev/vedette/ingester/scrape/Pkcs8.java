package dev.vedette.ingester.scrape;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.security.spec.InvalidKeySpecException;
import java.util.HexFormat;

/**
 * Private keys as PKCS#8 (RFC 5958), the one form the JDK reads, made of the two older forms that
 * tools still write: RSA keys of PKCS#1 (RFC 8017, A.1.2) and elliptic-curve keys of SEC 1 (RFC
 * 5915). Both only lack the name of the algorithm around them.
 */
final class Pkcs8 {
  private static final int INTEGER = 0x02;
  private static final int OCTET_STRING = 0x04;
  private static final int SEQUENCE = 0x30;
  // Of a SEC 1 key: [0], the curve.
  private static final int PARAMETERS = 0xA0;

  private static final byte[] VERSION_0 = {INTEGER, 1, 0};
  // 1.2.840.113549.1.1.1, and its parameters, which are always NULL.
  private static final byte[] RSA = HexFormat.of().parseHex("06092a864886f70d0101010500");
  // 1.2.840.10045.2.1; its parameters name the curve.
  private static final byte[] EC = HexFormat.of().parseHex("06072a8648ce3d0201");

  private Pkcs8() {}

  static byte[] ofPkcs1(byte[] key) {
    return element(SEQUENCE, VERSION_0, element(SEQUENCE, RSA), element(OCTET_STRING, key));
  }

  static byte[] ofSec1(byte[] key) throws InvalidKeySpecException {
    return element(
        SEQUENCE, VERSION_0, element(SEQUENCE, EC, curve(key)), element(OCTET_STRING, key));
  }

  /** The curve's name, or its figures, as the key itself has it. */
  private static byte[] curve(byte[] key) throws InvalidKeySpecException {
    ByteBuffer der = ByteBuffer.wrap(key);
    try {
      enter(der, SEQUENCE);
      while (der.hasRemaining()) {
        int tag = der.get() & 0xff;
        byte[] content = new byte[Math.min(length(der), der.remaining())];
        der.get(content);
        if (tag == PARAMETERS) {
          return content;
        }
      }
    } catch (BufferUnderflowException e) {
      throw new InvalidKeySpecException("the key ends too early", e);
    }
    throw new InvalidKeySpecException("the key does not name its curve");
  }

  private static void enter(ByteBuffer der, int tag) throws InvalidKeySpecException {
    if ((der.get() & 0xff) != tag) {
      throw new InvalidKeySpecException("the key does not begin as keys do");
    }
    length(der);
  }

  private static int length(ByteBuffer der) throws InvalidKeySpecException {
    int first = der.get() & 0xff;
    if (first < 0x80) {
      return first;
    }
    int bytes = first & 0x7f;
    if (bytes == 0 || bytes > 3) {
      throw new InvalidKeySpecException("the key has a part of impossible length");
    }
    int length = 0;
    for (int i = 0; i < bytes; i++) {
      length = length << 8 | der.get() & 0xff;
    }
    return length;
  }

  private static byte[] element(int tag, byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(length + 5);
    out.write(tag);
    if (length >= 0x80) {
      int bytes = (39 - Integer.numberOfLeadingZeros(length)) / 8;
      out.write(0x80 | bytes);
      for (int i = bytes - 1; i >= 0; i--) {
        out.write(length >>> 8 * i);
      }
    } else {
      out.write(length);
    }
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
