package io.weft.control.accept;

import io.weft.control.store.ConfigStore;
import io.weft.control.store.Stores;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedRollbackTest extends RollbackContract {
  @TempDir Path folder;

  @Override
  ConfigStore open() {
    return Stores.open("embedded:" + folder);
  }
}
