package dev.vedette.ingester.scrape;

import dev.vedette.crds.ScrapeTargetSpec.Tls;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/**
 * Turns connections of one pool into TLS ones, as its ScrapeTarget says. New connections see
 * changed certificate files; a file that cannot be read fails the scrape that needs it. Any thread.
 */
final class TlsClient implements TlsSocketStrategy {
  private static final char[] NO_PASSWORD = {};

  private final @Nullable Tls settings;
  private final ReentrantLock lock = new ReentrantLock();
  private List<FileTime> versions = List.of();
  private @Nullable SSLContext context;

  TlsClient(@Nullable Tls settings) {
    this.settings = settings;
  }

  @Override
  public SSLSocket upgrade(
      Socket socket, String target, int port, Object attachment, HttpContext httpContext)
      throws IOException {
    String name =
        settings == null || settings.serverName() == null ? target : settings.serverName();
    SSLSocket tls = (SSLSocket) context().getSocketFactory().createSocket(socket, name, port, true);
    SSLParameters parameters = tls.getSSLParameters();
    if (settings == null || !settings.insecureSkipVerify()) {
      // The JDK itself then compares the certificate with the name given above.
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
    }
    if (name.matches(".*[A-Za-z].*") && name.indexOf(':') < 0) {
      parameters.setServerNames(List.of(new SNIHostName(name)));
    }
    tls.setSSLParameters(parameters);
    tls.startHandshake();
    return tls;
  }

  private SSLContext context() throws IOException {
    lock.lock();
    try {
      List<FileTime> now = versionsOfFiles();
      SSLContext current = context;
      if (current == null || !now.equals(versions)) {
        current = load();
        context = current;
        versions = now;
      }
      return current;
    } catch (GeneralSecurityException e) {
      throw new IOException("the TLS settings cannot be used: " + e.getMessage(), e);
    } finally {
      lock.unlock();
    }
  }

  private List<FileTime> versionsOfFiles() throws IOException {
    List<FileTime> times = new ArrayList<>();
    if (settings != null) {
      for (String file :
          new @Nullable String[] {settings.caFile(), settings.certFile(), settings.keyFile()}) {
        if (file != null) {
          times.add(Files.getLastModifiedTime(Path.of(file)));
        }
      }
    }
    return times;
  }

  private SSLContext load() throws IOException, GeneralSecurityException {
    SSLContext loaded = SSLContext.getInstance("TLS");
    loaded.init(keys(), trust(), new SecureRandom());
    return loaded;
  }

  private KeyManager @Nullable [] keys() throws IOException, GeneralSecurityException {
    if (settings == null || settings.certFile() == null || settings.keyFile() == null) {
      return null;
    }
    KeyStore store = emptyStore();
    Certificate[] chain = PemFiles.certificates(settings.certFile());
    store.setKeyEntry("client", PemFiles.key(settings.keyFile()), NO_PASSWORD, chain);
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, NO_PASSWORD);
    return factory.getKeyManagers();
  }

  private TrustManager @Nullable [] trust() throws IOException, GeneralSecurityException {
    if (settings != null && settings.insecureSkipVerify()) {
      return new TrustManager[] {new TrustAnybody()};
    }
    if (settings == null || settings.caFile() == null) {
      return null;
    }
    KeyStore store = emptyStore();
    Certificate[] authorities = PemFiles.certificates(settings.caFile());
    for (int i = 0; i < authorities.length; i++) {
      store.setCertificateEntry("authority " + i, authorities[i]);
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }

  private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  /** What {@code insecureSkipVerify} asks for. */
  private static final class TrustAnybody extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
