package dev.cairn.cli;

import dev.cairn.cli.feed.FeedResult;
import dev.cairn.cli.feed.FeedSettings;
import dev.cairn.cli.feed.StreamFeed;
import dev.cairn.cli.input.InputFile;
import dev.cairn.cli.input.RowKeys;
import dev.cairn.cli.output.Terminal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(
    name = "feed",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Puts the records of a file into the pipeline's Kinesis stream.",
      "",
      "Records of one key arrive in the order of the file: each is sent after the previous"
          + " one is in the stream. The order of records with different keys may change. If a"
          + " request gets no response, the command looks for its records in the stream;"
          + " if it does not find them, it stops and prints how many may be there.",
      "",
      "Ctrl-C stops the command; it prints the --skip with which to continue.",
      ""
    })
final class FeedCommand implements Callable<Integer> {
  private static final int LOOKED_AT = 100;

  private static final Duration LONGEST_END = Duration.ofSeconds(60);

  @ParentCommand private @Nullable Cairn cairn;
  @Spec private @Nullable CommandSpec spec;
  @Mixin private PipelineTarget target = new PipelineTarget();
  @Mixin private FunctionOptions functions = new FunctionOptions();

  @Parameters(
      paramLabel = "FILE",
      description =
          "CSV or TSV with a header, or JSON lines (.jsonl, .ndjson, .json); each may end in .gz.")
  private @Nullable Path file;

  @Option(
      names = "--rate",
      paramLabel = "R",
      description = "Records per second (default: as fast as the stream accepts them).")
  private @Nullable Double rate;

  @Option(
      names = "--skip",
      paramLabel = "N",
      defaultValue = "0",
      description = "Skip the first N records (default: ${DEFAULT-VALUE}).")
  private long skip;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Send at most N records (default: all).")
  private @Nullable Long limit;

  @Option(names = "--json", description = "Print JSON, without progress.")
  private boolean json;

  @Override
  public Integer call() {
    Path input = Objects.requireNonNull(file, "picocli requires it");
    FeedSettings settings = settings();
    RowKeys keys = keys();
    functions.key().ifPresent(field -> requireSome(input, field, keys));
    try (InputFile.Records records = InputFile.open(input)) {
      Optional<String> named = target.stream();
      if (named.isPresent()) {
        try (Aws aws = target.aws()) {
          return feed(input, records, keys, settings, named.get(), aws);
        }
      }
      try (Connection connection = target.connect(Objects.requireNonNull(cairn).cliEnvironment())) {
        return feed(input, records, keys, settings, stream(connection), connection.aws());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(input + " cannot be closed: " + e.getMessage(), e);
    }
  }

  private FeedSettings settings() {
    try {
      return new FeedSettings(
          skip,
          limit == null ? Long.MAX_VALUE : limit,
          rate == null ? OptionalDouble.empty() : OptionalDouble.of(rate));
    } catch (IllegalArgumentException e) {
      throw ExitException.unusable(String.valueOf(e.getMessage()));
    }
  }

  private RowKeys keys() {
    functions.requireComplete();
    return functions
        .key()
        .map(RowKeys::ofField)
        .or(() -> functions.function().map(RowKeys::ofFunction))
        .orElseThrow(
            () ->
                ExitException.unusable(
                    "the records' partition key is not known: name a field (--key FIELD), or"
                        + " a function whose keyOf returns it (--function CLASS --jar FILE)"));
  }

  /** A misspelt field would send all records with one key. */
  private static void requireSome(Path input, String field, RowKeys keys) {
    try (InputFile.Records records = InputFile.open(input)) {
      Optional<byte[]> first = records.next();
      Optional<byte[]> record = first;
      for (long number = 1; number <= LOOKED_AT && record.isPresent(); number++) {
        if (!keys.row(number, record.get()).key().equals(RowKeys.UNKNOWN)) {
          return;
        }
        record = records.next();
      }
      throw RowKeys.noneHas(field, first);
    } catch (IOException e) {
      throw new UncheckedIOException(input + " cannot be closed: " + e.getMessage(), e);
    }
  }

  private static String stream(Connection connection) {
    if (connection.isDemo()) {
      throw ExitException.unusable(
          "the running demo's stream is inside its process and accepts no records from"
              + " outside. To feed your file to a demo, start it with ./cairn demo --input"
              + " FILE; to feed a deployed pipeline, name it with --table and --job, or"
              + " its stream with --stream");
    }
    return connection.stream()
        .orElseThrow(
            () ->
                ExitException.unusable(
                    "the table does not say which stream job "
                        + connection.job()
                        + " reads: its coordinator stores the stream's name with its first"
                        + " tick, within a minute of the deployment; wait, check --job,"
                        + " or name the stream (--stream)"));
  }

  private int feed(
      Path input,
      InputFile.Records records,
      RowKeys keys,
      FeedSettings settings,
      String stream,
      Aws aws) {
    Cairn parent = Objects.requireNonNull(cairn);
    CommandLine command = Objects.requireNonNull(spec).commandLine();
    StreamFeed feed =
        new StreamFeed(
            aws.kinesisWithoutRetries(), stream, InstantSource.system(), FeedCommand::sleep);
    AtomicBoolean stopped = new AtomicBoolean();
    CountDownLatch over = new CountDownLatch(1);
    Thread interrupted = new Thread(() -> end(stopped, over), "stop feeding");
    Runtime.getRuntime().addShutdownHook(interrupted);
    Instant began = Instant.now();
    try {
      FeedResult fed;
      try (FeedProgress progress = progress(parent.terminal(), input)) {
        fed = feed.feed(records, keys, settings, progress, stopped::get);
      }
      // Printed at once: after this, Ctrl-C may end the process at any time.
      return new FeedReport(input, stream, fed, Duration.between(began, Instant.now()))
          .print(command.getOut(), command.getErr(), json);
    } finally {
      over.countDown();
      unhook(interrupted);
    }
  }

  private FeedProgress progress(Terminal terminal, Path input) {
    return json
        ? FeedProgress.SILENT
        : FeedProgress.on(
            terminal,
            String.valueOf(input.getFileName()),
            limit == null ? OptionalLong.empty() : OptionalLong.of(limit),
            input.toFile().length(),
            InstantSource.system());
  }

  /** After Ctrl-C, the request in progress is completed and reported before the process ends. */
  private static void end(AtomicBoolean stopped, CountDownLatch over) {
    stopped.set(true);
    try {
      if (!over.await(LONGEST_END.toMillis(), TimeUnit.MILLISECONDS)) {
        Runtime.getRuntime().halt(ExitCode.UNUSABLE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void unhook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException shuttingDown) {
      // Ctrl-C: it is the hook that waits for us.
    }
  }

  private static void sleep(Duration pause) {
    try {
      Thread.sleep(pause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
