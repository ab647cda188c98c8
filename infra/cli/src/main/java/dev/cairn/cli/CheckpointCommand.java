package dev.cairn.cli;

import dev.cairn.cli.output.Terminal;
import dev.cairn.cli.output.WorkProgress;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.FileStorage;
import dev.cairn.storage.Sha256;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** A command on the files of one checkpoint or savepoint, of a job or at any location. */
abstract class CheckpointCommand implements Callable<Integer> {
  @ParentCommand private @Nullable Cairn cairn;
  @Spec private @Nullable CommandSpec spec;
  @Mixin private PipelineTarget target = new PipelineTarget();

  @Parameters(
      paramLabel = "CHECKPOINT",
      description =
          "The checkpoint's id, or the location of its _metadata: s3://bucket/…, a directory"
              + " (/… or ./…), or a path in the job's storage.")
  private String checkpoint = "";

  @Option(names = "--json", description = "Answer as JSON.")
  private boolean json;

  private WorkProgress progress = WorkProgress.SILENT;

  /**
   * The files of the checkpoint that was named.
   *
   * @param aws the command's clients
   * @param isDemo whether it is the running demo's
   */
  record Named(
      CheckpointName name, FileStorage storage, FileRef metadata, Aws aws, boolean isDemo) {}

  @Override
  public final Integer call() {
    CheckpointName name = CheckpointName.parse(checkpoint);
    requireUsable();
    CommandLine command = Objects.requireNonNull(spec).commandLine();
    Terminal terminal = Objects.requireNonNull(cairn).terminal();
    try (WorkProgress watched =
        WorkProgress.of(
            "reading the checkpoint's files",
            command.getErr(),
            terminal.progress(),
            InstantSource.system())) {
      progress = watched;
      PrintWriter out = command.getOut();
      return run(name, json ? out : terminal.fitted(out, watched::printed));
    }
  }

  private int run(CheckpointName name, PrintWriter out) {
    return switch (name) {
      case CheckpointName.Numbered numbered -> {
        try (Connection connection = connect()) {
          connection.requireJob();
          FileRef metadata = CheckpointIds.requireCompleted(connection, numbered.id()).metadata();
          yield run(
              new Named(
                  name, connection.storage(), metadata, connection.aws(), connection.isDemo()),
              out);
        }
      }
      case CheckpointName.InStorage inStorage -> {
        try (Connection connection = connect()) {
          FileStorage storage = connection.storage();
          FileRef metadata = found(storage, inStorage.metadata());
          yield run(new Named(name, storage, metadata, connection.aws(), connection.isDemo()), out);
        }
      }
      case CheckpointName.Elsewhere elsewhere -> {
        try (Aws aws = target.aws()) {
          FileStorage storage = CheckpointName.storageAt(elsewhere.metadata(), aws);
          yield run(
              new Named(name, storage, found(storage, elsewhere.metadata()), aws, false), out);
        }
      }
    };
  }

  /** Returns the width of lines. */
  final int columns() {
    return Objects.requireNonNull(cairn).terminal().columns();
  }

  /** Sets what the command is doing now, for the progress output if it takes long. */
  final void now(String doing) {
    progress.now(doing);
  }

  private Connection connect() {
    return target.connect(Objects.requireNonNull(cairn).cliEnvironment());
  }

  /** No reference contains the expected hash, so only the form of the bytes can be checked. */
  private static FileRef found(FileStorage storage, FilePath metadata) {
    byte[] bytes =
        storage
            .get(metadata)
            .orElseThrow(
                () ->
                    ExitException.no(
                        "there is no "
                            + metadata
                            + ": name the directory of a checkpoint or savepoint, or its"
                            + " _metadata"));
    return new FileRef(metadata, bytes.length, Sha256.of(bytes));
  }

  /**
   * Checks the command line before any service is called.
   *
   * @throws ExitException if the command line is invalid
   */
  void requireUsable() {}

  /** Runs the command, and returns the exit code. */
  abstract int run(Named checkpoint, PrintWriter out);

  boolean json() {
    return json;
  }
}
