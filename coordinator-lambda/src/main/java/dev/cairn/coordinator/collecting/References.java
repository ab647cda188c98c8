package dev.cairn.coordinator.collecting;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.coordinator.collecting.Reference.Part;
import dev.cairn.coordinator.journals.JournalTail;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Claim;
import dev.cairn.job.Fork;
import dev.cairn.job.Job;
import dev.cairn.journal.Entry;
import dev.cairn.journal.EntryFormat;
import dev.cairn.state.Ancestry;
import dev.cairn.state.Counts;
import dev.cairn.state.Payload;
import dev.cairn.state.RunRef;
import dev.cairn.state.StateHandle;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.FileStorage.Stored;
import dev.cairn.storage.Layout;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All references to a job's files that were read at one time, and the conclusions from them: a pure
 * function of the data read.
 *
 * <p>Whether a file is referenced is a look-up, because collection checks every file. Who refers to
 * it is found by a scan, because only people want to know it, for one file at a time.
 */
public final class References {
  private final Job job;
  private final SortedMap<SubtaskId, JournalTail> tails;
  private final List<Checkpoint> checkpoints;
  private final List<Held> held;
  private final List<Shared> shared;
  private final Set<SubtaskId> retired;
  private final Ancestry<SubtaskId> ancestry;
  private final Set<FilePath> ofJournals = new HashSet<>();
  private final Set<FilePath> ofCheckpoints = new HashSet<>();
  private final Set<FilePath> ofForks = new HashSet<>();

  /**
   * A retained or pending checkpoint and the files that it names.
   *
   * @param metadata the file that names the rest; without size and hash while it is pending
   * @param unreadable files with further references that are missing or altered
   */
  record Held(
      Checkpoint checkpoint,
      FilePath metadata,
      Optional<FileRef> written,
      List<Snapshot> snapshots,
      List<FileRef> unreadable) {
    Held {
      snapshots = List.copyOf(snapshots);
      unreadable = List.copyOf(unreadable);
    }

    CheckpointId id() {
      return checkpoint.id();
    }

    boolean isPending() {
      return checkpoint instanceof Checkpoint.Pending;
    }
  }

  /** A subtask's state in a checkpoint; its runs are unknown if the state file cannot be read. */
  record Snapshot(SubtaskId subtask, FileRef stateFile, List<FileRef> runs) {}

  /**
   * A fork and the files that its checkpoint names; none if the fork is released.
   *
   * @param metadata the file that names the rest, if it is needed
   * @param unreadable files with further references that are missing or altered
   */
  record Shared(
      Fork fork, Optional<FileRef> metadata, List<Snapshot> snapshots, List<FileRef> unreadable) {
    Shared {
      snapshots = List.copyOf(snapshots);
      unreadable = List.copyOf(unreadable);
    }

    List<FileRef> files() {
      List<FileRef> files = new ArrayList<>(metadata.stream().toList());
      for (Snapshot snapshot : snapshots) {
        files.add(snapshot.stateFile());
        files.addAll(snapshot.runs());
      }
      return files;
    }
  }

  References(
      Job job,
      SortedMap<SubtaskId, JournalTail> tails,
      List<Checkpoint> checkpoints,
      List<Held> held,
      List<Shared> shared) {
    this(job, tails, checkpoints, held, shared, Set.of());
  }

  private References(
      Job job,
      SortedMap<SubtaskId, JournalTail> tails,
      List<Checkpoint> checkpoints,
      List<Held> held,
      List<Shared> shared,
      Set<SubtaskId> retired) {
    this.job = job;
    this.retired = Set.copyOf(retired);
    this.tails = tails;
    Map<SubtaskId, List<SubtaskId>> parents = new TreeMap<>();
    tails.values().forEach(tail -> parents.put(tail.subtask(), tail.parents()));
    this.ancestry = new Ancestry<>(parents);
    this.checkpoints = List.copyOf(checkpoints);
    this.held = List.copyOf(held);
    this.shared = List.copyOf(shared);
    for (JournalTail tail : tails.values()) {
      needed(tail).forEach(file -> ofJournals.add(file.path()));
    }
    for (Held one : held) {
      ofCheckpoints.add(one.metadata());
      for (Snapshot snapshot : one.snapshots()) {
        ofCheckpoints.add(snapshot.stateFile().path());
        snapshot.runs().forEach(run -> ofCheckpoints.add(run.path()));
      }
    }
    shared.forEach(one -> one.files().forEach(file -> ofForks.add(file.path())));
  }

  /** The files that make a journal's state. */
  private static List<FileRef> needed(JournalTail tail) {
    List<FileRef> files = new ArrayList<>();
    StateHandle handle = tail.base().handle();
    handle.stateFile().ifPresent(files::add);
    handle.manifest().runs().stream().map(RunRef::file).forEach(files::add);
    for (Entry entry : tail.sinceBase()) {
      delta(entry).ifPresent(files::add);
    }
    return files;
  }

  private static Optional<FileRef> delta(Entry entry) {
    return entry instanceof Entry.Advanced advanced
            && advanced.delta() instanceof Payload.Stored stored
        ? Optional.of(stored.file())
        : Optional.empty();
  }

  /** Returns a copy in which these subtasks, whose journals were not read, are known as retired. */
  References with(Set<SubtaskId> known) {
    Set<SubtaskId> all = new HashSet<>(retired);
    all.addAll(known);
    return new References(job, tails, checkpoints, held, shared, all);
  }

  /** Returns a copy in which these subtasks are retired, so that their journals need no file. */
  References retiring(Set<SubtaskId> now) {
    SortedMap<SubtaskId, JournalTail> left = new TreeMap<>(tails);
    left.keySet().removeAll(now);
    Set<SubtaskId> all = new HashSet<>(retired);
    all.addAll(now);
    return new References(job, left, checkpoints, held, shared, all);
  }

  Job job() {
    return job;
  }

  /** The journals that were read, by subtask. */
  Collection<JournalTail> tails() {
    return tails.values();
  }

  /**
   * Returns the relation of the subtasks by splits and merges, according to the journals that were
   * read.
   */
  Ancestry<SubtaskId> ancestry() {
    return ancestry;
  }

  /** Returns a subtask's journal if it was read. */
  Optional<JournalTail> tail(SubtaskId subtask) {
    return Optional.ofNullable(tails.get(subtask));
  }

  /** Returns what a subtask has counted whose journal was read. */
  Counts counts(SubtaskId subtask) {
    return tail(subtask).map(tail -> tail.head().counts()).orElse(Counts.NONE);
  }

  /** The retained and pending checkpoints. */
  List<Held> held() {
    return held;
  }

  /** Returns the subtasks of a job's files whose journals were not read. */
  Set<SubtaskId> withoutJournal(Collection<Stored> files) {
    return files.stream()
        .filter(file -> !isReferred(file.path()))
        .flatMap(file -> Layout.parse(file.path()).stream())
        .map(Layout.Owned::subtask)
        .filter(subtask -> !tails.containsKey(subtask))
        .collect(Collectors.toSet());
  }

  /** Whether anything refers to the file. */
  public boolean isReferred(FilePath path) {
    return ofJournals.contains(path) || ofCheckpoints.contains(path) || ofForks.contains(path);
  }

  /** Whether a journal's head needs the file: without it, its shard cannot go on. */
  public boolean isNeededByJournals(FilePath path) {
    return ofJournals.contains(path);
  }

  public boolean isNeededByCheckpoints(FilePath path) {
    return ofCheckpoints.contains(path);
  }

  /**
   * Returns a file with references that cannot be read; empty if there is none. A savepoint names
   * nothing outside its own directory, which its owner may have deleted.
   */
  Optional<FileRef> unreadable() {
    return Stream.concat(
            held.stream()
                .filter(one -> !one.checkpoint().isSavepoint())
                .flatMap(one -> one.unreadable().stream()),
            shared.stream().flatMap(one -> one.unreadable().stream()))
        .findFirst();
  }

  /** Returns the forks that no longer need any file. */
  List<Fork> released() {
    return shared.stream().map(Shared::fork).filter(Fork::isReleased).toList();
  }

  /**
   * Whether no journal, checkpoint or fork of this job refers to another job's files. A savepoint's
   * files are its own.
   */
  boolean needsOnlyItsOwn() {
    Stream<FilePath> ofCheckpoints =
        held.stream()
            .filter(one -> !one.checkpoint().isSavepoint())
            .flatMap(one -> one.snapshots().stream())
            .flatMap(one -> Stream.concat(Stream.of(one.stateFile()), one.runs().stream()))
            .map(FileRef::path);
    return unreadable().isEmpty()
        && Stream.of(ofJournals.stream(), ofForks.stream(), ofCheckpoints)
            .flatMap(files -> files)
            .allMatch(file -> Layout.isOwn(job.id(), file));
  }

  /** Returns all references to the file, journals first. */
  public List<Reference> to(FilePath path) {
    List<Reference> found = new ArrayList<>();
    for (JournalTail tail : tails.values()) {
      ofTail(found, tail, path);
    }
    for (Held one : held) {
      ofCheckpoint(found, one, path);
    }
    for (Shared one : shared) {
      if (one.files().stream().anyMatch(file -> file.path().equals(path))) {
        found.add(new Reference.Elsewhere("the fork " + one.fork().child()));
      }
    }
    return found;
  }

  private static void ofTail(List<Reference> found, JournalTail tail, FilePath path) {
    Entry.Base base = tail.base();
    part(base.handle().stateFile(), runs(base.handle()), path)
        .ifPresent(
            part ->
                found.add(
                    new Reference.OfBase(
                        tail.subtask(), base.revision(), EntryFormat.kind(base), part)));
    for (Entry entry : tail.sinceBase()) {
      if (delta(entry).filter(file -> file.path().equals(path)).isPresent()) {
        found.add(new Reference.OfDelta(tail.subtask(), entry.revision()));
      }
    }
  }

  private static void ofCheckpoint(List<Reference> found, Held one, FilePath path) {
    if (one.metadata().equals(path)) {
      found.add(new Reference.OfMetadata(one.id(), one.isPending()));
    }
    for (Snapshot snapshot : one.snapshots()) {
      part(Optional.of(snapshot.stateFile()), snapshot.runs(), path)
          .ifPresent(
              part ->
                  found.add(
                      new Reference.OfSnapshot(
                          one.id(), one.isPending(), snapshot.subtask(), part)));
    }
  }

  private static Optional<Part> part(
      Optional<FileRef> stateFile, List<FileRef> runs, FilePath path) {
    if (stateFile.filter(file -> file.path().equals(path)).isPresent()) {
      return Optional.of(Part.STATE_FILE);
    }
    return runs.stream().anyMatch(run -> run.path().equals(path))
        ? Optional.of(Part.RUN)
        : Optional.empty();
  }

  static List<FileRef> runs(StateHandle handle) {
    return handle.manifest().runs().stream().map(RunRef::file).toList();
  }

  /**
   * Returns every needed file whose content is known, by path; the scrubber reads these. The
   * metadata of a pending checkpoint, and files named only by an unreadable file, are not included.
   */
  public NavigableMap<FilePath, Needed> needed() {
    NavigableMap<FilePath, Needed> files = new TreeMap<>();
    for (JournalTail tail : tails.values()) {
      runs(tail.base().handle()).forEach(run -> files.put(run.path(), new Needed(run, Form.RUN)));
      tail.base()
          .handle()
          .stateFile()
          .ifPresent(file -> files.put(file.path(), new Needed(file, Form.OTHER)));
      tail.sinceBase().stream()
          .flatMap(entry -> delta(entry).stream())
          .forEach(file -> files.put(file.path(), new Needed(file, Form.OTHER)));
    }
    for (Shared one : shared) {
      one.metadata().ifPresent(file -> put(files, file, Form.OTHER));
      one.snapshots().forEach(snapshot -> put(files, snapshot));
    }
    for (Held one : held) {
      one.written().ifPresent(file -> files.put(file.path(), new Needed(file, Form.OTHER)));
      one.snapshots().forEach(snapshot -> put(files, snapshot));
    }
    return files;
  }

  private static void put(Map<FilePath, Needed> files, Snapshot snapshot) {
    put(files, snapshot.stateFile(), Form.OTHER);
    snapshot.runs().forEach(run -> put(files, run, Form.RUN));
  }

  private static void put(Map<FilePath, Needed> files, FileRef file, Form form) {
    files.put(file.path(), new Needed(file, form));
  }

  /** A needed file, as it was written. */
  public record Needed(FileRef file, Form form) {}

  /** The checks of a file in addition to size and hash. */
  public enum Form {
    /** Each of its blocks has a checksum. */
    RUN,
    OTHER
  }

  /**
   * Returns the verdict on a stored file.
   *
   * @param longestInvocation no file younger than this is deleted
   */
  FileVerdict verdict(
      Stored file, CollectionGuards guards, Duration longestInvocation, Instant now) {
    FilePath path = file.path();
    if (isReferred(path)) {
      return new FileVerdict.Referred(to(path));
    }
    Optional<Layout.Owned> owned = Layout.parse(path);
    Optional<CheckpointId> checkpoint = Layout.parseMetadata(path);
    if (owned.isEmpty() && checkpoint.isEmpty()) {
      return Layout.isDeadLetter(path) ? new FileVerdict.DeadLetter() : new FileVerdict.Foreign();
    }
    Optional<FileRef> unreadable = unreadable();
    if (unreadable.isPresent()) {
      return new FileVerdict.Unclear(unreadable.get().path());
    }
    FileVerdict unlessYoung =
        owned.isPresent() ? ofOwned(owned.get(), guards) : ofMetadata(checkpoint.get(), guards);
    return unlessYoung instanceof FileVerdict.Abandoned(FileVerdict.Ending ending)
            && !guards.isOld().test(file, longestInvocation, now)
        ? new FileVerdict.TooYoung(ending, file.lastModified().plus(longestInvocation))
        : unlessYoung;
  }

  /** Returns the verdict on a file of a confirmed claim, to which only this job refers. */
  FileVerdict fateOfClaimed(Stored file, Claim claim) {
    if (isReferred(file.path())) {
      return new FileVerdict.Referred(to(file.path()));
    }
    return unreadable()
        .<FileVerdict>map(unreadable -> new FileVerdict.Unclear(unreadable.path()))
        .orElseGet(
            () ->
                new FileVerdict.Abandoned(
                    new FileVerdict.Ending.Claimed(claim.directory(), claim.epoch())));
  }

  private FileVerdict ofOwned(Layout.Owned file, CollectionGuards guards) {
    Optional<JournalTail> found = tail(file.subtask());
    if (found.isEmpty()) {
      return retired.contains(file.subtask())
          ? new FileVerdict.Abandoned(new FileVerdict.Ending.Retired(file.subtask()))
          : new FileVerdict.WithoutJournal(file.subtask());
    }
    JournalTail tail = found.get();
    if (isForAnEndedCheckpoint(file, tail, guards)) {
      return new FileVerdict.Abandoned(
          new FileVerdict.Ending.CheckpointOver(file.entry(), tail.base().revision()));
    }
    if (!guards.isAbandoned().test(file, tail)) {
      return new FileVerdict.MayBeCommitted(
          file.subtask(), file.entry(), file.base(), tail.head().revision());
    }
    Entry by = tail.overtaking(file.base()).orElse(tail.base());
    return new FileVerdict.Abandoned(
        new FileVerdict.Ending.Overtaken(
            file.entry(), file.base(), by.revision(), EntryFormat.kind(by)));
  }

  /**
   * Whether a file was prepared of a closed shard, whose journal does not go on: it belongs to an
   * acknowledgement, and every checkpoint that was triggered there is over.
   */
  private boolean isForAnEndedCheckpoint(
      Layout.Owned file, JournalTail tail, CollectionGuards guards) {
    return tail.isClosed()
        && !tail.base().revision().isAfter(file.base())
        && tail.triggered().stream()
            .allMatch(
                id -> isCompleted(id) || guards.isMetadataAbandoned().test(id, job, checkpoints));
  }

  /** A completed checkpoint has its acknowledgements, and refers to their files by itself. */
  private boolean isCompleted(CheckpointId id) {
    return checkpoints.stream()
        .filter(Checkpoint.Completed.class::isInstance)
        .anyMatch(checkpoint -> checkpoint.id().equals(id));
  }

  private FileVerdict ofMetadata(CheckpointId id, CollectionGuards guards) {
    if (!guards.isMetadataAbandoned().test(id, job, checkpoints)) {
      return new FileVerdict.NotOver(id);
    }
    String how =
        checkpoints.stream()
            .filter(checkpoint -> checkpoint.id().equals(id))
            .findFirst()
            .map(References::ending)
            .orElse("has ended and was deleted");
    return new FileVerdict.Abandoned(new FileVerdict.Ending.Over(id, how));
  }

  private static String ending(Checkpoint checkpoint) {
    return switch (checkpoint) {
      case Checkpoint.Pending p -> "is pending";
      case Checkpoint.Completed c -> "is completed";
      case Checkpoint.Aborted aborted -> "was aborted (" + aborted.failure() + ")";
      case Checkpoint.Subsumed(Checkpoint.Completed c, Checkpoint.Subsumed.End end) ->
          switch (end) {
            case SUBSUMED -> "was subsumed by later ones";
            case DISPOSED -> "was disposed of";
            case CLAIMED -> "was claimed by a restore";
          };
    };
  }
}
