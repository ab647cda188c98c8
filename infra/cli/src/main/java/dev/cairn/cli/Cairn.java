package dev.cairn.cli;

import dev.cairn.cli.output.Terminal;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code cairn}: inspects, controls and restores a pipeline. Other modules add commands that need
 * AWS on this machine, such as the demo: {@link ContributedCommand}.
 */
@Command(
    name = "cairn",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Exact state and checkpoints for AWS Lambda functions on Kinesis.",
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "\nExit codes:\n",
    exitCodeList = {
      "0:Success.",
      "1:Negative result: not equal, damaged, refused, or not found.",
      "2:Error: the command line, a file, a function or a pipeline cannot be used."
    })
public final class Cairn implements Runnable, Terminal.Owner {
  private final CliEnvironment cliEnvironment;
  private final Terminal terminal;

  @Spec private CommandSpec spec;

  /** The commands that other modules add, {@link ContributedCommand}. */
  static final Set<String> ON_THIS_MACHINE = Set.of("demo", "cost", "simulate");

  private static final String[] BEGIN_WITH_THE_DEMO = {
    "  cairn demo          run a pipeline, disturb it, restore it, and compare its state",
    "  cairn demo --keep   keep it running afterwards, to try the other commands on it"
  };
  private static final String BEGIN_WITH_A_PIPELINE =
      "  cairn status --table TABLE --job JOB   show the state of a deployed pipeline";

  /** The commands on a pipeline, in the order of the list that {@code cairn help} prints. */
  private static final List<Class<?>> COMMANDS =
      List.of(
          StatusCommand.class,
          ShardsCommand.class,
          RescaleCommand.class,
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
          Verbs.AcceptGap.class,
          Verbs.Dispose.class,
          Verbs.Pin.class,
          Verbs.Unpin.class,
          Verbs.Fork.class,
          UpgradeCommand.class,
          StateCommand.class,
          DeadLettersCommand.class,
          VerifyCommand.class,
          GcCommand.class,
          ExportCommand.class);

  /**
   * @param terminal where the demo prints its output, and long work its progress
   */
  Cairn(CliEnvironment cliEnvironment, Terminal terminal) {
    this.cliEnvironment = cliEnvironment;
    this.terminal = terminal;
    this.spec = CommandSpec.create();
  }

  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  /** Runs a command in the process's environment, and returns its exit code. */
  static int run(String[] arguments) {
    PrintStream out = utf8(System.out);
    Path home = Path.of(System.getProperty("cairn.home", "")).toAbsolutePath().normalize();
    Cairn cairn =
        new Cairn(
            new CliEnvironment(home, System.getenv()), Terminal.ofProcess(out, System.getenv()));
    CommandLine commands = named(arguments).map(cairn::only).orElseGet(cairn::withAllCommands);
    commands.setOut(new PrintWriter(out, true, StandardCharsets.UTF_8));
    commands.setErr(new PrintWriter(utf8(System.err), true, StandardCharsets.UTF_8));
    return commands.execute(arguments);
  }

  /** The output has the same bytes on every machine. */
  private static PrintStream utf8(PrintStream stream) {
    return new PrintStream(stream, true, StandardCharsets.UTF_8);
  }

  public static CommandLine commands(CliEnvironment cliEnvironment, Terminal terminal) {
    return new Cairn(cliEnvironment, terminal).withAllCommands();
  }

  private CommandLine withAllCommands() {
    List<Object> all = new ArrayList<>();
    all.add(CommandLine.HelpCommand.class);
    all.addAll(COMMANDS);
    List<ContributedCommand> contributed = new ArrayList<>();
    ServiceLoader.load(ContributedCommand.class).forEach(contributed::add);
    all.addAll(contributed);
    CommandLine commands = new CairnCommandLine(this, all);
    UsageMessageSpec usage = commands.getCommandSpec().usageMessage();
    usage.footerHeading("\nBegin with:\n");
    usage.footer(
        contributed.isEmpty() ? new String[] {BEGIN_WITH_A_PIPELINE} : BEGIN_WITH_THE_DEMO);
    return commands;
  }

  /**
   * Returns the command line with one command, because reading the options of all commands takes
   * half a second.
   */
  private CommandLine only(Class<?> command) {
    return new CairnCommandLine(this, List.of(command));
  }

  /** Returns the command of this module that the first argument names. */
  private static Optional<Class<?>> named(String[] arguments) {
    return COMMANDS.stream()
        .filter(command -> arguments.length > 0 && nameOf(command).equals(arguments[0]))
        .findFirst();
  }

  private static String nameOf(Class<?> command) {
    return Objects.requireNonNull(command.getAnnotation(Command.class)).name();
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
