package io.weft.cli;

import io.weft.cli.demo.DemoCommand;
import java.io.PrintWriter;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command's way in. Exit codes: 0 done, 1 refused or failed, 2 not understood. */
@Command(
    name = "weft",
    description = "A service mesh inside the JVM.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    subcommands = {
      DemoCommand.class,
      ControlCommand.class,
      SchemaCommand.class,
      DiffCommand.class,
      ApplyCommand.class,
      GetCommand.class,
      DeleteCommand.class,
      StatusCommand.class,
      ExplainCommand.class,
      HistoryCommand.class,
      RollbackCommand.class,
      IdentityCommand.class,
      CaCommand.class,
      TokenCommand.class,
      CommandLine.HelpCommand.class,
      AutoComplete.GenerateCompletion.class
    })
public final class Weft implements Runnable {
  @Spec private CommandSpec spec;

  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Weft());
    line.setExecutionExceptionHandler(Weft::failed);
    line.setParameterExceptionHandler(Weft::misunderstood);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    // The launcher knows whether a person looks on; newer JDKs have a console even in a pipe.
    line.setColorScheme(
        CommandLine.Help.defaultColorScheme(
            Boolean.getBoolean("weft.terminal")
                ? CommandLine.Help.Ansi.AUTO
                : CommandLine.Help.Ansi.OFF));
    return line;
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  private static int misunderstood(CommandLine.ParameterException fault, String[] arguments) {
    CommandLine command = fault.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("weft: " + fault.getMessage());
    if (!CommandLine.UnmatchedArgumentException.printSuggestions(fault, err)) {
      err.println(
          "weft: '" + command.getCommandSpec().qualifiedName() + " --help' says what it takes");
    }
    err.flush();
    return CommandLine.ExitCode.USAGE;
  }

  private static int failed(
      Exception fault, CommandLine command, CommandLine.ParseResult arguments) {
    if (!(fault instanceof Refusal refusal)) {
      command.getErr().println(command.getColorScheme().errorText("weft: " + fault));
      return CommandLine.ExitCode.SOFTWARE;
    }
    refusal.lines().forEach(line -> command.getErr().println(line));
    return CommandLine.ExitCode.SOFTWARE;
  }
}
