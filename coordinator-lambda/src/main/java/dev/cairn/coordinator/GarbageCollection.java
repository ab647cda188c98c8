package dev.cairn.coordinator;

import dev.cairn.checkpoint.CheckpointStore;
import dev.cairn.checkpoint.Job;
import dev.cairn.id.JobId;
import dev.cairn.journal.Journal;
import dev.cairn.parallel.FanOut;
import dev.cairn.storage.CheckpointStorage;
import dev.cairn.storage.CheckpointStorage.Stored;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.Layout;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Deletes files that nothing refers to and nobody can refer to any more, and lets entries below a
 * journal's base expire.
 *
 * <p>The order of its reads is what makes it safe: files first, then every journal, then the
 * checkpoints and whatever else refers to files, then the epoch again. What is referred to at any
 * moment of that is kept.
 */
public final class GarbageCollection {
  private final Journal journal;
  private final CheckpointStore store;
  private final CheckpointStorage storage;
  private final InstantSource clock;
  private final CoordinatorSettings settings;
  private final CoordinatorDecisions decisions;
  private final FanOut fanOut;
  private final ReferenceReader reader;

  GarbageCollection(
      CoordinatorPorts ports,
      CoordinatorSettings settings,
      CoordinatorDecisions decisions,
      LiveCheckpoints live,
      JournalTails tails) {
    this.journal = ports.journal();
    this.store = ports.checkpoints();
    this.storage = ports.storage();
    this.clock = ports.clock();
    this.fanOut = ports.fanOut();
    this.settings = settings;
    this.decisions = decisions;
    this.reader = new ReferenceReader(tails, store, storage, OtherReferences.NONE, live, fanOut);
  }

  /** For whoever wants to know what the coordinator's would do. */
  public GarbageCollection(
      Journal journal,
      CheckpointStore store,
      CheckpointStorage storage,
      InstantSource clock,
      CoordinatorSettings settings) {
    this.journal = journal;
    this.store = store;
    this.storage = storage;
    this.clock = clock;
    this.settings = settings;
    this.decisions = new CoordinatorDecisions();
    this.fanOut = FanOut.ONE_BY_ONE;
    this.reader = new ReferenceReader(journal, store, storage, OtherReferences.NONE);
  }

  /** What was found out about a job's files. */
  public sealed interface Findings {

    /** Nothing can be concluded, and so nothing goes, for this reason. */
    record NotNow(String why) implements Findings {}

    /** All of it, as of one moment. */
    final class Found implements Findings {
      private final List<Stored> files;
      private final References references;
      private final Function<Stored, Fate> fates;

      private Found(List<Stored> files, References references, Function<Stored, Fate> fates) {
        this.files = files;
        this.references = references;
        this.fates = fates;
      }

      /** The files that there were before anything else was read. */
      public List<Stored> files() {
        return files;
      }

      /** What refers to them, and to files that should be there and are not. */
      public References references() {
        return references;
      }

      /** What becomes of one of the files, and why. */
      public Fate fate(Stored file) {
        return fates.apply(file);
      }
    }
  }

  /** Reads what there is, and concludes; changes nothing. */
  public Findings find(JobId id) {
    Optional<Job> before = store.job(id);
    if (before.isEmpty()) {
      return new Findings.NotNow("there is no job " + id + " in the table");
    }
    if (!before.get().status().isSettled()) {
      return new Findings.NotNow(
          "job " + id + " is not running: its journals may still be given state");
    }
    List<Stored> listed = storage.list(Layout.job(id));
    References references = reader.read(before.get());
    Optional<Job> after = store.job(id);
    if (after.isEmpty() || !decisions.isSameEpoch(before.get(), after.get())) {
      return new Findings.NotNow(
          "a restore of job " + id + " began while its files were looked at");
    }
    Instant now = clock.instant();
    return new Findings.Found(
        listed,
        references,
        file -> references.fate(file, decisions, settings.longestInvocation(), now));
  }

  void collect(JobId id) {
    if (find(id) instanceof Findings.Found found) {
      List<FilePath> garbage =
          found.files().stream()
              // Most files are needed, and by whom is of no interest here.
              .filter(file -> !found.references().isReferred(file.path()))
              .filter(file -> found.fate(file) instanceof Fate.Abandoned)
              .map(Stored::path)
              .toList();
      fanOut.forEach(garbage, storage::delete);
      expireEntries(found.references());
    }
  }

  private void expireEntries(References references) {
    Instant at = clock.instant().plus(settings.entryRetention());
    fanOut.forEach(
        references.tails(),
        tail -> {
          var unused = journal.expireBelow(tail.subtask(), tail.base().revision(), at);
        });
  }
}
