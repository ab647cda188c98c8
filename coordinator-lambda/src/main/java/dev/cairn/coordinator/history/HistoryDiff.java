package dev.cairn.coordinator.history;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.Failure;
import dev.cairn.coordinator.ports.Announcement;
import dev.cairn.history.History;
import dev.cairn.history.HistoryLine;
import dev.cairn.history.HistoryLine.Kind;
import dev.cairn.history.HistoryMark;
import dev.cairn.id.CheckpointId;
import dev.cairn.job.Halt;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Request;
import dev.cairn.job.Restoration;
import dev.cairn.settings.Configuration;
import dev.cairn.settings.Options;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Computes the missing lines of a job's history: a pure function of the job's current state and its
 * state when the last line was written. If a coordinator stops before it writes a line, the next
 * tick adds it.
 */
final class HistoryDiff {
  private static final String NEW = "new";
  // Subtasks that fail at the same time mostly fail for one reason.
  private static final int MOST_FAILING = 3;
  // One line each for a refusal, a status, a request, the deployed versions, and failures that
  // begin or end.
  private static final int OTHER_CHANGES = 8 + 2 * MOST_FAILING;

  /**
   * The observations of a tick in addition to the job's item.
   *
   * @param versions the deployed versions of the job
   * @param failing the subtasks that fail, by name; empty while the job is halted, because no
   *     subtask is retried then
   */
  record Observed(
      SortedMap<String, String> versions, Optional<SortedMap<String, Failure>> failing) {}

  /**
   * The lines to record.
   *
   * @param isAll whether the history is complete afterwards; one write holds a limited number of
   *     lines
   */
  record Missing(HistoryMark mark, List<HistoryLine> lines, boolean isAll) {}

  /**
   * Returns the missing lines; empty if none is missing.
   *
   * @param mark empty for a job without a history, which begins with the current state
   * @param checkpoints the checkpoints from the mark's next id on, read after the job
   * @param seen empty if nothing was observed
   * @param request the request that was on the item just before the job was read
   */
  Optional<Missing> missing(
      Optional<HistoryMark> mark,
      Job job,
      List<Checkpoint> checkpoints,
      Optional<Observed> seen,
      Optional<Request> request,
      Instant now) {
    HistoryMark before = mark.orElseGet(() -> beginning(job));
    List<HistoryLine> lines = new ArrayList<>();
    List<Checkpoint> ended = ended(before, checkpoints);
    List<Checkpoint> recorded = ended.subList(0, Math.min(ended.size(), room()));
    recorded.forEach(checkpoint -> lines.add(end(checkpoint)));
    boolean isAll = recorded.size() == ended.size();
    HistoryMark after =
        isAll
            ? at(before, job, checkpoints, recorded, seen)
            : withEnded(before, job, checkpoints, recorded);
    if (isAll) {
      lines.addAll(changes(mark, before, job, after, request, now));
      seen.flatMap(Observed::failing)
          .ifPresent(failing -> lines.addAll(ofFailing(before, job, after, failing, now)));
    }
    if (after.equals(before) && lines.isEmpty() && mark.isPresent()) {
      return Optional.empty();
    }
    return Optional.of(new Missing(after.withVersion(before.version() + 1), lines, isAll));
  }

  /** Returns how many checkpoints one write can hold together with all settings. */
  private static int room() {
    return History.LARGEST_RECORD - Options.all().size() - OTHER_CHANGES;
  }

  private static HistoryMark beginning(Job job) {
    return new HistoryMark(
        0,
        job.epoch(),
        job.status().label(),
        new CheckpointId(1),
        new TreeSet<>(),
        Optional.empty(),
        settings(job),
        Collections.emptySortedMap(),
        Collections.emptySortedMap());
  }

  private static List<Checkpoint> ended(HistoryMark mark, List<Checkpoint> checkpoints) {
    return checkpoints.stream()
        .filter(checkpoint -> !mark.next().isAfter(checkpoint.id()))
        .filter(checkpoint -> !mark.beyond().contains(checkpoint.id()))
        .filter(checkpoint -> !(checkpoint instanceof Checkpoint.Pending))
        .toList();
  }

  private static HistoryMark at(
      HistoryMark before,
      Job job,
      List<Checkpoint> checkpoints,
      List<Checkpoint> recorded,
      Optional<Observed> seen) {
    HistoryMark ended = withEnded(before, job, checkpoints, recorded);
    return new HistoryMark(
        before.version(),
        job.epoch(),
        job.status().label(),
        ended.next(),
        ended.beyond(),
        job.refusal(),
        settings(job),
        seen.map(Observed::versions).orElse(before.versions()),
        seen.flatMap(Observed::failing)
            .map(failing -> failing(before, failing))
            .orElse(before.failing()));
  }

  /** Keeps failures that already have a line and still fail, and others up to the limit. */
  private static SortedMap<String, String> failing(
      HistoryMark before, SortedMap<String, Failure> now) {
    SortedMap<String, String> failing = new TreeMap<>();
    Stream.concat(
            now.entrySet().stream().filter(one -> before.failing().containsKey(one.getKey())),
            now.entrySet().stream())
        .distinct()
        .limit(MOST_FAILING)
        .forEach(one -> failing.put(one.getKey(), one.getValue().reason().name()));
    return failing;
  }

  /** Ids are assigned in order, so all checkpoints below the first unfinished one are recorded. */
  private static HistoryMark withEnded(
      HistoryMark before, Job job, List<Checkpoint> checkpoints, List<Checkpoint> recorded) {
    SortedSet<CheckpointId> beyond = new TreeSet<>(before.beyond());
    recorded.forEach(checkpoint -> beyond.add(checkpoint.id()));
    CheckpointId next =
        checkpoints.stream()
            .map(Checkpoint::id)
            .filter(id -> !before.next().isAfter(id) && !beyond.contains(id))
            .filter(id -> job.next().isAfter(id))
            .min(CheckpointId::compareTo)
            .orElse(after(job, beyond));
    if (before.next().isAfter(next)) {
      next = before.next();
    }
    return new HistoryMark(
        before.version(),
        before.epoch(),
        before.status(),
        next,
        beyond.tailSet(next),
        before.refusal(),
        before.settings(),
        before.versions(),
        before.failing());
  }

  /**
   * Returns the first id that is not recorded, where all below the job's next one are. The
   * checkpoints are read after the job, so there may be later ones among them; but one that began
   * and ended in between may be missing there, so the mark does not pass the job's next id.
   */
  private static CheckpointId after(Job job, SortedSet<CheckpointId> beyond) {
    CheckpointId next = job.next();
    while (beyond.contains(next)) {
      next = next.next();
    }
    return next;
  }

  private static HistoryLine end(Checkpoint checkpoint) {
    return switch (checkpoint) {
      case Checkpoint.Completed completed -> end(completed);
      case Checkpoint.Subsumed subsumed -> end(subsumed.completed());
      case Checkpoint.Aborted aborted ->
          end(
              aborted,
              Kind.ABORTED,
              aborted.abortedAt(),
              "was aborted: " + aborted.failure() + "; " + aborted.failure().reason().advice());
      case Checkpoint.Pending pending ->
          throw new IllegalArgumentException("checkpoint " + pending.id() + " is not over");
    };
  }

  private static HistoryLine end(Checkpoint.Completed completed) {
    return end(
        completed,
        Kind.COMPLETED,
        completed.completedAt(),
        "is complete after "
            + completed.duration().toMillis()
            + " ms, with "
            + completed.fullSizeBytes()
            + " bytes, "
            + completed.incrementalSizeBytes()
            + " of them new");
  }

  private static HistoryLine end(Checkpoint checkpoint, Kind kind, Instant at, String what) {
    return new HistoryLine(
        at,
        kind,
        checkpoint.id().toString(),
        checkpoint.trigger().epoch(),
        Optional.of(checkpoint.id()),
        Optional.of(checkpoint.trigger().cause()),
        (checkpoint.isSavepoint() ? "savepoint " : "checkpoint ") + checkpoint.id() + " " + what);
  }

  private static List<HistoryLine> changes(
      Optional<HistoryMark> mark,
      HistoryMark before,
      Job job,
      HistoryMark after,
      Optional<Request> request,
      Instant now) {
    List<HistoryLine> lines = new ArrayList<>();
    Optional<String> cause = request.filter(last -> !job.hasRequest(last)).map(Request::command);
    boolean isRefused = !after.refusal().equals(before.refusal()) && after.refusal().isPresent();
    if (isRefused) {
      lines.add(refused(job, after.refusal().get()));
    }
    if (mark.isPresent()) {
      lines.addAll(ofStatus(before, job, after, isRefused ? Optional.empty() : cause, now));
      lines.addAll(ofSettings(before, job, after, now));
    }
    lines.addAll(ofVersions(before, job, after, now));
    if (cause.isPresent() && lines.isEmpty()) {
      lines.add(
          line(job, now, Kind.SERVED, cause.get(), cause, "\"" + cause.get() + "\" was served"));
    }
    return lines;
  }

  private static HistoryLine refused(Job job, Job.Refusal refusal) {
    return line(
        job,
        refusal.at(),
        Kind.REFUSED,
        refusal.request(),
        Optional.of(refusal.request()),
        "\"" + refusal.request() + "\" was refused: " + refusal.reason());
  }

  private static List<HistoryLine> ofStatus(
      HistoryMark before, Job job, HistoryMark after, Optional<String> cause, Instant now) {
    boolean isSameEpoch = before.epoch().equals(after.epoch());
    if (isSameEpoch && before.status().equals(after.status())) {
      return List.of();
    }
    String epoch = "epoch " + before.epoch() + " → " + after.epoch();
    return switch (job.status()) {
      case JobStatus.Restoring(Restoration from) ->
          isSameEpoch ? List.of() : List.of(restoring(job, from, epoch, cause, now));
      case JobStatus.Replaying(Restoration from) ->
          isSameEpoch ? List.of() : List.of(restoring(job, from, epoch, cause, now));
      case JobStatus.Suspending(Halt to) ->
          List.of(
              ofEpoch(
                  job,
                  now,
                  Kind.HALT_BEGUN,
                  cause,
                  "the job is to be " + to.label() + ", " + epoch));
      case JobStatus.Halted(Halt halt) -> List.of(halted(job, halt, cause, now));
      case JobStatus.Resuming r ->
          List.of(ofEpoch(job, now, Kind.RESUME_BEGUN, cause, "the job is to run again, " + epoch));
      case JobStatus.Running r -> List.of(running(before, job, isSameEpoch, epoch, now));
    };
  }

  private static HistoryLine restoring(
      Job job, Restoration from, String epoch, Optional<String> cause, Instant now) {
    return new HistoryLine(
        now,
        Kind.RESTORE_BEGUN,
        job.epoch().toString(),
        job.epoch(),
        from.own(),
        cause,
        "the job is restored to " + from.name() + from.passedOverText() + ", " + epoch);
  }

  private static HistoryLine halted(Job job, Halt halt, Optional<String> cause, Instant now) {
    String status = halt.label();
    return switch (halt) {
      case Halt.Failed(Failure failure) ->
          halted(
              job,
              now,
              Kind.FAILED,
              status,
              Optional.empty(),
              cause,
              ": " + failure + "; " + failure.reason().advice());
      case Halt.Stopped(CheckpointId savepoint) ->
          halted(
              job,
              now,
              Kind.HALTED,
              status,
              Optional.of(savepoint),
              cause,
              " with savepoint " + savepoint);
      case Halt.Cancelled c -> halted(job, now, Kind.HALTED, status, Optional.empty(), cause, "");
      case Halt.Stopping s -> halted(job, now, Kind.HALTED, status, Optional.empty(), cause, "");
    };
  }

  private static HistoryLine halted(
      Job job,
      Instant now,
      Kind kind,
      String status,
      Optional<CheckpointId> savepoint,
      Optional<String> cause,
      String more) {
    return new HistoryLine(
        now,
        kind,
        job.epoch() + " " + status,
        job.epoch(),
        savepoint,
        cause,
        "the job is " + status + more);
  }

  private static HistoryLine running(
      HistoryMark before, Job job, boolean isSameEpoch, String epoch, Instant now) {
    if (!isSameEpoch) {
      return ofEpoch(
          job,
          now,
          Kind.UNSEEN,
          Optional.empty(),
          "the job runs, " + epoch + "; what happened in between was not recorded");
    }
    boolean wasRestored =
        before.status().equals("RESTORING") || before.status().equals("REPLAYING");
    return wasRestored
        ? ofEpoch(
            job,
            now,
            Kind.RESTORED,
            Optional.empty(),
            "every shard has replayed the records that the restore had reverted")
        : ofEpoch(job, now, Kind.RESUMED, Optional.empty(), "the job runs again");
  }

  private static HistoryLine ofEpoch(
      Job job, Instant now, Kind kind, Optional<String> cause, String text) {
    return line(job, now, kind, job.epoch().toString(), cause, text);
  }

  private static List<HistoryLine> ofSettings(
      HistoryMark before, Job job, HistoryMark after, Instant now) {
    List<HistoryLine> lines = new ArrayList<>();
    for (Configuration.Setting<?> setting : job.settings().configuration().all()) {
      String name = setting.option().name();
      Optional<String> old = Optional.ofNullable(before.settings().get(name));
      if (!old.equals(Optional.ofNullable(after.settings().get(name)))) {
        String place =
            setting.place().map(where -> "set in " + where).orElse("set nowhere any more");
        lines.add(
            line(
                job,
                now,
                Kind.SETTING_CHANGED,
                name,
                Optional.empty(),
                name + ": " + old.orElse("the default") + " → " + setting.text() + ", " + place));
      }
    }
    return lines;
  }

  private static List<HistoryLine> ofVersions(
      HistoryMark before, Job job, HistoryMark after, Instant now) {
    List<HistoryLine> lines = new ArrayList<>();
    for (Map.Entry<String, String> version : after.versions().entrySet()) {
      String old = before.versions().getOrDefault(version.getKey(), NEW);
      if (!old.equals(version.getValue())) {
        lines.add(
            line(
                job,
                now,
                Kind.DEPLOYED,
                version.getKey(),
                Optional.empty(),
                version.getKey() + ": " + old + " → " + version.getValue()));
      }
    }
    return lines;
  }

  private static List<HistoryLine> ofFailing(
      HistoryMark before,
      Job job,
      HistoryMark after,
      SortedMap<String, Failure> failing,
      Instant now) {
    List<HistoryLine> lines = new ArrayList<>();
    int others = failing.size() - after.failing().size();
    failing.forEach(
        (name, failure) -> {
          String reason = failure.reason().name();
          if (after.failing().containsKey(name) && !reason.equals(before.failing().get(name))) {
            lines.add(
                line(
                    job,
                    now,
                    Kind.SUBTASK_FAILING,
                    name,
                    Optional.empty(),
                    failure
                        + "; "
                        + failure.reason().advice()
                        + (others == 0 ? "" : " (" + others + " more subtasks fail)")));
          }
        });
    before.failing().keySet().stream()
        .filter(name -> !failing.containsKey(name))
        .forEach(
            name ->
                lines.add(
                    line(
                        job,
                        now,
                        Kind.SUBTASK_RECOVERED,
                        name,
                        Optional.empty(),
                        name + " no longer fails")));
    return lines;
  }

  private static HistoryLine line(
      Job job, Instant at, Kind kind, String subject, Optional<String> cause, String text) {
    return new HistoryLine(at, kind, subject, job.epoch(), Optional.empty(), cause, text);
  }

  private static SortedMap<String, String> settings(Job job) {
    SortedMap<String, String> texts = new TreeMap<>();
    job.settings()
        .configuration()
        .differingFrom(Configuration.DEFAULTS)
        .forEach(setting -> texts.put(setting.option().name(), setting.text()));
    return texts;
  }

  /** Whether the history has a line for this announcement. */
  boolean concerns(Announcement announcement) {
    return switch (announcement) {
      case Announcement.Completed c -> true;
      case Announcement.Aborted a -> true;
      case Announcement.RestoreBegun r -> true;
      case Announcement.RestoreFinished r -> true;
      case Announcement.Refused r -> true;
      case Announcement.Halted h -> true;
      case Announcement.Resumed r -> true;
      case Announcement.Triggered t -> false;
      case Announcement.AcksRequested a -> false;
      case Announcement.InProgress p -> false;
      case Announcement.Health h -> false;
      case Announcement.Resharding r -> false;
      // A request is recorded when it is executed, by its changes.
      case Announcement.Accepted a -> false;
      case Announcement.Postponed p -> false;
      case Announcement.Moved m -> true;
      case Announcement.FileDamaged d -> false;
      case Announcement.DamageCleared d -> false;
      case Announcement.MappingChecked m -> false;
      case Announcement.NotScrubbed n -> false;
      case Announcement.Scrubbed s -> false;
    };
  }
}
