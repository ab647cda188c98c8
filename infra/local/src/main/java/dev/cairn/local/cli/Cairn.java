package dev.cairn.local.cli;

import dev.cairn.journal.OutcomeUnknownException;
import dev.cairn.local.cost.CostCommand;
import dev.cairn.local.demo.InputException;
import dev.cairn.local.demo.Terminal;
import dev.cairn.local.simulation.SimulateCommand;
import dev.cairn.storage.DamagedFileException;
import dev.cairn.storage.StorageException;
import dev.cairn.stream.StreamException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code cairn}: the demo, and looking into a pipeline and putting it back. */
@Command(
    name = "cairn",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Exact state and checkpoints for AWS Lambda functions on Kinesis.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      DemoCommand.class,
      StatusCommand.class,
      TailCommand.class,
      FeedCommand.class,
      JobCommand.class,
      CheckpointsCommand.class,
      HistoryCommand.class,
      Verbs.Checkpoint.class,
      Verbs.Savepoint.class,
      RestoreCommand.class,
      UndoCommand.class,
      Verbs.Stop.class,
      Verbs.Cancel.class,
      Verbs.Resume.class,
      Verbs.Dispose.class,
      Verbs.Fork.class,
      StateCommand.class,
      VerifyCommand.class,
      GcCommand.class,
      ExportCommand.class,
      SimulateCommand.class,
      CostCommand.class
    },
    exitCodeListHeading = "\nExit codes:\n",
    exitCodeList = {
      "0:Done; the answer is yes.",
      "1:The answer is no: not equal, damaged, refused, not there.",
      "2:No answer: the command line, a file, a function or a pipeline is not what it should be."
    },
    footerHeading = "\nBegin with:\n",
    footer = {
      "  cairn demo          watch a pipeline run, be hurt, be put back, and be exact",
      "  cairn demo --keep   the same, and then try the other commands on it"
    })
public final class Cairn implements Runnable {
  private final Surroundings surroundings;
  private final Terminal terminal;

  @Spec private CommandSpec spec;

  /**
   * @param terminal where the demo tells its story, and what takes long tells how far it is
   */
  Cairn(Surroundings surroundings, Terminal terminal) {
    this.surroundings = surroundings;
    this.terminal = terminal;
    this.spec = CommandSpec.create();
  }

  public static void main(String[] arguments) {
    PrintStream out = utf8(System.out);
    Path home = Path.of(System.getProperty("cairn.home", "")).toAbsolutePath().normalize();
    CommandLine commands =
        commands(new Surroundings(home, System.getenv()), Terminal.ofProcess(out));
    commands.setOut(new PrintWriter(out, true, StandardCharsets.UTF_8));
    commands.setErr(new PrintWriter(utf8(System.err), true, StandardCharsets.UTF_8));
    System.exit(commands.execute(arguments));
  }

  /** What we write is the same bytes wherever it runs. */
  private static PrintStream utf8(PrintStream stream) {
    return new PrintStream(stream, true, StandardCharsets.UTF_8);
  }

  static CommandLine commands(Surroundings surroundings, Terminal terminal) {
    return new CommandLine(new Cairn(surroundings, terminal)) {
      @Override
      public int execute(String... typed) {
        Optional<String> unreadable = Arguments.unreadable(typed);
        if (unreadable.isPresent()) {
          getErr().println("cairn: " + unreadable.get());
          return dev.cairn.local.cli.ExitCode.UNUSABLE;
        }
        return super.execute(typed);
      }
    }.setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true)
        .registerConverter(Duration.class, Arguments::duration)
        .registerConverter(URI.class, Arguments::endpoint)
        .registerConverter(int.class, Arguments::wholeNumber)
        .registerConverter(Integer.class, Arguments::wholeNumber)
        .registerConverter(long.class, Arguments::longNumber)
        .registerConverter(Long.class, Arguments::longNumber)
        .registerConverter(Double.class, Arguments::number)
        .setParameterExceptionHandler(Arguments::explain)
        .setExecutionExceptionHandler((failure, command, parsed) -> explain(failure, command));
  }

  /**
   * What somebody can act on is said in a sentence; anything else is a mistake of ours and shown
   * whole.
   */
  private static int explain(Exception failure, CommandLine command) throws Exception {
    Optional<String> ofAws = AwsFailures.explain(failure);
    if (ofAws.isPresent()) {
      command.getErr().println("cairn: " + ofAws.get());
      return ExitCode.UNUSABLE;
    }
    switch (failure) {
      case CommandException e -> {
        command.getErr().println("cairn: " + e.getMessage());
        return e.exitCode();
      }
      case InputException e -> command.getErr().println("cairn: " + e.getMessage());
      case DamagedFileException e -> {
        command.getErr().println("cairn: " + e.getMessage());
        return ExitCode.NO;
      }
      case StorageException e -> command.getErr().println("cairn: " + e.getMessage());
      case OutcomeUnknownException e -> command.getErr().println("cairn: " + e.getMessage());
      case StreamException e -> command.getErr().println("cairn: " + e.getMessage());
      default -> throw failure;
    }
    return ExitCode.UNUSABLE;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Name a command.");
  }

  Path home() {
    return surroundings.home();
  }

  Surroundings surroundings() {
    return surroundings;
  }

  Terminal terminal() {
    return terminal;
  }
}
