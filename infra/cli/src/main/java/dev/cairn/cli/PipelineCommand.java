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

/**
 * A command on a pipeline, with options for the pipeline and for output for people or for scripts.
 */
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

  /** Returns the width of lines. */
  final int columns() {
    return terminal().columns();
  }

  private Terminal terminal() {
    return Objects.requireNonNull(cairn).terminal();
  }

  /** Sets what the command is doing now, for the progress output if it takes long. */
  final void now(String doing) {
    progress.now(doing);
  }

  /** Turns off the progress output while the command only waits for others. */
  final void hideProgress() {
    progress.close();
  }

  /**
   * Checks the command line before any service is called.
   *
   * @throws ExitException if the command line is invalid
   */
  void requireUsable() {}

  /** Runs the command, and returns the exit code. */
  abstract int run(Connection connection, PrintWriter out) throws InterruptedException;

  boolean json() {
    return json;
  }
}
