package dev.cairn.coordinator.scrub;

import dev.cairn.coordinator.collecting.Reference;
import dev.cairn.coordinator.collecting.ReferenceReader;
import dev.cairn.coordinator.collecting.References;
import dev.cairn.coordinator.collecting.References.Needed;
import dev.cairn.coordinator.ports.Announcement;
import dev.cairn.damage.Damage;
import dev.cairn.damage.ScrubProgress;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Job;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.StorageException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Periodically reads every file that a job's journals and checkpoints need, and marks damaged
 * files, so that damage is known before a file is needed.
 *
 * <p>Files are read in the order of their paths. The progress is stored, so each run continues
 * where the last one stopped. A file is marked only if it was found damaged twice and is still
 * needed afterwards, because it may be collected while it is read.
 */
public final class Scrubber {
  private final ScrubberPorts ports;
  private final ScrubberSettings settings;
  private final ReferenceReader reader;
  private final FileInspection inspection;

  public Scrubber(ScrubberPorts ports, ScrubberSettings settings) {
    this.ports = ports;
    this.settings = settings;
    this.reader = new ReferenceReader(ports.journal(), ports.checkpoints(), ports.storage());
    this.inspection = new FileInspection(ports.storage(), settings.largestRunInMemory());
  }

  /**
   * Checks the marked files, then continues the round, or begins a new one if the last began an
   * interval ago. Returns at the end of the round or of the time.
   *
   * @param remaining how much of the invocation's time is left
   */
  public void run(JobId id, Supplier<Duration> remaining) {
    Optional<Job> job = ports.checkpoints().job(id);
    if (job.isEmpty()) {
      return;
    }
    References references = reader.read(job.get());
    NavigableMap<FilePath, Needed> needed = references.needed();
    inspectMarked(id, references, remaining);
    Instant now = ports.clock().instant();
    Optional<ScrubProgress> before = ports.damages().progress(id);
    if (before.isPresent() && !isDue(before.get(), now)) {
      return;
    }
    goOn(job.get(), needed, round(before, now), remaining);
  }

  private boolean isDue(ScrubProgress progress, Instant now) {
    return switch (progress) {
      case ScrubProgress.UnderWay u -> true;
      case ScrubProgress.Finished finished ->
          !now.isBefore(finished.begunAt().plus(settings.interval()));
    };
  }

  /** A round in progress: its position, and its findings since the position was stored. */
  private static final class Round {
    private final Instant begunAt;
    private Optional<FilePath> after;
    private long files;
    private long sizeBytes;
    private final List<Needed> suspects = new ArrayList<>();

    Round(Instant begunAt, Optional<FilePath> after, long files, long sizeBytes) {
      this.begunAt = begunAt;
      this.after = after;
      this.files = files;
      this.sizeBytes = sizeBytes;
    }
  }

  private static Round round(Optional<ScrubProgress> before, Instant now) {
    return before.orElse(null) instanceof ScrubProgress.UnderWay underWay
        ? new Round(
            underWay.begunAt(),
            Optional.of(underWay.after()),
            underWay.files(),
            underWay.sizeBytes())
        : new Round(now, Optional.empty(), 0, 0);
  }

  private void goOn(
      Job job, NavigableMap<FilePath, Needed> needed, Round round, Supplier<Duration> remaining) {
    NavigableMap<FilePath, Needed> left =
        round.after.map(path -> needed.tailMap(path, false)).orElse(needed);
    int sinceSave = 0;
    for (Map.Entry<FilePath, Needed> file : left.entrySet()) {
      if (isOver(remaining)) {
        save(job, round);
        return;
      }
      inspect(file.getValue(), round);
      round.after = Optional.of(file.getKey());
      if (++sinceSave == settings.filesBetweenSaves()) {
        save(job, round);
        sinceSave = 0;
      }
    }
    confirm(job, round);
    Instant now = ports.clock().instant();
    ScrubProgress.Finished finished =
        new ScrubProgress.Finished(round.begunAt, round.files, round.sizeBytes, now);
    ports.damages().save(job.id(), finished);
    ports.announcer().announce(new Announcement.Scrubbed(finished, marked(job.id())));
  }

  private boolean isOver(Supplier<Duration> remaining) {
    return remaining.get().compareTo(settings.reserve()) < 0;
  }

  private void inspect(Needed file, Round round) {
    try {
      if (inspection.damage(file).isPresent()) {
        round.suspects.add(file);
      }
      round.files++;
      round.sizeBytes += file.file().sizeBytes();
    } catch (StorageException unavailable) {
      // The failure says nothing about the file. The next round reads it again; this round
      // continues with the others.
      ports.announcer().announce(new Announcement.NotScrubbed(file.file(), unavailable));
    }
  }

  /** Findings are marked before the position is stored, so that no finding is skipped. */
  private void save(Job job, Round round) {
    confirm(job, round);
    if (round.after.isPresent()) {
      ports
          .damages()
          .save(
              job.id(),
              new ScrubProgress.UnderWay(
                  round.begunAt, round.files, round.sizeBytes, round.after.get()));
    }
  }

  /** Marks suspect files that are still needed and are damaged on a second read. */
  private void confirm(Job job, Round round) {
    if (round.suspects.isEmpty()) {
      return;
    }
    References references = reader.read(job);
    NavigableMap<FilePath, Needed> stillNeeded = references.needed();
    Map<FilePath, Damage> known = known(job.id());
    for (Needed suspect : round.suspects) {
      FilePath path = suspect.file().path();
      if (suspect.equals(stillNeeded.get(path))) {
        try {
          Optional<String> what = inspection.damage(suspect);
          if (what.isPresent()) {
            mark(
                job.id(),
                damage(suspect, what.get(), references),
                Optional.ofNullable(known.get(path)));
          }
        } catch (StorageException unavailable) {
          ports.announcer().announce(new Announcement.NotScrubbed(suspect.file(), unavailable));
        }
      }
    }
    round.suspects.clear();
  }

  private Map<FilePath, Damage> known(JobId job) {
    Map<FilePath, Damage> known = new TreeMap<>();
    ports.damages().damages(job).forEach(damage -> known.put(damage.path(), damage));
    return known;
  }

  private Damage damage(Needed file, String what, References references) {
    TreeSet<CheckpointId> checkpoints = new TreeSet<>();
    TreeSet<SubtaskId> subtasks = new TreeSet<>();
    boolean isInJournal = false;
    for (Reference reference : references.to(file.file().path())) {
      switch (reference) {
        case Reference.OfBase base -> {
          subtasks.add(base.subtask());
          isInJournal = true;
        }
        case Reference.OfDelta delta -> {
          subtasks.add(delta.subtask());
          isInJournal = true;
        }
        case Reference.OfMetadata metadata -> checkpoints.add(metadata.checkpoint());
        case Reference.OfSnapshot snapshot -> {
          checkpoints.add(snapshot.checkpoint());
          subtasks.add(snapshot.subtask());
        }
        case Reference.Elsewhere e -> {}
      }
    }
    return new Damage(
        file.file(), what, ports.clock().instant(), checkpoints, subtasks, isInJournal);
  }

  /** Stores the current damage, with the time at which it was first found. */
  private void mark(JobId job, Damage damage, Optional<Damage> before) {
    if (before.isEmpty()) {
      ports.damages().mark(job, damage);
      ports.announcer().announce(new Announcement.FileDamaged(damage, marked(job)));
      return;
    }
    Damage sinceThen = damage.foundAt(before.get().foundAt());
    if (!sinceThen.equals(before.get())) {
      ports.damages().mark(job, sinceThen);
    }
  }

  private int marked(JobId job) {
    return ports.damages().damages(job).size();
  }

  /** Removes the mark of a file that was replaced or is no longer needed. */
  private void inspectMarked(JobId job, References references, Supplier<Duration> remaining) {
    NavigableMap<FilePath, Needed> needed = references.needed();
    for (Damage marked : ports.damages().damages(job)) {
      if (isOver(remaining)) {
        return;
      }
      Optional<Needed> file =
          Optional.ofNullable(needed.get(marked.path()))
              .filter(found -> found.file().equals(marked.file()));
      try {
        Optional<String> what = file.flatMap(inspection::damage);
        if (what.isPresent()) {
          mark(job, damage(file.orElseThrow(), what.get(), references), Optional.of(marked));
        } else {
          ports.damages().unmark(job, marked.path());
          ports.announcer().announce(new Announcement.DamageCleared(marked, marked(job)));
        }
      } catch (StorageException unavailable) {
        ports.announcer().announce(new Announcement.NotScrubbed(marked.file(), unavailable));
      }
    }
  }
}
