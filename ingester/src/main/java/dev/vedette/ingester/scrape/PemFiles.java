package dev.vedette.ingester.scrape;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Certificates and private keys in PEM files. */
final class PemFiles {
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN ([A-Z ]*)PRIVATE KEY-----(.+?)-----END", Pattern.DOTALL);
  private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");

  private PemFiles() {}

  /** All certificates of a file, in file order; at least one. */
  static Certificate[] certificates(String file) throws IOException, GeneralSecurityException {
    try (InputStream in = Files.newInputStream(Path.of(file))) {
      Certificate[] certificates =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(in)
              .toArray(Certificate[]::new);
      if (certificates.length == 0) {
        throw new IOException("%s holds no certificate in PEM form".formatted(file));
      }
      return certificates;
    }
  }

  /**
   * The private key of a file: PKCS#8, or the older PKCS#1 ({@code RSA PRIVATE KEY}) or SEC 1
   * ({@code EC PRIVATE KEY}); not under a password.
   */
  static PrivateKey key(String file) throws IOException, GeneralSecurityException {
    String text = Files.readString(Path.of(file));
    Matcher pem = KEY.matcher(text);
    if (!pem.find()) {
      throw new IOException("%s holds no private key in PEM form".formatted(file));
    }
    String kind = pem.group(1).strip();
    String body = pem.group(2);
    if (kind.equals("ENCRYPTED") || body.contains("ENCRYPTED")) {
      throw new IOException(
          "%s holds a private key under a password, expected one without; take it off with"
                  .formatted(file)
              + " openssl pkey -in FILE -out NEWFILE");
    }
    return key(file, kind, Base64.getMimeDecoder().decode(body));
  }

  private static PrivateKey key(String file, String kind, byte[] der)
      throws IOException, GeneralSecurityException {
    try {
      return switch (kind) {
        case "" -> pkcs8(file, der);
        case "RSA" -> generate("RSA", Pkcs8.ofPkcs1(der));
        case "EC" -> generate("EC", Pkcs8.ofSec1(der));
        default ->
            throw new IOException(
                "%s holds a private key of the kind \"%s\", expected PKCS#8, RSA or EC; convert it"
                        .formatted(file, kind)
                    + " with openssl pkcs8 -topk8 -nocrypt -in FILE -out NEWFILE");
      };
    } catch (InvalidKeySpecException e) {
      throw new IOException(
          "the private key in %s cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static PrivateKey pkcs8(String file, byte[] der)
      throws IOException, GeneralSecurityException {
    for (String algorithm : ALGORITHMS) {
      try {
        return generate(algorithm, der);
      } catch (InvalidKeySpecException e) {
        // A key of another algorithm; the file does not say which.
      }
    }
    throw new IOException("%s holds no %s key".formatted(file, ALGORITHMS));
  }

  private static PrivateKey generate(String algorithm, byte[] pkcs8)
      throws GeneralSecurityException {
    return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
  }
}
