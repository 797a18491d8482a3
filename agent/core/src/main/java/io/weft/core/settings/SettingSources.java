package io.weft.core.settings;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

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
    return Stream.of(
            new Given(setting.argument(), ARGUMENT, value(argument, setting.argument())),
            new Given(setting.property(), PROPERTY, value(properties, setting.property())),
            new Given(setting.variable(), ENVIRONMENT, value(environment, setting.variable())))
        .filter(given -> !given.value().isEmpty())
        .findFirst();
  }

  /** The service name OpenTelemetry's own names give, its property before its variable. */
  Optional<Given> openTelemetryServiceName() {
    return Stream.of(
            new Given("otel.service.name", PROPERTY, value(properties, "otel.service.name")),
            new Given("OTEL_SERVICE_NAME", ENVIRONMENT, value(environment, "OTEL_SERVICE_NAME")))
        .filter(given -> !given.value().isEmpty())
        .findFirst();
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
            "\"%s\" (%s) is not name=value; settings are separated by commas, several values of one"
                    .formatted(part.strip(), ARGUMENT)
                + " by semicolons");
      }
    }
  }

  private void findUnknown(
      Map<String, String> source, String place, String prefix, Function<Setting, String> naming) {
    List<String> known = Arrays.stream(Setting.values()).map(naming).toList();
    source.keySet().stream()
        .filter(name -> name.startsWith(prefix))
        .filter(name -> !known.contains(name) && !OF_THE_COMMAND.contains(name))
        .sorted()
        .map(
            name ->
                NearestName.of(name, known)
                    .map(
                        "unknown setting %s (%s): did you mean %%s?".formatted(name, place)
                            ::formatted)
                    .orElse(
                        "unknown setting %s (%s); the settings are %s"
                            .formatted(name, place, String.join(", ", known))))
        .forEach(problems::add);
  }

  private static String value(Map<String, String> source, String name) {
    return source.getOrDefault(name, "").strip();
  }
}
