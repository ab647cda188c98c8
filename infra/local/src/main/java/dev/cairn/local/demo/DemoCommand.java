package dev.cairn.local.demo;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.cli.Cairn;
import dev.cairn.cli.ContributedCommand;
import dev.cairn.cli.ExitCode;
import dev.cairn.cli.ExitException;
import dev.cairn.cli.FunctionOptions;
import dev.cairn.cli.Version;
import dev.cairn.cli.demo.Mailbox;
import dev.cairn.cli.demo.RunningDemo;
import dev.cairn.cli.input.InputException;
import dev.cairn.cli.input.InputFile;
import dev.cairn.cli.input.UserFunction;
import dev.cairn.flights.AircraftFunction;
import dev.cairn.id.JobId;
import dev.cairn.id.StageId;
import dev.cairn.inmemory.world.Killed;
import dev.cairn.settings.Options;
import dev.cairn.settings.StorageKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Runs a pipeline on this machine and proves that its state is exact.",
      "",
      "By default: every departure from New York in 2013 through a stream, several containers"
          + " without affinity, a coordinator, DynamoDB Local, and a directory as S3. On the way a"
          + " container is abandoned in mid-batch, an invocation times out after it wrote, a batch"
          + " is delivered twice, a zombie wakes, and the job is restored to an earlier checkpoint."
          + " In the end all state is compared with a plain fold over the file.",
      ""
    })
public final class DemoCommand implements ContributedCommand {
  private static final String FLIGHTS = "functions/flights/data/flights-2013.csv.gz";
  private static final int USUAL_PORT = 8000;

  @ParentCommand private @Nullable Cairn cairn;

  @Option(
      names = "--shards",
      paramLabel = "N",
      defaultValue = "4",
      description = "Shards of the stream (default: ${DEFAULT-VALUE}).")
  private int shards;

  @Option(
      names = "--interval",
      paramLabel = "TIME",
      description =
          "From one checkpoint to the next, such as 3s or 500ms (default: what the function sets,"
              + " or 3s).")
  private @Nullable Duration interval;

  @Option(
      names = "--rate",
      paramLabel = "R",
      description = "Records fed per second (default: so that the input lasts eleven intervals).")
  private @Nullable Double rate;

  @Option(
      names = "--keep",
      description =
          "Leave the pipeline running after the comparison, to restore it by hand; Ctrl-C ends it.")
  private boolean keep;

  @Option(
      names = "--port",
      paramLabel = "P",
      description = "Port of DynamoDB Local (default: any; with --keep " + USUAL_PORT + ").")
  private @Nullable Integer port;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Directory for the checkpoints' files, kept afterwards; must be empty or new.")
  private @Nullable Path dir;

  @Option(
      names = "--inline",
      description =
          "Keep checkpoints inside the table, without any directory: for small state, as a job"
              + " without a bucket does.")
  private boolean inline;

  @Option(
      names = "--input",
      paramLabel = "FILE",
      description =
          "Your own input: CSV or TSV with a header, or JSON lines (.jsonl, .ndjson, .json); each"
              + " may end in .gz. Needs --function.")
  private @Nullable Path input;

  @Mixin private FunctionOptions functions = new FunctionOptions();

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "2013",
      description = "Decides what is left to chance (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Override
  public Integer call() {
    Cairn parent = Objects.requireNonNull(cairn, "picocli sets the parent");
    functions.requireComplete();
    if (functions.hasFunction() && input == null) {
      throw ExitException.unusable(
          "--function was given without --input: the flights would be fed to it, which it does not"
              + " know; name a file of its own records (--input FILE), or leave --function out to"
              + " run the flights");
    }
    if (input != null && !functions.hasFunction()) {
      throw ExitException.unusable(
          "--input was given without --function: the flights' function would read records that it"
              + " does not know; name the function of these records (--function CLASS --jar FILE),"
              + " or leave --input out to run the flights");
    }
    RunningDemo.find(parent.home())
        .ifPresent(
            other -> {
              throw ExitException.unusable(
                  "a demo runs already, as process "
                      + other.pid()
                      + " at "
                      + other.endpoint()
                      + ": end it first (Ctrl-C there)");
            });
    UserFunction user =
        functions.function().orElseGet(() -> UserFunction.of(AircraftFunction.class));
    List<byte[]> records = InputFile.read(input == null ? flights(parent.home()) : input);
    CheckpointSettings code = user.code().appliedTo(CheckpointSettings.DEFAULTS);
    Optional<Storage> storage =
        isInline(code)
            ? Optional.empty()
            : Optional.of(new Storage(parent.home(), Optional.ofNullable(dir)));
    DemoSettings settings = settings(storage.map(Storage::folder), records.size(), code);
    return run(
        parent,
        storage,
        Demo.start(settings, user, records, functions.key(), parent.terminal()),
        settings);
  }

  private static Path flights(Path home) {
    Path file = home.resolve(FLIGHTS);
    if (!Files.isRegularFile(file)) {
      throw ExitException.unusable(
          file
              + " is missing, with which the demo runs: run cairn from a whole clone, or give"
              + " --input");
    }
    return file;
  }

  /** As in a deployment, a storage instance in the code takes precedence. */
  private boolean isInline(CheckpointSettings code) {
    boolean isGiven = code.configuration().place(Options.STORAGE).isPresent();
    boolean inCode = isGiven && code.checkpointStorage() == StorageKind.JOBMANAGER;
    if (inline && isGiven && !inCode) {
      throw ExitException.unusable(
          "the function keeps its checkpoints in "
              + code.checkpointDirectory().orElse("a directory")
              + ", which wins over --inline: leave --inline out, and a directory stands for the"
              + " bucket");
    }
    if ((inline || inCode) && dir != null) {
      throw ExitException.unusable(
          "checkpoints that lie inside the table need no directory: leave --dir out"
              + (inCode ? ", as the function says so in configure()" : ", or --inline"));
    }
    return inline || inCode;
  }

  /** The interval that the function sets, unless it was typed: as on the job's item. */
  private Duration every(int records, CheckpointSettings code) {
    if (interval != null) {
      return interval;
    }
    if (code.configuration().place(Options.INTERVAL).isPresent()) {
      return code.interval()
          .orElseThrow(
              () ->
                  ExitException.unusable(
                      "the function takes no checkpoints, by configure(), and the demo puts it back"
                          + " to one: give --interval 3s"));
    }
    return rate == null ? Duration.ofSeconds(3) : fitting(records / rate);
  }

  private DemoSettings settings(Optional<Path> directory, int records, CheckpointSettings code) {
    Duration every = every(records, code);
    boolean ours = !functions.hasFunction() && input == null;
    return new DemoSettings(
        new JobId(ours ? "flights" : "demo"),
        new StageId(ours ? "aircraft" : "function"),
        shards,
        every,
        rate != null ? rate : DemoSettings.paced(records, every),
        keep,
        port != null ? port : keep ? USUAL_PORT : 0,
        directory,
        seed);
  }

  /** An interval with which an input that lasts so long has its checkpoints. */
  private static Duration fitting(double seconds) {
    long millis = (long) Math.min(3000, Math.max(50, seconds * 1000 / 11));
    return Duration.ofMillis(millis);
  }

  private int run(Cairn parent, Optional<Storage> storage, Demo demo, DemoSettings settings) {
    RunningDemo running =
        new RunningDemo(
            demo.endpoint(),
            DemoSettings.TABLE,
            settings.job(),
            settings.storage(),
            ProcessHandle.current().pid());
    running.write(parent.home());
    Runnable end =
        () -> {
          demo.close();
          running.forget(parent.home());
          storage.ifPresent(Storage::clean);
        };
    Thread interrupted = new Thread(end, "end");
    Runtime.getRuntime().addShutdownHook(interrupted);
    try {
      boolean shown = demo.run();
      if (settings.keep()) {
        demo.keepRunning(Hints.of(running), new Mailbox(RunningDemo.mailbox(parent.home())));
      }
      return shown ? ExitCode.OK : ExitCode.NO;
    } catch (Killed closed) {
      // Ctrl-C: the hook is closing it.
      return ExitCode.OK;
    } finally {
      if (unhook(interrupted)) {
        end.run();
      }
    }
  }

  private static boolean unhook(Thread hook) {
    try {
      return Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException shuttingDown) {
      return false;
    }
  }

  /**
   * The directory that stands for S3: the user's, or one of our own that goes with the demo, as the
   * table does.
   */
  private static final class Storage {
    private final Path folder;
    private final boolean ours;

    Storage(Path home, Optional<Path> dir) {
      this.ours = dir.isEmpty();
      this.folder =
          dir.orElseGet(
                  () ->
                      RunningDemo.folder(home).resolve("storage-" + ProcessHandle.current().pid()))
              .toAbsolutePath()
              .normalize();
      if (ours) {
        clean();
      } else {
        requireEmpty();
      }
    }

    Path folder() {
      return folder;
    }

    private void requireEmpty() {
      try (Stream<Path> files = Files.list(Files.createDirectories(folder))) {
        if (!Files.isWritable(folder)) {
          throw new InputException(
              folder + " is not writable: choose another directory (--dir), or change its rights");
        }
        if (files.findAny().isPresent()) {
          throw new InputException(
              folder
                  + " is not empty: the demo's table begins empty, so its files must too; choose"
                  + " another directory (--dir)");
        }
      } catch (IOException e) {
        throw new InputException(
            folder
                + " cannot be used as a directory: "
                + e.getMessage()
                + "; choose another (--dir)",
            e);
      }
    }

    void clean() {
      if (!ours || !Files.exists(folder)) {
        return;
      }
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      } catch (IOException | UncheckedIOException e) {
        // A container that is just ending may still write; nothing reads these files again.
      }
    }
  }
}
