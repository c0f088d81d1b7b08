package dev.vedette.ingester.scrape;

import static dev.vedette.ingester.scrape.ScrapeFixture.at;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scraping over TLS, with certificates that the JDK's keytool makes here. */
class TlsTest {
  private static final String PASSWORD = "changeit";

  @TempDir static Path folder;

  private final ScrapeFixture scraping = new ScrapeFixture();

  @BeforeAll
  static void makeCertificates() throws Exception {
    List<Process> keytools =
        List.of(
            keytool("server", "dns:metrics.test"),
            keytool("local", "ip:127.0.0.1"),
            keytool("client", "dns:client.test"));
    for (Process keytool : keytools) {
      String output = new String(keytool.getInputStream().readAllBytes(), UTF_8);
      assertThat(keytool.waitFor()).as(output).isZero();
    }
    for (String name : List.of("server", "local", "client")) {
      byte[] certificate = load(name).getCertificate(name).getEncoded();
      Files.writeString(pem(name), pemText("CERTIFICATE", certificate));
      byte[] key = load(name).getKey(name, PASSWORD.toCharArray()).getEncoded();
      Files.writeString(keyPem(name), pemText("PRIVATE KEY", key));
    }
  }

  /** Makes a key and a certificate that it signs itself. */
  private static Process keytool(String name, String alternative) throws IOException {
    Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
    return new ProcessBuilder(
            keytool.toString(),
            "-genkeypair",
            "-alias",
            name,
            "-keyalg",
            "EC",
            "-dname",
            "CN=" + name,
            "-ext",
            "san=" + alternative,
            "-storetype",
            "PKCS12",
            "-keystore",
            store(name).toString(),
            "-storepass",
            PASSWORD)
        .redirectErrorStream(true)
        .start();
  }

  private static String pemText(String kind, byte[] der) {
    return "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n"
        .formatted(kind, Base64.getMimeEncoder().encodeToString(der));
  }

  private static Path store(String name) {
    return folder.resolve(name + ".p12");
  }

  private static Path pem(String name) {
    return folder.resolve(name + ".pem");
  }

  private static Path keyPem(String name) {
    return folder.resolve(name + ".key");
  }

  private static KeyStore load(String name) throws Exception {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store(name))) {
      keys.load(in, PASSWORD.toCharArray());
    }
    return keys;
  }

  private static TestTarget target(String name, boolean needClient) throws Exception {
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(load(name), PASSWORD.toCharArray());
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("client", load("client").getCertificate("client"));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    TestTarget target = TestTarget.start(tls, needClient);
    target.shows("a 1");
    return target;
  }

  @AfterEach
  void stop() {
    scraping.close();
  }

  @Test
  void aTargetWhoseAuthorityIsKnownIsScraped() throws Exception {
    try (TestTarget target = target("local", false)) {
      scraping.apply(at(target), "scheme: https", "tls: {caFile: '%s'}".formatted(pem("local")));

      scraping.scrape(2);

      assertThat(scraping.lastError()).isEmpty();
      assertThat(scraping.values("a")).containsExactly("1", "1");
    }
  }

  @Test
  void anUnknownAuthorityIsRefused() throws Exception {
    try (TestTarget target = target("local", false)) {
      scraping.apply(at(target), "scheme: https");

      scraping.scrape();

      assertThat(scraping.values("up")).containsExactly("0");
      assertThat(scraping.lastError()).startsWith("TLS with " + target.address());
    }
  }

  @Test
  void aCertificateOfAnotherNameIsRefusedUnlessThatNameIsExpected() throws Exception {
    try (TestTarget target = target("server", false)) {
      String ca = "caFile: '%s'".formatted(pem("server"));
      scraping.apply(at(target), "scheme: https", "tls: {%s}".formatted(ca));
      scraping.scrape();
      assertThat(scraping.values("up")).containsExactly("0");

      scraping.apply(
          at(target), "scheme: https", "tls: {%s, serverName: metrics.test}".formatted(ca));
      scraping.scrape();

      assertThat(scraping.lastError()).isEmpty();
      assertThat(scraping.values("a")).containsExactly("1");
    }
  }

  @Test
  void certificatesGoUncheckedWhereThatIsWanted() throws Exception {
    try (TestTarget target = target("server", false)) {
      scraping.apply(at(target), "scheme: https", "tls: {insecureSkipVerify: true}");

      scraping.scrape();

      assertThat(scraping.values("a")).containsExactly("1");
    }
  }

  @Test
  void ourOwnCertificateIsShownToTargetsThatAskForOne() throws Exception {
    try (TestTarget target = target("local", true)) {
      String ca = "caFile: '%s'".formatted(pem("local"));
      scraping.apply(at(target), "scheme: https", "tls: {%s}".formatted(ca));
      scraping.scrape();
      assertThat(scraping.values("up")).containsExactly("0");

      scraping.apply(
          at(target),
          "scheme: https",
          "tls: {%s, certFile: '%s', keyFile: '%s'}"
              .formatted(ca, pem("client"), keyPem("client")));
      scraping.scrape();

      assertThat(scraping.lastError()).isEmpty();
      assertThat(scraping.values("a")).containsExactly("1");
    }
  }

  @Test
  void changedCertificateFilesAreReadAgain() throws Exception {
    Path ca = folder.resolve("rotated.pem");
    Files.copy(pem("client"), ca);
    Files.setLastModifiedTime(ca, FileTime.fromMillis(1000));
    try (TestTarget target = target("local", false)) {
      scraping.apply(at(target), "scheme: https", "tls: {caFile: '%s'}".formatted(ca));
      scraping.scrape();
      assertThat(scraping.values("up")).containsExactly("0");

      Files.writeString(ca, Files.readString(pem("local")));
      Files.setLastModifiedTime(ca, FileTime.fromMillis(2000));
      scraping.scrape();

      assertThat(scraping.values("up")).containsExactly("0", "1");
    }
  }

  @Test
  void keysOfAnotherKindSayHowToConvertThem() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("old.key"),
            "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n");

    assertThatThrownBy(() -> PemFiles.key(file.toString()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("openssl pkcs8");
  }

  @Test
  void aMissingFileIsNamed() throws Exception {
    try (TestTarget target = target("local", false)) {
      Path missing = folder.resolve("missing.pem");
      scraping.apply(at(target), "scheme: https", "tls: {caFile: '%s'}".formatted(missing));

      scraping.scrape();

      assertThat(scraping.lastError()).contains(missing.toString());
    }
  }
}
