package io.weft.core.log;

import java.util.Arrays;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;

/**
 * What the agent's libraries (gRPC, OpenTelemetry) log to. The build puts it in the place of
 * java.util.logging.Logger in them: asking that for a logger sets up the LogManager, which belongs
 * to the application.
 *
 * <p>What goes wrong in the agent is said by the agent, once and in its own words; a library's own
 * words are for looking into it, and are shown where {@code weft.log} is debug.
 */
public final class LibraryLogger {
  private final String name;

  private LibraryLogger(String name) {
    this.name = name;
  }

  public static LibraryLogger getLogger(String name) {
    return new LibraryLogger(name);
  }

  public static LibraryLogger getLogger(String name, @Nullable String bundle) {
    return new LibraryLogger(name);
  }

  public String getName() {
    return name;
  }

  public @Nullable Level getLevel() {
    return null;
  }

  public void setLevel(@Nullable Level level) {}

  public boolean isLoggable(Level level) {
    return level.intValue() >= Level.WARNING.intValue() && Log.writes(LogLevel.DEBUG);
  }

  public void log(Level level, @Nullable String message) {
    write(level, message, null);
  }

  public void log(Level level, Supplier<String> message) {
    if (isLoggable(level)) {
      write(level, message.get(), null);
    }
  }

  public void log(Level level, @Nullable String message, @Nullable Object parameter) {
    write(level, message + " " + parameter, null);
  }

  public void log(Level level, @Nullable String message, @Nullable Object @Nullable [] parameters) {
    if (isLoggable(level)) {
      write(level, message + " " + Arrays.toString(parameters), null);
    }
  }

  public void log(Level level, @Nullable String message, @Nullable Throwable thrown) {
    write(level, message, thrown);
  }

  public void log(Level level, @Nullable Throwable thrown, Supplier<String> message) {
    if (isLoggable(level)) {
      write(level, message.get(), thrown);
    }
  }

  public void log(LogRecord entry) {
    write(entry.getLevel(), entry.getMessage(), entry.getThrown());
  }

  public void logp(
      Level level, @Nullable String type, @Nullable String method, @Nullable String message) {
    write(level, message, null);
  }

  public void logp(
      Level level,
      @Nullable String type,
      @Nullable String method,
      @Nullable String message,
      @Nullable Object parameter) {
    write(level, message + " " + parameter, null);
  }

  public void logp(
      Level level,
      @Nullable String type,
      @Nullable String method,
      @Nullable String message,
      @Nullable Throwable thrown) {
    write(level, message, thrown);
  }

  public void severe(String message) {
    write(Level.SEVERE, message, null);
  }

  public void warning(String message) {
    write(Level.WARNING, message, null);
  }

  public void info(String message) {
    write(Level.INFO, message, null);
  }

  public void config(String message) {
    write(Level.CONFIG, message, null);
  }

  public void fine(String message) {
    write(Level.FINE, message, null);
  }

  public void finer(String message) {
    write(Level.FINER, message, null);
  }

  public void finest(String message) {
    write(Level.FINEST, message, null);
  }

  private void write(Level level, @Nullable String message, @Nullable Throwable thrown) {
    if (isLoggable(level)) {
      Log.debug(name + ": " + message + (thrown == null ? "" : ": " + thrown));
    }
  }
}
