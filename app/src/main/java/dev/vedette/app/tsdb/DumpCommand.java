package dev.vedette.app.tsdb;

import dev.vedette.app.TimeText;
import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.LabelMatcher;
import dev.vedette.model.Selection;
import dev.vedette.promql.parse.Parser;
import dev.vedette.tsdb.Tsdb;
import dev.vedette.tsdb.TsdbConfig;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vedette tsdb dump}: samples as text, family by family. */
@Command(
    name = "dump",
    description = {
      "Write samples to standard output as OpenMetrics 1.0 text, family by family, with timestamps,"
          + " what senders said of the families, exemplars, and when counters began.",
      "Staleness markers and native histograms have no form there; what was left out is said at the"
          + " end on standard error. Prometheus takes the text with: promtool tsdb"
          + " create-blocks-from openmetrics FILE DIR",
      "The folder is opened as a start of the server opens it, so a log with a torn end is cut;"
          + " nothing is deleted for its age.",
      "Exit code 0: all was written, 1: failure."
    },
    mixinStandardHelpOptions = true)
final class DumpCommand implements Callable<Integer> {
  private static final int BUFFER_BYTES = 1 << 16;

  @Parameters(paramLabel = "DIR", description = DataFiles.DIR)
  private Path folder = Path.of("");

  @Option(
      names = "--match",
      paramLabel = "SELECTOR",
      description = "Only these series, such as 'up' or '{job=\"api\"}' (default: all).")
  private @Nullable String selector;

  @Option(
      names = "--tenant",
      paramLabel = "ID",
      description = "Whose samples, where there are several tenants (default: default).")
  private String tenant = "default";

  @Option(
      names = "--start",
      paramLabel = "TIME",
      description = "Oldest sample: 2026-01-31T00:00:00Z or Unix seconds (default: the oldest).")
  private @Nullable String start;

  @Option(
      names = "--end",
      paramLabel = "TIME",
      description = "Newest sample, inclusive (default: the newest).")
  private @Nullable String end;

  @Option(
      names = "--expand-histograms",
      description = {
        "Write native histograms as classic ones, with a bucket for each bound that any sample of"
            + " the series has; a reader cannot tell that they were native. A series that is there as a"
            + " classic one, too, is written as that alone."
      })
  private boolean expand;

  @Override
  public Integer call() throws IOException {
    List<LabelMatcher> matchers = selector == null ? List.of() : Parser.parseSelector(selector);
    long startMillis = millis("--start", start, Long.MIN_VALUE);
    long endMillis = millis("--end", end, Long.MAX_VALUE);
    if (startMillis > endMillis) {
      throw new InvalidRequest(
          ErrorId.INVALID_REQUEST,
          "--start %s lies after --end %s".formatted(start, end),
          "swap the two");
    }
    try (DataFiles data = DataFiles.openToWrite(folder);
        Tsdb tsdb = FolderTsdb.open(TsdbConfig.forTools(data.folder()));
        OutputStream out =
            new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), BUFFER_BYTES)) {
      Dump dump =
          new Dump(
              tsdb,
              FolderTsdb.tenant(tsdb, tenant),
              new Selection(matchers, startMillis, endMillis),
              expand);
      dump.write(out);
      System.err.println(dump.summary());
      return CommandLine.ExitCode.OK;
    }
  }

  private static long millis(String option, @Nullable String text, long unset) {
    return text == null ? unset : TimeText.millis(option, text);
  }
}
