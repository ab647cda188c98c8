package dev.cairn.cli;

import dev.cairn.cli.input.InputException;
import dev.cairn.format.NewerFormatException;
import dev.cairn.journal.OutcomeUnknownException;
import dev.cairn.storage.DamagedFileException;
import dev.cairn.storage.StorageException;
import dev.cairn.stream.StreamException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;

/** The command line of {@code cairn}: parses arguments and prints problems. */
final class CairnCommandLine extends CommandLine {
  private final Cairn cairn;

  /**
   * @param commands the subcommands: annotated objects, or classes that picocli instantiates
   */
  CairnCommandLine(Cairn cairn, List<Object> commands) {
    super(cairn);
    this.cairn = cairn;
    // Subcommands are added before the settings below, which apply only to existing ones.
    commands.forEach(this::addSubcommand);
    setCaseInsensitiveEnumValuesAllowed(true);
    setUsageHelpWidth(Math.clamp(cairn.terminal().columns(), 60, 100));
    registerConverter(Duration.class, Arguments::duration);
    registerConverter(URI.class, Arguments::endpoint);
    registerConverter(int.class, Arguments::wholeNumber);
    registerConverter(Integer.class, Arguments::wholeNumber);
    registerConverter(long.class, Arguments::longNumber);
    registerConverter(Long.class, Arguments::longNumber);
    registerConverter(Double.class, Arguments::number);
    setParameterExceptionHandler((wrong, typed) -> print(Arguments.explain(wrong), typed));
    setExecutionExceptionHandler(
        (failure, command, parsed) ->
            print(explain(failure), parsed.originalArgs().toArray(new String[0])));
  }

  @Override
  public int execute(String... typed) {
    Optional<String> unreadable = Arguments.unreadable(typed);
    return unreadable.isPresent()
        ? print(CommandProblem.of(dev.cairn.cli.ExitCode.UNUSABLE, unreadable.get()), typed)
        : super.execute(typed);
  }

  private int print(CommandProblem problem, String[] typed) {
    return problem.print(getOut(), getErr(), cairn.terminal(), typed);
  }

  /**
   * Returns a sentence for failures that a user can act on; any other failure is a bug of Cairn and
   * is shown in full.
   */
  private static CommandProblem explain(Exception failure) {
    int unusable = dev.cairn.cli.ExitCode.UNUSABLE;
    Optional<String> ofAws = AwsFailures.explain(failure);
    if (ofAws.isPresent()) {
      return CommandProblem.of(unusable, ofAws.get());
    }
    String message = String.valueOf(failure.getMessage());
    return switch (failure) {
      case ExitException e -> CommandProblem.of(e.exitCode(), message);
      case DamagedFileException e -> CommandProblem.of(dev.cairn.cli.ExitCode.NO, message);
      case NewerFormatException e -> CommandProblem.of(unusable, message);
      case InputException e -> CommandProblem.of(unusable, message);
      case StorageException e -> CommandProblem.of(unusable, message);
      case OutcomeUnknownException e -> CommandProblem.of(unusable, message);
      case StreamException e -> CommandProblem.of(unusable, message);
      default ->
          CommandProblem.of(
              unusable, "this is a mistake in Cairn; please report it: " + trace(failure));
    };
  }

  private static String trace(Exception failure) {
    StringWriter trace = new StringWriter();
    failure.printStackTrace(new PrintWriter(trace));
    return trace.toString();
  }
}
