package io.weft.core.settings;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/** The three places a setting can come from, in order of precedence. */
final class SettingSources {

  private static final String ARGUMENT = "agent argument";
  private static final String PROPERTY = "system property";
  private static final String ENVIRONMENT = "environment";

  /** Variables of the weft command, which often stand in the same shell. */
  private static final Set<String> OF_THE_COMMAND =
      Set.of("WEFT_ADMIN_TOKEN", "WEFT_ADMIN_TOKEN_FILE", "WEFT_ROOT");

  private final Map<String, String> argument = new HashMap<>();
  private final Map<String, String> properties;
  private final Map<String, String> environment;
  private final List<String> problems = new ArrayList<>();

  SettingSources(
      String agentArgument, Map<String, String> properties, Map<String, String> environment) {
    this.properties = properties;
    this.environment = environment;
    parse(agentArgument);
    findUnknown(argument, ARGUMENT, "", Setting::argument);
    findUnknown(properties, PROPERTY, "weft.", Setting::property);
    findUnknown(environment, ENVIRONMENT, "WEFT_", Setting::variable);
  }

  /** The value of highest precedence; a blank one counts as not given. */
  Optional<Given> find(Setting setting) {
    return given(argument, ARGUMENT, setting.argument())
        .or(() -> given(properties, PROPERTY, setting.property()))
        .or(() -> given(environment, ENVIRONMENT, setting.variable()));
  }

  /** The service name OpenTelemetry's own names give, its property before its variable. */
  Optional<Given> openTelemetryServiceName() {
    return given(properties, PROPERTY, "otel.service.name")
        .or(() -> given(environment, ENVIRONMENT, "OTEL_SERVICE_NAME"));
  }

  /** The address Kubernetes gave this pod. */
  Optional<String> podAddress() {
    return Optional.of(value(environment, "POD_IP")).filter(address -> !address.isEmpty());
  }

  /** The user's home folder. */
  String home() {
    return value(properties, "user.home");
  }

  /** What could not be understood of the sources themselves, one line each. */
  List<String> problems() {
    return List.copyOf(problems);
  }

  private void parse(String agentArgument) {
    for (String part : agentArgument.split(",", -1)) {
      int equals = part.indexOf('=');
      if (equals > 0) {
        String name = part.substring(0, equals).strip();
        String key = name.startsWith("weft.") ? name.substring("weft.".length()) : name;
        argument.put(key, part.substring(equals + 1));
      } else if (!part.isBlank()) {
        problems.add(
            "\""
                + part.strip()
                + "\" ("
                + ARGUMENT
                + ") is not name=value; settings are separated by commas, several values of one by"
                + " semicolons");
      }
    }
  }

  // Loops where a stream would do: this runs before main, and each first use of a lambda costs it.
  private void findUnknown(
      Map<String, String> source, String place, String prefix, Function<Setting, String> naming) {
    List<String> known = new ArrayList<>();
    for (Setting setting : Setting.values()) {
      known.add(naming.apply(setting));
    }
    for (String name : new TreeSet<>(source.keySet())) {
      if (name.startsWith(prefix) && !known.contains(name) && !OF_THE_COMMAND.contains(name)) {
        String meant = NearestName.of(name, known);
        problems.add(
            "unknown setting "
                + name
                + " ("
                + place
                + (meant.isEmpty()
                    ? "); the settings are " + String.join(", ", known)
                    : "): did you mean " + meant + "?"));
      }
    }
  }

  private static Optional<Given> given(Map<String, String> source, String place, String name) {
    String value = value(source, name);
    return value.isEmpty() ? Optional.empty() : Optional.of(new Given(name, place, value));
  }

  private static String value(Map<String, String> source, String name) {
    return source.getOrDefault(name, "").strip();
  }
}
