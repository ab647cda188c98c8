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
 * Reads every file that a job's journals and checkpoints need, again and again, and marks those
 * that are not what was written, so that it is known before somebody needs them.
 *
 * <p>Goes through the files by path. How far it got is stored, so each run goes on where the last
 * one stopped, whyever it did. Marks nothing but what it has read twice, and what is still needed
 * afterwards: a file may be collected while it is looked at.
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
   * Looks at what is marked, then goes on with the round, or begins one if the last began an
   * interval ago; ends with the round, or when the time is up.
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

  /** A round as it goes on: how far it is, and what it has found since that was stored. */
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
    } catch (StorageException unanswered) {
      // It says nothing of the file. The next round reads it again; the others are read in this
      // one.
      ports.announcer().announce(new Announcement.NotScrubbed(file.file(), unanswered));
    }
  }

  /** In this order: what was passed over is found, or marked, before nobody looks there again. */
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

  /** Marks those suspects that somebody still needs and that are damaged at a second look. */
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
        } catch (StorageException unanswered) {
          ports.announcer().announce(new Announcement.NotScrubbed(suspect.file(), unanswered));
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

  /** Says what is the case now, and since when something is. */
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

  /** A file that was put back, or that nobody needs any more, loses its mark at once. */
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
      } catch (StorageException unanswered) {
        ports.announcer().announce(new Announcement.NotScrubbed(marked.file(), unanswered));
      }
    }
  }
}
