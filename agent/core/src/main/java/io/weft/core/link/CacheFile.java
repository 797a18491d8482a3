package io.weft.core.link;

import io.weft.core.settings.Settings;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/** Names the file of the cache: what is compiled differs by mesh, service and labels. */
final class CacheFile {

  private CacheFile() {}

  static File of(Settings settings, String mesh) {
    File folder = new File(new File(settings.dir(), mesh), settings.namespace());
    return new File(folder, settings.service().orElse("") + labels(settings.labels()) + ".config");
  }

  private static String labels(Map<String, String> labels) {
    if (labels.isEmpty()) {
      return "";
    }
    CRC32C checksum = new CRC32C();
    checksum.update(new TreeMap<>(labels).toString().getBytes(StandardCharsets.UTF_8));
    return "." + HexFormat.of().toHexDigits((int) checksum.getValue());
  }
}
