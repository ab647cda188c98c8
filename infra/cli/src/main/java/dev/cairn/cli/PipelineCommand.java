package dev.cairn.cli;

import dev.cairn.cli.output.Terminal;
import dev.cairn.cli.output.WorkProgress;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** A command on a pipeline: says which one is meant, and answers for people or for scripts. */
abstract class PipelineCommand implements Callable<Integer> {
  @ParentCommand private @Nullable Cairn cairn;
  @Spec private @Nullable CommandSpec spec;
  @Mixin private PipelineTarget target = new PipelineTarget();

  @Option(names = "--json", description = "Answer as JSON.")
  private boolean json;

  private WorkProgress progress = WorkProgress.SILENT;

  @Override
  public final Integer call() throws InterruptedException {
    requireUsable();
    CommandLine command = Objects.requireNonNull(spec).commandLine();
    try (WorkProgress watched = watch(command);
        Connection connection = target.connect(Objects.requireNonNull(cairn).cliEnvironment())) {
      progress = watched;
      PrintWriter out = command.getOut();
      return run(connection, json ? out : terminal().fitted(out, watched::printed));
    }
  }

  private WorkProgress watch(CommandLine command) {
    return WorkProgress.of(
        "reading the table", command.getErr(), terminal().progress(), InstantSource.system());
  }

  /** Where the demo keeps its files. */
  final Path home() {
    return Objects.requireNonNull(cairn).home();
  }

  /** How wide lines may be. */
  final int columns() {
    return terminal().columns();
  }

  private Terminal terminal() {
    return Objects.requireNonNull(cairn).terminal();
  }

  /** Says what the command does from here on, should it take long. */
  final void now(String doing) {
    progress.now(doing);
  }

  /** The command now waits for others, which is no work: nothing is said of it. */
  final void hideProgress() {
    progress.close();
  }

  /**
   * What can be judged before anybody is asked.
   *
   * @throws ExitException if the command line makes no sense
   */
  void requireUsable() {}

  /** Answers, and returns the exit code. */
  abstract int run(Connection connection, PrintWriter out) throws InterruptedException;

  boolean json() {
    return json;
  }
}
