package io.weft.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;

/** Why a command cannot be done: lines for people, shown as they are. */
class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<String> lines;

  Refusal(String line) {
    this(List.of("weft: " + line));
  }

  Refusal(List<String> lines) {
    super(String.join("\n", lines));
    this.lines = List.copyOf(lines);
  }

  List<String> lines() {
    return lines;
  }

  /** What went wrong with files, as the exceptions of the JDK do not say it. */
  static String reason(IOException fault) {
    if (fault instanceof AccessDeniedException denied) {
      return denied.getFile() + " may not be read or written by this user";
    }
    if (fault instanceof NoSuchFileException missing) {
      return missing.getFile() + " is not there";
    }
    if (fault instanceof FileSystemException file) {
      String reason = file.getReason();
      return file.getFile() + ": " + (reason == null ? "it is in the way" : reason);
    }
    String message = fault.getMessage();
    return message == null ? fault.toString() : message;
  }
}
