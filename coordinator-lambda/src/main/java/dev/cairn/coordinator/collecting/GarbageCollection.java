package dev.cairn.coordinator.collecting;

import dev.cairn.coordinator.collecting.ClaimedDirectories.Claimed;
import dev.cairn.coordinator.journals.JournalTails;
import dev.cairn.coordinator.journals.LiveCheckpoints;
import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.coordinator.ports.CoordinatorSettings;
import dev.cairn.id.JobId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.CheckpointStore;
import dev.cairn.job.Job;
import dev.cairn.journal.Journal;
import dev.cairn.parallel.FanOut;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileStorage;
import dev.cairn.storage.FileStorage.Stored;
import dev.cairn.storage.Layout;
import dev.cairn.stream.NotInStreamException;
import dev.cairn.stream.Shard;
import dev.cairn.stream.StreamException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Deletes files that are not referenced and can no longer be, and lets entries below a journal's
 * base expire.
 *
 * <p>The order of the reads makes the deletion safe: first the files, then every journal, then the
 * checkpoints and all other references, then the epoch again. A file that is referenced at any time
 * in between is kept.
 */
public final class GarbageCollection {
  private final Journal journal;
  private final CheckpointStore store;
  private final FileStorage storage;
  private final InstantSource clock;
  private final CoordinatorSettings settings;
  private final CollectionGuards guards;
  private final FanOut fanOut;
  private final LiveCheckpoints live;
  private final ClaimedDirectories claims;
  private final ReferenceReader reader;
  private final Supplier<List<Shard>> listed;

  public GarbageCollection(
      CoordinatorPorts ports,
      CoordinatorSettings settings,
      CollectionGuards guards,
      LiveCheckpoints live,
      JournalTails tails) {
    this.journal = ports.journal();
    this.store = ports.checkpoints();
    this.storage = ports.storage();
    this.clock = ports.clock();
    this.fanOut = ports.fanOut();
    this.settings = settings;
    this.guards = guards;
    this.live = live;
    this.claims = new ClaimedDirectories(store, storage);
    this.reader = new ReferenceReader(tails, store, storage, guards, live, fanOut);
    this.listed = () -> listed(ports);
  }

  /** Creates a collection that only reports what the coordinator's collection would do. */
  public GarbageCollection(
      Journal journal,
      CheckpointStore store,
      FileStorage storage,
      InstantSource clock,
      CoordinatorSettings settings) {
    this.journal = journal;
    this.store = store;
    this.storage = storage;
    this.clock = clock;
    this.settings = settings;
    this.guards = CollectionGuards.ALL;
    this.fanOut = FanOut.ONE_BY_ONE;
    this.live = new LiveCheckpoints(store);
    this.claims = new ClaimedDirectories(store, storage);
    this.reader = new ReferenceReader(journal, store, storage);
    this.listed = List::of;
  }

  /** Returns the shards that the stream lists; none if it does not answer. */
  private static List<Shard> listed(CoordinatorPorts ports) {
    try {
      return ports.topology().source().stream().shards();
    } catch (StreamException | NotInStreamException e) {
      return List.of();
    }
  }

  /** The result of reading a job's files and references. */
  public sealed interface Findings {

    /** No conclusion is possible, for this reason, so nothing is deleted. */
    record NotNow(String why) implements Findings {}

    /** The files and references of one moment. */
    final class Found implements Findings {
      private final List<Stored> files;
      private final List<Claimed> claimed;
      private final References references;
      private final Function<Stored, FileVerdict> verdicts;

      private Found(
          List<Stored> files,
          List<Claimed> claimed,
          References references,
          Function<Stored, FileVerdict> verdicts) {
        this.files = files;
        this.claimed = claimed;
        this.references = references;
        this.verdicts = verdicts;
      }

      /**
       * Returns the files that existed before the references were read: the job's own, and those
       * that it has claimed. Dead letters are not included; they expire, see {@link
       * ExpiredLetters}.
       */
      public List<Stored> files() {
        return files;
      }

      /** Returns the references to the files, including references to missing files. */
      public References references() {
        return references;
      }

      /** Returns the verdict on one of the files. */
      public FileVerdict verdict(Stored file) {
        return verdicts.apply(file);
      }
    }
  }

  /** Reads files and references without changing anything. */
  public Findings find(JobId id) {
    Optional<Job> before = store.job(id);
    if (before.isEmpty()) {
      return new Findings.NotNow("there is no job " + id + " in the table");
    }
    if (!before.get().status().isSettled()) {
      return new Findings.NotNow("job " + id + " is not running: its journals may still get state");
    }
    List<Stored> listed = new ArrayList<>(storage.listExcept(Layout.job(id), Layout.DEAD_LETTERS));
    List<Claimed> claimed = claims.of(id);
    claimed.forEach(one -> listed.addAll(one.files()));
    References references = knowingRetired(reader.read(before.get()), listed);
    Optional<Job> after = store.job(id);
    if (after.isEmpty() || !guards.isSameEpoch().test(before.get(), after.get())) {
      return new Findings.NotNow("a restore of job " + id + " began while its files were read");
    }
    return found(List.copyOf(listed), claimed, references);
  }

  private References knowingRetired(References references, List<Stored> files) {
    return references.with(
        references.withoutJournal(files).stream()
            .filter(store::isRetired)
            .collect(Collectors.toSet()));
  }

  private Findings.Found found(List<Stored> listed, List<Claimed> claimed, References references) {
    Instant now = clock.instant();
    return new Findings.Found(
        listed,
        claimed,
        references,
        file ->
            claimed.stream()
                .filter(one -> one.holds(file.path()))
                .findFirst()
                .map(one -> references.fateOfClaimed(file, one.claim()))
                .orElseGet(
                    () -> references.verdict(file, guards, settings.longestInvocation(), now)));
  }

  public void collect(JobId id) {
    claims.confirm(id, live.of(id));
    if (find(id) instanceof Findings.Found read) {
      expireEntries(read.references());
      References left = read.references().retiring(retire(read.references()));
      // What only the subtasks of this moment referred to may be older retired ones'.
      Findings.Found found = found(read.files(), read.claimed, knowingRetired(left, read.files()));
      List<FilePath> garbage =
          found.files().stream()
              // A look-up is enough here, because who needs a file does not matter.
              .filter(file -> !found.references().isReferred(file.path()))
              .filter(file -> found.verdict(file) instanceof FileVerdict.Abandoned)
              .map(Stored::path)
              .toList();
      Set<FilePath> ofClaims =
          found.claimed.stream()
              .flatMap(one -> one.files().stream())
              .map(Stored::path)
              .collect(Collectors.toSet());
      fanOut.forEach(
          garbage.stream().filter(file -> !ofClaims.contains(file)).toList(), storage::delete);
      found.claimed.forEach(one -> claims.delete(one, garbage));
      settleForks(id, found.references());
    }
  }

  /**
   * Retires the closed subtasks that nothing needs: they take part in nothing until a restore needs
   * them.
   *
   * @return the subtasks that are retired now
   */
  private Set<SubtaskId> retire(References references) {
    Set<SubtaskId> retired = new HashSet<>();
    for (SubtaskId subtask : Retirement.of(references, guards.isUnneeded(), listed)) {
      if (!store.retire(references.job(), subtask, references.counts(subtask))) {
        break;
      }
      retired.add(subtask);
    }
    return retired;
  }

  /** Removes forks and claims whose shared files no longer exist or are no longer needed. */
  private void settleForks(JobId id, References references) {
    references.released().forEach(store::forget);
    if (guards.standsAlone().test(references)) {
      store.forkedFrom(id).ifPresent(fork -> store.release(fork, clock.instant()));
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
