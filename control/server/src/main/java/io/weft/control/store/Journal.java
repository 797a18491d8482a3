package io.weft.control.store;

import com.google.protobuf.ByteString;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Commits one after another in {@code journal} of a folder, each with its length and checksum and
 * on the disk before it counts.
 *
 * <p>What a crash left half written at the end was never promised to anybody and is dropped.
 * Anything else that does not read is corruption: it is never repaired by guessing. The journal is
 * rewritten now and then to what it amounts to, beside the old one and swapped in whole; the one
 * before stays as {@code journal.before}.
 */
final class Journal {

  private static final byte[] MAGIC = {'w', 'e', 'f', 't', 'j', 'n', 'l', '1'};
  private static final int HEADER = 8;
  private static final long LONG = 8L << 20;

  /** Given each write of the journal, in order. */
  interface Replay {
    void write(long revision, Commit.Write write);
  }

  private final Path folder;
  private final Path file;
  private final FileChannel lockChannel;
  private final String history;
  private FileChannel channel;
  private long rewrittenAt;

  private Journal(Path folder, FileChannel lockChannel, FileChannel channel, String history) {
    this.folder = folder;
    this.file = folder.resolve("journal");
    this.lockChannel = lockChannel;
    this.channel = channel;
    this.history = history;
  }

  static Journal open(Path folder) {
    Path file = folder.resolve("journal");
    try {
      Files.createDirectories(folder);
      FileChannel lockChannel =
          FileChannel.open(
              folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (!locked(lockChannel)) {
        lockChannel.close();
        throw new StoreException("the store " + folder + " is in use by another control service");
      }
      if (!Files.exists(file)) {
        write(file, List.of(), 0);
      }
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
      return new Journal(folder, lockChannel, channel, historyOf(folder));
    } catch (IOException | UncheckedIOException e) {
      throw new StoreException("the store " + folder + " cannot be opened: " + e.getMessage(), e);
    }
  }

  // Lost with the folder, and so another after a restore that brings back only the journal.
  private static String historyOf(Path folder) throws IOException {
    Path file = folder.resolve("history");
    if (!Files.exists(file)) {
      Files.writeString(file, UUID.randomUUID().toString());
    }
    return Files.readString(file).strip();
  }

  private static boolean locked(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  Path folder() {
    return folder;
  }

  String history() {
    return history;
  }

  /** Reads all of it and returns the last revision. */
  long replay(Replay replay) {
    try {
      ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(file));
      byte[] magic = new byte[MAGIC.length];
      if (all.remaining() < MAGIC.length) {
        throw corrupt(0, "it is cut off at its beginning");
      }
      all.get(magic);
      if (!java.util.Arrays.equals(magic, MAGIC)) {
        throw corrupt(0, "it does not begin as a journal");
      }
      long revision = 0;
      int good = all.position();
      while (complete(all)) {
        byte[] payload = payload(all, good);
        revision = read(payload, replay);
        good = all.position();
      }
      channel.truncate(good);
      channel.position(good);
      rewrittenAt = good;
      return revision;
    } catch (IOException e) {
      throw new StoreException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  // Half a record at the end, or the zeros of a file made longer before it was filled.
  private static boolean complete(ByteBuffer all) {
    if (all.remaining() < HEADER) {
      return false;
    }
    int length = all.getInt(all.position());
    if (length == 0) {
      for (int i = all.position(); i < all.limit(); i++) {
        if (all.get(i) != 0) {
          return true;
        }
      }
      return false;
    }
    return length < 0 || all.remaining() - HEADER >= length;
  }

  private byte[] payload(ByteBuffer all, int at) {
    int length = all.getInt();
    int checksum = all.getInt();
    if (length <= 0) {
      throw corrupt(at, "a record has no length");
    }
    byte[] payload = new byte[length];
    all.get(payload);
    if (checksum(payload) != checksum) {
      throw corrupt(at, "a record does not match its checksum");
    }
    return payload;
  }

  private StoreException corrupt(long at, String what) {
    return new StoreException(
        "the store is corrupt: "
            + file
            + ", byte "
            + at
            + ": "
            + what
            + ". Bring back the file from a backup"
            + (Files.exists(before()) ? ", or from " + before() : "")
            + "; or move it away to begin with an empty store, and apply your documents again");
  }

  void append(long revision, List<Commit.Write> writes) {
    try {
      ByteBuffer record = record(revision, writes);
      long at = channel.position();
      try {
        while (record.hasRemaining()) {
          channel.write(record);
        }
        channel.force(false);
      } catch (IOException e) {
        channel.truncate(at);
        channel.position(at);
        throw e;
      }
    } catch (IOException e) {
      throw new StoreException(file + " cannot be written: " + e.getMessage(), e);
    }
  }

  /** Rewrites it to what it amounts to, once it has grown by some megabytes. */
  void rewriteIfLong(long revision, Collection<ConfigStore.Entry> entries) {
    try {
      if (channel.position() - rewrittenAt < LONG) {
        return;
      }
      Path fresh = folder.resolve("journal.new");
      write(fresh, entries, revision);
      Files.deleteIfExists(before());
      Files.createLink(before(), file);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      channel.close();
      channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
      channel.position(channel.size());
      rewrittenAt = channel.size();
    } catch (IOException e) {
      throw new StoreException(file + " cannot be rewritten: " + e.getMessage(), e);
    }
  }

  void close() {
    try {
      channel.close();
      lockChannel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path before() {
    return folder.resolve("journal.before");
  }

  // Each entry as a commit of the revision that made it, and an empty one for the last revision.
  private static void write(Path file, Collection<ConfigStore.Entry> entries, long revision)
      throws IOException {
    try (FileChannel out =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      writeAll(out, ByteBuffer.wrap(MAGIC));
      for (ConfigStore.Entry entry : entries) {
        writeAll(
            out, record(entry.modified(), List.of(new Commit.Write(entry.key(), entry.value()))));
      }
      if (revision > 0) {
        writeAll(out, record(revision, List.of()));
      }
      out.force(true);
    }
  }

  private static void writeAll(FileChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }

  private static ByteBuffer record(long revision, List<Commit.Write> writes) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeLong(revision);
      out.writeInt(writes.size());
      for (Commit.Write write : writes) {
        out.writeUTF(write.key());
        @Nullable ByteString value = write.value();
        out.writeInt(value == null ? -1 : value.size());
        if (value != null) {
          value.writeTo(out);
        }
      }
    }
    byte[] payload = bytes.toByteArray();
    return ByteBuffer.allocate(HEADER + payload.length)
        .putInt(payload.length)
        .putInt(checksum(payload))
        .put(payload)
        .flip();
  }

  private static long read(byte[] payload, Replay replay) throws IOException {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(payload))) {
      long revision = in.readLong();
      int writes = in.readInt();
      for (int i = 0; i < writes; i++) {
        String key = in.readUTF();
        int length = in.readInt();
        ByteString value = length < 0 ? null : ByteString.copyFrom(in.readNBytes(length));
        replay.write(revision, new Commit.Write(key, value));
      }
      return revision;
    }
  }

  private static int checksum(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return (int) crc.getValue();
  }
}
