package dev.vedette.ingester.discovery;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.vedette.model.Labels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;

/**
 * A file of targets: a YAML or JSON list of {@code {targets: [host:port…], labels: {name: value}}}.
 */
final class TargetFile {
  // Some 100,000 targets; more is a mistake and would cost memory before anybody noticed.
  static final int MAX_BYTES = 16 << 20;

  private static final String CORRECT_IT = "correct it; it is read again once it has changed";

  // JSON is YAML too, so one reader takes both.
  private static final ObjectReader READER =
      YAMLMapper.builder(YAMLFactory.builder().loaderOptions(loaderOptions()).build())
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build()
          .readerForListOf(Entry.class);

  /** One element of the list. */
  record Entry(
      @Nullable List<@Nullable String> targets, @Nullable Map<String, @Nullable String> labels) {}

  private TargetFile() {}

  private static LoaderOptions loaderOptions() {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(MAX_BYTES);
    return options;
  }

  /** Reads a whole file. Throws where it is not such a list. */
  static TargetGroup read(Path file, long size) throws IOException {
    if (size > MAX_BYTES) {
      throw new LookupFailure(
          "%s has %d bytes, more than the %d a file of targets may have"
              .formatted(file, size, MAX_BYTES),
          "split it into several files",
          null);
    }
    List<Entry> entries;
    try {
      entries = READER.readValue(Files.readAllBytes(file));
    } catch (JsonProcessingException e) {
      throw new LookupFailure(
          "%s is not a list of {targets: [host:port], labels: {name: value}}: %s%s"
              .formatted(file, where(e), e.getOriginalMessage()),
          CORRECT_IT,
          e);
    }
    List<Labels> targets = new ArrayList<>();
    for (Entry entry : entries == null ? List.<Entry>of() : entries) {
      addTargets(file, entry, targets);
    }
    return new TargetGroup(file.toString(), targets, Labels.of("__meta_filepath", file.toString()));
  }

  private static String where(JsonProcessingException e) {
    JsonLocation at = e.getLocation();
    return at == null || at.getLineNr() < 1
        ? ""
        : "line %d, column %d: ".formatted(at.getLineNr(), at.getColumnNr());
  }

  private static void addTargets(Path file, @Nullable Entry entry, List<Labels> to)
      throws IOException {
    if (entry == null) {
      throw new LookupFailure(
          "%s has an empty element in its list".formatted(file), CORRECT_IT, null);
    }
    if (entry.targets() == null) {
      return;
    }
    for (String address : entry.targets()) {
      if (address == null) {
        throw new LookupFailure("%s has an empty target".formatted(file), CORRECT_IT, null);
      }
      Labels.Builder labels = new Labels.Builder();
      if (entry.labels() != null) {
        entry.labels().forEach((name, value) -> labels.set(name, value == null ? "" : value));
      }
      to.add(labels.set(Discovery.ADDRESS, address).build());
    }
  }
}
