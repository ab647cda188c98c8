package dev.cairn.local.cli;

import java.io.PrintWriter;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** A command on a pipeline: says which one is meant, and answers for people or for scripts. */
abstract class PipelineCommand implements Callable<Integer> {
  @ParentCommand private @Nullable Cairn cairn;
  @Spec private @Nullable CommandSpec spec;
  @Mixin private Target target = new Target();

  @Option(names = "--json", description = "Answer as JSON.")
  private boolean json;

  @Override
  public final Integer call() throws InterruptedException {
    requireUsable();
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    try (Connection connection = target.connect(Objects.requireNonNull(cairn).surroundings())) {
      return run(connection, out);
    }
  }

  /**
   * What can be judged before anybody is asked.
   *
   * @throws CommandException if the command line makes no sense
   */
  void requireUsable() {}

  /** Answers, and returns the exit code. */
  abstract int run(Connection connection, PrintWriter out) throws InterruptedException;

  boolean json() {
    return json;
  }
}
