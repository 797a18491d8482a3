package io.weft.core.settings;

import java.util.List;

/**
 * The settings, and what was wrong with what was given.
 *
 * @param settings complete: what could not be understood has its default
 * @param problems one line for each, naming the setting, its place and the mend
 */
public record ReadSettings(Settings settings, List<String> problems) {

  public ReadSettings {
    problems = List.copyOf(problems);
  }
}
