package io.weft.it.bench;

import io.weft.it.bench.fleet.FleetCommand;
import io.weft.it.bench.race.Race;
import io.weft.it.bench.race.RaceOptions;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * {@code weft bench}: the race; and {@code weft bench fleet}, control at size. Exit codes: 0 done,
 * 1 it could not be run, 2 not understood.
 */
@Command(
    name = "weft bench",
    description = {
      "Measures Weft side by side with what people would use instead, and says which goals are missed.",
      "A quick pass takes ten minutes, --full about an hour."
    },
    subcommands = FleetCommand.class,
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class Bench implements Callable<Integer> {
  @Mixin private RaceOptions race;

  public static void main(String[] arguments) {
    System.exit(
        new CommandLine(new Bench())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setExecutionExceptionHandler(Bench::failed)
            .execute(arguments));
  }

  // What is missing on the machine is told in a line; anything else is a fault, with its trace.
  private static int failed(Exception why, CommandLine command, CommandLine.ParseResult asked)
      throws Exception {
    if (!(why instanceof IOException)) {
      throw why;
    }
    command.getErr().println(command.getCommandSpec().qualifiedName() + ": " + why.getMessage());
    return 1;
  }

  @Override
  public Integer call() throws Exception {
    return new Race(race, System.out).run() ? 0 : 1;
  }
}
