package dev.cairn.coordinator.restoring;

import dev.cairn.id.Position;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Restoration;
import dev.cairn.storage.FileRef;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The effects that a restore would have.
 *
 * @param from the source of the restore
 * @param checked the existing files, with the expected size and checksum
 * @param states the comparison of the states with the job's code
 * @param marks how many files of the job are marked as damaged; none of them is needed here
 * @param replays the replay of each subtask, by subtask
 * @param streamUnread why the stream could not be read, so that the retention is not known
 */
public record PreflightReport(
    Restoration from,
    List<Checked> checked,
    StateComparison states,
    int marks,
    List<Replay> replays,
    Optional<String> streamUnread) {
  public PreflightReport {
    checked = List.copyOf(checked);
    replays = List.copyOf(replays);
  }

  /** The role of a file in the checkpoint. */
  public enum Kind {
    STATE,
    RUN
  }

  /** A checked file. */
  public record Checked(Kind kind, FileRef file) {}

  /**
   * The replay of one subtask, from the restored position to the frontier.
   *
   * @param sources the subtasks of the checkpoint whose state it gets, by name; empty if it begins
   *     without state
   * @param isOpened whether the job has opened the shard; otherwise the restore does
   * @param from its restored position
   * @param frontier the furthest position that it has ever had
   * @param records how many records would be applied again; a lower bound while an earlier restore
   *     is in progress, or if there are very many
   * @param stream the time from the arrival of the first of these records until now; empty if there
   *     are none, or the stream was not read
   * @param margin how long the stream still keeps the first needed record; likewise
   */
  public record Replay(
      SubtaskId subtask,
      List<String> sources,
      boolean isOpened,
      Position from,
      Position frontier,
      long records,
      Optional<Duration> stream,
      Optional<Duration> margin) {
    public Replay {
      sources = List.copyOf(sources);
    }
  }

  public long sizeBytes() {
    return checked.stream().mapToLong(one -> one.file().sizeBytes()).sum();
  }

  public long records() {
    return replays.stream().mapToLong(Replay::records).sum();
  }

  /** Returns the longest of the subtasks' times; subtasks replay in parallel. */
  public Optional<Duration> stream() {
    return replays.stream().flatMap(replay -> replay.stream().stream()).max(Duration::compareTo);
  }

  /** Returns the shortest margin; after it, this restore is no longer possible. */
  public Optional<Duration> margin() {
    return replays.stream().flatMap(replay -> replay.margin().stream()).min(Duration::compareTo);
  }
}
