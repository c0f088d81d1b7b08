package dev.vedette.ingester.scrape;

import static dev.vedette.ingester.scrape.ScrapeFixture.at;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
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
      assertThat(scraping.lastError())
          .startsWith("TLS with " + target.address())
          .endsWith("name its authority in spec.tls.caFile");
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
  void keysOfTheOlderFormsAreReadToo() throws Exception {
    // given the two forms as RFC 8017 and RFC 5915 define them: the inner part of PKCS#8
    KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
    rsa.initialize(2048);
    PrivateKey pkcs1 = rsa.generateKeyPair().getPrivate();
    KeyPairGenerator curves = KeyPairGenerator.getInstance("EC");
    curves.initialize(new ECGenParameterSpec("secp384r1"));
    ECPrivateKey sec1 = (ECPrivateKey) curves.generateKeyPair().getPrivate();
    // then
    assertThat(key("RSA PRIVATE KEY", pkcs1Of(pkcs1))).isEqualTo(pkcs1);
    PrivateKey read = key("EC PRIVATE KEY", sec1Of(sec1));
    assertThat(((ECPrivateKey) read).getS()).isEqualTo(sec1.getS());
    assertThat(((ECPrivateKey) read).getParams().getOrder()).isEqualTo(sec1.getParams().getOrder());
  }

  private static PrivateKey key(String kind, byte[] der) throws Exception {
    Path file = Files.writeString(folder.resolve("old.key"), pemText(kind, der));
    return PemFiles.key(file.toString());
  }

  /** PKCS#8 ends with an octet string that holds the PKCS#1 key: a sequence of its own. */
  private static byte[] pkcs1Of(PrivateKey key) {
    byte[] pkcs8 = key.getEncoded();
    // 30 82 llll, version, 30 0d rsaEncryption, 04 82 llll
    return Arrays.copyOfRange(pkcs8, 4 + 3 + 15 + 4, pkcs8.length);
  }

  /** Version 1, the number of 48 bytes, and [0] the name of secp384r1. */
  private static byte[] sec1Of(ECPrivateKey key) {
    byte[] number = key.getS().toByteArray();
    ByteBuffer der = ByteBuffer.allocate(64);
    der.put(HexFormat.of().parseHex("303e0201010430"));
    der.position(7 + 48 - Math.min(48, number.length));
    der.put(number, Math.max(0, number.length - 48), Math.min(48, number.length));
    return der.put(HexFormat.of().parseHex("a00706052b81040022")).array();
  }

  @Test
  void keysThatCannotBeReadSayWhatToDo() {
    assertThatThrownBy(() -> key("ENCRYPTED PRIVATE KEY", new byte[8]))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("openssl pkey");
    assertThatThrownBy(() -> key("DSA PRIVATE KEY", new byte[8]))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("openssl pkcs8");
  }

  @Test
  void brokenKeysAreRefusedAndNothingElseHappens() throws Exception {
    KeyPairGenerator curves = KeyPairGenerator.getInstance("EC");
    curves.initialize(new ECGenParameterSpec("secp384r1"));
    byte[] whole = sec1Of((ECPrivateKey) curves.generateKeyPair().getPrivate());
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> key("EC PRIVATE KEY", cut)).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> key("RSA PRIVATE KEY", cut)).isInstanceOf(IOException.class);
    }
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
