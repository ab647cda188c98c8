package dev.cairn.cli;

import dev.cairn.cli.output.Terminal;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ServiceLoader;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code cairn}: looks into a pipeline and puts it back. Other modules add commands that need AWS
 * on this machine, such as the demo: {@link ContributedCommand}.
 */
@Command(
    name = "cairn",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Exact state and checkpoints for AWS Lambda functions on Kinesis.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      CommandLine.HelpCommand.class,
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
      Verbs.Pin.class,
      Verbs.Unpin.class,
      Verbs.Fork.class,
      StateCommand.class,
      DeadLettersCommand.class,
      VerifyCommand.class,
      GcCommand.class,
      ExportCommand.class
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
public final class Cairn implements Runnable, Terminal.Owner {
  private final CliEnvironment cliEnvironment;
  private final Terminal terminal;

  @Spec private CommandSpec spec;

  /**
   * @param terminal where the demo tells its story, and what takes long tells how far it is
   */
  Cairn(CliEnvironment cliEnvironment, Terminal terminal) {
    this.cliEnvironment = cliEnvironment;
    this.terminal = terminal;
    this.spec = CommandSpec.create();
  }

  public static void main(String[] arguments) {
    PrintStream out = utf8(System.out);
    Path home = Path.of(System.getProperty("cairn.home", "")).toAbsolutePath().normalize();
    CommandLine commands =
        commands(
            new CliEnvironment(home, System.getenv()), Terminal.ofProcess(out, System.getenv()));
    commands.setOut(new PrintWriter(out, true, StandardCharsets.UTF_8));
    commands.setErr(new PrintWriter(utf8(System.err), true, StandardCharsets.UTF_8));
    System.exit(commands.execute(arguments));
  }

  /** What we write is the same bytes wherever it runs. */
  private static PrintStream utf8(PrintStream stream) {
    return new PrintStream(stream, true, StandardCharsets.UTF_8);
  }

  public static CommandLine commands(CliEnvironment cliEnvironment, Terminal terminal) {
    return new CairnCommandLine(
        new Cairn(cliEnvironment, terminal), ServiceLoader.load(ContributedCommand.class));
  }

  @Override
  public void run() {
    CommandLine command = spec.commandLine();
    command.usage(command.getErr());
    throw new ParameterException(command, "Name a command.");
  }

  public Path home() {
    return cliEnvironment.home();
  }

  CliEnvironment cliEnvironment() {
    return cliEnvironment;
  }

  @Override
  public Terminal terminal() {
    return terminal;
  }
}
