package dev.cairn.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cairn.cli.output.Sizes;
import dev.cairn.coordinator.collecting.FileVerdict;
import dev.cairn.coordinator.collecting.GarbageCollection;
import dev.cairn.coordinator.collecting.GarbageCollection.Findings;
import dev.cairn.coordinator.collecting.Reference;
import dev.cairn.coordinator.ports.CoordinatorSettings;
import dev.cairn.job.Job;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileStorage;
import dev.cairn.storage.FileStorage.Stored;
import dev.cairn.storage.Layout;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "gc",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Lists which of a job's files are needed, or explains for one file who needs it or why"
          + " it can be deleted.",
      "",
      "This command deletes nothing; the coordinator deletes files after each completed"
          + " checkpoint. It uses the coordinator's rules, with Lambda's longest time-out, 15"
          + " minutes, where a rule depends on a function's time-out.",
      ""
    })
final class GcCommand extends PipelineCommand {
  private static final int MOST_SUGGESTED = 5;

  @Option(
      names = "--explain",
      paramLabel = "FILE",
      description = "The file's path below the checkpoint storage, or the end of the path.")
  private @Nullable String file;

  private List<Stored> letters = List.of();

  @Override
  int run(Connection connection, PrintWriter out) {
    connection.requireJob();
    FileStorage storage = connection.storage();
    letters = storage.list(Layout.deadLetters(connection.job()));
    GarbageCollection collection =
        new GarbageCollection(
            connection.journal(),
            connection.checkpoints(),
            storage,
            InstantSource.system(),
            CoordinatorSettings.DEFAULTS);
    return switch (collection.find(connection.job())) {
      case Findings.NotNow notNow ->
          throw ExitException.unusable(
              notNow.why()
                  + "; no file is deleted in the meantime: try again when the restore has ended");
      case Findings.Found found -> {
        if (file == null) {
          summarize(out, connection, found);
          yield ExitCode.OK;
        }
        yield explain(out, connection, storage, found, file);
      }
    };
  }

  // ---------------------------------------------------------------- all files

  /** The category of a file; a file that is needed for several reasons counts in the first. */
  private enum Reason {
    JOURNALS("needed by journals: their heads' state"),
    CHECKPOINTS("needed by checkpoints only"),
    ELSEWHERE("needed by something else only"),
    MAY_BE_COMMITTED(
        "not needed yet, but may still be committed: kept until their journal continues"),
    TOO_YOUNG("abandoned, but younger than the longest invocation"),
    ABANDONED("abandoned: deleted by the next collection"),
    UNCLEAR("unclear: a file that says what is needed cannot be read"),
    DEAD_LETTERS("dead letters: see cairn dead-letters"),
    FOREIGN("not written by Cairn: never deleted");

    private final String words;

    Reason(String words) {
      this.words = words;
    }
  }

  /** Collection does not list dead letters, but they are shown here. */
  private List<Stored> all(Findings.Found found) {
    return Stream.concat(found.files().stream(), letters.stream()).toList();
  }

  private static Reason reason(Findings.Found found, Stored file) {
    FilePath path = file.path();
    if (found.references().isNeededByJournals(path)) {
      return Reason.JOURNALS;
    }
    if (found.references().isNeededByCheckpoints(path)) {
      return Reason.CHECKPOINTS;
    }
    return switch (found.verdict(file)) {
      case FileVerdict.Referred r -> Reason.ELSEWHERE;
      case FileVerdict.Abandoned a -> Reason.ABANDONED;
      case FileVerdict.TooYoung t -> Reason.TOO_YOUNG;
      case FileVerdict.MayBeCommitted m -> Reason.MAY_BE_COMMITTED;
      case FileVerdict.NotOver n -> Reason.MAY_BE_COMMITTED;
      case FileVerdict.WithoutJournal w -> Reason.MAY_BE_COMMITTED;
      case FileVerdict.Unclear u -> Reason.UNCLEAR;
      case FileVerdict.DeadLetter d -> Reason.DEAD_LETTERS;
      case FileVerdict.Foreign f -> Reason.FOREIGN;
    };
  }

  /** A number of files, and their total size. */
  private record Amount(long files, long bytes) {
    Amount plus(Amount other) {
      return new Amount(files + other.files, bytes + other.bytes);
    }
  }

  private void summarize(PrintWriter out, Connection connection, Findings.Found found) {
    Map<Reason, Amount> amounts = new EnumMap<>(Reason.class);
    for (Stored file : all(found)) {
      amounts.merge(reason(found, file), new Amount(1, file.sizeBytes()), Amount::plus);
    }
    Amount all = amounts.values().stream().reduce(new Amount(0, 0), Amount::plus);
    if (json()) {
      ObjectNode json =
          JsonOutput.object()
              .put("job", connection.job().value())
              .put("files", all.files())
              .put("sizeBytes", all.bytes());
      ObjectNode reasons = json.putObject("reasons");
      amounts.forEach(
          (reason, amount) ->
              reasons
                  .putObject(reason.name())
                  .put("files", amount.files())
                  .put("sizeBytes", amount.bytes()));
      out.println(JsonOutput.pretty(json));
      return;
    }
    amounts.forEach((reason, amount) -> out.println(line(amount, reason.words)));
    out.println(line(all, "in all"));
    out.println();
    out.println("Nothing was deleted. To explain one file: cairn gc --explain FILE");
  }

  private static String line(Amount amount, String what) {
    return String.format(
        Locale.ROOT, "%,8d files  %9s  %s", amount.files(), Sizes.bytes(amount.bytes()), what);
  }

  // ---------------------------------------------------------------- one file

  private int explain(
      PrintWriter out,
      Connection connection,
      FileStorage storage,
      Findings.Found found,
      String typed) {
    String name = withoutPlace(connection, typed);
    List<Stored> named = named(connection, found, name);
    if (named.size() > 1) {
      throw ExitException.no(
          "\""
              + typed
              + "\" is the end of several files' paths: "
              + firstFew(named)
              + "; give more of it");
    }
    if (named.isEmpty()) {
      return explainMissing(out, connection, storage, found, name);
    }
    Stored file = named.getFirst();
    FileVerdict verdict = found.verdict(file);
    if (json()) {
      ObjectNode json =
          JsonOutput.object()
              .put("path", file.path().value())
              .put("sizeBytes", file.sizeBytes())
              .put("lastModified", file.lastModified().toString())
              .put("reason", reason(found, file).name())
              .put("because", verdict.toString());
      if (verdict instanceof FileVerdict.Referred referred) {
        add(json.putArray("neededBy"), referred.by(), connection.requireJob());
      }
      out.println(JsonOutput.pretty(json));
      return ExitCode.OK;
    }
    out.println(
        file.path()
            + "  "
            + Sizes.bytes(file.sizeBytes())
            + "  "
            + Sizes.time(file.lastModified()));
    if (verdict instanceof FileVerdict.Referred referred) {
      Job job = connection.requireJob();
      referred.by().forEach(by -> out.println("  " + text(by, job)));
    } else {
      out.println("  " + verdict);
    }
    return ExitCode.OK;
  }

  private static void add(ArrayNode array, List<Reference> references, Job job) {
    references.forEach(reference -> array.add(text(reference, job)));
  }

  private static String text(Reference reference, Job job) {
    boolean isPinned =
        switch (reference) {
          case Reference.OfMetadata metadata -> job.isPinned(metadata.checkpoint());
          case Reference.OfSnapshot snapshot -> job.isPinned(snapshot.checkpoint());
          case Reference.OfBase b -> false;
          case Reference.OfDelta d -> false;
          case Reference.Elsewhere e -> false;
        };
    return reference + (isPinned ? " (the checkpoint is pinned)" : "");
  }

  /**
   * Returns the path below the storage's root, also for a file that was named by its absolute path.
   */
  private static String withoutPlace(Connection connection, String typed) {
    String stripped = typed.strip();
    String place = connection.where().orElse("");
    String below = stripped.startsWith(place) ? stripped.substring(place.length()) : stripped;
    return below.startsWith("/") ? below.substring(1) : below;
  }

  private List<Stored> named(Connection connection, Findings.Found found, String name) {
    Optional<Stored> exact =
        all(found).stream()
            .filter(
                file ->
                    file.path().value().equals(name)
                        || file.path().value().equals(connection.job() + "/" + name))
            .findFirst();
    return exact
        .map(List::of)
        .orElseGet(
            () ->
                all(found).stream()
                    .filter(file -> !name.isEmpty() && file.path().value().endsWith("/" + name))
                    .toList());
  }

  private static String firstFew(List<Stored> files) {
    return files.stream()
            .limit(MOST_SUGGESTED)
            .map(file -> file.path().value())
            .collect(Collectors.joining(", "))
        + (files.size() > MOST_SUGGESTED
            ? " and " + (files.size() - MOST_SUGGESTED) + " more"
            : "");
  }

  /**
   * Explains a file that does not exist. It may be needed, which is worse than a misspelled path.
   */
  private int explainMissing(
      PrintWriter out,
      Connection connection,
      FileStorage storage,
      Findings.Found found,
      String name) {
    Optional<FilePath> path = path(connection, name);
    List<Reference> by = path.map(found.references()::to).orElse(List.of());
    if (path.isEmpty() || by.isEmpty() || storage.head(path.get()).isPresent()) {
      throw ExitException.no(
          "job "
              + connection.job()
              + " has no file \""
              + name
              + "\" in its storage, and nothing refers to one: "
              + suggestion(found, name));
    }
    String remedy = "put an intact copy back, or see docs/operations.md, \"Damaged files\"";
    if (json()) {
      ObjectNode json =
          JsonOutput.object()
              .put("path", path.get().value())
              .put("reason", "MISSING")
              .put("because", "it is not in the storage: " + remedy);
      add(json.putArray("neededBy"), by, connection.requireJob());
      out.println(JsonOutput.pretty(json));
      return ExitCode.NO;
    }
    out.println(path.get() + "  is MISSING from the storage, and is needed:");
    by.forEach(reference -> out.println("  " + text(reference, connection.requireJob())));
    throw ExitException.no(path.get() + " is missing: " + remedy);
  }

  private static Optional<FilePath> path(Connection connection, String name) {
    String whole = name.startsWith(connection.job() + "/") ? name : connection.job() + "/" + name;
    try {
      return Optional.of(new FilePath(whole));
    } catch (IllegalArgumentException noPath) {
      return Optional.empty();
    }
  }

  private String suggestion(Findings.Found found, String name) {
    if (all(found).isEmpty()) {
      return "the storage has no files";
    }
    String last = name.substring(name.lastIndexOf('/') + 1);
    List<Stored> alike =
        last.isEmpty()
            ? List.of()
            : all(found).stream().filter(file -> file.path().value().contains(last)).toList();
    return alike.isEmpty()
        ? "give a path such as " + all(found).getFirst().path()
        : "did you mean " + firstFew(alike) + "?";
  }
}
