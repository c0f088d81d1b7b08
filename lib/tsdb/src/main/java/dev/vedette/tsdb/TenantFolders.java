package dev.vedette.tsdb;

import dev.vedette.model.TenantId;
import dev.vedette.model.Utf8;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Folder names of tenants: small letters, digits, {@code -} and {@code _} as they are, any other
 * byte as {@code %41}; a name that gets too long for a disk ends in a hash instead. Blocks
 * themselves say whose they are.
 */
final class TenantFolders {
  private static final int LONGEST = 200;
  private static final int KEPT = 100;

  private TenantFolders() {}

  static Path of(Path blocks, TenantId tenant) {
    byte[] bytes = Utf8.encode(tenant.value());
    StringBuilder name = new StringBuilder();
    for (byte b : bytes) {
      // Capitals are written out, too: some disks do not tell them from small letters.
      if ((b >= 'a' && b <= 'z') || (b >= '0' && b <= '9') || b == '-' || b == '_') {
        name.append((char) b);
      } else {
        name.append('%').append(HexFormat.of().toHexDigits(b));
      }
    }
    if (name.length() > LONGEST) {
      name.setLength(KEPT);
      name.append('~').append(HexFormat.of().formatHex(sha256(bytes)));
    }
    return blocks.resolve(name.toString());
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("BUG: every JDK has SHA-256", e);
    }
  }
}
