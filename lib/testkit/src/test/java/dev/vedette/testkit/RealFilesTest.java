package dev.vedette.testkit;

import dev.vedette.model.FileStore;
import dev.vedette.model.RealFiles;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class RealFilesTest extends FileStoreContract {
  @TempDir Path folder;

  @Override
  protected FileStore files() {
    return new RealFiles();
  }

  @Override
  protected Path folder() {
    return folder;
  }
}
