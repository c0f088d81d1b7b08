package dev.vedette.ingester.scrape;

import dev.vedette.crds.ScrapeTargetSpec.Authorization;
import dev.vedette.crds.ScrapeTargetSpec.BasicAuth;
import dev.vedette.model.Utf8;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The Authorization header of a pool. Files are read for every scrape, so a rotated token works at
 * once. Never logged, never in a message.
 */
record Secrets(@Nullable BasicAuth basicAuth, @Nullable Authorization authorization) {
  /** Throws where a file cannot be read, naming the file. */
  Optional<String> header() throws ScrapeFailure {
    if (authorization != null) {
      String credentials = secret(authorization.credentials(), authorization.credentialsFile());
      return Optional.of(authorization.type() + " " + credentials);
    }
    if (basicAuth != null) {
      String pair =
          basicAuth.username() + ":" + secret(basicAuth.password(), basicAuth.passwordFile());
      return Optional.of("Basic " + Base64.getEncoder().encodeToString(Utf8.encode(pair)));
    }
    return Optional.empty();
  }

  private static String secret(@Nullable String inPlace, @Nullable String file)
      throws ScrapeFailure {
    if (file == null) {
      return inPlace == null ? "" : inPlace;
    }
    try {
      return Files.readString(Path.of(file)).strip();
    } catch (IOException e) {
      throw new ScrapeFailure(
          ScrapeFailure.Reason.CREDENTIALS,
          "the secret file %s cannot be read; mount it or correct its path".formatted(file),
          e);
    }
  }

  /** Without what it holds. */
  @Override
  public String toString() {
    return "Secrets";
  }
}
