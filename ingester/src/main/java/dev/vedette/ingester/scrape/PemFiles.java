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
      Pattern.compile("-----BEGIN ([A-Z ]*)PRIVATE KEY-----([^-]+)-----END", Pattern.DOTALL);
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

  /** The private key of a file. */
  static PrivateKey key(String file) throws IOException, GeneralSecurityException {
    Matcher pem = KEY.matcher(Files.readString(Path.of(file)));
    if (!pem.find()) {
      throw new IOException("%s holds no private key in PEM form".formatted(file));
    }
    if (!pem.group(1).isEmpty()) {
      throw new IOException(
          "%s holds a private key of the kind \"%s\", expected plain PKCS#8; convert it with"
                  .formatted(file, pem.group(1).strip())
              + " openssl pkcs8 -topk8 -nocrypt");
    }
    PKCS8EncodedKeySpec spec =
        new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem.group(2)));
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(spec);
      } catch (InvalidKeySpecException e) {
        // A key of another algorithm; the file does not say which.
      }
    }
    throw new IOException("%s holds no %s key".formatted(file, ALGORITHMS));
  }
}
