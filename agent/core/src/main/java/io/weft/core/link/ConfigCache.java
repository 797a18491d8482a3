package io.weft.core.link;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import io.weft.api.v1.Subscribe;
import io.weft.api.v1.Update;
import io.weft.core.log.Log;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/**
 * The last config in force, kept in a file for the next start without control.
 *
 * <p>The file is one magic line, the SHA-256 of the rest, and two delimited messages: an {@link
 * Update} of whole resources and a {@link Subscribe}. It holds no keys. It is replaced by rename,
 * so that a reader sees the old or the new one; a file that was cut off or altered is ignored and
 * said. Processes of the same service on one machine share it: each writes what all of them are
 * sent.
 */
final class ConfigCache {

  private static final byte[] MAGIC = "weft config cache 1\n".getBytes(StandardCharsets.US_ASCII);
  private static final int HASH_BYTES = 32;

  private final Path file;

  ConfigCache(File file) {
    this.file = file.toPath();
  }

  /** What was in force, and what this agent was subscribed to. */
  record Content(Update config, Subscribe subscriptions) {}

  /**
   * Reads the file; empty where there is none or it cannot be used, the latter said in one line.
   */
  Optional<Content> load() {
    try {
      String foreign = foreign();
      if (!foreign.isEmpty()) {
        Log.warn("the cached config " + file + " " + foreign + " and is ignored: delete it");
        return Optional.empty();
      }
      return Optional.of(decode(Files.readAllBytes(file)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (InvalidProtocolBufferException e) {
      Log.warn("the cached config " + file + " is damaged (" + e.getMessage() + ") and is ignored");
      return Optional.empty();
    } catch (IOException e) {
      Log.warn("the cached config " + file + " cannot be read and is ignored: " + e);
      return Optional.empty();
    }
  }

  // Whoever can write the file can take the policies away, and make its checksum fit.
  private String foreign() throws IOException {
    if (!posix(file)) {
      return "";
    }
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
    if (permissions.contains(PosixFilePermission.GROUP_WRITE)
        || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
      return "can be written by others";
    }
    // Where there is such a thing, it is this process's own.
    Path self = file.getFileSystem().getPath("/proc/self");
    return Files.exists(self) && !Files.getOwner(file).equals(Files.getOwner(self))
        ? "belongs to another user"
        : "";
  }

  /** Replaces the file; a failure is said once and costs nothing but the cache. */
  void save(Content content) {
    Path fresh = file.resolveSibling(file.getFileName() + "." + ProcessHandle.current().pid());
    try {
      createFolder();
      write(fresh, encode(content));
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      Log.warnOnce("the config cannot be kept on disk in " + file + ": " + e);
      discard(fresh);
    }
  }

  private static byte[] encode(Content content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    content.config().writeDelimitedTo(bytes);
    content.subscriptions().writeDelimitedTo(bytes);
    byte[] payload = bytes.toByteArray();
    return ByteBuffer.allocate(MAGIC.length + HASH_BYTES + payload.length)
        .put(MAGIC)
        .put(sha256(payload))
        .put(payload)
        .array();
  }

  private static Content decode(byte[] bytes) throws InvalidProtocolBufferException {
    int start = MAGIC.length + HASH_BYTES;
    if (bytes.length < start || !Arrays.equals(MAGIC, Arrays.copyOf(bytes, MAGIC.length))) {
      throw new InvalidProtocolBufferException("not a cache of this version");
    }
    byte[] payload = Arrays.copyOfRange(bytes, start, bytes.length);
    if (!MessageDigest.isEqual(Arrays.copyOfRange(bytes, MAGIC.length, start), sha256(payload))) {
      throw new InvalidProtocolBufferException("its checksum does not fit");
    }
    try {
      CodedInputStream in = CodedInputStream.newInstance(payload);
      Update config = Update.parseFrom(in.readByteArray());
      return new Content(config, Subscribe.parseFrom(in.readByteArray()));
    } catch (InvalidProtocolBufferException e) {
      throw e;
    } catch (IOException e) {
      throw new InvalidProtocolBufferException(e);
    }
  }

  private void createFolder() throws IOException {
    Path folder = file.getParent();
    if (folder == null || Files.isDirectory(folder)) {
      return;
    }
    if (posix(folder)) {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } else {
      Files.createDirectories(folder);
    }
  }

  // Forced to disk before the rename: a machine that loses power must find the old or the new one.
  private static void write(Path fresh, byte[] bytes) throws IOException {
    Files.deleteIfExists(fresh);
    if (posix(fresh)) {
      Files.createFile(
          fresh,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } else {
      Files.createFile(fresh);
    }
    try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
  }

  private static boolean posix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  private static void discard(Path fresh) {
    try {
      Files.deleteIfExists(fresh);
    } catch (IOException e) {
      Log.debug("could not delete " + fresh + ": " + e);
    }
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
