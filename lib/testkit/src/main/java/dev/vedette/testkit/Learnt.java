package dev.vedette.testkit;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Inputs in one file: {@code length u16 | bytes} each, big-endian. */
final class Learnt {
  // Short ones say as much, and are quick to replay.
  private static final int LONGEST = 512;
  private static final int MOST = 150;

  private Learnt() {}

  /** Those in a file; none where there is no such file. */
  static List<byte[]> read(Path file) throws IOException {
    List<byte[]> inputs = new ArrayList<>();
    if (Files.exists(file)) {
      try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
        while (in.available() > 0) {
          inputs.add(in.readNBytes(in.readUnsignedShort()));
        }
      }
    }
    return inputs;
  }

  /** The first of these that are short. */
  static void write(Path file, List<byte[]> inputs) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    for (byte[] input : inputs.stream().filter(i -> i.length <= LONGEST).limit(MOST).toList()) {
      out.writeShort(input.length);
      out.write(input);
    }
    Files.write(file, bytes.toByteArray());
  }
}
