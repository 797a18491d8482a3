package io.weft.core.settings;

import io.weft.core.inbound.ForwardedCertificate;
import io.weft.core.log.LogLevel;
import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Reads the agent's settings. Nothing that is given can make it throw: a wrong value is reported
 * and its default stands, so that the application starts all the same.
 */
public final class SettingsReader {

  private final SettingSources sources;
  private final List<String> problems = new ArrayList<>();

  private SettingsReader(SettingSources sources) {
    this.sources = sources;
  }

  /**
   * Reads all settings from the three places, checks them and fills in what was not given.
   *
   * @param agentArgument what follows {@code -javaagent:weft-agent.jar=}; empty if nothing
   */
  public static ReadSettings read(
      String agentArgument, Map<String, String> properties, Map<String, String> environment) {
    return new SettingsReader(new SettingSources(agentArgument, properties, environment)).read();
  }

  private enum Initial {
    PERMISSIVE,
    STRICT
  }

  private ReadSettings read() {
    boolean enabled = value(Setting.ENABLED, SettingValues::yesOrNo);
    Settings settings =
        new Settings(
            enabled,
            service(),
            value(Setting.NAMESPACE, SettingValues::dnsLabel),
            optional(Setting.LABELS, SettingValues::labels).orElse(Map.of()),
            value(Setting.CONTROL, SettingValues::addresses),
            optional(Setting.CONTROL_CA_FILE, this::file),
            value(Setting.JOIN, text -> SettingValues.oneOf(Settings.Join.class, text)),
            optional(Setting.TOKEN, Function.identity()),
            value(Setting.TOKEN_FILE, this::file),
            value(Setting.KUBERNETES_TOKEN_FILE, this::file),
            optional(Setting.X509_CERTIFICATE_FILE, this::file),
            optional(Setting.X509_KEY_FILE, this::file),
            optional(Setting.ADDRESS, Function.identity()).or(sources::podAddress),
            optional(Setting.PORTS_EXCLUDE, SettingValues::ports).orElse(Set.of()),
            optional(Setting.ZONE, Function.identity()).orElse(""),
            value(Setting.DIR, this::file),
            value(Setting.DRAIN, SettingValues::duration),
            value(Setting.INITIAL, text -> SettingValues.oneOf(Initial.class, text))
                == Initial.STRICT,
            value(
                Setting.FORWARD_CLIENT_CERT,
                text -> SettingValues.oneOf(ForwardedCertificate.class, text)),
            value(Setting.LOG, text -> SettingValues.oneOf(LogLevel.class, text)));
    List<String> all = new ArrayList<>(sources.problems());
    all.addAll(problems);
    if (enabled && settings.service().isEmpty()) {
      all.add(
          "no service name, so calls are left untouched: set weft.service (system property), "
              + "WEFT_SERVICE or OTEL_SERVICE_NAME (environment)");
    }
    return new ReadSettings(settings, all);
  }

  private File file(String text) {
    return SettingValues.file(text, sources.home());
  }

  private Optional<String> service() {
    return optional(Setting.SERVICE, SettingValues::dnsLabel)
        .or(
            () ->
                sources
                    .openTelemetryServiceName()
                    .flatMap(
                        given -> parsed(given, SettingValues::dnsLabel, "; or set weft.service")));
  }

  private <T> T value(Setting setting, Function<String, T> parser) {
    return sources
        .find(setting)
        .flatMap(given -> parsed(given, parser, "; using " + setting.defaultText()))
        .orElseGet(() -> parser.apply(setting.defaultText()));
  }

  private <T> Optional<T> optional(Setting setting, Function<String, T> parser) {
    return sources.find(setting).flatMap(given -> parsed(given, parser, "; going on without"));
  }

  private <T> Optional<T> parsed(Given given, Function<String, T> parser, String instead) {
    try {
      return Optional.of(parser.apply(given.value()));
    } catch (IllegalArgumentException e) {
      problems.add(
          "setting %s (%s): \"%s\" %s%s"
              .formatted(given.name(), given.place(), given.value(), e.getMessage(), instead));
      return Optional.empty();
    }
  }
}
