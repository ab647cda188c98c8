package dev.cairn.coordinator.restoring;

import dev.cairn.id.Position;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Restoration;
import dev.cairn.storage.FileRef;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a restore would do, found out without doing it.
 *
 * @param from what would be restored
 * @param checked the files that are there, with the size and the checksum that they should have
 * @param states how the states fit the job's code
 * @param marks how many files of the job a scrubber has found damaged; none of these is needed here
 * @param replays what each subtask would apply again, by subtask
 * @param streamUnread why the stream could not be asked; how far its records reach is not known
 *     then
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

  /** What a file is to the checkpoint. */
  public enum Kind {
    STATE,
    RUN
  }

  /** A file that was looked at. */
  public record Checked(Kind kind, FileRef file) {}

  /**
   * One subtask's way from the restored state to where it once was.
   *
   * @param sources the subtasks of the checkpoint whose state it gets, by name; none if it begins
   *     anew
   * @param isOpened whether the job has opened the shard; otherwise the restore does
   * @param from its position in what is restored
   * @param frontier the furthest position that it has ever had
   * @param records how many would be applied again; at least, while an earlier restore is not over,
   *     or where there are very many to count
   * @param stream how much of the stream's time that is: from the arrival of the first of these
   *     records until now; empty if there are none, or the stream was not read
   * @param margin for how long the stream still keeps the first record that is needed; likewise
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

  /** The longest of the subtasks', which replay side by side. */
  public Optional<Duration> stream() {
    return replays.stream().flatMap(replay -> replay.stream().stream()).max(Duration::compareTo);
  }

  /** The shortest: when it is over, this restore is no longer possible. */
  public Optional<Duration> margin() {
    return replays.stream().flatMap(replay -> replay.margin().stream()).min(Duration::compareTo);
  }
}
