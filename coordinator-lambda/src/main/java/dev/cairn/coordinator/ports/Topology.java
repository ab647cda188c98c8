package dev.cairn.coordinator.ports;

import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.WakeMessage;
import dev.cairn.stream.StreamReader;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The stages of a job, each with the ports that feed and wake it.
 *
 * <p>A job has one stage today, which reads the job's stream. A further stage would read a stream
 * that other stages write, and names them as its upstream.
 */
public record Topology(List<Stage> stages) {

  /**
   * A stage and its ports.
   *
   * @param id empty if it is not known, as in a table without a deployment; the stage is then the
   *     only one
   * @param stream the Kinesis stream whose shards are the stage's subtasks
   * @param mapping the event source mapping from the stream to the stage's function
   * @param waker invokes the stage's function without records
   * @param upstream the stages that write the stream; none if it is the job's own stream
   */
  public record Stage(
      Optional<StageId> id,
      StreamReader stream,
      SourceMapping mapping,
      Waker waker,
      Set<StageId> upstream) {
    public Stage {
      upstream = Set.copyOf(upstream);
    }
  }

  public Topology {
    stages = List.copyOf(stages);
    Set<Optional<StageId>> ids = new HashSet<>();
    for (Stage stage : stages) {
      if (stages.size() > 1 && stage.id().isEmpty()) {
        throw new IllegalArgumentException("each of several stages needs an id");
      }
      if (!ids.add(stage.id())) {
        throw new IllegalArgumentException("there are two stages " + stage.id().orElseThrow());
      }
    }
    for (Stage stage : stages) {
      for (StageId upstream : stage.upstream()) {
        if (!ids.contains(Optional.of(upstream))) {
          throw new IllegalArgumentException(
              "stage " + name(stage) + " reads from stage " + upstream + ", which does not exist");
        }
      }
    }
    if (stages.stream().filter(stage -> stage.upstream().isEmpty()).count() != 1) {
      throw new IllegalArgumentException("exactly one stage reads the job's own stream");
    }
  }

  /** Returns the topology of a job with one stage, which reads the job's stream. */
  public static Topology ofOne(
      Optional<StageId> id, StreamReader stream, SourceMapping mapping, Waker waker) {
    return new Topology(List.of(new Stage(id, stream, mapping, waker, Set.of())));
  }

  /** The stage that reads the job's own stream. */
  public Stage source() {
    return stages.stream().filter(stage -> stage.upstream().isEmpty()).findFirst().orElseThrow();
  }

  /** The stage that a subtask belongs to. */
  public Stage of(SubtaskId subtask) {
    // A job whose stage was renamed still has subtasks of the former name.
    if (stages.size() == 1) {
      return stages.getFirst();
    }
    return stages.stream()
        .filter(stage -> stage.id().equals(Optional.of(subtask.stage())))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    subtask.name()
                        + " belongs to no stage of the job, which has "
                        + stages.stream().map(Topology::name).toList()));
  }

  /** Invokes the subtask's function without records. */
  public void wake(SubtaskId subtask) {
    of(subtask).waker().wake(subtask, WakeMessage.Purpose.PENDING_WORK);
  }

  /** Invokes the subtask's function without records, for a purpose. */
  public void wake(SubtaskId subtask, WakeMessage.Purpose purpose) {
    of(subtask).waker().wake(subtask, purpose);
  }

  /** Enables the delivery of records to every stage. */
  public void enable() {
    stages.forEach(stage -> stage.mapping().enable());
  }

  /** Disables the delivery of records to every stage. */
  public void disable() {
    stages.forEach(stage -> stage.mapping().disable());
  }

  private static String name(Stage stage) {
    return stage.id().map(StageId::value).orElse("without an id");
  }
}
